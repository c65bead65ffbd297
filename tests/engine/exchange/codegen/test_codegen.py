"""The stand-alone script: runs by itself, same weights and accuracy, nothing can get into it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest

from tests.engine.conftest import Oracle
from tests.engine.small import small, train
from tests.engine.strategies import EVERY_CHOICE
from workbench import presets
from workbench.data import load
from workbench.exchange.codegen import keras_script
from workbench.exchange.codegen.expressions import KERAS_DEFAULTS, is_default
from workbench.experiment import Experiment
from workbench.network.analysis import analyze
from workbench.runs.store import Store
from workbench.spec import SpecError
from workbench.spec.base import setting
from workbench.spec.layers import Layer, SameShape
from workbench.spec.optimizers import Optimizer
from workbench.spec.recipe import Recipe, StoredPart
from workbench.spec.schedules import CosineDecay, OneCycle, Plan, Schedule, StepDecay

MIXED: list[dict[str, Any]] = [
    {"kind": "conv2d", "filters": 8, "padding": "same", "hash_compression": 3},
    {"kind": "repeat", "times": 2, "layers": [
        {"kind": "conv2d", "filters": 8, "padding": "same"},
        {"kind": "squeeze_excitation", "ratio": 2},
    ]},
    {"kind": "dropout", "enabled": False},
    {"kind": "residual_block", "filters": 16, "strides": 2, "shortcut": "padding"},
    {"kind": "inception_block"},
    {"kind": "separable_conv2d", "filters": 16},
    {"kind": "flatten"},
    {"kind": "dense", "units": 10, "activation": "linear", "hash_compression": 2},
]  # fmt: skip

REGULAR: list[dict[str, Any]] = [
    {"kind": "conv2d", "filters": 8, "padding": "same", "kernel_regularizer": {"kind": "l1"}},
    {"kind": "max_pooling2d"},
    {"kind": "flatten"},
    {"kind": "dense", "units": 10, "activation": "linear"},
]  # logits, given to a loss that takes probabilities


def script_of(experiment: Experiment) -> str:
    info = experiment.data.info() or load(experiment.data).info
    return keras_script(experiment, info)


def test_what_a_run_takes_from_others_is_left_out_and_said() -> None:
    used = small(training__teacher="20260101-000000-0a1b", training__initial_weights='"""\\nx')
    script, plain = script_of(used), script_of(small())
    assert (
        '\n# Begins with fresh weights, not with those of run \'"""\\\\nx\'.'
        "\n# Learns from the labels alone, without run '20260101-000000-0a1b' as teacher.\n"
    ) in script
    assert ast.dump(ast.parse(script)) == ast.dump(ast.parse(plain)), "no text becomes code"


