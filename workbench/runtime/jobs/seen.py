"""What a real run took corrects the estimate of the next: its time always, its memory where it can.

Memory is what the process grew by, which says what a run takes in a fresh process alone; in a used
one it can only show that an estimate was too small.
"""

from __future__ import annotations

import statistics
from dataclasses import replace
from pathlib import Path

from workbench.experiment import Experiment
from workbench.hardware import preflight, remembered
from workbench.hardware.preflight import Preflight
from workbench.runtime.jobs.preflight import DevicePeak, peak_of
from workbench.runtime.process import memory
from workbench.runtime.process.memory import ProcessPeak
from workbench.runtime.process.probe import machine_here
from workbench.runtime.training.timing.took import Took
from workbench.spec.data import DataInfo


class Witness:
    """Looks at a run from before its data are read.

    Args:
        experiment: That is to be trained.
    """

    def __init__(self, experiment: Experiment) -> None:
        self._experiment = experiment
        self._is_fresh = memory.is_fresh()
        self._peak: ProcessPeak | DevicePeak = peak_of(experiment)

    def remember(self, store: Path, info: DataInfo, took: Took, test_seconds: float) -> None:
        """Corrects what is kept of this experiment on this machine, beside the store."""
        machine = machine_here()
        known = preflight.recall(store, machine, self._experiment)
        least = max(self._peak.most_bytes, self._experiment.training_bytes(info))
        if not self._is_fresh and known is None:
            return  # half an estimate would keep the other half from being measured
        if not self._is_fresh and known is not None:
            least = max(least, known.memory_bytes)
        found = replace(
            estimate(took, test_seconds, info.test_images),
            memory_bytes=int(least),
            free_bytes=self._peak.free_bytes,
        )
        key = preflight.key(machine, self._experiment)
        remembered.remember(store, preflight.KIND, key, found)


def estimate(took: Took, test_seconds: float, test_images: int) -> Preflight:
    """The times of a run as an estimate, which then says of that run what it took."""
    step, images = took.seconds / took.steps, took.validation_images
    later = took.validations[1:]
    image = statistics.median(later) / images if later and images else test_seconds / test_images
    rest = took.steps * step + len(took.validations) * images * image
    return Preflight(
        compile_seconds=max(0.0, took.elapsed - rest),
        step_seconds=step,
        image_seconds=image,
        steps_per_epoch=took.steps_per_epoch,
        validation_images=images,
        test_images=test_images,
        memory_bytes=0,
        free_bytes=0,
    )
