"""A store that somebody else made: ids that lead elsewhere, and links in place of files."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Callable, Generator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from workbench.base.files import LinkError, write_inside
from workbench.cli import main
from workbench.evaluation import latency, predictions
from workbench.evaluation.predictions import Pictures, Predictions
from workbench.exchange.bundle import BundleError, export_run
from workbench.experiment import Experiment
from workbench.hardware import remembered
from workbench.runs import artifacts, checkpoint_file
from workbench.runs.database import FILE
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.runs.table.loading import load_runs
from workbench.spec.machine import Machine

BAD = [
    "../../victim",
    "{victim}",
    "",
    ".",
    "..",
    "victim/..",
    "20260101-000000-00ff/../../../victim",
    "20260101-000000-00ff\n",
    "２０２６0101-000000-00ff",
    "x" * 5000,
]


@pytest.fixture
def victim(tmp_path: Path) -> Path:
    """A folder of a person that has nothing to do with the store."""
    folder = tmp_path / "victim"
    folder.mkdir()
    (folder / "thesis.txt").write_text("years of work")
    return folder


@pytest.fixture
def store(tmp_path: Path, victim: Path) -> Generator[Store]:
    """With one finished run; beside the victim."""
    with Store(tmp_path / "store") as opened:
        opened.finish(opened.create(Experiment(name="sound")).run_id, RunStatus.COMPLETED)
        yield opened


@pytest.fixture
def run(store: Store) -> Run:
    """The finished run, with a folder of its own."""
    run = store.runs()[0]
    folder = store.artifacts(run.run_id)
    np.savez(folder / checkpoint_file.FILE, **{"model.0": np.ones(1)})
    return run


def add_row(store: Store, run_id: object, *, deleted: bool = False) -> None:
    """A row as another program may have written it."""
    with closing(sqlite3.connect(store.folder / FILE, isolation_level=None)) as db:
        db.execute(
            "INSERT INTO runs (run_id, name, status, experiment_toml, created, deleted)"
            " SELECT ?, 'bad', 'completed', experiment_toml, created, ? FROM runs LIMIT 1",
            (run_id, 1.0 if deleted else None),
        )


def whole(victim: Path) -> bool:
    """Whether nothing of the victim was changed or added to."""
    file = victim / "thesis.txt"
    return os.listdir(victim) == [file.name] and file.read_text() == "years of work"


# --- ids -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("bad", BAD)
def test_emptying_the_trash_removes_folders_of_runs_alone(
    store: Store, run: Run, victim: Path, bad: str
) -> None:
    gone = store.create(Experiment(name="gone"))
    folder = store.artifacts(gone.run_id)
    store.delete([gone.run_id])
    add_row(store, bad.format(victim=victim), deleted=True)
    assert store.purge() == 1
    assert whole(victim)
    assert store.runs() == [run]
    assert (store.artifacts(run.run_id) / checkpoint_file.FILE).is_file()
    assert not folder.exists()


@pytest.mark.parametrize("bad", [*BAD, None, b"20260101-000000-00ff", 7])
def test_a_run_with_a_bad_id_is_left_out_and_named(
    store: Store, victim: Path, bad: object, capsys: pytest.CaptureFixture[str]
) -> None:
    assert store.refused == ""
    bad = bad.format(victim=victim) if isinstance(bad, str) else bad
    add_row(store, bad)
    assert [run.name for run in store.runs()] == ["sound"]
    frame = load_runs(store)
    assert [frame.run_id(place) for place in range(len(frame))] == [store.runs()[0].run_id]
    assert store.find("last").name == "sound"
    assert store.named("bad") == store.tagged("bad") == []
    if isinstance(bad, str):
        for ask in (store.run, store.find, store.artifacts):
            with pytest.raises(StoreError):
                ask(bad)
    assert main.main(["runs", "--store", str(store.folder)]) == 0
    said = capsys.readouterr()
    shown = repr(str(bad) if bad == 7 else bad)[:80]
    assert f"holds the run {shown}, which is left out" in said.err
    assert said.out.rstrip().endswith("sound")
    assert said.out.count("\n") == 1


def test_a_queued_run_with_a_bad_id_is_never_trained(store: Store) -> None:
    add_row(store, "../../victim")
    with closing(sqlite3.connect(store.folder / FILE, isolation_level=None)) as db:
        db.execute("UPDATE runs SET status = 'queued' WHERE name = 'bad'")
    assert store.queue() == store.queue_names() == []


def test_several_bad_ids_are_counted(store: Store) -> None:
    for number in range(3):
        add_row(store, f"../{number}")
    assert "holds the run '../0' and 2 more, which is left out" in store.refused


DAMAGED = {
    "status": "bogus", "environment": "no JSON", "figures": "[1]", "created": 1e300,
    "finished": "never", "step": "many", "loss": "x", "name": b"\xff", "tags": b"7",
    "hidden": "yes", "parts": b"123", "best_loss": "low",
}  # fmt: skip


@pytest.mark.parametrize("column", DAMAGED)
def test_a_damaged_run_is_left_out_and_named(
    store: Store, column: str, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = store.create(Experiment(name="damaged")).run_id
    with closing(sqlite3.connect(store.folder / FILE, isolation_level=None)) as db:
        db.execute(f"UPDATE runs SET {column} = ? WHERE run_id = ?", (DAMAGED[column], damaged))
    assert [run.name for run in store.runs()] == ["sound"]
    frame = load_runs(store)
    assert [frame.run_id(place) for place in range(len(frame))] == [store.runs()[0].run_id]
    assert store.find("last").name == "sound"
    assert store.queue() == []
    with pytest.raises(StoreError, match="there is no run"):
        store.run(damaged)
    if column != "status":  # else it doesn't wait
        with pytest.raises(StoreError, match=f"'{damaged}', which is left out"):
            store.claim(damaged)
    for options in ([], ["--json"], ["--columns", "created,name,seconds,optimizer.kind"]):
        assert main.main(["runs", "--store", str(store.folder), *options]) == 0
        said = capsys.readouterr()
        name = {"parts": "spec"}.get(column, column.replace("_", " "))
        assert f"holds the run '{damaged}', which is left out: its {name} is damaged" in said.err
        assert "sound" in said.out
        assert "damaged" not in said.out


def test_no_sound_run_is_left_out(store: Store, run: Run) -> None:
    store.update(
        run.run_id,
        environment={"a": float("nan")},
        figures={"b": float("-inf"), "c": 1.0},
        loss=float("inf"),
        val_loss=float("nan"),
        started=1.0,
        notes="NaN",
        trial=1,
        step=7,
    )
    assert store.refused == ""
    assert store.run(run.run_id).figures == {"b": float("-inf"), "c": 1.0}


@pytest.mark.parametrize("content", ["no JSON", "7", "{}, {}", b"\xff", "[" * 10_000])
def test_a_damaged_piece_of_a_spec_costs_its_columns_alone(store: Store, content: object) -> None:
    store.create(Experiment(name="second"))
    with closing(sqlite3.connect(store.folder / FILE, isolation_level=None)) as db:
        db.execute("UPDATE spec_parts SET content = ? WHERE section = 'optimizer'", (content,))
    frame = load_runs(store)
    values = [
        [frame.value(key, p) for key in ("optimizer.learning_rate", "training.epochs")]
        for p in range(len(frame))
    ]
    assert values == [[None, 10.0], [None, 10.0]]


@pytest.mark.parametrize("change", ["data = x'00'", "count = 10000000000", "first_step = 'x'"])
def test_damaged_steps_are_one_sentence(store: Store, run: Run, change: str) -> None:
    second = store.create(Experiment(name="second"))
    with closing(sqlite3.connect(store.folder / FILE, isolation_level=None)) as db:
        for table in ("steps", "probes"):
            db.execute(f"INSERT INTO {table} VALUES (?, 1, 0, x'')", (run.run_id,))
            db.execute(f"UPDATE {table} SET {change}")
    for read in (store.steps, store.probes):
        with pytest.raises(StoreError, match=f"of run {run.run_id} are damaged in"):
            read(run.run_id)
        assert len(read(second.run_id).values) == 0


@pytest.mark.parametrize("bad", BAD)
def test_no_path_is_made_of_a_bad_id(tmp_path: Path, bad: str) -> None:
    with pytest.raises(ValueError, match="is not the id of a run"):
        artifacts.folder_of(tmp_path, bad)


# --- links ---------------------------------------------------------------------------------------


def linked(store: Store, run: Run, name: str, victim: Path) -> Path:
    """A file of the run, replaced by a link to the victim's."""
    path = store.artifacts(run.run_id) / name
    path.unlink(missing_ok=True)
    path.symlink_to(victim / "thesis.txt")
    return path


