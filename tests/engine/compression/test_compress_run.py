"""Compressed runs: what steps do to the weights, pause, stop, resume, failures."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import pytest

from tests.engine.compression.compressing import compress, go_on
from tests.engine.small import small, stop_after, train
from workbench.compression import progress, sensitivity
from workbench.compression.compressed_runs import (
    KEYS,
    CannotCompress,
    compressed_run,
    variant,
)
from workbench.compression.found import coded_tensors, tensor_errors
from workbench.compression.model_file import MODEL_FILE
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.steps import CompressionStep, Phase
from workbench.evaluation.answerer import answers
from workbench.execution.messages import Continue, Pause, Progress, StatusChanged, Steps
from workbench.runs.artifacts import RunFolder
from workbench.runs.checkpoint_file import FILE, weights_of
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store, StoreError
from workbench.spec.base import SpecError, setting

if TYPE_CHECKING:
    from workbench.runtime.compression.network import Network
    from workbench.runtime.compression.step_context import StepContext

EPOCHS = 12


pytestmark = pytest.mark.usefixtures("short_times")


@pytest.fixture(scope="module")
def parent(store: Store) -> Run:
    """A small network on the digits."""
    run_id, _ = train(store, small(training__epochs=EPOCHS))
    return store.run(run_id)


def recipe_of(steps: str) -> CompressionRecipe:
    return CompressionRecipe.of_text(steps)


def kernels(store: Store, run: Run) -> list[np.ndarray]:
    """Of a run's checkpoint."""
    with np.load(store.artifacts(run.run_id) / FILE) as saved:
        arrays = [saved[name] for name in saved.files if name.startswith("model.")]
    return [array for array in arrays if array.ndim > 1]


def zeros(arrays: list[np.ndarray]) -> int:
    return sum(int((array == 0).sum()) for array in arrays)


def test_pruned_shared_and_quantized(store: Store, parent: Run) -> None:
    before = weights_of(store.artifacts(parent.run_id))
    run, said = compress(store, parent, "prune:0.8,cluster:8,quantize:int8")
    assert run.status is RunStatus.COMPLETED
    assert (run.kind, run.parent_id) == ("compressed", parent.run_id)
    weights = kernels(store, run)
    size = sum(array.size for array in weights)
    assert zeros(weights) == round(0.8 * size), "exact zeros, as many as were asked for"
    assert all(len(np.unique(array)) <= 8 for array in weights)
    assert run.parameters == parent.parameters
    assert run.figure("nonzero_parameters") == run.parameters - zeros(weights)
    file = (store.artifacts(run.run_id) / MODEL_FILE.name).read_bytes()
    assert run.figure("litert_bytes") == len(file) > (run.figure("gzip_bytes") or 0) > 0
    assert run.figure("accuracy_difference") == pytest.approx(
        (run.test_accuracy or 0) - (parent.test_accuracy or 0)
    )
    assert run.figure("test_images") == 360
    steps = [each for message in said if isinstance(message, Steps) for each in message.loss]
    assert len(steps) == 3 * 13 == run.step == run.total_steps, "live curves of all steps"
    assert [epoch.epoch for epoch in store.epochs(run.run_id)] == [1, 2, 3]
    known = progress.read(store.artifacts(run.run_id))
    assert known is not None
    assert [done.step for done in known.done] == ["", "prune:0.8", "cluster:8", "quantize:int8"]
    assert known.done[0].val_accuracy == pytest.approx(parent.val_accuracy, abs=1e-6)
    tensors = [each for each in coded_tensors(known.facts) if each.weights > 4]  # the kernels
    assert [each.kind for each in tensors] == ["INT8"] * len(weights)
    assert all(each.values <= 8 for each in tensors), "shared values stay shared in the file"
    assert sum(each.nonzero for each in tensors) == size - zeros(weights)
    assert all(0 < (each.coded_bytes or 0) < each.bytes / 2 for each in tensors)
    assert any("conv2d" in error.tensor and error.snr > 1 for error in tensor_errors(known.facts))
    assert known.weights == [], "what a killed run goes on from isn't kept any longer"
    assert weights_of(store.artifacts(parent.run_id)) == before
    noted = store.run(parent.run_id)
    assert replace(noted, figures=parent.figures) == parent, "but what its own file takes"
    assert (noted.figure("litert_bytes") or 0) > len(file)
    latencies = [run.figure(key) or 0 for key in ("litert_ms", "litert_p95_ms", "litert_p99_ms")]
    assert 0 < latencies[0] <= latencies[1] <= latencies[2]
    assert (run.figure("litert_batch_ms") or 0) > latencies[0]
    assert (run.figure("litert_ratio") or 0) > 0
    found = variant(run)
    assert tuple(found) == KEYS
    assert found["steps"] == "prune:0.8,cluster:8,quantize:int8"
    assert json.loads(json.dumps(found)) == found
    assert [each.name for each in RunFolder(store.artifacts(run.run_id)).sound()] == [
        FILE,
        progress.FILE,
        MODEL_FILE.name,
    ]


