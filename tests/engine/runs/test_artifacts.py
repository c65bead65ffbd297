"""A new kind of file of a run is one class and one line; everything else follows."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Generator
from pathlib import Path

import numpy as np
import pytest

from workbench.exchange.bundle import MANIFEST, BundleError, export_run, import_run
from workbench.experiment import Experiment
from workbench.runs import artifacts, checkpoint_file
from workbench.runs.artifacts import Artifact, RunFolder, known_artifacts
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store


class Masks(Artifact):
    """Made up: which weights were pruned."""

    name = "masks.json"
    most_bytes = 1000

    def fault(self, folder: Path) -> str:
        """That it is no list, or of other weights."""
        about = json.loads((folder / self.name).read_bytes())
        if about["weights"] != checkpoint_file.weights_of(folder):
            return "is of other weights"
        return "" if isinstance(about["masks"], list) else "holds no masks"

    def weights(self, folder: Path) -> str:
        """Those that were pruned."""
        return str(json.loads((folder / self.name).read_bytes())["weights"])


MASKS = Masks()


@pytest.fixture
def run(store: Store, monkeypatch: pytest.MonkeyPatch) -> Run:
    """With a checkpoint and masks of it, and a file that is no artifact."""
    line = f"{__name__}:MASKS"
    monkeypatch.setattr(artifacts, "ARTIFACTS", (*artifacts.ARTIFACTS, line))
    made = store.create(Experiment(name="pruned"))
    store.finish(made.run_id, RunStatus.COMPLETED)
    folder = store.artifacts(made.run_id)
    np.savez(folder / checkpoint_file.FILE, **{"model.0": np.ones(1)})
    about = {"weights": checkpoint_file.weights_of(folder), "masks": [0, 1]}
    (folder / MASKS.name).write_text(json.dumps(about))
    (folder / "crash.json").write_text("{}")
    return store.run(made.run_id)


@pytest.fixture
def store(tmp_path: Path) -> Generator[Store]:
    with Store(tmp_path / "store") as opened:
        yield opened


def test_a_new_artifact_is_in_the_folder_the_bundle_and_the_other_store(
    store: Store, run: Run, tmp_path: Path
) -> None:
    folder = RunFolder(store.artifacts(run.run_id))
    assert [each.name for each in folder.sound()] == [checkpoint_file.FILE, "masks.json"]
    path = tmp_path / "run.zip"
    export_run(store, run, path)
    with zipfile.ZipFile(path) as archive:
        members = json.loads(archive.read(MANIFEST))["members"]
    assert members["masks.json"]["weights"] == members[checkpoint_file.FILE]["weights"] != ""
    assert "crash.json" not in members
    with Store(tmp_path / "other") as other:
        taken = import_run(other, path)
        theirs = RunFolder(other.artifacts(taken.run_id))
        assert theirs.file(MASKS).read_bytes() == folder.file(MASKS).read_bytes()
        other.delete([taken.run_id])
        assert other.purge() == 1
        assert not theirs.path.exists()


def test_one_that_is_not_sound_is_not_sent_and_not_taken(
    store: Store, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = RunFolder(store.artifacts(run.run_id))
    sound = tmp_path / "sound.zip"
    export_run(store, run, sound)
    with monkeypatch.context() as patch:
        patch.setattr(Masks, "fault", lambda self, folder: "is of other weights")
        with pytest.raises(BundleError, match=r"masks\.json is of other weights"):
            import_run(store, sound)
    np.savez(folder.path / checkpoint_file.FILE, **{"model.0": np.zeros(1)})  # trained on
    path = tmp_path / "run.zip"
    export_run(store, run, path)
    with zipfile.ZipFile(path) as archive:
        assert "masks.json" not in archive.namelist()
        assert checkpoint_file.FILE in archive.namelist()
    assert folder.has(MASKS)


def test_a_bundle_with_an_artifact_that_nobody_knows_is_refused(
    store: Store, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "run.zip"
    export_run(store, run, path)
    known = [line for line in artifacts.ARTIFACTS if "MASKS" not in line]
    monkeypatch.setattr(artifacts, "ARTIFACTS", tuple(known))
    with pytest.raises(BundleError, match=r"holds the member 'masks\.json', which no run's file"):
        import_run(store, path)


def test_every_artifact_has_a_name_of_its_own() -> None:
    names = [each.name for each in known_artifacts()]
    assert names == [
        "checkpoint.npz",
        "compression.npz",
        "model.tflite",
        "predictions-test.npz",
        "predictions-validation.npz",
        "latency.json",
    ], "what is of other files comes after them"
