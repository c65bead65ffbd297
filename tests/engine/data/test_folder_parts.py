"""Which subfolders are parts and which are classes, in the layouts of published sets."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from workbench.data import DataError, Dataset, load
from workbench.data.folders.part_names import TEST, TRAIN, VALIDATION, part_of
from workbench.data.labels import in_order
from workbench.spec.data import ImageFolder, Reading

Counts = dict[str, int]
"""Images by folder; 0 for a folder that is empty."""


def made(root: Path, counts: Counts) -> Path:
    """Image files of 2x2 pixels, none like another."""
    number = 0
    for folder, count in counts.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for _ in range(count):
            number += 1
            image = Image.new("RGB", (2, 2), (number % 256, number // 256, 9))
            image.save(root / folder / f"{number:03}.png")
    return root


def read(root: Path, kept: Reading | None = None) -> Dataset:
    return load(ImageFolder(path=str(root)), kept=kept)


def refusal(root: Path) -> str:
    with pytest.raises(DataError) as caught:
        read(root)
    sentence = str(caught.value)
    assert sentence.startswith("data.path: ")
    return sentence


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("train", TRAIN), ("Training", TRAIN), ("TRAIN", TRAIN), ("train_set", TRAIN),
        ("seg_train", TRAIN), ("xyz-train", TRAIN), ("training_set", TRAIN), ("trainset", TRAIN),
        ("Final_Training", TRAIN), ("TrainImages", TRAIN), ("asl_alphabet_train", TRAIN),
        ("trainval", TRAIN), ("train1", TRAIN), ("Trainingsdaten", TRAIN), ("trn", TRAIN),
        ("test", TEST), ("Testing", TEST), ("tst", TEST), ("test_set", TEST), ("eval", TEST),
        ("testset", TEST), ("test-images", TEST), ("Final_Test", TEST), ("holdout", TEST),
        ("val", VALIDATION), ("valid", VALIDATION), ("Validation", VALIDATION),
        ("dev", VALIDATION), ("val_set", VALIDATION), ("validation-set", VALIDATION),
        ("cat", None), ("trainer", None), ("valley", None), ("testament", None), ("device", None),
        ("train_test", None), ("0", None), ("validator", None), ("contest", None),
    ],
)  # fmt: skip
def test_names_of_parts(name: str, part: str | None) -> None:
    found = part_of(name)
    assert (found and found[0]) == part


TWO = {"a": 5, "b": 5}


def below(folder: str, counts: Counts | None = None) -> Counts:
    return {f"{folder}/{name}": count for name, count in (counts or TWO).items()}


@pytest.mark.parametrize(
    ("counts", "parts", "patterns"),
    [
        (below("training") | below("testing"), (10, 0, 10), ("training/{}", "testing/{}")),
        (below("data/train") | below("data/test"), (10, 0, 10), ("data/train/{}", "data/test/{}")),
        (  # scenes, with a competition's images
            below("seg_train/seg_train") | below("seg_test/seg_test") | {"seg_pred/seg_pred": 3},
            (10, 0, 10), ("seg_train/seg_train/{}", "seg_test/seg_test/{}"),
        ),
        (  # traffic signs: loose test images, pictures of the signs
            below("Train") | {"Test": 4, "Meta": 2}, (8, 0, 2), ("Train/{}",),
        ),
        (below("Final_Training/Images"), (8, 0, 2), ("Final_Training/Images/{}",)),
        (  # X-rays: the archive holds the folder twice
            below("train") | below("val") | below("test") | below("chest_xray/train"),
            (10, 10, 10), ("train/{}", "val/{}", "test/{}"),
        ),
        (  # fruits: another folder for tests
            below("Training") | below("Test") | {"test-multiple_fruits": 3},
            (10, 0, 10), ("Training/{}", "Test/{}"),
        ),
        (below("training_set/training_set") | below("test_set/test_set"), (10, 0, 10),
         ("training_set/training_set/{}", "test_set/test_set/{}")),
        ({f"train/{name}/images": 5 for name in "ab"} | {"val/images": 4, "test/images": 4},
         (8, 0, 2), ("train/{}",)),
        (below("imagenette2/train") | below("imagenette2/val"), (8, 10, 2),
         ("imagenette2/train/{}", "imagenette2/val/{}")),
        (below("x/train") | below("x/valid") | {"test/test": 4}, (8, 10, 2), None),
        ({f"{name}/{part}": 5 for name in "ab" for part in ("train", "val", "test")},
         (10, 10, 10), ("{}/train", "{}/val", "{}/test")),
        ({"PetImages/Cat": 5, "PetImages/Dog": 5}, (8, 0, 2), ("PetImages/{}",)),
        ({"yes": 5, "no": 5, "brain/yes": 5, "brain/no": 5}, (8, 0, 2), ("{}",)),
        ({f"{name}/{kind}": 5 for name in "ab" for kind in ("images", "masks")}, (8, 0, 2),
         ("{}/images",)),
        ({"Images/a": 5, "Images/b": 5, "Annotation/a": 0, "Annotation/b": 0}, (8, 0, 2),
         ("Images/{}",)),
        ({"mask": 5, "no_mask": 5}, (8, 0, 2), ("{}",)),
        ({"train": 5, "bus": 5}, (8, 0, 2), ("{}",)),
        ({"train": 5, "bus/city": 3, "bus/coach": 2}, (8, 0, 2), ("{}",)),
        ({"train_station": 5, "test_site": 5, "park": 5}, (12, 0, 3), ("{}",)),
    ],
)  # fmt: skip
def test_layouts_of_published_sets(
    tmp_path: Path, counts: Counts, parts: tuple[int, int, int], patterns: tuple[str, ...] | None
) -> None:
    info = read(made(tmp_path, counts)).info
    assert (info.train_images, info.validation_images, info.test_images) == parts
    if patterns is not None:
        assert tuple(pattern for _, pattern in info.reading.parts) == patterns
    assert "train" not in info.class_names or "bus" in info.class_names


def test_what_is_left_out_is_said(tmp_path: Path) -> None:
    counts = below("train") | {"test": 12, "extra": 3, "train/empty": 0}
    root = made(tmp_path, counts)
    for name in ("photo.heic", "other.heic", "film.mp4", "sample_submission.csv", "README.md"):
        (root / "train" / name).write_bytes(b"x")
    Image.new("RGB", (2, 2)).save(root / "cover.png")
    said = " ".join(read(root).warnings)
    assert "test holds 12 images without class folders, so nothing says what they show" in said
    assert "extra left out, being none of the parts" in said
    assert "3 files left out because they can't be read as images (2 .heic and 1 .mp4)" in said
    assert "1 image outside the class folders left out" in said
    assert "csv" not in said


LITTER = (
    ".DS_Store", "._001.png", "Thumbs.db", "desktop.ini", "__MACOSX/a/._001.png",
    "@eaDir/001.png/thumb.jpg", ".ipynb_checkpoints/001.png", "$RECYCLE.BIN/x/y.png",
    "lost+found/x.png", "#recycle/a/x.png", ".Trash-1000/x.png", ".git/x/y.png",
    "System Volume Information/x.png", "a/.DS_Store", "a/._001.png", "a/@eaDir/x.png",
    "a/.ipynb_checkpoints/x.png", "a/Thumbs.db", "a/001.xml", "a/001.txt", "annotations.json",
)  # fmt: skip


def test_litter_changes_nothing(tmp_path: Path) -> None:
    clean = read(made(tmp_path / "clean", TWO))
    root = made(tmp_path / "dirty", TWO)
    for name in LITTER:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"litter")
    dirty = read(root)
    assert dirty.fingerprint == clean.fingerprint
    assert dirty.warnings == ()


WITHOUT_TEST: dict[str, dict[str, int]] = {
    "parts of classes": below("train") | below("val"),
    "classes of parts": {f"{name}/{part}": 5 for name in "ab" for part in ("train", "val")},
}


@pytest.mark.parametrize("counts", WITHOUT_TEST.values(), ids=list(WITHOUT_TEST))
def test_a_validation_part_stays_one_where_there_is_no_test_part(
    counts: dict[str, int], tmp_path: Path
) -> None:
    dataset = read(made(tmp_path, counts))
    info = dataset.info
    assert (info.train_images, info.validation_images, info.test_images) == (8, 10, 2)
    assert not info.has_own_test
    (said,) = dataset.warnings
    assert "there is no test part, so one is split off from the training part" in said
    # A run of before had been tested on it, and still is.
    (train, (_, pattern)) = info.reading.parts
    before = read(tmp_path, replace(info.reading, parts=(train, (TEST, pattern)))).info
    assert (before.train_images, before.validation_images, before.test_images) == (10, 0, 10)
    assert before.has_own_test


@pytest.mark.parametrize(
    ("counts", "words"),
    [
        ({"train": 5, "test1": 5}, "test1 and train hold images but no class folders"),
        ({"train/all": 5, "test": 5}, "holds images of one class alone, all; must hold two class"),
        (below("train_a") | below("train_b") | below("test"),
         "train_a and train_b may each be the training part"),
        (below("train") | {"bus": 5}, "train may be the training part or a class beside bus"),
        ({f"{s}/{p}/{c}": 2 for s in ("one", "two") for p in ("train", "test") for c in "ab"},
         "one and two each hold parts of their own; choose that folder, as "),
        ({f"{kind}/{name}": 2 for kind in ("color", "gray") for name in ("apple", "corn", "pear")},
         "color and gray all hold the same subfolders (apple, corn and pear): if those are the "),
        ({"images": 5, "masks": 5}, "images and masks are images and what belongs to them, not cl"),
        ({"train/images": 5, "train/labels": 5, "valid/images": 5},
         "images and labels are images and what belongs to them, not classes"),
        (below("val") | below("test"), "test and val all hold the same subfolders (a and b)"),
        (below("train") | below("test", {"a": 1, "c": 1}), "class 'c' has no image in"),
    ],
)  # fmt: skip
def test_two_readings_are_refused(tmp_path: Path, counts: Counts, words: str) -> None:
    assert words in refusal(made(tmp_path, counts))


def test_one_folder_too_low_names_the_one_that_was_meant(tmp_path: Path) -> None:
    root = made(tmp_path / "set", below("train") | below("test"))
    assert refusal(root / "train" / "a").endswith(f"; did you mean {root}?")
    alone = made(tmp_path / "alone", TWO)
    assert refusal(alone / "a").endswith(f"not images on their own; did you mean {alone}?")
    said = read(root / "train").warnings
    assert f"test beside it left out; choose {root} to use the parts as they are" in said[0]


def test_an_empty_class_of_the_test_part_is_like_an_absent_one(tmp_path: Path) -> None:
    absent = read(made(tmp_path / "one", below("train") | {"test/a": 3}))
    empty = read(made(tmp_path / "two", below("train") | {"test/a": 3, "test/b": 0}))
    assert empty.info == absent.info
    assert empty.fingerprint == absent.fingerprint
    assert empty.warnings == absent.warnings == ()


def test_classes_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    assert in_order(["10", "9", "100", "1"]) == ["1", "9", "10", "100"]
    assert in_order(["-1", "2.5", "0", "10"]) == ["-1", "0", "2.5", "10"]
    assert in_order(["c10", "c2", "b", "C2"]) == ["C2", "b", "c2", "c10"]
    assert in_order(["n02", "n1", "N"]) == ["N", "n1", "n02"]
    root = made(tmp_path, {"10": 5, "9": 5, "1": 5})
    assert read(root).info.class_names == ("1", "9", "10")


def test_a_run_of_before_gets_the_classes_in_their_order_of_then(tmp_path: Path) -> None:
    root = made(tmp_path, {"train/10": 5, "train/9": 5, "test/9": 2, "val/10": 1})
    (root / "train/9/new.jfif").write_bytes((root / "train/9/006.png").read_bytes())
    then = read(root, Reading(version=1))
    assert then.info.class_names == ("10", "9")
    assert (then.info.train_images, then.info.test_images) == (10, 2)
    assert then.validation is None
    assert then.test.labels.tolist() == [1, 1]
    assert read(root).test.labels.tolist() == [0, 0]


def test_other_classes_than_those_of_a_run_are_refused(tmp_path: Path) -> None:
    from workbench.data import reading_to_keep

    root = made(tmp_path, TWO)
    kept = reading_to_keep(read(root).info)
    assert Reading.parse(kept.plain()) == kept
    assert read(root, kept).info.class_names == ("a", "b")
    made(root, {"aa": 5})
    with pytest.raises(DataError, match=r"classes are no longer those .*now a, aa and b"):
        read(root, kept)


def test_a_folder_that_holds_itself_ends(tmp_path: Path) -> None:
    root = made(tmp_path, TWO)
    (root / "a" / "up").symlink_to(root, target_is_directory=True)
    assert np.bincount(read(root).train.labels).tolist() == [4, 4]
