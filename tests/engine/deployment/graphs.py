"""LiteRT files that the workbench doesn't write, made out of those that it does."""

from __future__ import annotations

import tempfile
from pathlib import Path


def without_softmax(content: bytes) -> bytes:
    """The same network, giving logits."""
    from ai_edge_litert.tools import flatbuffer_utils

    graph = flatbuffer_utils.read_model_from_bytearray(bytearray(content))
    main = graph.subgraphs[0]
    last = main.operators[-1]
    assert flatbuffer_utils.opcode_to_name(graph, last.opcodeIndex) == "SOFTMAX"
    main.outputs = [int(last.inputs[0])]
    for end in graph.signatureDefs[0].outputs:
        end.tensorIndex = int(last.inputs[0])
    del main.operators[-1]
    return bytes(flatbuffer_utils.convert_object_to_bytearray(graph))


def with_flat_input() -> bytes:
    """A network that takes rows of numbers, not images."""
    import keras

    inputs = keras.Input((64,))
    model = keras.Model(inputs, keras.layers.Dense(10, activation="softmax")(inputs))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "flat.tflite")
        model.export(path, format="litert", verbose=False)
        return path.read_bytes()
