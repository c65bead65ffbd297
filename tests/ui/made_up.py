"""Runs that never trained, with curves as real ones have them: for tables, plots and pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from workbench import presets
from workbench.compression.recipe import CompressionRecipe
from workbench.data import load
from workbench.evaluation import latency, predictions
from workbench.evaluation.latency import Latency, MeasuredLatency
from workbench.evaluation.one_image import Answer, activation_maps, filter_pictures
from workbench.evaluation.predictions import Pictures, Predictions
from workbench.levers.repeats import with_seeds
from workbench.runs import checkpoint_file
from workbench.runs.record import COMPRESSED, STEP_DTYPE, EpochMetrics, Origin, Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord, TrialRecord
from workbench.spec.machine import Machine
from workbench.study.ablation.plan import ablation
from workbench.study.results.outcome import SweepOutcome
from workbench.study.sweeps.axes import axes_of
from workbench.study.sweeps.bounds import SweepBound
from workbench.study.sweeps.goals import goals_of
from workbench.study.sweeps.plan import SweepPlan

STEPS_PER_EPOCH = 21
NAMES = (
    "digits-cnn",
    "one-cycle",
    "small-filters",
    "l2 1e-4",
    "sgd momentum 0.9",
    "batch 256",
    "depthwise",
    "dropout 0.3",
    "global pooling",
    "no validation",
)
ENDS = (
    RunStatus.COMPLETED,
    RunStatus.COMPLETED,
    RunStatus.COMPLETED,
    RunStatus.STOPPED,
    RunStatus.COMPLETED,
    RunStatus.FAILED,
    RunStatus.COMPLETED,
    RunStatus.INTERRUPTED,
)


def add_run(store: Store, number: int = 0, *, epochs: int = 10, **values: object) -> Run:
    """A finished run with steps and epochs.

    Args:
        store: Takes it.
        number: Chooses name, end and the noise of its curves.
        epochs: How many it has.
        values: Columns of the run to set otherwise.
    """
    experiment = presets.load(presets.DEFAULT).with_settings({"name": NAMES[number % len(NAMES)]})
    run = store.create(experiment)
    random = np.random.default_rng(number)
    count = epochs * STEPS_PER_EPOCH
    steps = np.arange(1, count + 1)
    pace = 15.0 + 40.0 * random.random()
    loss = 2.3 * np.exp(-steps / pace) + 0.04 + 0.06 * random.random()
    noise = np.exp(0.25 * random.standard_normal(count))
    metrics = np.zeros(count, STEP_DTYPE)
    metrics["elapsed"] = 2.5 + steps * 0.007
    metrics["seconds"] = steps * 0.0058
    metrics["loss"] = loss * noise
    metrics["accuracy"] = np.clip(1 - 0.38 * loss * noise, 0.05, 1)
    metrics["learning_rate"] = 1e-3 * 0.97 ** (steps / STEPS_PER_EPOCH)
    metrics["images_per_second"] = 10_800 + 500 * random.standard_normal(count)
    last = ENDS[number % len(ENDS)]
    with_epochs = {
        "steps_per_epoch": STEPS_PER_EPOCH,
        "total_steps": count,
        "step": count,
        "seconds": float(metrics["seconds"][-1]),
        "elapsed": float(metrics["elapsed"][-1]),
        "penalty": 0.0,
        "parameters": 93_322,
        "macs": 2_794_560,
        "images_per_second": 10_000.0 + 37 * number,
    }
    store.add_steps(run.run_id, 1, metrics, **with_epochs)
    for epoch in range(1, epochs + 1):
        step = epoch * STEPS_PER_EPOCH
        mean = float(loss[step - STEPS_PER_EPOCH : step].mean())
        store.add_epoch(
            run.run_id,
            EpochMetrics(
                epoch, step, float(metrics["seconds"][step - 1]), mean, 1 - 0.35 * mean,
                10_800.0, 1e-3, 1.08 * mean + 0.02, 1 - 0.36 * mean,
                float(metrics["elapsed"][step - 1]),
            ),
        )  # fmt: skip
    store.update(
        run.run_id,
        loss=mean,
        accuracy=1 - 0.35 * mean,
        val_loss=1.08 * mean + 0.02,
        val_accuracy=1 - 0.36 * mean,
    )
    accuracy = float(1 - 0.36 * loss[-1])
    store.update(run.run_id, test_accuracy=accuracy if last is RunStatus.COMPLETED else None)
    message = {
        RunStatus.FAILED: "the loss is not finite at step 312; lower the learning rate",
        RunStatus.INTERRUPTED: "the training process ended unexpectedly",
    }
    store.finish(run.run_id, last, message.get(last, ""))
    if values:
        store.update(run.run_id, **values)
    return store.run(run.run_id)


def add_runs(store: Store, count: int) -> list[Run]:
    """This many finished runs, oldest first."""
    return [add_run(store, number) for number in range(count)]


def add_evaluation(store: Store, run: Run) -> Predictions:
    """Predictions on the digits' test part as a fair network makes them, with all their images."""
    folder = store.artifacts(run.run_id)
    np.savez(folder / checkpoint_file.FILE, **{"model.0": np.zeros(1)})
    test = load(run.experiment.data).test
    random = np.random.default_rng(5)
    logits = random.normal(size=(len(test.labels), 10)) + 5 * np.eye(10)[test.labels]
    logits[test.labels == 8, 3] += 3
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    rows = np.arange(len(test.labels))
    made = Predictions(
        predictions.TEST,
        rows,
        test.labels,
        shares.astype(np.float32),
        "made up",
        checkpoint_file.weights_of(folder),
        tuple("0123456789"),
    )
    predictions.save(folder, made, Pictures(rows, test.images.read(rows)))
    return made