def test_the_file_answers_as_the_network_does(store: Store, parent: Run) -> None:
    """Without quantization: the accuracy of the run is that of its Keras network."""
    from workbench.data import load
    from workbench.deployment.litert_answerer import LiteRTAnswerer
    from workbench.runtime.training.hardware import choose
    from workbench.runtime.training.keras_answerer import KerasAnswerer
    from workbench.runtime.training.trained import kept

    run, _ = compress(store, parent, "prune:0.5:layer")
    weights = kernels(store, run)
    assert [zeros([array]) for array in weights] == [array.size // 2 for array in weights]
    dataset = load(parent.experiment.data)
    network = KerasAnswerer(
        kept(store.folder, run.run_id), dataset.info, choose(run.experiment.hardware)
    )
    rows = np.arange(len(dataset.test.labels))
    ours = answers(network, dataset.test.images, rows, lambda done: None)
    content = (store.artifacts(run.run_id) / MODEL_FILE.name).read_bytes()
    theirs = answers(LiteRTAnswerer(content), dataset.test.images, rows, lambda done: None)
    np.testing.assert_allclose(theirs, ours, atol=1e-5)
    assert run.test_accuracy == pytest.approx((ours.argmax(1) == dataset.test.labels).mean())


def test_shared_values_stay_shared_in_the_file_of_a_later_run(store: Store, parent: Run) -> None:
    """With a scale for each channel they would be torn apart."""
    shared, _ = compress(store, parent, "cluster:8")
    for steps, wanted in (("quantize:int8", "yes"), ("finetune:1,quantize:int8", None)):
        run, _ = compress(store, shared, steps)
        known = progress.read(store.artifacts(run.run_id))
        assert known is not None
        assert known.facts.get("per_tensor") == wanted


def test_two_of_four_stay(store: Store, parent: Run) -> None:
    run, _ = compress(store, parent, "pattern:2:4:epochs=1")
    for array in kernels(store, run):
        rows = array.reshape(-1, array.shape[-1])
        groups = rows[: len(rows) // 4 * 4].reshape(-1, 4, array.shape[-1])
        assert ((groups != 0).sum(axis=1) == 2).all()


def test_a_control_of_equal_training_prunes_nothing(store: Store, parent: Run) -> None:
    run, _ = compress(store, parent, "finetune:1")
    assert zeros(kernels(store, run)) == 0
    assert run.step == 13


def test_an_interrupted_run_goes_on_from_its_last_finished_step(store: Store, parent: Run) -> None:
    whole, _ = compress(store, parent, "prune:0.5,cluster:8")
    run, _ = compress(store, parent, "prune:0.5,cluster:8", stop_after(30))
    assert (run.status, run.test_accuracy) == (RunStatus.INTERRUPTED, None)
    known = progress.read(store.artifacts(run.run_id))
    assert known is not None
    assert [done.step for done in known.done] == ["", "prune:0.5"]
    assert run.step > 26
    run, said = go_on(store, run.run_id)
    assert run.status is RunStatus.COMPLETED
    first = next(message for message in said if isinstance(message, Steps))
    assert first.first_step == 27, "the curves of the step that was cut off are trained again"
    assert store.steps(run.run_id).steps.tolist() == list(range(1, 40))
    for ours, theirs in zip(kernels(store, run), kernels(store, whole), strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)


def test_a_stopped_run_is_evaluated_and_can_go_on(store: Store, parent: Run) -> None:
    run, _ = compress(store, parent, "prune:0.9,quantize:float16", stop_after(8, RunStatus.STOPPED))
    assert run.status is RunStatus.STOPPED
    assert run.test_accuracy is not None
    assert 0 < zeros(kernels(store, run)) < 0.9 * 676, "pruned as far as it had come"
    run, _ = go_on(store, run.run_id)
    assert (run.status, run.step) == (RunStatus.COMPLETED, 26)
    assert zeros(kernels(store, run)) == round(0.9 * 676)


def test_a_paused_run_holds_and_continues(store: Store, parent: Run) -> None:
    states: list[str] = []

    def pause(message: Any, control: Any) -> None:
        if isinstance(message, Steps) and message.first_step == 3:
            control.request(Pause())
        if isinstance(message, StatusChanged):
            states.append(message.state)
            if message.state is RunStatus.PAUSED:
                control.request(Continue())

    run, _ = compress(store, parent, "prune:0.5:epochs=1", pause)
    assert states == [RunStatus.PAUSED, RunStatus.RUNNING]
    assert (run.status, run.step) == (RunStatus.COMPLETED, 13)


def test_a_run_without_weights_is_refused_before_a_run_is_made(store: Store, parent: Run) -> None:
    recipe = CompressionRecipe.of_text("quantize:int8")
    fresh = store.create(small())
    number = len(store.runs())
    with pytest.raises(CannotCompress, match="has not ended; compress it afterwards"):
        compressed_run(store, fresh, recipe)
    store.finish(fresh.run_id, RunStatus.FAILED)
    with pytest.raises(CannotCompress, match="has no weights; train it"):
        compressed_run(store, store.run(fresh.run_id), recipe)
    path = store.artifacts(fresh.run_id) / FILE
    path.write_bytes(b"no archive")
    with pytest.raises(CannotCompress, match="are damaged; train it again"):
        compressed_run(store, store.run(fresh.run_id), recipe)
    path.write_bytes((store.artifacts(parent.run_id) / FILE).read_bytes())
    changed = small(structure__layers=[{"kind": "flatten"}, {"kind": "dense", "units": 10}])
    other = replace(parent, run_id=fresh.run_id, experiment_toml=changed.to_toml())
    with pytest.raises(CannotCompress, match="belong to another network: 706 instead of 650"):
        compressed_run(store, other, recipe)
    assert len(store.runs()) == number


def test_a_parent_that_is_gone_is_said(store: Store, parent: Run) -> None:
    recipe = CompressionRecipe.of_text("quantize:int8")
    run = compressed_run(store, parent, recipe)
    store.update(run.run_id, parent_id="20260101-000000-0001")
    with pytest.raises(StoreError, match="20260101-000000-0001"):
        go_on(store, run.run_id)
    assert store.run(run.run_id).status is RunStatus.FAILED


def test_the_test_part_is_looked_at_once_at_the_end(store: Store, parent: Run) -> None:
    """Only after the last step; nothing before it knows an image of that part."""
    from unittest.mock import patch

    from workbench.runtime.compression import compress_run

    seen: list[int] = []
    loaded = compress_run._dataset

    def watched(*arguments: Any) -> Any:
        dataset = loaded(*arguments)
        read = dataset.test.images.read

        def noted(rows: Any) -> Any:
            seen.append(len(rows))
            return read(rows)

        dataset.test.images.read = noted
        return dataset

    order: list[str] = []

    def note(message: Any, control: Any) -> None:
        if isinstance(message, Progress) and message.phase == "evaluating":
            order.append(f"evaluating after {len(seen)}")

    with patch.object(compress_run, "_dataset", watched):
        compress(store, parent, "prune:0.5:epochs=1", note)
    assert order == ["evaluating after 0"]
    assert sum(seen) == 360, "each image once"


class Halve(CompressionStep):
    """Made up: half of each weight."""

    label = "Halving"
    phase = Phase.VALUES
    short = ("factor",)

    kind: Literal["halve"] = "halve"
    factor: float = setting(0.5, "Factor", "What is left of each weight.", gt=0.0, lt=1.0)


def halve(step: Halve, network: Network, context: StepContext) -> Network:
    return replace(
        network, variables=[v * np.asarray(step.factor, v.dtype) for v in network.variables]
    )


def test_a_new_step_is_a_class_and_a_line(
    store: Store, parent: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runtime.compression import performers

    monkeypatch.setitem(performers.PERFORMERS, "halve", f"{__name__}:halve")
    run, _ = compress(store, parent, "halve:0.25,quantize:float16")
    assert CompressionRecipe.from_toml(run.recipe).steps[0] == Halve(factor=0.25)
    for ours, theirs in zip(kernels(store, run), kernels(store, parent), strict=True):
        np.testing.assert_allclose(ours, theirs / 4, rtol=1e-6)
    assert run.status is RunStatus.COMPLETED


def test_kernels_trained_for_int4_lie_on_its_grid(store: Store, parent: Run) -> None:
    run, _ = compress(store, parent, "prune:0.5:epochs=1,qat:int4:epochs=1,quantize:int4")
    for array in kernels(store, run):
        rows = array.reshape(-1, array.shape[-1])
        scale = np.abs(rows).max(axis=0) / 7
        places = rows / np.where(scale == 0, 1, scale)
        np.testing.assert_allclose(places, np.rint(places), atol=1e-4)
    assert zeros(kernels(store, run)) >= 338, "zeros stay"


def test_a_bare_file_is_smaller_and_answers_alike(store: Store, parent: Run) -> None:
    from workbench.deployment.litert_answerer import LiteRTAnswerer

    whole, _ = compress(store, parent, "quantize:int8")
    bare, _ = compress(store, parent, "quantize:int8:bare=true")
    sizes = [run.figure("litert_bytes") or 0 for run in (whole, bare)]
    assert sizes[0] - sizes[1] > 1500
    files = [LiteRTAnswerer(MODEL_FILE.read(store.artifacts(run.run_id))) for run in (whole, bare)]
    assert [file.batch for file in files] == [-1, 1]
    images = np.random.default_rng(0).random((5, 8, 8, 1), np.float32)
    np.testing.assert_allclose(files[0].shares(images), files[1].shares(images), atol=0.01)
    assert bare.test_accuracy == pytest.approx(whole.test_accuracy, abs=0.01)


def test_a_student_may_leave_out_hidden_dense_layers(store: Store) -> None:
    layers = [
        {"kind": "conv2d", "filters": 4},
        {"kind": "flatten"},
        {"kind": "dense", "units": 8, "activation": "relu"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]
    run_id, _ = train(store, small(structure__layers=layers, training__epochs=1))
    run, _ = compress(store, store.run(run_id), "student:0.5:epochs=1:hidden=false")
    found = run.experiment.structure.layers
    assert [layer.kind for layer in found] == ["conv2d", "flatten", "dense"]
    assert run.parameters == 3 * 3 * 2 + 2 + 36 * 2 * 10 + 10


def test_learned_ranges_of_activations_go_into_the_file(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.deployment.quantization import Quantized, quantize
    from workbench.runtime.compression import outcome

    layers = [
        {"kind": "conv2d", "filters": 4, "activation": "relu"},
        {"kind": "max_pooling2d"},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]
    run_id, _ = train(store, small(structure__layers=layers, training__epochs=EPOCHS))
    made: list[Quantized] = []

    def noted(content: bytes, way: Any, *others: Any, **named: Any) -> Any:
        assert list(way.ranges) == ["layer1"]
        made.append(quantize(content, way, *others, **named))
        asked.append(way.ranges["layer1"])
        return made[-1]

    asked: list[tuple[float, float]] = []
    monkeypatch.setattr(outcome, "quantize", noted)
    run, _ = compress(store, store.run(run_id), "qat:int8:epochs=2,quantize:int8")
    assert asked[0][0] == 0.0 < asked[0][1], "of a ReLU"
    ends = [found for found in made[0].report.ranges.values() if found == pytest.approx(asked[0])]
    assert ends, "the file has the range that was learned"
    assert (run.val_accuracy or 0) > (store.run(run_id).val_accuracy or 0) - 0.1
    known = progress.read(store.artifacts(run.run_id))
    assert known is not None
    assert json.loads(known.facts["ranges"]) == {"layer1": list(asked[0])}


def test_single_layers_of_the_file_have_other_types(
    store: Store, parent: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.deployment.quantization import Quantization, quantize
    from workbench.runtime.compression import outcome

    asked: list[Quantization] = []

    def noted(content: bytes, way: Quantization, *others: Any, **named: Any) -> Any:
        asked.append(way)
        return quantize(content, way, *others, **named)

    monkeypatch.setattr(outcome, "quantize", noted)
    run, _ = compress(store, parent, "quantize:int8:layers=6=int4+1=float32")
    assert run.status is RunStatus.COMPLETED
    assert asked == [Quantization("int8", layers={1: "float32", 6: "int4"})]
    assert not asked[0].runs_on_microcontrollers, "so it is no C array"
    number = len(store.runs())
    known = "layer 4 has no kernel to quantize; choose among 1 Conv2D, 6 Dense"
    with pytest.raises(SpecError, match=known):
        compress(store, parent, "quantize:int8:layers=4=int4")
    assert len(store.runs()) == number


def test_filters_are_removed_and_the_structure_is_smaller(store: Store, parent: Run) -> None:
    steps = "structured:0.5:epochs=2:sensitivity=true,quantize:int8"
    run, _ = compress(store, parent, steps)
    assert run.status is RunStatus.COMPLETED
    known = progress.read(store.artifacts(run.run_id))
    assert known is not None
    (curve,) = sensitivity.unpacked(known.facts[sensitivity.FACT])
    assert (curve.layers, curve.shares) == ("1 Conv2D", (0.25, 0.5, 0.75))
    assert all(0 <= accuracy <= 1 for accuracy in curve.val_accuracies)
    assert (run.macs or 0) <= 0.5 * (parent.macs or 0)
    assert (run.parameters or 0) < (parent.parameters or 0)
    conv = run.experiment.structure.layers[0]
    assert getattr(conv, "filters", 0) == 2
    assert kernels(store, run)[0].shape == (3, 3, 1, 2)
    again, _ = compress(store, run, "prune:0.5:epochs=1")
    assert again.status is RunStatus.COMPLETED, "what was made smaller is a network like any other"
    assert again.parameters == run.parameters


def test_a_student_has_scaled_widths_and_fresh_weights(store: Store, parent: Run) -> None:
    run, _ = compress(store, parent, "student:0.5:epochs=2")
    assert getattr(run.experiment.structure.layers[0], "filters", 0) == 2
    assert (run.step, run.total_steps) == (26, 26)
    alone, _ = compress(store, parent, "student:0.5:epochs=2:teacher=false")
    assert any((a != b).any() for a, b in zip(kernels(store, run), kernels(store, alone)))  # noqa: B905


def test_any_run_teaches(store: Store, parent: Run) -> None:
    """Named by the start of its id; another teacher leads elsewhere than the original."""
    narrow = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "softmax"}]
    other_id, _ = train(store, small(structure__layers=narrow, training__epochs=1))
    steps = "student:0.5:epochs=2"
    run, _ = compress(store, parent, f"{steps}:teacher={other_id[:18]}")
    assert run.status is RunStatus.COMPLETED
    assert CompressionRecipe.from_toml(run.recipe).short == f"{steps}:teacher={other_id}"
    by_original, _ = compress(store, parent, steps)
    pairs = zip(kernels(store, run), kernels(store, by_original), strict=True)
    assert all((ours != theirs).any() for ours, theirs in pairs)


def test_a_student_has_the_structure_of_any_run(store: Store, parent: Run) -> None:
    """One that never trained will do, as its weights aren't used."""
    narrow = [
        {"kind": "conv2d", "filters": 2, "strides": 2},
        {"kind": "flatten"},
        {"kind": "dense", "units": 10, "activation": "softmax"},
    ]
    other = store.create(small(structure__layers=narrow))
    run, _ = compress(store, parent, f"student:like={other.run_id[:18]}:epochs=1")
    assert run.experiment.structure == other.experiment.structure
    assert run.parameters == 20 + 190
    deep = [{"kind": "conv2d", "kernel_size": 9}, *narrow]
    wrong = recipe_of(f"student:like={store.create(small(structure__layers=deep)).run_id}")
    with pytest.raises(SpecError, match=r"student\.like: run .* can't take images of 8x8x1"):
        compressed_run(store, parent, wrong)


def test_a_teacher_with_other_classes_is_refused(store: Store, parent: Run) -> None:
    other_id, _ = train(store, small(training__epochs=1))
    five = small(structure__layers=[{"kind": "flatten"}, {"kind": "dense", "units": 5}])
    store.update(other_id, experiment_toml=five.to_toml())
    number = len(store.runs())
    with pytest.raises(SpecError, match=r"student\.teacher: run .* knows 5 classes and the data"):
        compressed_run(store, parent, recipe_of(f"student:teacher={other_id}"))
    with pytest.raises(SpecError, match=r"finetune\.teacher: there is no run 'nobody'"):
        compressed_run(store, parent, recipe_of("finetune:teacher=nobody"))
    assert len(store.runs()) == number


def test_the_original_is_written_once_for_all(store: Store, parent: Run) -> None:
    """And again where it was trained on since; its latency is measured each time."""
    from unittest.mock import patch

    from workbench.runtime.compression import compress_run

    folder = store.artifacts(parent.run_id)
    compress(store, parent, "quantize:float16")
    (kept,) = folder.glob("original-*.tflite")
    assert weights_of(folder) in kept.name
    with patch.object(compress_run, "written", wraps=compress_run.written) as writes:
        run, _ = compress(store, parent, "quantize:float16")
        assert writes.call_count == 1, "its own file"
        assert (run.figure("litert_ratio") or 0) > 0
        kept.rename(folder / "original-0123.tflite")
        compress(store, parent, "quantize:float16")
        assert writes.call_count == 3
    assert [each.name for each in folder.glob("original-*.tflite")] == [kept.name]


def test_a_quantized_run_answers_by_its_file(
    store: Store, parent: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Made bad, it gives other answers than the weights: those are evaluated."""
    from tests.engine.tasks import do
    from workbench.evaluation import predictions
    from workbench.evaluation.one_image import OfTestPart
    from workbench.runtime.compression import outcome

    written = outcome.litert_bytes

    def spoiled(model: Any, *others: Any) -> bytes:
        kernel = model.trainable_variables[0]
        kernel.assign(-kernel)
        return written(model, *others)

    monkeypatch.setattr(outcome, "litert_bytes", spoiled)
    run, _ = compress(store, parent, "quantize:int8")
    assert (run.test_accuracy or 1) < 0.5 < (parent.test_accuracy or 0)
    result, _ = do("evaluate", store.folder, run_id=run.run_id, part="test")
    assert result.accuracy == pytest.approx(run.test_accuracy)
    folder = store.artifacts(run.run_id)
    found = predictions.load(folder)
    assert found is not None
    assert found.are_of_file
    wrong = int(np.flatnonzero(found.predicted != found.labels)[0])
    asked = OfTestPart(int(found.rows[wrong]))
    answer, _ = do("try_image", store.folder, run_id=run.run_id, image=asked)
    assert answer.is_of_file
    assert answer.likeliest == found.predicted[wrong]
    assert answer.layers == ()
    asked_for = {"threads": 0, "batch_sizes": (1, 8), "seconds": 0.02}
    timed, _ = do("measure_inference", store.folder, run_id=run.run_id, **asked_for)
    assert timed.device == "CPU, as model.tflite"
    assert store.run(run.run_id).latency_ms == timed.points[0].median > 0
    of_weights = replace(found, weights=weights_of(folder))
    pictures = predictions.load_pictures(folder)
    assert pictures is not None
    predictions.save(folder, of_weights, pictures)
    assert predictions.load(folder) is None, "an older version asked the weights"
    assert predictions.OF_TEST.fault(folder) == "", "its bundles can still be opened"


def test_a_run_that_isnt_quantized_answers_by_its_weights(store: Store, parent: Run) -> None:
    from tests.engine.tasks import do
    from workbench.evaluation.one_image import OfTestPart

    run, _ = compress(store, parent, "finetune:1")
    answer, _ = do("try_image", store.folder, run_id=run.run_id, image=OfTestPart(0))
    assert not answer.is_of_file
    assert answer.layers


def test_a_layer_in_two_answers_alike_at_full_rank() -> None:
    from tests.engine.compression.test_narrowing import network_of
    from workbench.runtime.compression.low_rank import in_two
    from workbench.spec.layers import Conv2D, Dense, Flatten

    layers = (
        Conv2D(filters=6, strides=(2, 2), padding="same"),
        Flatten(),
        Dense(units=7),
        Dense(units=10, activation="softmax"),
    )
    network, info = network_of(layers, (8, 8, 2))
    images = np.random.default_rng(0).random((3, 8, 8, 2), np.float32)
    whole = network.assembled(info).model(images).numpy()
    for place, rank in ((0, 6), (2, 7)):
        found = in_two(network, place, rank, info)
        assert len(found.experiment.structure.layers) == 5
        np.testing.assert_allclose(found.assembled(info).model(images).numpy(), whole, atol=1e-5)


def test_low_rank_keeps_the_accuracy_that_was_asked(store: Store, parent: Run) -> None:
    run, _ = compress(store, parent, "low_rank:0.02:epochs=1")
    assert run.status is RunStatus.COMPLETED
    layers = run.experiment.structure.layers
    assert len(layers) in (6, 7)
    assert (len(layers) == 7) == ((run.parameters or 0) < (parent.parameters or 0))
