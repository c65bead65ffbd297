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
from workbench.base.units import size
from workbench.data.assembly import Source, Stored, assembled
from workbench.data.dataset import Array, Dataset
from workbench.data.errors import DataError, NotDownloaded, first_line, plain
from workbench.data.request import Request
from workbench.spec.data import Data, DataInfo, KerasData

ARRAYS = ("x_train", "y_train", "x_test", "y_test")


def is_downloaded(spec: KerasData) -> bool:
    """Whether the data set lies whole in our cache; looks at headers and file sizes only."""
    try:
        _mapped(spec)
    except DataError:
        return False
    return True


def read(spec: KerasData, request: Request) -> Dataset:
    """Reads a data set that was kept by `keep_download`.

    Raises:
        NotDownloaded: where it is not there, or damaged.
    """
    mapped = _mapped(spec)
    info = _source_info(spec)
    reporter = request.reporter("reading", info.train_images + info.test_images)
    arrays = {}
    for name in ARRAYS:
        arrays[name] = np.array(mapped[name])  # into memory: the files may be deleted or replaced
        reporter.step(len(arrays[name]) if name.startswith("x") else 0)
    source = Source(
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
        raise TypeError(f"{kind} is not one of Keras's data sets")
    spec = chosen.parse({"kind": kind})
    shapes = _shapes(_source_info(spec))
    fit = {name: np.asarray(arrays[name]) for name in ARRAYS}
    for name, shape in shapes.items():
        if fit[name].size != np.prod(shape) or len(fit[name]) != shape[0]:
            raise DataError(
                f"data.kind: the download of {spec.label} is damaged ({name} has the shape "
                f"{fit[name].shape}, must be {shape}); try again"
            )
    try:
        _write(_folder(kind), {n: fit[n].astype(np.uint8).reshape(shapes[n]) for n in ARRAYS})
    except OSError as error:
        raise DataError(
            f"data.kind: {spec.label} can't be kept in {plain(_folder(kind))} "
            f"({first_line(error)}); free some disk space or set DLOPT_CACHE to another folder"
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
            f"data.kind: {spec.label} is not on this machine yet; it has to be downloaded once "
            f"({size(spec.download_bytes)})"
        )
    mapped = {}
    for name, shape in shapes.items():
        try:
            mapped[name] = np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
        except (OSError, ValueError, EOFError) as error:
            raise _damaged(spec, f"{name}.npy: {first_line(error)}") from None
        if not isinstance(mapped[name], np.ndarray) or mapped[name].shape != shape:
            raise _damaged(spec, f"{name}.npy has not the shape {shape}")
        if mapped[name].dtype != np.uint8:
            raise _damaged(spec, f"{name}.npy is {mapped[name].dtype.name}, not uint8")
    return mapped


def _damaged(spec: KerasData, reason: str) -> NotDownloaded:
    return NotDownloaded(
        f"data.kind: the copy of {spec.label} in {plain(_folder(spec.kind))} is damaged "
        f"({reason}); it has to be downloaded again ({size(spec.download_bytes)})"
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
    assert spec.source_info is not None, "Keras's data sets are known beforehand"
    return spec.source_info


def _folder(kind: str) -> Path:
    return cache_folder() / "datasets" / kind
