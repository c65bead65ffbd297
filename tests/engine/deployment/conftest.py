"""A small network, trained once, and its LiteRT files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from tests.engine.small import small, train
from workbench.data import load
from workbench.evaluation.answerer import Images, Shares, scaled
from workbench.runs.store import Store


@dataclass(frozen=True)
class Small:
    """A trained network, and what is known of it.

    Attributes:
        store, run_id: Where it is.
        open_batch, one_image: Its float32 LiteRT files.
        calibration: Training images.
        images, labels: Of the test part.
        shares: What Keras makes of those images.
    """

    store: Path
    run_id: str
    open_batch: bytes
    one_image: bytes
    calibration: Images
    images: Images
    labels: np.ndarray
    shares: Shares

    @property
    def accuracy(self) -> float:
        """Of Keras."""
        return self.of(self.shares)

    def of(self, shares: Shares) -> float:
        """The accuracy of answers."""
        return float((shares.argmax(axis=1) == self.labels).mean())


@pytest.fixture(scope="session")
def net(tmp_path_factory: pytest.TempPathFactory) -> Small:
    """Trained in mixed precision, whose models no interpreter takes as they are."""
    from workbench.runtime.export.litert import litert_bytes
    from workbench.runtime.export.network import of_run
    from workbench.runtime.training.keras_answerer import KerasAnswerer
    from workbench.runtime.training.trained import device_here, kept

    folder = tmp_path_factory.mktemp("deployment")
    experiment = small(
        training__epochs=8, training__batch_size=20, hardware__precision="mixed_bfloat16"
    )
    with Store(folder) as store:
        run_id, _ = train(store, experiment)
    run, data = kept(folder, run_id), load(experiment.data)
    model = of_run(run, data.info)
    images = scaled(data.test.images.read(np.arange(len(data.test.images))))
    keras = KerasAnswerer(run, data.info, device_here(experiment))
    return Small(
        folder,
        run_id,
        litert_bytes(model),
        litert_bytes(model, 1),
        scaled(data.train.images.read(np.arange(200))),
        images,
        data.test.labels,
        keras.shares(images),
    )