def test_predictions_replace_a_link(store: Store, run: Run, victim: Path) -> None:
    path = linked(store, run, "predictions-test.npz", victim)
    folder = store.artifacts(run.run_id)
    made = Predictions(
        "test",
        np.arange(1),
        np.zeros(1, np.int32),
        np.ones((1, 1), np.float32),
        "",
        checkpoint_file.weights_of(folder),
        ("only",),
    )
    predictions.save(folder, made, Pictures(np.arange(1), np.zeros((1, 2, 2, 1), np.uint8)))
    assert whole(victim)
    assert not path.is_symlink()
    assert predictions.load(folder) is not None


def test_a_latency_replaces_a_link(store: Store, run: Run, victim: Path) -> None:
    path = linked(store, run, latency.FILE, victim)
    found = latency.MeasuredLatency((), "CPU", 1.0)
    latency.remember(store.folder, Machine(), run.run_id, 1, found)
    assert whole(victim)
    assert not path.is_symlink()


def test_a_checkpoint_replaces_a_link_that_leads_nowhere(
    store: Store, run: Run, victim: Path
) -> None:
    from workbench.runtime.network.build import assemble
    from workbench.runtime.training import checkpoint

    path = store.artifacts(run.run_id) / checkpoint.FILE
    path.unlink()
    path.symlink_to(victim / "new.npz")
    experiment = Experiment()
    info = experiment.data.info()
    assert info is not None
    network = assemble(experiment, info)
    with pytest.raises(checkpoint.CheckpointError, match="is a link, and a store's files"):
        checkpoint.restore_model(path.parent, network.model)
    network.model.optimizer = None
    from workbench.runtime.training.fresh import fresh_optimizer

    optimizer = fresh_optimizer(experiment, network.model, 1)
    position = checkpoint.Position(step=3)
    write_inside(path, checkpoint.packed(network.model, optimizer, position))
    assert whole(victim)
    assert checkpoint.restore(path.parent, network.model, optimizer)[0].step == 3


