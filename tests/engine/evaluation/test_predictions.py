"""The file of predictions beside a run: kept exactly, refused where damaged or out of date."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.compression.model_file import MODEL_FILE
from workbench.compression.progress import PROGRESS, CompressionProgress
from workbench.evaluation import predictions
from workbench.evaluation.predictions import Pictures, Predictions
from workbench.runs import checkpoint_file

PICTURES = Pictures(np.array([1]), np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3))


def checkpoint(folder: Path, weight: float, moment: float = 0.0) -> None:
    np.savez(
        folder / checkpoint_file.FILE,
        **{"model.0": np.array([weight]), "optimizer.0": np.array([moment])},
    )


@pytest.fixture
def kept(tmp_path: Path) -> Predictions:
    checkpoint(tmp_path, 1.0)
    made = Predictions(
        "test",
        np.array([4, 7]),
        np.array([1, 0], np.int32),
        np.array([[0.25, 0.75], [0.4, 0.6]], np.float32),
        "abc",
        checkpoint_file.weights_of(tmp_path),
        ("cat", "dög \udcff"),
    )
    predictions.save(tmp_path, made, PICTURES)
    return made


def test_what_was_kept_comes_back(tmp_path: Path, kept: Predictions) -> None:
    found = predictions.load(tmp_path)
    assert found is not None
    for name in ("rows", "labels", "probabilities"):
        before, after = getattr(kept, name), getattr(found, name)
        np.testing.assert_array_equal(before, after)
        assert before.dtype == after.dtype
    assert (found.part, found.digest, found.weights) == ("test", "abc", kept.weights)
    assert found.class_names == kept.class_names
    assert found.predicted.tolist() == [1, 1]
    pictures = predictions.load_pictures(tmp_path)
    assert pictures is not None
    np.testing.assert_array_equal(pictures.places, PICTURES.places)
    np.testing.assert_array_equal(pictures.pixels, PICTURES.pixels)
    assert predictions.load(tmp_path, "validation") is None
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_a_quantized_file_answers_in_place_of_the_weights(
    tmp_path: Path, kept: Predictions
) -> None:
    """What the weights answered, as an older version asked them, is still the run's; and out of
    date.
    """
    (tmp_path / MODEL_FILE.name).write_bytes(b"\0\0\0\0TFL3 a file")
    assert predictions.load(tmp_path) is not None, "as long as no step quantized it"
    facts = {"quantize": "int8"}
    (tmp_path / PROGRESS.name).write_bytes(CompressionProgress("", (), facts=facts).packed())
    assert predictions.load(tmp_path) is None
    assert predictions.OF_TEST.fault(tmp_path) == ""
    by_file = replace(kept, weights=predictions.answering(tmp_path))
    predictions.save(tmp_path, by_file, PICTURES)
    found = predictions.load(tmp_path)
    assert found is not None
    assert (found.are_of_file, kept.are_of_file) == (True, False)
    (tmp_path / MODEL_FILE.name).write_bytes(b"\0\0\0\0TFL3 another")
    assert predictions.load(tmp_path) is None
    assert predictions.OF_TEST.fault(tmp_path) == "is not what this run's network answered"


def test_weights_that_trained_on_make_them_out_of_date(tmp_path: Path, kept: Predictions) -> None:
    checkpoint(tmp_path, 1.0, moment=2.0)  # the optimizer's state answers nothing
    assert predictions.load(tmp_path) is not None
    checkpoint(tmp_path, 1.5)
    assert predictions.load(tmp_path) is None
    (tmp_path / checkpoint_file.FILE).unlink()
    assert predictions.load(tmp_path) is None


@pytest.mark.parametrize(
    "change",
    [
        {"labels": np.array([1, 2], np.int32)},
        {"labels": np.array([1], np.int32)},
        {"probabilities": np.array([0.25, 0.75], np.float32)},
    ],
    ids=["a label without a class", "a label too few", "no row an image"],
)
def test_what_does_not_fit_together_is_refused(
    tmp_path: Path, kept: Predictions, change: dict[str, Any]
) -> None:
    predictions.save(tmp_path, replace(kept, **change), PICTURES)
    assert predictions.load(tmp_path) is None


def test_damaged_files_and_pickles_are_refused(tmp_path: Path, kept: Predictions) -> None:
    path = predictions.file_of(tmp_path)
    whole = path.read_bytes()
    for damaged in (whole[: len(whole) // 2], b"", whole[:80] + bytes(60) + whole[140:]):
        path.write_bytes(damaged)
        assert predictions.load(tmp_path) is None
    np.savez(path, about=np.array([{}], dtype=object), places=np.array([{}], dtype=object))
    assert predictions.load(tmp_path) is None
    assert predictions.load_pictures(tmp_path) is None
