"""How far the weights in a file can be coded: their different values, and Huffman's bits."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from workbench.compression.sharing import huffman_bits
from workbench.deployment import litert_file

MOST_VALUES = 65_536
"""Of more different values no code is worked out: it would take long, and gain nothing."""


class CodedTensor(NamedTuple):
    """A tensor of weights in a file.

    Attributes:
        tensor: Its name; "" in a file without names.
        kind: How a weight is stored: "INT8".
        weights: How many it holds.
        nonzero: How many of them aren't zero.
        values: How many different ones there are.
        bytes: That it takes in the file.
        coded_bytes: That Huffman's code of its weights takes, without the table of values; None of
            too many values.
    """

    tensor: str
    kind: str
    weights: int
    nonzero: int
    values: int
    bytes: int
    coded_bytes: int | None


def coded(content: bytes) -> list[CodedTensor]:
    """The tensors of weights in a LiteRT file of ours, in its order."""
    return [_coded(each) for each in litert_file.constants(content)]


def _coded(constant: litert_file.Constant) -> CodedTensor:
    values, places = np.unique(constant.codes, return_inverse=True)
    bits = huffman_bits(places.astype(np.int32)) if len(values) <= MOST_VALUES else None
    return CodedTensor(
        constant.tensor,
        constant.kind,
        len(constant.codes),
        int(np.count_nonzero(constant.codes)),
        len(values),
        constant.bytes,
        None if bits is None else -(-bits // 8),
    )
