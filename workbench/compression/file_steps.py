"""The step that ends a recipe: how its file is written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, model_validator

from workbench.base.text import tr
from workbench.compression import layer_modes
from workbench.compression.steps import CompressionStep, Phase
from workbench.spec.base import refuse, setting


class Quantize(CompressionStep):
    """Writes the LiteRT file in small numbers; the weights in the store stay as they are.

    The accuracy of the run is then that of the file, measured with the LiteRT interpreter.
    """

    label = tr("Quantization of the file")
    source = "Jacob et al. 2018"
    phase = Phase.FILE
    short = ("mode",)

    kind: Literal["quantize"] = "quantize"
    mode: Literal["int8", "float16", "dynamic", "int8-weights", "int4", "int16x8"] = setting(
        "int8",
        "Mode",
        "'int8' is smallest with full speed; 'int4' halves the weights but is slower on PCs; "
        "'float16' halves the file and changes no answer.",
    )
    bare: bool = setting(
        False,
        "Bare file",
        "Leave out the names of tensors and signatures, and take one image to a call: 2.7 kB less, "
        "which is a third of a small network's file.",
        advanced=True,
    )
    layers: Annotated[str, BeforeValidator(layer_modes.as_text)] = setting(
        "",
        "Layers otherwise",
        "Types of single layers, by their numbers: '1=float32+7=int4' leaves the first layer as it "
        "is and halves the seventh. int4 costs no time in dense layers, and much in convolutions.",
        advanced=True,
    )

    @model_validator(mode="after")
    def _names_layers(self) -> Quantize:
        try:
            layer_modes.read(self.layers)
        except layer_modes.BadLayers as error:
            raise refuse({"layers": str(error)}) from None
        return self

    @property
    def modes(self) -> dict[int, str]:
        """Modes of single layers by their numbers."""
        return layer_modes.read(self.layers)
