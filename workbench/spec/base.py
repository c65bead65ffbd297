"""The mechanism of the spec: frozen settings, and families of choices told apart by one key.

A family is a direct subclass of `Choice` (`Layer`, `Optimizer`, ...); a choice is a subclass of a
family that gives its `kind` a default. Defining the class is all it takes: it is then accepted from
TOML, offered by the form, swept, and built. Nothing here knows a particular choice.
"""

from __future__ import annotations

from typing import Any, ClassVar, NamedTuple, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import CoreSchema, core_schema

from workbench.base.names import near_miss
from workbench.base.text import as_text, tr
from workbench.spec.errors import (
    Problem,
    SpecError,
    problems_of,
    refuse,
    shown,
)

__all__ = ["Choice", "Facts", "Problem", "Spec", "SpecError", "refuse"]


def as_pair(value: object) -> object:
    """3 as (3, 3); a list as a tuple; anything else is left for the validator to refuse."""
    if isinstance(value, int) and not isinstance(value, bool):
        return (value, value)
    return as_tuple(value)


def _blame_whole(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Blames `kernel_size`, not `kernel_size[0]`: a person sets the pair as one."""
    pair = as_pair(value)
    if not isinstance(pair, tuple) or len(pair) != 2:
        fault = tr(
            "must be a whole number, or two of them as [height, width], got {value}",
            value=shown(value),
        )
        raise refuse({"": fault})
    try:
        return handler(pair)
    except ValidationError as error:
        raise refuse({"": problems_of(error)[0].message}) from None


def as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value


AsPair = WrapValidator(_blame_whole)
"""Two numbers (height, width); one number stands for both."""

AsTuple = BeforeValidator(as_tuple)
"""Lets a list (as TOML reads it) stand where a tuple is stored."""


def whole(value: object) -> object:
    """Refuses true and 1.0 where only some whole numbers may stand: Python takes both for 1."""
    if isinstance(value, bool | float):
        raise ValueError(tr("must be a whole number, got {value}", value=shown(value)))
    return value


class Spec(BaseModel):
    """A frozen group of settings, strict about types, with one-sentence errors."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        strict=True,
        validate_default=False,
        allow_inf_nan=False,
        defer_build=True,  # a class is built at its first use: the window starts sooner
    )

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, values: object) -> object:
        """Names the setting that was probably meant, which pydantic's own message does not."""
        if isinstance(values, dict):
            unknown = [name for name in values if name not in cls.model_fields]
            if unknown:
                raise refuse(
                    {
                        str(n): near_miss(tr("unknown setting"), str(n), cls.model_fields)
                        for n in unknown
                    }
                )
        return values

    @classmethod
    def parse(cls, values: dict[str, Any]) -> Self:
        """The settings from plain values, as TOML reads them.

        Raises:
            SpecError: with every problem found.
        """
        try:
            return cls.model_validate(values)
        except ValidationError as error:
            raise SpecError(problems_of(error)) from None

    def values(self) -> dict[str, Any]:
        """Plain values, in the order of the fields; what is None is left out, as TOML has no null.

        `parse(spec.values()) == spec` holds for every spec.
        """
        return self.model_dump(mode="json", exclude_none=True)

    def changed(self, **changes: Any) -> Self:
        """A copy with some settings replaced, checked as when it was made.

        Raises:
            SpecError: naming the setting that was refused.
        """
        return type(self).parse({**self.values(), **changes})


class Facts(NamedTuple):
    """What a choice's explanation may count on; 0 where it isn't known yet.

    Attributes:
        parameters: Trainable weights of the network, kernels and biases.
        steps_per_epoch, epochs, batch_size: Of the training that is planned.
        learning_rate: The optimizer's.
    """

    parameters: int = 0
    steps_per_epoch: int = 0
    epochs: int = 0
    batch_size: int = 0
    learning_rate: float = 0.0


