"""Where the images come from. Only what to read is said here; `workbench.data` reads it."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field, TypeAdapter, ValidationError

from workbench.base.text import plural, tr
from workbench.spec.base import AsPair, Choice, setting
from workbench.spec.recipe import Recipe

Side = Annotated[int, Field(ge=1, le=4096)]
Size = Annotated[tuple[Side, Side], AsPair]
Channels = Literal[1, 3]
BYTE, MOST = 255, 65535
"""The brightest numbers of 8 and of 16 bits."""

Ground = Literal["auto", "white", "black"]


@dataclass(frozen=True)
class Reading:
    """How stored images became pixels: decided on the training images, kept with each run, and all
    that a later image or a generated script needs to be read alike.

    Attributes:
        white: The stored number that is white; 0 where images have 8 bits and stay as they are.
        ground: "white" or "black": what images with transparent pixels are laid on; "" where there
            are none.
        parts: Of an image folder, (part, pattern) with "train", "validation" and "test" as parts;
            `{}` in a pattern such as "Training/{}" stands for a class.
        version: Of these rules. 1 is what data were read by before they were kept: sorted classes,
            65,535 as white, no alpha channel.
        classes: Digest of the class names in label order, where it is kept with a run.
    """

    white: float = 0.0
    ground: str = ""
    parts: tuple[tuple[str, str], ...] = ()
    version: int = 2
    classes: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """What was decided, for a line of facts: where the parts are, scale and ground."""
        found = []
        if len(self.parts) > 1 or any(pattern != "{}" for _, pattern in self.parts):
            folders = (pattern.replace("/{}", "").replace("{}/", "") for _, pattern in self.parts)
            where = ", ".join(folders)
            found.append(
                tr("parts {folders}", folders=where)
                if len(self.parts) > 1
                else tr("images in {folders}", folders=where)
            )
        if self.white > BYTE:
            found.append(tr("white is {white}", white=f"{self.white:,.0f}"))
        if self.ground:
            found.append(tr("transparent pixels on {ground}", ground=self.ground))
        return tuple(found)

    def plain(self) -> dict[str, Any]:
        """Plain values for JSON, which `parse` reads back."""
        return {**asdict(self), "parts": [list(part) for part in self.parts]}

    @classmethod
    def parse(cls, values: object) -> Reading:
        """What `plain` gave; that of the first rules where it is absent or damaged."""
        try:
            found = TypeAdapter(cls).validate_python(values)
        except ValidationError:
            return FIRST_READING
        is_sound = 0 <= found.white <= MOST and found.ground in ("", "white", "black")
        return found if is_sound else FIRST_READING


FIRST_READING = Reading(version=1)


@dataclass(frozen=True)
class DataInfo:
    """What is known of a data set without its pixels, after resizing and channel conversion.

    Attributes:
        image_shape: (height, width, channels), pixels.
        class_names: One a class, in label order.
        train_images: Images in the training part; validation images are taken from it where the
            data bring none of their own.
        test_images: Images in the test part.
        validation_images: Images in a validation part that the data bring; 0 for none.
        class_counts: Training images of each class; empty where unknown.
        label_values: What the files call each class, in label order, as texts; empty where they
            number the classes from 0, or folders are the classes.
        has_own_test: Whether a user's files bring the test part, so that no share is split off.
        recipe: How a user's files became images; None for the catalogue's data.
        reading: How stored images became pixels.
    """

    image_shape: tuple[int, int, int]
    class_names: tuple[str, ...]
    train_images: int
    test_images: int
    validation_images: int = 0
    class_counts: tuple[int, ...] = ()
    label_values: tuple[str, ...] = ()
    has_own_test: bool = False
    recipe: Recipe | None = None
    reading: Reading = Reading()

    @property
    def classes(self) -> int:
        """How many classes there are."""
        return len(self.class_names)


class Data(Choice):
    """A labelled image data set, with what is done to each image when it is read.

    Attributes:
        source_info: What is known before the data are read: the shape and number of images as
            stored. None for a user's own files, which have to be looked at.
        digit_share: Of the side of an image that a digit takes up, where its makers fitted digits;
            0 for other data.
    """

    source_info: ClassVar[DataInfo | None] = None
    digit_share: ClassVar[float] = 0.0

    kind: str
    resize: Size | None = setting(
        None,
        "Resize to",
        "Scale every image to this height and width; a smaller image costs fewer MACs. Left off, "
        "images keep their size, and all must have the same one.",
        unit="px",
        begin=[32, 32],
    )
    channels: Channels | None = setting(
        None,
        "Channels",
        "1 turns images to grayscale, 3 to RGB; left off, they stay as they are stored.",
    )

    def info(self) -> DataInfo | None:
        """What is known without reading anything: None where files have to be looked at first."""
        known = self.source_info
        if known is None:
            return None
        height, width = self.resize or known.image_shape[:2]
        return replace(known, image_shape=(height, width, self.channels or known.image_shape[2]))

    def notes(self, info: DataInfo) -> dict[str, str]:
        """Which settings have no effect on these data, and why, by name."""
        return {}


class FileData(Data):
    """A user's own files, at a path."""

    path_words: ClassVar[str] = tr("a file or folder")

    path: str = setting(
        "", "Path", "Where the data are; a relative path starts at the TOML's folder."
    )
    test_split: float = setting(
        0.2,
        "Test share",
        "Share of the images set aside for the final test, stratified by class, where the files "
        "have no test part of their own.",
        gt=0.0,
        lt=1.0,
    )
    ground: Ground = setting(
        "auto",
        "Ground",
        "What images with transparent pixels are laid on. auto: white, or black where what is "
        "drawn in the training images is itself nearly white.",
    )

    def notes(self, info: DataInfo) -> dict[str, str]:
        if not info.has_own_test:
            return {}
        return {
            "test_split": tr(
                "not used: the data bring {images} of their own to test on",
                images=plural("{count} image", "{count} images", info.test_images),
            )
        }


