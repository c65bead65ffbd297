"""Reading and splitting the data as source: the function `read`, and those that it calls.

A script gets the images, parts and pixels of the workbench to the bit: it splits by the same
functions of scikit-learn with the same seeds, and decodes and resamples with Pillow. What reading
decided by what it found (names, scale, classes) is written as literals. `read()` returns images
and labels of each part, images of shape (n, height, width, channels) as uint8, or as float32 from
0 to 1.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from workbench.base.text import tr
from workbench.data.digits import TEST_SHARE
from workbench.data.split import TEST_SPLIT_SEED
from workbench.exchange.codegen import image_files
from workbench.exchange.codegen.expressions import call, listed, written
from workbench.exchange.codegen.pixels import Fitting
from workbench.spec.base import SpecError
from workbench.spec.data import (
    CIFAR10,
    CIFAR100,
    MNIST,
    Csv,
    Data,
    DataInfo,
    Digits,
    FashionMNIST,
    FileData,
    Idx,
    ImageFolder,
    KerasData,
    Npz,
)
from workbench.spec.recipe import Recipe, StoredPart
from workbench.spec.training import Training

TRAIN, VALIDATION, TEST = "training", "validation", "test"
ARRAYS = {TRAIN: ("x", "y"), VALIDATION: ("x_valid", "y_valid"), TEST: ("x_test", "y_test")}
"""What the arrays of each part are called, in the order in which `read` returns them."""

TEXTS = ("text", "utf-8", "latin-1")
"""Forms of labels that are texts, or bytes of texts."""

SPLIT = '''
def split(labels, share, seed):
    """Row numbers of (the rest, the share), each class represented alike."""
    rows = np.arange(len(labels))
    rest, aside = train_test_split(rows, test_size=share, random_state=seed, stratify=labels)
    return np.sort(rest), np.sort(aside)
'''

HELD_OUT = '''
def held_out(labels, folds, fold, seed):
    """Row numbers of (the rest, one of the folds), each class represented alike."""
    dealt = StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    return list(dealt)[fold - 1]
'''

IDX_ARRAY = r'''
def array(path):
    """The numbers of an IDX file in their shape."""
    content = path.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    kind = {8: "u1", 9: "i1", 11: ">i2", 12: ">i4", 13: ">f4", 14: ">f8"}[content[2]]
    shape = np.frombuffer(content, ">u4", count=content[3], offset=4)
    return np.frombuffer(content, kind, offset=4 + 4 * len(shape)).reshape(shape)
'''


CSV_TABLE = '''
def table(file, pixels, label, **layout):
    """Pixels and labels of a table with an image in each row."""
    layout |= {"comments": None, "quotechar": \'"\'}
    rows = np.loadtxt(file, usecols=pixels, ndmin=2, **layout)
    labels = np.loadtxt(file, @LABELusecols=label, ndmin=1, **layout)
    return rows.astype(np.@PIXELS), labels
'''

CSV_PART = '''
def rows_of(file, column, words, **layout):
    """Which rows of a table say that they are of a part."""
    said = np.loadtxt(file, str, usecols=column, ndmin=1, comments=None, quotechar=\'"\', **layout)
    return np.isin(np.char.strip(said), words)
'''

PACKED_TABLE = '''
def table(file, pixels, label, delimiter, skiprows, encoding):
    """Pixels and labels of a table whose rows hold all pixels of an image in one cell."""
    opened = gzip.open if file.suffix == ".gz" else open
    with opened(file, "rt", newline="", encoding=encoding) as text:
        lines = itertools.islice(text.read().splitlines(), skiprows, None)
        rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    images = [np.array(row[pixels].split(), float).astype(np.@PIXELS) for row in rows]
    labels = [row[label].strip() for row in rows]
    return np.stack(images), np.array(labels@LABEL)
'''

NUMBERED = '''
def numbered(labels):
    """Labels as class numbers from 0, in the order of CLASSES."""
    return np.searchsorted(CLASSES, labels.reshape(-1))
'''

NUMBERED_TEXTS = '''
def numbered(labels):
    """Labels as class numbers from 0, in the order of CLASSES."""
    return np.array([CLASSES.index(label.strip()) for label in labels.reshape(-1).tolist()])
'''

IN_FOLDER = ("path = pathlib.Path(PATH)", "folder = path if path.is_dir() else path.parent")


@dataclass(frozen=True)
class Body:
    """How one kind of data is read.

    Attributes:
        lines: Of `read`, up to the arrays of the parts, named as in `ARRAYS`.
        helpers: Functions that `lines` call.
        imports: What they import besides Keras and NumPy.
        is_fitted: Whether they are pixels as the network takes them.
    """

    lines: list[str]
    helpers: tuple[str, ...] = ()
    imports: tuple[str, ...] = ()
    is_fitted: bool = False


def _digits(spec: Digits, info: DataInfo, recipe: Recipe) -> Body:
    return Body(
        [
            "digits = load_digits()",
            "x, y = np.round(digits.images * (255 / 16)).astype(np.uint8), digits.target",
        ],
        imports=("from sklearn.datasets import load_digits",),
    )


def _keras(spec: KerasData, info: DataInfo, recipe: Recipe) -> Body:
    flat = "y, y_test = y.reshape(-1), y_test.reshape(-1)"
    is_gray = len(recipe.parts[0].shape) == 2
    lines = [f"(x, y), (x_test, y_test) = {spec.keras_class}.load_data()"]
    return Body(lines if is_gray else [*lines, flat])


def _npz(spec: Npz, info: DataInfo, recipe: Recipe) -> Body:
    numbered, helpers = _numbered(info, recipe)
    if recipe.parts[0].in_files:
        lines = [*IN_FOLDER]
        for part in recipe.parts:
            for variable, name in zip(ARRAYS[part.part], (part.images, part.labels), strict=True):
                lines.append(f"{variable} = {_in_file(name)}")
        return Body([*lines, *numbered], helpers, ("import pathlib",))
    lines = ["with np.load(PATH, allow_pickle=False) as file:"]
    for part in recipe.parts:
        given = f"file[{written(part.images)}], file[{written(part.labels)}]"
        lines.append(f"    {_both(part)} = {given}")
    return Body([*lines, *numbered], helpers)


def _in_file(name: str) -> str:
    """The one array of a file."""
    opened = f"np.load(folder / {written(name)}, allow_pickle=False)"
    return f"next(iter({opened}.values()))" if name.lower().endswith(".npz") else opened


def _csv(spec: Csv, info: DataInfo, recipe: Recipe) -> Body:
    lines = [*IN_FOLDER]
    for part in recipe.parts:
        table = part.table
        assert table is not None, "read from tables"
        file = {"file": f"folder / {written(part.images)}"}
        layout = {
            "delimiter": written(table.separator),
            "skiprows": str(table.header_lines),
            "encoding": written(table.encoding),
        }
        columns = str(table.pixels[0]) if table.is_packed else _columns(table.pixels)
        given = {**file, "pixels": columns, "label": str(table.label), **layout}
        lines += call("table", given, f"{_both(part)} = ")
        if table.part is not None:
            said = {"column": str(table.part), "words": written(list(table.part_words))}
            lines += call("rows_of", {**file, **said, **layout}, "rows = ")
            lines += [f"{_both(part)} = " + ", ".join(f"{v}[rows]" for v in ARRAYS[part.part])]
    numbered, helpers = _numbered(info, recipe)
    return Body([*lines, *numbered], (*_csv_helpers(recipe), *helpers), _csv_imports(recipe))


def _csv_helpers(recipe: Recipe) -> tuple[str, ...]:
    """The functions that read tables."""
    first = recipe.parts[0]
    assert first.table is not None, "read from tables"
    is_text = first.labels_form == "text"
    if first.table.is_packed:
        table = PACKED_TABLE.replace("@LABEL", "" if is_text else ", float")
    else:
        table = CSV_TABLE.replace("@LABEL", "dtype=str, " if is_text else "")
    by_row = () if first.table.part is None else (CSV_PART,)
    return (table.replace("@PIXELS", recipe.stored_type), *by_row)


def _csv_imports(recipe: Recipe) -> tuple[str, ...]:
    is_packed = any(part.table is not None and part.table.is_packed for part in recipe.parts)
    packed = ("import csv", "import gzip", "import itertools") if is_packed else ()
    return (*packed, "import pathlib")


def _columns(columns: tuple[int, ...]) -> str:
    """Columns that follow each other as a range."""
    if columns == tuple(range(columns[0], columns[-1] + 1)):
        return f"range({columns[0]}, {columns[-1] + 1})"
    left_out = [c for c in range(columns[0], columns[-1]) if c not in set(columns)]
    return f"[n for n in range({columns[0]}, {columns[-1] + 1}) if n not in {left_out}]"


def _idx(spec: Idx, info: DataInfo, recipe: Recipe) -> Body:
    lines = [*IN_FOLDER]
    for part in recipe.parts:
        for variable, name in zip(ARRAYS[part.part], (part.images, part.labels), strict=True):
            first = "[:, 0]" if name == part.labels and part.labels_form == "first column" else ""
            lines.append(f"{variable} = array(folder / {written(name)}){first}")
    numbered, helpers = _numbered(info, recipe)
    return Body([*lines, *numbered], (IDX_ARRAY, *helpers), ("import gzip", "import pathlib"))


def _numbered(info: DataInfo, recipe: Recipe) -> tuple[list[str], tuple[str, ...]]:
    """Labels as class numbers from 0: lines of `read`, and the functions that they call."""
    values = info.label_values
    is_text = any(part.labels_form in TEXTS for part in recipe.parts)
    lines = []
    for part in recipe.parts:
        labels = ARRAYS[part.part][1]
        if part.labels_form == "one-hot":
            lines.append(f"{labels} = {labels}.argmax(axis=1)")
        elif part.labels_form in TEXTS[1:]:
            lines.append(f"{labels} = np.char.decode({labels}, {written(part.labels_form)})")
    each = [ARRAYS[part.part][1] for part in recipe.parts]
    if values:
        return [*lines, *(f"{name} = numbered({name})" for name in each)], (
            "\n".join(listed("CLASSES", values if is_text else tuple(map(int, values)))),
            NUMBERED_TEXTS if is_text else NUMBERED,
        )
    whole = [part for part in recipe.parts if part.labels_form in ("number", "first column")]
    flat = [ARRAYS[part.part][1] for part in whole]
    return [*lines, *(f"{name} = {name}.reshape(-1)" for name in flat)], ()


def _folder(spec: ImageFolder, info: DataInfo, recipe: Recipe) -> Body:
    lines = []
    for part in recipe.parts:
        root = "folder" if recipe.is_archive else "PATH"
        place = f"{root}, {written(part.images)}" if part.images else root
        below = f", {written(part.below)}" if part.below else ""
        lines.append(f"{_both(part)} = part(pathlib.Path({place}){below})")
    helpers = image_files.helpers(spec, info, recipe)
    imports = (*image_files.IMPORTS, *(["import sys"] if recipe.has_deep_colors else []))
    if recipe.is_archive:
        lines = image_files.unpacked(spec.path, lines)
        imports = (*imports, "import shutil", "import tempfile")
    return Body(lines, helpers, imports, is_fitted=True)


def _both(part: StoredPart) -> str:
    """The variables of a part's images and labels."""
    return ", ".join(ARRAYS[part.part])


