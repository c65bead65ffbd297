"""Shapes, weights and operations: by hand; warnings."""

from __future__ import annotations

import pytest

from tests.engine.conftest import Oracle
from workbench import presets
from workbench.experiment import REFERENCE_CNN, Experiment
from workbench.network.analysis import Analysis, analyze
from workbench.spec.layers import (
    Activation,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Repeat,
    ResidualBlock,
    Shape,
)
from workbench.spec.optimizers import SGD, Adam, GradientDescent, Muon, Optimizer, RMSprop


def test_the_reference_cnn() -> None:
    found = analyze(REFERENCE_CNN, (28, 28, 1))
    assert not found.problems
    assert [cost.output_shape for cost in found.layers] == [
        (26, 26, 32), (13, 13, 32), (11, 11, 64), (5, 5, 64), (3, 3, 64), (576,), (64,), (10,),
    ]  # fmt: skip
    weights = [
        3 * 3 * 1 * 32 + 32, 0, 3 * 3 * 32 * 64 + 64, 0, 3 * 3 * 64 * 64 + 64, 0,
        576 * 64 + 64, 64 * 10 + 10,
    ]  # fmt: skip
    assert [cost.parameters for cost in found.layers] == weights
    assert found.parameters == found.trainable == 93_322
    convolutions = 26 * 26 * 32 * 9 + 11 * 11 * 64 * 9 * 32 + 3 * 3 * 64 * 9 * 64
    assert found.macs == convolutions + 576 * 64 + 64 * 10 == 2_794_240
    assert found.weight_bytes == 4 * 93_322
    values = 784 + 21632 + 5408 + 7744 + 1600 + 576 + 576 + 64 + 10
    assert found.activation_bytes == 4 * values


def test_each_layer_gets_what_the_one_before_gives() -> None:
    found = analyze(REFERENCE_CNN, (28, 28, 1))
    shapes = [found.input_shape, *(cost.output_shape for cost in found.layers)]
    assert [cost.input_shape for cost in found.layers] == shapes[:-1]
    assert found.output_shape == (10,)
    assert [cost.index for cost in found.layers] == list(range(8))


def test_moving_averages_are_weights_that_gradients_do_not_train() -> None:
    found = analyze([BatchNormalization(), GlobalAveragePooling2D()], (4, 5, 3))
    assert (found.parameters, found.trainable, found.macs) == (12, 6, 0)


def test_a_network_of_a_hundred_layers() -> None:
    block = (Conv2D(filters=8, padding="same", use_bias=False), BatchNormalization())
    found = analyze([*block * 49, GlobalAveragePooling2D(), Dense(units=10)], (32, 32, 3))
    assert not found.problems
    assert len(found.layers) == 100
    first, others, norms = 9 * 3 * 8, 48 * 9 * 8 * 8, 49 * 16
    assert found.trainable == first + others + norms + 90
    assert found.parameters == found.trainable + norms
    assert found.macs == 32 * 32 * (first + others) + 80


def test_it_stops_at_the_layer_that_does_not_fit() -> None:
    found = analyze([Conv2D(), Flatten(), Conv2D(), Dense()], (8, 8, 1))
    assert len(found.layers) == 2
    assert found.output_shape == (6 * 6 * 32,)
    (problem,) = found.problems
    assert problem.path == "structure.layers[2]"
    assert problem.message.startswith("Conv2D: needs an image (height, width, channels), got 1152;")
    assert analyze([MaxPooling2D()], (1, 1, 1)).output_shape == (1, 1, 1)


def of_preset(name: str) -> Analysis:
    experiment = presets.load(name)
    info = experiment.data.info()
    assert info is not None
    return experiment.analysis(info)


def test_resnet_20_has_the_published_figures() -> None:
    """He et al. 2016, table 6: 0.27 M parameters; about 41 M multiply-adds on 32x32."""
    found = of_preset("resnet-20")
    assert found.trainable == 269_722
    assert found.macs == pytest.approx(41e6, rel=0.02)
    convolutions = [
        call
        for cost in found.layers
        for call in cost.calls
        if isinstance(call.layer, Conv2D | Dense)
    ]
    assert len(convolutions) == 20


def test_lenet_5_has_its_61_706_parameters() -> None:
    """LeCun et al. 1998, the third layer joined to all maps as is usual today."""
    assert of_preset("lenet-5").parameters == 61_706


def test_sharing_saves_what_it_says() -> None:
    assert of_preset("shared-cnn").parameters == 19_146
    hashed, reference = of_preset("hashed-cnn"), of_preset("mnist-cnn")
    assert hashed.macs == reference.macs
    assert hashed.parameters < reference.parameters / 7


def test_an_invalid_layer_names_the_shape_that_reached_it() -> None:
    (problem,) = analyze([Conv2D(), MaxPooling2D(pool_size=(9, 9))], (8, 8, 1)).problems
    assert "the 6x6x32 that reaches it" in problem.message
    (problem,) = analyze([Flatten(), ResidualBlock()], (8, 8, 1)).problems
    assert "got 64;" in problem.message


# --- memory --------------------------------------------------------------------------------------


