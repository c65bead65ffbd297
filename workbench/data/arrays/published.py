"""Public sets in forms of their own: what such a file is, and the lines that make an archive of it.

By the names under which they are published. Opens no file.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from workbench.base.text import tr


class Published(NamedTuple):
    """A form in which a set is published.

    Attributes:
        name: Of the set.
        files: What its files are called, in small letters.
        convert: Lines of Python that make an archive of the training part, in the folder with the
            files; the test part goes the same way.
    """

    name: str
    files: re.Pattern[str]
    convert: str


FORMS = (
    Published(
        "SVHN",
        re.compile(r"(train|test|extra)_32x32\.mat"),
        'm = scipy.io.loadmat("train_32x32.mat"); '
        'np.savez("svhn.npz", x_train=m["X"].transpose(3, 0, 1, 2), y_train=m["y"] % 10)',
    ),
    Published(
        "STL-10",
        re.compile(r"(train|test|unlabeled)_[xy]\.bin"),
        'x = np.fromfile("train_X.bin", np.uint8).reshape(-1, 3, 96, 96).transpose(0, 3, 2, 1); '
        'np.savez("stl10.npz", x_train=x, y_train=np.fromfile("train_y.bin", np.uint8))',
    ),
    Published(
        "USPS",
        re.compile(r"zip\.(train|test)(\.gz)?"),
        'rows = np.loadtxt("zip.train.gz"); x = (rows[:, 1:].reshape(-1, 16, 16) + 1) / 2; '
        'np.savez("usps.npz", x_train=x, y_train=rows[:, 0].astype(int))',
    ),
    Published(
        "USPS",
        re.compile(r"usps\.h5"),
        'part = h5py.File("usps.h5")["train"]; x = part["data"][:].reshape(-1, 16, 16); '
        'np.savez("usps.npz", x_train=x, y_train=part["target"][:])',
    ),
    Published(
        "USPS",
        re.compile(r"usps(\.t)?(\.bz2)?"),
        'rows, y = sklearn.datasets.load_svmlight_file("usps.bz2"); '
        "x = (rows.toarray().reshape(-1, 16, 16) + 1) / 2; "
        'np.savez("usps.npz", x_train=x, y_train=y.astype(int) - 1)',
    ),
)


def published(name: str) -> tuple[str, str] | None:
    """What a file of this name is, and how to make one that can be read; None where unknown."""
    found = next((form for form in FORMS if form.files.fullmatch(name.lower())), None)
    if found is None:
        return None
    return (
        tr("is a file of {set}", set=found.name),
        tr("these lines of Python make an archive of it: {lines}", lines=found.convert),
    )
