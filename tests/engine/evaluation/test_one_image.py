"""One image through a real small network: its answer, its layers, and what can be wrong with it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.small import small, train
from tests.engine.tasks import do
from workbench.data import DataError, load
from workbench.data.images.centring import centred
from workbench.evaluation import one_image
from workbench.evaluation.one_image import Answer, Drawn, FromFile, OfTestPart
from workbench.experiment import Experiment
from workbench.runs.store import Store

SIDE = 8
LAYERS = [
    {"kind": "conv2d", "filters": 20, "padding": "same", "activation": "relu"},
    {"kind": "residual_block", "filters": 6},
    {"kind": "max_pooling2d", "enabled": False},
    {"kind": "max_pooling2d"},
    {"kind": "flatten"},
    {"kind": "dense", "units": 10, "activation": "linear"},
]
"""More filters than are shown, a block, a layer that is off, and logits at the end."""

Trained = tuple[Path, str, Experiment]


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """A store, the id of its run and the experiment."""
    folder = tmp_path_factory.mktemp("try")
    experiment = small(structure__layers=LAYERS)
    with Store(folder) as store:
        run_id, _ = train(store, experiment)
    return folder, run_id, experiment


def ask(trained: Trained, image: Drawn | FromFile | OfTestPart) -> Answer:
    store, run_id, _ = trained
    found: Answer = do("try_image", store, run_id=run_id, image=image)[0]
    return found


def predicted(trained: Trained, images: np.ndarray) -> np.ndarray:
    """What Keras's own `predict` gives for pixels, as shares of the classes."""
    import keras

    from workbench.runtime.training.trained import kept, restored

    store, run_id, experiment = trained
    info = experiment.data.info()
    assert info is not None
    logits = restored(kept(store, run_id), info).model.predict(images / 255.0, verbose=0)
    return np.asarray(keras.ops.softmax(logits))


def test_an_image_of_the_test_part_is_answered_as_predict_does(trained: Trained) -> None:
    test = load(trained[2].data).test
    images = test.images.read(np.arange(3))
    wanted = predicted(trained, images)
    for number in (2, 0):
        found = ask(trained, OfTestPart(number))
        np.testing.assert_allclose(found.probabilities, wanted[number], atol=1e-5)
        assert sum(found.probabilities) == pytest.approx(1, abs=1e-5)
        assert found.label == test.labels[number]
        assert found.likeliest == wanted[number].argmax()
        assert found.test_images == len(test.images)
        np.testing.assert_array_equal(found.image.pixels[0], images[number])


def test_the_layers_give_what_the_analysis_says(trained: Trained) -> None:
    experiment = trained[2]
    info = experiment.data.info()
    assert info is not None
    found = ask(trained, OfTestPart(0))
    costs = [cost for cost in experiment.analysis(info).layers if cost.layer.enabled]
    assert [layer.shape for layer in found.layers] == [cost.output_shape for cost in costs]
    assert [layer.name.partition(" ")[0] for layer in found.layers] == ["1", "2", "4", "5", "6"]
    assert found.layers[0].pixels.shape == (one_image.MAPS, SIDE, SIDE, 1), "the first 16 of 20"
    assert found.layers[0].low == 0.0, "ReLU"
    assert found.layers[0].pixels.max() == 255
    assert found.layers[-1].pixels.shape == (1, 1, 10, 1)
    assert int(found.layers[-1].pixels.argmax()) == found.likeliest
    assert found.filters is not None
    assert found.filters.shape == (3, 3, 1, 20)
    assert found.filters.low == -found.filters.high


def test_drawn_and_opened_images_are_fitted_as_those_of_the_data(
    trained: Trained, tmp_path: Path
) -> None:
    from workbench.data.images.fitting import fitted

    drawn = np.zeros((64, 64), np.uint8)
    drawn[8:56, 28:36] = 255
    seen = fitted(drawn[..., np.newaxis], (SIDE, SIDE), 1)
    found = ask(trained, Drawn(drawn, centred=False))
    np.testing.assert_array_equal(found.image.pixels[0], seen)
    np.testing.assert_allclose(found.probabilities, predicted(trained, seen[None])[0], atol=1e-5)
    assert found.label is None

    file = tmp_path / "one.png"
    Image.fromarray(np.repeat(255 - drawn[..., np.newaxis], 3, axis=2)).save(file)
    inverted = ask(trained, FromFile(file, inverted=True))
    turned = inverted.image.pixels[0].astype(int)
    np.testing.assert_allclose(turned, seen, atol=1, err_msg="but for rounding")
    assert ask(trained, FromFile(file, inverted=False)).image.pixels[0, 0, 0, 0] == 255


def off_centre(digit: np.ndarray) -> np.ndarray:
    """A digit as a person draws one who begins at the upper left."""
    drawing = np.zeros((112, 112), np.uint8)
    drawing[6:54, 3:51] = large(digit, 6)
    return drawing


def large(digit: np.ndarray, times: int) -> np.ndarray:
    return np.kron(digit, np.ones((times, times), np.uint8))