DIGITS = tuple("0123456789")


class Digits(Data):
    """8x8 grayscale scans of handwritten digits (UCI, through scikit-learn's `load_digits`).

    1,797 images, of which the last 360 by a stratified split are the test part. Embedded: needs no
    network. Resized to 28x28 by default, so that the same CNN serves it and MNIST.
    """

    label = tr("Digits (embedded)")
    source_info = DataInfo(
        (8, 8, 1), DIGITS, 1437, 360,
        class_counts=(142, 146, 142, 146, 145, 145, 145, 143, 139, 144),
    )  # fmt: skip
    digit_share = 1.0

    kind: Literal["digits"] = "digits"
    # Not optional: TOML has no null, so a missing value means 28x28.
    resize: Size = setting(
        (28, 28),
        "Resize to",
        "The scans are 8x8; 28x28 makes them fit networks made for MNIST.",
        unit="px",
    )


class KerasData(Data):
    """A data set that Keras's own loader fetches once and keeps.

    Attributes:
        download_bytes: Size of the download.
    """

    download_bytes: ClassVar[int] = 0


class MNIST(KerasData):
    """28x28 grayscale handwritten digits (LeCun, Cortes, Burges): 60,000 and 10,000 images."""

    label = tr("MNIST")
    keras_class = "keras.datasets.mnist"
    download_bytes = 11_490_434
    source_info = DataInfo(
        (28, 28, 1), DIGITS, 60_000, 10_000,
        class_counts=(5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949),
    )  # fmt: skip
    digit_share = 20 / 28

    kind: Literal["mnist"] = "mnist"


class FashionMNIST(KerasData):
    """28x28 grayscale articles of clothing (Zalando, 2017): 60,000 and 10,000 images."""

    label = tr("Fashion-MNIST")
    keras_class = "keras.datasets.fashion_mnist"
    download_bytes = 30_878_645
    source_info = DataInfo(
        (28, 28, 1),
        (
            "T-shirt/top", "Trouser", "Pullover", "Dress", "Coat",
            "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot",
        ),
        60_000,
        10_000,
        class_counts=10 * (6000,),
    )  # fmt: skip

    kind: Literal["fashion_mnist"] = "fashion_mnist"


class CIFAR10(KerasData):
    """32x32 colour photographs in 10 classes (Krizhevsky, 2009): 50,000 and 10,000 images."""

    label = tr("CIFAR-10")
    keras_class = "keras.datasets.cifar10"
    download_bytes = 170_498_071
    source_info = DataInfo(
        (32, 32, 3),
        (
            "airplane", "automobile", "bird", "cat", "deer",
            "dog", "frog", "horse", "ship", "truck",
        ),
        50_000,
        10_000,
        class_counts=10 * (5000,),
    )  # fmt: skip

    kind: Literal["cifar10"] = "cifar10"


class CIFAR100(KerasData):
    """32x32 colour photographs in 100 classes (Krizhevsky, 2009): 50,000 and 10,000 images."""

    label = tr("CIFAR-100")
    keras_class = "keras.datasets.cifar100"
    download_bytes = 169_001_437
    source_info = DataInfo(
        (32, 32, 3),
        (
            "apple", "aquarium_fish", "baby", "bear", "beaver", "bed", "bee", "beetle", "bicycle",
            "bottle", "bowl", "boy", "bridge", "bus", "butterfly", "camel", "can", "castle",
            "caterpillar", "cattle", "chair", "chimpanzee", "clock", "cloud", "cockroach", "couch",
            "crab", "crocodile", "cup", "dinosaur", "dolphin", "elephant", "flatfish", "forest",
            "fox", "girl", "hamster", "house", "kangaroo", "keyboard", "lamp", "lawn_mower",
            "leopard", "lion", "lizard", "lobster", "man", "maple_tree", "motorcycle", "mountain",
            "mouse", "mushroom", "oak_tree", "orange", "orchid", "otter", "palm_tree", "pear",
            "pickup_truck", "pine_tree", "plain", "plate", "poppy", "porcupine", "possum",
            "rabbit", "raccoon", "ray", "road", "rocket", "rose", "sea", "seal", "shark", "shrew",
            "skunk", "skyscraper", "snail", "snake", "spider", "squirrel", "streetcar",
            "sunflower", "sweet_pepper", "table", "tank", "telephone", "television", "tiger",
            "tractor", "train", "trout", "tulip", "turtle", "wardrobe", "whale", "willow_tree",
            "wolf", "woman", "worm",
        ),
        50_000,
        10_000,
        class_counts=100 * (500,),
    )  # fmt: skip

    kind: Literal["cifar100"] = "cifar100"


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
    header, plain or gzipped (.csv.gz). A file beside it whose name has `test` in place of `train`
    is the test part, and one with `val` the validation part; else a share is split off.
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
