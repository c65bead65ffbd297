"""What a person should know of a network that can be trained all the same.

Each check looks at the costs of the layers and gives sentences with the layer's path.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import pairwise

from workbench.base.text import tr
from workbench.base.units import count, percent
from workbench.network.costs import LayerCost, share
from workbench.spec.base import Problem
from workbench.spec.layers import BatchNormalization, Conv2D, Dense, Flatten, written

DENSE_SHARE = 0.5
NARROWING = 4


def advice(costs: Sequence[LayerCost]) -> tuple[Problem, ...]:
    """Warnings about a network, in the order of its layers; it can be trained all the same."""
    active = [cost for cost in costs if cost.enabled]
    found = [problem for check in CHECKS for problem in check(active)]
    position = {path_of(cost): cost.index for cost in active}
    return tuple(sorted(found, key=lambda problem: position[problem.path]))


def path_of(cost: LayerCost) -> str:
    """Where a layer of the structure stands in the TOML."""
    return f"structure.layers[{cost.index}]"


def heavy_dense(costs: Sequence[LayerCost]) -> Iterator[Problem]:
    """A Dense layer that holds most of the parameters, and what pooling before it would save."""
    total = sum(cost.parameters for cost in costs)
    for position, cost in enumerate(costs):
        part = share(cost.parameters, total)
        if not isinstance(cost.layer, Dense) or part < DENSE_SHARE:
            continue
        flat = _flattened(costs[:position])
        if flat is None and not any(after.parameters for after in costs[position + 1 :]):
            continue  # the classes have to come from somewhere
        figures = {
            "part": percent(part, 0),
            "parameters": count(cost.parameters),
            "total": count(total),
        }
        saved = _saved(cost, flat)
        if saved <= 0:
            said = tr("holds {part} of the parameters ({parameters} of {total})", **figures)
        else:
            said = tr(
                "holds {part} of the parameters ({parameters} of {total}); GlobalAveragePooling2D "
                "instead of Flatten would save {saved} of them",
                saved=count(saved),
                **figures,
            )
        yield Problem(path_of(cost), said)


def _flattened(before: Sequence[LayerCost]) -> LayerCost | None:
    """The Flatten whose output reaches a layer unchanged in size."""
    for cost in reversed(before):
        if isinstance(cost.layer, Flatten):
            return cost
        if cost.input_shape != cost.output_shape:
            return None
    return None


def _saved(dense: LayerCost, flat: LayerCost | None) -> int:
    """Parameters fewer with pooling in place of Flatten."""
    if flat is None or len(flat.input_shape) != 3 or not isinstance(dense.layer, Dense):
        return 0
    pooled = sum(dense.layer.parameters((flat.input_shape[2],)))
    return dense.parameters - pooled


def shrunk_map(costs: Sequence[LayerCost]) -> Iterator[Problem]:
    """A convolution whose filter mostly sees padding."""
    for cost in costs:
        for call in cost.calls:
            kernel = call.layer.kernel_size if isinstance(call.layer, Conv2D) else (1, 1)
            height, width = call.input_shape[:2] if len(call.input_shape) == 3 else kernel
            if height < kernel[0] or width < kernel[1]:
                yield Problem(
                    path_of(cost),
                    tr(
                        "its {kernel} filter is larger than the {height}x{width} image that "
                        "reaches it, so much of it sees padding only; shrink the image less before",
                        kernel=written(kernel),
                        height=height,
                        width=width,
                    ),
                )
                break


def bottleneck(costs: Sequence[LayerCost]) -> Iterator[Problem]:
    """Channels that fall to under a quarter and rise again: what is lost there stays lost."""
    images = [c for c in costs if len(c.input_shape) == len(c.output_shape) == 3]
    changing = [c for c in images if c.input_shape[2] != c.output_shape[2]]
    for cost, after in pairwise(changing):
        wide, narrow, wider = cost.input_shape[2], cost.output_shape[2], after.output_shape[2]
        if narrow * NARROWING < wide and wider > narrow:
            yield Problem(
                path_of(cost),
                tr(
                    "is a bottleneck: channels fall from {wide} to {narrow} and rise to {wider} "
                    "again; what is lost here can't come back",
                    wide=wide,
                    narrow=narrow,
                    wider=wider,
                ),
            )


def needless_bias(costs: Sequence[LayerCost]) -> Iterator[Problem]:
    """A bias that BatchNormalization takes off at once."""
    calls = [(cost, call) for cost in costs for call in cost.calls]
    for (cost, call), (_, after) in pairwise(calls):
        if not isinstance(after.layer, BatchNormalization):
            continue
        settings = vars(call.layer)
        if settings.get("use_bias") and settings.get("activation") == "linear":
            yield Problem(
                path_of(cost),
                tr(
                    "its bias does nothing, as BatchNormalization follows; set use_bias to false "
                    "and save {saved} parameters",
                    saved=f"{call.output_shape[-1]:,}",
                ),
            )


def inner_softmax(costs: Sequence[LayerCost]) -> Iterator[Problem]:
    """A softmax that is not the last layer: it lets one channel win and stops gradients."""
    calls = [(cost, call) for cost in costs for call in cost.calls]
    for cost, call in calls[:-1]:
        if vars(call.layer).get("activation") == "softmax":
            yield Problem(
                path_of(cost),
                tr("softmax inside a network slows learning; use relu, and softmax last"),
            )


def tied_averages(costs: Sequence[LayerCost]) -> Iterator[Problem]:
    """BatchNormalization with shared weights: one moving average stands for several passes."""
    for cost in costs:
        if any(isinstance(c.layer, BatchNormalization) and not c.parameters for c in cost.calls):
            yield Problem(
                path_of(cost),
                tr(
                    "BatchNormalization with shared weights averages over all passes, which fits "
                    "none, so accuracy falls after training; use LayerNormalization or "
                    "GroupNormalization"
                ),
            )


Check = Callable[[Sequence[LayerCost]], Iterable[Problem]]
CHECKS: tuple[Check, ...] = (
    heavy_dense,
    shrunk_map,
    bottleneck,
    needless_bias,
    inner_softmax,
    tied_averages,
)
