"""What holds training up: from made-up figures, and from a real run with slow images."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.small import small, train
from workbench.execution.messages import TimeShares
from workbench.hardware.bottleneck import Bound, Shares, StepWork, decide
from workbench.hardware.roofline import Roof
from workbench.runs.store import Store
from workbench.spec.machine import Machine, Processor

PLAIN = Machine(Processor("Some CPU", 2))
WITH_BF16 = Machine(Processor("Some CPU", 2, features=("avx512_bf16",)))
ROOF = Roof(peak=100e9, bandwidth=10e9)
COMPUTES = Shares(0.02, 0.03)


@pytest.mark.parametrize(
    ("shares", "intensity", "settings", "bound", "tries"),
    [
        (Shares(0.6, 0.1), 20, {}, Bound.INPUT, {"hardware.decode_threads": 4}),
        (Shares(0.6, 0.1), 20, {"hardware.pipeline": "streamed"}, Bound.INPUT,
         {"hardware.pipeline": "cached"}),
        (Shares(0.1, 0.6), 20, {}, Bound.PYTHON, {"training.batch_size": 200}),
        (Shares(0.1, 0.6), 20, {"hardware.steps_per_execution": 1}, Bound.PYTHON,
         {"hardware.steps_per_execution": 0}),
        (COMPUTES, 20, {}, Bound.ARITHMETIC, {"hardware.precision": "mixed_bfloat16"}),
        (COMPUTES, 2, {}, Bound.MEMORY, {"hardware.precision": "mixed_bfloat16"}),
        (COMPUTES, 2, {"hardware.precision": "mixed_bfloat16"}, Bound.MEMORY, None),
    ],
)  # fmt: skip
def test_each_verdict_has_its_setting(
    shares: Shares, intensity: float, settings: dict[str, Any], bound: Bound, tries: Any
) -> None:
    experiment = small().with_settings(settings)
    found = decide(experiment, WITH_BF16, shares, StepWork(5e9, intensity), ROOF)
    assert found.bound is bound
    assert (dict(found.remedy.settings) if found.remedy else None) == tries
    if found.remedy:
        assert found.remedy.applied(experiment) != experiment
    assert found.sentence.startswith(f"bound by {bound.value}: ")


def test_without_a_measured_peak_it_says_what_is_missing() -> None:
    found = decide(small(), PLAIN, COMPUTES, StepWork(5e9, 20), None)
    assert found.bound is Bound.COMPUTE
    assert "Tune, Roofline" in found.evidence


def test_bfloat16_is_not_tried_where_the_hardware_lacks_it() -> None:
    assert decide(small(), PLAIN, COMPUTES, StepWork(5e9, 20), ROOF).remedy is None


def test_a_run_on_slow_images_waits_for_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each batch costs a large matrix product before it is there."""
    from workbench.data import ArrayImages
    from workbench.runtime.training.timing import time_shares

    slow, read = np.ones((900, 900)), ArrayImages.read

    def read_slowly(images: ArrayImages, indices: Any) -> Any:
        if len(indices) <= 100:
            for _ in range(3):
                slow @ slow
        return read(images, indices)

    monkeypatch.setattr(ArrayImages, "read", read_slowly)
    monkeypatch.setattr(time_shares, "TELL_SECONDS", 0.05)
    with Store(tmp_path) as store:
        experiment = small(hardware__pipeline="streamed", hardware__decode_threads=1)
        _, said = train(store, experiment)
    told = [message for message in said if isinstance(message, TimeShares)]
    assert told
    assert all(0 <= m.input <= 1 and 0 <= m.python <= 1 for m in told)
    last = told[-1]
    found = decide(experiment, PLAIN, Shares(last.input, last.python), None, None)
    assert found.bound is Bound.INPUT
