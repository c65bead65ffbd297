"""Stores that can't be written: read-only disks and folders, and disks without any space."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Generator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from workbench.cli import main
from workbench.exchange.bundle import import_run
from workbench.experiment import Experiment
from workbench.runs import checkpoint_file, database
from workbench.runs.database import FILE, Database
from workbench.runs.record import STEP_DTYPE, EpochMetrics
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.runs.table.loading import load_columns, load_runs

ROOT = Path(__file__).parents[3]
STORES = Path(__file__).parent / "stores"
NOBODY = 65534
NETWORK = {
    "structure.layers": [
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ],
}


def fill(folder: Path) -> str:
    """A store with a finished run, and one whose process is gone; the id of the first."""
    with Store(folder) as store:
        run_id = ""
        for name in ("one", "two"):
            run = store.create(Experiment(name=name).with_settings(NETWORK))
            run_id = run_id or run.run_id
            values = np.zeros(30, STEP_DTYPE)
            values["loss"], values["accuracy"] = np.linspace(2, 1, 30), np.linspace(0.2, 0.6, 30)
            store.add_steps(run.run_id, 1, values, step=30)
            for number in (1, 2, 3):
                store.add_epoch(
                    run.run_id,
                    EpochMetrics(
                        number, 10 * number, number, 1.0, 0.5, 1e3, 1e-3, 1.0, 0.5, 2.0 * number
                    ),
                )
            store.update(
                run.run_id,
                steps_per_epoch=10,
                total_steps=30,
                test_accuracy=0.5,
                parameters=650,
                macs=640,
                images_per_second=1000.0,
                seconds=3.0,
            )
            store.finish(run.run_id, RunStatus.COMPLETED)
            np.savez(store.artifacts(run.run_id) / checkpoint_file.FILE, **{"model.0": np.ones(1)})
        lost = store.create(Experiment(name="lost").with_settings(NETWORK))
        assert store.claim(lost.run_id)
    return run_id


def writable(folder: Path, yes: bool) -> None:
    """Gives or takes away the right to write, of a folder and all in it."""
    for path in (folder, *folder.rglob("*")):
        path.chmod((0o755 if yes else 0o555) if path.is_dir() else (0o644 if yes else 0o444))


@contextmanager
def deprived(folder: Path) -> Generator[None]:
    """As somebody who may read a folder and all in it, and write nothing there; root may do all."""
    is_root = os.geteuid() == 0
    if is_root:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    writable(folder, False)
    try:
        yield
    finally:
        writable(folder, True)
        if is_root:
            os.seteuid(0)


@pytest.fixture
def place() -> Generator[Path]:
    """A folder that everybody finds, unlike those of pytest."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


@pytest.fixture
def folder(place: Path) -> Path:
    """A store that was written."""
    fill(place / "store")
    return place / "store"


