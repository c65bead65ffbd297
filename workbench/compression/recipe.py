"""Recipes: steps in sequence as data, in TOML and in a short form.

The short form names each step and its settings, as `prune:0.8,cluster:16,quantize:int8`. Settings
stand in the order that the step says (`short`), or with their names: `prune:0.8:epochs=4`.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, ValidationError, field_validator, model_validator

from workbench.base.files import write_atomically
from workbench.base.names import near_miss
from workbench.base.text import plural, tr
from workbench.base.versions import made_by_newer
from workbench.compression.file_steps import Quantize
from workbench.compression.steps import CompressionStep, Phase, QuantizationAware, chosen
from workbench.spec.base import AsTuple, Spec, SpecError, refuse, whole
from workbench.spec.errors import Problem, problems_of, shown
from workbench.spec.toml import as_toml, read_file, read_toml

MAX_BYTES = 100_000
"""Of a recipe's file."""

MOST_STEPS = 20
VERSION: Literal[1] = 1


class CompressionRecipe(Spec):
    """Steps that make a trained network smaller, one after the other.

    Attributes:
        recipe_version: Of the file; a newer one is refused.
        steps: In order.
    """

    recipe_version: Literal[1] = VERSION
    steps: Annotated[tuple[CompressionStep, ...], AsTuple] = Field(
        min_length=1,
        max_length=MOST_STEPS,
        title=tr("Steps"),
        description=tr("What is done to the network, in order."),
    )

    _whole = field_validator("recipe_version", mode="before")(whole)

    @model_validator(mode="after")
    def _in_order(self) -> CompressionRecipe:
        fault = next(_faults(self.steps), None)
        if fault is not None:
            raise refuse({"steps": fault})
        return self

    @property
    def epochs(self) -> int:
        """Epochs of fine-tuning of all steps."""
        return sum(step.tuning_epochs for step in self.steps)

    @property
    def short(self) -> str:
        """The short form, which `of_text` reads."""
        return ",".join(map(shortened, self.steps))

    def to_toml(self) -> str:
        """TOML that holds every setting."""
        return as_toml(self.values())

    @classmethod
    def from_toml(cls, text: str) -> CompressionRecipe:
        """A recipe from its TOML text.

        Raises:
            SpecError: naming the setting, or the line where it is not TOML.
        """
        values = read_toml(text)
        version = values.get("recipe_version", VERSION)
        if isinstance(version, int) and version > VERSION:
            newer = made_by_newer(tr("version"), version, VERSION)
            raise SpecError.at("", tr("the recipe was {newer}", newer=newer))
        if "steps" not in values:
            fault = tr("is missing; must be a list of steps, as [[steps]] with a kind each")
            raise SpecError.at("steps", fault)
        return cls.parse(values)

    @classmethod
    def read(cls, path: Path) -> CompressionRecipe:
        """The recipe in a TOML file.

        Raises:
            SpecError: naming the file, and the setting or line that is wrong.
        """
        too_large = tr("{path}: is larger than any recipe; must be a TOML file", path=path)
        return read_file(path, MAX_BYTES, too_large, cls.from_toml)

    def write(self, path: Path) -> None:
        """Saves as TOML, whole or not at all.

        Raises:
            OSError: where the file can't be written.
        """
        write_atomically(path, self.to_toml().encode())

    @classmethod
    def of_text(cls, text: str) -> CompressionRecipe:
        """A recipe from its short form.

        Raises:
            SpecError: naming the step that is wrong.
        """
        parts = [part.strip() for part in text.split(",")]
        steps = [_step_of(part) for part in parts if part]
        if not steps:
            fault = tr("names no step; write them as in {example}", example=EXAMPLE)
            raise SpecError.at("steps", fault)
        return cls.parse({"steps": [step.values() for step in steps]})


EXAMPLE = "prune:0.8,cluster:16,quantize:int8"


def _faults(steps: tuple[CompressionStep, ...]) -> Iterator[str]:
    """Why the steps can't follow each other."""
    for before, after in pairwise(steps):
        if after.phase < before.phase:
            yield tr(
                "{after} after {before} would undo it; put it before",
                after=after.name(),
                before=before.name(),
            )
    for number, step in enumerate(steps):
        if not step.is_repeatable and any(step.name() == s.name() for s in steps[:number]):
            yield tr("{step} stands there twice; keep one of them", step=step.name())
    if isinstance(steps[-1], Quantize):
        for step in steps:
            if isinstance(step, QuantizationAware) and step.bits != steps[-1].mode:
                yield tr(
                    "qat trains for {bits} and quantize writes {mode}; name the same in both",
                    bits=step.bits,
                    mode=steps[-1].mode,
                )
    values = [step.name() for step in steps if step.phase is Phase.VALUES]
    if len(values) > 1:
        yield tr(
            "{first} and {second} both say which values weights may have; keep one of them",
            first=values[0],
            second=values[1],
        )


def _step_of(text: str) -> CompressionStep:
    """A step from its short form.

    Raises:
        SpecError: naming it.
    """
    kind, *given = (part.strip() for part in text.split(":"))
    found = chosen(kind)
    if found is None:
        fault = tr("there is no step {name}", name=shown(kind))
        raise SpecError.at("", near_miss(fault, kind, CompressionStep.choices()))
    values: dict[str, Any] = {"kind": kind}
    places = iter(found.short)
    for part in given:
        name, is_named, value = part.partition("=")
        name = name if is_named else next(places, "")
        if not name:
            fault = plural(
                "takes {count} setting without a name; name the others, as in epochs=3",
                "takes {count} settings without a name; name the others, as in epochs=3",
                len(found.short),
            )
            raise SpecError.at(kind, fault)
        if name in values and name != found.key:
            raise SpecError.at(f"{kind}.{name}", tr("stands there twice; keep one of them"))
        values[name] = _plain(value if is_named else part)
    try:
        return found.model_validate(values)
    except ValidationError as error:
        raise SpecError([_of_step(kind, p) for p in problems_of(error)]) from None


def _of_step(kind: str, problem: Problem) -> Problem:
    return Problem(f"{kind}.{problem.path}" if problem.path else kind, problem.message)


def _plain(text: str) -> Any:
    """A value as TOML would read it: number, true or false, else text."""
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return {"true": True, "false": False}.get(text, text)


def shortened(step: CompressionStep) -> str:
    """A step in the short form: its main setting, and what isn't at its default."""
    values, fields = step.values(), type(step).model_fields
    parts = [step.name()]
    for place, name in enumerate(step.short):
        later = step.short[place:]
        if place and all(values[each] == fields[each].default for each in later):
            break
        parts.append(_written(values[name]))
    others = (n for n in fields if n != step.key and n not in step.short)
    parts += [f"{n}={_written(values[n])}" for n in others if values[n] != fields[n].default]
    return ":".join(parts)


def _written(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