BODIES: dict[type[Data], Callable[[Any, DataInfo, Recipe], Body]] = {
    Digits: _digits,
    MNIST: _keras,
    FashionMNIST: _keras,
    CIFAR10: _keras,
    CIFAR100: _keras,
    Npz: _npz,
    Csv: _csv,
    Idx: _idx,
    ImageFolder: _folder,
}


@dataclass(frozen=True)
class DataSource:
    """What a script has on its data.

    Attributes:
        imports: Of modules besides Keras and NumPy.
        lines: The functions.
        given: The variables that `read` returns, in its order.
    """

    imports: list[str]
    lines: list[str]
    given: str


def data_source(spec: Data, info: DataInfo, training: Training) -> DataSource:
    """The functions `split`, `held_out`, `resized`, ... and `read`.

    Raises:
        SpecError: where this kind of data can't be read by a script, or nobody has read them yet.
    """
    written_by = BODIES.get(type(spec))
    if written_by is None:
        raise SpecError.at(
            "data.kind", tr("{kind} can't be read by a stand-alone script", kind=spec.label)
        )
    recipe = _used(_recipe(spec, info), training, info)
    body = written_by(spec, info, recipe)
    fitting = Fitting() if body.is_fitted else Fitting.of(spec, info, recipe)
    parts = [name for name in ARRAYS if name in {part.part for part in recipe.parts}]
    by_share = TEST not in parts or training.splits_validation(info)
    ending = _ending(spec, parts, bool(fitting.lines))
    given = ", ".join(name for part in ARRAYS if part in (*parts, TEST) for name in ARRAYS[part])
    read = [
        "def read():",
        f'    """Images and labels of each part: {given}."""',
        *(f"    {s}" for s in (*body.lines, *ending)),
    ]
    functions = [
        *([SPLIT] if by_share else []),
        *([HELD_OUT] if training.folds else []),
        *body.helpers,
        *fitting.helpers,
        "\n".join(fitting.lines),
        "\n".join(read),
    ]
    dealt = ["StratifiedKFold"] * (training.folds > 0) + ["train_test_split"] * by_share
    splitting = [f"from sklearn.model_selection import {', '.join(dealt)}"] if dealt else []
    return DataSource(
        [*body.imports, *fitting.imports, *splitting],
        "\n\n\n".join(text.strip() for text in functions if text).splitlines(),
        given,
    )


