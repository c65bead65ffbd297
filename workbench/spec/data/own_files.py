"""A user's own files: NumPy arrays, tables of pixels, IDX files, folders of images."""

from __future__ import annotations

from typing import Any, Literal

from workbench.base.text import tr
from workbench.spec.base import setting
from workbench.spec.data.base import FileData


def _rows(title: str, description: str, **bounds: Any) -> Any:
    return setting(0, title, description, advanced=True, **bounds)


class RowData(FileData):
    """Files in which an image may be a row of pixels.

    Attributes:
        image_height, image_channels: How a row becomes an image.
    """

    image_height: int = _rows(
        tr("Image height"),
        tr("Of images that are stored as rows of pixels; the width follows from their number."),
        unit="px", zero="square", ge=0, le=4096,
    )  # fmt: skip
    image_channels: int = _rows(
        tr("Image channels"),
        tr(
            "Of images that are stored as rows of pixels, 1 or 3 (red, green and blue of each "
            "pixel side by side)."
        ),
        zero="automatic",
        ge=0,
        le=3,
    )


def _array(title: str, usual: str) -> Any:
    return setting(
        "",
        title,
        tr(
            "Name of the array with them, where it isn't found by itself (as {usual} and others "
            "are).",
            usual=usual,
        ),
        advanced=True,
        max_length=200,
    )


class Npz(RowData):
    """NumPy arrays: an .npz archive, or .npy files in a folder, one array each.

    Arrays are found by their names, such as `x_train, y_train, x_test, y_test`, `images, labels`
    or `train_images, train_labels, val_images`; without a test part, one is split off. Images
    (n, height, width) or (n, height, width, channels), or rows of pixels; labels as numbers, texts
    or one-hot rows. Archives that hold pickled objects are refused.
    """

    label = tr("NumPy arrays (.npz, .npy)")
    path_words = tr("an .npz file, or a folder of .npy files")

    kind: Literal["npz"] = "npz"
    images: str = _array(tr("Images"), "x_train, images, data")
    labels: str = _array(tr("Labels"), "y_train, labels, target")
    test_images: str = _array(tr("Test images"), "x_test, test_images")
    test_labels: str = _array(tr("Test labels"), "y_test, test_labels")
    validation_images: str = _array(tr("Validation images"), "x_val, val_images")
    validation_labels: str = _array(tr("Validation labels"), "y_val, val_labels")


Transposed = Literal["auto", "yes", "no"]


def _transposed() -> Any:
    return setting(
        "auto",
        "Transpose",
        "Swap rows and columns of the images. auto: only where a file's name says EMNIST, which is "
        "published transposed.",
        advanced=True,
    )


class Csv(RowData):
    """A table with one image a row: a column with its label, and one column for each pixel.

    As MNIST, Fashion-MNIST, Sign Language MNIST and EMNIST are shared as CSV: with or without a
    header, plain or gzipped (.csv.gz). Or as FER2013 is: all pixels of an image in one cell, with
    blanks between them. A column `Usage` or `split` says which part a row is of. A file beside it
    whose name has `test` in place of `train` is the test part, and one with `val` the validation
    part; else a share is split off.
    """

    label = tr("CSV of pixels (.csv)")
    path_words = tr("a .csv file with a column of labels and a column for each pixel")

    kind: Literal["csv"] = "csv"
    label_column: str = setting(
        "",
        "Label column",
        "Name of the column with the labels, or first or last. Left empty, it is the one called "
        "label, class, target or y, else the first or last column, whichever can't be a pixel.",
        advanced=True,
        max_length=200,
    )
    transpose: Transposed = _transposed()


class Idx(FileData):
    """IDX files as MNIST, Fashion-MNIST, EMNIST, QMNIST and Kuzushiji-MNIST are published in.

    A folder with `train-images-idx3-ubyte`, `train-labels-idx1-ubyte` and, as its own test part,
    `t10k-images-idx3-ubyte`, `t10k-labels-idx1-ubyte`, with any words before `train` and `t10k`
    or `test`, plain or gzipped (.gz); or one file of such a set, whose others lie beside it.
    """

    label = tr("IDX files")
    path_words = tr("a folder with IDX files, or an IDX images file")

    kind: Literal["idx"] = "idx"
    transpose: Transposed = _transposed()


class ImageFolder(FileData):
    """A folder with one subfolder of image files a class, or a .zip or .tar.gz of one.

    Parts of its own (train, validation, test, by any of their usual names) are respected; without
    a test part, a share of the training part is split off as one. Read as a stream where the images
    do not fit in memory; an archive is unpacked into the cache once.
    """

    label = tr("Image folder")
    path_words = tr(
        "a folder with a subfolder of images for each class, or a .zip or .tar.gz of one"
    )

    kind: Literal["image_folder"] = "image_folder"
