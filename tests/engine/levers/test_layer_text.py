"""Layers as text: what is copied comes back the same; anything else is refused in a sentence."""

from __future__ import annotations

import tomllib

import pytest

from workbench import presets
from workbench.experiment import Experiment
from workbench.levers.layer_text import layers_as_text, layers_from_text
from workbench.spec.base import SpecError


@pytest.mark.parametrize("name", presets.names())
def test_layers_come_back_the_same(name: str) -> None:
    layers = presets.load(name).structure.layers
    text = layers_as_text(layers)
    assert text.startswith("[[layers]]")
    assert layers_from_text(text) == layers
    assert layers_from_text(text.replace("[[layers", "[[structure.layers")) == layers


def test_a_pasted_table_works_in_a_file() -> None:
    layers = Experiment().structure.layers[-1:]
    text = layers_as_text(layers).replace("[[layers]]", "[[structure.layers]]")
    assert Experiment.from_toml(text).structure.layers == layers
    assert tomllib.loads(text)["structure"]["layers"][0]["units"] == 10


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", "begins with [[layers]]; this text has none"),
        ("Dear colleague,", "this text is not valid TOML"),
        ("[" * 5000, "this text is not valid TOML"),
        ("epochs = 2", "this text has none"),
        ("layers = 3", "layers: must be a list"),
        ("layers = []", "layers: must have at least 1 entry"),
        ("[[layers]]", "layers[0].kind: is missing"),
        ('[[layers]]\nkind = "conf2d"', "did you mean 'conv2d'?"),
        (
            '[[layers]]\nkind = "conv2d"\nfilter = 3',
            "layers[0].filter: unknown setting; did you mean 'filters'?",
        ),
        ('[[layers]]\nkind = "conv2d"\nfilters = 0', "layers[0].filters: must be at least 1"),
        ('name = "x"\n[[layers]]\nkind = "flatten"', "name: unknown setting"),
        ('name = "x"\n[[structure.layers]]\nkind = "flatten"', "name: is no layer"),
        ("structure = 1", "this text has none"),
    ],
)
def test_anything_else_is_refused(text: str, wanted: str) -> None:
    with pytest.raises(SpecError) as caught:
        layers_from_text(text)
    assert wanted in str(caught.value)
    assert "\n" not in str(caught.value)
