"""What one layer costs where it stands. Adding up is `analysis`'s work, judging `advice`'s."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.spec.layers import Layer, Operation, Shape, Step

FLOAT_BYTES = 4


@dataclass(frozen=True)
class LayerCost:
    """One layer in place.

    Attributes:
        index: Position in the list it stands in, from 0.
        layer: The layer.
        input_shape: What reaches it, without the batch.
        output_shape: What leaves it, without the batch.
        parameters: All its weights, the moving averages included, as Keras counts them; those
            that it shares with a layer before it are counted there.
        trainable: The weights that gradients train.
        macs: Multiply-accumulate operations for one image.
        activation_bytes: Memory of its output for one image in float32, of all outputs inside for
            a block.
        receptive_field: Height and width of the part of the image that one of its outputs sees.
        parts: For a block, every layer that it is made of, in the order they are called.
        step: The call itself, with whence its inputs come and whose weights it has; None for a
            block and for a layer that is switched off.
    """

    index: int
    layer: Layer | Operation
    input_shape: Shape
    output_shape: Shape
    parameters: int
    trainable: int
    macs: int
    activation_bytes: int
    receptive_field: tuple[int, int] = (1, 1)
    parts: tuple[LayerCost, ...] = ()
    step: Step | None = None

    @property
    def enabled(self) -> bool:
        """Whether it is in the network at all."""
        return not isinstance(self.layer, Layer) or self.layer.enabled

    @property
    def calls(self) -> tuple[LayerCost, ...]:
        """The primitive layers that are called for it: its parts, itself, or none."""
        return self.parts or ((self,) if self.enabled else ())


def share(part: int, total: int) -> float:
    """A part of a total from 0 to 1; 0 where there is nothing."""
    return part / total if total else 0.0
