"""The stand-alone script reads the images, pixels and parts of the workbench, to the bit."""

from __future__ import annotations

import gzip
import itertools
import pickle
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from tests.engine.conftest import Oracle
from tests.engine.data.test_image_rules import png16
from tests.engine.small import small, train
from workbench.data import describe, keep_download, load, split_fold, split_validation
from workbench.data.preview import Preview
from workbench.exchange.codegen import keras_script
from workbench.exchange.codegen.data import BODIES
from workbench.experiment import Experiment
from workbench.runs.store import Store
from workbench.spec import SpecError
from workbench.spec.data import CIFAR10, CIFAR100, MNIST, Data, DataInfo, FashionMNIST

RANDOM = np.random.default_rng(0)
DENSE: list[dict[str, Any]] = [
    {"kind": "global_average_pooling2d"},
    {"kind": "dense", "units": 3, "activation": "softmax"},
]
LABELS = np.arange(60) % 3


def experiment_on(kind: str, path: Path | None = None, **settings: Any) -> Experiment:
    """A tiny network on data, with settings of the data or (`training__`) others replaced."""
    own = {} if path is None else {"data.path": str(path)}
    named = {n.replace("__", ".") if "__" in n else f"data.{n}": v for n, v in settings.items()}
    base = Experiment().with_settings({"structure.layers": DENSE, "training.batch_size": 8})
    experiment = base.with_settings({"data.kind": kind, **own, **named})
    classes = load(experiment.data).info.classes
    return experiment.with_settings({"structure.layers[1].units": classes})


def assert_same(
    oracle: Oracle, experiment: Experiment, folder: Path, fetched: Sequence[Path] = ()
) -> str:
    """Holds what a script reads against what the workbench reads; the script."""
    dataset, training = load(experiment.data), experiment.training
    # As the window has it: through the process that looks at data.
    info = Preview.from_json(describe(dataset).to_json()).info
    assert info == dataset.info
    text = keras_script(experiment, info)
    assert [line for line in text.splitlines() if len(line) > 100 and "PATH = " not in line] == []
    script, output = folder / "script.py", folder / "read.npz"
    script.write_text(text, encoding="utf-8")
    files = [str(path) for path in fetched]
    oracle.ask("read_by_script", script=str(script), output=str(output), fetched=files)
    with np.load(output) as read:
        parts = {"train": dataset.train, "test": dataset.test}
        if training.uses_own_validation(info):
            assert dataset.validation is not None
            parts["validation"] = dataset.validation
        assert set(read.files) == {
            "train",
            "aside",
            *(f"{name}_{array}" for name in parts for array in (0, 1)),
        }
        for name, part in parts.items():
            images = part.images.read(np.arange(len(part.images)))
            assert read[f"{name}_0"].dtype == images.dtype
            np.testing.assert_array_equal(read[f"{name}_0"], images)
            np.testing.assert_array_equal(read[f"{name}_1"], part.labels)
        labels = dataset.train.labels
        rows: Sequence[npt.NDArray[np.int64]]
        if training.uses_own_validation(info):
            rows = np.arange(len(labels)), np.arange(0)
        elif training.folds:
            rows = split_fold(labels, training.folds, training.fold, training.seed)
        else:
            rows = split_validation(labels, training.validation_split, training.seed)
        np.testing.assert_array_equal(read["train"], rows[0])
        np.testing.assert_array_equal(read["aside"], rows[1])
    return text


# --- the catalogue -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "settings",
    [
        {},
        {"resize": 8, "training__validation_split": 0.0},
        {"resize": [12, 15], "channels": 3, "training__seed": 2**31 - 1},
        {"resize": 5, "training__folds": 4, "training__fold": 3, "training__seed": 7},
    ],
    ids=["as shipped", "as stored", "wider, RGB", "smaller, folds"],
)
def test_digits(settings: dict[str, Any], oracle: Oracle, tmp_path: Path) -> None:
    assert_same(oracle, experiment_on("digits", **settings), tmp_path)


KERAS = {"mnist": MNIST, "fashion_mnist": FashionMNIST, "cifar10": CIFAR10, "cifar100": CIFAR100}


