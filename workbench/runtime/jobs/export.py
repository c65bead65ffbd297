"""The task `export`: a run's network as a file that runs elsewhere, opened again and compared.

Nothing is in place before another process has answered on real images as the network does.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.base.text import tr
from workbench.data import Dataset
from workbench.deployment.agreement import Agreement, ExportError, require_same_network
from workbench.deployment.formats import FORMATS, Exported, ExportRequest
from workbench.deployment.judging import shares_of
from workbench.deployment.litert_file import ModelFileError
from workbench.deployment.placing import placed, sizes
from workbench.deployment.process import function_of
from workbench.deployment.quantization import CALIBRATION_IMAGES
from workbench.deployment.snippets import name_of, snippet
from workbench.evaluation.answerer import Images, Shares, scaled
from workbench.execution.tasks.export import EXPORT
from workbench.runtime.export.network import of_run, unfolded
from workbench.runtime.export.source import Source
from workbench.runtime.process.work import TaskWork, does
from workbench.runtime.training.keras_answerer import KerasAnswerer
from workbench.runtime.training.trained import Kept, device_here, kept

CHECKED_IMAGES = 1000
"""Of the test part, spread over it."""


@does(EXPORT)
def export(request: ExportRequest, work: TaskWork[None]) -> Exported:
    """Writes a run's network as a format that runs elsewhere.

    Raises:
        CheckpointError: where the run has none, or it is damaged or of another network.
        ModelFileError: where what is asked can't be.
        ExportError: where it can't be written, or doesn't answer as the network does.
    """
    request.require()
    run = kept(work.store, request.run_id)
    _require_layers(request, len(run.experiment.structure.layers))
    dataset = work.load(run.experiment.data, run.reading)
    work.progress(words=tr("building the network"))
    images, labels = _test_images(dataset)
    original = KerasAnswerer(run, dataset.info, device_here(run.experiment)).shares(images)
    source = _source(request, run, dataset, images, work)
    in_float32 = source.model.predict(images, verbose=0)
    require_same_network(original, in_float32)
    output = request.place
    try:
        return _written(source, output, images, labels, original, in_float32, work)
    except OSError as error:
        raise ExportError(
            tr("{path}: can't be written ({reason})", path=output, reason=error.strerror or error)
        ) from error


def _require_layers(request: ExportRequest, there: int) -> None:
    """Refuses a scheme for a layer that the network lacks.

    Raises:
        ModelFileError: naming it.
    """
    asked = request.quantization.layers if request.quantization is not None else {}
    for number in asked:
        if not 1 <= number <= there:
            raise ModelFileError(
                tr(
                    "layer {number} is to be quantized otherwise, and the network has layers 1 to "
                    "{there}",
                    number=number,
                    there=there,
                )
            )


def _source(
    request: ExportRequest, run: Kept, dataset: Dataset, examples: Images, work: TaskWork[None]
) -> Source:
    rows = _spread(len(dataset.train.images), CALIBRATION_IMAGES)
    calibration = scaled(dataset.train.images.read(rows))
    model = of_run(run, dataset.info)
    return Source(request, run.experiment, dataset.info, model, calibration, examples, work.check)


def _written(
    source: Source,
    output: Path,
    images: Images,
    labels: npt.NDArray[np.int32],
    original: Shares,
    in_float32: Shares,
    work: TaskWork[None],
) -> Exported:
    """Writes, compares, and only then puts in place."""
    made = FORMATS[source.request.format]
    work.progress(words=tr("writing the file"))
    with placed(output) as folder:
        path = folder / output.name
        warnings = [*function_of(made.writer)(source, path)]
        if made.unfolds_hashing:
            warnings += unfolded(source.experiment, made.name)
        raw, coded, digest = sizes(path)
        script = name_of(output, made.suffix)
        text = snippet(
            output,
            script,
            made.code,
            made.pip,
            digest,
            source.info.image_shape,
            source.info.class_names,
        )
        (folder / script).write_text(text, encoding="utf-8")
        work.progress(words=tr("comparing its answers"))
        found = shares_of(path, images, made.opener, check=work.check)
        agreement = Agreement.of(original, found, labels)
        if source.request.is_exact:
            Agreement.of(in_float32, found, labels).require_exact()
        elif agreement.warning:
            warnings.append(agreement.warning)
        files = tuple(sorted(each.name for each in folder.iterdir()))
        work.check()
    return Exported(
        str(output),
        files,
        raw,
        coded,
        digest,
        agreement.images,
        agreement.same,
        agreement.largest,
        agreement.accuracy,
        agreement.original_accuracy,
        tuple(warnings),
    )


def _test_images(dataset: Dataset) -> tuple[Images, npt.NDArray[np.int32]]:
    part = dataset.test if len(dataset.test.labels) else dataset.train
    rows = _spread(len(part.labels), CHECKED_IMAGES)
    return scaled(part.images.read(rows)), part.labels[rows]


def _spread(images: int, wanted: int) -> npt.NDArray[np.int64]:
    """So many rows at even distances, as folders may be sorted by class."""
    return np.unique(np.linspace(0, images - 1, min(images, wanted)).astype(np.int64))