@pytest.fixture
def protected(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The store, where the system says that it can't be written."""
    monkeypatch.setattr(Database, "_may_write", lambda _: False)
    return folder


def everything(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() if p.is_file() else b"" for p in sorted(folder.rglob("*"))}


WRITES: dict[str, Callable[[Store, str], Any]] = {
    "create": lambda store, _: store.create(Experiment()),
    "update": lambda store, run_id: store.update(run_id, tags="a"),
    "finish": lambda store, run_id: store.finish(run_id, RunStatus.FAILED),
    "delete": lambda store, run_id: store.delete([run_id]),
    "purge": lambda store, _: store.purge(),
    "claim": lambda store, run_id: store.claim(run_id),
    "requeue": lambda store, run_id: store.requeue(run_id, reserved=True),
    "hold": lambda store, _: setattr(store, "queue_held", True),
    "import": lambda store, _: import_run(store, store.folder / "run.zip"),
    "require": lambda store, _: store.require_writable(),
}


@pytest.mark.parametrize("write", WRITES)
def test_a_read_only_store_is_read_and_refuses_to_be_written(folder: Path, write: str) -> None:
    before = everything(folder)
    with deprived(folder), Store(folder) as store:
        one, two, lost = store.runs()
        assert (one.name, two.name, lost.status) == ("one", "two", RunStatus.INTERRUPTED)
        assert len(store.steps(one.run_id).steps) == 30
        assert [epoch.epoch for epoch in store.epochs(one.run_id)] == [1, 2, 3]
        assert store.find("last") == lost
        assert store.mark_interrupted() == []
        with pytest.raises(StoreError, match=r"^the store .* is read-only; choose a folder that"):
            WRITES[write](store, one.run_id)
        assert store.runs() == [one, two, lost]
    assert everything(folder) == before


@pytest.mark.parametrize(
    "arguments",
    [
        ("runs",),
        ("runs", "--json"),
        ("runs", "--columns", "name,optimizer.kind,val_accuracy@2", "--sort", "name"),
        ("diagnose", "{run}"),
        ("better", "one", "two"),
        ("tradeoff", "--json"),
        ("analyze", "digits-cnn", "--against", "{run}"),
        ("export-run", "{run}", "--output", "{out}/run.zip"),
        ("export-run", "{run}", "--format", "tensorboard", "--output", "{out}/events"),
        ("compare", "{run}", "--output", "{out}/curves.csv"),
        ("report", "{run}", "--output", "{out}/report.html"),
    ],
    ids=" ".join,
)
def test_commands_that_read_work_on_a_read_only_store(
    protected: Path, place: Path, arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(protected) as store:
        run_id = store.runs()[0].run_id
    before = everything(protected)
    words = [word.format(run=run_id, out=place) for word in arguments]
    code = main.main([*words, "--store", str(protected)])
    said = capsys.readouterr()
    assert code == (1 if arguments[0] == "better" else 0), said.err
    assert "read-only" not in said.err
    assert everything(protected) == before
    if "--output" in arguments:
        assert Path(words[words.index("--output") + 1]).exists()
    if arguments == ("runs", "--json"):
        assert [run["name"] for run in json.loads(said.out)] == ["one", "two", "lost"]
    if "--columns" in arguments:
        assert "adam" in said.out


@pytest.mark.parametrize(
    "arguments",
    [
        ("run", "digits-cnn"),
        ("run", "digits-cnn", "--seeds", "2"),
        ("crossval", "digits-cnn"),
        ("resume", "last"),
        ("import-run", "run.zip"),
    ],
    ids=" ".join,
)
def test_commands_that_write_say_so_before_they_begin(
    protected: Path,
    arguments: tuple[str, ...],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "workbench.cli.follow.LocalExecutor", lambda *_, **__: pytest.fail("it began")
    )
    assert main.main([*arguments, "--store", str(protected)]) == 2
    said = capsys.readouterr().err
    assert f"the store {protected} is read-only; choose a folder that you may write to" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("schema", [1, 2, 3, 4, 5])
def test_a_read_only_store_of_an_older_schema_is_read_as_one_of_today(
    place: Path, schema: int
) -> None:
    folder = place / "store"
    folder.mkdir()
    shutil.copyfile(STORES / f"schema{schema}.sqlite3", folder / FILE)
    before = everything(folder)
    with deprived(folder), Store(folder) as store:
        done = store.runs()[0]
        assert (done.name, done.parameters, done.maker) == ("completed run", 93_322, "")
        assert done.file_bytes == 4 * 93_322
        frame = load_runs(store)
        load_columns(store, frame, ["val_accuracy@1"])
        place_ = frame.place(done.run_id)
        assert place_ is not None
        assert frame.value("optimizer.kind", place_) == "adam"
        assert frame.value("val_accuracy@1", place_) == 0.875
        with pytest.raises(StoreError, match="is read-only"):
            store.create(Experiment())
    assert everything(folder) == before


def test_a_read_only_store_of_a_later_workbench_is_refused(place: Path) -> None:
    with Store(place) as store:
        store._db._connection.execute("PRAGMA user_version = 99")
    with (
        deprived(place),
        pytest.raises(StoreError, match=r"was made by a newer version of the workbench"),
    ):
        Store(place)


@pytest.mark.parametrize("content", [b"Dear diary, " * 500, b"SQLite format 3\0" + b"\xab" * 9000])
def test_a_read_only_file_that_is_no_store_is_refused(place: Path, content: bytes) -> None:
    (place / FILE).write_bytes(content)
    with deprived(place), pytest.raises(StoreError, match=r"is not a store|is damaged|reports: "):
        Store(place)


WRITER = """
import sys
from pathlib import Path
from workbench.experiment import Experiment
from workbench.runs.store import Store
store = Store(Path(sys.argv[1]))
store._db._connection.execute("PRAGMA wal_autocheckpoint = 0")
store.create(Experiment(name="in the log"))
print("written", flush=True)
sys.stdin.readline()
store.create(Experiment(name="later"))
print("written", flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def written(folder: Path) -> Generator[tuple[Path, subprocess.Popen[str]]]:
    """A store that another process has open, with changes that lie in the log alone."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        bufsize=1,
        cwd=ROOT,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "written\n"
        yield folder, process
        process.kill()


@pytest.mark.parametrize("index", ["kept", "lost"])
def test_a_log_that_a_killed_process_left_is_read(
    written: tuple[Path, subprocess.Popen[str]], index: str
) -> None:
    """As on a stick that was pulled out, or a folder that was copied."""
    folder, process = written
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert (folder / f"{FILE}-wal").stat().st_size > 0
    if index == "lost":
        (folder / f"{FILE}-shm").unlink()
    before = everything(folder)
    with deprived(folder), Store(folder) as store:
        assert [run.name for run in store.runs()] == ["one", "two", "lost", "in the log"]
        assert "is read-only" in store.read_only
    assert everything(folder) == before


def test_what_another_process_writes_meanwhile_is_seen(
    written: tuple[Path, subprocess.Popen[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, process = written
    monkeypatch.setattr(Database, "_may_write", lambda _: False)
    with Store(folder) as store:
        assert [run.name for run in store.runs()][-1] == "in the log"
        version = store.version()
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("\n")
        assert process.stdout.readline() == "written\n"
        assert [run.name for run in store.runs()][-1] == "later"
        assert store.version() != version
        with pytest.raises(StoreError, match="is read-only"):
            store.create(Experiment())


# --- disks without space -------------------------------------------------------------------------


def full(monkeypatch: pytest.MonkeyPatch, free: int = 0) -> None:
    """SQLite can't even make the index of its log, as on a disk with no block left."""
    prepare = Database._prepare

    def refuse(self: Database) -> None:
        if any(row[2] for row in self._connection.execute("PRAGMA database_list")):
            self._connection.execute("PRAGMA max_page_count = 1")
            self.rows("CREATE TABLE more (space)")
        prepare(self)

    monkeypatch.setattr(Database, "_prepare", refuse)
    monkeypatch.setattr(database.shutil, "disk_usage", lambda _: SimpleNamespace(free=free))


def test_a_store_that_a_full_disk_does_not_let_open_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    full(monkeypatch)
    with Store(tmp_path) as store:
        runs = store.runs()
        assert [run.name for run in runs] == ["one", "two", "lost"]
        with pytest.raises(StoreError, match=r"^the disk that holds the store .* is full; free"):
            store.create(Experiment())
        monkeypatch.undo()
        with Store(tmp_path) as other:  # there is space again
            other.create(Experiment(name="new"))
        assert store.runs()[:3] == runs


def test_a_fault_of_a_disk_with_space_is_not_taken_for_a_full_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(tmp_path)
    full(monkeypatch, free=1 << 30)
    with pytest.raises(StoreError):
        Store(tmp_path)


def test_runs_are_listed_on_a_full_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What would be noted of a run whose process is gone can't be; the list is there."""
    fill(tmp_path)
    prepare = Database._prepare

    def no_page_more(self: Database) -> None:
        prepare(self)
        self._connection.execute("PRAGMA wal_autocheckpoint = 0")
        pages = self._connection.execute("PRAGMA page_count").fetchone()[0]
        self._connection.execute(f"PRAGMA max_page_count = {pages}")

    monkeypatch.setattr(Database, "_prepare", no_page_more)
    monkeypatch.setattr("workbench.runs.claims.ENDED", "x" * 100_000)
    assert main.main(["runs", "--json", "--store", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert [run["status"] for run in json.loads(said.out)] == ["completed", "completed", "running"]
    assert "is full; free some space" in said.err
    assert said.err.count("\n") == 1