class Choice(Spec):
    """One option of a family, told apart by the family's key (`kind` unless it says otherwise).

    Attributes:
        label: The words a person sees.
        keras_class: Dotted name of the Keras class that it stands for and whose arguments its
            fields are named after; None where the training process has a builder of its own.
        own_settings: Fields that are ours and no arguments of the Keras class.
        formula: What it computes, in the TeX that Matplotlib's mathtext draws; "" for none.
        source: Where the method was published: "Kingma and Ba 2015"; "" for none.
    """

    label: ClassVar[str] = ""
    formula: ClassVar[str] = ""
    source: ClassVar[str] = ""
    keras_class: ClassVar[str | None] = None
    own_settings: ClassVar[frozenset[str]] = frozenset()
    key: ClassVar[str] = "kind"
    registry: ClassVar[dict[str, type[Choice]]] = {}
    _root_of_families: ClassVar[bool] = True

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        if cls._is_family():
            cls.registry = {}
            return
        field = cls.model_fields.get(cls.key)
        if field is not None and isinstance(field.default, str):
            cls.registry[field.default] = cls

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: type[BaseModel], handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        if cls._is_family():
            return core_schema.no_info_plain_validator_function(cls._pick)
        return handler(source)

    @classmethod
    def _is_family(cls) -> bool:
        return any(base.__dict__.get("_root_of_families", False) for base in cls.__bases__)

    @classmethod
    def choices(cls) -> dict[str, type[Self]]:
        """Every class of this family by its key's value, in the order of definition."""
        return dict(cls.registry)  # type: ignore[arg-type]

    @classmethod
    def name(cls) -> str:
        """The key's value that stands for this class in TOML: `adam`."""
        return str(cls.model_fields[cls.key].default)

    @classmethod
    def default(cls) -> Self:
        """The choice with every setting at its default."""
        return cls.model_validate({cls.key: cls.name()})

    @classmethod
    def _pick(cls, value: object) -> Choice:
        if isinstance(value, Choice) and value.name() in cls.registry:
            return value
        if not isinstance(value, dict):
            raise ValueError(
                tr(
                    "must be a table with a {key}, got {value}",
                    key=repr(cls.key),
                    value=shown(value),
                )
            )
        name = value.get(cls.key)
        if name is None:
            raise refuse({cls.key: near_miss(tr("is missing"), "", cls.registry)})
        chosen = cls.registry.get(name) if isinstance(name, str) else None
        if chosen is None:
            fault = tr("there is no {name}", name=shown(name))
            raise refuse({cls.key: near_miss(fault, str(name), cls.registry)})
        return chosen.model_validate(value)

    @classmethod
    def family(cls) -> type[Choice]:
        """The family this choice belongs to: `Optimizer` for `Adam`."""
        return next(c for c in cls.__mro__ if issubclass(c, Choice) and c._is_family())

    def switched(self, name: object) -> dict[str, Any]:
        """Plain values of the choice `name` of the same family.

        Settings that were changed from their default and that the new choice has are kept.
        """
        chosen = self.registry.get(name) if isinstance(name, str) else None
        kept = {
            field: value
            for field, value in self.values().items()
            if chosen is not None
            and field in chosen.model_fields
            and getattr(self, field) != type(self).model_fields[field].default
        }
        return {**kept, self.key: name}

    def in_force(self, facts: Facts) -> str:
        """One sentence with the numbers it computes with now; "" where there is nothing to say."""
        return ""

    @property
    def implementation(self) -> str | None:
        """Dotted name of the class that is made of it: `keras_class`, unless settings decide."""
        return self.keras_class

    def settings(self) -> dict[str, Any]:
        """The fields as Python values: the arguments of the class that is made of it."""
        without = {self.key, *self.own_settings}
        return {n: getattr(self, n) for n in type(self).model_fields if n not in without}


def setting(
    default: Any,
    title: str,
    description: str,
    *,
    unit: str = "",
    advanced: bool = False,
    begin: Any = None,
    zero: str = "",
    absent: str = "",
    **bounds: Any,
) -> Any:
    """A field as the form needs it.

    Its words are templates, which are looked up here: they stand as literals or are texts already.

    Args:
        default: The value in a new experiment.
        title: Label in the form, sentence case.
        description: The reason to use it, one or two sentences; tooltip, help and documentation.
        unit: Shown after the value ("px", "images").
        advanced: Rarely needed: the form keeps it in a part that is folded at first.
        begin: What a setting that is left off (None) starts from when it is switched on.
        zero: Shown in place of 0 where that stands for something else ("automatic").
        absent: What it means that an optional choice is left off ("As elsewhere").
        bounds: `ge`, `gt`, `le`, `lt`, `min_length`, `max_length` as in pydantic.
    """
    named = {
        "unit": as_text(unit),
        "advanced": advanced,
        "begin": begin,
        "zero": as_text(zero),
        "absent": as_text(absent),
    }
    extra = {name: value for name, value in named.items() if value not in ("", False, None)}
    return Field(
        default,
        title=as_text(title),
        description=as_text(description),
        json_schema_extra=extra or None,
        **bounds,
    )