def test_a_drawing_off_the_centre_is_seen_as_the_digits_of_the_data(trained: Trained) -> None:
    images = load(trained[2].data).test.images.read(np.arange(12))[..., 0]
    found: dict[bool, list[int]] = {True: [], False: []}
    wanted = []
    for image in images:
        wanted.append(ask(trained, Drawn(large(image, 14), centred=False)).likeliest)
        for centre, numbers in found.items():
            seen = ask(trained, Drawn(off_centre(image), centred=centre))
            numbers.append(seen.likeliest)
            shown = seen.image.pixels[0, ..., 0]
            if centre:
                np.testing.assert_array_equal(shown, centred(off_centre(image), (SIDE, SIDE), 1.0))
            else:
                assert not shown[SIDE // 2 + 1 :].any()
    right = {centre: np.equal(numbers, wanted).sum() for centre, numbers in found.items()}
    assert right[True] >= 10 > 6 >= right[False], "as if it were drawn large and in the middle"


def bounds(image: np.ndarray) -> tuple[int, int, int, int]:
    rows, columns = np.flatnonzero(image.any(axis=1)), np.flatnonzero(image.any(axis=0))
    return rows[0], rows[-1] + 1, columns[0], columns[-1] + 1


def seven(top: int, left: int, side: int) -> np.ndarray:
    """Heavier above, so that its centre of mass is not that of its box."""
    drawing = np.zeros((112, 112), np.uint8)
    drawing[top : top + side // 5, left : left + side * 2 // 3] = 255
    drawing[top : top + side, left + side // 3 : left + side // 2] = 255
    return drawing


def test_centred_as_mnist_is() -> None:
    image = centred(seven(5, 70, 40), (28, 28))
    top, bottom, left, right = bounds(image)
    assert (bottom - top, right - left) == (20, 13), "the longer side fills the box"
    rows, columns = np.mgrid[:28, :28] + 0.5
    mass = image.sum(dtype=np.float64)
    centre = (image * rows).sum() / mass, (image * columns).sum() / mass
    np.testing.assert_allclose(centre, (14, 14), atol=0.5)
    assert top != 4, "by its mass, not by its box"
    np.testing.assert_array_equal(centred(seven(60, 8, 40), (28, 28)), image)
    np.testing.assert_allclose(centred(seven(20, 9, 80), (28, 28)), image, atol=80)
    assert bounds(centred(seven(60, 8, 40), (28, 28), 1.0))[:2] == (0, 28), "nothing is cut off"


def test_nothing_drawn_and_a_dot_can_be_centred() -> None:
    drawing = np.zeros((112, 112), np.uint8)
    assert not centred(drawing, (28, 28)).any()
    drawing[3, 100] = 255
    assert bounds(centred(drawing, (28, 28))) == (4, 24, 4, 24)
    faint = np.zeros((112, 112), np.uint8)
    faint[0, :112:111] = 1
    assert centred(faint, (28, 28)).shape == (28, 28), "also where nothing is left of it"


def test_the_network_is_kept_until_the_run_goes_on(trained: Trained) -> None:
    store, run_id, _ = trained
    ask(trained, OfTestPart(0))
    _, said = do("try_image", store, run_id=run_id, image=OfTestPart(1))
    assert said == [], "nothing had to be built"
    with Store(store) as opened:
        file = opened.artifacts(run_id) / "checkpoint.npz"
    file.write_bytes(file.read_bytes())
    _, said = do("try_image", store, run_id=run_id, image=OfTestPart(1))
    assert "building the network" in [message.words for message in said]


def test_what_cannot_be_an_image_is_said_in_one_sentence(trained: Trained, tmp_path: Path) -> None:
    file = tmp_path / "notes.png"
    file.write_text("no image")
    with pytest.raises(DataError, match=r"notes\.png: is no image of a known format; open a PNG"):
        ask(trained, FromFile(file, inverted=False))
    with pytest.raises(DataError, match=r"gone\.png: No such file or directory"):
        ask(trained, FromFile(tmp_path / "gone.png", inverted=False))
    with pytest.raises(DataError, match="test image 9,999: the test part has images 1 to 360"):
        ask(trained, OfTestPart(9_998))


def test_a_network_whose_weights_are_no_numbers_says_so(tmp_path: Path) -> None:
    from workbench.runtime.training.checkpoint import CheckpointError

    with Store(tmp_path) as store:
        run_id, _ = train(store, small(training__epochs=1))
        file = store.artifacts(run_id) / "checkpoint.npz"
    with np.load(file, allow_pickle=False) as saved:
        arrays = {name: saved[name] for name in saved.files}
    arrays["model.0"] = np.full_like(arrays["model.0"], np.nan)
    np.savez(file, **arrays)
    with pytest.raises(CheckpointError, match="its training diverged"):
        do("try_image", tmp_path, run_id=run_id, image=OfTestPart(0))


def test_large_maps_are_thinned_and_constant_ones_are_black() -> None:
    maps = one_image.activation_maps("1 Conv2D", np.ones((100, 60, 2), np.float32))
    assert maps.shape == (100, 60, 2)
    assert max(maps.pixels.shape[1:3]) <= one_image.SIDE
    assert not maps.pixels.any()
    assert one_image.filter_pictures("1", np.ones((3, 3, 16, 4), np.float32)) is None
