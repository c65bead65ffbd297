"""Draws figures of curves for the window, one after another: `python -m workbench.figures.serve`.

A process of its own for the reasons that `workbench.figures.draw` gives; it stays, so that a
preview follows each change of a setting.

Reads a line of JSON a request: `{"number", "store", "figure"}` with `"formats"` (the bytes of each
are wanted) or `"path"` (the file to write), or `{"number", "store", "report", "path"}` for a page
on the runs of these ids; and says one: `{"number"}` with `"drawn"` (base64 by format), `"written"`,
or `"error"`. Ends with its input.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import IO, Any

from workbench.figures.lines import Source, read_sources
from workbench.figures.report import write_report
from workbench.figures.settings import CurveFigure
from workbench.figures.writing import drawn, write
from workbench.runs.store import Store, StoreError


class Drawer:
    """Answers requests; keeps the curves of the last figure, as the next is often of the same."""

    def __init__(self) -> None:
        self._known: dict[str, Source] = {}
        self._folder = ""

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What is said to a request."""
        number = asked["number"]
        try:
            if "report" in asked:
                return {"number": number, "written": self._report(asked)}
            figure = CurveFigure.parse(asked["figure"])
            sources = self._sources(asked["store"], figure)
            if "path" in asked:
                write(figure, sources, Path(asked["path"]))
                return {"number": number, "written": asked["path"]}
            contents = {f: drawn(figure, sources, f) for f in asked["formats"]}
        except OSError as error:
            path = asked.get("path", "")
            reason = error.strerror or str(error)
            return {"number": number, "error": f"{path} can't be written ({reason})"}
        except (ValueError, StoreError) as error:
            return {"number": number, "error": str(error)}
        encoded = {f: base64.b64encode(c).decode() for f, c in contents.items()}
        return {"number": number, "drawn": encoded}

    def _report(self, asked: dict[str, Any]) -> str:
        path = str(asked["path"])
        with Store(Path(asked["store"])) as store:
            write_report(store, [store.run(run_id) for run_id in asked["report"]], Path(path))
        return path

    def _sources(self, folder: str, figure: CurveFigure) -> dict[str, Source]:
        wanted = [entry.run_id for entry in figure.runs]
        if folder != self._folder or not set(wanted) <= set(self._known):
            with Store(Path(folder)) as store:
                self._known, self._folder = read_sources(store, wanted), folder
        return self._known


def main(ask: IO[str], say: IO[str]) -> int:
    """Answers until the input ends."""
    drawer = Drawer()
    for line in ask:
        say.write(json.dumps(drawer.answer(json.loads(line))) + "\n")
        say.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout))