def ran(script: str, folder: Path) -> dict[str, str]:
    """What a script prints, run where there is nothing of ours."""
    path = folder / "script.py"
    path.write_text(script, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-P", str(path)],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return dict(line.split(": ", 1) for line in done.stdout.splitlines() if ": " in line)


@pytest.mark.parametrize(
    "experiment",
    [
        small(training__epochs=6, optimizer__learning_rate=0.01),
        small(
            training__epochs=10, training__batch_size=32, data__resize=12, structure__layers=MIXED,
            regularization__kind="l2", regularization__l2=1e-4, optimizer__kind="sgd",
            optimizer__momentum=0.9, optimizer__learning_rate=0.02,
            schedule__kind="exponential_decay", schedule__decay_steps=300,
        ),
        presets.load("shared-cnn").with_settings(
            {
                "data.kind": "digits", "data.resize": 16, "training.epochs": 6,
                "optimizer.learning_rate": 0.004,
            }
        ),
        presets.load("hashed-cnn").with_settings({"data.kind": "digits", "training.epochs": 2}),
        small(
            training__epochs=12, optimizer__learning_rate=0.02, structure__layers=REGULAR,
            loss__kind="mean_squared_error", regularization__kind="l2_per_parameter",
            constraint__kind="max_norm", augmentation__shift=0.1, augmentation__rotation=10.0,
            augmentation__cutout=0.2, augmentation__mixup=0.2, augmentation__contrast=0.1,
            stopping__kind="early_stopping", stopping__patience=3,
        ),
        small(
            training__epochs=6, training__folds=4, training__fold=2,
            optimizer__learning_rate=0.01, hardware__target="cpu",
            hardware__precision="mixed_bfloat16", hardware__steps_per_execution=4,
            hardware__intra_op_threads=1,
        ),
    ],
    ids=["small", "mixed", "shared", "hashed", "regularized", "bfloat16"],
)  # fmt: skip
def test_a_script_gives_what_the_workbench_gives(experiment: Experiment, tmp_path: Path) -> None:
    with Store(tmp_path / "store-of-code") as store:
        run = store.run(train(store, experiment)[0])
    said = ran(script_of(experiment), tmp_path)
    assert int(said["parameters"]) == run.parameters
    assert run.test_accuracy is not None
    assert run.test_accuracy > 0.5
    assert float(said["test accuracy"]) == pytest.approx(run.test_accuracy, abs=0.04)


def test_folds_are_held_out_by_the_script_too() -> None:
    script = script_of(small(training__folds=5, training__fold=3))
    assert "FOLDS, FOLD = 5, 3" in script
    assert "train, aside = held_out(y, FOLDS, FOLD, SEED)" in script
    assert "from sklearn.model_selection import StratifiedKFold, train_test_split" in script
    assert "VALIDATION_SHARE" not in script
    other = script_of(small(data__kind="mnist", training__folds=5))
    assert "from sklearn.model_selection import StratifiedKFold\n" in other
    assert "def split(" not in other
    assert "held_out" not in script_of(small())


TINY = [
    {"kind": "global_average_pooling2d"},
    {"kind": "dense", "units": 3, "activation": "softmax"},
]


@pytest.mark.parametrize("name", presets.names())
def test_scripts_of_all_presets_are_python_with_nothing_of_ours(name: str) -> None:
    script = script_of(presets.load(name))
    compile(script, name, "exec", dont_inherit=True)
    assert not re.search(r"^\s*(from|import) (workbench|ui)", script, re.MULTILINE)
    assert "import tensorflow" not in script
    assert max(map(len, script.splitlines())) <= 100


# --- nothing gets in -----------------------------------------------------------------------------

HOSTILE = [
    '"""\nimport os; os.system("touch pwned")\n"""',
    "'); __import__('os').system('touch pwned') #",
    "a\nb\r\x00\u2028 {1+1} %s \\ \\N{DASH} @SIZE @TEST_SHARE",
    "\u202e gnirts \U0001f600",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_no_name_or_path_becomes_code(text: str, tmp_path: Path) -> None:
    plain = small(structure__layers=TINY).with_settings({"data.kind": "npz", "data.path": "p"})
    recipe = Recipe((StoredPart("training", "images", "labels", (28, 28)),))
    known = replace(load(Experiment().data).info, recipe=recipe)
    fit = plain.with_settings({"structure.layers[1].units": 10})
    hostile = fit.model_copy(
        update={"name": text, "data": fit.data.model_copy(update={"path": text})}
    )
    script = keras_script(hostile, known)
    assert all(line.isprintable() for line in script.split("\n")), "nothing is hidden"
    shape = [shape_of(keras_script(e, known)) for e in (hostile, fit)]
    assert shape[0] == shape[1], "but for two texts the scripts are the same"
    texts = {n.value for n in ast.walk(ast.parse(script)) if isinstance(n, ast.Constant)}
    assert text in texts


def test_names_in_any_language_stay_readable() -> None:
    plain = presets.load("digits-cnn")
    script = keras_script(plain.changed(name="手写数字 é"), load(plain.data).info)
    assert "手写数字 é" in script
    assert "\\u" not in script


def shape_of(script: str) -> str:
    """The syntax tree with all texts blanked."""
    tree = ast.parse(script)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            node.value = ""
    return ast.dump(tree)


# --- from the fields alone -----------------------------------------------------------------------


def test_what_is_left_out_is_keras_default(oracle: Oracle) -> None:
    layers = [c for c in EVERY_CHOICE if c.keras_class and issubclass(c, (Layer, Optimizer))]
    left_out = {
        (cls.keras_class, name): field.default
        for cls in layers
        for name, field in cls.model_fields.items()
        if is_default(name, field.default, field.default)
    }
    assert {name for _, name in left_out} == set(KERAS_DEFAULTS)
    for (cls, name), ours in left_out.items():
        theirs = oracle.ask("default", name=cls, argument=name)
        assert theirs == (list(ours) if isinstance(ours, tuple) else ours), (cls, name)


def test_weights_that_can_be_regularized_are_those_of_keras(oracle: Oracle) -> None:
    for cls in EVERY_CHOICE:
        if issubclass(cls, Layer) and cls.keras_class:
            taken = oracle.ask("signature", name=cls.keras_class)
            known = {n.removesuffix("_regularizer") for n in taken if n.endswith("_regularizer")}
            assert {*cls.kernels, *cls.offsets} == known - {"activity"}, cls
            assert all(f"{kernel}_constraint" in taken for kernel in cls.kernels)


def test_a_made_up_layer_is_in_toml_analysis_and_code_with_nothing_else_changed() -> None:
    class Noise(SameShape):
        """Adds noise while training."""

        label = "Noise"
        keras_class = "keras.layers.GaussianNoise"
        kind: Literal["noise"] = "noise"
        stddev: float = setting(0.1, "Deviation", "How much.", ge=0.0, le=1.0)

    try:
        settings = {"structure.layers[3].kind": "noise", "structure.layers[3].stddev": 0.25}
        experiment = Experiment().with_settings(settings)
        assert experiment.structure.layers[3] == Noise(stddev=0.25)
        assert 'kind = "noise"\nenabled = true\nstddev = 0.25\n' in experiment.to_toml()
        assert Experiment.from_toml(experiment.to_toml()) == experiment
        found = analyze(experiment.structure.layers, (28, 28, 1))
        assert found.layers[3].output_shape == (11, 11, 64)
        assert "x = layers.GaussianNoise(stddev=0.25)(x)\n" in script_of(experiment)
    finally:
        Layer.registry.pop("noise")


def test_a_layer_that_keras_lacks_is_one_sentence() -> None:
    class Odd(SameShape):
        """Nothing of Keras's."""

        label = "Odd"
        kind: Literal["odd"] = "odd"

    try:
        experiment = Experiment().with_settings({"structure.layers[3].kind": "odd"})
        with pytest.raises(SpecError, match="Odd can't be written as Keras code, as Keras lacks"):
            script_of(experiment)
    finally:
        Layer.registry.pop("odd")


def test_an_experiment_that_cannot_train_has_no_script() -> None:
    with pytest.raises(SpecError, match=r"^structure\.layers\[7\]\.units: must give one value"):
        script_of(Experiment().with_settings({"structure.layers[7].units": 9}))


def test_penalties_and_limits_are_written_where_they_belong() -> None:
    experiment = small(
        structure__layers=REGULAR,
        regularization__kind="l2_per_parameter",
        constraint__kind="max_norm",
        constraint__max_value=2.0,
    )
    script = script_of(experiment)
    m = 9 * 8 + 8 + 4 * 4 * 8 * 10 + 10
    assert f"# All weights: lambda/(2m) = 0.01/(2 x {m:,}); the same as Keras's L2(" in script
    factor = f"keras.regularizers.L2(l2={0.01 / (2 * m)!r})"
    assert script.count("kernel_regularizer=keras.regularizers.L1(l1=1e-05)") == 1
    assert script.count(f"kernel_regularizer={factor}") == 1
    assert script.count(f"bias_regularizer={factor}") == 2
    assert "kernel_constraint=keras.constraints.MaxNorm(max_value=2.0, axis=[0, 1, 2])" in script
    assert "kernel_constraint=keras.constraints.MaxNorm(max_value=2.0, axis=[0])" in script


@pytest.mark.parametrize(
    ("settings", "lines"),
    [
        ({}, ["loss = keras.losses.SparseCategoricalCrossentropy()"]),
        (
            {"loss.label_smoothing": 0.1},
            [
                "loss = keras.losses.CategoricalCrossentropy(label_smoothing=0.1)",
                "targets = keras.utils.to_categorical(y, 10)",
                "batches = Batches(x, targets, order, BATCH_SIZE)",
            ],
        ),
        (
            {"augmentation.mixup": 0.2},
            [
                "loss = keras.losses.CategoricalCrossentropy()",
                "augmenter = Augmenter(seed=SEED, classes=10, mixup=0.2)",
                "batches = Varied(augmenter, epoch, x, y, order, BATCH_SIZE)",
            ],
        ),
        (
            {
                "stopping.kind": "early_stopping", "stopping.monitor": "val_accuracy",
                "stopping.min_delta": 0.01, "stopping.restore_best_weights": False,
                "stopping.start_from_epoch": 2,
            },
            [
                "best, waited = None, 0",
                "if epoch < 2:",
                'value = history.history["val_accuracy"][0]',
                "if best is None or value - 0.01 > best:",
            ],
        ),
        (
            {
                "stopping.kind": "early_stopping", "stopping.monitor": "loss",
                "regularization": {"kind": "l2", "l2": 0.01},
            },
            [
                'model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy", plain_loss])',
                'value = history.history["plain_loss"][0]',
                "test_loss, test_accuracy, _ = model.evaluate(test, verbose=0)",
            ],
        ),
        (
            {"stopping.kind": "early_stopping", "stopping.monitor": "loss"},
            [
                'model.compile(optimizer=optimizer, loss=loss, metrics=["accuracy"])',
                'value = history.history["loss"][0]',
                "test_loss, test_accuracy = model.evaluate(test, verbose=0)",
            ],
        ),
    ],
)  # fmt: skip
def test_losses_and_stopping_as_source(settings: dict[str, Any], lines: list[str]) -> None:
    script = script_of(Experiment().with_settings(settings))
    compile(script, "script", "exec", dont_inherit=True)
    written = [line.strip() for line in script.splitlines()]
    assert [line for line in lines if line not in written] == []
    assert max(map(len, script.splitlines())) <= 100


# --- schedules and optimizers --------------------------------------------------------------------

DENSE = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "softmax"}]

