"""Runs as files: bundles that come back whole or not at all, TensorBoard's events, the report."""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.ui.made_up import add_evaluation, add_run
from workbench import presets
from workbench.base.paths import default_store
from workbench.cli.main import main
from workbench.evaluation import latency, predictions
from workbench.evaluation.latency import FILE as LATENCY
from workbench.exchange.bundle import (
    LARGEST,
    MANIFEST,
    METRICS,
    RECORD,
    SPEC,
    BundleError,
    export_run,
    import_run,
)
from workbench.exchange.tensorboard_events import write_events
from workbench.levers.repeats import with_seeds
from workbench.runs.checkpoint_file import FILE as CHECKPOINT
from workbench.runs.record import COMPRESSED, PROBE_DTYPE, Origin, Run
from workbench.runs.status import Outcome, RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.machine import Machine

TEST = "predictions-test.npz"


@pytest.fixture
def store() -> Any:
    with Store(default_store()) as opened:
        yield opened


@pytest.fixture
def run(store: Store) -> Run:
    """Finished, with weights, predictions, latency and what a person noted."""
    made = add_run(
        store,
        0,
        tags="kept, good",
        notes="<b>",
        seconds=1.25,
        latency_ms=0.5,
        file_bytes=373_288,
        joules=12_500.0,
    )
    steps, probes = store.steps(made.run_id), np.ones(210, PROBE_DTYPE)
    store.add_steps(made.run_id, 1, steps.values, probes)
    add_evaluation(store, made)
    weights = store.artifacts(made.run_id) / CHECKPOINT
    point = latency.Latency(1, 1, 50, 0.5, 0.7, 0.9, 2000.0)
    found = latency.MeasuredLatency((point,), "CPU", 0.0)
    latency.remember(store.folder, Machine(), made.run_id, 1, found)
    assert weights.exists()
    return made


@pytest.fixture
def bundle(store: Store, run: Run, tmp_path: Path) -> Path:
    path = tmp_path / "run.zip"
    export_run(store, run, path)
    return path


def everything(store: Store, run_id: str) -> list[Any]:
    run = store.run(run_id)
    return [
        run.experiment_toml,
        run.tags,
        run.notes,
        run.status,
        run.created,
        run.val_accuracy,
        run.seconds,
        run.elapsed,
        run.penalty,
        run.latency_ms,
        run.file_bytes,
        run.joules,
        run.environment,
        store.steps(run_id).values.tolist(),
        store.steps(run_id).steps.tolist(),
        store.epochs(run_id),
        store.probes(run_id).steps.tolist(),
        store.probes(run_id).values.tolist(),
        *((store.artifacts(run_id) / name).read_bytes() for name in (CHECKPOINT, TEST, LATENCY)),
    ]