def add_seeds(store: Store, name: str, accuracies: Sequence[float]) -> list[Run]:
    """Finished runs of one experiment with seeds from 0, under a tag."""
    experiment = presets.load(presets.DEFAULT).with_settings({"name": name})
    wanted = with_seeds(experiment, len(accuracies))
    runs = store.create_all(wanted.experiments, wanted.tag)
    for run, accuracy in zip(runs, accuracies, strict=True):
        store.update(run.run_id, test_accuracy=accuracy, test_loss=1 - accuracy)
        store.finish(run.run_id, RunStatus.COMPLETED)
    return runs


def add_ablation(store: Store, name: str) -> list[str]:
    """An ablation whose runs have all ended, one technique of which helps; their ids."""
    settings = {"name": name, "optimizer.use_ema": True, "augmentation.shift": 0.1}
    plan = ablation(presets.load(presets.DEFAULT).with_settings(settings), None, 5)
    wanted = plan.repeats
    runs = store.create_all(wanted.experiments, wanted.tag, wanted.kind)
    less = {name: 0.0, f"{name} without shift": -0.010, f"{name} without averaged weights": 0.0001}
    for run in runs:
        seed, made = run.experiment.training.seed, run.experiment.name
        wobble = 0.0 if made == name else (0.0004, -0.0004)[seed % 2]
        accuracy = (0.980, 0.982, 0.979, 0.981, 0.983)[seed] + less[made] + wobble
        store.update(run.run_id, test_accuracy=accuracy, test_loss=1 - accuracy)
        store.finish(run.run_id, RunStatus.COMPLETED)
    return [run.run_id for run in runs]


def answer_of(run: Run) -> Answer:
    """What a network might make of the first test image: its channels are shades of the image."""
    random = np.random.default_rng(3)
    data = load(run.experiment.data).test
    image = data.images.read(np.array([0]))[0]
    shares = np.exp(random.normal(size=10) + 5 * np.eye(10)[data.labels[0]])
    layers = []
    for number, cost in enumerate(run.experiment.analysis(run.experiment.data.info()).layers, 1):
        height, width, channels = (*cost.output_shape, 1, 1)[:3]
        values = random.random(cost.output_shape)
        if len(cost.output_shape) == 3:
            rows = np.linspace(0, image.shape[0] - 1, height).astype(int)
            columns = np.linspace(0, image.shape[1] - 1, width).astype(int)
            gains = random.normal(size=channels)
            values = image[np.ix_(rows, columns)][:, :, :1] * gains + 20 * values
        layers.append(activation_maps(f"{number} {cost.layer.label}", values))
    return Answer(
        tuple("0123456789"),
        tuple((shares / shares.sum()).tolist()),
        int(data.labels[0]),
        len(data.labels),
        activation_maps("", image.astype(float)),
        tuple(layers),
        filter_pictures("1 Conv2D", random.normal(size=(3, 3, 1, 32))),
    )


def add_latencies(folder: Path, machine: Machine, run: Run) -> None:
    """What a fair machine takes for a run's network, on one thread and on all."""
    for threads, gain in ((1, 1.0), (latency.ALL_THREADS, 1.7)):
        points = []
        for size in latency.BATCH_SIZES:
            median = (0.5 + 0.11 * size) / (gain if size > 1 else 1.0)
            rate = 1000 * size / median
            points.append(Latency(threads, size, 400, median, 1.2 * median, 1.9 * median, rate))
        found = MeasuredLatency(tuple(points), "CPU", 0.0)
        latency.remember(folder, machine, run.run_id, threads, found)


