"""Every choice of every family: round trip, words for a person, and the Keras class it names."""

from __future__ import annotations

import re
import tomllib
from typing import Any, Literal

import pytest
import tomli_w
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.conftest import Oracle
from tests.engine.strategies import EVERY_CHOICE, FAMILIES, specs
from workbench.experiment import Experiment, Structure
from workbench.spec import Choice, Spec, SpecError
from workbench.spec.assignments import parse_settings
from workbench.spec.augmentation import Augmentation
from workbench.spec.base import setting
from workbench.spec.data import (
    CIFAR10,
    CIFAR100,
    MNIST,
    Data,
    Digits,
    FashionMNIST,
    KerasData,
    Npz,
)
from workbench.spec.layers import Conv2D, Dense
from workbench.spec.optimizers import SGD, Adam, Optimizer
from workbench.spec.schedules import Fixed
from workbench.spec.training import Training


def name_of(cls: type[Choice]) -> str:
    return f"{cls.family().__name__}-{cls.name()}"


every_choice = pytest.mark.parametrize("cls", EVERY_CHOICE, ids=name_of)
in_keras = pytest.mark.parametrize(
    "cls",
    [c for c in EVERY_CHOICE if c.keras_class and not issubclass(c, Data)],
    ids=name_of,
)


def through_toml(spec: Choice) -> Spec:
    text = tomli_w.dumps({"choice": spec.values()})
    return spec.family().choices()[spec.name()].parse(tomllib.loads(text)["choice"])


def test_the_families_are_those_of_an_experiment_and_of_a_recipe() -> None:
    assert {f.__name__ for f in FAMILIES} == {
        "CompressionStep",
        "Constraint",
        "Data",
        "Hardware",
        "Layer",
        "Loss",
        "Optimizer",
        "Regularizer",
        "Schedule",
        "Stopping",
    }
    assert all(family.choices() for family in FAMILIES)


@every_choice
def test_defaults_survive_the_round_trip(cls: type[Choice]) -> None:
    spec = cls()
    assert cls.parse({cls.key: cls.name()}) == spec
    assert cls.parse(spec.values()) == spec, "the defaults must be valid themselves"
    assert repr(through_toml(spec)) == repr(spec)


@every_choice
@settings(max_examples=30)
@given(data=st.data())
def test_any_valid_values_survive_the_round_trip(cls: type[Choice], data: st.DataObject) -> None:
    spec = data.draw(specs(cls))
    assert isinstance(spec, Choice)
    again = through_toml(spec)
    assert again == spec
    assert repr(again) == repr(spec), "floats to the bit, -0.0 included"
    assert list(spec.values()) == [n for n in cls.model_fields if getattr(spec, n) is not None]


@every_choice
def test_a_person_reads_what_it_is(cls: type[Choice]) -> None:
    assert cls.label
    assert cls.__dict__.get("__doc__"), f"{cls.__name__} has no docstring"
    labels = [other.label for other in cls.family().choices().values()]
    assert labels.count(cls.label) == 1


@pytest.mark.parametrize(
    "cls", [*EVERY_CHOICE, Structure, Training, Augmentation], ids=lambda cls: cls.__name__
)
def test_every_setting_has_a_title_and_a_description(cls: type[Spec]) -> None:
    key = cls.key if issubclass(cls, Choice) else None
    for name, field in cls.model_fields.items():
        if name != key:
            assert field.title, f"{cls.__name__}.{name} has no title"
            assert field.title[0].isupper()
            assert field.description, f"{cls.__name__}.{name} has no description"
            assert field.description.endswith("."), f"{cls.__name__}.{name}: {field.description}"


@in_keras
def test_every_setting_is_an_argument_of_the_keras_class(cls: type[Choice], oracle: Oracle) -> None:
    arguments = oracle.ask("signature", name=cls.keras_class)
    assert set(cls().settings()) <= set(arguments)


@pytest.mark.parametrize(
    "spec",
    [
        Adam(learning_rate=0.25, beta_1=0.5, beta_2=0.75, epsilon=0.125),
        SGD(learning_rate=0.25, momentum=0.5, nesterov=True),
        *(c() for c in EVERY_CHOICE if c.keras_class and c.family().__name__ == "Layer"),
        *(c() for c in EVERY_CHOICE if c.keras_class and c.family().__name__ == "Loss"),
        *(c() for c in EVERY_CHOICE if c.keras_class and c.family().__name__ == "Optimizer"),
        Conv2D(filters=3, kernel_size=(2, 3), strides=(1, 2), padding="same", activation="gelu"),
        Conv2D(filters=6, groups=3, dilation_rate=(2, 1), kernel_initializer="he_normal"),
        Dense(units=3, activation="softmax", use_bias=False, hash_compression=4),
    ],
    ids=lambda spec: spec.name(),
)
def test_keras_is_given_these_very_settings(spec: Choice, oracle: Oracle) -> None:
    values = spec.values()
    config = oracle.ask("config", family=spec.family().__name__, values=values)
    for name, value in values.items():
        if name in spec.settings():
            wanted = pytest.approx(value) if type(value) is float else value
            assert as_we_write(config[name]) == wanted, name


