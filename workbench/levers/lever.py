"""What a lever is: one move that changes an experiment's network, as a pure function.

Helpers that several levers share lie here too; the levers themselves lie beside it.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from typing import ClassVar

from workbench.base.text import joined, tr
from workbench.experiment import Experiment, Structure
from workbench.levers.comparison import Comparison, Side
from workbench.network.analysis import Analysis
from workbench.network.costs import LayerCost
from workbench.spec.base import Spec, SpecError
from workbench.spec.data import DataInfo
from workbench.spec.layers import Dense, Layer, Repeat

Layers = tuple[Layer, ...]
WIDTHS = (
    "filters",
    "units",
    "squeeze",
    "expand_1x1",
    "expand_3x3",
    "filters_1x1",
    "reduce_3x3",
    "filters_3x3",
    "reduce_5x5",
    "filters_5x5",
    "filters_pool",
)
"""Fields that say how many channels a layer gives."""


class Lever(Spec):
    """One move.

    Attributes:
        label: The words a person sees.
        saves: Whether fewer weights or less to compute are what it is for; other levers make a
            network learn better.
    """

    label: ClassVar[str] = ""
    saves: ClassVar[bool] = True

    def apply(self, experiment: Experiment, info: DataInfo) -> Experiment:
        """The experiment with the lever pulled.

        Args:
            experiment: One that fits its data.
            info: What is known of the data.

        Raises:
            SpecError: in one sentence, where the lever does not apply.
        """
        if experiment.problems(info):
            raise refused(tr("{label} needs a network that fits; mend it first", label=self.label))
        changed = self.changed_experiment(experiment, info)
        if changed == experiment:
            raise refused(tr("{label} changes nothing here", label=self.label))
        problems = changed.problems(self.info_after(changed, info))
        if problems:
            raise refused(
                tr(
                    "{label} does not fit this network ({problem})",
                    label=self.label,
                    problem=str(problems[0]),
                )
            )
        return changed

    def preview(self, experiment: Experiment, info: DataInfo) -> Comparison:
        """Before and after the lever is pulled.

        Raises:
            SpecError: in one sentence, where the lever does not apply.
        """
        changed = self.apply(experiment, info)
        after = self.info_after(changed, info)
        return Comparison(Side(experiment, info.image_shape), Side(changed, after.image_shape))

    def changed_experiment(self, experiment: Experiment, info: DataInfo) -> Experiment:
        """As `apply`, before the result is checked; most levers change the layers alone."""
        layers = self.changed_layers(experiment.structure.layers, experiment.analysis(info))
        if not layers:
            raise refused(tr("{label} would leave no layer", label=self.label))
        return experiment.model_copy(update={"structure": Structure(layers=layers)})

    @abstractmethod
    def changed_layers(self, layers: Layers, analysis: Analysis) -> Layers:
        """The layers with the lever pulled."""

    def info_after(self, changed: Experiment, info: DataInfo) -> DataInfo:
        """What is known of the data of the experiment that `apply` gave."""
        return info


def refused(sentence: str) -> SpecError:
    """Why a lever doesn't apply."""
    return SpecError.at("structure.layers", sentence)


def spread(layers: Layers, change: Callable[[Layer], Layers]) -> Layers:
    """Every layer replaced by what a function makes of it, those in a Repeat too."""
    found: list[Layer] = []
    for layer in layers:
        if isinstance(layer, Repeat):
            found.append(layer.model_copy(update={"layers": spread(layer.layers, change)}))
        else:
            found.extend(change(layer))
    return tuple(found)


def mapped(layers: Layers, change: Callable[[Layer], Layer]) -> Layers:
    """Every layer changed, those in a Repeat too."""
    return spread(layers, lambda layer: (change(layer),))


def has_width(layer: Layer) -> bool:
    """Whether it decides how many channels there are; the last of them makes the classes."""
    inside = layer.layers if isinstance(layer, Repeat) else ()
    own = any(name in type(layer).model_fields for name in WIDTHS)
    return layer.enabled and (own or any(map(has_width, inside)))


def last_with_width(layers: Layers) -> int:
    """Index of the layer that gives the output."""
    return max((i for i, layer in enumerate(layers) if has_width(layer)), default=0)


def head_of(
    layers: Layers, analysis: Analysis, kinds: Sequence[type[Layer]], label: str
) -> tuple[LayerCost, int]:
    """The last layer that turns an image into features, and the index of the last Dense behind it.

    Args:
        layers: The network.
        analysis: Of it.
        kinds: Of the layer that is looked for.
        label: Of the lever that looks for it.

    Raises:
        SpecError: in one sentence, where there is none.
    """
    for cost in reversed(analysis.layers):
        if isinstance(cost.layer, tuple(kinds)) and cost.enabled and len(cost.input_shape) == 3:
            behind = range(cost.index + 1, len(layers))
            dense = [i for i in behind if isinstance(layers[i], Dense) and layers[i].enabled]
            if not dense:
                raise refused(
                    tr(
                        "{label} needs a Dense layer behind {layer}",
                        label=label,
                        layer=cost.layer.label,
                    )
                )
            return cost, dense[-1]
    wanted = joined(tr(" or "), [kind.label for kind in kinds])
    raise refused(
        tr("{label} needs a {layer} of an image, and there is none", label=label, layer=wanted)
    )
