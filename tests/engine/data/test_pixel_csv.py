"""Tables of pixels, as they are shared: with and without a header, label first or last."""

from __future__ import annotations

import gzip
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.data import DataError, Dataset, load
from workbench.data.tables import lines
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
        (b"1,2\n3\n", None), (b"1,2\n,3\n", None), (b"1,2.5\n", None),
        (b"-1,2\n1,-25\n", [[-1, 2], [1, -25]]), (b"1,-\n", None), (b"1,2-3\n", None),
        (b"1,--2\n", None), (b"-1,-2.5\n", None),
        (b"1\n2,3,4\n", None), (b"1 ,2\n", None), (b"9999999999,1\n", None), (b"", None),
    ],
)  # fmt: skip
def test_whole_numbers(block: bytes, expected: list[list[int]] | None) -> None:
    found = whole_numbers(block, 2)
    assert (found if found is None else found.tolist()) == expected


def test_blocks_of_lines_join_without_a_seam(
    as_archive: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.data.tables.lines.BLOCK_BYTES", 1000)
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


SAVED = {
    "empty lines": lambda text: b"\n  \r\n\n" + text.encode(),
    "an empty row of a spreadsheet": lambda text: b",,,,\n" + text.encode(),
    "a mark": lambda text: text.encode("utf-8-sig"),
    "a mark and an empty line": lambda text: ("\ufeff\n" + text).encode(),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without a mark": lambda text: text.encode("utf-16-le"),
    "UTF-16, big end first": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "UTF-32": lambda text: text.encode("utf-32"),
    "carriage returns alone": lambda text: text.replace("\n", "\r").encode(),
}


@pytest.mark.parametrize("header", [True, False])
@pytest.mark.parametrize("how", SAVED)
def test_a_table_is_the_same_however_it_was_saved(
    how: str, header: bool, as_archive: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(tmp_path / "d.csv", *digits(), header=header)
    path.write_bytes(SAVED[how](path.read_text()))
    assert read(path).fingerprint == as_archive.fingerprint
    monkeypatch.setattr(lines, "BLOCK_BYTES", 997)  # seams within letters and line ends
    assert read(path).fingerprint == as_archive.fingerprint


def test_a_bad_cell_below_empty_lines_is_named_by_its_line_in_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "d.csv", *digits())
    rows = path.read_text().splitlines()
    rows[4] = rows[4].replace(",", ",x", 1)
    path.write_text("\n\n" + "\n".join(rows))
    assert "line 7, column 2 (pixel0) holds 'x" in refusal(path)


def test_letters_of_one_byte_keep_classes_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images, labels = digits()
    names = np.array(["ä", "ö", "o"])[labels].tolist()
    path = write(tmp_path / "d.csv", images, names)
    one = read(path)
    path.write_bytes(path.read_text().encode("latin-1"))
    assert read(path).info.class_names == one.info.class_names == ("o", "ä", "ö")
    monkeypatch.setattr(lines, "BLOCK_BYTES", 997)
    path.write_bytes(write(path, images, names).read_bytes() + b"\xe4" + b",0" * 36 + b"\n")
    assert "is no text in UTF-8 throughout; save it as UTF-8" in refusal(path)


def test_classes_of_minus_one_and_one(tmp_path: Path) -> None:
    images, labels = digits()
    signs = np.where(labels > 0, 1, -1)
    found = read(write(tmp_path / "d.csv", images, signs))
    assert (found.info.class_names, found.warnings) == (("-1", "1"), ())
    np.savez(tmp_path / "same.npz", images=images, labels=signs > 0)
    assert found.fingerprint == load(Npz(path=str(tmp_path / "same.npz"))).fingerprint
    below = write(tmp_path / "e.csv", images.astype(int) - 9, labels)
    assert "pixels from -9 to 246" in refusal(below), "no byte wraps around"


def fer(count: int, *, head: str = "emotion,pixels,Usage", order: str = "lpu") -> str:
    """A table as FER2013 is published: images in one cell, and the part that each is of."""
    images, labels = digits(count)
    rows = [head]
    for number, (image, label) in enumerate(zip(images, labels, strict=True)):
        usage = ("Training", "PublicTest", "PrivateTest")[(number >= 42) + (number >= 51)]
        cells = {"l": label, "p": " ".join(map(str, image.reshape(-1))), "u": usage}
        rows.append(",".join(str(cells[key]) for key in order))
    return "\n".join(rows)


@pytest.mark.parametrize(
    ("head", "order"),
    [
        ("emotion,pixels,Usage", "lpu"),
        ("emotion, Usage, pixels", "lup"),
        ("pixels,Usage,emotion", "pul"),
        ("usage,label,pixels", "ulp"),
    ],
)
def test_pixels_in_one_cell_and_the_part_in_another(
    head: str, order: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """FER2013's public test images are its validation part, the private ones its test part."""
    path = tmp_path / "icml_face_data.csv"
    path.write_text(fer(60, head=head, order=order))
    images, labels = digits(60)
    found = read(path)
    counts = found.info.train_images, found.info.validation_images, found.info.test_images
    assert counts == (42, 9, 9)
    assert found.info.image_shape == (SIDE, SIDE, 1)
    assert found.validation is not None
    for part, rows in ((found.train, slice(42)), (found.validation, slice(42, 51)),
                       (found.test, slice(51, None))):  # fmt: skip
        read_back = part.images.read(np.arange(len(part.labels)))[..., 0]
        np.testing.assert_array_equal(read_back, images[rows])
        np.testing.assert_array_equal(part.labels, labels[rows])
    monkeypatch.setattr(lines, "BLOCK_BYTES", 997)
    assert read(path).fingerprint == found.fingerprint


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda text: text + "\n1,7 8 9,Training", "line 62 has 3 pixels but the first row 36"),
        (lambda text: text + "\n1", "line 62 has 0 pixels but the first row 36"),
        (lambda text: text.replace("emotion,pixels", "age,pixels").replace(",Usage", ",gender"),
         "data.label_column: "),
    ],
)  # fmt: skip
def test_what_is_wrong_with_packed_pixels(change: Any, words: str, tmp_path: Path) -> None:
    path = tmp_path / "d.csv"
    path.write_text(change(fer(60)))
    assert words in refusal(path)


def test_the_part_of_a_row_in_a_plain_table(tmp_path: Path) -> None:
    images, labels = digits()
    path = write(tmp_path / "d.csv", images, labels)
    said = ["split", *["train"] * 28, *["test"] * 12]
    rows = [f"{row},{part}" for row, part in zip(path.read_text().split(), said, strict=True)]
    path.write_text("\n".join(rows))
    found = read(path)
    assert (found.info.train_images, found.info.test_images) == (28, 12)
    np.testing.assert_array_equal(found.test.labels, labels[28:])
