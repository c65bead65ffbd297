"""From a queued run to its end: data, network, training, test."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from workbench.base.text import tr
from workbench.data import Dataset
from workbench.execution.messages import Progress
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runtime.jobs.seen import Witness
from workbench.runtime.process import download
from workbench.runtime.process.control import Control
from workbench.runtime.process.dataset import load_dataset
from workbench.runtime.training import checkpoint
from workbench.runtime.training.borrowed.loading import borrowed
from workbench.runtime.training.borrowed.networks import Borrowed
from workbench.runtime.training.prepare import prepare
from workbench.runtime.training.run_log import RunLog, Say
from workbench.runtime.training.stage import Stage, goes_on
from workbench.runtime.training.train import Trainer
from workbench.spec.data import Data
from workbench.study.pruning.gate import gate_of


def train_run(log: RunLog, control: Control) -> tuple[RunStatus, str]:
    """Trains a run that has been claimed; how it ended, and a sentence where there is one to say.

    Raises:
        Exception: whatever goes wrong; `failures.sentence` puts it into words.
    """
    run = log.read()
    experiment = run.experiment
    # What is measured of a whole run is of one with its test; a trial has none, and begins sooner.
    witness = Witness(experiment) if run.study_id is None else None
    try:
        dataset = _dataset(run, experiment.data, log.say, control)
    except download.PreparationCancelled:
        return control.end or RunStatus.STOPPED, tr("stopped before the data were there")
    prepared = prepare(experiment, dataset)
    log.say(Progress(log.run_id, tr("building")))
    stage = Stage(borrowed=_borrowed(run, dataset, log), why_cut=_judge(run, log.measurements))
    trainer = Trainer(prepared, log, control, stage)
    status = trainer.run()
    # A trial is chosen by its validation images; the test part is read for what was chosen.
    if status is not RunStatus.INTERRUPTED and witness is not None:
        began = time.perf_counter()
        result = trainer.test()
        images = len(dataset.test.labels)
        log.update(test_loss=result.loss, test_accuracy=result.accuracy, test_images=images)
        took = trainer.took()
        if took is not None and log.measurements is not None:
            witness.remember(log.measurements, dataset.info, took, time.perf_counter() - began)
    return status, " ".join(filter(None, (trainer.ending(), *dataset.warnings)))


def _judge(run: Run, folder: Path | None) -> Callable[[int], str]:
    """What its search says of a run at a rung; nobody does where it has no such rule, or lies in
    another place.
    """
    if run.study_id is None or folder is None:
        return goes_on
    with Store(folder) as store:
        study = next((s for s in store.studies() if s.study_id == run.study_id), None)
    gate = gate_of(run, study)
    if gate is None:
        return goes_on

    def why_cut(epochs: int) -> str:
        with Store(folder) as store:
            return gate.why_cut(store, epochs)

    return why_cut


def _borrowed(run: Run, dataset: Dataset, log: RunLog) -> Borrowed:
    """What it takes from other runs; weights to start from only where it has none of its own."""
    begins = not checkpoint.exists(log.folder)
    info, before = dataset.info, run.environment
    return borrowed(log.measurements, run.experiment, info, before=before, begins=begins)


def _dataset(run: Run, spec: Data, say: Say, control: Control) -> Dataset:
    """The data of a run, downloaded where they have to be; read as before where it goes on."""

    def report(phase: str, done: int, total: int, unit: str) -> None:
        say(Progress(run.run_id, phase, done, total, unit))

    return load_dataset(spec, report, lambda: control.end is not None, run.reading)
