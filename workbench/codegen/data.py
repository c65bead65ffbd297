"""Reading the data as source: one function for each kind of data, NumPy and TensorFlow alone.

Each gives the body of `read()`, which returns (train images, train labels, test images, test
labels), images of shape (n, height, width, channels) as uint8, or as float32 from 0 to 1.
"""

from __future__ import annotations

import re
from typing import Any

from workbench.codegen.expressions import written
from workbench.data.digits import TEST_SHARE
from workbench.data.split import TEST_SPLIT_SEED
from workbench.spec.base import SpecError
from workbench.spec.data import (
    CIFAR10,
    CIFAR100,
    MNIST,
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

SKLEARN_SPLIT = '''
def split(labels, share, seed):
    """Row numbers of (the rest, the share), each class represented alike."""
    rows = np.arange(len(labels))
    if share == 0:
        return rows, rows[:0]
    rest, aside = train_test_split(rows, test_size=share, random_state=seed, stratify=labels)
    return np.sort(rest), np.sort(aside)
'''

NUMPY_SPLIT = '''
def split(labels, share, seed):
    """Row numbers of (the rest, the share), each class represented alike."""
    random = np.random.default_rng(seed)
    aside = [np.zeros(0, int)]
    for label in np.unique(labels) if share else ():
        rows = random.permutation(np.flatnonzero(labels == label))
        aside.append(rows[: max(1, round(share * len(rows)))])
    aside = np.sort(np.concatenate(aside))
    return np.setdiff1d(np.arange(len(labels)), aside), aside
'''

FITTED = '''
def fitted(images, size=None, channels=None):
    """Images in the wanted size and number of channels."""
    if channels == 1 and images.shape[3] == 3:
        images = tf.image.rgb_to_grayscale(images).numpy()
    if size and images.shape[1:3] != size:
        resized = tf.image.resize(images, size, method="bilinear", antialias=True).numpy()
        whole = images.dtype == np.uint8
        images = np.round(resized).astype(np.uint8) if whole else np.clip(resized, 0, 1)
    if channels == 3 and images.shape[3] == 1:
        images = np.repeat(images, 3, axis=3)
    return images
'''

SCALED = '''
def scaled(images):
    """Pixels as uint8, or as float32 from 0 to 1, in (n, height, width, channels)."""
    images = images[..., np.newaxis] if images.ndim == 3 else images[..., :3]
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind in "biu":
        limit = 1 if images.dtype.kind == "b" else 255 if images.max() <= 255 else 65535
    else:
        limit = 1 if images.max() <= 1 else 255
    return (images / limit).astype(np.float32)
'''

HELD_OUT = '''
def held_out(labels, folds, fold, seed):
    """Row numbers of (the rest, one of the folds), each class represented alike."""
    dealt = StratifiedKFold(folds, shuffle=True, random_state=seed).split(labels, labels)
    return list(dealt)[fold - 1]
'''

DIGITS = f"""
bunch = load_digits()
images = np.round(bunch.images * (255 / 16)).astype(np.uint8)[..., np.newaxis]
train, test = split(bunch.target, {TEST_SHARE}, {TEST_SPLIT_SEED})
return images[train], bunch.target[train], images[test], bunch.target[test]
"""

KERAS = """
(x, y), (x_test, y_test) = @DATASET.load_data()
if x.ndim == 3:  # grayscale: one channel
    x, x_test = x[..., np.newaxis], x_test[..., np.newaxis]
return x, y.reshape(-1), x_test, y_test.reshape(-1)
"""

NPZ = """
with np.load(@PATH, allow_pickle=False) as file:
    if "x_train" in file:
        x, y, x_test, y_test = (file[n] for n in ("x_train", "y_train", "x_test", "y_test"))
    else:
        images, labels = file["images"], file["labels"]
        train, test = split(labels.reshape(-1), @TEST_SHARE, @TEST_SEED)
        x, y, x_test, y_test = images[train], labels[train], images[test], labels[test]
return scaled(x), y.reshape(-1), scaled(x_test), y_test.reshape(-1)
"""

IDX = """
def array(path):
    content = path.read_bytes()
    content = gzip.decompress(content) if content[:2] == b"\\x1f\\x8b" else content
    axes = content[3]
    shape = np.frombuffer(content, ">u4", axes, offset=4).astype(int)
    return np.frombuffer(content, np.uint8, offset=4 + 4 * axes).reshape(shape)

def part(images):
    name = images.name.replace("images", "labels").replace("idx3", "idx1")
    labels = images.with_name(name.replace("idx4", "idx1"))
    if not labels.exists():  # one of the two is compressed, the other one not
        other = labels.name.removesuffix(".gz")
        labels = images.with_name(other if labels.suffix == ".gz" else f"{other}.gz")
    return scaled(array(images)), array(labels)

path = pathlib.Path(@PATH)
if path.is_dir():
    found = sorted(path.glob("train-images*")), sorted(path.glob("t*-images*"))
    x, y = part(found[0][0])
    tests = [file for file in found[1] if not file.name.startswith("train")]
    if tests:
        return x, y, *part(tests[0])
else:
    x, y = part(path)
train, test = split(y, @TEST_SHARE, @TEST_SEED)
return x[train], y[train], x[test], y[test]
"""

FOLDER = """
def part(folder):
    images, labels = [], []
    for label, name in enumerate(names):
        for file in sorted((folder / name).iterdir()):
            if file.suffix.lower() in (".png", ".jpg", ".jpeg", ".bmp", ".gif"):
                image = tf.io.decode_image(file.read_bytes(), expand_animations=False).numpy()
                image = image[..., :1] if image.shape[2] == 2 else image[..., :3]
                images.append(fitted(image[np.newaxis], size=@SIZE, channels=@CHANNELS)[0])
                labels.append(label)
    return np.stack(images), np.array(labels)

root = pathlib.Path(@PATH)
folders = {f.name.lower(): f for f in sorted(root.iterdir()) if f.is_dir()}
train = folders.get("train")
divided = train is not None and any(f.is_dir() for f in train.iterdir())
train = train if divided else root
names = sorted(f.name for f in train.iterdir() if f.is_dir() and not f.name.startswith("."))
x, y = part(train)
wanted = ("test", "val", "valid", "validation")
test = next((folders[name] for name in wanted if divided and name in folders), None)
if test is not None:
    names = [name if (test / name).is_dir() else "." for name in names]
    return x, y, *part(test)
rest, aside = split(y, @TEST_SHARE, @TEST_SEED)
return x[rest], y[rest], x[aside], y[aside]
"""

BODIES: dict[type[Data], str] = {
    Digits: DIGITS,
    MNIST: KERAS,
    FashionMNIST: KERAS,
    CIFAR10: KERAS,
    CIFAR100: KERAS,
    Npz: NPZ,
    Idx: IDX,
    ImageFolder: FOLDER,
}
HELPERS: dict[type[Data], tuple[str, ...]] = {Npz: (SCALED,), Idx: (SCALED,)}
SPLIT_IMPORT = "from sklearn.model_selection import train_test_split"
FOLDS_IMPORT = "from sklearn.model_selection import StratifiedKFold"
IMPORTS: dict[type[Data], tuple[str, ...]] = {
    Digits: ("from sklearn.datasets import load_digits", SPLIT_IMPORT),
    Idx: ("import gzip", "import pathlib"),
    ImageFolder: ("import pathlib",),
}


def data_imports(spec: Data, folds: int) -> list[str]:
    """What reading and splitting these data imports besides Keras, NumPy and TensorFlow."""
    needed = IMPORTS.get(type(spec), ())
    if not folds:
        return list(needed)
    both = f"{FOLDS_IMPORT}, train_test_split" if SPLIT_IMPORT in needed else FOLDS_IMPORT
    return [*(line for line in needed if line != SPLIT_IMPORT), both]


def data_lines(spec: Data, info: DataInfo, folds: int) -> list[str]:
    """The functions `split`, `held_out`, `fitted`, ... and `read`.

    Raises:
        SpecError: where this kind of data can't be read by a script.
    """
    body = BODIES.get(type(spec))
    if body is None:
        raise SpecError.at("data.kind", f"{spec.label} can't be read by a stand-alone script")
    split = SKLEARN_SPLIT if isinstance(spec, Digits) else NUMPY_SPLIT
    helpers = (
        *([split] if "split(" in body or not folds else []),
        *([HELD_OUT] if folds else []),
        FITTED,
        *HELPERS.get(type(spec), ()),
    )
    lines = _filled(body, spec, info).strip().splitlines()
    return [
        *"\n\n\n".join(text.strip() for text in helpers).splitlines(),
        "",
        "",
        "def read():",
        '    """(train images, train labels, test images, test labels)."""',
        *(f"    {line}" if line else "" for line in lines),
    ]


def fit_arguments(spec: Data, info: DataInfo) -> str:
    """The arguments of `fitted` for whole arrays; empty where images stay as they are."""
    given = []
    if spec.resize:
        given.append(f"size={info.image_shape[:2]}")
    if spec.channels:
        given.append(f"channels={spec.channels}")
    return "".join(f", {part}" for part in given)


def _filled(body: str, spec: Data, info: DataInfo) -> str:
    """A body with this data set's values, each written as a literal."""
    values: dict[str, Any] = {
        "SIZE": info.image_shape[:2], "CHANNELS": info.image_shape[2], "TEST_SEED": TEST_SPLIT_SEED,
    }  # fmt: skip
    if isinstance(spec, FileData):
        values |= {"PATH": spec.path, "TEST_SHARE": spec.test_split}
    texts = {f"@{name}": written(value) for name, value in values.items()}
    if isinstance(spec, KerasData):
        texts["@DATASET"] = str(spec.keras_class)
    # One walk over the body, so that a path which contains "@SIZE" is left alone.
    pattern = "|".join(sorted(map(re.escape, texts), key=len, reverse=True))
    return re.sub(pattern, lambda found: texts[found.group()], body)