def _recipe(spec: Data, info: DataInfo) -> Recipe:
    """What the arrays hold: known of the catalogue, and of a user's files once they were read.

    Raises:
        SpecError: where nobody has read them.
    """
    if isinstance(spec, FileData):
        if info.recipe is None:
            raise SpecError.at("data.path", tr("has to be read before a script can be written"))
        return info.recipe
    known = spec.source_info
    assert known is not None, "the catalogue's data are known beforehand"
    height, width, channels = known.image_shape
    shape = (height, width) if channels == 1 else (height, width, channels)
    names = (TRAIN,) if isinstance(spec, Digits) else (TRAIN, TEST)
    return Recipe(tuple(StoredPart(name, "", shape=shape) for name in names))


def _used(recipe: Recipe, training: Training, info: DataInfo) -> Recipe:
    """Without a validation part that folds take the place of."""
    if training.uses_own_validation(info):
        return recipe
    return replace(recipe, parts=tuple(p for p in recipe.parts if p.part != VALIDATION))


def _ending(spec: Data, parts: list[str], fits: bool) -> list[str]:
    """The end of `read`: a test part is split off where there is none, and pixels are made."""
    images = {part: f"fitted({ARRAYS[part][0]})" if fits else ARRAYS[part][0] for part in parts}
    if TEST in parts:
        pairs = (f"{images[part]}, {ARRAYS[part][1]}" for part in parts)
        return [f"return {', '.join(pairs)}"]
    share = spec.test_split if isinstance(spec, FileData) else TEST_SHARE
    aside = f"{images[VALIDATION]}, y_valid, " if VALIDATION in parts else ""
    return [
        *(["x = fitted(x)"] if fits else []),
        f"train, test = split(y, {share!r}, {TEST_SPLIT_SEED})",
        f"return x[train], y[train], {aside}x[test], y[test]",
    ]
