"""Which test is made for which runs, and what it says; and the command."""

from __future__ import annotations

import itertools
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats

from tests.engine.small import small
from workbench.cli import main
from workbench.evaluation.group_test import Answers, Group, judge
from workbench.evaluation.predictions import Predictions
from workbench.levers.repeats import with_folds, with_seeds
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

A = [0.950, 0.952, 0.949, 0.951, 0.953]
NUMBERS = itertools.count()
B = [0.957, 0.955, 0.955, 0.956, 0.958]


def made(
    values: Sequence[float | None], *, first_seed: int = 0, folds: int = 0, **settings: Any
) -> tuple[Run, ...]:
    """Runs as the store gives them, that ended with these accuracies."""
    base = small(training__seed=first_seed, **settings)
    experiments = with_folds(base, folds) if folds else with_seeds(base, len(values))
    return tuple(
        Run(
            f"{next(NUMBERS)}",
            f"run {number}",
            RunStatus.COMPLETED,
            experiment.to_toml(),
            float(number),
            test_accuracy=value,
            val_accuracy=value,
            test_loss=None if value is None else 1 - value,
        )
        for number, (experiment, value) in enumerate(
            zip(experiments.experiments, values, strict=True)
        )
    )


def none_kept(run: Run, part: str) -> Predictions | None:
    return None


def kept(**right: Sequence[bool]) -> Answers:
    """Answers by a run's name: which of the images it has right."""

    def answers(run: Run, part: str) -> Predictions | None:
        if run.name not in right:
            return None
        found = np.asarray(right[run.name])
        labels = np.zeros(len(found), np.int32)
        probabilities = np.where(found[:, None], [0.9, 0.1], [0.1, 0.9]).astype(np.float32)
        rows = np.arange(len(found), dtype=np.int64)
        return Predictions(part, rows, labels, probabilities, str(len(found)), "w", ("a", "b"))

    return answers


def test_the_same_seeds_are_paired() -> None:
    found = judge(Group("base", made(A)), Group("dropout", made(B)), "test_accuracy", none_kept)
    wanted = stats.ttest_rel(B, A)
    low, high = wanted.confidence_interval()
    assert found.outcome is not None
    assert found.outcome.p == pytest.approx(wanted.pvalue)
    assert found.sentence == (
        f"dropout is better than base by 0.52 points (95 % interval {100 * low:.2f} to "
        f"{100 * high:.2f}, paired t over 5 seeds, p = {wanted.pvalue:.2g})."
    )
    assert [row.label for row in found.rows] == [f"seed {n}" for n in range(5)]
    assert found.rows[0].difference == pytest.approx(0.007)
    assert found.notes == ()


def test_the_better_one_leads_whichever_way_round() -> None:
    found = judge(Group("dropout", made(B)), Group("base", made(A)), "test_accuracy", none_kept)
    assert found.sentence.startswith("dropout is better than base by 0.52 points (95 % interval 0.")
    less = judge(Group("base", made(A)), Group("dropout", made(B)), "test_loss", none_kept)
    assert less.sentence.startswith("dropout is better than base by 0.0052 (95 % interval 0.")


def test_other_seeds_are_not_paired() -> None:
    other = made(B[:4], first_seed=10)
    found = judge(Group("base", made(A)), Group("dropout", other), "test_accuracy", none_kept)
    assert found.outcome is not None
    assert found.outcome.p == pytest.approx(stats.ttest_ind(B[:4], A, equal_var=False).pvalue)
    assert found.outcome.test == "Welch's t over 5 and 4 runs"
    assert len(found.rows) == 9


def test_seeds_that_only_one_has_are_left_out_of_pairs() -> None:
    found = judge(Group("a", made(A)), Group("b", made(B[:3])), "test_accuracy", none_kept)
    assert found.outcome is not None
    assert found.outcome.p == pytest.approx(stats.ttest_rel(B[:3], A[:3]).pvalue)


def test_folds_are_judged_by_the_corrected_test() -> None:
    a, b = made(A, folds=5), made(B, folds=5)
    found = judge(Group("a", a), Group("b", b), "val_accuracy", none_kept)
    differences = np.subtract(B, A)
    t = differences.mean() / np.sqrt((1 / 5 + 1 / 4) * differences.var(ddof=1))
    assert found.outcome is not None
    assert found.outcome.p == pytest.approx(2 * stats.t.sf(t, 4))
    assert "corrected paired t (Nadeau and Bengio) over 5 folds" in found.sentence
    assert found.rows[1].label == "fold 2 of 5"


def test_other_folds_are_no_pairs() -> None:
    a, b = made(A, folds=5), made(B, folds=5, first_seed=1)
    for other in (b, made(B), made(B[:4], folds=4)):
        found = judge(Group("a", a), Group("b", other), "val_accuracy", none_kept)
        assert found.outcome is None
        assert "not judged on the same folds" in found.sentence


