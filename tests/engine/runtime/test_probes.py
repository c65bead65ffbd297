"""Probes: the gradient's norm and the update-to-weight ratio of each step, from loop to curves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.engine.small import small, stop_after, train
from workbench.curves.reading import read_curves
from workbench.exchange.codegen import keras_script
from workbench.execution.messages import Steps
from workbench.experiment import Experiment
from workbench.runs.store import Store

RATE, STEPS, BATCH, SIDE, CLASSES = 0.5, 4, 8, 4, 3
Floats = npt.NDArray[np.float64]


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "store") as opened:
        yield opened


# --- the loop against NumPy ----------------------------------------------------------------------


def softmax_regression(**settings: Any) -> Experiment:
    named = {path.replace("__", "."): value for path, value in settings.items()}
    return Experiment().with_settings(
        {
            "structure.layers": [
                {"kind": "flatten"},
                {"kind": "dense", "units": CLASSES, "activation": "softmax"},
            ],
            "optimizer.kind": "sgd",
            "optimizer.learning_rate": RATE,
            "training.batch_size": BATCH,
            **named,
        }
    )


def probed(experiment: Experiment) -> tuple[list[Floats], Floats, npt.NDArray[np.int32], Any]:
    """First weights, images (in rows), labels, and what each step of the loop gives."""
    from workbench.data import ArrayImages, Part
    from workbench.runtime.training import hardware
    from workbench.runtime.training.fresh import fresh_loop
    from workbench.runtime.training.pipeline import feed
    from workbench.spec.data import DataInfo

    count = STEPS * BATCH
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (count, SIDE, SIDE, 1)).astype(np.uint8)
    labels = random.integers(0, CLASSES, count).astype(np.int32)
    info = DataInfo((SIDE, SIDE, 1), tuple("abc"), count, 0)
    device = hardware.choose(experiment.hardware)
    loop = fresh_loop(experiment, info, device, count, probes=True)
    first = [weight.numpy().astype(np.float64) for weight in loop.model.trainable_variables]
    source = feed(Part(ArrayImages(images), labels), BATCH)
    taken = loop.train(source, source.begin(np.arange(count), 0), 0, np.full(STEPS, RATE))
    results = (taken.loss, taken.accuracy, *taken.probes)
    return first, images.reshape(count, -1) / 255.0, labels, results


def norm(arrays: list[Floats]) -> float:
    return float(np.sqrt(sum(np.sum(array**2) for array in arrays)))


def by_hand(
    weights: list[Floats],
    images: Floats,
    labels: npt.NDArray[np.int32],
    every: int = 1,
    most: float = np.inf,
) -> tuple[list[float], list[float]]:
    """Gradient descent written out: norms of the gradients and ratios of the updates.

    Args:
        weights: To begin with: kernel and bias.
        images, labels: Of all steps.
        every: Steps to an update.
        most: To which the norm of each gradient is clipped.
    """
    norms, ratios, sums = [], [], [np.zeros_like(weight) for weight in weights]
    for step in range(STEPS):
        x, y = (part[step * BATCH : (step + 1) * BATCH] for part in (images, labels))
        powers = np.exp(x @ weights[0] + weights[1])
        error = (powers / powers.sum(1, keepdims=True) - np.eye(CLASSES)[y]) / BATCH
        gradients = [x.T @ error, error.sum(0)]
        norms.append(norm(gradients))
        sums = [total + gradient for total, gradient in zip(sums, gradients, strict=True)]
        if (step + 1) % every:
            ratios.append(0.0)
            continue
        size = norm(sums) / every
        taken = [total / every * min(1.0, most / size) for total in sums]
        ratios.append(RATE * norm(taken) / norm(weights))
        weights = [weight - RATE * g for weight, g in zip(weights, taken, strict=True)]
        sums = [np.zeros_like(total) for total in sums]
    return norms, ratios


@pytest.mark.parametrize(
    ("settings", "by", "within"),
    [
        ({}, {}, 1e-5),
        ({"hardware__jit_compile": True}, {}, 1e-5),
        ({"hardware__precision": "mixed_float16"}, {}, 1e-2),
        ({"optimizer__global_clipnorm": 0.05}, {"most": 0.05}, 1e-5),
        ({"optimizer__gradient_accumulation_steps": 2}, {"every": 2}, 1e-5),
        ({"optimizer__kind": "gradient_descent"}, {"every": STEPS}, 1e-5),
    ],
    ids=["fused", "XLA", "float16", "clipped", "accumulated", "full batch"],
)
def test_norm_and_ratio_equal_numpys(
    settings: dict[str, Any], by: dict[str, Any], within: float
) -> None:
    first, images, labels, (_, _, norms, ratios) = probed(softmax_regression(**settings))
    expected_norms, expected_ratios = by_hand(first, images, labels, **by)
    np.testing.assert_allclose(norms, expected_norms, rtol=within)
    np.testing.assert_allclose(ratios, expected_ratios, rtol=within)


# --- runs ----------------------------------------------------------------------------------------


def test_probes_change_nothing_and_are_kept(store: Store) -> None:
    plain, plainly = train(store, small())
    watched, said = train(store, small(training__probes=True))
    np.testing.assert_array_equal(store.steps(plain).values["loss"], loss := losses(store, watched))
    assert store.run(watched).test_loss == store.run(plain).test_loss
    probes = store.probes(watched)
    assert probes.steps.tolist() == list(range(1, len(loss) + 1))
    assert (probes.values["gradient_norm"] > 0).all()
    assert (probes.values["update_ratio"] > 0).all()
    told = [norm for m in said if isinstance(m, Steps) for norm in m.gradient_norm or ()]
    assert told == probes.values["gradient_norm"].tolist()
    assert len(store.probes(plain).steps) == 0
    assert all(m.gradient_norm is m.update_ratio is None for m in plainly if isinstance(m, Steps))


def test_a_resumed_run_records_what_one_that_was_never_stopped_does(store: Store) -> None:
    whole, _ = train(store, small(training__probes=True))
    cut, _ = train(store, small(training__probes=True), stop_after(9))
    train(store, cut)
    np.testing.assert_array_equal(store.probes(cut).values, store.probes(whole).values)
    np.testing.assert_array_equal(losses(store, cut), losses(store, whole))
    curves = read_curves(store, store.run(cut))
    steps, norms = curves.points("gradient_norm", "step")
    assert steps.tolist() == store.probes(cut).steps.tolist()
    np.testing.assert_array_equal(norms, store.probes(cut).values["gradient_norm"])


def losses(store: Store, run_id: str) -> npt.NDArray[np.float32]:
    return np.asarray(store.steps(run_id).values["loss"])


@pytest.mark.parametrize("target", ["multi_gpu", "tpu"])
def test_several_devices_record_none(target: str) -> None:
    experiment = small(training__probes=True, hardware__target=target)
    (problem,) = experiment.problems(experiment.data.info())
    assert str(problem) == (
        "training.probes: must be off on several devices; train on one to record them"
    )
    assert small(hardware__target=target).problems(experiment.data.info()) == []


def test_the_generated_script_is_the_same() -> None:
    info = small().data.info()
    assert info is not None
    assert keras_script(small(training__probes=True), info) == keras_script(small(), info)
