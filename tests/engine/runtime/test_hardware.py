"""Targets and settings of the hardware: what is missing says so, and every setting takes effect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small, train
from workbench.base.plain_values import parsed, plain
from workbench.execution.engine_process import Session
from workbench.execution.messages import Ready, StatusChanged
from workbench.experiment import Experiment
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.base import SpecError
from workbench.spec.hardware import Hardware, Startup
from workbench.spec.machine import Accelerator, Machine, Processor

BARE = Machine(versions={"tensorflow": "2", "cuda": "12.5"})
ONE_GPU = Machine(
    Processor("Intel", 8, 10**9, ("avx2", "avx512_bf16")),
    (Accelerator("NVIDIA T4", 16 * 10**9, (7, 5)),),
    versions={"tensorflow": "2", "cuda": "12.5", "driver": "550.1"},
)
TWO_GPUS = Machine(gpus=(Accelerator("NVIDIA A100", 0, (8, 0)),) * 2)


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "runs-of-test") as opened:
        yield opened


# --- targets -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "machine", "reason"),
    [
        ("auto", BARE, ""),
        ("cpu", BARE, ""),
        ("gpu", BARE, "no NVIDIA driver is installed; install the driver and"),
        ("gpu", Machine(), "this TensorFlow was built without CUDA; use Linux or WSL 2"),
        ("gpu", Machine(versions={"cuda": "12", "driver": "550.1"}), "the NVIDIA driver 550.1"),
        ("gpu", ONE_GPU, ""),
        ("multi_gpu", BARE, "asks for several GPUs, but TensorFlow sees none"),
        ("multi_gpu", ONE_GPU, "asks for several GPUs, but there is one (NVIDIA T4)"),
        ("multi_gpu", TWO_GPUS, ""),
        ("multi_gpu", Machine(virtual_cpus=2), ""),
        ("tpu", ONE_GPU, "asks for a TPU, but this machine has none"),
        ("tpu", Machine(tpus=(Accelerator("TPU"),)), ""),
    ],
)
def test_a_target_that_is_missing_says_why(target: str, machine: Machine, reason: str) -> None:
    found = Hardware.choices()[target].default().missing(machine)
    assert found == "" if not reason else reason in found


def test_a_named_tpu_is_looked_for_when_the_run_begins() -> None:
    hardware = (
        Experiment().with_settings({"hardware.target": "tpu", "hardware.tpu_name": "mine"}).hardware
    )
    assert hardware.missing(BARE) == ""


@pytest.mark.parametrize(("machine", "target"), [(BARE, "cpu"), (ONE_GPU, "gpu")])
def test_the_best_that_is_there_in_place_of_a_missing_target(machine: Machine, target: str) -> None:
    wanted = Experiment().with_settings(
        {"hardware.target": "multi_gpu", "hardware.precision": "mixed_bfloat16"}
    )
    changed = wanted.with_settings(wanted.hardware.best_there(machine))
    assert changed.hardware.name() == target
    assert changed.hardware.missing(machine) == ""
    assert changed.hardware.precision == "mixed_bfloat16"


def test_xla_does_not_go_with_several_gpus() -> None:
    experiment = Experiment().with_settings(
        {"hardware.target": "multi_gpu", "hardware.jit_compile": True}
    )
    assert [p.path for p in experiment.problems(experiment.data.info())] == ["hardware.jit_compile"]


def test_what_a_machine_computes_itself() -> None:
    native = [
        ONE_GPU.computes_in(precision, on_gpu=on_gpu)
        for precision in ("float32", "mixed_bfloat16", "mixed_float16")
        for on_gpu in (False, True)
    ]
    assert native == [True, True, True, False, False, True]
    assert TWO_GPUS.computes_in("mixed_bfloat16", on_gpu=True)


def test_a_machine_survives_being_told(tmp_path: Path) -> None:
    assert parsed(Machine, plain(ONE_GPU), "the machine") == ONE_GPU
    assert parsed(Machine, plain(ONE_GPU), "the machine").key == ONE_GPU.key != TWO_GPUS.key


# --- settings ------------------------------------------------------------------------------------


@pytest.mark.parametrize("precision", ["mixed_bfloat16", "mixed_float16"])
def test_mixed_precision_learns_as_float32_does(store: Store, precision: str) -> None:
    settings: dict[str, Any] = {"training__epochs": 8, "optimizer__learning_rate": 0.01}
    full, _ = train(store, small(**settings))
    mixed, _ = train(store, small(**settings, hardware__precision=precision))
    ours, theirs = store.run(mixed), store.run(full)
    assert ours.test_accuracy == pytest.approx(theirs.test_accuracy, abs=0.03)
    assert ours.environment["precision"] == precision
    one, other = (store.steps(run).values["loss"] for run in (mixed, full))
    assert not np.array_equal(one, other), "the layers did compute in another type"
    assert one[-26:].mean() == pytest.approx(other[-26:].mean(), rel=0.15)


@pytest.mark.parametrize("precision", ["float32", "mixed_bfloat16", "mixed_float16"])
def test_what_computes_in_which_type(precision: str) -> None:
    """Weights, output and BatchNormalization's means in float32; the layers in the mixed type."""
    from workbench.runtime.network.build import assemble

    experiment = small(hardware__precision=precision)
    info = experiment.data.info()
    assert info is not None
    built = assemble(experiment, info)
    assert {v.dtype for v in built.model.trainable_variables} == {"float32"}
    assert {v.dtype for v in built.layers[1].variables} == {"float32"}
    inner = precision.removeprefix("mixed_")
    assert [layer.compute_dtype for layer in built.layers[:-1]] == [inner] * 5
    assert built.layers[-1].compute_dtype == built.tensors[-1].dtype == "float32"


