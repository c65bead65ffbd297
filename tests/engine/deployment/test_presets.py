"""The structure of every preset is written as LiteRT, and answers as Keras does."""

from __future__ import annotations

import numpy as np
import pytest

from workbench import presets
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.evaluation.answerer import Images
from workbench.spec.data import DataInfo

NAMES = tuple("0123456789")


@pytest.mark.parametrize("name", presets.names())
def test_the_structure_answers_as_keras_does(name: str) -> None:
    import keras

    from workbench.runtime.export.litert import litert_bytes
    from workbench.runtime.export.network import float_network

    experiment = presets.load(name).with_settings({"hardware.precision": "mixed_bfloat16"})
    known = experiment.data.info()
    shape = known.image_shape if known is not None else (28, 28, 1)
    model = float_network(experiment, DataInfo(shape, NAMES, 0, 0))
    images: Images = np.random.default_rng(0).random((3, *shape), np.float32)
    network = LiteRTAnswerer(litert_bytes(model, 1))
    wanted = model.predict_on_batch(images)
    keras.utils.clear_session()
    np.testing.assert_allclose(network.shares(images), wanted, atol=1e-4)
    assert network.contents.gives_shares