def test_what_was_measured_is_not_written_into_a_linked_folder(store: Store, victim: Path) -> None:
    (store.folder / remembered.FOLDER).symlink_to(victim)
    remembered.remember(store.folder, "peak", "key", {"a": 1})
    assert whole(victim)
    (victim / "peak-key.json").write_text('{"a": 1}')
    assert remembered.recall(store.folder, "peak", "key", dict) is None


def read_predictions(folder: Path) -> object:
    return predictions.load(folder) or predictions.load_pictures(folder)


@pytest.mark.parametrize(
    ("name", "read"),
    [
        (checkpoint_file.FILE, checkpoint_file.weights_of),
        ("predictions-test.npz", read_predictions),
        (latency.FILE, latency.read),
    ],
)
def test_nothing_is_read_through_a_link_or_from_a_pipe(
    store: Store, run: Run, tmp_path: Path, name: str, read: Callable[[Path], object]
) -> None:
    """A file that is sound, only not in its place; and one that never ends."""
    folder = store.artifacts(run.run_id)
    digest = checkpoint_file.weights_of(folder)
    made = Predictions(
        "test", np.arange(1), np.zeros(1, np.int32), np.ones((1, 1), np.float32), "", digest, ("a",)
    )
    predictions.save(folder, made, Pictures(np.arange(1), np.zeros((1, 2, 2, 1), np.uint8)))
    point = latency.Latency(1, 1, 1, 1.0, 1.0, 1.0, 1.0)
    found = latency.MeasuredLatency((point,), "CPU", 1.0)
    latency.remember(store.folder, Machine(), run.run_id, 1, found)
    assert read(folder)
    aside = tmp_path / "aside"
    (folder / name).rename(aside)
    (folder / name).symlink_to(aside)
    assert not read(folder)
    (folder / name).unlink()
    os.mkfifo(folder / name)
    assert not read(folder)


