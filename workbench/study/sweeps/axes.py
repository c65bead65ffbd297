"""What a search varies: one axis a setting, a choice or a lever, as a person types them.

`optimizer.learning_rate=0.0003..0.03:log`, `training.batch_size=64,128`, `optimizer.kind=adam,sgd`,
`lever.width_multiplier=0.25,0.5,1`. An axis is checked against the experiment before it is used.
"""

from __future__ import annotations

import json
import math
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.base.units import listing
from workbench.experiment import CHOICE_KEYS, Experiment
from workbench.levers.catalog import LEVER, LEVERS
from workbench.levers.lever import Lever
from workbench.spec.base import Choice, Spec, SpecError
from workbench.study.sweeps.fixed import fixed_reason

DIGITS = 6
"""Of a number that is drawn from a range."""

MOST_NAMED = 40

_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?"
_RANGE = re.compile(rf"({_NUMBER})\.\.({_NUMBER})(:log|:linear)?")


@dataclass(frozen=True)
class SweepAxis:
    """One thing that is varied.

    Attributes:
        path: Of a setting in the TOML, or `lever.NAME`.
        values: The values it takes, in order; empty for a range.
        low, high: The ends of a range, both in it.
        log: Whether a range is even on the logarithm.
        whole: Whether a range has whole numbers alone.
    """

    path: str
    values: tuple[Any, ...] = ()
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    whole: bool = False

    @property
    def is_range(self) -> bool:
        """Whether it runs between two ends."""
        return not self.values

    @property
    def count(self) -> int | None:
        """How many values it has; None for a range of any numbers."""
        if self.values:
            return len(self.values)
        return int(self.high - self.low) + 1 if self.whole else None

    def at(self, share: float) -> Any:
        """The value at a place on the axis.

        Args:
            share: From 0 (the first value) up to 1.
        """
        if self.values:
            return self.values[min(int(share * len(self.values)), len(self.values) - 1)]
        margin = 0.5 if self.whole else 0.0
        low, high = self.low - margin, self.high + margin
        if self.log:
            found = math.exp(math.log(low) + share * (math.log(high) - math.log(low)))
        else:
            found = low + share * (high - low)
        return self.tidied(found)

    def tidied(self, number: float) -> int | float:
        """A number of the range as it is written: whole, or of few digits; within the ends."""
        if self.whole:
            return int(min(max(math.floor(number + 0.5), self.low), self.high))
        return min(max(float(f"{number:.{DIGITS}g}"), self.low), self.high)

    def all_values(self) -> Iterator[Any]:
        """Every value of an axis that has a `count`."""
        if self.values:
            yield from self.values
        elif self.whole:
            yield from range(int(self.low), int(self.high) + 1)

    def plain(self) -> dict[str, Any]:
        """As JSON has it."""
        if self.values:
            return {"path": self.path, "kind": "values", "values": list(self.values)}
        return {"path": self.path, "kind": "range", **_ends(self)}

    @classmethod
    def of_plain(cls, found: Mapping[str, Any]) -> SweepAxis:
        """What `plain` gave.

        Raises:
            KeyError, TypeError, ValueError: where it isn't that.
        """
        if found["kind"] == "values":
            return cls(str(found["path"]), tuple(map(_frozen, found["values"])))
        ends = {name: type(known)(found[name]) for name, known in _ends(cls("")).items()}
        return cls(str(found["path"]), **ends)

    def __str__(self) -> str:
        """As it is typed."""
        if self.values:
            return f"{self.path}={','.join(written(value) for value in self.values)}"
        scale = ":log" if self.log else ""
        return f"{self.path}={self.low:g}..{self.high:g}{scale}"


def written(value: Any) -> str:
    """A value as it is typed: adam, 0.01, [3, 3], true."""
    return value if isinstance(value, str) else json.dumps(value)


def axes_of(texts: Sequence[str], experiment: Experiment) -> tuple[SweepAxis, ...]:
    """The axes that a person typed, checked against the experiment that is varied.

    Raises:
        SpecError: naming the axis that is wrong, in one sentence.
    """
    found = [_read(text) for text in texts]
    seen: set[str] = set()
    for axis in found:
        if axis.path in seen:
            raise SpecError.at("", tr("--vary {path} is given twice", path=axis.path))
        seen.add(axis.path)
    return tuple(_checked(axis, experiment, found) for axis in found)