@pytest.mark.parametrize("settings", [{}, {"resize": [9, 7], "channels": 0}], ids=["plain", "fit"])
@pytest.mark.parametrize("kind", KERAS)
def test_data_sets_of_keras(
    kind: str,
    settings: dict[str, Any],
    oracle: Oracle,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    known = KERAS[kind].source_info
    assert known is not None
    shape, classes = known.image_shape, known.classes
    few = DataInfo(shape, known.class_names, 4 * classes, classes)
    monkeypatch.setattr(KERAS[kind], "source_info", few)
    made = {
        "x_train": RANDOM.integers(0, 256, (4 * classes, *shape), np.uint8),
        "y_train": (np.arange(4 * classes) % classes).astype(np.uint8),
        "x_test": RANDOM.integers(0, 256, (classes, *shape), np.uint8),
        "y_test": np.arange(classes).astype(np.uint8),
    }
    keep_download(kind, made)
    if settings:
        settings = {**settings, "channels": 1 if shape[2] == 3 else 3}
    share = {"training__validation_split": 0.25}
    experiment = experiment_on(kind, **settings, **share)
    text = assert_same(oracle, experiment, tmp_path, FETCHED[kind](tmp_path, made))
    assert ("def fitted(" in text) == (bool(settings) or shape[2] == 1)


def as_mnist(folder: Path, made: dict[str, npt.NDArray[np.uint8]]) -> list[Path]:
    flat = {name: array[..., 0] if array.ndim == 4 else array for name, array in made.items()}
    np.savez(folder / "mnist.npz", **flat)  # type: ignore[arg-type]
    return [folder / "mnist.npz"]


def as_fashion(folder: Path, made: dict[str, npt.NDArray[np.uint8]]) -> list[Path]:
    files = []
    for name in ("y_train", "x_train", "y_test", "x_test"):
        array = made[name]
        files.append(folder / f"{name}.gz")
        files[-1].write_bytes(gzip.compress(bytes(16 if array.ndim == 4 else 8) + array.tobytes()))
    return files


def as_cifar10(folder: Path, made: dict[str, npt.NDArray[np.uint8]]) -> list[Path]:
    labels = {name: made[name][:, np.newaxis] for name in ("y_train", "y_test")}
    np.savez(folder / "cifar.npz", **{**made, **labels})  # type: ignore[arg-type]
    return [folder / "cifar.npz"]


def as_cifar100(folder: Path, made: dict[str, npt.NDArray[np.uint8]]) -> list[Path]:
    inner = folder / "cifar-100-python"
    inner.mkdir()
    for part in ("train", "test"):
        rows = made[f"x_{part}"].transpose(0, 3, 1, 2).reshape(len(made[f"x_{part}"]), -1)
        batch = {b"data": rows, b"fine_labels": made[f"y_{part}"].tolist()}
        (inner / part).write_bytes(pickle.dumps(batch, protocol=4))
    return [folder]


FETCHED = {
    "mnist": as_mnist,
    "fashion_mnist": as_fashion,
    "cifar10": as_cifar10,
    "cifar100": as_cifar100,
}


# --- arrays --------------------------------------------------------------------------------------

STORED: dict[str, npt.NDArray[Any]] = {
    "bytes": RANDOM.integers(0, 256, (60, 9, 8), np.uint8),
    "whole numbers to 255": RANDOM.integers(0, 256, (60, 9, 8, 3)).astype(np.int64),
    "16 bits": RANDOM.integers(0, 65536, (60, 9, 8, 1)).astype(np.uint16),
    "shares": RANDOM.random((60, 9, 8)),
    "shares in single precision": RANDOM.random((60, 9, 8, 3), np.float32),
    "floats to 255": 255 * RANDOM.random((60, 9, 8, 3), np.float32),
    "half precision": RANDOM.random((60, 9, 8)).astype(np.float16),
    "black and white": RANDOM.random((60, 9, 8)) < 0.5,
    "RGBA": RANDOM.integers(0, 256, (60, 9, 8, 4), np.uint8),
    "RGBA floats, big-endian": RANDOM.random((60, 9, 8, 4)).astype(">f4"),
}


@pytest.mark.parametrize("fit", [False, True], ids=["plain", "fit"])
@pytest.mark.parametrize("stored", STORED)
def test_npz_that_is_split(stored: str, fit: bool, oracle: Oracle, tmp_path: Path) -> None:
    images = STORED[stored]
    np.savez(tmp_path / "a.npz", images=images, labels=LABELS)
    channels = 3 if images.ndim == 3 else 1
    settings = {"resize": [14, 5], "channels": channels, "test_split": 0.3} if fit else {}
    experiment = experiment_on("npz", tmp_path / "a.npz", **settings)
    text = assert_same(oracle, experiment, tmp_path)
    assert ("def fitted(" in text) == (stored != "no change" or fit)


def test_npz_with_a_test_part(oracle: Oracle, tmp_path: Path) -> None:
    images = STORED["16 bits"]
    np.savez(
        tmp_path / "a.npz",
        x_train=images[:48],
        y_train=LABELS[:48, np.newaxis].astype(float),
        x_test=images[48:],
        y_test=LABELS[48:],
        images=images,
        labels=LABELS,
    )
    experiment = experiment_on("npz", tmp_path / "a.npz", training__folds=3)
    text = assert_same(oracle, experiment, tmp_path)
    assert "def split(" not in text
    assert "np.float64(1 / 65535)" in text


@pytest.mark.parametrize("own_test", [False, True])
def test_npz_with_a_validation_part(own_test: bool, oracle: Oracle, tmp_path: Path) -> None:
    """Whose images are stored with an axis of channels, unlike those trained on."""
    images = STORED["bytes"]
    names = ("x_train", "y_train") if own_test else ("images", "labels")
    test = {"x_test": images[42:50], "y_test": LABELS[42:50]} if own_test else {}
    np.savez(
        tmp_path / "a.npz",
        x_val=images[50:, ..., np.newaxis],
        y_val=LABELS[50:],
        **test,
        **dict(zip(names, (images[:42], LABELS[:42]), strict=True)),
    )
    experiment = experiment_on("npz", tmp_path / "a.npz", resize=12, channels=3)
    text = assert_same(oracle, experiment, tmp_path)
    assert "x, y, x_valid, y_valid, x_test, y_test = read()" in text
    assert "validation = Batches(x_valid, y_valid, np.arange(len(y_valid)), 500)" in text
    dealt = experiment.with_settings({"training.folds": 3})
    assert "x_val" not in assert_same(oracle, dealt, tmp_path)


NAMED = np.array(["zebra", "ape 10", "ape 2"])[LABELS]
FORMS: dict[str, npt.NDArray[Any]] = {
    "a column of floats": LABELS[:, np.newaxis].astype(np.float32),
    "from 1": LABELS + 1,
    "with gaps": np.array([0, 7, 40])[LABELS],
    "one-hot": np.eye(3, dtype=np.float32)[LABELS],
    "one-hot booleans": np.eye(3, dtype=bool)[LABELS],
    "minus one and one": np.array([-1, 1, 1])[LABELS],
    "booleans": LABELS > 0,
    "texts": NAMED,
    "texts with blanks in a column": np.char.add(NAMED, "  ")[:, np.newaxis],
    "UTF-8": np.char.encode(np.char.replace(NAMED, "a", "\u00e4"), "utf-8"),
    "Latin-1": np.char.encode(np.char.replace(NAMED, "a", "\u00e4"), "latin-1"),
}


@pytest.mark.parametrize("form", FORMS)
def test_labels_in_every_form(form: str, oracle: Oracle, tmp_path: Path) -> None:
    images, labels = STORED["bytes"], FORMS[form]
    np.savez(
        tmp_path / "a.npz",
        trainX=images[:40],
        trainY=labels[:40],
        test_images=images[40:],
        test_labels=labels[40:],
    )
    assert_same(oracle, experiment_on("npz", tmp_path / "a.npz"), tmp_path)
    np.savez(tmp_path / "b.npz", data=images, target=labels)
    assert_same(oracle, experiment_on("npz", tmp_path / "b.npz", training__seed=3), tmp_path)


@pytest.mark.parametrize("chosen", ["folder", "x_train.npy"])
def test_a_folder_of_npy_files(chosen: str, oracle: Oracle, tmp_path: Path) -> None:
    folder = tmp_path / "arrays"
    folder.mkdir()
    images = STORED["whole numbers to 255"]
    np.save(folder / "x_train.npy", images[:45])
    np.save(folder / "y_train.npy", NAMED[:45])
    np.savez(folder / "x_test.npz", images[45:])
    np.save(folder / "y_test.npy", NAMED[45:])
    path = folder if chosen == "folder" else folder / chosen
    text = assert_same(oracle, experiment_on("npz", path, resize=6), tmp_path)
    assert "allow_pickle=False" in text


@pytest.mark.parametrize(("side", "channels"), [(81, 1), (192, 3)])
def test_rows_of_pixels(side: int, channels: int, oracle: Oracle, tmp_path: Path) -> None:
    rows = RANDOM.integers(0, 256, (60, side)).astype(np.int32)
    np.savez(tmp_path / "a.npz", X=rows, y=LABELS + 1)
    text = assert_same(oracle, experiment_on("npz", tmp_path / "a.npz"), tmp_path)
    assert f"reshape(-1, {'8, 8, 3' if channels == 3 else '9, 9, 1'})" in text


def test_arrays_named_by_hand(oracle: Oracle, tmp_path: Path) -> None:
    images = STORED["RGBA"]
    np.savez(tmp_path / "a.npz", bilder=images, klassen=LABELS, x=images[:, :4], y=LABELS[:30])
    names = {"images": "bilder", "labels": "klassen"}
    assert_same(oracle, experiment_on("npz", tmp_path / "a.npz", **names), tmp_path)


def as_idx(path: Path, array: npt.NDArray[np.uint8], zipped: bool) -> None:
    """Writes an array of bytes as IDX."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, ">u4").tobytes()
    content = head + array.tobytes()
    path.write_bytes(gzip.compress(content) if zipped else content)


@pytest.mark.parametrize(
    ("images", "labels", "test"),
    [
        ("train-images-idx3-ubyte", "train-labels-idx1-ubyte.gz", "t10k-images.idx3-ubyte.gz"),
        ("train-images.idx4-ubyte.gz", "train-labels.idx1-ubyte", "test-images-idx4-ubyte"),
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte", ""),
    ],
)
def test_idx_in_a_folder(
    images: str, labels: str, test: str, oracle: Oracle, tmp_path: Path
) -> None:
    stored = STORED["RGBA" if "idx4" in images else "bytes"]
    as_idx(tmp_path / images, stored[:48], zipped=images.endswith(".gz"))
    as_idx(tmp_path / labels, LABELS[:48].astype(np.uint8), zipped=labels.endswith(".gz"))
    if test:
        name = test.replace("images", "labels").replace("idx3", "idx1").replace("idx4", "idx1")
        as_idx(tmp_path / test, stored[48:], zipped=True)
        as_idx(tmp_path / name, LABELS[48:].astype(np.uint8), zipped=test.endswith(".gz"))
    assert_same(oracle, experiment_on("idx", tmp_path, resize=11), tmp_path)


def test_one_idx_file_in_a_folder_of_its_name(oracle: Oracle, tmp_path: Path) -> None:
    folder = tmp_path / "digits-images-idx3-ubyte"
    folder.mkdir()
    as_idx(folder / folder.name, STORED["bytes"], zipped=False)
    as_idx(folder / "digits-labels-idx1-ubyte", LABELS.astype(np.uint8), zipped=False)
    assert_same(oracle, experiment_on("idx", folder / folder.name), tmp_path)


# --- tables --------------------------------------------------------------------------------------


def test_emnist_is_transposed_and_qmnist_keeps_its_labels_in_rows(
    oracle: Oracle, tmp_path: Path
) -> None:
    for name, rows in (("train", slice(48)), ("test", slice(48, None))):
        as_idx(
            tmp_path / f"emnist-own-{name}-images-idx3-ubyte", STORED["bytes"][rows], zipped=False
        )
        labels = np.zeros((len(LABELS[rows]), 8), ">i4")
        labels[:, 0] = LABELS[rows]
        head = bytes([0, 0, 12, 2]) + np.array(labels.shape, ">u4").tobytes()
        (tmp_path / f"emnist-own-{name}-labels-idx2-int").write_bytes(head + labels.tobytes())
    assert_same(oracle, experiment_on("idx", tmp_path), tmp_path)


def test_idx_files_of_wide_numbers(oracle: Oracle, tmp_path: Path) -> None:
    wide = (STORED["bytes"].astype(int) * 100).astype(">i2")
    head = bytes([0, 0, 11, wide.ndim]) + np.array(wide.shape, ">u4").tobytes()
    (tmp_path / "own-images-idx3-short").write_bytes(head + wide.tobytes())
    as_idx(tmp_path / "own-labels-idx1-ubyte", LABELS.astype(np.uint8), zipped=False)
    assert_same(oracle, experiment_on("idx", tmp_path / "own-images-idx3-short"), tmp_path)


def as_csv(path: Path, images: npt.NDArray[Any], labels: Sequence[object], head: str = "") -> None:
    """Writes a table with the label first and a column that is no pixel in between."""
    lines = [head] if head else []
    lines += [",".join(map(str, [label, *row])) for label, row in zip(labels, images, strict=True)]
    content = "\n".join(lines).encode("utf-8-sig") + b"\n\n"
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        (RANDOM.integers(0, 256, (60, 81)), LABELS),
        (RANDOM.integers(0, 4096, (60, 192)), NAMED),
        (RANDOM.random((60, 81)).round(5), LABELS + 1),
    ],
    ids=["bytes", "texts, 12 bits, RGB", "shares"],
)
def test_tables_of_pixels(
    rows: npt.NDArray[Any], labels: npt.NDArray[Any], oracle: Oracle, tmp_path: Path
) -> None:
    as_csv(tmp_path / "all.csv", rows, labels)
    text = assert_same(oracle, experiment_on("csv", tmp_path / "all.csv", resize=7), tmp_path)
    assert "def split(" in text
    head = ",".join(["label", *(f"pixel{number}" for number in range(rows.shape[1]))])
    as_csv(tmp_path / "digits_train.csv.gz", rows[:40], labels[:40], head)
    as_csv(tmp_path / "digits_val.csv", rows[40:48], labels[40:48], head.replace("label", "class"))
    as_csv(tmp_path / "digits_test.csv", rows[48:], labels[48:], head)
    path = tmp_path / "digits_train.csv.gz"
    text = assert_same(oracle, experiment_on("csv", path, channels=1), tmp_path)
    assert "x, y, x_valid, y_valid, x_test, y_test = read()" in text


def test_a_table_with_other_columns_and_transposed_images(oracle: Oracle, tmp_path: Path) -> None:
    rows = RANDOM.integers(0, 256, (60, 54))
    lines = ["id;px0;class;" + ";".join(f"px{number}" for number in range(1, 54))]
    for number, (row, name) in enumerate(zip(rows, NAMED, strict=True)):
        lines.append(";".join([str(number), str(row[0]), f'"{name}"', *map(str, row[1:])]))
    (tmp_path / "emnist-own.csv").write_text("\n".join(lines))
    path = tmp_path / "emnist-own.csv"
    text = assert_same(oracle, experiment_on("csv", path, image_height=9), tmp_path)
    assert "[n for n in range(1, 56) if n not in [2]]" in text
    assert "images.swapaxes(1, 2)" in text


@pytest.mark.parametrize("labels", [LABELS, NAMED, LABELS % 2 * 2 - 1], ids=["", "texts", "-1, 1"])
def test_tables_with_images_in_one_cell_and_the_part_of_each_row(
    labels: npt.NDArray[Any], oracle: Oracle, tmp_path: Path
) -> None:
    """As FER2013; and the same as a plain table, saved as a spreadsheet does."""
    rows = RANDOM.integers(0, 256, (60, 81))
    usage = np.repeat(["Training", "PublicTest", "PrivateTest"], [40, 8, 12])
    packed, plain = (
        ["emotion,pixels,Usage"],
        ["Usage,label," + ",".join(f"px{n}" for n in range(81))],
    )
    for row, label, part in zip(rows.tolist(), labels, usage, strict=True):
        packed.append(f"{label},{' '.join(map(str, row))},{part}")
        plain.append(f"{part},{label},{','.join(map(str, row))}")
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress("\n".join(packed).encode()))
    (tmp_path / "b.csv").write_bytes(("\n\n" + "\n".join(plain)).encode("utf-16"))
    for name in ("a.csv.gz", "b.csv"):
        text = assert_same(oracle, experiment_on("csv", tmp_path / name), tmp_path)
        assert "x, y, x_valid, y_valid, x_test, y_test = read()" in text


# --- image files ---------------------------------------------------------------------------------


def pixels(*shape: int) -> npt.NDArray[np.uint8]:
    """Smooth enough for a JPEG, with every grey level somewhere."""
    return RANDOM.integers(0, 256, shape, np.uint8)


def save_files(folder: Path, shift: int = 0) -> None:
    """Image files of many kinds, each of another size."""
    folder.mkdir(parents=True)
    inner = folder / "more" / "and more"
    inner.mkdir(parents=True)
    rgb = Image.fromarray(pixels(40 + shift, 30, 3))
    for ending in ("jpg", "JPEG", "bmp", "gif", "webp", "tif", "tiff", "PNG"):
        rgb.save(folder / f"rgb.{ending}")
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.fromarray(pixels(300, 200 + shift, 3)).save(folder / "turned.jpg", exif=turned)
    Image.fromarray(pixels(20, 31)).save(inner / "gray.png")
    Image.fromarray(pixels(20, 31, 4)).save(inner / "alpha.png")
    Image.fromarray(pixels(20, 31, 2), "LA").save(folder / "gray alpha.png")
    wide = RANDOM.integers(0, 65536, (17, 18)).astype(np.uint16)
    Image.fromarray(wide).save(folder / "wide.png")
    Image.fromarray(pixels(9, 9) > 99).save(folder / "bits.png")
    palette = rgb.quantize(16)
    palette.save(folder / "palette.png", transparency=bytes(range(0, 160, 10)))
    rgb.convert("CMYK").save(folder / "cmyk.jpg")
    Image.fromarray(pixels(8, 8)).save(folder / ".hidden.png")
    (folder / "notes.txt").write_text("not an image")


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `whole` (a folder of files a class) and `parts` (train and test)."""
    made = tmp_path_factory.mktemp("folders")
    for number, name in enumerate(("zebra", "Ape", "b c\u00e9")):
        save_files(made / "whole" / name, number)
        save_files(made / "parts" / "Train" / name, number)
        if number:
            save_files(made / "parts" / "test" / name, 3 + number)
    return made


@pytest.mark.parametrize(
    "settings",
    [
        {"resize": [28, 24]},
        {"resize": [28, 24], "channels": 1},
        {"resize": 64, "channels": 3, "test_split": 0.4, "training__folds": 3},
    ],
    ids=["as stored", "gray", "RGB, folds"],
)
@pytest.mark.parametrize("folder", ["whole", "parts"])
def test_image_folders(
    folder: str, settings: dict[str, Any], folders: Path, oracle: Oracle, tmp_path: Path
) -> None:
    text = assert_same(
        oracle, experiment_on("image_folder", folders / folder, **settings), tmp_path
    )
    assert ("def split(" in text) == (folder == "whole" or "training__folds" not in settings)
    assert "except" not in text


def test_a_test_part_is_split_off_beside_a_validation_part(oracle: Oracle, tmp_path: Path) -> None:
    for part, name in itertools.product(("train", "val"), "ab"):
        (tmp_path / "images" / part / name).mkdir(parents=True)
        for number in range(10):
            Image.fromarray(pixels(7, 9)).save(tmp_path / "images" / part / name / f"{number}.png")
    text = assert_same(oracle, experiment_on("image_folder", tmp_path / "images"), tmp_path)
    assert "x, y, x_valid, y_valid, x_test, y_test = read()" in text
    assert "train, test = split(y, 0.2, " in text


def test_gray_images_of_one_size_stay_as_they_are(oracle: Oracle, tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(10):
            Image.fromarray(pixels(7, 9)).save(tmp_path / "images" / name / f"{number}.png")
    for channels in (None, 3):
        settings = {"channels": channels} if channels else {}
        text = assert_same(
            oracle, experiment_on("image_folder", tmp_path / "images", **settings), tmp_path
        )
        assert "resize" not in text


def test_files_that_cannot_be_decoded_are_left_out_by_the_script_too(
    folders: Path, oracle: Oracle, tmp_path: Path
) -> None:
    root = tmp_path / "images"
    shutil.copytree(folders / "whole", root)
    content = (root / "Ape" / "rgb.PNG").read_bytes()
    (root / "Ape" / "cut.png").write_bytes(content[: len(content) // 2])
    (root / "Ape" / "text.png").write_text("no image")
    Image.fromarray(pixels(8, 8)).save(root / "zebra" / "other.ppm")
    (root / "zebra" / "other.ppm").rename(root / "zebra" / "other.png")
    (root / "zebra" / "__MACOSX").mkdir()
    Image.fromarray(pixels(8, 8)).save(root / "zebra" / "__MACOSX" / "litter.png")
    Image.fromarray(RANDOM.random((8, 8), np.float32)).save(root / "zebra" / "floats.tif")
    Image.fromarray(-RANDOM.random((8, 8), np.float32)).save(root / "zebra" / "negative.tif")
    experiment = experiment_on("image_folder", root, resize=10)
    recipe = load(experiment.data).info.recipe
    assert recipe is not None
    assert recipe.unreadable == 3
    text = assert_same(oracle, experiment, tmp_path)
    assert 'print(f"left out: ' in text


@pytest.mark.parametrize("ending", ["zip", "tar.gz"])
def test_an_archive_of_an_image_folder(
    ending: str, folders: Path, oracle: Oracle, tmp_path: Path
) -> None:
    kind = {"zip": "zip", "tar.gz": "gztar"}[ending]
    made = shutil.make_archive(str(tmp_path / "images"), kind, folders / "parts")
    text = assert_same(oracle, experiment_on("image_folder", Path(made), resize=12), tmp_path)
    assert f'shutil.unpack_archive(PATH, folder, "{kind}"' in text


def parts_of(root: Path, images: Sequence[Any], save: Callable[[Path, Any], None]) -> Path:
    """Images that take turns in two classes."""
    for number, image in enumerate(images):
        place = root / "ab"[number % 2]
        place.mkdir(parents=True, exist_ok=True)
        save(place / f"{number:02}.png", image)
    return root


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", ["gray", "gray and others", "colors", "transparent colors"])
def test_images_of_more_than_8_bits(
    kind: str, channels: int, oracle: Oracle, tmp_path: Path
) -> None:
    count = {"gray": 1, "gray and others": 1, "colors": 3, "transparent colors": 4}[kind]
    stored = [RANDOM.integers(0, 4096, (9, 8, count)).astype(np.uint16) for _ in range(16)]

    def save(path: Path, image: Any) -> None:
        if count == 4:
            image[..., 3] *= 16
        if count == 1:
            Image.fromarray(image[..., 0]).save(path)
        else:
            path.write_bytes(png16(image))

    root = parts_of(tmp_path / "images", stored, save)
    if kind == "gray and others":
        Image.fromarray(pixels(9, 8, 3)).save(root / "a" / "rgb.png")
        Image.fromarray(pixels(9, 8, 4)).save(root / "b" / "alpha.png")
        Image.fromarray(RANDOM.random((9, 8), np.float32)).save(root / "a" / "shares.tif")
    for size in ({}, {"resize": [14, 5]}):
        experiment = experiment_on("image_folder", root, channels=channels, **size)
        text = assert_same(oracle, experiment, tmp_path)
        assert ("def deep(" in text) == (count > 1)


def test_a_test_image_of_16_bits_beside_8_bits_to_train_on(oracle: Oracle, tmp_path: Path) -> None:
    root = tmp_path / "images"
    for part in ("train", "test"):
        images = [Image.fromarray(pixels(9, 8)) for _ in range(24)]
        parts_of(root / part, images, lambda path, image: image.save(path))
    deep = RANDOM.integers(0, 65536, (9, 8)).astype(np.uint16)
    Image.fromarray(deep).save(root / "test" / "a" / "deep.png")
    assert_same(oracle, experiment_on("image_folder", root, channels=3, resize=6), tmp_path)


@pytest.mark.parametrize("stored", [np.uint8, np.float32])
def test_parts_with_and_without_an_alpha_channel(
    stored: Any, oracle: Oracle, tmp_path: Path
) -> None:
    seen = RANDOM.integers(0, 256, (60, 9, 8, 4), np.uint8)
    images = seen if stored == np.uint8 else (seen / 255).astype(stored)
    np.savez(
        tmp_path / "a.npz",
        x_train=images[:40],
        y_train=LABELS[:40],
        x_test=images[40:, ..., :3],
        y_test=LABELS[40:],
    )
    text = assert_same(oracle, experiment_on("npz", tmp_path / "a.npz", resize=5), tmp_path)
    assert "laid(images) if images.shape[3] == 4 else" in text


def test_every_kind_of_data_can_be_read_by_a_script() -> None:
    assert set(BODIES) == set(Data.choices().values())


def test_files_that_nobody_has_looked_at_have_no_script(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", images=STORED["bytes"], labels=LABELS)
    experiment = experiment_on("npz", tmp_path / "a.npz")
    with pytest.raises(SpecError, match=r"^data\.path: has to be read before a script"):
        keras_script(experiment, DataInfo((9, 8, 1), ("a", "b", "c"), 48, 12))


# --- trained -------------------------------------------------------------------------------------

CONVOLUTIONAL: list[dict[str, Any]] = [
    {"kind": "conv2d", "filters": 4, "strides": 2},
    {"kind": "batch_normalization"},
    {"kind": "flatten"},
    {"kind": "dropout", "rate": 0.2},
    {"kind": "dense", "units": 3, "activation": "softmax"},
]


def own_npz(folder: Path) -> Path:
    np.savez(folder / "a.npz", images=STORED["16 bits"], labels=LABELS)
    return folder / "a.npz"


def own_npz_with_validation(folder: Path) -> Path:
    images = STORED["floats to 255"]
    np.savez(
        folder / "a.npz",
        x_train=images[:40],
        y_train=LABELS[:40],
        x_dev=images[40:50],
        y_dev=LABELS[40:50],
        x_test=images[50:],
        y_test=LABELS[50:],
    )
    return folder / "a.npz"


def own_folder(folder: Path) -> Path:
    for number, name in enumerate("abc"):
        save_files(folder / "images" / name, number)
    return folder / "images"


@pytest.mark.parametrize(
    ("kind", "made", "settings", "rounding"),
    [
        ("digits", None, {"training.epochs": 1}, 0.0),
        ("npz", own_npz, {"loss.label_smoothing": 0.1, "training.folds": 4}, 0.0),
        ("npz", own_npz_with_validation, {"data.channels": 1, "augmentation.mixup": 0.2}, 1e-6),
        (
            "image_folder", own_folder, {"regularization.kind": "l2", "regularization.l2": 0.01},
            1e-6,
        ),
    ],
    ids=["digits", "npz", "npz with a validation part", "image folder"],
)  # fmt: skip
def test_weights_and_test_are_those_of_the_workbench(
    kind: str,
    made: Callable[[Path], Path] | None,
    settings: dict[str, Any],
    rounding: float,
    oracle: Oracle,
    tmp_path: Path,
) -> None:
    """To the bit, resized images included; where terms are added up, to the last digit."""
    own = {"data__path": str(made(tmp_path))} if made else {}
    experiment = small(data__kind=kind, **own, structure__layers=CONVOLUTIONAL).with_settings(
        {
            "data.resize": [28, 28],
            "training.batch_size": 8,
            "training.epochs": 3,
            # Adam's own kernel in the workbench rounds otherwise than Keras's.
            "optimizer.kind": "sgd",
            "optimizer.learning_rate": 0.02,
            **settings,
        }
    )
    info = load(experiment.data).info
    experiment = experiment.with_settings({"structure.layers[4].units": info.classes})
    with Store(tmp_path / "store") as store:
        run = store.run(train(store, experiment)[0])
        with np.load(store.artifacts(run.run_id) / "checkpoint.npz") as saved:
            wanted = [saved[f"model.{n}"] for n in range(len(saved.files)) if f"model.{n}" in saved]
    script, output = tmp_path / "script.py", tmp_path / "weights.npz"
    script.write_text(keras_script(experiment, info), encoding="utf-8")
    printed = oracle.ask("trained_by_script", script=str(script), output=str(output))
    with np.load(output) as found:
        assert len(found.files) == len(wanted) > 0
        for name, weights in zip(found.files, wanted, strict=True):
            np.testing.assert_allclose(found[name], weights, rtol=0, atol=rounding)
    said = dict(line.split(": ", 1) for line in printed.splitlines() if ": " in line)
    assert float(said["test accuracy"]) == pytest.approx(run.test_accuracy, abs=1e-6)
    assert float(said["test loss"]) == pytest.approx(run.test_loss, abs=2e-6)
    assert ("penalty on the weights" in said) == (kind == "image_folder")
