"""A LiteRT file answers as Keras does, through the code that asks any network."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.deployment.conftest import Small
from workbench.deployment import litert_file
from workbench.deployment.litert_answerer import LiteRTAnswerer, from_tensor, refusal, to_tensor
from workbench.deployment.litert_file import ModelFileError
from workbench.evaluation.answerer import answers, timed

NAMES = tuple(f"digit {number}" for number in range(10))


@pytest.mark.parametrize("form", ["open_batch", "one_image"])
def test_it_answers_as_keras_does(net: Small, form: str) -> None:
    network = LiteRTAnswerer(getattr(net, form))
    shares = network.shares(net.images)
    assert net.accuracy > 0.8, "it learned something that can be lost"
    np.testing.assert_allclose(shares, net.shares, atol=0.03)  # Keras computed in bfloat16
    assert net.of(shares) == pytest.approx(net.accuracy, abs=0.01)
    assert network.image_shape == (8, 8, 1)
    assert (network.batch, network.takes) == ((-1 if form == "open_batch" else 1), "float32")
    assert network.bytes >= 4 * (4 * 9 + 4 + 10 * 64 + 10)
    assert network.describe() == "LiteRT on CPU, 1 thread"


@pytest.mark.parametrize("form", ["open_batch", "one_image"])
def test_any_number_of_images_is_answered_in_any_order(net: Small, form: str) -> None:
    network = LiteRTAnswerer(getattr(net, form), threads=0)
    whole = network.shares(net.images[:10])
    for size in (3, 1, 7, 10):
        np.testing.assert_allclose(network.shares(net.images[:size]), whole[:size], atol=1e-6)
    np.testing.assert_allclose(whole.sum(axis=1), 1, atol=1e-5)


def test_the_code_that_evaluates_and_times_networks_takes_it(net: Small) -> None:
    class Test:
        def read(self, rows: np.ndarray) -> np.ndarray:
            return net.images[rows]

    network = LiteRTAnswerer(net.open_batch)
    rows = np.arange(len(net.images))[::-1]
    found = answers(network, Test(), rows, lambda done: None)
    np.testing.assert_allclose(found[::-1], network.shares(net.images), atol=1e-5)
    point = timed(network, [net.images[:4], net.images[4:8]], 1, 0.01, lambda: None)
    assert 0 < point.median <= point.p99
    raw = network.loaded(net.images[:4])()
    np.testing.assert_allclose(raw, network.shares(net.images[:4]), atol=1e-5)


def test_a_batch_of_several_is_filled_up(net: Small) -> None:
    from workbench.data import load
    from workbench.runtime.export.litert import litert_bytes
    from workbench.runtime.export.network import of_run
    from workbench.runtime.training.trained import kept

    run = kept(net.store, net.run_id)
    network = LiteRTAnswerer(litert_bytes(of_run(run, load(run.experiment.data).info), 4))
    assert network.batch == 4
    whole = LiteRTAnswerer(net.open_batch).shares(net.images[:10])
    np.testing.assert_allclose(network.shares(net.images[:10]), whole, atol=1e-5)


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.int16])
def test_integers_keep_what_their_scale_can_say(kind: type[np.integer[Any]]) -> None:
    limits = np.iinfo(kind)
    scale = 1 / (int(limits.max) - int(limits.min))
    detail = {"dtype": kind, "quantization": (scale, int(limits.min))}
    values = np.linspace(0, 1, 50, dtype=np.float32)
    np.testing.assert_allclose(from_tensor(to_tensor(values, detail), detail), values, atol=scale)
    beyond = to_tensor(np.array([-9.0, 9.0], np.float32), detail)
    assert beyond.tolist() == [limits.min, limits.max], "what lies beyond is cut off, not wrapped"


def test_logits_become_shares(net: Small) -> None:
    from tests.engine.deployment.graphs import without_softmax

    network = LiteRTAnswerer(without_softmax(net.open_batch))
    assert not network.contents.gives_shares
    np.testing.assert_allclose(
        network.shares(net.images), LiteRTAnswerer(net.open_batch).shares(net.images), atol=1e-5
    )


def test_labels_travel_inside_the_file(net: Small) -> None:
    labelled = litert_file.with_entries(net.open_batch, [*NAMES[:9], "two\nlines"], "a run")
    assert labelled == litert_file.with_entries(net.open_batch, [*NAMES[:9], "two\nlines"], "a run")
    with zipfile.ZipFile(io.BytesIO(labelled)) as archive:
        assert archive.read("labels.txt").decode().splitlines()[0] == NAMES[0]
    network = LiteRTAnswerer(labelled)
    assert network.contents.labels == (*NAMES[:9], "two lines")
    assert network.contents.run_id == "a run"
    assert LiteRTAnswerer(net.open_batch).contents.labels == ()
    np.testing.assert_array_equal(
        network.shares(net.images), LiteRTAnswerer(net.open_batch).shares(net.images)
    )


def test_a_stripped_file_is_smaller_and_answers_the_same(net: Small) -> None:
    stripped = litert_file.stripped(net.one_image)
    assert len(stripped) < len(net.one_image) - 500
    np.testing.assert_array_equal(
        LiteRTAnswerer(stripped).shares(net.images),
        LiteRTAnswerer(net.one_image).shares(net.images),
    )


def test_contents_say_what_is_inside(net: Small) -> None:
    found = litert_file.contents(net.one_image)
    assert found.bytes == len(net.one_image)
    assert 0 < found.gzip_bytes < found.bytes
    assert len(found.digest) == 64
    assert found.operators["CONV_2D"] == 1
    assert "SHAPE" not in found.operators, "a batch that is fixed needs none"
    assert "SHAPE" in litert_file.contents(net.open_batch).operators


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is no LiteRT file"),
        (b"PK\x03\x04" + bytes(100), "is no LiteRT file"),
        (b"\x20\0\0\0TFL3" + bytes(40), "damaged"),
    ],
)
def test_what_is_no_such_file_is_refused_in_one_sentence(content: bytes, said: str) -> None:
    with pytest.raises(ModelFileError, match=said) as refused:
        LiteRTAnswerer(content, name="model.tflite")
    assert str(refused.value).startswith("model.tflite: ")
    assert "\n" not in str(refused.value)


def test_a_file_that_is_cut_off_is_refused(net: Small) -> None:
    for share in (0.1, 0.3, 0.5, 0.9):
        with pytest.raises(ModelFileError, match=r"^the file: [^\n]+$"):
            LiteRTAnswerer(net.open_batch[: int(share * len(net.open_batch))])


def test_what_classifies_no_images_is_refused(net: Small) -> None:
    from tests.engine.deployment.graphs import with_flat_input

    with pytest.raises(ModelFileError, match=r"takes \(1, 64\) and gives \(1, 10\)"):
        LiteRTAnswerer(with_flat_input())


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ("Select TensorFlow op(s), included in the given model, ... Flex delegate", "float32"),
        ("failed to create XNNPACK runtime", "always zero"),
        ("something else", "something else"),
    ],
)
def test_refusals_say_what_would_help(error: str, said: str) -> None:
    assert said in refusal("x.tflite", RuntimeError(error))


def test_reading_a_file_names_it(tmp_path: Path) -> None:
    with pytest.raises(ModelFileError, match=r"nowhere\.tflite: there is no such file"):
        litert_file.read(tmp_path / "nowhere.tflite")
    with pytest.raises(ModelFileError, match="is a folder; name a file"):
        litert_file.read(tmp_path)
    with pytest.raises(ModelFileError, match="there is no such file"):
        litert_file.read(tmp_path / ("n" * 300))
    other = tmp_path / "other.tflite"
    other.write_text("hello, this is text")
    with pytest.raises(ModelFileError, match="is no LiteRT file"):
        litert_file.read(other)
