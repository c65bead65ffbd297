"""Tables of pixels, as they are shared: with and without a header, label first or last."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data import DataError, Dataset, load
from workbench.data.tables.numbers import whole_numbers
from workbench.spec.data import Csv, Npz

Array = np.ndarray[Any, Any]
COUNT, SIDE = 40, 6


def digits(count: int = COUNT, seed: int = 0) -> tuple[Array, Array]:
    """Images with dark corners, as digits have them, and labels of three classes."""
    images = np.random.default_rng(seed).integers(0, 256, (count, SIDE, SIDE), dtype=np.uint8)
    images[:, [0, 0, -1, -1], [0, -1, 0, -1]] = 0
    return images, np.arange(count) % 3


def write(
    path: Path,
    images: Array,
    labels: Any,
    *,
    header: bool = True,
    last: bool = False,
    name: str = "label",
    separator: str = ",",
    end: str = "\n",
    index: bool = False,
) -> Path:
    """A table of these images, gzipped where its name says so."""
    rows = images.reshape(len(images), -1).tolist()
    lines = [[f"pixel{n}" for n in range(len(rows[0]))], *rows]
    first = [name, *labels]
    for number, (line, label) in enumerate(zip(lines, first, strict=True)):
        line.insert(len(line) if last else 0, label)
        if index:
            line.insert(0, number - 1 if number else "")
    text = "".join(separator.join(map(str, line)) + end for line in lines[0 if header else 1 :])
    content = text.encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path


def read(path: Path, **settings: Any) -> Dataset:
    return load(Csv(path=str(path), **settings), memory_budget=1 << 28)


def refusal(path: Path, **settings: Any) -> str:
    with pytest.raises(DataError) as caught:
        read(path, **settings)
    sentence = str(caught.value)
    assert "\n" not in sentence
    return sentence


@pytest.fixture
def as_archive(tmp_path: Path) -> Dataset:
    images, labels = digits()
    np.savez(tmp_path / "same.npz", images=images, labels=labels)
    return load(Npz(path=str(tmp_path / "same.npz")))


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("last", [True, False])
@pytest.mark.parametrize(
    "how",
    [
        {}, {"name": "Class"}, {"name": "target"}, {"name": "y"}, {"separator": ";"},
        {"separator": "\t"}, {"end": "\r\n"},
    ],
)  # fmt: skip
def test_layouts_give_the_images_of_an_archive(
    how: dict[str, Any], last: bool, header: bool, as_archive: Dataset, tmp_path: Path
) -> None:
    path = write(tmp_path / "digits.csv", *digits(), header=header, last=last, **how)
    dataset = read(path)
    infos = (replace(each.info, recipe=None) for each in (dataset, as_archive))
    assert next(infos) == next(infos)
    assert dataset.fingerprint == as_archive.fingerprint


@pytest.mark.parametrize("ending", [".csv", ".csv.gz"])
def test_a_test_and_a_validation_table_beside_it(ending: str, tmp_path: Path) -> None:
    for part, count in (("train", 30), ("test", 12), ("val", 9)):
        write(tmp_path / f"fashion-mnist_{part}{ending}", *digits(count))
    write(tmp_path / f"other_test{ending}", *digits(21))
    for given in (f"fashion-mnist_train{ending}", f"fashion-mnist_test{ending}"):
        info = read(tmp_path / given).info
        assert (info.train_images, info.test_images, info.validation_images) == (30, 12, 9)
    (tmp_path / f"other_test{ending}").unlink()
    assert read(tmp_path).info.test_images == 12


def test_a_test_table_without_labels_is_left_out(tmp_path: Path) -> None:
    """As competitions publish it."""
    path = write(tmp_path / "train.csv", *digits(30))
    rows = digits(12)[0].reshape(12, -1).tolist()
    lines = [",".join(map(str, row)) for row in [[f"pixel{n}" for n in range(36)], *rows]]
    (tmp_path / "test.csv").write_text("\n".join(lines))
    dataset = read(path)
    assert (dataset.info.train_images, dataset.info.test_images) == (24, 6)
    assert "test.csv: has no column of labels, so it is left out." in dataset.warnings[0]
    path.unlink()
    assert "test.csv: has no column of labels, only pixels" in refusal(tmp_path / "test.csv")


def test_texts_as_labels_and_quotes(tmp_path: Path) -> None:
    images, labels = digits()
    names = np.array(["dog", "cat, small", "emu"])[labels].tolist()
    path = write(tmp_path / "d.csv", images, [f'"{name}"' for name in names])
    dataset = read(path)
    assert dataset.info.class_names == ("cat, small", "dog", "emu")
    headless = write(tmp_path / "e.csv", images, [f'"{name}"' for name in names], header=False)
    assert read(headless).fingerprint == dataset.fingerprint


def test_a_column_of_row_numbers_is_no_pixel(as_archive: Dataset, tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", *digits(), index=True)
    assert read(path).fingerprint == as_archive.fingerprint


def test_fractions_and_numbers_beyond_a_byte(tmp_path: Path) -> None:
    images, labels = digits()
    write(tmp_path / "whole.csv", images, labels)
    path = write(tmp_path / "d.csv", np.round(images / 255, 6), labels)
    one, other = (read(file).train.images for file in (path, tmp_path / "whole.csv"))
    assert one.dtype == np.float32
    rows = np.arange(len(one))
    np.testing.assert_allclose(one.read(rows), other.read(rows) / 255, atol=1e-6)
    for part, factor in (("train", 257), ("test", 1)):
        write(tmp_path / f"wide_{part}.csv", images.astype(int) * factor, labels)
    assert read(tmp_path / "wide_train.csv").test.images.dtype == np.float32


def test_height_and_channels(tmp_path: Path) -> None:
    images, labels = digits()
    path = write(tmp_path / "d.csv", images, labels)
    assert read(path, image_height=4).info.image_shape == (4, 9, 1)
    assert read(path, image_height=3, image_channels=3).info.image_shape == (3, 4, 3)
    assert refusal(path, image_height=7).startswith("data.image_height: ")
    three = np.zeros((COUNT, 48), int)
    three[:, 1] = 9
    assert read(write(tmp_path / "e.csv", three, labels)).info.image_shape == (4, 4, 3)


def test_emnist_is_transposed_and_its_letters_are_named(tmp_path: Path) -> None:
    images, labels = digits()
    write(tmp_path / "emnist-letters-train.csv", images, labels + 1, header=False)
    (tmp_path / "emnist-letters-mapping.txt").write_text("1 65 97\n2 66 98\n3 67 99\n")
    write(tmp_path / "plain.csv", images.swapaxes(1, 2), labels)
    dataset = read(tmp_path / "emnist-letters-train.csv")
    plain = read(tmp_path / "plain.csv")
    assert dataset.info.class_names == ("A", "B", "C")
    assert dataset.fingerprint == plain.fingerprint
    assert "EMNIST is published transposed" in dataset.warnings[0]
    again = read(tmp_path / "emnist-letters-train.csv", transpose="no")
    assert again.fingerprint == read(tmp_path / "plain.csv", transpose="yes").fingerprint


@pytest.mark.parametrize(
    ("line", "replaced", "words"),
    [
        (5, (",0,", ",x0,"), "line 5, column 2 (pixel0) holds 'x0'; must be a number"),
        (9, (",0,", ",,"), "is empty; must be a number"),
        (7, ("\n", ",3\n"), "line 7 has 38 cells but the first one 37; all must have as many"),
        (40, (",", ";"), "line 40 has"),
        (3, (",0,", ",nan,"), "line 3, column 2 (pixel0) holds 'nan'; must be a number"),
    ],
)
def test_bad_cells_are_named_by_line_and_column(
    line: int, replaced: tuple[str, str], words: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "d.csv", *digits())
    lines = path.read_text().splitlines(keepends=True)
    lines[line - 1] = lines[line - 1].replace(*replaced, 1)
    path.write_text("".join(lines))
    assert words in refusal(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"label,pixel0,pixel1,pixel2,pixel3\n", "has a header but no row"),
        (b"image,label\na.png,3\n", "begins with 'image,label', which is no row of pixels"),
        (b"<html>log in</html>", "is a web page"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "is a single PNG image"),
        (b"label," + b"p," * 20 + b"p\n" + b"1," + b"0," * 20 + b"0\n", "make no square"),
        (gzip.compress(b"1,2,3\n" * 50, mtime=0)[:-9], "is a damaged gzip file"),
    ],
)
def test_what_is_no_table_of_pixels(content: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(content)
    assert words in refusal(path)


def test_the_label_is_asked_for_where_both_ends_could_be_it(tmp_path: Path) -> None:
    rows = np.random.default_rng(0).integers(0, 8, (COUNT, 17))
    path = tmp_path / "d.csv"
    np.savetxt(path, rows, "%d", ",")
    sentence = refusal(path)
    assert sentence == (
        f"data.label_column: {path}: the first and the last column can both be the labels; must be "
        "set to first or last"
    )
    for column, place in (("first", 0), ("last", -1)):
        dataset = read(path, label_column=column, test_split=0.3)
        found = np.concatenate([dataset.train.labels, dataset.test.labels])
        assert sorted(found.tolist()) == sorted(rows[:, place].tolist())


def test_memory_is_held_against_what_is_read(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", *digits())
    with pytest.raises(DataError, match=r"its first 40 images need 1\.44 kB of memory"):
        load(Csv(path=str(path)), memory_budget=1000)


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        (b"0,255\n12345,7\n", [[0, 255], [12345, 7]]),
        (b"999999999,1\n", [[999999999, 1]]),
        (b"1,2\n3\n", None), (b"1,2\n,3\n", None), (b"1,-2\n", None), (b"1,2.5\n", None),
        (b"1\n2,3,4\n", None), (b"1 ,2\n", None), (b"9999999999,1\n", None), (b"", None),
    ],
)  # fmt: skip
def test_whole_numbers(block: bytes, expected: list[list[int]] | None) -> None:
    found = whole_numbers(block, 2)
    assert (found if found is None else found.tolist()) == expected


def test_blocks_of_lines_join_without_a_seam(
    as_archive: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.data.tables.pixel_csv.BLOCK_BYTES", 1000)
    path = write(tmp_path / "d.csv", *digits())
    told: list[tuple[str, int, int]] = []
    dataset = load(Csv(path=str(path)), progress=lambda *said: told.append(said))
    assert dataset.fingerprint == as_archive.fingerprint
    assert told[0][0] == "reading"


@pytest.mark.parametrize("cell", ["x", "nan", "1e400", ""])
@pytest.mark.parametrize("names", [False, True], ids=["numbers", "texts"])
def test_a_bad_cell_makes_no_header_of_the_first_row(
    tmp_path: Path, cell: str, names: bool
) -> None:
    images, labels = digits()
    path = tmp_path / "a.csv"
    write(path, images, [f"n{label}" for label in labels] if names else labels, header=False)
    first, rest = path.read_text().split("\n", 1)
    cells = first.split(",")
    cells[7] = cell
    path.write_text("\n".join((",".join(cells), rest)))
    what = f"holds '{cell}'" if cell else "is empty"
    assert f"line 1, column 8 {what}; must be a number" in refusal(path)


def test_a_header_may_number_the_pixels(tmp_path: Path) -> None:
    images, labels = digits()
    path = tmp_path / "a.csv"
    write(path, images, labels, header=False)
    head = ",".join(["label", *map(str, range(images[0].size))])
    path.write_text(f"{head}\n{path.read_text()}")
    info = read(path).info
    assert info.train_images + info.test_images == len(images)
