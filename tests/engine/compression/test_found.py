"""What is found out about a file is kept as text, and read with suspicion."""

from __future__ import annotations

import json

import numpy as np
import pytest

from workbench.compression import found
from workbench.compression.found import CodedTensor
from workbench.deployment import litert_file
from workbench.deployment.litert_file import Constant
from workbench.deployment.quantization import TensorError


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Constant:
    """A file of one tensor: six zeros, a one and a two, so codes of 1, 2 and 2 bits."""
    made = Constant("layer1_conv2d/w", "INT8", 8, np.array([0, 0, 0, 1, 0, 0, 2, 0], np.int8))
    monkeypatch.setattr(litert_file, "constants", lambda content: [made])
    return made


def test_the_bits_of_a_code(kernel: Constant) -> None:
    wanted = CodedTensor("layer1_conv2d/w", "INT8", 8, 2, 3, 8, 2)
    assert found.coded(b"") == [wanted], "6 * 1 + 2 * 2 bits are 2 bytes"


def test_of_very_many_values_no_code_is_worked_out(
    kernel: Constant, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(found, "MOST_VALUES", 2)
    assert found.coded(b"")[0].coded_bytes is None


def test_what_is_kept_is_read_again(kernel: Constant) -> None:
    errors = [TensorError("a", 0.25, 40.0), TensorError("b", 0.0, float("inf"))]
    facts = found.facts_of(b"", errors)
    assert found.tensor_errors(facts) == errors
    assert found.coded_tensors(facts) == found.coded(b"")
    assert found.TENSORS not in found.facts_of(b"", [])


@pytest.mark.parametrize("damaged", ["", "[", "3", json.dumps([["a"]]), json.dumps({"a": 1})])
def test_what_is_damaged_is_left_out(damaged: str) -> None:
    facts = {found.TENSORS: damaged, found.CODED: damaged}
    assert found.tensor_errors(facts) == []
    assert found.coded_tensors(facts) == []