SLOTS: list[Optimizer] = [
    *(cls() for cls in Optimizer.choices().values() if cls not in (GradientDescent, Muon)),
    SGD(momentum=0.5),
    RMSprop(momentum=0.5, centered=True),
    Adam(amsgrad=True),
    Adam(use_ema=True, gradient_accumulation_steps=2),
]
"""Descent gathers the gradient of an epoch whose length Keras isn't told here; Muon keeps one value
less for the dense kernels that it makes orthogonal."""


@pytest.mark.parametrize("optimizer", SLOTS, ids=repr)
def test_training_holds_weights_gradients_slots_and_a_batch_of_outputs(
    optimizer: Optimizer, oracle: Oracle
) -> None:
    found = analyze([Conv2D(filters=2), BatchNormalization()], (4, 4, 1))
    slots = optimizer.slots()
    trained, kept = 2 * 9 + 2 + 4, 4
    outputs = 16 + 2 * 2 * 2 * 2
    weights = trained * (2 + slots) + kept
    assert found.training_bytes(10, slots) == 4 * (weights + 10 * outputs)
    assert oracle.ask("slots", values=optimizer.values()) == slots


def test_an_experiment_knows_the_memory_of_its_optimizer() -> None:
    experiment = Experiment(optimizer=SGD())
    info = experiment.data.info()
    assert info is not None
    analysis = experiment.analysis(info)
    assert experiment.training_bytes(info) == analysis.training_bytes(64, slots=0)


# --- warnings ------------------------------------------------------------------------------------

LAST = Dense(units=10, activation="softmax")


def warned(*layers: Layer, shape: Shape = (28, 28, 1)) -> list[str]:
    found = analyze(layers, shape)
    assert not found.problems
    return [str(warning) for warning in found.warnings]


@pytest.mark.parametrize("name", presets.names())
def test_presets_are_without_warnings(name: str) -> None:
    found = [str(warning) for warning in of_preset(name).warnings]
    heavy = ["structure.layers[1]: holds 60 % of the parameters"] if name == "dense-only" else []
    assert len(found) == len(heavy)
    assert all(text.startswith(start) for text, start in zip(found, heavy, strict=True))


def test_a_heavy_dense_layer_is_told_what_pooling_would_save() -> None:
    layers = (Conv2D(filters=8), Flatten(), Dropout(), Dense(units=64), LAST)
    total = 80 + (26 * 26 * 8 + 1) * 64 + 650
    saved = (26 * 26 - 1) * 8 * 64
    assert warned(*layers) == [
        f"structure.layers[3]: holds 100 % of the parameters ({(26 * 26 * 8 + 1) * 64:,} of "
        f"{total:,}); GlobalAveragePooling2D instead of Flatten would save {saved:,} of them"
    ]
    assert warned(layers[0], GlobalAveragePooling2D(), LAST) == []
    after = analyze((layers[0], GlobalAveragePooling2D(), *layers[3:]), (28, 28, 1))
    assert after.parameters == total - saved


def test_a_filter_that_sees_padding_only() -> None:
    padded = Conv2D(filters=4, padding="same")
    shrunk = (MaxPooling2D(pool_size=(14, 14)), padded, GlobalAveragePooling2D(), LAST)
    assert warned(*shrunk) == [
        "structure.layers[1]: its 3x3 filter is larger than the 2x2 image that reaches it, so much "
        "of it sees padding only; shrink the image less before"
    ]
    assert "1x1 image" in warned(MaxPooling2D(pool_size=(28, 28)), ResidualBlock())[0]


def test_a_bottleneck() -> None:
    wide, narrow = Conv2D(filters=64), Conv2D(filters=8)
    assert warned(wide, narrow, BatchNormalization(), wide, GlobalAveragePooling2D(), LAST) == [
        "structure.layers[1]: is a bottleneck: channels fall from 64 to 8 and rise to 64 again; "
        "what is lost here can't come back"
    ]
    assert warned(wide, narrow, GlobalAveragePooling2D(), LAST) == []
    assert warned(Conv2D(filters=32), narrow, wide, GlobalAveragePooling2D(), LAST) == []


def test_a_bias_before_batch_normalization() -> None:
    linear = Conv2D(filters=8, activation="linear")
    rest = (Activation(), GlobalAveragePooling2D(), LAST)
    assert warned(linear, BatchNormalization(), *rest) == [
        "structure.layers[0]: its bias does nothing, as BatchNormalization follows; set use_bias "
        "to false and save 8 parameters"
    ]
    assert warned(linear.changed(use_bias=False), BatchNormalization(), *rest) == []
    assert warned(linear.changed(activation="relu"), BatchNormalization(), *rest) == []


def test_softmax_inside_and_tied_averages() -> None:
    tied = Repeat(layers=(Conv2D(filters=1, padding="same"), BatchNormalization()))
    inside = Conv2D(filters=1, activation="softmax")
    (first, second) = warned(inside, tied, GlobalAveragePooling2D(), LAST)
    assert first.startswith("structure.layers[0]: softmax inside a network slows learning;")
    assert second.startswith("structure.layers[1]: BatchNormalization with shared weights averages")
    assert warned(tied.changed(share_weights=False), GlobalAveragePooling2D(), LAST) == []


def test_layers_that_are_switched_off_give_no_warning() -> None:
    off = Conv2D(filters=2, activation="softmax", enabled=False)
    assert warned(Conv2D(), off, GlobalAveragePooling2D(), LAST) == []
