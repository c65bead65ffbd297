"""Quantized files of a real small network, each run by the interpreter."""

from __future__ import annotations

import numpy as np
import pytest

from tests.engine.deployment.conftest import Small
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.litert_file import ModelFileError
from workbench.deployment.quantization import SCHEMES, Quantization, quantize
from workbench.deployment.quantizer import replace, widen

INTEGERS = {"int8": "int8", "int4": "int8", "int16x8": "int16"}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_each_scheme_gives_a_smaller_file_that_answers_well(
    net: Small, scheme: str, capfd: pytest.CaptureFixture[str]
) -> None:
    capfd.readouterr()
    made = quantize(net.open_batch, Quantization(scheme), net.calibration)
    assert capfd.readouterr() == ("", ""), "the quantizer prints, and --json must stay JSON"
    assert len(made.content) < len(net.open_batch)
    network = LiteRTAnswerer(made.content)
    assert network.takes == INTEGERS.get(scheme, "float32")
    lost = net.accuracy - net.of(network.shares(net.images))
    assert lost < (0.1 if scheme == "int4" else 0.02)
    assert bool(made.report.ranges) == SCHEMES[scheme].is_static


def test_one_image_and_an_open_batch_are_calibrated_alike(net: Small) -> None:
    """The quantizer's own averages over calls would cut off most images where one is a call."""
    ways = [quantize(b, Quantization(), net.calibration) for b in (net.open_batch, net.one_image)]
    ranges = [sorted(way.report.ranges.values()) for way in ways]
    np.testing.assert_allclose(ranges[0], ranges[1], atol=1e-4)
    shares = [LiteRTAnswerer(way.content).shares(net.images) for way in ways]
    np.testing.assert_allclose(shares[0], shares[1], atol=0.02)
    reached = net.calibration.max()
    assert max(high for _, high in ranges[1]) >= reached - 1e-6


def test_one_scale_for_a_layer_keeps_shared_values_shared(net: Small) -> None:
    way = Quantization("int8", per_tensor=True)
    made = quantize(net.one_image, way, net.calibration, is_measured=False)
    assert net.of(LiteRTAnswerer(made.content).shares(net.images)) > net.accuracy - 0.05
    by_channel = quantize(net.one_image, Quantization("int8"), net.calibration)
    assert _scales(by_channel.content) > _scales(made.content)


def _scales(content: bytes) -> int:
    """How many scales its constants have, the most of one tensor."""
    from ai_edge_litert.interpreter import Interpreter

    details = Interpreter(model_content=content).get_tensor_details()
    return max(len(detail["quantization_parameters"]["scales"]) for detail in details)


def test_single_layers_are_quantized_otherwise(net: Small) -> None:
    sizes = {}
    for name, layers in {
        "all": {},
        "int4 output layer": {6: "int4"},
        "float32 convolution": {1: "float32"},
    }.items():
        made = quantize(net.one_image, Quantization("int8", layers=layers), net.calibration)
        sizes[name] = len(made.content)
        assert net.of(LiteRTAnswerer(made.content).shares(net.images)) > net.accuracy - 0.1
    assert sizes["int4 output layer"] < sizes["all"] < sizes["float32 convolution"]
    alone = quantize(net.one_image, Quantization("float32", layers={6: "int8"}), net.calibration)
    assert LiteRTAnswerer(alone.content).takes == "float32"


def test_learned_ranges_replace_calibrated_ones(net: Small) -> None:
    way = Quantization("int8", ranges={"layer1": (0.0, 123.0)})
    report = quantize(net.one_image, way, net.calibration).report
    (name,) = [tensor for tensor, ends in report.ranges.items() if ends == (0.0, 123.0)]
    assert "layer1_conv2d" in name
    with pytest.raises(ModelFileError, match="a range is given for 'layer9'"):
        quantize(net.one_image, Quantization("int8", ranges={"layer9": (0, 1)}), net.calibration)


