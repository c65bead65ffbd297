"""NumPy's files: an .npz archive, an .npy file, or a folder of files with one array each.

Which array is which is up to `array_names.py`; `npy.py` reads what is in them, and trusts nothing.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from workbench.base.text import tr
from workbench.data import paths
from workbench.data.arrays.array_names import (
    IMAGES,
    LABELS,
    NAMES,
    TEST,
    TRAIN,
    VALIDATION,
    Shape,
    Slot,
    found_slots,
    slot_of,
)
from workbench.data.arrays.kinds_of_file import refuse_other_kind, with_hint
from workbench.data.arrays.npy import ARCHIVE_FAULTS, Member, file_member, members_of, read_member
from workbench.data.arrays.rows import unflattened
from workbench.data.assembly import ReadSource, Stored, assembled
from workbench.data.dataset import Dataset
from workbench.data.errors import DataError, first_line, plain, refused, unreadable
from workbench.data.labels import as_names
from workbench.data.request import ReadRequest, Reporter
from workbench.spec.data import Npz

MAX_NAMES_BYTES = 1 << 20
MAX_MEMBERS = 1000
MAX_FILES = 1000
ENDINGS = (".npy", ".npz")

Members = Mapping[str, Member]


def read(spec: Npz, request: ReadRequest) -> Dataset:
    """Reads training images and labels, those of a test and a validation part, and class names.

    Nothing is unpickled, and nothing is allocated before the headers of all members have been
    held against the files' true sizes.

    Raises:
        DataError: for anything wrong with the files.
    """
    path = paths.existing(spec)
    with ExitStack() as opened:
        try:
            members, are_files = _members(path, opened)
            source = _source(path, members, are_files, spec, request)
        except DataError:
            raise
        except OSError as error:
            raise unreadable(path, error) from None
        except ARCHIVE_FAULTS as error:
            refuse_other_kind(path, tr("an .npz archive"))
            raise refused(
                path,
                tr(
                    "is no .npz archive or a damaged one ({error}); copy or download it "
                    "again, or make one with numpy.savez(file, x_train=..., y_train=...)",
                    error=first_line(error),
                ),
            ) from None
    return assembled(source, spec, request)


def _members(path: Path, opened: ExitStack) -> tuple[dict[str, Member], bool]:
    """The arrays by name, and whether these are names of files."""
    if path.is_dir():
        return _beside(_files_in(path), path, opened), True
    if path.suffix.lower() != ".npy":
        refuse_other_kind(path, tr("an .npz archive"))
        members = _in_archive(path, opened)
        if len(members) != 1:
            return members, False
    kin = [file for file in _files_in(path.parent) if _prefix(file) == _prefix(path)]
    if len(kin) == 1 and path.suffix.lower() != ".npy":
        return members, False
    return _beside(kin, path, opened), True


def _files_in(folder: Path) -> list[Path]:
    files = [file for file in sorted(folder.iterdir()) if file.suffix.lower() in ENDINGS]
    if len(files) > MAX_FILES:
        raise refused(
            folder,
            tr(
                "holds {count} array files; must be {max_files} at most",
                count=f"{len(files):,}",
                max_files=f"{MAX_FILES:,}",
            ),
        )
    return [file for file in files if file.is_file()]


def _prefix(file: Path) -> str:
    """What of a file's name stands before the part and the role: `kmnist` of
    `kmnist-train-imgs.npz`; files of one set share it.
    """
    words = re.split(r"[-_. ]", file.stem.lower())
    return "-".join(word for word in words if slot_of(word) is None and not _is_part(word))


def _is_part(word: str) -> bool:
    return slot_of(f"{word}_x") is not None


def _beside(files: Sequence[Path], path: Path, opened: ExitStack) -> dict[str, Member]:
    """Files with one array each, as arrays by their names."""
    found: dict[str, Member] = {}
    for file in files:
        if file.suffix.lower() == ".npy":
            found[file.stem] = replace(file_member(file, file.stem), file=file.name)
            continue
        inside = _in_archive(file, opened)
        if len(inside) == 1:
            found[file.stem] = replace(next(iter(inside.values())), file=file.name)
    if not found:
        raise refused(
            path,
            with_hint(
                tr(
                    "holds no .npy file, nor an .npz file with one array; must name a folder with "
                    "x_train.npy and y_train.npy, or an .npz file"
                ),
                path,
            ),
        )
    return found


def _in_archive(path: Path, opened: ExitStack) -> dict[str, Member]:
    archive = opened.enter_context(zipfile.ZipFile(path))
    count = len(archive.infolist())
    if count > MAX_MEMBERS:
        raise refused(
            path,
            tr(
                "holds {count} files; must be {max_members} at most",
                count=count,
                max_members=MAX_MEMBERS,
            ),
        )
    members = members_of(archive, str(path))
    if not members and count:
        refuse_other_kind(path, tr("an .npz archive"), is_known_zip=True)
    return members


def _source(
    path: Path, members: Members, are_files: bool, spec: Npz, request: ReadRequest
) -> ReadSource:
    where = str(path)
    shapes = {name: Shape(m.shape, m.dtype.kind in "US") for name, m in members.items()}
    slots = found_slots(shapes, _chosen(spec), where, are_files=are_files)
    needed = sum(members[name].data_bytes for name in slots.values())
    request.afford(needed, where, tr("its arrays {values}", values=", ".join(slots.values())))
    images = sum(members[name].length for (_, role), name in slots.items() if role == IMAGES)
    reporter = request.reporter(tr("reading"), images)
    parts = {
        part: _stored(part, slots, members, spec, where, reporter)
        for part in (TRAIN, TEST, VALIDATION)
        if (part, IMAGES) in slots
    }
    warnings: list[str] = []
    names = _class_names(members, set(slots.values()), where, warnings)
    return ReadSource(where, parts[TRAIN], parts.get(TEST), parts.get(VALIDATION), names, warnings)


def _chosen(spec: Npz) -> dict[Slot, str]:
    """The arrays that were named by hand."""
    named = {
        (TRAIN, IMAGES): spec.images,
        (TRAIN, LABELS): spec.labels,
        (TEST, IMAGES): spec.test_images,
        (TEST, LABELS): spec.test_labels,
        (VALIDATION, IMAGES): spec.validation_images,
        (VALIDATION, LABELS): spec.validation_labels,
    }
    return {slot: name for slot, name in named.items() if name}


def _stored(
    part: str,
    slots: Mapping[Slot, str],
    members: Members,
    spec: Npz,
    where: str,
    reporter: Reporter,
) -> Stored:
    images, labels = slots[part, IMAGES], slots[part, LABELS]
    pixels = read_member(members[images], where, reporter)
    files = (members[images].file, members[labels].file)
    return Stored(
        unflattened(pixels, spec.image_height, spec.image_channels, images, where),
        read_member(members[labels], where, None),
        images,
        labels,
        files if all(files) else None,
        is_rows=pixels.ndim == 2,
    )


def _class_names(
    members: Members, used: set[str], where: str, warnings: list[str]
) -> tuple[str, ...] | None:
    """The class names that lie beside the arrays; what can't be used is left out with a warning."""
    names = [n for usual in NAMES for n in members if n.lower() == usual and n not in used]
    if not names:
        return None
    member = members[names[0]]
    fits = member.dtype.kind in "US" and len(member.shape) == 1
    if fits and member.data_bytes <= MAX_NAMES_BYTES:
        try:
            found = read_member(member, where, None)
            texts = found if found.dtype.kind == "U" else found.astype("U")
            return as_names(texts.tolist())
        except ValueError:  # code points that no Unicode text has
            pass
    warnings.append(
        tr(
            "{where}: {names} is not a list of texts, so the names are left out.",
            where=plain(where),
            names=plain(names[0]),
        )
    )
    return None
