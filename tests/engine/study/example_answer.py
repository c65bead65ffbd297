"""A made-up answer of a lever study, for those who show one: each kind of lever once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from workbench.study.judging.noise import Noise
from workbench.study.judging.time_to import time_to
from workbench.study.judging.verdicts import VerdictCode
from workbench.study.lever_study.answer import (
    BarKind,
    Confirmation,
    LeverFinding,
    Measured,
    StageNote,
    StudyAnswer,
    StudyArm,
)

RUN = "dlopt-workbench run mnist-cnn"


def example_arm(key: str, levers: dict[str, float | None], **changes: Any) -> StudyArm:
    """An arm of two runs."""
    settings = {f"made.{name}": True if level is None else level for name, level in levers.items()}
    sets = "".join(f" --set {path}={value}" for path, value in settings.items())
    made = StudyArm(
        key,
        levers,
        settings,
        f"{RUN}{sets}",
        (f"run-{key}-1", f"run-{key}-2"),
        (0, 1),
        Measured(0.9921, 0.9915, 0.9927),
        quantities={
            "seconds": 70.0,
            "images_per_second": 7_700.0,
            "parameters": 93_322.0,
            "macs": 5_700_000.0,
            "file_bytes": 377_000.0,
        },
        time_to=time_to([31.0, 38.0]),
    )
    return replace(made, **changes)


def example_answer(**changes: Any) -> StudyAnswer:
    """A study that found four levers; fields by name replace its own."""
    baseline = example_arm("", {}, test_accuracy=Measured(0.9920, 0.9914, 0.9926), is_on_front=True)
    quick = {
        "seconds": 5.6,
        "images_per_second": 19_400.0,
        "parameters": 48_186.0,
        "macs": 1_750_000.0,
        "file_bytes": 196_000.0,
    }
    confirmed = Confirmation(
        5,
        Measured(0.9922, 0.9917, 0.9927),
        Measured(0.9924, 0.9918, 0.9930),
        {
            "seconds": Measured(0.08, 0.077, 0.083),
            "parameters": Measured(0.516, 0.516, 0.516),
            "file_bytes": Measured(0.52, 0.52, 0.52),
        },
        is_kept=True,
        sentence="on 5 fresh seeds the mean is 99.24 %, which reaches 99.20 %",
    )
    best = example_arm(
        "hardware+one_cycle=0.2+strided_stem",
        {"hardware": None, "one_cycle": 0.2, "strided_stem": None},
        quantities=quick,
        accuracy=Measured(0.9923, 0.9919, 0.9927),
        test_accuracy=Measured(0.9924, 0.9918, 0.9930),
        time_to=time_to([5.1, 5.6, 6.0]),
        confirmed=confirmed,
        is_on_front=True,
    )
    second = example_arm("hardware+one_cycle=0.3", {"hardware": None, "one_cycle": 0.3})
    made = StudyAnswer(
        name="mnist-cnn study",
        experiment="mnist-cnn",
        is_finished=True,
        sentence="99.24 % with 12 times less training time: one cycle (3.3 times), hardware "
        "settings (1.9 times), strided stem (1.8 times); label smoothing: nothing shown.",
        goal="seconds",
        target=0.992,
        margin=0.001,
        baseline=baseline,
        recommended=best,
        runner_up=second,
        arms=(baseline, best, second),
        resolution_points=0.2,
        resolution="About 46 runs; differences under 0.20 points can't be shown.",
        noise=Noise(0.0007, 4),
        levers=_levers(),
        bars=BarKind.SHAPLEY,
        total={
            "val_accuracy": Measured(0.0002, -0.0006, 0.001),
            "seconds": Measured(0.08, 0.077, 0.083),
            "parameters": Measured(0.516, 0.516, 0.516),
        },
        together={},
        validation_readings=46,
        test_readings=1,
        seconds=1188.0,
        budget_seconds=1200.0,
        stages=(
            StageNote("noise", "Baseline", "3 runs, 70 s each", 3, 210.0),
            StageNote("hardware", "Hardware", "bfloat16 trains 1.90 times as fast", 0, 52.0),
            StageNote("screening", "Screening", "8 levers in 16 runs", 16, 420.0),
        ),
        notes=("The validation images were read for 46 runs.",),
        machine="2 cores, no GPU",
        versions={"tensorflow": "2.21.0", "keras": "3.14.0"},
        seeds=(0, 1, 2),
        command="dlopt-workbench study mnist-cnn --budget 20m --target 99.2%",
    )
    return replace(made, **changes)


def _levers() -> tuple[LeverFinding, ...]:
    bare = LeverFinding(
        "hardware", "Hardware settings", "hardware", {"hardware.precision": "mixed_bfloat16"},
        f"{RUN} --set hardware.precision=mixed_bfloat16", True, None,
        {"val_accuracy": Measured(0.0001, -0.0007, 0.0009), "seconds": Measured(0.53, 0.51, 0.55)},
        {"val_accuracy": Measured(0.0, -0.0008, 0.0008), "seconds": Measured(0.55, 0.52, 0.58)},
        {},
        {"val_accuracy": Measured(0.0, -0.0006, 0.0006), "seconds": Measured(0.54, 0.52, 0.56)},
        (-0.0007, 0.0009), 0.8, 1.0, VerdictCode.NOT_SHOWN,
        "accuracy: nothing shown, +0.01 points; 1.9 times less training time",
        ("run-1", "run-2"),
    )  # fmt: skip
    cycle = replace(
        bare,
        key="one_cycle",
        name="One cycle",
        group="algorithm",
        level=0.2,
        settings={"schedule.kind": "one_cycle", "training.epochs": 2},
        share={
            "val_accuracy": Measured(0.0010, 0.0004, 0.0016),
            "seconds": Measured(0.3, 0.29, 0.31),
        },
        interval=(0.0004, 0.0016),
        p=0.001,
        p_adjusted=0.004,
        verdict=VerdictCode.BETTER,
        reason="better, +0.10 points (95 % interval 0.04 to 0.16)",
    )
    stem = replace(
        bare,
        key="strided_stem",
        name="Strided stem",
        group="structure",
        share={
            "val_accuracy": Measured(-0.0008, -0.0014, -0.0002),
            "seconds": Measured(0.5, 0.48, 0.52),
        },
        interval=(-0.0014, -0.0002),
        p=0.01,
        p_adjusted=0.03,
        verdict=VerdictCode.WORSE,
        reason="worse, −0.08 points (95 % interval −0.14 to −0.02)",
    )
    unshown = replace(
        bare,
        key="smoothing",
        name="Label smoothing",
        group="algorithm",
        is_chosen=False,
        alone={},
        last={},
        share={},
        screened={"val_accuracy": Measured(0.0002, -0.0007, 0.0011)},
        interval=(-0.0007, 0.0011),
        reason="nothing shown, +0.02 points (95 % interval −0.07 to 0.11)",
    )
    unfit = replace(
        unshown,
        key="depth",
        name="Reduce depth",
        group="structure",
        settings={},
        command="",
        screened={},
        interval=None,
        p=None,
        p_adjusted=None,
        verdict=VerdictCode.NOT_APPLICABLE,
        reason="Reduce depth finds no two layers in a row that give the same shape",
        run_ids=(),
    )
    late = replace(
        unfit,
        key="shift",
        name="Shifted images",
        group="algorithm",
        verdict=VerdictCode.NOT_TRIED,
        reason="the budget was used up",
    )
    return bare, cycle, stem, unshown, unfit, late
