"""The command line as a user runs it: real processes, exit codes, JSON, interruption, resume."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest

from workbench import presets
from workbench.experiment import Experiment
from workbench.runs.record import EpochMetrics
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

SETTINGS = (
    "training.epochs=1",
    "data.resize=12",
    "structure.layers[2].padding=same",
    "structure.layers[4].padding=same",
)
QUICK = [part for setting in SETTINGS for part in ("--set", setting)]
ENDLESS = [*QUICK, "--set", "training.epochs=100000"]


def dlopt(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
    """Runs the console script's module in a fresh interpreter."""
    return subprocess.run(
        [sys.executable, "-m", "ui.launch", *arguments],
        capture_output=True,
        text=True,
        timeout=timeout,
    )


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cli-store"


@pytest.fixture
def endless(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """A run that does not end by itself, already training."""
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "ui.launch",
            "run",
            "digits-cnn",
            "--json",
            "--store",
            str(folder),
            *ENDLESS,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    yield process
    for child in psutil.Process(process.pid).children() if process.poll() is None else []:
        child.kill()
    process.kill()
    process.communicate()


def until_training(folder: Path, process: subprocess.Popen[str]) -> str:
    """The id of the run once steps of it are in the store."""
    for _ in range(10_000):
        assert process.poll() is None, process.communicate()
        if (folder / "runs.sqlite3").exists():
            with Store(folder) as store:
                runs = store.runs()
                if runs and runs[0].step:
                    return runs[0].run_id
        try:
            process.wait(0.05)
        except subprocess.TimeoutExpired:
            continue
    raise AssertionError("it never trained")


def test_run_prints_one_object_and_keeps_the_run(folder: Path) -> None:
    done = dlopt("run", "digits-cnn", "--json", "--store", str(folder), *QUICK)
    assert done.returncode == 0, done.stderr
    result: dict[str, Any] = json.loads(done.stdout)
    assert {
        "run_id",
        "status",
        "test_accuracy",
        "test_loss",
        "val_accuracy",
        "images_per_second",
        "seconds",
        "epochs",
        "parameters",
        "macs",
        "latency_ms",
        "file_bytes",
        "joules",
    } <= result.keys()
    assert result["status"] == "completed"
    assert result["epochs"] == 1
    assert 0 <= result["test_accuracy"] <= 1
    assert "\x1b" not in done.stderr  # no progress bar where nobody watches
    listed = json.loads(dlopt("runs", "--json", "--store", str(folder)).stdout)
    assert [run["run_id"] for run in listed] == [result["run_id"]]
    assert {"run_id", "name", "status", "test_accuracy"} <= listed[0].keys()
    again = dlopt("resume", result["run_id"], "--store", str(folder))
    assert again.returncode == 2
    assert "is completed" in again.stderr


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_run_is_kept_and_resumed(
    folder: Path, endless: subprocess.Popen[str], end: signal.Signals
) -> None:
    run_id = until_training(folder, endless)
    endless.send_signal(end)
    output, errors = endless.communicate(timeout=60)
    assert endless.returncode == 130, errors
    assert json.loads(output)["status"] == "interrupted"
    assert f"'dlopt-workbench resume {run_id}' goes on with it" in errors
    with Store(folder) as store:
        run = store.run(run_id)
        reached = run.step
        assert reached > 0
        assert len(store.steps(run_id).steps) == reached
        assert (store.artifacts(run_id) / "checkpoint.npz").is_file()
        short = run.experiment.with_settings({"training.epochs": reached // 41 + 1})
        store.update(run_id, experiment_toml=short.to_toml())
    if end is signal.SIGTERM:
        return  # what it leaves is the same, and goes on in the same way
    done = dlopt("resume", "last", "--json", "--store", str(folder))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "completed"
    assert json.loads(done.stdout)["steps"] >= reached


def test_the_training_process_outlives_no_parent_and_saves(
    folder: Path, endless: subprocess.Popen[str]
) -> None:
    run_id = until_training(folder, endless)
    (worker,) = psutil.Process(endless.pid).children()
    endless.kill()
    psutil.wait_procs([worker], timeout=60)
    assert not worker.is_running()
    with Store(folder) as store:
        run = store.run(run_id)
        assert run.status is RunStatus.INTERRUPTED
        assert (store.artifacts(run_id) / "checkpoint.npz").is_file()
        assert len(store.steps(run_id).steps) == run.step > 0


def test_a_killed_training_process_is_one_sentence(
    folder: Path, endless: subprocess.Popen[str]
) -> None:
    until_training(folder, endless)
    (worker,) = psutil.Process(endless.pid).children()
    os.kill(worker.pid, signal.SIGKILL)
    output, errors = endless.communicate(timeout=60)
    assert endless.returncode == 130
    assert json.loads(output)["status"] == "interrupted"
    assert "was killed" in errors
    assert "Traceback" not in errors


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["run", "nope"], "there is no preset 'nope'"),
        (["run", "digits-cnn", "--set", "structure.layers[2].kernel_size=0"],
         "structure.layers[2].kernel_size: must be at least 1, got 0"),
        (["run", "digits-cnn", "--set", "training.batch_size=5000"],
         "training.batch_size: must be at most the 1,293 training images, got 5,000"),
        (["run", "digits-cnn", "--set", "data.kind=npz", "--set", "data.path=gone.npz"],
         "gone.npz"),
        (["run", "digits-cnn", "--set", "data.kind=npz"], "data.path: must name an .npz file"),
        (["run", "gone.toml"], "gone.toml"),
        (["run", "n" * 300], "there is no preset 'nnn"),
        (["analyze", "digits-cnn", "--against", "n" * 300], "is no TOML file or preset, and there"),
        (["compress", "last", "--recipe", "n" * 300], "there is no recipe 'nnn"),
        (["resume", "nothing"], "there is no run 'nothing'"),
        (["evaluate", "nothing"], "; see 'dlopt-workbench runs'\n"),
        (["better", "nothing", "more"], "or run 'nothing' in "),
        (["analyze", "digits-cnn", "--against", "nothing"], "is no TOML file or preset, and there"),
        (["presets", "nope"], "there is no preset 'nope'"),
        (["runs", "--store", "/dev/null/x"], "can't be made"),
        (["compare", "last", "--output", "a.svg", "--metric", "los"],
         "argument --metric: invalid choice: 'los'"),
        (["runs", "--sort"], "expected one argument; see 'dlopt-workbench runs --help'"),
        (["evaluate", "last", "--class", "3"], "--class: needs --output, and --figure roc or pr"),
        (["evaluate", "last", "--class", "3", "--output", "a.svg"],
         "--class: needs --output, and --figure roc or pr"),
        (["evaluate", "last", "--figure", "roc"], "--figure: needs --output"),
        (["tune", "digits-cnn", "--seconds", "-1"], "'-1' is no number of seconds above 0"),
        (["resume", ""], "there is no run ''"),
        (["report", "last", "--output", "a.svg"], "a.svg: must end in .html"),
        (["export-run", "last", "--output", "mine.toml"], "mine.toml: must end in .zip"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], sentence: str) -> None:
    done = dlopt(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_bad_data_leave_no_run_behind(folder: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.npz"
    np.savez(bad, images=np.zeros((3, 8, 8), np.uint8), labels=np.zeros(4, np.int64))
    done = dlopt(
        "run",
        "digits-cnn",
        "--store",
        str(folder),
        "--set",
        "data.kind=npz",
        "--set",
        f"data.path={bad}",
    )
    assert done.returncode == 2
    assert "labels" in done.stderr
    with Store(folder) as store:
        assert store.runs() == []


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (["run"], "training.validation_split: can't be taken of class '1', which has 1 image"),
        (["crossval", "--folds", "3"],
         "training.folds: must be 0 (off) with the 1 image of class '1', got 3"),
    ],
)  # fmt: skip
def test_a_class_too_small_to_split_leaves_no_run_behind(
    command: list[str], sentence: str, folder: Path, tmp_path: Path
) -> None:
    images = np.full((80, 28, 28), 255, np.uint8)
    images[:, 0, 0] = 0
    labels = np.arange(80) % 10
    labels[labels == 1] = 2
    labels[0] = 1
    np.savez(tmp_path / "one.npz", x_train=images, y_train=labels, x_test=images, y_test=labels)
    name, *rest = command
    done = dlopt(
        name,
        "digits-cnn",
        *rest,
        "--store",
        str(folder),
        "--set",
        "data.kind=npz",
        "--set",
        f"data.path={tmp_path / 'one.npz'}",
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert sentence in done.stderr
    with Store(folder) as store:
        assert store.runs() == []


def test_a_users_archive_trains_from_a_toml_with_a_relative_path(
    folder: Path, tmp_path: Path
) -> None:
    random = np.random.default_rng(0)
    labels = np.arange(120) % 3
    images = (random.integers(0, 60, (120, 10, 10)) + 60 * labels[:, None, None]).astype(np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=labels)
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 3, "activation": "softmax"}]
    experiment = Experiment(name="mine").with_settings(
        {
            "data.kind": "npz",
            "data.path": "mine.npz",
            "structure.layers": layers,
            "training.epochs": 30,
            "training.batch_size": 8,
            "optimizer.learning_rate": 0.01,
        }
    )
    experiment.write(tmp_path / "mine.toml")
    done = dlopt("run", str(tmp_path / "mine.toml"), "--json", "--store", str(folder))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["test_accuracy"] > 0.9


