"""How commands that train end: exit code and sentence, also where the store knows neither."""

from __future__ import annotations

import json
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.engine.cli.test_main import dlopt
from tests.engine.executors import Asked
from tests.engine.small import small
from workbench.cli import follow, main
from workbench.execution.executor import Tell
from workbench.execution.messages import StatusChanged, Steps
from workbench.runs.database import FILE
from workbench.runs.status import RunStatus
from workbench.runs.store import Store


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


class Told(Asked):
    """An executor that says how each run ended, and what the store then holds of it."""

    ends: tuple[tuple[RunStatus, str, str], ...] = ()
    asked: tuple[tuple[str, str], ...] = ()

    def __init__(self, store: Path, tell: Tell, **_: Any) -> None:
        super().__init__(store, tell)
        self._store = store

    def submit(self, run_id: str, maker: str = "") -> None:
        Told.asked = (*Told.asked, (run_id, maker))
        (state, sentence, kept), *rest = Told.ends
        Told.ends = tuple(rest)
        with closing(sqlite3.connect(self._store / FILE, isolation_level=None)) as db:
            db.execute("UPDATE runs SET status = ?, maker = '' WHERE run_id = ?", (kept, run_id))
        self.tell(StatusChanged(run_id, RunStatus.RUNNING))
        self.tell(StatusChanged(run_id, state, sentence))


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> type[Told]:
    monkeypatch.setattr(follow, "LocalExecutor", Told)
    monkeypatch.setattr(Told, "ends", ())
    monkeypatch.setattr(Told, "asked", ())
    return Told


FULL = "the disk that holds the store is full; free some space and resume the run"
LOST = "another process trains it"


@pytest.mark.parametrize(
    ("state", "sentence", "kept", "code"),
    [
        (RunStatus.FAILED, FULL, "running", 1),
        (RunStatus.FAILED, LOST, "running", 1),
        (RunStatus.FAILED, LOST, "completed", 1),
        (RunStatus.FAILED, "the loss became NaN", "failed", 1),
        (RunStatus.COMPLETED, "", "completed", 0),
        (RunStatus.COMPLETED, "", "running", 0),
        (RunStatus.STOPPED, "", "stopped", 0),
        (RunStatus.INTERRUPTED, "", "interrupted", 130),
    ],
)
def test_what_the_process_says_of_the_end_counts(
    folder: Path,
    told: type[Told],
    capsys: pytest.CaptureFixture[str],
    state: RunStatus,
    sentence: str,
    kept: str,
    code: int,
) -> None:
    told.ends = ((state, sentence, kept),)
    assert main.main(["run", "digits-cnn", "--json", "--store", str(folder)]) == code
    said = capsys.readouterr()
    result = json.loads(said.out)
    assert (result["status"], result["message"]) == (state, sentence)
    assert sentence in said.err
    assert [run_id for run_id, maker in told.asked if maker] == [result["run_id"]]


def test_one_of_several_runs_that_did_not_end_well_is_no_success(
    folder: Path, told: type[Told], capsys: pytest.CaptureFixture[str]
) -> None:
    done = (RunStatus.COMPLETED, "", "completed")
    told.ends = (done, (RunStatus.FAILED, FULL, "running"), done)
    assert main.main(["run", "digits-cnn", "--seeds", "3", "--store", str(folder)]) == 1
    assert FULL in capsys.readouterr().err


def test_seeds_that_an_interruption_leaves_wait_in_the_windows_queue(
    folder: Path, told: type[Told], capsys: pytest.CaptureFixture[str]
) -> None:
    told.ends = ((RunStatus.INTERRUPTED, "", "interrupted"),)
    assert main.main(["run", "digits-cnn", "--seeds", "3", "--store", str(folder)]) == 130
    assert "2 more wait in the window's queue" in capsys.readouterr().err
    with Store(folder) as store:
        assert store.mark_interrupted() == []
        assert len(store.queue()) == 2


