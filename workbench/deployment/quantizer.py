"""The work of `quantization`, in a process of its own: LiteRT's quantizer loads, prints and warns.

Each activation's range is calibrated on images, replaced where one was learned, and widened where
it is empty: LiteRT writes files of empty ranges, and refuses to run them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from workbench.base.text import tr
from workbench.deployment import litert_file
from workbench.deployment.apart import Arrays
from workbench.deployment.litert_file import ModelFileError
from workbench.deployment.quantization import (
    FLOAT32,
    SCHEMES,
    Quantization,
    QuantizationReport,
    QuantizeRequest,
    TensorError,
)
from workbench.evaluation.answerer import Images

EMPTY = 1e-6
WIDENED = 0.01
BATCH = 50
"""Images to a call of an open batch, all whose activations are kept."""

MEASURED_IMAGES = 8
"""The interpreter is made again for each call that is compared."""

Ranges = dict[str, dict[str, Any]]


def quantize_file(request: QuantizeRequest, given: Arrays) -> tuple[QuantizationReport, Arrays]:
    """Does it; the file is `content`, in what is given and in what comes of it.

    Raises:
        ModelFileError: where it can't be quantized.
    """
    content = given["content"].tobytes()
    images = given.get("images")
    litert_file.require(content, "the file")
    try:
        return _quantized(content, request, images)
    except ModelFileError:
        raise
    except Exception as error:
        said = " ".join(str(error).split())[:300]
        raise ModelFileError(
            tr(
                "the file can't be quantized ({kind}: {reason}); give a float32 file that isn't "
                "stripped",
                kind=type(error).__name__,
                reason=said,
            )
        ) from error


def _quantized(
    content: bytes, request: QuantizeRequest, images: Images | None
) -> tuple[QuantizationReport, Arrays]:
    from ai_edge_litert.interpreter import Interpreter
    from litert_quantizer.quantizer import Quantizer, ValidationErrorMetric

    interpreter = Interpreter(model_content=content)
    signatures = interpreter.get_signature_list()
    if len(signatures) != 1:
        raise ModelFileError(
            tr("the file has no names or signatures any more; quantize it before they are stripped")
        )
    ((signature, ends),) = signatures.items()
    batch = int(interpreter.get_input_details()[0]["shape_signature"][0])
    (name,) = ends["inputs"]

    def calls(number: int) -> dict[str, list[dict[str, Any]]]:
        assert images is not None
        size = min(number, BATCH) if batch < 1 else batch
        given = [images[first : first + size] for first in range(0, number, size)]
        return {signature: [{name: part} for part in given if batch < 1 or len(part) == batch]}

    quantizer = Quantizer(content)
    _configure(quantizer, request.quantization)
    ranges: Ranges | None = None
    dead: list[str] = []
    if quantizer.need_calibration:
        assert images is not None
        ranges = _calibrated(content, quantizer, calls(len(images)))
        replace(ranges, request.quantization.ranges)
        dead = widen(ranges)
    made = bytes(quantizer.quantize(ranges, enable_progress_report=False).quantized_model)
    errors: tuple[TensorError, ...] = ()
    if request.is_measured:
        assert images is not None
        metrics = [ValidationErrorMetric.MSE, ValidationErrorMetric.SNR]
        number = min(len(images), max(MEASURED_IMAGES, batch))
        compared = quantizer.validate(calls(number), metrics, num_threads=1)
        found = compared.get_all_tensor_results()
        errors = tuple(TensorError(key, _of(v, "mse"), _of(v, "snr")) for key, v in found.items())
    report = QuantizationReport(_plain(ranges or {}), tuple(dead), errors)
    return report, {"content": np.frombuffer(made, np.uint8)}


def _calibrated(content: bytes, quantizer: Any, calls: dict[str, list[dict[str, Any]]]) -> Ranges:
    """The smallest and largest value of each activation over all images.

    The quantizer's own `calibrate` takes a moving average over the calls, so that its ranges depend
    on how the images are divided, and cut off the values of most images where it is one a call.
    """
    from litert_quantizer.calibrator import CalibrationMode, Calibrator
    from litert_quantizer.recipe_manager import RecipeManager
    from litert_quantizer.utils.qsv_utils import min_max_update

    recipe = RecipeManager()
    recipe.load_quantization_recipe(quantizer.get_quantization_recipe())
    calibrator = Calibrator(
        content,
        num_threads=1,
        mode=CalibrationMode.CALIBRATION_PRESERVE_ALL_TENSORS,
        qsv_update_func=min_max_update,
    )
    calibrator.calibrate(calls, recipe)
    ranges: Ranges = calibrator.get_model_qsvs()
    return ranges


def _of(values: Mapping[str, float], metric: str) -> float:
    return float(values[metric])


# --- what is asked of the quantizer --------------------------------------------------------------


def _configure(quantizer: Any, quantization: Quantization) -> None:
    """A rule for all layers, and one for each that is named; later rules go before earlier ones."""
    if quantization.scheme != FLOAT32:
        _add_rule(quantizer, ".*", quantization.scheme, per_tensor=quantization.per_tensor)
    for number, scheme in quantization.layers.items():
        _add_rule(quantizer, of_layer(number), scheme, per_tensor=quantization.per_tensor)


def of_layer(number: int) -> str:
    """A regular expression for the tensors of a layer, as `workbench.runtime.export` names them."""
    return rf"(^|[/;])layer{number}_"


def _add_rule(quantizer: Any, tensors: str, scheme: str, *, per_tensor: bool) -> None:
    from litert_quantizer.qtyping import (
        OpQuantizationConfig,
        QuantGranularity,
        TensorDataType,
        TensorQuantizationConfig,
        TFLOperationName,
    )
    from litert_quantizer.quantizer import AlgorithmName

    every = TFLOperationName.ALL_SUPPORTED
    if scheme == FLOAT32:
        quantizer.update_quantization_recipe(
            tensors, every, algorithm_key=AlgorithmName.NO_QUANTIZE
        )
        return
    asked = SCHEMES[scheme]
    grain = QuantGranularity.TENSORWISE if per_tensor else QuantGranularity.CHANNELWISE
    if asked.is_static:
        bits = asked.activation_bits, asked.weight_bits
        quantizer.add_static_config(tensors, every, *bits, weight_granularity=grain)
    elif asked.name == "float16":
        half = TensorQuantizationConfig(num_bits=16, dtype=TensorDataType.FLOAT)
        quantizer.update_quantization_recipe(
            tensors,
            every,
            OpQuantizationConfig(weight_tensor_config=half, explicit_dequantize=True),
            AlgorithmName.FLOAT_CASTING,
        )
    elif asked.activation_bits:
        quantizer.add_dynamic_config(tensors, every, asked.weight_bits, grain)
    else:
        quantizer.add_weight_only_config(tensors, every, asked.weight_bits, grain)


# --- ranges --------------------------------------------------------------------------------------


def replace(ranges: Ranges, learned: Mapping[str, tuple[float, float]]) -> None:
    """Puts learned ranges in place of calibrated ones.

    Args:
        ranges: Of each tensor; changed.
        learned: By tensor, or by layer: that is the last activation of the layer.

    Raises:
        ModelFileError: where one names neither.
    """
    for key, (low, high) in learned.items():
        name = key if key in ranges else _last_of(ranges, key)
        if name is None:
            raise ModelFileError(
                tr(
                    "a range is given for {name}, and the network has no such tensor or layer; "
                    "write 'layer3' for the third layer",
                    name=repr(key),
                )
            )
        for end, value in (("min", low), ("max", high)):
            ranges[name][end] = np.full_like(np.asarray(ranges[name][end]), value)


def _last_of(ranges: Ranges, layer: str) -> str | None:
    match = re.fullmatch(r"layer(\d+)", layer)
    if match is None:
        return None
    mine = re.compile(rf"^[^;]*/?{layer}_")
    named = [name for name, values in ranges.items() if mine.search(name) and _is_float(values)]
    return named[-1] if named else None


def widen(ranges: Ranges) -> list[str]:
    """Widens empty ranges; the tensors that they are of."""
    dead = []
    for name, values in ranges.items():
        if not _is_float(values):
            continue
        low, high = np.asarray(values["min"]), np.asarray(values["max"])
        if float(np.max(high - low)) < EMPTY:
            dead.append(name)
            values["min"] = np.minimum(low, np.zeros_like(low))
            values["max"] = np.maximum(high, values["min"] + np.full_like(high, WIDENED))
    return dead


def _is_float(values: Mapping[str, Any]) -> bool:
    return "min" in values and np.asarray(values["min"]).dtype.kind == "f"


def _plain(ranges: Ranges) -> dict[str, tuple[float, float]]:
    return {
        name: (float(np.min(values["min"])), float(np.max(values["max"])))
        for name, values in ranges.items()
        if _is_float(values)
    }
