"""How a run's data were read is kept with it, and every later image is read alike."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.small import SMALL, small, stop_after, train
from tests.engine.tasks import do
from workbench.data import DataError
from workbench.evaluation.one_image import Answer, FromFile
from workbench.exchange.bundle import export_run, import_run
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.spec.data import Reading

WHITE = 1023
"""Images use 10 of 16 bits."""


@pytest.fixture
def images(tmp_path: Path) -> Path:
    """Two classes of 16-bit images, bright on the left or on the right."""
    rng = np.random.default_rng(0)
    for number in range(40):
        pixels = rng.integers(0, 300, (8, 8)).astype(np.uint16)
        pixels[:, slice(0, 4) if number % 2 else slice(4, 8)] += 700
        place = tmp_path / "images" / ("left" if number % 2 else "right")
        place.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(place / f"{number:02}.png")
    return tmp_path / "images"


def experiment_on(folder: Path) -> Experiment:
    layers = [
        *SMALL["structure.layers"][:-1],
        {"kind": "dense", "units": 2, "activation": "softmax"},
    ]
    return small(
        data__kind="image_folder",
        data__path=str(folder),
        structure__layers=layers,
        training__batch_size=8,
        training__epochs=8,
    )


def forget_reading(store: Store, run_id: str) -> None:
    """Makes a run one of before the reading was kept."""
    environment = dict(store.run(run_id).environment)
    del environment["reading"]
    store.update(run_id, environment=environment)


def asked(store: Path, run_id: str, path: Path) -> Answer:
    image = FromFile(path, inverted=False)
    return do("try_image", store, run_id=run_id, image=image)[0]


def test_the_scale_is_kept_and_used(images: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        run_id, _ = train(store, experiment_on(images))
        run = store.run(run_id)
        assert run.reading is not None
        assert run.reading.white == WHITE
        assert run.test_accuracy == 1.0

        result, _ = do("evaluate", store.folder, run_id=run_id, part="test")
        assert (result.accuracy, result.warning) == (1.0, "")
        seen = asked(store.folder, run_id, images / "left" / "01.png")
        assert seen.class_names[seen.likeliest] == "left"
        assert seen.image.pixels.max() > 200

        # A darker copy of the folder doesn't change the scale of the run.
        for file in images.rglob("*.png"):
            Image.fromarray(np.asarray(Image.open(file)) // 4).save(file)
        dim = asked(store.folder, run_id, images / "left" / "01.png")
        assert 40 < dim.image.pixels.max() < 80

        export_run(store, run, tmp_path / "run.zip")
    with Store(tmp_path / "other") as other:
        import_run(other, tmp_path / "run.zip")
        assert other.run(run_id).reading == run.reading


def test_a_run_of_before_is_asked_by_the_rules_of_then(images: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        run_id, _ = train(store, experiment_on(images), stop_after(4))
        forget_reading(store, run_id)
        assert store.run(run_id).reading == Reading(version=1)
        dim = asked(store.folder, run_id, images / "left" / "01.png")
        assert dim.image.pixels.max() == round(WHITE / 257)
        train(store, run_id)
        resumed = store.run(run_id).reading
        assert resumed is not None
        assert resumed.version == 1


def test_a_run_with_other_classes_goes_on_with_none(images: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        run_id, _ = train(store, experiment_on(images), stop_after(4))
        (images / "left").rename(images / "west")
        with pytest.raises(DataError, match=r"classes are no longer those .*now right and west"):
            train(store, run_id)


def test_a_damaged_reading_is_that_of_the_first_rules(images: Path, tmp_path: Path) -> None:
    with Store(tmp_path / "store") as store:
        run = store.create(experiment_on(images))
        assert store.run(run.run_id).reading is None
        for damaged in (
            {"white": "x"},
            [],
            "x",
            None,
            {"parts": 3},
            {"white": -1},
            {"white": float("nan")},
            {"ground": "red"},
        ):
            known = replace(run, fingerprint="abc", environment={"reading": damaged})
            assert known.reading == Reading(version=1)