def test_seeds_beside_each_other_are_printed_in_their_order(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Two(Asked):
        """Has room for two, and ends what began last first."""

        def __init__(self, store: Path, tell: Tell, **_: Any) -> None:
            super().__init__(store, tell, capacity=2)

        def submit(self, run_id: str, maker: str = "") -> None:
            super().submit(run_id, maker)
            with Store(folder) as process:
                assert process.claim(run_id, maker)
                process.finish(run_id, RunStatus.COMPLETED)
            if len(self.submitted) == 3:
                for ended, _ in (self.submitted[2], self.submitted[0]):
                    self.tell(StatusChanged(ended, RunStatus.COMPLETED))
            elif len(self.submitted) == 1:
                self.tell(Steps(run_id, 1, [1.0], [2.0], [0.5], [0.1], [8.0]))
            else:
                self.tell(StatusChanged(run_id, RunStatus.COMPLETED))

    monkeypatch.setattr(follow, "LocalExecutor", Two)
    assert main.main(["run", "digits-cnn", "--seeds", "3", "--json", "--store", str(folder)]) == 0
    said = capsys.readouterr()
    assert [run["seed"] for run in json.loads(said.out)["runs"]] == [0, 1, 2]
    begun = [line for line in said.err.splitlines() if line.startswith("run ")]
    assert [line.partition(":")[0] for line in begun] == [f"run {n} of 3" for n in (1, 2, 3)]


def test_runs_that_a_person_deletes_meanwhile_are_left_out(
    folder: Path,
    told: type[Told],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    done = (RunStatus.COMPLETED, "", "completed")

    class Deleting(Told):
        def submit(self, run_id: str, maker: str = "") -> None:
            with Store(folder) as window:
                window.delete([run.run_id for run in window.runs() if run.maker][1:2])
            super().submit(run_id, maker)

    told.ends = (done, done)
    monkeypatch.setattr(follow, "LocalExecutor", Deleting)
    assert main.main(["run", "digits-cnn", "--seeds", "3", "--json", "--store", str(folder)]) == 0
    assert len(json.loads(capsys.readouterr().out)["runs"]) == 2


def test_a_store_that_can_not_be_read_at_the_end_is_said_beside_it(
    folder: Path,
    told: type[Told],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told.ends = ((RunStatus.FAILED, FULL, "running"),)
    gone: list[str] = []
    read = Store.run

    def run(self: Store, run_id: str) -> Any:
        if told.asked and not told.ends:
            gone.append(run_id)
            from workbench.runs.store import StoreError

            raise StoreError(f"the store {folder} can't be read or written")
        return read(self, run_id)

    monkeypatch.setattr(Store, "run", run)
    assert main.main(["run", "digits-cnn", "--store", str(folder)]) == 1
    said = capsys.readouterr().err
    assert gone
    assert FULL in said
    assert "can't be read or written" in said


def test_a_run_that_another_command_is_about_to_train_is_not_resumed(
    folder: Path, told: type[Told], capsys: pytest.CaptureFixture[str]
) -> None:
    from workbench.experiment import Experiment

    with Store(folder) as other:
        run_id = other.create(Experiment(), reserved=True).run_id
        assert main.main(["resume", run_id, "--store", str(folder)]) == 2
        assert "is queued; another command is about to train it" in capsys.readouterr().err
        other.release([run_id])
        told.ends = ((RunStatus.COMPLETED, "", "completed"),)
        assert main.main(["resume", run_id, "--store", str(folder)]) == 0
    assert [asked for asked, _ in told.asked] == [run_id]


LAUNCH = "import sys; from ui.launch import main; sys.exit(main(sys.argv[1:]))"


def test_a_command_that_was_killed_before_its_process_began_can_be_resumed(
    folder: Path, tmp_path: Path
) -> None:
    small(training__epochs=1).write(tmp_path / "small.toml")
    arguments = ["run", str(tmp_path / "small.toml"), "--store", str(folder)]
    with subprocess.Popen([sys.executable, "-c", LAUNCH, *arguments]) as process:
        command = psutil.Process(process.pid)
        (worker,) = until(command, command.children)
        worker.suspend()  # it never gets to its run
        (run_id,) = until(command, lambda: reserved(folder))
        process.kill()
    listed = json.loads(dlopt("runs", "--json", "--store", str(folder)).stdout)
    assert [(run["run_id"], run["status"]) for run in listed] == [(run_id, "interrupted")]
    assert "ended before training began" in listed[0]["message"]
    worker.resume()
    psutil.wait_procs([worker], timeout=60)  # it notices that nobody speaks to it any more
    assert not worker.is_running()
    done = dlopt("resume", run_id, "--json", "--store", str(folder))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["status"] == "completed"


def until(process: psutil.Process, ask: Callable[[], list[Any]]) -> list[Any]:
    """What is there, once something is."""
    for _ in range(10_000):
        found = ask()
        if found:
            return found
        with suppress(psutil.TimeoutExpired):
            process.wait(0.01)
            break
    raise AssertionError("the command ended")


def reserved(folder: Path) -> list[str]:
    """Runs that a command is about to train."""
    if not (folder / FILE).exists():
        return []
    with Store(folder) as store:
        return [run.run_id for run in store.runs() if run.maker]
