"""Keras's data sets as our cache keeps them: four uncompressed .npy files a kind.

Fetching them is the training process's work; this reads and keeps what it fetched.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from workbench.base.paths import cache_folder
from workbench.base.text import tr
from workbench.base.units import size
from workbench.data.assembly import ReadSource, Stored, assembled
from workbench.data.dataset import Array, Dataset
from workbench.data.errors import DataError, NotDownloaded, first_line, plain
from workbench.data.request import ReadRequest
from workbench.spec.data import Data, DataInfo, KerasData

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def is_downloaded(spec: KerasData) -> bool:
    """Whether the data set lies whole in our cache; looks at headers and file sizes only."""
    try:
        _mapped(spec)
    except DataError:
        return False
    return True


def read(spec: KerasData, request: ReadRequest) -> Dataset:
    """Reads a data set that was kept by `keep_download`.

    Raises:
        NotDownloaded: where it is not there, or damaged.
    """
    mapped = _mapped(spec)
    info = _source_info(spec)
    reporter = request.reporter(tr("reading"), info.train_images + info.test_images)
    arrays = {}
    for name in ARRAYS:
        arrays[name] = np.array(mapped[name])  # into memory: the files may be deleted or replaced
        reporter.step(len(arrays[name]) if name.startswith("x") else 0)
    source = ReadSource(
        where=str(_folder(spec.kind)),
        train=Stored(arrays["x_train"], arrays["y_train"], "x_train", "y_train"),
        test=Stored(arrays["x_test"], arrays["y_test"], "x_test", "y_test"),
        class_names=info.class_names,
    )
    return assembled(source, spec, request)


def keep_download(kind: str, arrays: Mapping[str, npt.ArrayLike]) -> None:
    """Puts a data set in the cache, whole or not at all.

    Args:
        kind: As in the spec, `mnist`.
        arrays: `x_train, y_train, x_test, y_test`, uint8 as Keras's loader gives them.

    Raises:
        DataError: where the arrays are not those of this data set, or can't be written.
    """
    chosen = Data.choices()[kind]
    if not issubclass(chosen, KerasData):
        raise TypeError(tr("{kind} is not one of Keras's data sets", kind=kind))
    spec = chosen.parse({"kind": kind})
    shapes = _shapes(_source_info(spec))
    fit = {name: np.asarray(arrays[name]) for name in ARRAYS}
    for name, shape in shapes.items():
        if fit[name].size != np.prod(shape) or len(fit[name]) != shape[0]:
            raise DataError(
                tr(
                    "data.kind: the download of {label} is damaged ({name} has the shape "
                    "{shape}, must be {right}); try again",
                    label=spec.label,
                    name=name,
                    shape=str(fit[name].shape),
                    right=str(shape),
                )
            )
    try:
        _write(_folder(kind), {n: fit[n].astype(np.uint8).reshape(shapes[n]) for n in ARRAYS})
    except OSError as error:
        raise DataError(
            tr(
                "data.kind: {label} can't be kept in {kind} "
                "({error}); free some disk space or set DLOPT_CACHE to another folder",
                label=spec.label,
                kind=plain(_folder(kind)),
                error=first_line(error),
            )
        ) from None


def _write(target: Path, arrays: Mapping[str, Array]) -> None:
    """Writes beside the target and renames; a damaged older copy makes way."""
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name}."))
    try:
        new, old = made / "new", made / "old"
        new.mkdir()
        for name, array in arrays.items():
            with open(new / f"{name}.npy", "wb") as file:
                np.lib.format.write_array(file, array, allow_pickle=False)
                file.flush()
                os.fsync(file.fileno())
        if target.exists():
            target.rename(old)
        new.rename(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _mapped(spec: KerasData) -> dict[str, Array]:
    """The files mapped into memory, their types and shapes checked."""
    folder, shapes = _folder(spec.kind), _shapes(_source_info(spec))
    if not folder.is_dir():
        raise NotDownloaded(
            tr(
                "data.kind: {label} is not on this machine yet; it has to be downloaded once "
                "({download_bytes})",
                label=spec.label,
                download_bytes=size(spec.download_bytes),
            )
        )
    mapped = {}
    for name, shape in shapes.items():
        try:
            mapped[name] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(spec, f"{name}.npy: {first_line(error)}") from None
        if not isinstance(mapped[name], np.ndarray) or mapped[name].shape != shape:
            raise _damaged(
                spec, tr("{name}.npy has not the shape {shape}", name=name, shape=str(shape))
            )
        if mapped[name].dtype != np.uint8:
            raise _damaged(
                spec,
                tr("{name}.npy is {type}, not uint8", name=name, type=mapped[name].dtype.name),
            )
    return mapped


def _damaged(spec: KerasData, reason: str) -> NotDownloaded:
    return NotDownloaded(
        tr(
            "data.kind: the copy of {label} in {kind} is damaged "
            "({reason}); it has to be downloaded again ({download_bytes})",
            label=spec.label,
            kind=plain(_folder(spec.kind)),
            reason=reason,
            download_bytes=size(spec.download_bytes),
        )
    )


def _shapes(info: DataInfo) -> dict[str, tuple[int, ...]]:
    """Shapes of the files: images with a channel axis, labels flat."""
    return {
        "x_train": (info.train_images, *info.image_shape),
        "y_train": (info.train_images,),
        "x_test": (info.test_images, *info.image_shape),
        "y_test": (info.test_images,),
    }


def _source_info(spec: KerasData) -> DataInfo:
    assert spec.source_info is not None, tr("Keras's data sets are known beforehand")
    return spec.source_info


def _folder(kind: str) -> Path:
    return cache_folder() / "datasets" / kind
