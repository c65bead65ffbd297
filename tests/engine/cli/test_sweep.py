"""The command `sweep`: what it prints, keeps and refuses, with runs that nobody trains."""

from __future__ import annotations

import functools
import json
import math
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine.dying import died
from tests.engine.executors import Pretends
from workbench.cli import main
from workbench.evaluation.predictions import Evaluated, EvaluationRequest
from workbench.execution.task import Task
from workbench.experiment import Experiment
from workbench.hardware.preflight import Preflight
from workbench.runs.store import Store

ROOT = Path(__file__).parents[3]
RATE = "optimizer.learning_rate=0.0003..0.03:log"
BATCH = "training.batch_size=32,64"


def reaches(experiment: Experiment) -> float:
    rate, batch = experiment.optimizer.learning_rate, experiment.training.batch_size
    seed = experiment.training.seed
    return 0.9 - 0.1 * abs(math.log10(rate) + 2) + (0.01 if batch == 64 else 0.0) + 0.001 * seed


class Judges:
    """Stands in the place of the process that reads the test images.

    Attributes:
        read: The runs whose test images were read, in order.
        choices: What the store had written down by then.
    """

    read: list[str]
    choices: list[Any]

    def __init__(self, store: Path, startup: object = None) -> None:
        self._store = store

    def __enter__(self) -> Judges:
        return self

    def __exit__(self, *exception: object) -> None: ...

    def do(
        self, task: Task[Any, Any, Any], request: EvaluationRequest, progress: object = None
    ) -> Evaluated:
        with Store(self._store) as store:
            Judges.choices.append(store.studies()[0].choices)
            reached = reaches(store.run(request.run_id).experiment)
        Judges.read.append(request.run_id)
        return Evaluated(360, reached - 0.02, "")


@pytest.fixture(autouse=True)
def nothing_is_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    Judges.read, Judges.choices = [], []
    monkeypatch.setattr(
        "workbench.cli.follow.LocalExecutor", functools.partial(Pretends, reaches=reaches)
    )
    monkeypatch.setattr("workbench.cli.training.search_runner.TaskAsker", Judges)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "dlopt-store") as opened:
        yield opened


def sweep(*arguments: str) -> int:
    return main.main(["sweep", *arguments])