TRAINED: dict[str, dict[str, Any]] = {
    "averages after a warm-up": {
        "optimizer.kind": "schedule_free_adamw", "schedule.warmup_steps": 10,
        "optimizer.weight_decay": 0.01,
    },
    "moving average, one cycle, accumulated": {
        "optimizer.use_ema": True, "optimizer.ema_momentum": 0.9, "schedule.kind": "one_cycle",
        "optimizer.gradient_accumulation_steps": 2, "stopping.kind": "early_stopping",
    },
    "all images, falling on a plateau": {
        "optimizer.kind": "gradient_descent", "optimizer.learning_rate": 0.5,
        "schedule.kind": "reduce_lr_on_plateau", "schedule.patience": 1,
        "schedule.min_delta": 0.05, "training.epochs": 20,
    },
    "falling and ending by the loss without its penalty": {
        "regularization": {"kind": "l2", "l2": 0.1}, "optimizer.kind": "sgd",
        "schedule.kind": "reduce_lr_on_plateau", "schedule.monitor": "loss",
        "schedule.patience": 1, "schedule.min_delta": 0.05, "stopping.kind": "early_stopping",
        "stopping.monitor": "loss", "stopping.min_delta": 0.05, "stopping.patience": 3,
        "training.epochs": 20,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", TRAINED)
def test_a_script_trains_by_the_same_rule(name: str, tmp_path: Path) -> None:
    """To the digits that are left: nothing in this network is random but its first weights."""
    plain = small(structure__layers=DENSE, training__epochs=5, optimizer__learning_rate=0.02)
    experiment = plain.with_settings(TRAINED[name])
    with Store(tmp_path / "store-of-code") as store:
        run = store.run(train(store, experiment)[0])
    said = ran(script_of(experiment), tmp_path)
    assert float(said["test loss"]) == pytest.approx(run.test_loss, rel=1e-3)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        *(("schedule.kind", kind) for kind in Schedule.choices()),
        *(("optimizer.kind", kind) for kind in Optimizer.choices()),
    ],
)
def test_every_schedule_and_optimizer_is_written(path: str, kind: str) -> None:
    experiment = Experiment().with_settings({path: kind})
    warm = experiment.with_settings({"schedule.warmup_steps": 100})
    script = script_of(experiment)
    compile(script, kind, "exec", dont_inherit=True)
    assert max(map(len, script.splitlines())) <= 100
    if kind == "reduce_lr_on_plateau":
        with pytest.raises(SpecError, match=r"^schedule\.warmup_steps: can't be written as Keras"):
            script_of(warm)
    else:
        more = ", first_step=100" if warm.schedule.counts_warmup else ""
        assert f"Warmup(learning_rate, 100, 0.1{more})" in script_of(warm)