def test_a_run_comes_back_on_another_machine(
    store: Store, run: Run, bundle: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "other"
    assert main(["import-run", str(bundle), "--store", str(folder)]) == 0
    assert capsys.readouterr().out.strip() == run.run_id
    with Store(folder) as other:
        assert everything(other, run.run_id) == everything(store, run.run_id)
        assert other.run(run.run_id).name == run.name


def test_a_taken_id_is_another_and_the_bytes_are_the_same(
    store: Store, run: Run, bundle: Path, tmp_path: Path
) -> None:
    taken = import_run(store, bundle)
    assert taken.run_id != run.run_id
    assert (taken.name, taken.colour) == (f"{run.name} 2", run.colour + 1)
    assert everything(store, taken.run_id) == everything(store, run.run_id)
    again = tmp_path / "again.zip"
    export_run(store, run, again)
    assert again.read_bytes() == bundle.read_bytes()


VERSION_2 = Path(__file__).parent / "version2.zip"
"""As it was written when a run had no kind, no outcome and no group: two epochs that diverged."""


def test_a_bundle_of_the_second_version(store: Store) -> None:
    taken = import_run(store, VERSION_2)
    assert (taken.status, taken.outcome, taken.kind) == ("failed", "diverged", "training")
    assert (taken.tags, taken.notes) == ("paper, digits-cnn 3 seeds", "of version 2")
    assert (taken.created, taken.finished) == (1.7e9, 1.7e9 + 2)
    assert (taken.parent_id, taken.group_id, taken.study_id, taken.trial) == (None,) * 4
    assert (taken.latency_ms, taken.joules, len(store.epochs(taken.run_id))) == (0.5, 12.5, 2)
    assert len(store.steps(taken.run_id).steps) == 42
    folder = store.artifacts(taken.run_id)
    assert predictions.fits(folder, predictions.TEST)
    assert [found.device for found in latency.read(folder).values()] == ["CPU"]


VERSION_3 = Path(__file__).parent / "version3.zip"
"""As it was written when a run had no recipe."""


def test_a_bundle_of_the_third_version(store: Store) -> None:
    taken = import_run(store, VERSION_3)
    assert (taken.kind, taken.recipe, taken.notes) == ("training", "", "of version 3")
    assert (taken.parameters, taken.test_accuracy, taken.outcome) == (93_322, 0.9375, "completed")
    assert len(store.steps(taken.run_id).steps) == 100


def test_the_recipe_of_a_compressed_run_travels_with_it(store: Store, tmp_path: Path) -> None:
    experiment = presets.load("digits-cnn")
    parent = store.create(experiment)
    recipe = '[[steps]]\nkind = "prune"\n'
    made = store.create(experiment, origin=Origin(COMPRESSED, parent.run_id, recipe=recipe))
    store.finish(made.run_id, RunStatus.COMPLETED)
    store.update(made.run_id, gzip_bytes=25_362, accuracy_difference=-0.0003)
    export_run(store, store.run(made.run_id), tmp_path / "run.zip")
    with Store(tmp_path / "other") as other:
        taken = import_run(other, tmp_path / "run.zip")
    assert (taken.kind, taken.parent_id, taken.recipe) == ("compressed", parent.run_id, recipe)
    assert taken.figure("gzip_bytes") == 25_362
    assert taken.figure("accuracy_difference") == -0.0003


def test_a_run_travels_with_what_it_is_and_what_it_belongs_to(store: Store, tmp_path: Path) -> None:
    """Two of a group meet again as one group, also where its name is taken by another."""
    wanted = with_seeds(presets.load("digits-cnn"), 2)
    runs = store.create_all(wanted.experiments, wanted.tag)
    with Store(tmp_path / "other") as other:
        theirs = other.create_all(wanted.experiments, wanted.tag)
        for number, run in enumerate(runs):
            store.update(run.run_id, parent_id=runs[0].run_id, trial=number + 1)
            store.finish(run.run_id, RunStatus.FAILED, "why", Outcome.OUT_OF_MEMORY)
            path = tmp_path / f"{number}.zip"
            export_run(store, store.run(run.run_id), path)
            taken = import_run(other, path)
            assert taken.outcome == Outcome.OUT_OF_MEMORY
            assert (taken.parent_id, taken.trial) == (runs[0].run_id, number + 1)
            assert taken.group_id == runs[0].group_id
        found = other.grouped(f"{wanted.tag} 2")
        assert [run.trial for run in found] == [1, 2]
        assert [run.run_id for run in other.grouped(wanted.tag)] == [r.run_id for r in theirs]
        assert len(other.children(runs[0].run_id)) == 2


def test_a_group_of_a_bundle_may_not_lead_anywhere(store: Store, tmp_path: Path) -> None:
    run = store.create_all([presets.load("digits-cnn")], "group")[0]
    store.finish(run.run_id, RunStatus.COMPLETED)
    path = tmp_path / "run.zip"
    export_run(store, store.run(run.run_id), path)

    def elsewhere(members: dict[str, bytes]) -> None:
        members[RECORD] = members[RECORD].replace(str(run.group_id).encode(), b"../../victim")

    with pytest.raises(BundleError, match="names no run or group that the run belongs to"):
        import_run(store, rewritten(path, elsewhere, honest=True))


def first_version(members: dict[str, bytes]) -> None:
    """As it was written before training time and penalty were kept apart."""
    record = json.loads(members[RECORD])
    record["seconds"] = record.pop("elapsed")
    del record["penalty"]
    members[RECORD] = json.dumps(record).encode()
    with np.load(io.BytesIO(members[METRICS])) as known:
        values = {name: known[name] for name in known.files}
    for table in ("step", "epoch"):
        values[f"{table}.seconds"] = values.pop(f"{table}.elapsed")
        del values[f"{table}.penalty"]
    content = io.BytesIO()
    np.savez(content, **values)
    members[METRICS] = content.getvalue()
    members[MANIFEST] = members[MANIFEST].replace(b'"version": 4', b'"version": 1')


def test_a_bundle_of_the_first_version_has_no_training_time_and_no_penalty(
    store: Store, run: Run, bundle: Path
) -> None:
    taken = import_run(store, rewritten(bundle, first_version, honest=True))
    assert (taken.elapsed, taken.seconds, taken.penalty) == (run.elapsed, None, None)
    old, new = store.steps(taken.run_id).values, store.steps(run.run_id).values
    for name in ("elapsed", "loss", "accuracy"):
        np.testing.assert_array_equal(old[name], new[name])
    assert np.isnan(old["seconds"]).all()
    assert np.isnan(old["penalty"]).all()
    epochs = store.epochs(taken.run_id)
    assert [e.elapsed for e in epochs] == [e.elapsed for e in store.epochs(run.run_id)]
    assert {(e.seconds, e.penalty) for e in epochs} == {(None, None)}


def test_only_runs_that_have_ended_are_exported(store: Store, run: Run, tmp_path: Path) -> None:
    store.update(run.run_id, status=RunStatus.RUNNING)
    with pytest.raises(BundleError, match="is running; export it once it has ended"):
        export_run(store, store.run(run.run_id), tmp_path / "a.zip")
    assert list(tmp_path.glob("*.zip")) == []


Change = Callable[[dict[str, bytes]], None]


def rewritten(bundle: Path, change: Change, *, honest: bool = False, packed: bool = False) -> Path:
    """A changed copy; `honest` writes right hashes."""
    with zipfile.ZipFile(bundle) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    if honest:
        manifest = json.loads(members[MANIFEST])
        manifest["members"] = {
            name: {"sha256": hashlib.sha256(content).hexdigest(), "bytes": len(content)}
            for name, content in members.items()
            if name != MANIFEST
        }
        members[MANIFEST] = json.dumps(manifest).encode()
    path = bundle.with_name("changed.zip")
    kind = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
    with zipfile.ZipFile(path, "w", kind) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def of_before(members: dict[str, bytes]) -> None:
    """As bundles were before predictions, latency, file size and energy went with a run."""
    del members[TEST], members[LATENCY]
    record = json.loads(members[RECORD])
    for name in ("latency_ms", "file_bytes", "joules"):
        del record[name]
    members[RECORD] = json.dumps(record).encode()


def test_a_bundle_of_an_earlier_version_is_taken_in(store: Store, run: Run, tmp_path: Path) -> None:
    store.update(run.run_id, parameters=93_322)
    path = tmp_path / "run.zip"
    export_run(store, store.run(run.run_id), path)
    taken = import_run(store, rewritten(path, of_before, honest=True))
    assert (taken.latency_ms, taken.joules) == (None, None)
    assert taken.file_bytes == 4 * 93_322, "as in a store of an earlier version"
    assert [file.name for file in store.artifacts(taken.run_id).iterdir()] == [CHECKPOINT]
    assert store.steps(taken.run_id).values.tolist() == store.steps(run.run_id).values.tolist()


def test_a_name_from_outside_is_one_line_of_bounded_length(
    store: Store, run: Run, bundle: Path
) -> None:
    for name, kept in (("x" * 1_000_000, "x" * 200), ("two\nlines\x1b[31m", "two lines [31m")):
        changed = rewritten(bundle, record(name=name), honest=True)
        assert import_run(store, changed).name == kept
    nameless = rewritten(bundle, record(name=" \n "), honest=True)
    assert run.run_id in import_run(store, nameless).name


def flip(members: dict[str, bytes]) -> None:
    members[CHECKPOINT] = members[CHECKPOINT][:-1] + b"!"


def repeated(members: dict[str, bytes]) -> None:
    members[TEST] = members[TEST][:-1] + b"!"


def other_weights(members: dict[str, bytes]) -> None:
    content = io.BytesIO()
    np.savez(content, **{"model.0": np.ones(1)})
    members[CHECKPOINT] = content.getvalue()


def predicted(**arrays: Any) -> Change:
    def change(members: dict[str, bytes]) -> None:
        with np.load(io.BytesIO(members[TEST])) as known:
            values = {name: known[name] for name in known.files}
        content = io.BytesIO()
        np.savez_compressed(content, **{**values, **arrays})
        members[TEST] = content.getvalue()

    return change


def timed(members: dict[str, bytes]) -> None:
    members[LATENCY] = members[LATENCY].replace(b"0.5", b'"fast"')


def escape(members: dict[str, bytes]) -> None:
    members["../../evil.txt"] = b"x"


def later(members: dict[str, bytes]) -> None:
    members[MANIFEST] = members[MANIFEST].replace(b'"version": 4', b'"version": 5')


def foreign(members: dict[str, bytes]) -> None:
    members[MANIFEST] = b'{"format": "other"}'


def lacking(members: dict[str, bytes]) -> None:
    del members[METRICS]


def nothing(members: dict[str, bytes]) -> None:
    """Left as it is."""


def record(**values: Any) -> Change:
    def change(members: dict[str, bytes]) -> None:
        members[RECORD] = json.dumps({**json.loads(members[RECORD]), **values}).encode()

    return change


def metrics(**arrays: Any) -> Change:
    def change(members: dict[str, bytes]) -> None:
        with np.load(io.BytesIO(members[METRICS])) as known:
            values = {name: known[name] for name in known.files}
        content = io.BytesIO()
        np.savez(content, **{**values, **arrays})
        members[METRICS] = content.getvalue()

    return change


def swollen(members: dict[str, bytes]) -> None:
    content = io.BytesIO()
    np.savez_compressed(content, **{"step.number": np.zeros(10_000_000)})
    members[METRICS] = content.getvalue()


GROUP = {"group_id": "20260101-000000-00ff", "kind": "seeds", "name": "seeds"}


@pytest.mark.parametrize(
    ("change", "options", "sentence"),
    [
        (flip, {}, "checkpoint.npz is not what was exported"),
        (repeated, {}, "predictions-test.npz is not what was exported"),
        (other_weights, {"honest": True}, "is not what this run's network answered"),
        (predicted(places=np.array([10**6])), {"honest": True}, "is not what this run's network"),
        (predicted(labels=np.array([{}], object)), {"honest": True}, "holds Python objects"),
        (timed, {"honest": True}, "latency.json holds no latencies"),
        (escape, {}, "holds the member '../../evil.txt'"),
        (later, {}, "was made by a newer version of the workbench (format 5, known up to 4)"),
        (foreign, {}, "is no run's file"),
        (lacking, {}, "holds other members than"),
        (nothing, {"packed": True}, "too many"),
        (swollen, {"honest": True}, "is packed"),
        (record(run_id="../../evil"), {"honest": True}, "names no run that has ended"),
        (record(status="running"), {"honest": True}, "names no run that has ended"),
        (record(status="nonsense"), {"honest": True}, "is no record of a run"),
        (record(step="many"), {"honest": True}, "is no record of a run"),
        (record(owner="1:1"), {"honest": True}, "is no record of a run"),
        (record(macs=2**63), {"honest": True}, "has a macs that no run can have"),
        (record(started=1e300), {"honest": True}, "has a started that no run can have"),
        (record(groups=[{**GROUP, "created": 1e300}]), {"honest": True}, "has a created that no"),
        (metrics(**{"step.loss": np.zeros(3)}), {"honest": True}, "not whole"),
        (metrics(**{"step.loss": np.array(["a"])}), {"honest": True}, "not whole"),
        (metrics(**{"step.number": np.zeros(210)}), {"honest": True}, "must rise from 1"),
        (metrics(**{"step.loss": np.array([{}], object)}), {"honest": True}, "step.loss"),
    ],
)
def test_what_was_tampered_with_is_refused_whole(
    store: Store,
    bundle: Path,
    tmp_path: Path,
    change: Change,
    options: dict[str, bool],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    path = rewritten(bundle, change, **options)
    folder = tmp_path / "other"
    assert main(["import-run", str(path), "--store", str(folder)]) == 2
    error = capsys.readouterr().err
    assert sentence in error
    assert error.count("\n") == 1
    assert error.count(str(path)) == 1
    with Store(folder) as other:
        assert other.runs() == []
    assert [p.name for p in folder.iterdir() if p.name.startswith(".import")] == []
    assert list((folder / "runs").iterdir()) == []
    assert not (tmp_path / "evil.txt").exists()


def test_a_member_that_claims_more_than_the_file_holds_is_refused(
    store: Store, bundle: Path
) -> None:
    content = bytearray(bundle.read_bytes())
    at = content.rindex(b"PK\x01\x02")  # the manifest's entry in the directory: it came last
    content[at + 20 : at + 28] = (LARGEST[MANIFEST] - 1).to_bytes(4, "little") * 2
    path = bundle.with_name("claims.zip")
    path.write_bytes(content)
    with pytest.raises(BundleError, match="claims 999,999 bytes, too many"):
        import_run(store, path)
    path.write_bytes(b"no archive")
    with pytest.raises(BundleError, match="is damaged or no run's file"):
        import_run(store, path)
    with pytest.raises(BundleError, match="can't be read"):
        import_run(store, bundle.with_name("nowhere.zip"))


def test_predictions_that_swell_are_refused(
    store: Store, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = rewritten(bundle, predicted(more=np.zeros(2_000_000, np.uint8)), honest=True)
    assert path.stat().st_size < 2_000_000
    monkeypatch.setattr(predictions, "UNPACKED_BYTES", 2_000_000)
    with pytest.raises(BundleError, match="is not what this run's network answered"):
        import_run(store, path)


def test_what_another_network_answered_stays_at_home(
    store: Store, run: Run, tmp_path: Path
) -> None:
    np.savez(store.artifacts(run.run_id) / CHECKPOINT, **{"model.0": np.ones(1)})
    path = tmp_path / "run.zip"
    export_run(store, run, path)
    with zipfile.ZipFile(path) as archive:
        assert set(archive.namelist()) == {MANIFEST, RECORD, METRICS, SPEC, CHECKPOINT, LATENCY}
    assert import_run(store, path).name == f"{run.name} 2"


def test_deleted_undone_and_purged_with_the_run(store: Store, run: Run) -> None:
    def known() -> tuple[int, bool]:
        points = latency.recall(store.folder, Machine(), run.run_id)
        return len(points), predictions.fits(store.folder / "runs" / run.run_id, predictions.TEST)

    store.delete([run.run_id])
    store.restore([run.run_id])
    assert known() == (1, True)
    store.delete([run.run_id])
    assert store.purge() == 1
    assert known() == (0, False)
    assert not list(store.folder.rglob("*latency*"))


def test_a_failed_or_cancelled_import_leaves_nothing(
    store: Store, run: Run, bundle: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*arguments: object, **named: object) -> None:
        raise StoreError("the disk is full")

    monkeypatch.setattr(Store, "update", fail)
    with pytest.raises(StoreError, match="full"):
        import_run(store, bundle)
    monkeypatch.undo()

    def cancel(done: int, total: int) -> None:
        raise InterruptedError("cancelled")

    with pytest.raises(BundleError):
        import_run(store, bundle, cancel)
    assert [r.run_id for r in store.runs()] == [run.run_id]
    assert [p.name for p in (store.folder / "runs").iterdir()] == [run.run_id]
    assert list(store.folder.glob(".import-*")) == []


def test_the_command_says_where_it_cannot_write(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["export-run", "last", "--output", str(tmp_path / "no" / "a.zip")]) == 2
    assert "can't be written" in capsys.readouterr().err
    assert main(["export-run", "last", "--output", str(tmp_path / "a.zip")]) == 0
    assert zipfile.ZipFile(tmp_path / "a.zip").testzip() is None


READ_BACK = """
import json, sys, tensorflow as tf
found = []
for event in tf.compat.v1.train.summary_iterator(sys.argv[1]):
    for value in event.summary.value:
        found.append((event.step, value.tag, value.simple_value))
print(json.dumps([len(found), found]))
"""


def test_tensorflow_reads_the_events_back(store: Store, run: Run, tmp_path: Path) -> None:
    assert main(["export-run", "last", "--format", "tensorboard", "--output", str(tmp_path)]) == 0
    (path,) = (tmp_path / run.run_id).iterdir()
    assert "tfevents" in path.name
    done = subprocess.run(
        [sys.executable, "-c", READ_BACK, str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout.splitlines()[-1])[1]
    steps = store.steps(run.run_id)
    loss_steps = steps.steps.tolist()
    loss = [(step, value) for step, tag, value in found if tag == "train/loss"]
    assert loss == list(
        zip(steps.steps.tolist(), steps.values["loss"].astype(float).tolist(), strict=True)
    )
    assert [step for step, tag, _ in found if tag == "train/gradient_norm"] == loss_steps
    assert not any(tag == "train/penalty" for _, tag, _ in found), "it has none"
    assert [step for step, tag, _ in found if tag == "train/seconds"] == loss_steps
    validation = [value for _, tag, value in found if tag == "validation/accuracy"]
    assert validation == pytest.approx([e.val_accuracy for e in store.epochs(run.run_id)])


def test_events_of_a_run_with_a_penalty_have_it(store: Store, run: Run, tmp_path: Path) -> None:
    values = store.steps(run.run_id).values.copy()
    before = write_events(store, run, tmp_path).read_bytes()
    values["penalty"] = 0.5
    store.add_steps(run.run_id, 1, values, np.ones(210, PROBE_DTYPE))
    after = write_events(store, run, tmp_path).read_bytes()
    assert (before.count(b"train/penalty"), after.count(b"train/penalty")) == (0, 210)


def test_events_of_a_run_without_steps(store: Store, tmp_path: Path) -> None:
    bare = store.create(presets.load(presets.DEFAULT))
    assert write_events(store, bare, tmp_path).stat().st_size == 16 + 24


class Page(HTMLParser):
    """What a browser would see: elements, and the text outside of them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.ids: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name in ("src", "href")]
        self.links += [value or "" for name, value in attrs if name == "xlink:href"]
        self.ids += [value or "" for name, value in attrs if name == "id"]
        assert not any(name.startswith("on") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.words.append(data.strip())


def test_the_report_is_whole_and_safe(store: Store, run: Run, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
    store.update(run.run_id, name=evil, environment={"device": evil})
    other = store.create(run.experiment.with_settings({"training.seed": 7, "name": "plain"}))
    store.finish(other.run_id, RunStatus.FAILED, "no steps")
    path = tmp_path / "report.html"
    ids = [run.run_id, other.run_id]
    assert main(["report", *ids, "--output", str(path)]) == 0
    text = path.read_text(encoding="utf-8")
    page = Page(text)
    assert not {"script", "img", "iframe", "link", "object"} & set(page.tags)
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert page.words.count(evil) >= 3
    assert page.tags.count("svg") == 3
    assert "training.seed" in page.words
    assert any("97" in word and "%" in word for word in page.words)
    assert {"0.500 ms", "373 kB", "12.5 kJ", "Energy"} <= set(page.words)
    first = path.read_bytes()
    assert main(["report", *ids, "--output", str(path)]) == 0
    assert path.read_bytes() == first
