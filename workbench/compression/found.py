"""What was found out while a network was compressed, kept with the run (the facts of `progress`).

By name: how each tensor came out of quantization, and how far its weights can be coded: their
different values, and Huffman's bits.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from pydantic import TypeAdapter, ValidationError

from workbench.compression.sharing import huffman_bits
from workbench.deployment import litert_file
from workbench.deployment.quantization import TensorError

TENSORS, CODED = "tensors", "coded"
"""Names of the facts."""

MOST_VALUES = 65_536
"""Of more different values no code is worked out: it would take long, and gain nothing."""

FAULTS = (ValueError, TypeError)
"""What a fact of a damaged file, or of anybody's, may raise."""


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


_CODED = TypeAdapter(list[CodedTensor])


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


def facts_of(content: bytes, errors: Sequence[TensorError]) -> dict[str, str]:
    """What is found out about a LiteRT file of ours, as it is kept.

    Args:
        content: Of the file.
        errors: Of its tensors, where they were measured.
    """
    rows = [[error.tensor, error.mse, error.snr] for error in errors]
    return {CODED: json.dumps(coded(content)), **({TENSORS: json.dumps(rows)} if rows else {})}


def tensor_errors(facts: Mapping[str, str]) -> list[TensorError]:
    """What a run kept of them; none where they are missing or damaged."""
    try:
        rows = json.loads(facts.get(TENSORS, "[]"))
        return [TensorError(str(name), float(mse), float(snr)) for name, mse, snr in rows]
    except FAULTS:
        return []


def coded_tensors(facts: Mapping[str, str]) -> list[CodedTensor]:
    """What a run kept of them; none where they are missing or damaged."""
    try:
        return _CODED.validate_json(facts.get(CODED, "[]"))
    except ValidationError:
        return []