def test_a_run_with_a_linked_checkpoint_is_not_exported(
    store: Store, run: Run, victim: Path, tmp_path: Path
) -> None:
    linked(store, run, checkpoint_file.FILE, victim)
    with pytest.raises(BundleError, match=r"checkpoint\.npz is a link"):
        export_run(store, run, tmp_path / "run.zip")
    assert not (tmp_path / "run.zip").exists()


def test_links_are_removed_with_the_run_and_not_followed(
    store: Store, run: Run, victim: Path
) -> None:
    (store.artifacts(run.run_id) / "inner").symlink_to(victim)
    linked(store, run, latency.FILE, victim)
    store.delete([run.run_id])
    assert store.purge() == 1
    assert whole(victim)
    assert list((store.folder / artifacts.FOLDER).iterdir()) == []


def test_a_folder_of_a_run_that_is_a_link_is_never_entered(
    store: Store, victim: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = store.runs()[0]
    (store.folder / artifacts.FOLDER / run.run_id).symlink_to(victim)
    with pytest.raises(StoreError, match="is a link, and a store's files are never reached"):
        store.artifacts(run.run_id)
    found = latency.MeasuredLatency((), "", 1.0)
    with pytest.raises(LinkError):
        latency.remember(store.folder, Machine(), run.run_id, 1, found)
    assert main.main(["evaluate", run.run_id, "--store", str(store.folder)]) == 2
    assert "is a link" in capsys.readouterr().err
    assert whole(victim)
    store.delete([run.run_id])
    assert store.purge() == 1
    assert whole(victim)


@pytest.mark.parametrize("name", artifacts.PARTS)
def test_a_store_whose_parts_are_links_is_not_opened(
    tmp_path: Path, victim: Path, name: str
) -> None:
    folder = tmp_path / "linked"
    folder.mkdir()
    (folder / name).symlink_to(victim if "." not in name else victim / "thesis.txt")
    with pytest.raises(StoreError, match="is a link"):
        Store(folder)
    assert whole(victim)


def test_the_parts_of_a_store_are_those_that_are_checked(store: Store) -> None:
    """What the workbench writes beside the database has the names that are looked for."""
    from ui.window.experiment_files import DRAFT
    from workbench.runs import presence

    assert {FILE, artifacts.FOLDER, remembered.FOLDER, presence.FOLDER, DRAFT, "window.ini"} == set(
        artifacts.PARTS
    )


def test_a_store_may_itself_be_named_by_a_link(store: Store, tmp_path: Path) -> None:
    """A person's own way to say where the store is."""
    (tmp_path / "short").symlink_to(store.folder)
    with Store(tmp_path / "short") as opened:
        assert [run.name for run in opened.runs()] == ["sound"]


def test_no_file_is_left_over_the_rights_of_a_link(store: Store, run: Run, victim: Path) -> None:
    """The rights of what a link leads to say nothing of the file that replaces it."""
    (victim / "thesis.txt").chmod(0o777)
    path = linked(store, run, latency.FILE, victim)
    found = latency.MeasuredLatency((), "CPU", 1.0)
    latency.remember(store.folder, Machine(), run.run_id, 1, found)
    assert path.stat().st_mode & 0o111 == 0
    assert json.loads(path.read_text())
