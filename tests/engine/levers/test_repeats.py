"""One experiment several times: seeds, folds, their tag; and real training through the commands."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tests.engine.cli.test_main import QUICK, dlopt
from tests.engine.small import small, train
from workbench.curves.grouping import Grouping, same_but_seed, same_name, settings_of
from workbench.levers.repeats import with_folds, with_seeds
from workbench.runs.store import Store
from workbench.spec import SpecError


def test_seeds_follow_the_experiments_own() -> None:
    made = with_seeds(small(training__seed=7), 3)
    assert [each.training.seed for each in made.experiments] == [7, 8, 9]
    assert made.tag == "small 3 seeds"
    assert {each.with_settings({"training.seed": 7}) for each in made.experiments} == {
        small(training__seed=7)
    }


def test_every_fold_is_held_out_once() -> None:
    made = with_folds(small(), 4)
    assert [(e.training.folds, e.training.fold) for e in made.experiments] == [
        (4, 1),
        (4, 2),
        (4, 3),
        (4, 4),
    ]
    assert made.tag == "small 4 folds"


def test_a_tag_holds_no_comma() -> None:
    named = small().with_settings({"name": "a, b"})
    assert with_seeds(named, 2).tag == "a b 2 seeds"


@pytest.mark.parametrize("count", [0, 101])
def test_counts_out_of_bounds_are_refused(count: int) -> None:
    with pytest.raises(SpecError, match="number of seeds must be from 1 to 100"):
        with_seeds(small(), count)
    with pytest.raises(SpecError, match="number of folds must be from 2 to 100"):
        with_folds(small(), count)


def test_a_seed_beyond_the_last_one_is_refused() -> None:
    with pytest.raises(SpecError, match=r"training\.seed"):
        with_seeds(small(training__seed=2**31 - 1), 2)


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"training__folds": 1}, "training.folds: must be 0 (off) or at least 2, got 1"),
        ({"training__folds": 3, "training__fold": 4},
         "training.fold: must be at most the 3 folds, got 4"),
    ],
)  # fmt: skip
def test_folds_that_make_no_sense(settings: dict[str, int], sentence: str) -> None:
    experiment = small(**settings)
    assert [str(problem) for problem in experiment.problems(experiment.data.info())] == [sentence]


def test_runs_share_a_tag_that_no_other_run_has(tmp_path: Path) -> None:
    made = with_seeds(small(), 3)
    with Store(tmp_path / "store") as store:
        alone = store.create(small())
        first = store.create_all(made.experiments, made.tag)
        second = store.create_all(made.experiments, made.tag, front=True)
        assert {run.tags for run in first} == {"small 3 seeds"}
        assert {run.tags for run in second} == {"small 3 seeds 2"}
        assert [run.run_id for run in store.tagged("small 3 seeds")] == [r.run_id for r in first]
        waiting = [run.run_id for run in store.queue()]
        assert waiting == [run.run_id for run in (*second, alone, *first)]


def test_seeds_and_folds_are_one_curve_with_a_band(tmp_path: Path) -> None:
    grouping = Grouping("", same_but_seed, same_name)
    with Store(tmp_path / "store") as store:
        seeds, folds = with_seeds(small(), 3), with_folds(small(), 2)
        runs = [run for made in (seeds, folds) for run in store.create_all(made.experiments, "t")]
        found = grouping.of([(run, settings_of(run)) for run in runs])
    assert [len(group) for group in found.values()] == [3, 2]


def test_a_run_of_before_a_setting_is_as_one_with_its_default(tmp_path: Path) -> None:
    grouping = Grouping("", same_but_seed, same_name)
    with Store(tmp_path / "store") as store:
        old, new, other = (
            store.create(small(training__seed=seed, training__folds=folds))
            for seed, folds in ((1, 0), (2, 0), (3, 5))
        )
        lines = old.experiment_toml.splitlines(keepends=True)
        toml = "".join(line for line in lines if not line.startswith(("folds", "fold ")))
        store.update(old.run_id, experiment_toml=toml)
        runs = [store.run(run.run_id) for run in (old, new, other)]
        found = grouping.of([(run, settings_of(run)) for run in runs])
    assert "fold" not in runs[0].experiment_toml
    assert [[run.run_id for run in group] for group in found.values()] == [
        [old.run_id, new.run_id],
        [other.run_id],
    ]
    toml = f"later = 1\n{toml}"
    later = settings_of(replace(runs[0], experiment_toml=toml))
    assert (later["later"], later["training.seed"]) == ("1", "1"), "as it is, where it is unknown"


def test_a_tag_is_found_among_others_and_only_whole(tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        run = store.create(small(), tags="one, two words, three")
        assert [found.run_id for found in store.tagged("two words")] == [run.run_id]
        assert store.tagged("two") == []
        store.delete([run.run_id])
        assert store.tagged("one") == []


def test_a_fold_judges_in_training(tmp_path: Path) -> None:
    """1437 images in 4 folds: the first holds 360, so 1077 are trained on, 11 steps of 100."""
    with Store(tmp_path / "store") as store:
        experiment = small(training__folds=4, training__validation_split=0.0, training__epochs=1)
        run = store.run(train(store, experiment)[0])
    assert run.steps_per_epoch == 11
    assert run.val_accuracy is not None
    judged = run.val_accuracy * 360
    assert judged == pytest.approx(round(judged), abs=1e-6)


def test_cross_validation_from_the_command_line(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    done = dlopt("crossval", "digits-cnn", "--folds", "2", "--store", str(folder), *QUICK)
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["fold", "validation", "test", "elapsed", "run"]
    assert [line.split()[0] for line in lines[1:3]] == ["1", "2"]
    assert "±" in lines[4]
    assert "corrected t (Nadeau and Bengio) over 2 folds" in lines[4]
    with Store(folder) as store:
        runs = store.tagged("digits-cnn 2 folds")
        values = [run.val_accuracy for run in runs]
    assert [run.experiment.training.fold for run in runs] == [1, 2]
    assert None not in values
    mean = 100 * np.mean([value for value in values if value is not None])
    assert f"validation accuracy  {mean:.2f} %" in lines[4]


def test_seeds_from_the_command_line_as_json(tmp_path: Path) -> None:
    done = dlopt(
        "run", "digits-cnn", "--seeds", "2", "--json", "--store", str(tmp_path / "store"), *QUICK
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert [run["seed"] for run in found["runs"]] == [0, 1]
    assert found["test_accuracy"]["count"] == 2
    assert 0 <= found["test_accuracy"]["low"] <= found["test_accuracy"]["mean"]
    refused = dlopt("run", "digits-cnn", "--seeds", "0", "--store", str(tmp_path / "store"))
    assert refused.returncode == 2
    assert refused.stderr == ("dlopt-workbench: the number of seeds must be from 1 to 100, got 0\n")
