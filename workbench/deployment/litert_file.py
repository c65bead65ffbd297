"""A LiteRT file as bytes: what is inside it, the labels that it carries, its size once coded.

Everything that parses the graph may meet a hostile file: what others made is only opened in a
process of its own (`apart`). Labels are an entry of a ZIP archive behind the graph, as Google's
metadata convention has it; the interpreter reads the graph as if they weren't there.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from workbench.base.errors import BadInput
from workbench.base.text import tr

LABELS, ORIGIN = "labels.txt", "origin.json"
"""Entries behind the graph: a class a line; and the run that the network was trained in."""

MAGIC, MAGIC_AT = b"TFL3", 4
MOST_BYTES = 2_000_000_000
"""A flatbuffer can't address more."""

ENTRY_BYTES = 16_000_000
"""Of labels, at most."""

SHARES_BY = ("SOFTMAX", "LOGISTIC")
PASSED_ON = ("DEQUANTIZE", "QUANTIZE", "RESHAPE", "CAST")
"""Operators that give on the shares that another one computed."""


class ModelFileError(BadInput, ValueError):
    """A model file that can't be used, in one sentence."""


@dataclass(frozen=True)
class Contents:
    """What a LiteRT file holds.

    Attributes:
        bytes, gzip_bytes: Size as it is, and as gzip codes it.
        digest: SHA-256, hexadecimal.
        weight_bytes: Of its constants.
        operators: Name and number of each kind of operator, in order of first use.
        gives_shares: Whether its outputs are shares of the classes; else they are logits.
        labels: Names of the classes; empty where it carries none.
        run_id: Of the run that it says it is of; "" where it says none.
    """

    bytes: int
    gzip_bytes: int
    digest: str
    weight_bytes: int
    operators: dict[str, int]
    gives_shares: bool
    labels: tuple[str, ...]
    run_id: str


def read(path: Path) -> bytes:
    """A LiteRT file's content, after a first look at it.

    Raises:
        ModelFileError: where it isn't one, or too large.
        OSError: where it can't be read.
    """
    if os.path.isdir(path):
        raise ModelFileError(tr("{path}: is a folder; name a file", path=path))
    if not os.path.isfile(path):  # which takes names that are too long for `is_file`
        raise ModelFileError(tr("{path}: there is no such file", path=path))
    if path.stat().st_size > MOST_BYTES:
        raise ModelFileError(
            tr("{path}: is larger than {most}, as no LiteRT file can be", path=path, most="2 GB")
        )
    content = path.read_bytes()
    require(content, str(path))
    return content


def require(content: bytes, name: str) -> None:
    """Refuses what doesn't begin as a LiteRT file does.

    Raises:
        ModelFileError: naming it.
    """
    if content[MAGIC_AT : MAGIC_AT + len(MAGIC)] != MAGIC:
        raise ModelFileError(
            tr("{name}: is no LiteRT file; name a .tflite file, as 'export' writes them", name=name)
        )


def contents(content: bytes) -> Contents:
    """What is inside a file, which is trusted or looked at in a process of its own."""
    graph = _graph(content)
    names = [_operator(graph, operator) for operator in graph.subgraphs[0].operators]
    found = entries(content)
    return Contents(
        len(content),
        gzip_bytes(content),
        digest(content),
        sum(len(buffer.data) for buffer in graph.buffers if buffer.data is not None),
        {name: names.count(name) for name in dict.fromkeys(names)},
        _gives_shares(graph),
        labels(found),
        run_id(found),
    )


def digest(content: bytes) -> str:
    """SHA-256, hexadecimal."""
    return hashlib.sha256(content).hexdigest()


def gzip_bytes(content: bytes) -> int:
    """The size that gzip codes it to, the same on every day."""
    return len(gzip.compress(content, 9, mtime=0))


# --- entries behind the graph --------------------------------------------------------------------


def with_entries(content: bytes, names: Sequence[str], run_id: str = "") -> bytes:
    """The file with the names of the classes, and the run that it is of, behind its graph.

    Args:
        content: A LiteRT file without entries.
        names: Of the classes, in order.
        run_id: "" for none.
    """
    made = io.BytesIO(content)
    with zipfile.ZipFile(made, "a", zipfile.ZIP_DEFLATED) as archive:
        lines = "".join(f"{' '.join(name.split())}\n" for name in names)
        _add(archive, LABELS, lines)
        if run_id:
            _add(archive, ORIGIN, json.dumps({"run_id": run_id}))
    return made.getvalue()