def add_variants(store: Store) -> list[Run]:
    """A run, and what was compressed of it: one variant that is better in all, one slower."""
    figures = {"litert_bytes": 378_040, "gzip_bytes": 347_611, "litert_ms": 0.067}
    original = add_run(store, test_accuracy=0.9937, **figures)
    found = [original]
    for steps, values in (
        ("quantize:int8", (0.9938, 105_032, 89_806, 0.0265, 93_322)),
        ("prune:0.8,quantize:int4", (0.9921, 58_488, 21_711, 0.0768, 19_083)),
    ):
        recipe = CompressionRecipe.of_text(steps)
        origin = Origin(COMPRESSED, original.run_id, recipe=recipe.to_toml())
        name = {"name": f"{original.name} {steps}"}
        run = store.create(original.experiment.with_settings(name), origin=origin)
        keys = ("test_accuracy", *figures, "nonzero_parameters")
        given = dict(zip(keys, values, strict=True))
        store.update(run.run_id, parameters=93_322, macs=2_794_560, **given)
        store.finish(run.run_id, RunStatus.COMPLETED)
        found.append(store.run(run.run_id))
    return found


def add_sweep(
    store: Store,
    name: str = "digits sweep",
    *,
    trials: int = 12,
    seeds: int = 1,
    planned: int | None = None,
    is_chosen: bool = True,
    **plan: Any,
) -> StudyRecord:
    """A sweep of rate and batch size whose trials have all ended; a rate of 0.01 is the best.

    Args:
        store: Takes it.
        name: Of the sweep.
        trials: How many are finished; a tenth as many are refused.
        seeds: Of each trial.
        planned: How many it was to try; None for those that it has.
        is_chosen: Whether the choice is written down, and the test images were read for it.
        plan: Fields of the plan to have otherwise.
    """
    base = presets.load(presets.DEFAULT)
    axes = axes_of(["optimizer.learning_rate=0.0003..0.3:log", "training.batch_size=32,64"], base)
    made = SweepPlan(
        base.to_toml(),
        axes,
        "random",
        goals_of(["max:val_accuracy"]),
        (SweepBound.of_text("parameters < 100000"),),
        trials if planned is None else planned,
        seeds=seeds,
    )
    made = replace(made, **plan)
    study = store.add_study(name, made.plain())
    random = np.random.default_rng(1)
    for number in range(1, trials + 1):
        settings = {axis.path: axis.at(float(random.random())) for axis in made.axes}
        add_trial(store, study, made, number, settings)
    refused = {"parameters < 100000": 0.2}
    for number in range(trials + 1, trials + 1 + trials // 10):
        why = "parameters < 100000 does not hold: it has 120,330"
        store.note_trial(study.study_id, TrialRecord(number, {}, why, refused))
    if is_chosen:
        choice = SweepOutcome.read(store, study).choice
        assert choice is not None
        store.add_choice(study.study_id, choice.plain())
        for run in choice.read:
            store.update(run.run_id, test_accuracy=(run.val_accuracy or 0.0) - 0.004)
    store.leave_study(study.study_id)
    return study


def add_trial(
    store: Store,
    study: StudyRecord,
    plan: SweepPlan,
    number: int,
    settings: dict[str, Any],
    status: RunStatus = RunStatus.COMPLETED,
) -> list[Run]:
    """A trial whose runs stand so; those that are completed have what their rate gives."""
    known = {path: value for path, value in settings.items() if not path.startswith("lever.")}
    experiment = plan.baseline.with_settings(known)
    group = f"{study.name} {number}" if plan.seeds > 1 else ""
    record = TrialRecord(number, settings)
    runs = store.create_trial(study.study_id, record, plan.repeated(experiment), group)
    away = abs(np.log10(experiment.optimizer.learning_rate) + 2)
    for seed, run in enumerate(runs):
        wobble = 0.002 * np.sin(7 * number + 3 * seed)
        if status is RunStatus.COMPLETED:
            store.update(
                run.run_id,
                val_accuracy=float(0.98 - 0.05 * away + wobble),
                val_loss=float(0.1 + 0.2 * away),
                parameters=93_322,
                elapsed=6.0 + seed,
                seconds=4.0 + 0.01 * number,
            )
        store.finish(run.run_id, status)
    return [store.run(run.run_id) for run in runs]
