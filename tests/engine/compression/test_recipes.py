"""Recipes as data: TOML, the short form, presets, and what is refused in one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.compression import presets
from workbench.compression.file_steps import Quantize
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.steps import Cluster, CompressionStep, Prune
from workbench.spec.base import SpecError

SHORT = "prune:0.8,cluster:16,quantize:int8"


def test_the_short_form_is_parsed_and_printed() -> None:
    recipe = CompressionRecipe.of_text(SHORT)
    assert recipe.steps == (Prune(rate=0.8), Cluster(clusters=16), Quantize(mode="int8"))
    assert recipe.short == SHORT
    assert recipe.epochs == 3
    named = CompressionRecipe.of_text(" prune:0.5:layer:epochs=4 , quantize:mode=int8")
    assert named.steps == (Prune(rate=0.5, scope="layer", epochs=4), Quantize(mode="int8"))
    assert named.short == "prune:0.5:layer:epochs=4,quantize:int8"
    plain = CompressionRecipe.of_text("prune:teacher=false,cluster")
    assert plain.short == "prune:0.8:teacher=none,cluster:16"


def test_who_teaches_and_recipes_of_before_other_runs_could() -> None:
    """`teacher` was true or false; now it also names a run."""
    before = "[[steps]]\nkind = 'finetune'\nteacher = {}"
    known = CompressionRecipe.from_toml(before.format("true")).steps[0]
    assert (known.has_teacher, known.used_runs) == (True, {})
    alone = CompressionRecipe.from_toml(before.format("false")).steps[0]
    assert (alone.has_teacher, alone.used_runs) == (False, {})
    short = "student:0.2:teacher=20260101-000000-0a1b"
    other = CompressionRecipe.of_text(short)
    assert other.steps[0].used_runs == {"teacher": "20260101-000000-0a1b"}
    assert other.steps[0].has_teacher
    assert other.short == short
    assert not Quantize().has_teacher


@pytest.mark.parametrize("kind", CompressionStep.choices())
def test_every_step_survives_both_forms(kind: str) -> None:
    step = CompressionStep.choices()[kind].default()
    recipe = CompressionRecipe(steps=(step,))
    assert CompressionRecipe.of_text(recipe.short) == recipe
    assert CompressionRecipe.from_toml(recipe.to_toml()) == recipe
    assert step.label
    for field in type(step).model_fields.values():
        assert field.default == step.name() or (field.title and field.description)


def test_single_layers_may_have_other_types() -> None:
    recipe = CompressionRecipe.of_text("quantize:int8:layers=7=int4+1=float32")
    (step,) = recipe.steps
    assert isinstance(step, Quantize)
    assert step.modes == {1: "float32", 7: "int4"}
    assert CompressionRecipe.from_toml(recipe.to_toml()) == recipe
    assert CompressionRecipe.of_text(recipe.short) == recipe
    table = '[[steps]]\nkind = "quantize"\nlayers = {7 = "int4", 1 = "float32"}\n'
    assert CompressionRecipe.from_toml(table) == recipe


def test_a_file_is_written_and_read(tmp_path: Path) -> None:
    recipe = CompressionRecipe.of_text(SHORT)
    recipe.write(tmp_path / "recipe.toml")
    assert CompressionRecipe.read(tmp_path / "recipe.toml") == recipe


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("prune:1.0", "prune.rate: must be below 1, got 1.0"),
        ("prune:0", "prune.rate: must be above 0, got 0"),
        ("prune:much", "prune.rate: must be a number, got 'much'"),
        ("cluster:1", "cluster.clusters: must be at least 2, got 1"),
        ("prun:0.5", "there is no step 'prun'; did you mean 'prune'?"),
        ("prune:ratio=0.5", "prune.ratio: unknown setting; did you mean 'rate'?"),
        ("pattern:4:4", "pattern.keep: must be less than the 4 weights of a group, got 4"),
        (
            "quantize:int8:layers=7=int5",
            "quantize.layers: layer 7 can't be 'int5'; choose float32, float16, dynamic, int8, "
            "int8-weights, int4, int16x8",
        ),
        (
            "quantize:int8:layers=d1=int4",
            "quantize.layers: 'd1=int4' names no layer; write the layer's number and its type, as "
            "in 1=float32+7=int4",
        ),
        (
            "quantize:int8:layers=7=int4+7=int8",
            "quantize.layers: layer 7 is named twice; keep one",
        ),
        ("cluster:16,prune:0.5", "steps: prune after cluster would undo it; put it before"),
        ("quantize:int8,finetune", "steps: finetune after quantize would undo it; put it before"),
        (
            "qat:int4,quantize:int8",
            "steps: qat trains for int4 and quantize writes int8; name the same in both",
        ),
        ("prune:0.5,prune:0.8", "steps: prune stands there twice; keep one of them"),
        (", ", "steps: names no step; write them as in prune:0.8,cluster:16,quantize:int8"),
        ("prune:0.5:rate=0.8", "prune.rate: stands there twice; keep one of them"),
        (
            "cluster:16:8",
            "cluster: takes 1 setting without a name; name the others, as in epochs=3",
        ),
        (
            "prune:0.8:layer:3",
            "prune: takes 2 settings without a name; name the others, as in epochs=3",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(text: str, said: str) -> None:
    with pytest.raises(SpecError) as error:
        CompressionRecipe.of_text(text)
    assert str(error.value) == said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "steps: is missing; must be a list of steps, as [[steps]] with a kind each"),
        ("steps = []", "steps: must have at least 1 entry, got 0"),
        ("[[steps]]\nkind = 'melt'", "steps[0].kind: there is no 'melt'"),
        ("recipe_version = 2", "made by a newer version of the workbench"),
        ("recipe_version = true\nsteps = []", "recipe_version: must be a whole number, got true"),
        ("[[steps", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_its_name(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "wrong.toml"
    path.write_text(text)
    with pytest.raises(SpecError) as error:
        CompressionRecipe.read(path)
    assert str(error.value).startswith(f"{path}: ")
    assert said in str(error.value)


def test_the_recipes_that_come_with_the_workbench() -> None:
    assert presets.names() == ["faster", "microcontroller", "smaller-file"]
    for name in presets.names():
        assert presets.load(name).steps[-1] == Quantize(mode="int8")
        assert presets.description(name).endswith(".")
    with pytest.raises(SpecError, match="did you mean 'smaller-file'"):
        presets.load("smalerfile")
