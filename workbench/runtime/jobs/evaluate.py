"""The task `evaluate`: a run's trained network, or the file that it was quantized to, answers on a
part of its data, once for all.

The answers are kept beside the run; figures are made of them elsewhere.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.data import Part, fingerprint
from workbench.data.preview import thumbnails
from workbench.evaluation.answerer import answers
from workbench.evaluation.classification import Evaluation
from workbench.evaluation.predictions import (
    VALIDATION,
    Evaluated,
    EvaluationRequest,
    Pictures,
    Predictions,
    answering,
    save,
)
from workbench.execution.tasks.evaluate import EVALUATE
from workbench.runs.store import Store
from workbench.runtime.jobs.answering import answerer_of
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.checkpoint import CheckpointError
from workbench.runtime.training.prepare import Prepared, prepare
from workbench.runtime.training.trained import kept
from workbench.spec.base import SpecError

IN_A_CELL = 36
"""Images of each cell of the confusion matrix that are kept to look at."""

PICTURE_BYTES = 32 << 20
"""What the kept images of a part may take."""

Rows = npt.NDArray[np.int64]


@does(EVALUATE)
def evaluate(request: EvaluationRequest, work: TaskWork[None]) -> Evaluated:
    """Has a run's network answer on a part of its data, and keeps the answers beside the run.

    Raises:
        CheckpointError: where the run has none, or it is damaged.
        SpecError: where the run has no such part.
    """
    with Store(work.store) as store:
        run = store.run(request.run_id)
    trained = kept(work.store, run.run_id)
    folder = trained.folder
    # On whatever there is here, in its precision: the run may come from another machine.
    experiment = run.experiment.with_settings({"hardware.target": "auto"})
    dataset = work.load(experiment.data, run.reading)
    prepared = prepare(experiment, dataset)
    part, rows = _part(prepared, request.part)
    work.progress(words=tr("building the network"))
    weights = answering(folder)
    network = answerer_of(trained, dataset.info, prepared.device)

    def tell(done: int) -> None:
        work.progress(
            done,
            len(rows),
            tr("{done} of {count} images", done=f"{done:,}", count=f"{len(rows):,}"),
        )

    shares = answers(network, part.images, rows, tell)
    if not np.isfinite(shares).all():
        raise CheckpointError(tr("the network's answers are no numbers: its training diverged"))
    labels = part.labels[rows]
    predictions = Predictions(
        request.part,
        rows,
        labels,
        shares,
        _digest(prepared, part, rows, labels),
        weights,
        dataset.info.class_names,
    )
    work.progress(words=tr("keeping the predictions"))
    evaluation = Evaluation(predictions)
    save(folder, predictions, _pictures(evaluation, part))
    same = run.fingerprint in ("", dataset.fingerprint)
    warning = "" if same else tr("the data have changed since the run was trained")
    return Evaluated(evaluation.images, evaluation.accuracy, warning)


def _part(prepared: Prepared, name: str) -> tuple[Part, Rows]:
    """Where the images of a part are, and their places there."""
    if name != VALIDATION:
        return prepared.dataset.test, np.arange(len(prepared.dataset.test.labels))
    if not len(prepared.validation_rows):
        raise SpecError.at(
            "training.validation_split", tr("is 0, so the run has no validation part")
        )
    return prepared.validation_part, prepared.validation_rows


def _digest(prepared: Prepared, part: Part, rows: Rows, labels: npt.NDArray[np.int32]) -> str:
    """Equal for the same images in the same order, wherever they lie and whatever size they are
    resized to.
    """
    dataset = prepared.dataset
    source = [dataset.source_digest or prepared.experiment.data.kind, *dataset.info.class_names]
    if part is dataset.validation:
        source.append(tr("validation part"))
    told = np.frombuffer(fingerprint.of_lines(source).encode(), np.uint8)
    return fingerprint.of_arrays([told, rows, labels])


def _pictures(evaluation: Evaluation, part: Part) -> Pictures:
    size = max(1, thumbnails(part.images.read(np.arange(1))).nbytes)
    places = evaluation.worth_a_look(IN_A_CELL, PICTURE_BYTES // size)
    pixels = thumbnails(part.images.read(evaluation.predictions.rows[places]))
    return Pictures(places, pixels)
