"""What a variant gained and cost, in figures and in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from workbench import presets
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.variants import (
    JUDGED,
    expected,
    family_of,
    judged,
    original_of,
    verdicts,
    weight_bytes_of,
)
from workbench.evaluation import predictions
from workbench.evaluation.predictions import Pictures, Predictions
from workbench.runs import checkpoint_file
from workbench.runs.record import COMPRESSED, EpochMetrics, Origin, Run
from workbench.runs.store import Store

ORIGINAL = {
    "test_accuracy": 0.9937,
    "parameters": 93_322,
    "macs": 2_794_560,
    "litert_bytes": 378_040,
    "gzip_bytes": 347_611,
    "litert_ms": 0.067,
}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store")


def made(store: Store, parent: Run | None, steps: str = "", **figures: float) -> Run:
    origin = None
    if parent is not None:
        toml = CompressionRecipe.of_text(steps).to_toml()
        origin = Origin(COMPRESSED, parent.run_id, recipe=toml)
    experiment = presets.load(presets.DEFAULT)
    run = store.create(experiment, origin=origin) if origin else store.create(experiment)
    store.update(run.run_id, **figures)
    return store.run(run.run_id)


def test_each_figure_says_its_difference_and_what_is_worse(store: Store) -> None:
    original = made(store, None, **ORIGINAL)
    int4 = {**ORIGINAL, "test_accuracy": 0.9940, "litert_bytes": 58_488, "litert_ms": 0.0768}
    variant = made(store, original, "quantize:int4", **int4)
    found = {key: judged(key, variant, original) for key in JUDGED}
    assert found["litert_bytes"].text == "58.5 kB"
    assert found["litert_bytes"].change == "−85 %"
    assert found["litert_bytes"].is_better
    assert found["test_accuracy"].change == "+0.03 points"
    assert found["litert_ms"].is_worse
    assert found["litert_ms"].verdict == "slower than the original: 77 against 67 microseconds"
    assert found["macs"].change == "±0 %"
    assert not found["macs"].is_better
    assert found["litert_p99_ms"].text == "–"


def test_latencies_that_only_jitter_are_neither_better_nor_worse(store: Store) -> None:
    original = made(store, None, **ORIGINAL)
    near = made(store, original, "quantize:float16", **{**ORIGINAL, "litert_ms": 0.0695})
    far = made(store, original, "quantize:int16x8", **{**ORIGINAL, "litert_ms": 2.066})
    assert not judged("litert_ms", near, original).is_worse
    assert "2,066 against 67" in judged("litert_ms", far, original).verdict


def test_the_latency_is_compared_as_it_was_measured_in_turns(store: Store) -> None:
    """The parent's figure was noted once, on a machine that may have been quicker then."""
    original = made(store, None, **ORIGINAL)
    busy = {**ORIGINAL, "litert_ms": 0.053, "litert_ratio": 0.4}
    variant = made(store, original, "quantize:int8", **busy)
    found = judged("litert_ms", variant, original)
    assert (found.change, found.is_better) == ("−60 %", True)


def test_parameters_of_an_original_count_as_not_zero(store: Store) -> None:
    original = made(store, None, **ORIGINAL)
    pruned = made(store, original, "prune:0.8", **{**ORIGINAL, "nonzero_parameters": 19_083})
    assert judged("nonzero_parameters", pruned, original).change == "−80 %"


def test_a_family_is_the_original_and_each_variant_after_its_parent(store: Store) -> None:
    original = made(store, None, **ORIGINAL)
    pruned = made(store, original, "prune:0.8", **ORIGINAL)
    quantized = made(store, original, "quantize:int8", **ORIGINAL)
    both = made(store, pruned, "quantize:int8", **ORIGINAL)
    made(store, None, **ORIGINAL)
    family = family_of(store, original_of(store, both))
    assert [each.run.run_id for each in family] == [
        run.run_id for run in (original, pruned, both, quantized)
    ]
    assert [each.depth for each in family] == [0, 1, 2, 1]
    assert family[1].steps.startswith("prune:0.8")
    assert family[0].steps == ""


def test_a_variant_whose_parent_is_gone_stands_alone(store: Store) -> None:
    original = made(store, None, **ORIGINAL)
    pruned = made(store, original, "prune:0.8", **ORIGINAL)
    store.delete([original.run_id])
    store.purge()
    assert original_of(store, store.run(pruned.run_id)).run_id == pruned.run_id


def test_of_all_latencies_that_got_worse_one_is_said(store: Store) -> None:
    latencies = {"litert_ms": 0.067, "litert_p95_ms": 0.07, "litert_p99_ms": 0.08}
    slower = {key: 2 * value for key, value in latencies.items()}
    original = made(store, None, **{**ORIGINAL, **latencies})
    variant = made(store, original, "quantize:int4", **{**ORIGINAL, **slower})
    row = family_of(store, original)[1]
    assert row.run.run_id == variant.run_id
    assert verdicts(row) == ["slower than the original: 134 against 67 microseconds"]