def axis_faults(texts: Mapping[str, str], experiment: Experiment) -> dict[str, str]:
    """What is wrong with values that are typed for settings, by path; a sentence each.

    Args:
        texts: The values, by the path that they are for.
        experiment: What is varied.
    """
    faults: dict[str, str] = {}
    axes: dict[str, SweepAxis] = {}
    for path, text in texts.items():
        try:
            axes[path] = _read(f"{path}={text}")
        except SpecError as error:
            faults[path] = error.problems[0].message
    for path, axis in axes.items():
        try:
            _checked(axis, experiment, list(axes.values()))
        except SpecError as error:
            faults[path] = error.problems[0].message
    return faults


def combinations(axes: Iterable[SweepAxis]) -> int | None:
    """How many combinations of their values there are; None where there is no end of them."""
    counts = [axis.count for axis in axes]
    return None if None in counts else math.prod(count for count in counts if count is not None)


def owner_of(path: str) -> str:
    """The path of the group that a setting stands in."""
    return path.rpartition(".")[0]


def is_choice(path: str, experiment: Experiment) -> bool:
    """Whether a path is that of a choice's key, such as `optimizer.kind`."""
    if path.rpartition(".")[2] not in CHOICE_KEYS:
        return False
    chosen = experiment.at(owner_of(path))
    return isinstance(chosen, Choice) and chosen.key == path.rpartition(".")[2]


def lever_of(path: str, value: Any) -> Lever | None:
    """The lever of an axis with a value; None where it isn't pulled.

    Raises:
        SpecError: where there is no such lever, or it doesn't take the value.
    """
    name = path.removeprefix(LEVER)
    made = LEVERS.get(name)
    if made is None:
        raise SpecError.at("", near_miss(tr("there is no lever {name}", name=name), name, LEVERS))
    if value is False:
        return None
    first = next(iter(made.model_fields), None)
    if value is True:
        return made()
    if first is None:
        fault = tr("has no setting, got {value}; vary it as true,false", value=written(value))
        raise SpecError.at(path, fault)
    try:
        return made.parse({first: value})
    except SpecError as error:
        raise SpecError.at(path, error.problems[0].message) from None


# --- reading -------------------------------------------------------------------------------------


def _read(text: str) -> SweepAxis:
    path, equals, said = (part.strip() for part in text.partition("="))
    if not equals or not path or not said:
        raise SpecError.at(f"--vary {text}", tr("must be PATH=VALUE,VALUE or PATH=LOW..HIGH[:log]"))
    ends = _RANGE.fullmatch(said)
    if ends is None:
        return SweepAxis(path, _distinct(_values(said)))
    low, high = float(ends[1]), float(ends[2])
    if not math.isfinite(low + high) or low >= high:
        raise SpecError.at(f"--vary {text}", tr("the lower end must be below the upper"))
    is_log = ends[3] == ":log"
    if is_log and low <= 0:
        fault = tr(
            "{path} runs from {low} on a logarithmic axis; start above 0", path=path, low=f"{low:g}"
        )
        raise SpecError.at("", fault)
    return SweepAxis(path, (), low, high, is_log)


def _values(said: str) -> Iterable[Any]:
    """`64,128`, `adam,sgd` or `[3, 3],[5, 5]` as values."""
    try:
        return list(map(_frozen, tomllib.loads(f"values = [{said}]")["values"]))
    except (ValueError, RecursionError):
        return [_value(part.strip()) for part in said.split(",")]


def _value(said: str) -> Any:
    try:
        return _frozen(tomllib.loads(f"value = {said}")["value"])
    except (ValueError, RecursionError):
        return said


def _frozen(value: Any) -> Any:
    """Lists of a value as tuples would be; JSON and TOML read both alike."""
    return list(map(_frozen, value)) if isinstance(value, (list, tuple)) else value


def _distinct(values: Iterable[Any]) -> tuple[Any, ...]:
    return tuple({json.dumps(value, default=str): value for value in values}.values())


# --- checks --------------------------------------------------------------------------------------


def _checked(axis: SweepAxis, experiment: Experiment, axes: Sequence[SweepAxis]) -> SweepAxis:
    """The axis, with whole numbers where its setting has them.

    Raises:
        SpecError: where it can't be varied so.
    """
    if axis.path.startswith(LEVER):
        return _checked_lever(axis)
    fixed = fixed_reason(axis.path)
    if fixed:
        raise SpecError.at("", fixed)
    hosts = _hosts(axis.path, experiment, axes)
    if is_choice(axis.path, experiment):
        _check_kinds(axis, experiment)
        return axis
    host = hosts[0]
    if axis.values:
        for value in axis.values:
            host.with_settings({axis.path: value})
        return axis
    is_whole = _is_whole(type(host.at(owner_of(axis.path)) if owner_of(axis.path) else host), axis)
    return _ranged(axis, is_whole, lambda value: host.with_settings({axis.path: value}))


