"""Published data sets: the embedded digits, and those that Keras fetches."""

from __future__ import annotations

from typing import ClassVar, Literal

from workbench.base.text import tr
from workbench.spec.base import setting
from workbench.spec.data.base import Data, DataInfo, Size

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
