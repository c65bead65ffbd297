"""A look inside real small networks: weights, gradients, dead units, and the faults among them."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small, train
from tests.engine.tasks import do
from workbench import presets
from workbench.evaluation.inner_state import BINS, LayerInside, faults
from workbench.experiment import Experiment
from workbench.runs.store import Store

DENSE = {"kind": "dense", "units": 10, "activation": "softmax"}


def look(store: Path, experiment: Experiment) -> list[LayerInside]:
    """Trains, and looks inside; the checkpoint stays as it is."""
    with Store(store) as opened:
        run_id, _ = train(opened, experiment)
        file = opened.artifacts(run_id) / "checkpoint.npz"
        before = hashlib.sha256(file.read_bytes()).hexdigest()
        result, _ = do("look_inside", store, run_id=run_id)
        assert hashlib.sha256(file.read_bytes()).hexdigest() == before
    return list(result.layers)


def test_a_healthy_network_shows_its_weights_and_no_fault(tmp_path: Path) -> None:
    experiment = presets.load("digits-cnn").with_settings({"training.epochs": 3})
    layers = look(tmp_path, experiment)
    info = experiment.data.info()
    assert info is not None
    assert sum(layer.weights for layer in layers) == experiment.analysis(info).trainable
    assert [layer.name.split()[1] for layer in layers] == 3 * ["Conv2D"] + 2 * ["Dense"]
    for layer in layers:
        assert len(layer.counts) == BINS
        assert sum(layer.counts) == layer.weights
        assert layer.low < 0 < layer.high
        assert layer.gradient > 0
    assert [layer.dead is None for layer in layers] == 4 * [False] + [True]
    assert faults(experiment, layers) == []


def test_the_histogram_is_that_of_the_checkpoint(tmp_path: Path) -> None:
    experiment = small(structure__layers=[{"kind": "flatten"}, DENSE], training__epochs=1)
    (layer,) = look(tmp_path, experiment)
    with Store(tmp_path) as store:
        folder = store.artifacts(store.runs()[0].run_id)
    with np.load(folder / "checkpoint.npz", allow_pickle=False) as saved:
        weights = np.concatenate([saved["model.0"].ravel(), saved["model.1"].ravel()])
    assert layer.counts == tuple(np.histogram(weights, BINS)[0].tolist())
    assert layer.spread == pytest.approx(weights.std())


def test_units_that_were_driven_below_zero_are_found_dead(tmp_path: Path) -> None:
    hidden = {"kind": "dense", "units": 32, "activation": "relu"}
    experiment = small(
        structure__layers=[{"kind": "flatten"}, hidden, DENSE], optimizer__learning_rate=3.0
    )
    layers = look(tmp_path, experiment)
    (finding, *_) = faults(experiment, layers)
    assert finding.kind == "dead_units"
    assert f"% in {layers[0].name}" in finding.evidence
    leaky = finding.remedies[0].applied(experiment)
    assert leaky.at("structure.layers[1].activation") == "leaky_relu"


def test_gradients_that_vanish_through_sigmoids_are_found(tmp_path: Path) -> None:
    hidden: dict[str, Any] = {"kind": "dense", "units": 16, "activation": "sigmoid"}
    experiment = small(
        structure__layers=[{"kind": "flatten"}, *8 * [hidden], DENSE], training__epochs=1
    )
    (finding,) = faults(experiment, look(tmp_path, experiment))
    assert finding.kind == "vanishing_gradients"
    mended = finding.remedies[0].applied(experiment)
    assert mended.at("structure.layers[1].activation") == "relu"
    assert mended.at("structure.layers[9].activation") == "softmax"


def test_a_run_without_a_checkpoint_says_so(tmp_path: Path) -> None:
    from workbench.runtime.training.checkpoint import CheckpointError

    with Store(tmp_path) as store:
        run_id = store.create(small()).run_id
    with pytest.raises(CheckpointError, match="no checkpoint"):
        do("look_inside", tmp_path, run_id=run_id)