def _checked_lever(axis: SweepAxis) -> SweepAxis:
    for value in axis.values:
        lever_of(axis.path, value)
    if axis.values:
        return axis
    lever_of(axis.path, True)
    made = LEVERS[axis.path.removeprefix(LEVER)]
    first = next(iter(made.model_fields.values()), None)
    is_whole = first is not None and first.annotation is int
    return _ranged(axis, is_whole, lambda value: lever_of(axis.path, value))


def _ranged(axis: SweepAxis, is_whole: bool, accept: Any) -> SweepAxis:
    """A range whose ends the setting takes.

    Raises:
        SpecError: where it doesn't take one of them, or isn't a number.
    """
    ends: list[float] = [axis.low, axis.high]
    if is_whole:
        if any(end != int(end) for end in ends):
            raise SpecError.at(
                "", tr("{path} takes whole numbers; write its ends so", path=axis.path)
            )
        ends = [int(end) for end in ends]
    for end in ends:
        accept(end)
    return SweepAxis(axis.path, (), axis.low, axis.high, axis.log, is_whole)


def _is_whole(group: type[Spec], axis: SweepAxis) -> bool:
    """Whether a setting takes whole numbers alone."""
    field = group.model_fields.get(axis.path.rpartition(".")[2])
    wanted = str(field.annotation) if field is not None else ""
    return "float" not in wanted and "int" in wanted


def _hosts(path: str, experiment: Experiment, axes: Sequence[SweepAxis]) -> list[Experiment]:
    """The experiments, one a kind that is tried, that have a setting.

    Raises:
        SpecError: where none has it.
    """
    owner, _, name = path.rpartition(".")
    try:
        group = experiment.at(owner) if owner else experiment
    except SpecError:
        raise SpecError.at("", _unknown(path, experiment)) from None
    if not isinstance(group, Choice):
        if isinstance(name, str) and not _has(experiment, path):
            raise SpecError.at("", _unknown(path, experiment))
        return [experiment]
    key = f"{owner}.{group.key}"
    kinds = next((list(axis.values) for axis in axes if axis.path == key), [group.name()])
    known = [kind for kind in kinds if kind in group.registry]
    having = [kind for kind in known if name in group.registry[kind].model_fields]
    if having or not known:
        return [experiment.with_settings({key: kind}) for kind in having] or [experiment]
    others = [kind for kind, made in group.registry.items() if name in made.model_fields]
    if not others:
        raise SpecError.at("", _unknown(path, experiment))
    fault = tr(
        "{path} belongs to {kinds} only; vary {key} or leave it out",
        path=path,
        kinds=listing(others, MOST_NAMED),
        key=key,
    )
    raise SpecError.at("", fault)


def _has(experiment: Experiment, path: str) -> bool:
    try:
        experiment.at(path)
    except SpecError:
        return False
    return True


def _check_kinds(axis: SweepAxis, experiment: Experiment) -> None:
    chosen = experiment.at(owner_of(axis.path))
    if axis.is_range:
        raise SpecError.at(f"--vary {axis}", tr("is a choice; list its kinds"))
    for value in axis.values:
        if value not in chosen.registry:
            fault = tr(
                "{value} is no {family}; one of {names}",
                value=repr(value),
                family=chosen.family().__name__.lower(),
                names=listing(chosen.registry, MOST_NAMED),
            )
            raise SpecError.at(f"--vary {axis}", fault)


def _unknown(path: str, experiment: Experiment) -> str:
    """The sentence that there is no such setting, with the one that was probably meant."""
    known = [*_paths("", experiment.values()), *(f"{LEVER}{name}" for name in LEVERS)]
    return near_miss(tr("{path} is no setting", path=path), path, known)


def _paths(start: str, values: Mapping[str, Any]) -> Iterator[str]:
    for name, value in values.items():
        if isinstance(value, Mapping):
            yield from _paths(f"{start}{name}.", value)
        else:
            yield f"{start}{name}"


def _ends(axis: SweepAxis) -> dict[str, Any]:
    found = asdict(axis)
    return {name: found[name] for name in ("low", "high", "log", "whole")}
