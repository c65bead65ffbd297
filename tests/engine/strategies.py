"""Valid random settings for hypothesis, made from the spec's own types and bounds."""

from __future__ import annotations

import functools
import types
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, Union

import annotated_types as at
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from workbench.compression.file_steps import Quantize
from workbench.compression.steps import PrunePattern, PruneStructure
from workbench.experiment import Experiment
from workbench.spec import Choice, Spec
from workbench.spec.layers import Conv2D, DepthwiseConv2D, Layer, Repeat, SeparableConv2D
from workbench.spec.optimizers import SGD, Optimizer, ScheduleFreeAdamW
from workbench.spec.optimizers.base import CLIPPINGS
from workbench.spec.schedules import PiecewiseConstantDecay

FAMILIES: list[type[Choice]] = list(Choice.__subclasses__())
EVERY_CHOICE: list[type[Choice]] = [c for f in FAMILIES for c in f.choices().values()]


def _one_clipping(values: dict[str, Any]) -> dict[str, Any]:
    used = [name for name in CLIPPINGS if values[name] is not None]
    return {**values, **dict.fromkeys(used[1:])}


def _nesterov_needs_momentum(values: dict[str, Any]) -> dict[str, Any]:
    nesterov = values["nesterov"] and values["momentum"] > 0
    return {**_one_clipping(values), "nesterov": nesterov}


def _averages_by_itself(values: dict[str, Any]) -> dict[str, Any]:
    return {**_one_clipping(values), "use_ema": False}


def _one_rate_a_stretch(values: dict[str, Any]) -> dict[str, Any]:
    boundaries = tuple(sorted(set(values["boundaries"])))
    rates = (values["learning_rates"] * (len(boundaries) + 1))[: len(boundaries) + 1]
    return {**values, "boundaries": boundaries, "learning_rates": rates}


def _steps_or_gaps(values: dict[str, Any]) -> dict[str, Any]:
    return values if max(values["strides"]) == 1 else {**values, "dilation_rate": (1, 1)}


def _groups_divide_filters(values: dict[str, Any]) -> dict[str, Any]:
    values = _steps_or_gaps(values)
    return values if values["filters"] % values["groups"] == 0 else {**values, "groups": 1}


def _keeps_fewer(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "keep": min(values["keep"], values["of"] - 1)}


def _an_epoch_a_round(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "rounds": min(values["rounds"], values["epochs"])}


def _names_layers(values: dict[str, Any]) -> dict[str, Any]:
    return {**values, "layers": f"{len(values['layers'])}=int4" if values["layers"] else ""}


MENDED: dict[type[Spec], Callable[[dict[str, Any]], dict[str, Any]]] = {
    **dict.fromkeys(Optimizer.choices().values(), _one_clipping),
    SGD: _nesterov_needs_momentum,
    ScheduleFreeAdamW: _averages_by_itself,
    PiecewiseConstantDecay: _one_rate_a_stretch,
    Conv2D: _groups_divide_filters,
    DepthwiseConv2D: _steps_or_gaps,
    SeparableConv2D: _steps_or_gaps,
    PrunePattern: _keeps_fewer,
    PruneStructure: _an_epoch_a_round,
    Quantize: _names_layers,
}
"""What a class asks of several settings together; bounds of one setting are read from its field."""

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


def specs(cls: type[Spec]) -> st.SearchStrategy[Spec]:
    """Valid objects of one class of the spec."""
    if issubclass(cls, Choice) and cls in FAMILIES:
        return st.one_of([specs(choice) for choice in cls.choices().values()])
    fields = {name: _values(f.annotation, f.metadata) for name, f in cls.model_fields.items()}
    mended = MENDED.get(cls, dict)
    return st.fixed_dictionaries(fields).map(mended).map(cls.model_validate)


@functools.cache
def _layers() -> st.SearchStrategy[Spec]:
    """Any layer; what is repeated holds no repeats, so that drawing comes to an end."""
    plain = [specs(c) for c in Layer.choices().values() if c is not Repeat]
    inside = st.lists(st.one_of(plain), min_size=1, max_size=2).map(tuple)
    return st.one_of(*plain, st.builds(Repeat, layers=inside, times=st.integers(1, 5)))


def experiments() -> st.SearchStrategy[Experiment]:
    """Whole valid experiments, every family at random."""
    return typing.cast("st.SearchStrategy[Experiment]", specs(Experiment))


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for item in metadata:
        if isinstance(item, FieldInfo):
            yield from _flat(item.metadata)
        else:
            yield item


def _values(annotation: Any, metadata: Iterable[Any] = ()) -> st.SearchStrategy[Any]:
    origin, inner = typing.get_origin(annotation), typing.get_args(annotation)
    rules = list(_flat(metadata))
    if origin is Annotated:
        return _values(inner[0], [*inner[1:], *rules])
    if origin is Literal:
        return st.sampled_from(inner)
    if origin in (Union, types.UnionType):
        return st.one_of([_values(part, rules) for part in inner])
    if origin is tuple and inner[-1] is Ellipsis:
        if inner[0] is Layer:
            return st.lists(_layers(), min_size=1, max_size=5).map(tuple)
        return st.lists(_values(inner[0]), min_size=1, max_size=5).map(tuple)
    if origin is tuple:
        return st.tuples(*[_values(part) for part in inner])
    if annotation is type(None):
        return st.none()
    if annotation is bool:
        return st.booleans()
    if annotation is int:
        return st.integers(_bound(rules, at.Ge), _bound(rules, at.Le))
    if annotation is float:
        return _floats(rules)
    if annotation is str:
        return TEXTS if _bound(rules, at.MinLen) is None else TEXTS.filter(bool)
    assert issubclass(annotation, Spec), f"a strategy for {annotation} is missing"
    return specs(annotation)


def _bound(rules: list[Any], kind: type) -> Any:
    key = {at.Ge: "ge", at.Le: "le", at.Gt: "gt", at.Lt: "lt", at.MinLen: "min_length"}[kind]
    return next((getattr(r, key) for r in rules if isinstance(r, kind)), None)


def _floats(rules: list[Any]) -> st.SearchStrategy[float]:
    over, under = _bound(rules, at.Gt), _bound(rules, at.Lt)
    low = _bound(rules, at.Ge) if over is None else over
    high = _bound(rules, at.Le) if under is None else under
    return st.floats(
        low,
        high,
        exclude_min=over is not None,
        exclude_max=under is not None,
        allow_nan=False,
        allow_infinity=False,
    )