def test_float16_scales_its_loss_and_skips_a_step_that_overflows() -> None:
    from workbench.data import load
    from workbench.runtime.training import hardware
    from workbench.runtime.training.fresh import fresh_loop
    from workbench.runtime.training.pipeline import feed

    experiment = small(hardware__precision="mixed_float16")
    data = load(experiment.data)
    loop = fresh_loop(experiment, data.info, hardware.choose(experiment.hardware), 1000)
    scale = loop.optimizer.dynamic_scale
    scale.assign(2.0**40)  # beyond float16's range
    before = [v.numpy() for v in loop.model.trainable_variables]
    source = feed(data.train, 100)
    state = source.begin(np.arange(1000), 0)
    losses = loop.train(source, state, 0, np.full(1, 0.001)).loss
    assert np.isfinite(losses).all()
    assert float(scale.numpy()) == 2.0**39
    assert all(
        np.array_equal(v.numpy(), b)
        for v, b in zip(loop.model.trainable_variables, before, strict=True)
    )
    loop.train(source, state, 1, np.full(8, 0.001))
    scale.assign(2.0**10)
    loop.train(source, state, 9, np.full(1, 0.001))
    assert float(scale.numpy()) == 2.0**10
    assert not np.array_equal(loop.model.trainable_variables[0].numpy(), before[0])


@pytest.mark.parametrize("settings", [
    {"pipeline": "cached", "prefetch": 2}, {"pipeline": "streamed", "decode_threads": 1},
])  # fmt: skip
def test_another_way_of_the_images_is_the_same_training(
    store: Store, settings: dict[str, Any]
) -> None:
    named = {f"hardware__{name}": value for name, value in settings.items()}
    straight, _ = train(store, small(training__epochs=1))
    other, _ = train(store, small(training__epochs=1, **named))
    assert store.run(straight).environment["pipeline"] == "memory"
    assert store.run(other).environment["pipeline"] == settings["pipeline"]
    losses = [store.steps(run).values["loss"] for run in (straight, other)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-5)


def test_xla_and_steps_a_call(store: Store) -> None:
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "softmax"}]
    base: dict[str, Any] = {"structure__layers": layers, "training__epochs": 1}
    plain, _ = train(store, small(**base))
    compiled, said = train(
        store, small(**base, hardware__jit_compile=True, hardware__steps_per_execution=5)
    )
    losses = [store.steps(run).values["loss"] for run in (plain, compiled)]
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)
    environment = store.run(compiled).environment
    assert (environment["jit_compile"], environment["steps_per_execution"]) == (True, 5)
    calls = [len(m.loss) for m in said if hasattr(m, "loss") and isinstance(m.loss, list)]
    assert calls == [1, 1, 5, 5, 1]


def test_other_threads_take_another_process_and_nobody_has_to_know(store: Store) -> None:
    """A warm process, a run with other threads, a task meanwhile asked for, and a run as before."""
    wanted = small(training__epochs=1, hardware__intra_op_threads=1)
    session = Session(store.folder)
    messages = session.messages()
    assert any(isinstance(message, Ready) for message in messages)
    first_pid = session.pid
    try:
        for experiment, threads in ((wanted, 1), (small(training__epochs=1), None)):
            run_id = store.create(experiment).run_id
            session.train(run_id)
            for message in messages:
                if isinstance(message, StatusChanged) and message.state.is_finished:
                    break
            run = store.run(run_id)
            assert run.status is RunStatus.COMPLETED
            assert session.pid != first_pid
            if threads is not None:
                assert run.environment["intra_op_threads"] == threads
    finally:
        session.end()


def test_startup_is_what_needs_another_process() -> None:
    assert Experiment().hardware.startup == Startup()
    changed = Experiment().with_settings(
        {
            "hardware.intra_op_threads": 3,
            "hardware.deterministic": True,
            "hardware.memory_limit": 1000,
            "hardware.precision": "mixed_float16",
        }
    )
    assert changed.hardware.startup == Startup(
        intra_op_threads=3, deterministic=True, memory_limit=1000
    )


def test_settings_out_of_bounds_are_refused() -> None:
    with pytest.raises(SpecError, match=r"hardware\.precision"):
        Experiment().with_settings({"hardware.precision": "bfloat16"})


def test_versions_for_gpus_are_shown_where_a_gpu_or_its_driver_is() -> None:
    versions = {"tensorflow": "2.21", "cuda": "12.5", "cudnn": "9"}
    assert Machine(versions=versions).versions_in_use == {"tensorflow": "2.21"}
    driven = versions | {"driver": "550.1"}
    assert Machine(versions=driven).versions_in_use == driven
