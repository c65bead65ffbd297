"""The output layer: what it must give, and how it follows the number of classes.

How many classes there are is a fact of the data, not a setting. Whoever learns of other data asks
`fitted` for the layers that suit them; the window and the command line say that they changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.base.text import tr
from workbench.network.analysis import Analysis, analyze
from workbench.spec.base import Problem
from workbench.spec.data import DataInfo
from workbench.spec.layers import Dense, Layer, Repeat, Shape, written

OUTPUTS = ("units", "filters")
"""Settings that alone decide how many values a layer gives."""

ENLARGED = (1, 2, 4, 8, 16)
"""How much larger images are tried, where a network shrinks them away."""

PROBABILITIES = ("softmax", "linear")
"""Activations of an output layer; linear gives logits."""


class Fitted(NamedTuple):
    """Layers whose output layer was set to the number of classes.

    Attributes:
        layers: All of them.
        path: Of the setting that changed, `structure.layers[7].units`.
        before: Its value.
        classes: The value it has now.
    """

    layers: tuple[Layer, ...]
    path: str
    before: int
    classes: int

    @property
    def words(self) -> str:
        """The change as one sentence, for the command line."""
        return tr(
            "{path}: set to {classes}, one for each class of the data (was {before})",
            path=self.path,
            classes=f"{self.classes:,}",
            before=f"{self.before:,}",
        )


def fitted(layers: Sequence[Layer], info: DataInfo) -> Fitted | None:
    """The layers with as many outputs as there are classes.

    The last layer that has a width and is switched on is the one to follow, also inside of a
    Repeat; images that are too small for the layers before it don't matter to it. None where
    nothing has to change, or where the change alone wouldn't give a network that
    fits: a hidden Dense layer (relu) that happens to come last is left as a person made it.
    """
    shape = _roomy_shape(layers, info.image_shape)
    analysis = analyze(layers, shape)
    if analysis.problems or not output_problems(analysis, info):
        return None
    found = next(_widths(layers), None)
    if found is None:
        return None
    steps, name, before = found
    changed = _with_width(tuple(layers), steps, name, info.classes)
    after = analyze(changed, shape)
    if after.problems or output_problems(after, info):
        return None
    place = ".".join(f"layers[{step}]" for step in steps)
    return Fitted(changed, f"structure.{place}.{name}", before, info.classes)


def output_problems(analysis: Analysis, info: DataInfo) -> list[Problem]:
    """What the last layer must give: probabilities or logits, one a class."""
    last = analysis.last
    if last is None:
        return [Problem("structure.layers", tr("must have at least one layer that is enabled"))]
    top = next(cost for cost in reversed(analysis.layers) if cost.calls)
    path = f"structure.layers[{top.index}]"
    if last.output_shape != (info.classes,):
        got = written(last.output_shape)
        wanted = tr(
            "must give one value for each of the {classes} classes, gives {got}",
            classes=info.classes,
            got=got,
        )
        field = ".units" if isinstance(top.layer, Dense) and len(top.output_shape) == 1 else ""
        return [Problem(path + field, wanted)]
    activation = getattr(last.layer, "activation", "linear")
    if activation not in PROBABILITIES:
        message = tr(
            "must be softmax (or linear, for logits) in the last layer, got {activation}",
            activation=repr(activation),
        )
        return [Problem(path if top.parts else f"{path}.activation", message)]
    return []


def _roomy_shape(layers: Sequence[Layer], shape: Shape) -> Shape:
    """The images' shape, or where a window is larger than they are, that of larger ones."""
    for factor in ENLARGED:
        larger = (shape[0] * factor, shape[1] * factor, shape[2])
        if not analyze(layers, larger).problems:
            return larger
    return shape


def _widths(layers: Sequence[Layer]) -> Iterator[tuple[tuple[int, ...], str, int]]:
    """Where layers that are on have their widths, the last first: indices, setting, value."""
    for index in reversed(range(len(layers))):
        layer = layers[index]
        if not layer.enabled:
            continue
        if isinstance(layer, Repeat):
            for steps, name, value in _widths(layer.layers):
                yield (index, *steps), name, value
        for name in OUTPUTS:
            if name in type(layer).model_fields:
                yield (index,), name, getattr(layer, name)


def _with_width(
    layers: tuple[Layer, ...], steps: tuple[int, ...], name: str, value: int
) -> tuple[Layer, ...]:
    index, *inside = steps
    layer = layers[index]
    if inside and isinstance(layer, Repeat):
        within = _with_width(layer.layers, tuple(inside), name, value)
        changed: Layer = layer.model_copy(update={"layers": within})
    else:
        changed = layer.changed(**{name: value})
    return (*layers[:index], changed, *layers[index + 1 :])