def test_a_store_on_a_full_disk_ends_the_run_with_a_sentence(folder: Path) -> None:
    """The file-size limit of a process stands in for the full disk."""
    with Store(folder):
        pass
    script = (
        "import resource, sys; resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000));"
        "from ui.launch import main; sys.exit(main(sys.argv[1:]))"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            script,
            "run",
            "digits-cnn",
            "--store",
            str(folder),
            "--json",
            "--set",
            "training.epochs=2",
        ],
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 1, done.stderr
    assert "full" in done.stderr
    assert "Traceback" not in done.stderr


def test_presets_and_datasets_are_listed() -> None:
    listed = dlopt("presets").stdout.split()
    assert {"digits-cnn", "mnist-cnn", "resnet-20", "shared-cnn"} <= set(listed)
    assert listed == sorted(listed)
    printed = dlopt("presets", "mnist-cnn").stdout
    assert Experiment.from_toml(printed).training.epochs == 10
    rows = {row["kind"]: row for row in json.loads(dlopt("datasets", "--json").stdout)}
    assert rows["cifar10"]["image_shape"] == [32, 32, 3]
    assert rows["digits"]["available"]
    assert not rows["mnist"]["available"]


def test_a_data_set_that_cannot_be_downloaded_is_one_sentence(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    done = dlopt("run", "mnist-cnn", "--store", str(folder), "--json")
    assert done.returncode == 1
    assert "MNIST could not be downloaded" in done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["status"] == "failed"


def test_runs_as_a_table(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from workbench.cli.main import main

    with Store(folder) as store:
        for name, accuracy in (("one", 0.5), ("two", 0.75), ("=three", 0.25)):
            run = store.create(presets.load("digits-cnn").changed(name=name))
            store.add_epoch(
                run.run_id,
                EpochMetrics(1, 5, 2.0, 0.5, 0.5, 100.0, 1e-3, 0.5, accuracy, 3.0),
                val_accuracy=accuracy,
            )

    def said(*options: str) -> str:
        assert main(["runs", "--store", str(folder), *options]) == 0
        return capsys.readouterr().out

    asked = ("--filter", "val_accuracy@best >= 0.5", "--sort", "-val_accuracy")
    columns = ("--columns", "name,val_accuracy@1,optimizer.kind,time_to@0.6")
    assert said(*asked, *columns).splitlines() == [
        "name  val_accuracy@1  optimizer.kind  time_to@0.6",
        "two   75.00 %         adam            2.0 s",
        "one   50.00 %         adam            –",
    ]
    assert json.loads(said(*asked, "--columns", "name,val_accuracy", "--json")) == [
        {"name": "two", "val_accuracy": 0.75},
        {"name": "one", "val_accuracy": 0.5},
    ]
    assert said("--csv", "--columns", "name,seconds", "--sort", "val_accuracy") == (
        "name,seconds\n'=three,\none,\ntwo,\n"
    )
    assert said("--group-by", "optimizer.kind", "--columns", "val_accuracy").splitlines()[1] == (
        "adam            3      50.00 % ± 25.00 %"
    )
    assert json.loads(said("--group-by", "status", "--columns", "val_accuracy", "--json")) == [
        {"status": "queued", "count": 3, "val_accuracy mean": 0.5, "val_accuracy deviation": 0.25}
    ]
    assert said("--group-by", "status", "--columns", "loss", "--csv").splitlines() == [
        "status,count,loss mean,loss deviation",
        "queued,3,,",
    ]


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--filter", "acuracy > 1"], "there is no column 'acuracy'; did you mean 'accuracy'?"),
        (["--filter", "loss >"], "a value is missing after '>' (character 7)"),
        (["--columns", "nam"], "there is no column 'nam'; did you mean 'name'?"),
    ],
)
def test_a_table_that_can_not_be_made(
    folder: Path, capsys: pytest.CaptureFixture[str], options: list[str], sentence: str
) -> None:
    from workbench.cli.main import main

    with Store(folder) as store:
        store.create(presets.load("digits-cnn"))
    assert main(["runs", "--store", str(folder), *options]) == 2
    assert sentence in capsys.readouterr().err


def test_an_interruption_while_a_command_is_still_being_loaded_is_no_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from workbench.cli.main import main as command_line

    def interrupted(name: str) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.cli.main.module_of", interrupted)
    assert command_line(["runs"]) == 130
