"""Where the images come from. Only what to read is said here; `workbench.data` reads it."""

from workbench.spec.data.base import (
    BYTE,
    FIRST_READING,
    MOST,
    Data,
    DataInfo,
    FileData,
    Ground,
    Reading,
)
from workbench.spec.data.own_files import Csv, Idx, ImageFolder, Npz, RowData, Transposed
from workbench.spec.data.published import (
    CIFAR10,
    CIFAR100,
    DIGITS,
    MNIST,
    Digits,
    FashionMNIST,
    KerasData,
)

__all__ = [
    "BYTE",
    "CIFAR10",
    "CIFAR100",
    "DIGITS",
    "FIRST_READING",
    "MNIST",
    "MOST",
    "Csv",
    "Data",
    "DataInfo",
    "Digits",
    "FashionMNIST",
    "FileData",
    "Ground",
    "Idx",
    "ImageFolder",
    "KerasData",
    "Npz",
    "Reading",
    "RowData",
    "Transposed",
]
