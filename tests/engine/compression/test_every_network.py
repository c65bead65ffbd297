"""Every step on networks that aren't the reference: a deep residual one on a folder of images, and
what is particular: hashed and dead layers, and the recipes that come with the workbench.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from PIL import Image

from tests.engine.compression.compressing import compress
from tests.engine.small import small, train
from workbench import presets
from workbench.compression import presets as recipes
from workbench.compression.model_file import MODEL_FILE
from workbench.compression.steps import CompressionStep, Phase
from workbench.data import load
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.quantization import SCHEMES, Quantization, quantize
from workbench.evaluation.answerer import Images, Shares, scaled
from workbench.experiment import Experiment
from workbench.levers.structure import WidthMultiplier
from workbench.network.analysis import analyze
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

if TYPE_CHECKING:
    from workbench.runtime.compression.network import Network
    from workbench.runtime.compression.step_context import StepContext


pytestmark = pytest.mark.usefixtures("short_times")


# --- a deep residual network on a folder of images -----------------------------------------------

SIZE = 16
IMAGES = 16
"""Of each class."""

FURTHER = (4, 5, 7, 8, 10, 11)
"""Places of the blocks that follow the first one of each stage."""

DEEP = os.environ.get("DLOPT_DEEP", "") == "1"
"""Whether all blocks stay: the steps do the same, and take three times as long."""


def folder_of_images(root: Path) -> Path:
    """Three classes of noise, of a color each."""
    generator = np.random.default_rng(0)
    for color, name in enumerate(("blue", "green", "red")):
        (root / name).mkdir(parents=True)
        for number in range(IMAGES):
            pixels = generator.integers(0, 80, (SIZE, SIZE, 3), np.uint8)
            pixels[..., color] += 100
            Image.fromarray(pixels).save(root / name / f"{number}.png")
    return root


def narrow_resnet(folder: Path) -> Experiment:
    """ResNet-20 of 4, 8 and 16 channels, with one block a stage; `DEEP` leaves all three."""
    experiment = presets.load("resnet-20").with_settings(
        {
            "data.kind": "image_folder",
            "data.path": str(folder),
            "data.resize": SIZE,
            "training.epochs": 2,
            "training.batch_size": 8,
            "training.validation_split": 0.2,
            "structure.layers[-1].units": 3,
        }
    )
    layers = experiment.structure.layers
    if not DEEP:
        layers = tuple(layer for number, layer in enumerate(layers) if number not in FURTHER)
    layers = WidthMultiplier(factor=0.25, divisor=1).widened(layers)
    structure = experiment.structure.model_copy(update={"layers": layers})
    return experiment.model_copy(update={"structure": structure})


@pytest.fixture(scope="module")
def resnet(store: Store, tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = folder_of_images(tmp_path_factory.mktemp("images") / "colors")
    run_id, _ = train(store, narrow_resnet(folder))
    return store.run(run_id)


@pytest.mark.parametrize(
    "steps",
    [
        "low_rank:0.9:epochs=1,structured:0.5:epochs=1:rounds=1,prune:0.5:epochs=1,cluster:4,"
        "quantize:int8",
        "student:0.5:epochs=1,finetune:1,pattern:2:4:epochs=1,qat:int4:epochs=1,quantize:int4",
    ],
)
def test_resnet_20_goes_through_every_step(store: Store, resnet: Run, steps: str) -> None:
    run, _ = compress(store, resnet, steps)
    assert run.status is RunStatus.COMPLETED
    assert run.message == resnet.message
    found = analyze(run.experiment.structure.layers, (SIZE, SIZE, 3))
    assert (found.problems, found.output_shape) == ((), (3,))
    assert (run.parameters or 0) < (resnet.parameters or 0)
    assert (run.macs or 0) < (resnet.macs or 0)
    network = LiteRTAnswerer((store.artifacts(run.run_id) / MODEL_FILE.name).read_bytes())
    assert network.image_shape == (SIZE, SIZE, 3)
    original = store.run(resnet.run_id).figure("litert_bytes") or 0
    assert 0 < (run.figure("litert_bytes") or 0) < original
    assert run.test_accuracy is not None


def test_all_steps_were_tried() -> None:
    """That of the test above, and no step is left out there once one is added."""
    (mark,) = test_resnet_20_goes_through_every_step.pytestmark  # type: ignore[attr-defined]
    tried = {part.split(":")[0] for steps in mark.args[1] for part in steps.split(",")}
    known = CompressionStep.choices().items()
    assert tried == {kind for kind, step in known if step.__module__.startswith("workbench.")}


@pytest.fixture(scope="module")
def answers(store: Store, resnet: Run) -> tuple[bytes, Images, Shares]:
    """Its float32 file, and what the network answers on the images that it was trained on."""
    from workbench.runtime.export.litert import litert_bytes
    from workbench.runtime.export.network import of_run
    from workbench.runtime.training.trained import kept

    data = load(resnet.experiment.data)
    model = of_run(kept(store.folder, resnet.run_id), data.info)
    images = scaled(data.train.images.read(np.arange(len(data.train.labels))))
    return litert_bytes(model), images, model.predict(images, verbose=0)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_resnet_20_is_quantized_by_every_scheme(
    answers: tuple[bytes, Images, Shares], scheme: str
) -> None:
    content, images, wanted = answers
    made = quantize(content, Quantization(scheme), images)
    assert len(made.content) < len(content)
    shares = LiteRTAnswerer(made.content).shares(images)
    assert np.abs(shares - wanted).mean() < 0.05, "of networks that are that small int4 loses most"


# --- what is particular --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def parent(store: Store) -> Run:
    """A small network on the digits."""
    run_id, _ = train(store, small(training__epochs=12))
    return store.run(run_id)


@pytest.mark.parametrize("name", recipes.names())
def test_the_recipes_that_come_with_the_workbench_work(
    store: Store, parent: Run, name: str
) -> None:
    recipe = recipes.load(name)
    run, _ = compress(store, parent, recipe.short)
    assert run.status is RunStatus.COMPLETED
    assert run.recipe == recipe.to_toml()
    assert (run.test_accuracy or 0) > 0.3, "of ten classes, by a network of 706 weights"
    original = store.run(parent.run_id).figure("gzip_bytes") or 0
    assert 0 < (run.figure("gzip_bytes") or 0) < original


def test_hashed_layers_grow_in_the_file_and_that_is_said(store: Store) -> None:
    experiment = small(
        training__epochs=1,
        structure__layers=[
            {"kind": "flatten"},
            {"kind": "dense", "units": 16, "hash_compression": 4, "activation": "relu"},
            {"kind": "dense", "units": 10, "activation": "softmax"},
        ],
    )
    run_id, _ = train(store, experiment)
    run, _ = compress(store, store.run(run_id), "prune:0.5:epochs=1,quantize:int8")
    assert run.status is RunStatus.COMPLETED
    assert "those of layer 2 are written one by one" in run.message


class Silence(CompressionStep):
    """Made up: the first layer gives nothing any more."""

    label = "Silence"
    phase = Phase.VALUES

    kind: Literal["silence"] = "silence"


def silence(step: Silence, network: Network, context: StepContext) -> Network:
    from workbench.runtime.compression.network import Network

    kernel, bias, gamma, beta, *others = network.variables
    dead = [kernel * 0, bias * 0, gamma * 0, beta * 0]
    return Network(network.experiment, [*dead, *others], network.facts)


def test_a_dead_layer_is_named_and_its_file_runs(
    store: Store, parent: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runtime.compression import performers

    monkeypatch.setitem(performers.PERFORMERS, "silence", f"{__name__}:silence")
    run, _ = compress(store, parent, "silence,quantize:int8")
    assert run.status is RunStatus.COMPLETED
    assert "layer1_conv2d" in run.message
    assert "that layer is dead" in run.message
    network = LiteRTAnswerer((store.artifacts(run.run_id) / MODEL_FILE.name).read_bytes())
    shares = network.shares(np.random.default_rng(0).random((3, 8, 8, 1), np.float32))
    assert np.isfinite(shares).all()
    assert np.ptp(shares, axis=0).max() == 0, "nothing gets past it"
