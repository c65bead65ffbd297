"""Valid random settings for hypothesis, made from the spec's own types and bounds."""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, Literal, Union

import annotated_types as at
from hypothesis import strategies as st
from pydantic.fields import FieldInfo

from workbench.experiment import Experiment
from workbench.spec import Choice, Spec
from workbench.spec.optimizers import SGD

FAMILIES: list[type[Choice]] = list(Choice.__subclasses__())
EVERY_CHOICE: list[type[Choice]] = [c for f in FAMILIES for c in f.choices().values()]

RULES: dict[type[Spec], Callable[[dict[str, Any]], bool]] = {
    SGD: lambda values: not values["nesterov"] or values["momentum"] > 0,
}
"""What a class asks of several settings together; bounds of one setting are read from its field."""

TEXTS = st.text(st.characters(exclude_categories=("Cs",)), max_size=12)


def specs(cls: type[Spec]) -> st.SearchStrategy[Spec]:
    """Valid objects of one class of the spec."""
    if issubclass(cls, Choice) and cls in FAMILIES:
        return st.one_of([specs(choice) for choice in cls.choices().values()])
    fields = {name: _values(f.annotation, f.metadata) for name, f in cls.model_fields.items()}
    rule = RULES.get(cls, lambda values: True)
    return st.fixed_dictionaries(fields).filter(rule).map(cls.model_validate)


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
        low, high, exclude_min=over is not None, exclude_max=under is not None,
        allow_nan=False, allow_infinity=False,
    )  # fmt: skip