def test_no_difference_says_how_many_seeds_are_missing() -> None:
    b = [0.955, 0.951, 0.950, 0.954, 0.952]
    found = judge(Group("a", made(A)), Group("b", made(b)), "test_accuracy", none_kept)
    assert found.outcome is not None
    assert found.sentence.startswith(
        "No difference can be shown: the mean of b is 0.14 points above that of a (95 % interval −"
    )
    more = found.outcome.more
    assert more is not None
    assert f"about {more} more seeds each would be needed" in found.sentence


def test_a_lower_loss_that_shows_nothing_is_below() -> None:
    b = [0.955, 0.951, 0.950, 0.954, 0.952]
    found = judge(Group("a", made(A)), Group("b", made(b)), "test_loss", none_kept)
    start = "No difference can be shown: the mean of b is 0.0014 below that of a (95 % interval −"
    assert found.sentence.startswith(start)
    assert "better" not in found.sentence


def test_the_same_figures_are_no_difference() -> None:
    found = judge(Group("a", made(A)), Group("b", made(A)), "test_accuracy", none_kept)
    assert found.sentence == "a and b reached the same in each of the runs."


def test_two_runs_are_compared_image_by_image() -> None:
    one, two = made([0.9, 0.95])
    right = {
        "run 0": [True] * 5 + [False] * 15 + [True] * 80,
        "run 1": [False] * 5 + [True] * 15 + [True] * 80,
    }
    answers = kept(**right)
    found = judge(Group("one", (one,)), Group("two", (two,)), "test_accuracy", answers)
    assert found.outcome is not None
    assert found.outcome.p == pytest.approx(stats.chi2.sf(10**2 / 20, 1))
    assert found.sentence.startswith("two is better than one by 10.00 points (95 % interval ")
    assert "McNemar, on 100 images of which 5 and 15 are right in one alone" in found.sentence
    assert "other seeds may differ" in found.notes[-1]


def test_what_keeps_two_runs_from_being_compared() -> None:
    one, two = made([0.9, 0.95])
    a, b = Group("one", (one,)), Group("two", (two,))
    missing = judge(a, b, "test_accuracy", kept(**{"run 0": [True]}))
    assert "evaluate run 1 on the test part" in missing.sentence
    other = judge(a, b, "test_accuracy", kept(**{"run 0": [True], "run 1": [True, True]}))
    assert "not evaluated on the same images" in other.sentence
    assert "says nothing of chance" in judge(a, b, "test_loss", none_kept).sentence
    assert "one is one run" in judge(a, Group("b", made(B)), "test_accuracy", none_kept).sentence
    shared = judge(a, Group("both", (one, two)), "test_accuracy", none_kept)
    assert "share runs" in shared.sentence
    empty = judge(a, Group("new", made([None, None])), "test_accuracy", none_kept)
    assert empty.sentence == "new has no run with a value for test accuracy yet."
    assert all(found.outcome is None for found in (missing, other, shared, empty))


def test_what_should_be_known_besides() -> None:
    runs = (*made(A), *made([None], training__batch_size=50), *made([0.9], training__batch_size=50))
    found = judge(Group("mixed", runs), Group("b", made(B)), "test_accuracy", none_kept)
    notes = " ".join(found.notes)
    assert "1 run of mixed is left out" in notes
    assert "mixed has several runs with the same seed" in notes
    assert "differ in more than the seed (training.batch_size)" in notes


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A store with two groups of finished runs."""
    with Store(tmp_path / "store") as store:
        for name, values in (("base", A), ("dropout", B)):
            made_ = with_seeds(small().with_settings({"name": name}), 5)
            for run, value in zip(
                store.create_all(made_.experiments, made_.tag), values, strict=True
            ):
                store.update(run.run_id, test_accuracy=value)
                store.finish(run.run_id, RunStatus.COMPLETED)
    return tmp_path / "store"


@pytest.mark.parametrize("names", [("base 5 seeds", "dropout 5 seeds"), ("base", "dropout")])
def test_the_command_takes_tags_and_names(
    names: tuple[str, str], folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["better", *names, "--store", str(folder)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(f"{names[1]} is better than {names[0]} by 0.52 points")
    assert lines[2].split() == ["A", "B", "B", "-", "A"]
    assert lines[3].split() == ["seed", "0", "95.00", "%", "95.70", "%", "+0.70", "points"]
    assert main.main(["better", *names, "--json", "--store", str(folder)]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["is_shown"]
    assert found["outcome"]["difference"] == pytest.approx(0.0052)


def test_the_command_says_what_is_missing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with Store(folder) as store:
        one, two = (run.run_id for run in store.runs()[:2])
    assert main.main(["better", one, two, "--store", str(folder)]) == 1
    assert "evaluate base and base 2 on the test part" in capsys.readouterr().out
    assert main.main(["better", "base", "nobody", "--store", str(folder)]) == 2
    assert "there is no group, tag, name or run 'nobody'" in capsys.readouterr().err
