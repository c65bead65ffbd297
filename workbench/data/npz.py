"""NumPy archives: which arrays are in it, and their contents, by `npy.py`'s careful hands."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path

from workbench.data import paths
from workbench.data.assembly import Source, Stored, assembled
from workbench.data.dataset import Array, Dataset
from workbench.data.errors import DataError, first_line, plain, refused, unreadable
from workbench.data.labels import as_names
from workbench.data.npy import ARCHIVE_FAULTS, Member, members_of, read_member
from workbench.data.request import Request
from workbench.spec.data import Npz

SPLIT = ("x_train", "y_train", "x_test", "y_test")
WHOLE = ("images", "labels")
VALIDATIONS = ("val", "valid", "validation", "dev")
"""What a validation part of its own is called, after `x_` and `y_`."""

NAMES = "class_names"
MAX_NAMES_BYTES = 1 << 20
MAX_MEMBERS = 1000


def read(spec: Npz, request: Request) -> Dataset:
    """Reads `x_train, y_train, x_test, y_test`, or `images, labels`, and `class_names` if there.

    Nothing is unpickled, and nothing is allocated before the headers of all members have been
    held against the archive's true size.

    Raises:
        DataError: for anything wrong with the file.
    """
    path = paths.existing_file(spec)
    try:
        with zipfile.ZipFile(path) as archive:
            source = _source(path, archive, request)
    except DataError:
        raise
    except OSError as error:
        raise unreadable(path, error) from None
    except ARCHIVE_FAULTS as error:
        raise refused(
            path, f"is no .npz archive or a damaged one ({first_line(error)}); save it again"
        ) from None
    return assembled(source, spec, request)


def _source(path: Path, archive: zipfile.ZipFile, request: Request) -> Source:
    where = str(path)
    if len(archive.infolist()) > MAX_MEMBERS:
        raise refused(
            where, f"holds {len(archive.infolist())} files; must be {MAX_MEMBERS} at most"
        )
    members = members_of(archive, where)
    keys = _keys(members, where)
    validation = _validation_keys(members, where)
    keys += validation
    needed = sum(members[key].data_bytes for key in keys)
    request.afford(needed, where, f"its arrays {', '.join(keys)}")
    warnings: list[str] = []
    names = _class_names(members, archive, where, warnings)
    arrays = _arrays(members, keys, archive, where, request)
    pairs = [Stored(arrays[x], arrays[y], x, y) for x, y in zip(keys[::2], keys[1::2], strict=True)]
    own = pairs.pop() if validation else None
    return Source(where, pairs[0], pairs[1] if len(pairs) == 2 else None, own, names, warnings)


def _keys(members: Mapping[str, Member], where: str) -> tuple[str, ...]:
    for keys in (SPLIT, WHOLE):
        if all(key in members for key in keys):
            return keys
    there = ", ".join(plain(key)[:40] for key in sorted(members)[:12]) or "no array"
    near = WHOLE if any(key in members for key in WHOLE) else SPLIT
    missing = ", ".join(key for key in near if key not in members)
    raise refused(
        where,
        f"{missing} missing; must hold {', '.join(SPLIT)} or {', '.join(WHOLE)}, holds {there}",
    )


def _validation_keys(members: Mapping[str, Member], where: str) -> tuple[str, ...]:
    """The names of a validation part; empty where there is none."""
    for name in VALIDATIONS:
        keys = (f"x_{name}", f"y_{name}")
        there = [key for key in keys if key in members]
        if len(there) == 1:
            missing = keys[1 - keys.index(there[0])]
            raise refused(where, f"{missing} missing; must be there beside {there[0]}")
        if there:
            return keys
    return ()


def _arrays(
    members: Mapping[str, Member],
    keys: tuple[str, ...],
    archive: zipfile.ZipFile,
    where: str,
    request: Request,
) -> dict[str, Array]:
    images = sum(members[key].length for key in keys[::2])
    reporter = request.reporter("reading", images)
    return {
        key: read_member(archive, members[key], where, reporter if key in keys[::2] else None)
        for key in keys
    }


def _class_names(
    members: Mapping[str, Member], archive: zipfile.ZipFile, where: str, warnings: list[str]
) -> tuple[str, ...] | None:
    """The archive's class names; what is there but can't be used is left out with a warning."""
    member = members.get(NAMES)
    if member is None:
        return None
    fits = member.dtype.kind == "U" and len(member.shape) == 1
    if fits and member.data_bytes <= MAX_NAMES_BYTES:
        try:
            return as_names(read_member(archive, member, where, None).tolist())
        except ValueError:  # code points that no Unicode text has
            pass
    warnings.append(f"{plain(where)}: {NAMES} is not a list of texts, so the names are left out.")
    return None