def test_schedules_of_a_script_give_the_rates_of_the_workbench() -> None:
    """The classes that are written, run here; Keras's own are compared where schedules are."""
    import keras

    from workbench.exchange.codegen.optimization import ONE_CYCLE, WARMUP

    given: dict[str, Any] = {"keras": keras, "np": np}
    for source in (ONE_CYCLE, WARMUP):
        exec(compile(source, "script", "exec"), given)
    plan, steps = Plan(13, 130), np.arange(130)
    cycle = OneCycle(warmup_steps=20, warmup_start=0.3)
    theirs = given["Warmup"](given["OneCycle"](0.1, 32, 109, 25.0, 1e4), 20, 0.3)
    wanted = cycle.rates(0.1, steps, plan)
    np.testing.assert_allclose(theirs(steps).numpy(), wanted, rtol=1e-4, atol=1e-9)
    falls = StepDecay(every=2, warmup_steps=20, warmup_start=0.3)
    stairs = keras.optimizers.schedules.ExponentialDecay(0.1, 26, 0.5, staircase=True)
    theirs = given["Warmup"](stairs, 20, 0.3, first_step=20)
    np.testing.assert_allclose(theirs(steps), falls.rates(0.1, steps, plan), rtol=1e-5)
    theirs = given["Warmup"](keras.optimizers.schedules.CosineDecay(0.1, 110), 20, 0.3)
    wanted = CosineDecay(warmup_steps=20, warmup_start=0.3).rates(0.1, steps, plan)
    np.testing.assert_allclose(theirs(steps).numpy(), wanted, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize(
    ("to_step", "size", "images"), [(4, 110, 1293), (5, 100, 1293), (3, 7, 33)]
)
def test_batches_of_a_script_count_as_those_of_the_workbench(
    to_step: int, size: int, images: int
) -> None:
    import keras
    import tensorflow as tf

    from workbench.exchange.codegen.optimization import WEIGHTED
    from workbench.runtime.training.update import Gathering

    given: dict[str, Any] = {"keras": keras, "np": np, "BATCH_SIZE": size}
    exec(compile(WEIGHTED, "script", "exec"), given)
    rows = [np.zeros(min(size, images - first)) for first in range(0, images, size)]
    gathering = Gathering(to_step, size, images)
    for epoch in range(3):
        weighted = given["Weighted"]([(row, row) for row in rows], images, epoch, to_step)
        for index, row in enumerate(rows):
            _, _, found = weighted[index]
            mean = float(gathering.mean_batch(tf.constant(epoch * len(rows) + index)))
            np.testing.assert_allclose(found, np.full(len(row), len(row) / mean), rtol=1e-6)


def test_a_script_that_accumulates_weighs_its_batches() -> None:
    script = script_of(small(optimizer__gradient_accumulation_steps=4))
    assert "batches = Weighted(batches, len(train), epoch, 4)" in script
    assert "Weighted" not in script_of(small())


def test_nadam_of_the_paper_brings_its_class_along() -> None:
    experiment = small(optimizer__kind="nadam")
    assert "class Nadam" not in script_of(experiment)
    assert "keras.optimizers.Nadam(" in script_of(experiment)
    paper = script_of(small(optimizer__kind="nadam", optimizer__momentum_decay=0.004))
    compile(paper, "script", "exec", dont_inherit=True)
    assert "class Nadam(keras.optimizers.Nadam):" in paper
    assert "optimizer = Nadam(" in paper
    assert "momentum_decay=0.004" in paper