def swept(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    assert sweep(*arguments, "--json") == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_json_tells_all_and_the_choice_is_kept_before_the_test_part_is_read(
    capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    found = swept(
        capsys, "digits-cnn", "--vary", "optimizer.learning_rate=0.01,0.03", "--vary", BATCH,
        "--seeds", "2",
    )  # fmt: skip
    assert (found["name"], found["strategy"], found["seed"]) == ("digits-cnn sweep", "grid", 0)
    assert (found["planned"], found["finished"], found["failed"]) == (4, 4, 0)
    assert (found["pruned"], found["refused"], found["exact"]) == (0, [], True)
    assert [trial["number"] for trial in found["trials"]] == [1, 2, 3, 4]
    first = found["trials"][0]
    assert first["settings"] == {"optimizer.learning_rate": 0.01, "training.batch_size": 32}
    assert first["status"] == "finished"
    assert len(first["run_ids"]) == 2
    assert first["each"] == {"val_accuracy": [pytest.approx(0.9), pytest.approx(0.901)]}
    assert first["mean"] == first["values"]["val_accuracy"] == pytest.approx(0.9005)
    assert first["deviation"] == pytest.approx(0.000707, abs=1e-6)
    best = found["best"]
    assert (best["number"], best["by"]) == (2, "validation")
    assert best["settings"] == {"optimizer.learning_rate": 0.01, "training.batch_size": 64}
    assert best["interval"][0] < best["mean"] < best["interval"][1]
    assert best["test_accuracy"] == pytest.approx(0.8905)
    assert (found["front"], found["runner_up"], found["importance"]) == ([2], 1, None)
    assert found["baseline"]["settings"] == {}
    assert found["baseline"]["test_accuracy"] == pytest.approx(0.7805)
    assert [v["a"] for v in found["verdicts"]] == ["trial 1", "the baseline"]
    assert found["verdicts"][0]["sentence"].startswith("trial 2 is better than trial 1 by 1.00 ")
    assert (found["validation_readings"], found["test_readings"]) == (10, 1)
    # Of five trials the test images of three were read, once, after the choice was kept.
    assert len(Judges.read) == len(set(Judges.read)) == 6
    assert all(of and of[0]["best"] == 2 for of in Judges.choices)
    untold = [run for run in store.runs() if run.test_accuracy is None]
    assert sorted({run.trial for run in untold}) == [3, 4]


def test_a_person_reads_a_table_the_best_and_whether_it_is_luck(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert sweep("digits-cnn", "--vary", "optimizer.learning_rate=0.01,0.03", "--vary", BATCH,
                 "--where", "training_bytes < 1 GB") == 0  # fmt: skip
    said = capsys.readouterr()
    lines = said.out.splitlines()
    assert lines[0].split() == ["trial", "validation", "accuracy", "settings", "runs"]
    assert lines[1].startswith("2      ")
    assert "optimizer.learning_rate=0.01, training.batch_size=64" in lines[1]
    assert lines[5].startswith("baseline")
    assert "4 trials finished; every combination has been tried" in said.out
    assert (
        "Best: trial 2 (optimizer.learning_rate=0.01, training.batch_size=64), validation accuracy "
        "91.00 %, test accuracy 89.00 %"
    ) in said.out
    assert "One run of each says nothing of chance" in said.out, "one seed, no answers kept"
    assert "baseline: the experiment as it is" in said.err
    assert "trial 4 of 4: optimizer.learning_rate=0.03, training.batch_size=64" in said.err
    assert "the choice is kept; testing 3 runs on the test images" in said.err


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ("0.001,0.0001", "The best is the baseline itself; nothing that was varied did better."),
        ("0.3,0.5", "No combination did better than the baseline (validation accuracy 80.00 %)."),
    ],
)
def test_a_baseline_that_nothing_beats_is_said(
    rates: str, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert sweep("digits-cnn", "--vary", f"optimizer.learning_rate={rates}") == 0
    assert said in capsys.readouterr().out


def test_a_sweep_is_listed_resumed_and_extended(
    capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    first = swept(capsys, "digits-cnn", "--vary", RATE, "--runs", "4", "--name", "rates")
    assert (first["strategy"], first["planned"], first["finished"]) == ("tpe", 4, 4)
    readings = list(Judges.read)
    again = swept(capsys, "--resume", "rates")
    assert [t["run_ids"] for t in again["trials"]] == [t["run_ids"] for t in first["trials"]]
    assert Judges.read == readings, "nothing is read again for the same choice"
    assert again["test_readings"] == 1
    by_name = swept(capsys, "digits-cnn", "--vary", RATE, "--runs", "4", "--name", "rates")
    assert by_name["trials"] == again["trials"], "the same command goes on with it, too"
    more = swept(capsys, "--extend", "rates", "--runs", "8")
    assert (more["planned"], more["finished"]) == (12, 12)
    assert more["trials"][:4] == again["trials"]
    whole = swept(capsys, "digits-cnn", "--vary", RATE, "--runs", "12", "--name", "whole")
    assert [t["settings"] for t in whole["trials"]] == [t["settings"] for t in more["trials"]]
    assert sweep("--list") == 0
    listed = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in listed] == ["sweep", "rates", "whole"]
    assert RATE in listed[1]
    assert {run.study_id for run in store.runs()} == {s.study_id for s in store.studies()}


def test_a_dry_run_trains_nothing(capsys: pytest.CaptureFixture[str], store: Store) -> None:
    assert sweep("digits-cnn", "--vary", BATCH, "--vary", "lever.width_multiplier=0.5,1",
                 "--where", "parameters < 50000", "--seeds", "3", "--dry-run") == 0  # fmt: skip
    said = capsys.readouterr().out
    assert said.count("refused") == 2
    assert "parameters < 50,000 does not hold: it has 93,322" in said
    assert said.splitlines()[-1] == "6 runs; 'preflight' measures how long one takes"
    assert store.runs() == store.studies() == []
    found = swept(capsys, "digits-cnn", "--vary", RATE, "--runs", "3", "--dry-run")
    assert (found["strategy"], found["planned"], found["combinations"]) == ("tpe", 3, None)


def test_what_takes_how_long_is_known_from_earlier_runs(
    capsys: pytest.CaptureFixture[str],
) -> None:
    swept(capsys, "digits-cnn", "--vary", "training.epochs=10,20")
    assert sweep("digits-cnn", "--vary", BATCH, "--seeds", "10", "--dry-run") == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("20 runs, about ")


def test_an_interrupted_sweep_says_how_to_go_on_and_does(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    def interrupted(experiment: Experiment) -> float:
        return math.inf if experiment.training.batch_size == 64 else reaches(experiment)

    executor = functools.partial(Pretends, reaches=interrupted)
    with monkeypatch.context() as patch:
        patch.setattr("workbench.cli.follow.LocalExecutor", executor)
        assert sweep("digits-cnn", "--vary", "training.batch_size=32,64,128", "--seeds", "2") == 130
    said = capsys.readouterr().err
    assert "all of it is kept; go on: dlopt-workbench sweep --resume 'digits-cnn sweep'\n" in said
    assert [run.status.value for run in store.runs()] == [
        "completed",
        "completed",
        "interrupted",
        "queued",
    ]
    found = swept(capsys, "--resume", "digits-cnn sweep")
    assert (found["finished"], len(store.runs())) == (3, 6)
    assert [v["a"] for v in found["verdicts"]] == ["the baseline"], "it is the next best, too"


def test_a_baseline_that_fails_ends_the_sweep(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    fails = functools.partial(Pretends, reaches=lambda experiment: math.nan)
    monkeypatch.setattr("workbench.cli.follow.LocalExecutor", fails)
    assert sweep("digits-cnn", "--vary", "optimizer.learning_rate=0.01,0.1") == 1
    assert "the sweep ends: what failed in trial 0 would fail again" in capsys.readouterr().err
    assert len(store.runs()) == 1


def test_a_budget_of_time_is_not_exact_and_workers_share_the_cores(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, store: Store
) -> None:
    quick = Preflight(1.0, 0.001, 0.0, 10, 0, 0, 1, 10)
    monkeypatch.setattr("workbench.cli.tasks.ask", lambda *_: quick)
    monkeypatch.setattr("workbench.study.asking.request.usable_cores", lambda: 4)
    found = swept(capsys, "digits-cnn", "--vary", RATE, "--budget", "20m", "--runs", "5",
                  "--workers", "2")  # fmt: skip
    assert (found["exact"], found["finished"]) == (False, 5)
    assert found["exact_note"] == "a budget of time ends it where the machine has got to"
    assert {run.experiment.hardware.intra_op_threads for run in store.runs()} == {2}


CYCLES = ["digits-cnn", "--set", "schedule.kind=one_cycle", "--set", "training.epochs=9",
          "--vary", RATE, "--runs", "9", "--strategy", "random", "--prune", "asha"]  # fmt: skip


def test_pruned_trials_are_counted_and_shown_as_such(
    capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    found = swept(capsys, *CYCLES)
    assert (found["prune"], found["rungs"], found["exact"]) == ("asha", [1, 3, 9], True)
    assert found["rungs_note"].startswith("One cycle spans the whole training")
    assert found["finished"] >= 1
    assert found["finished"] + found["pruned"] == 9
    for trial in found["trials"]:
        lengths = list(trial["at_rungs"])
        if trial["status"] == "pruned":
            assert trial["pruned_at"] == int(lengths[-1]) < 9
        else:
            assert (trial["pruned_at"], lengths) == (None, ["1", "3", "9"])
    assert found["best"]["number"] in {t["number"] for t in found["trials"] if t["each"]}
    read = {store.run(run_id).experiment.training.epochs for run_id in Judges.read}
    assert read == {9}, "the test part is read of whole trainings alone"
    assert sweep("--resume", "digits-cnn sweep") == 0
    said = capsys.readouterr().out
    assert f"{found['pruned']} pruned; all trials that were asked for are done" in said
    assert "; pruned after 1 epoch " in said
    assert sweep(*CYCLES, "--dry-run") == 0
    assert "rungs are whole trainings of 1, 3, 9 epochs" in capsys.readouterr().out


def test_folds_repeat_a_trial_in_place_of_seeds(
    capsys: pytest.CaptureFixture[str], store: Store
) -> None:
    found = swept(capsys, "digits-cnn", "--vary", BATCH, "--folds", "3")
    assert (found["folds"], found["seeds"], found["finished"]) == (3, 1, 2)
    assert found["baseline"]["number"] == 1, "one of the combinations is the baseline"
    runs = store.runs()
    assert [run.experiment.training.fold for run in runs] == [1, 2, 3, 1, 2, 3]
    assert {group.kind for group in store.groups()} == {"study", "folds"}
    assert all(len(trial["each"]["val_accuracy"]) == 3 for trial in found["trials"])


# --- bad input -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "give an EXPERIMENT to vary, or --resume NAME, --extend NAME or --list"),
        (["digits-cnn"], "--vary is missing"),
        (["digits-cnn", "--resume", "x", "--vary", BATCH], "give an EXPERIMENT to vary, or"),
        (["--resume", "x"], "there is no sweep 'x' in "),
        (["--extend", "x"], "--extend needs --runs N"),
        (["--extend", "x", "--runs", "3"], "there is no sweep 'x' in "),
        (["--resume", "x", "--vary", BATCH], "--vary and --set are for a new sweep"),
        (["digits-cnn", "--vary", "optimizer.learnig_rate=1,2"],
         "optimizer.learnig_rate is no setting; did you mean 'optimizer.learning_rate'?"),
        (["digits-cnn", "--vary", "training.epochs=5..1"],
         "--vary training.epochs=5..1: the lower end must be below the upper"),
        (["digits-cnn", "--vary", "optimizer.learning_rate=0..1:log"], "start above 0"),
        (["digits-cnn", "--vary", "optimizer.kind=adm"], "'adm' is no optimizer; one of "),
        (["digits-cnn", "--vary", "optimizer.momentum=0.5,0.9"], "belongs to "),
        (["digits-cnn", "--vary", BATCH, "--folds", "3", "--seeds", "2"],
         "folds and seeds both repeat a trial; give one of them"),
        (["digits-cnn", "--vary", BATCH, "--folds", "1"], "the number of folds must be from 2"),
        (["digits-cnn", "--vary", BATCH, "--prune", "asha", "--goal", "min:parameters"],
         "pruning by asha compares trials after an epoch, when there is no parameters"),
        (["digits-cnn", "--vary", BATCH, "--prune", "asha", "--set", "training.epochs=2"],
         "pruning by asha needs training.epochs of 3 or more, got 2"),
        (["digits-cnn", "--vary", "training.seed=1,2"],
         "training.seed can't be varied; ask for several seeds instead"),
        (["digits-cnn", "--vary", "training.batch_size=1..2000", "--strategy", "grid"],
         "2,000 runs; a grid is limited to 1,000: choose the strategy random and"),
        (["digits-cnn", "--vary", BATCH, "--where", "parameters < 100"],
         "no combination has parameters < 100: the smallest has 93,322"),
        (["digits-cnn", "--vary", BATCH, "--set", "training.validation_split=0"],
         "training.validation_split is 0: a search needs a validation part"),
        (["digits-cnn", "--vary", RATE], "the strategy tpe needs an end"),
        (["digits-cnn", "--vary", BATCH, "--budget", "soon"],
         "--budget soon: must be a time, as in 90s, 20m or 2h"),
        (["digits-cnn", "--vary", BATCH, "--budget", "20s"],
         "a budget of 20s is less than one run takes (about 34 s)"),
        (["digits-cnn", "--vary", BATCH, "--goal", "test_accuracy"], "after the choice"),
        (["digits-cnn", "--vary", BATCH, "--runs", "0"], "the number of runs must be from 1"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_makes_no_run(
    arguments: list[str],
    said: str,
    store: Store,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    slow = Preflight(4.0, 0.1, 0.0, 10, 0, 0, 1, 10)
    monkeypatch.setattr("workbench.cli.tasks.ask", lambda *_: slow)
    assert sweep(*arguments) == 2
    errors = capsys.readouterr().err
    assert said in errors
    assert errors.count("\n") == 1
    assert store.runs() == store.studies() == []


def test_a_name_of_another_search_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    swept(capsys, "digits-cnn", "--vary", BATCH, "--name", "x")
    other = ["--set", "structure.layers[0].filters=8", "--vary", BATCH, "--name", "x"]
    assert sweep("digits-cnn", *other) == 2
    said = "sweep 'x' was made with another experiment (structure differs): give it another name"
    assert said in capsys.readouterr().err
    assert sweep("--extend", "x", "--runs", "3") == 2
    assert "the sweep tries every combination; there is none to add" in capsys.readouterr().err


# --- a process that dies -------------------------------------------------------------------------

PRETEND = """
import functools
from tests.engine.cli.test_sweep import Judges, reaches
from tests.engine.executors import Pretends
Judges.read, Judges.choices = [], []
follow.LocalExecutor = functools.partial(Pretends, reaches=reaches)
search_runner.TaskAsker = Judges
"""


def test_a_kill_at_any_moment_loses_no_trial_and_makes_none_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    new = ["digits-cnn", "--vary", RATE, "--vary", "lever.width_multiplier=0.25..3", "--runs", "12",
           "--where", "parameters < 200000", "--seeds", "2", "--name", "x"]  # fmt: skip
    whole = swept(capsys, *new, "--store", str(tmp_path / "whole"))
    assert whole["refused"]
    folder = tmp_path / "killed"
    assert died(PRETEND, folder, 9, "sweep", *new) == -signal.SIGKILL
    for after in (14, 37):
        assert died(PRETEND, folder, after, "sweep", "--resume", "x") == -signal.SIGKILL
    found = swept(capsys, "--resume", "x", "--store", str(folder))
    for key in ("refused", "front", "planned", "finished", "failed", "runner_up"):
        assert found[key] == whole[key], key
    for key in ("settings", "values", "each", "status", "number"):
        assert [t[key] for t in found["trials"]] == [t[key] for t in whole["trials"]], key
    assert found["best"]["settings"] == whole["best"]["settings"]
    with Store(folder) as store:
        assert len(store.runs()) == 26, "12 trials and the baseline, with two seeds each"


# --- what it costs those who don't search --------------------------------------------------------


@pytest.mark.parametrize(
    "imports", ["workbench.cli.main", "ui.app", "workbench.cli.training.sweep"]
)
def test_optuna_is_imported_where_it_is_asked_alone(imports: str) -> None:
    said = f"import sys, {imports}; print('optuna' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", said], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
