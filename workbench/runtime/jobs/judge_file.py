"""The task `judge_file`: how the LiteRT file of a compressed run does on the test part."""

from __future__ import annotations

import numpy as np

from workbench.base.text import tr
from workbench.compression.model_file import MODEL_FILE
from workbench.deployment import litert_file
from workbench.deployment.judged_file import JudgedFile, JudgeFileRequest
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.evaluation.answerer import answers
from workbench.execution.tasks.judge_file import JUDGE_FILE
from workbench.runs.artifacts import RunFolder
from workbench.runs.store import Store
from workbench.runtime.compression.outcome import rightness
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.keras_answerer import KerasAnswerer
from workbench.runtime.training.trained import device_here, kept


@does(JUDGE_FILE)
def judge_file(request: JudgeFileRequest, work: TaskWork[None]) -> JudgedFile:
    """Has the file and the network that it was made of answer on the test images; notes on the run
    what the file reached.

    Raises:
        ModelFileError: where the run has no file, or it doesn't run.
        StoreError, CheckpointError: where its original can't be had.
    """
    with Store(work.store) as store:
        run = store.run(request.run_id)
        folder = store.artifacts(run.run_id)
        if not RunFolder(folder).has(MODEL_FILE) or MODEL_FILE.fault(folder):
            fault = tr("run {run_id} has no LiteRT file; compress it again", run_id=run.run_id)
            raise litert_file.ModelFileError(fault)
        parent = store.run(run.parent_id or "")
    original = kept(work.store, parent.run_id)
    dataset = work.load(original.experiment.data, original.reading)
    part, rows = dataset.test, np.arange(len(dataset.test.labels))
    work.progress(0, 2 * len(rows), tr("testing the file"))
    file = rightness(LiteRTAnswerer(MODEL_FILE.read(folder)), part, rows, work.check)
    work.progress(len(rows), 2 * len(rows), tr("testing the original"))
    network = KerasAnswerer(original, dataset.info, device_here(original.experiment))
    shares = answers(network, part.images, rows, lambda done: work.check())
    theirs = shares.argmax(axis=1) == part.labels
    found = JudgedFile(
        len(rows),
        file.accuracy,
        float(theirs.mean()),
        int((file.is_right & ~theirs).sum()),
        int((~file.is_right & theirs).sum()),
    )
    with Store(work.store) as store:
        store.update(
            run.run_id,
            test_loss=file.loss,
            test_accuracy=file.accuracy,
            test_images=len(rows),
            accuracy_difference=found.accuracy - found.original_accuracy,
        )
    return found