def _add(archive: zipfile.ZipFile, name: str, text: str) -> None:
    # A fixed date: the same network gives the same bytes.
    entry = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, text)


def entries(content: bytes) -> dict[str, str]:
    """The text entries behind a graph; none where there are none, or they are damaged."""
    if not zipfile.is_zipfile(io.BytesIO(content)):
        return {}
    found = {}
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in (LABELS, ORIGIN):
                if name in archive.namelist() and archive.getinfo(name).file_size <= ENTRY_BYTES:
                    found[name] = archive.read(name).decode()
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError, OSError):
        return {}
    return found


def labels(found: dict[str, str]) -> tuple[str, ...]:
    """The names of the classes among the entries of a file."""
    return tuple(found.get(LABELS, "").splitlines())


def run_id(found: dict[str, str]) -> str:
    """The run that a file says it is of; whoever uses it looks whether it is an id at all."""
    try:
        said = json.loads(found.get(ORIGIN, "{}"))
    except ValueError:
        return ""
    named = said.get("run_id", "") if isinstance(said, dict) else ""
    return named if isinstance(named, str) else ""


# --- the graph -----------------------------------------------------------------------------------


KINDS = {
    "FLOAT32": "<f4",
    "FLOAT16": "<f2",
    "INT4": "u1",
    "INT8": "i1",
    "INT16": "<i2",
}
"""Of weights, and how NumPy reads them; int4 stands two to a byte."""


class Constant(NamedTuple):
    """A tensor of weights or offsets as the file holds it.

    Attributes:
        tensor: Its name; "" in a file without names.
        kind: "INT8"; one of `KINDS`.
        bytes: In the file.
        codes: Its values as they are stored, one after the other: integers where it is quantized.
    """

    tensor: str
    kind: str
    bytes: int
    codes: npt.NDArray[Any]


def constants(content: bytes) -> list[Constant]:
    """The weights and offsets in a file that is ours, in its order."""
    from ai_edge_litert.schema_py_generated import TensorType

    graph, names = _graph(content), {v: k for k, v in vars(TensorType).items() if k in KINDS}
    found = []
    for tensor in graph.subgraphs[0].tensors:
        data, kind = graph.buffers[tensor.buffer].data, names.get(tensor.type)
        if data is None or kind is None or not len(data):
            continue
        count = math.prod(int(size) for size in tensor.shape)
        codes = np.frombuffer(bytes(data), KINDS[kind])
        if kind == "INT4":
            codes = np.stack([codes & 15, codes >> 4], axis=1).ravel()[:count]
        name = (tensor.name or b"").decode(errors="replace")
        found.append(Constant(name, kind, len(data), codes))
    return found


def stripped(content: bytes) -> bytes:
    """The file without names of tensors and without signatures, which it runs without.

    A file that is still to be quantized needs them, so it is done last, before the labels.
    """
    from ai_edge_litert.tools import flatbuffer_utils

    graph = _graph(content)
    flatbuffer_utils.strip_strings(graph)
    graph.metadata = None
    made = bytes(flatbuffer_utils.convert_object_to_bytearray(graph))
    return made


def _graph(content: bytes) -> Any:
    from ai_edge_litert.tools import flatbuffer_utils

    return flatbuffer_utils.read_model_from_bytearray(bytearray(content))


def _operator(graph: Any, operator: Any) -> str:
    from ai_edge_litert.tools import flatbuffer_utils

    return flatbuffer_utils.opcode_to_name(graph, operator.opcodeIndex) or "CUSTOM"


def _gives_shares(graph: Any) -> bool:
    """Whether the operator that computes the output squashes it to shares."""
    main = graph.subgraphs[0]
    maker = {int(output): operator for operator in main.operators for output in operator.outputs}
    tensor = int(main.outputs[0])
    for _ in main.operators:
        operator = maker.get(tensor)
        if operator is None:
            return False
        name = _operator(graph, operator)
        if name not in PASSED_ON:
            return name in SHARES_BY
        tensor = int(operator.inputs[0])
    return False
