"""A figure drawn for the window, in its own process: `python -m workbench.figures.network.process`.

Matplotlib takes seconds of Python's lock to load and draw, and a garbage collection in a thread of
the window may touch Qt's objects there, which kills the window: both are kept out of it.

Reads one line of JSON, `{"figure": "network", "path": ..., settings of the figure}`, and says one:
`{"written": path}`, or `{"error": sentence}`. Exit code 0 where the file is there, else 1.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from workbench.base.json_lines import as_line
from workbench.base.text import tr
from workbench.figures.network.drawing import write_drawing
from workbench.levers.layer_text import layers_from_text
from workbench.network.analysis import analyze
from workbench.network.drawing import draw


def network(path: Path, asked: dict[str, Any]) -> None:
    """The drawing of a network.

    Args:
        path: Where to.
        asked: `layers` as text, the `image`'s shape, and `width`, `measure` and `inside` of `draw`.
    """
    layers = layers_from_text(asked["layers"])
    analysis = analyze(layers, tuple(asked["image"]))
    drawing = draw(
        layers, analysis, asked["width"], measure=asked["measure"], inside=asked["inside"]
    )
    write_drawing(drawing, path)


FIGURES: dict[str, Callable[[Path, dict[str, Any]], None]] = {"network": network}
"""What can be asked for: each writes its figure to a path."""


def main(ask: IO[str], say: IO[str]) -> int:
    """Answers one request; the process's exit code."""
    asked = json.loads(ask.readline())
    path = Path(asked["path"])
    answer = {"written": str(path)}
    try:
        FIGURES[asked["figure"]](path, asked)
    except OSError as error:
        answer = {
            "error": tr(
                "{path}: can't be written ({value})", path=path, value=error.strerror or error
            )
        }
    except ValueError as error:
        answer = {"error": str(error)}
    say.write(as_line(answer) + "\n")
    say.flush()
    return 1 if "error" in answer else 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout))
