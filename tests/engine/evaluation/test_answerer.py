"""A network in plain NumPy is evaluated, timed and asked through the code that asks Keras."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from tests.engine.small import small, train
from workbench.data import load
from workbench.evaluation import answerer
from workbench.evaluation.answerer import Answerer, Images, Layered, Shares, answers, timed
from workbench.evaluation.classification import Evaluation
from workbench.evaluation.one_image import answer_of
from workbench.evaluation.predictions import TEST, Predictions
from workbench.runs.store import Store

NAMES = tuple("0123456789")


class NearestMean:
    """Takes an image for the class whose mean image is nearest."""

    def __init__(self, images: Images, labels: np.ndarray) -> None:
        flat = images.reshape(len(images), -1)
        self._means = np.stack([flat[labels == k].mean(axis=0) for k in range(10)])
        self.image_shape = images.shape[1:]
        self.bytes = self._means.nbytes
        self.calls: list[int] = []

    def describe(self) -> str:
        return "NumPy"

    def shares(self, images: Images) -> Shares:
        self.calls.append(len(images))
        flat = images.reshape(len(images), 1, -1)
        scores = np.exp(-((flat - self._means) ** 2).sum(axis=2))
        shares: Shares = (scores / scores.sum(axis=1, keepdims=True)).astype(np.float32)
        return shares

    def loaded(self, images: Images) -> Callable[[], object]:
        return lambda: self.shares(images)


class WithLayer(NearestMean):
    """And shows what lies between: the distance to each mean."""

    layer_names = ("1 Distance",)
    first_kernel = None

    def layers(self, image: Images) -> tuple[Shares, list[np.ndarray]]:
        return self.shares(image), [image.reshape(1, -1)[:, : len(self._means)]]


@pytest.fixture(scope="module")
def network() -> NearestMean:
    part = load(small().data).train
    pixels = part.images.read(np.arange(len(part.images)))
    return NearestMean(answerer.scaled(pixels), part.labels)


def test_it_is_evaluated_as_any_network_is(network: NearestMean) -> None:
    test = load(small().data).test
    rows, heard = np.arange(len(test.labels))[::-1], list[int]()
    shares = answers(network, test.images, rows, heard.append)
    assert shares.shape == (len(rows), 10)
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)
    labels = test.labels[rows]
    evaluation = Evaluation(Predictions(TEST, rows, labels, shares, "", "", NAMES))
    assert evaluation.accuracy > 0.8, "in the order of the rows"
    assert heard == [0]


def test_batches_come_in_order_though_they_are_read_side_by_side(
    network: NearestMean, monkeypatch: pytest.MonkeyPatch
) -> None:
    test = load(small().data).test
    rows = np.arange(100)
    whole = answers(network, test.images, rows, lambda done: None)
    monkeypatch.setattr(answerer, "BATCH", 7)
    heard: list[int] = []
    np.testing.assert_array_equal(answers(network, test.images, rows, heard.append), whole)
    assert heard == list(range(0, 100, 7))


def test_it_ends_where_who_asked_has_enough(
    network: NearestMean, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answerer, "BATCH", 10)

    def enough(done: int) -> None:
        if done >= 30:
            raise KeyboardInterrupt

    test = load(small().data).test
    before = len(network.calls)
    with pytest.raises(KeyboardInterrupt):
        answers(network, test.images, np.arange(200), enough)
    assert len(network.calls) - before == 3


def test_it_is_timed_as_any_network_is(network: NearestMean) -> None:
    images = np.zeros((4, *network.image_shape), np.float32)
    network.calls.clear()
    point = timed(network, [images, images], 1, 0.01, lambda: None)
    assert (point.threads, point.batch_size) == (1, 4)
    assert point.calls >= answerer.CALLS
    assert 0 < point.median <= point.p95 <= point.p99
    assert len(network.calls) > point.calls, "after a warm-up that doesn't count"
    assert set(network.calls) == {4}


def test_one_image_is_answered_with_layers_where_it_has_any(network: NearestMean) -> None:
    part = load(small().data).test
    image = part.images.read(np.array([0]))[0]
    found = answer_of(network, image, NAMES, label=int(part.labels[0]))
    assert found.likeliest == int(network.shares(answerer.scaled(image[None]))[0].argmax())
    assert (found.layers, found.filters, found.label) == ((), None, int(part.labels[0]))
    np.testing.assert_array_equal(found.image.pixels[0], image)
    pixels = part.images.read(np.arange(360))
    more: Answerer = WithLayer(answerer.scaled(pixels), part.labels)
    assert isinstance(more, Layered)
    assert not isinstance(network, Layered)
    (layer,) = answer_of(more, image, NAMES).layers
    assert (layer.name, layer.shape) == ("1 Distance", (10,))


def test_a_run_in_keras_is_such_a_network(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from workbench.runtime.training import keras_answerer
    from workbench.runtime.training.keras_answerer import KerasAnswerer
    from workbench.runtime.training.trained import device_here, kept

    experiment = small(training__epochs=1)
    with Store(tmp_path) as store:
        run_id, _ = train(store, experiment)
        accuracy, parameters = store.run(run_id).test_accuracy, store.run(run_id).parameters
    run, data = kept(tmp_path, run_id), load(experiment.data)
    network = KerasAnswerer(run, data.info, device_here(experiment))
    assert isinstance(network, Layered)
    assert network.image_shape == data.info.image_shape
    assert network.bytes == 4 * (parameters or 0)
    assert network.describe().startswith("Keras on ")
    shares = answers(network, data.test.images, np.arange(360), lambda done: None)
    assert (shares.argmax(axis=1) == data.test.labels).mean() == pytest.approx(accuracy, abs=1e-6)
    images = answerer.scaled(data.test.images.read(np.arange(3)))
    np.testing.assert_allclose(network.loaded(images)(), shares[:3], atol=1e-5)
    np.testing.assert_allclose(network.layers(images[:1])[0], shares[:1], atol=1e-5)
    counted: list[object] = []
    monkeypatch.setattr(keras_answerer, "_item_bytes", counted.append)
    answer_of(network, images[0], NAMES)
    assert counted == [], "the weights are counted once, not for each answer"
