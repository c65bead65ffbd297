"""Settings' paths as words: of every setting that there is, and of paths that are none."""

from __future__ import annotations

import pytest

from workbench import presets
from workbench.runs.columns import column_of
from workbench.runs.packing.spec_pieces import flat
from workbench.runs.table.setting_titles import setting_title, short_title, value_title


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("optimizer.learning_rate", "Optimizer: learning rate"),
        ("optimizer.amsgrad", "Optimizer: AMSGrad"),
        ("hardware.jit_compile", "Hardware: XLA"),
        ("training.epochs", "Training: epochs"),
        ("structure.layers[7].kind", "Layer 8: kind"),
        ("structure.layers[8].hash_compression", "Layer 9: hashed weights"),
        ("structure.layers[2].layers[0].filters", "Layer 3: layer 1 filters"),
        ("structure.layers[2].kernel_regularizer.kind", "Layer 3: regularization kind"),
    ],
)
def test_the_title_is_that_of_the_form(path: str, title: str) -> None:
    assert setting_title(path) == title


def test_a_setting_that_choices_title_differently_goes_by_its_name() -> None:
    """`padding` is "Border" of the zero padding and "Padding" of a convolution."""
    assert setting_title("structure.layers[0].padding") == "Layer 1: padding"


@pytest.mark.parametrize(
    "path",
    ["", "foo", "optimizer.foo", "optimizer.", "structure.layers[0].foo", "training.batch size",
     "structure.layers[x].kind", "optimizer.learning_rate.foo"],
)  # fmt: skip
def test_a_path_of_no_setting_stays_as_it_is(path: str) -> None:
    assert setting_title(path) == path


@pytest.mark.parametrize("preset", presets.names())
def test_no_two_settings_of_an_experiment_have_one_title(preset: str) -> None:
    paths = list(flat(presets.load(preset).values()))
    titles = [setting_title(path) for path in paths]
    assert len(set(titles)) == len(paths)
    assert not [title for title in titles if "_" in title or "[" in title]


def test_the_column_keeps_its_key() -> None:
    column = column_of("optimizer.learning_rate")
    assert (column.key, column.title) == ("optimizer.learning_rate", "Optimizer: learning rate")
    assert column.listed == "Optimizer: learning rate  ·  optimizer.learning_rate"
    assert column_of("foo.bar").listed == "foo.bar"


@pytest.mark.parametrize(
    ("path", "title"),
    [
        ("optimizer.learning_rate", "Learning rate"),
        ("optimizer.kind", "Optimizer"),
        ("hardware.jit_compile", "XLA"),
        ("structure.layers[8].hash_compression", "Layer 9: hashed weights"),
        ("foo", "foo"),
    ],
)
def test_a_short_title_leaves_the_group_out(path: str, title: str) -> None:
    assert short_title(path) == title


def test_a_kind_goes_by_its_label() -> None:
    assert value_title("optimizer.kind", "sgd") == "SGD"
    assert value_title("optimizer.kind", "no such") is None
    assert value_title("optimizer.learning_rate", 0.1) is None