def as_we_write(found: Any) -> Any:
    """Keras gives an initializer as its class and arguments, and a border by its four sides."""
    if isinstance(found, dict):
        return re.sub(r"(?<!^)(?=[A-Z])", "_", found["class_name"]).lower()
    if isinstance(found, list) and found and isinstance(found[0], list):
        return [pair[0] for pair in found]
    return found


def test_keras_datasets_are_named_as_in_keras() -> None:
    for cls in (c for c in EVERY_CHOICE if issubclass(c, KerasData)):
        assert cls.keras_class == f"keras.datasets.{cls.name()}"
        assert cls.download_bytes > 1_000_000


# --- a new choice is one class -------------------------------------------------------------------


def test_a_made_up_optimizer_is_accepted_everywhere() -> None:
    class Sloth(Optimizer):
        """Steps every so often."""

        label = "Sloth"
        kind: Literal["sloth"] = "sloth"
        rest: int = setting(3, "Rest", "Steps between steps.", ge=0, le=9)

    try:
        read = Experiment.from_toml('[optimizer]\nkind = "sloth"\nrest = 5')
        assert read.optimizer == Sloth(rest=5)
        assert Experiment.from_toml(read.to_toml()) == read
        chosen = parse_settings(["optimizer.rest=4", "optimizer.kind=sloth"])
        assert Experiment().with_settings(chosen).optimizer == Sloth(rest=4)
        with pytest.raises(SpecError, match=r"^optimizer\.rest: must be at most 9, got 10$"):
            Experiment.from_toml('[optimizer]\nkind = "sloth"\nrest = 10')
        assert Optimizer.choices()["sloth"] is Sloth
    finally:
        Optimizer.registry.pop("sloth")
    with pytest.raises(SpecError, match=r"^optimizer\.kind: there is no 'sloth'"):
        Experiment.from_toml('[optimizer]\nkind = "sloth"')


def test_a_choice_is_no_choice_of_another_family() -> None:
    with pytest.raises(SpecError, match=r"^optimizer\.kind: there is no 'conv2d'"):
        Experiment.from_toml('[optimizer]\nkind = "conv2d"')
    with pytest.raises(ValueError, match="must be a table"):
        Experiment(optimizer=Fixed())


# --- settings ------------------------------------------------------------------------------------


def test_a_spec_is_frozen() -> None:
    with pytest.raises(ValueError, match="frozen"):
        Adam().learning_rate = 1.0


def test_changed_checks_what_it_changes() -> None:
    assert Adam().changed(beta_1=0.5) == Adam(beta_1=0.5)
    with pytest.raises(SpecError, match=r"^beta_1: must be below 1, got 1\.5$"):
        Adam().changed(beta_1=1.5)
    with pytest.raises(SpecError, match=r"^nesterov: needs a momentum above 0"):
        SGD().changed(nesterov=True)
    assert MNIST(resize=(8, 8)).changed(resize=None) == MNIST()


@pytest.mark.parametrize(("given", "kept"), [(5, (5, 5)), ([2, 3], (2, 3)), ((2, 3), (2, 3))])
def test_one_number_stands_for_height_and_width(given: Any, kept: tuple[int, int]) -> None:
    assert Conv2D.parse({"kernel_size": given}).kernel_size == kept


def test_a_whole_number_will_do_for_a_float() -> None:
    optimizer = Adam.parse({"learning_rate": 1})
    assert type(optimizer.learning_rate) is float


def test_every_problem_is_told_at_once() -> None:
    with pytest.raises(SpecError) as caught:
        Conv2D.parse({"filters": 0, "padding": "sam", "use_bias": 1})
    assert [str(p) for p in caught.value.problems] == [
        "filters: must be at least 1, got 0",
        "padding: must be 'valid' or 'same', got 'sam'",
        "use_bias: must be true or false, got 1",
    ]
    assert str(caught.value) == "filters: must be at least 1, got 0"


# --- what is known of data without reading them --------------------------------------------------


def test_what_is_known_of_a_data_set() -> None:
    for kind, images, tests, shape in (
        (MNIST, 60_000, 10_000, (28, 28, 1)), (Digits, 1437, 360, (28, 28, 1)),
        (FashionMNIST, 60_000, 10_000, (28, 28, 1)), (CIFAR10, 50_000, 10_000, (32, 32, 3)),
        (CIFAR100, 50_000, 10_000, (32, 32, 3)),
    ):  # fmt: skip
        info = kind().info()
        assert info is not None
        assert (info.image_shape, info.train_images, info.test_images) == (shape, images, tests)
        assert len(info.class_counts) == info.classes
        assert sum(info.class_counts) == images
    changed = MNIST(resize=(14, 20), channels=3).info()
    assert changed is not None
    assert changed.image_shape == (14, 20, 3)
    assert changed.classes == 10
    assert Npz(path="x.npz").info() is None


@pytest.mark.parametrize(
    "cls", [c for c in EVERY_CHOICE if issubclass(c, Data) and c.source_info], ids=name_of
)
def test_class_names_are_distinct(cls: type[Data]) -> None:
    assert cls.source_info is not None
    names = cls.source_info.class_names
    assert len(set(names)) == len(names) == (100 if cls.name() == "cifar100" else 10)