def test_the_error_of_each_tensor_is_measured(net: Small) -> None:
    made = quantize(net.one_image, Quantization("int8"), net.calibration, is_measured=True)
    errors = {error.tensor: error for error in made.report.errors}
    assert any("layer1_conv2d" in name for name in errors)
    assert all(error.mse >= 0 for error in errors.values())
    coarse = quantize(net.one_image, Quantization("int4"), net.calibration, is_measured=True)
    kernel = next(name for name in errors if name.endswith("layer6_dense_1/MatMul"))
    worse = next(error.mse for error in coarse.report.errors if error.tensor == kernel)
    assert worse > 10 * errors[kernel].mse


def test_a_dead_layer_is_named_and_its_file_runs(net: Small) -> None:
    """LiteRT writes files of empty ranges, and refuses to run them."""
    from workbench.data import load
    from workbench.runtime.export.litert import litert_bytes
    from workbench.runtime.export.network import of_run
    from workbench.runtime.training.trained import kept

    run = kept(net.store, net.run_id)
    model = of_run(run, load(run.experiment.data).info)
    model.get_layer("layer1_conv2d").bias.assign([-1e6] * 4)  # its ReLU gives nothing any more
    content = litert_bytes(model, 1)
    made = quantize(content, Quantization("int8"), net.calibration)
    assert any("layer1_conv2d" in name for name in made.report.dead)
    assert any("layer1_conv2d" in said for said in made.report.warnings)
    shares = LiteRTAnswerer(made.content).shares(net.images[:5])
    np.testing.assert_allclose(shares, LiteRTAnswerer(content).shares(net.images[:5]), atol=0.05)


def test_only_empty_ranges_are_widened() -> None:
    def ends(low: float, high: float) -> dict[str, np.ndarray]:
        return {"min": np.array([low], np.float32), "max": np.array([high], np.float32)}

    ranges = {
        "sound": ends(0, 1),
        "dead": ends(0, 0),
        "constant": ends(0.5, 0.5),
        "below": ends(-2, -2),
        "shape": {"min": np.array([5]), "max": np.array([5])},
        "none": {},
    }
    assert widen(ranges) == ["dead", "constant", "below"]
    assert (ranges["dead"]["min"], ranges["dead"]["max"]) == (0, pytest.approx(0.01))
    assert (ranges["constant"]["min"], ranges["constant"]["max"]) == (0, 0.5)
    assert ranges["below"]["max"] > ranges["below"]["min"]
    assert ranges["shape"]["max"] == 5
    with pytest.raises(ModelFileError, match="'layer1'"):
        replace(ranges, {"layer1": (0, 1)})


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda images: images * 255, "reach from 0 to 255.*divide them by 255"),
        (lambda images: images * 0, "all of one plain color"),
        (lambda images: images * np.nan, "0 to 1"),
        (lambda images: images[:0], "need images to calibrate on"),
    ],
)
def test_images_that_cannot_be_the_networks_are_refused(net: Small, change, said: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ModelFileError, match=said):
        quantize(net.open_batch, Quantization("int8"), change(net.calibration))


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (Quantization("int3"), "there is no quantization 'int3'; choose float16, dynamic, int8"),
        (Quantization("int8", layers={1: "int3"}), "'int3'"),
        (Quantization("float32"), "nothing is to be quantized"),
    ],
)
def test_schemes_that_there_are_not_are_refused(net: Small, way: Quantization, said: str) -> None:
    with pytest.raises(ModelFileError, match=said):
        quantize(net.open_batch, way, net.calibration)


def test_a_stripped_or_damaged_file_is_not_quantized(net: Small) -> None:
    from workbench.deployment.litert_file import stripped

    with pytest.raises(ModelFileError, match="before they are stripped"):
        quantize(stripped(net.one_image), Quantization("int8"), net.calibration)
    with pytest.raises(ModelFileError, match="can't be quantized"):
        quantize(net.one_image[:3000], Quantization("dynamic"))


def test_whoever_has_enough_ends_it(net: Small) -> None:
    def enough() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        quantize(net.open_batch, Quantization("int8"), net.calibration, check=enough)