def test_what_to_expect_follows_from_the_parents_training(store: Store) -> None:
    run = made(store, None, **ORIGINAL)
    recipe = CompressionRecipe.of_text("finetune:3:teacher=false,quantize:int4")
    assert expected(recipe, run) == ""  # nobody knows how long an epoch takes
    store.add_epoch(run.run_id, EpochMetrics(1, 21, 2.0, 0.5, 0.8, 10_000.0, 1e-3, 0.5, 0.8, 3.0))
    store.update(run.run_id, seconds=2.0, step=21, steps_per_epoch=21)
    run = store.run(run.run_id)
    assert weight_bytes_of(recipe, run) == 93_322 / 2
    mixed = CompressionRecipe.of_text("quantize:int8:layers=7=int4+1=float32")
    shown = replace(run, environment={"image_shape": [28, 28, 1]})
    first, seventh = 320, 36_928  # 3*3*32+32; 576*64+64
    assert weight_bytes_of(mixed, shown) == 93_322 + 3 * first - seventh / 2
    assert expected(recipe, run) == (
        "About 6.0 s of fine-tuning; the weights will take 46.7 kB before coding."
    )
    taught = CompressionRecipe.of_text("finetune:3")
    assert "About 8.0 s" in expected(taught, run)
    assert expected(CompressionRecipe.of_text("quantize:int8"), run).startswith("No fine-tuning")


# --- chance ------------------------------------------------------------------------------------


def answered(store: Store, run: Run, wrong: Sequence[int], images: int = 200) -> None:
    """Keeps answers of a run that are wrong on these images, and the accuracy of them."""
    folder = store.artifacts(run.run_id)
    folder.mkdir(parents=True, exist_ok=True)
    np.savez(folder / checkpoint_file.FILE, **{"model.0": np.zeros(1)})
    rows, labels = np.arange(images), np.zeros(images, np.int32)
    shares = np.zeros((images, 2), np.float32)
    shares[:, 0] = 1
    shares[list(wrong)] = (0, 1)
    weights = checkpoint_file.weights_of(folder)
    made = Predictions("test", rows, labels, shares, "same images", weights, ("a", "b"))
    predictions.save(folder, made, Pictures(rows[:0], np.zeros((0, 1, 1, 1), np.uint8)))
    store.update(run.run_id, test_accuracy=1 - len(wrong) / images)


@pytest.mark.parametrize(
    ("wrong", "is_worse", "is_better"),
    [
        (range(10, 23), False, False),  # 13 wrong for 10 others: McNemar's p is 0.53
        (range(19), True, False),  # 9 more wrong, none less: p is 0.003
        (range(2), False, True),
    ],
)
def test_a_difference_in_accuracy_counts_where_chance_does_not_explain_it(
    store: Store, wrong: range, is_worse: bool, is_better: bool
) -> None:
    original = made(store, None, **ORIGINAL)
    variant = made(store, original, "quantize:int8", **ORIGINAL)
    answered(store, original, range(10))
    answered(store, variant, wrong)
    figure = family_of(store, store.run(original.run_id))[1].figures[0]
    assert (figure.is_worse, figure.is_better) == (is_worse, is_better)
    assert bool(figure.verdict) == is_worse
    assert "McNemar, on 200 images" in figure.chance
    assert ("within chance" in figure.change) == (not is_worse and not is_better)


def test_without_answers_the_two_accuracies_and_the_number_of_images_decide(store: Store) -> None:
    """The digits have 360 test images: 9 less of them right may be chance, 36 are not."""
    original = made(store, None, **ORIGINAL | {"test_accuracy": 342 / 360})
    near = made(store, original, "quantize:int8", **ORIGINAL | {"test_accuracy": 333 / 360})
    far = made(store, original, "quantize:int4", **ORIGINAL | {"test_accuracy": 306 / 360})
    found = {variant.run.run_id: variant.figures[0] for variant in family_of(store, original)}
    assert not found[near.run_id].is_worse
    assert found[near.run_id].change == "\u22122.50 points, within chance"
    assert "two proportions of 360 images each" in found[near.run_id].chance
    assert found[far.run_id].is_worse
    assert "less accurate than the original" in found[far.run_id].verdict


@pytest.mark.parametrize("who_knows", ["original", "variant"])
def test_of_own_files_a_record_knows_the_number_of_test_images(
    store: Store, who_knows: str
) -> None:
    own = presets.load(presets.DEFAULT).with_settings(
        {"data.kind": "npz", "data.path": str(store.folder / "own.npz")}
    )
    recipe = CompressionRecipe.of_text("quantize:int8").to_toml()
    original = store.create(own)
    variant = store.create(own, origin=Origin(COMPRESSED, original.run_id, recipe=recipe))
    for run, right in ((original, 342), (variant, 333)):
        store.update(run.run_id, test_accuracy=right / 360)
    known = original if who_knows == "original" else variant
    assert family_of(store, store.run(original.run_id))[1].figures[0].chance == ""
    store.update(known.run_id, test_images=360)
    figure = family_of(store, store.run(original.run_id))[1].figures[0]
    assert figure.change == "\u22122.50 points, within chance"
    assert "two proportions of 360 images each" in figure.chance


def test_answers_that_are_not_those_of_the_accuracy_are_not_used(store: Store) -> None:
    """As of a file that answers otherwise than the weights that were evaluated."""
    original = made(store, None, **ORIGINAL)
    variant = made(store, original, "quantize:int8", **ORIGINAL)
    answered(store, original, range(10))
    answered(store, variant, range(19))
    store.update(variant.run_id, test_accuracy=0.95)
    figure = family_of(store, store.run(original.run_id))[1].figures[0]
    assert "two proportions of 200 images each" in figure.chance
    assert not figure.is_worse
