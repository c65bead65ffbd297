"""What answers for a run: its quantized file where that was judged, else its network in Keras."""

from __future__ import annotations

from workbench.compression.model_file import MODEL_FILE
from workbench.deployment.checked import checked
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.evaluation.answerer import Answerer
from workbench.runtime.training.hardware import Device
from workbench.runtime.training.keras_answerer import KerasAnswerer
from workbench.runtime.training.trained import Kept
from workbench.spec.data import DataInfo


def answerer_of(run: Kept, info: DataInfo, device: Device, threads: int = 1) -> Answerer:
    """What gives the run's accuracy.

    Args:
        run: Whose network.
        info: Of its data.
        device: Where Keras computes.
        threads: That the file's interpreter takes, 0 for all; one, as it was judged.

    Raises:
        CheckpointError: where the weights are damaged or of another network.
        ModelFileError, ApartError: where the file can't be run; it may be anybody's.
    """
    if MODEL_FILE.answering(run.folder):
        return LiteRTAnswerer(checked(run.folder / MODEL_FILE.name), threads, MODEL_FILE.name)
    return KerasAnswerer(run, info, device)
