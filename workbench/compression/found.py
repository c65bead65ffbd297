"""What was found out while a network was compressed, kept with the run (the facts of `progress`).

By name: how each tensor came out of quantization, and how far its weights can be coded.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

from pydantic import TypeAdapter, ValidationError

from workbench.compression.coding import CodedTensor, coded
from workbench.deployment.quantization import TensorError

TENSORS, CODED = "tensors", "coded"
"""Names of the facts."""

_CODED = TypeAdapter(list[CodedTensor])

FAULTS = (ValueError, TypeError)
"""What a fact of a damaged file, or of anybody's, may raise."""


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
