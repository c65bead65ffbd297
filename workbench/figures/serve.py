"""Draws figures for the window, one after another: `python -m workbench.figures.serve`.

A process of its own for the reasons that `workbench.figures.network.process` gives; it stays, so
that a preview follows each change of a setting.

Reads a line of JSON a request: `{"number", "store", "figure"}` with `"formats"` (the bytes of each
are wanted) or `"path"` (the file to write) and `"shown"` (another number where the store has to be
looked at again: runs go on), or `{"number", "store", "report", "path"}` for a page
on the runs of these ids; and says one: `{"number"}` with `"drawn"` (base64 by format) or
`"written"`, both with `"remarks"` (sentences), or with `"error"`. Ends with its input.
"""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import IO, Any

from workbench.base.json_lines import as_line
from workbench.base.text import tr
from workbench.figures.families import FAMILIES, figure_from
from workbench.figures.report import write_report
from workbench.figures.settings import FigureSpec
from workbench.figures.writing import drawn_and_judged, write
from workbench.runs.store import Store, StoreError


class Drawer:
    """Answers requests; keeps what was read for the last figure, as the next often needs it."""

    def __init__(self) -> None:
        self._known: Any = None
        self._known_of: object = None

    def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What is said to a request."""
        number = asked["number"]
        try:
            if "report" in asked:
                return {"number": number, "written": self._report(asked)}
            figure = figure_from(asked["figure"])
            data = self._data(asked["store"], figure, asked["shown"])
            if "path" in asked:
                found = write(figure, data, Path(asked["path"]))
                return {"number": number, "written": asked["path"], "remarks": found}
            made = {f: drawn_and_judged(figure, data, f) for f in asked["formats"]}
        except OSError as error:
            path = asked.get("path", "")
            reason = error.strerror or str(error)
            return {
                "number": number,
                "error": tr("{path} can't be written ({reason})", path=path, reason=reason),
            }
        except (ValueError, StoreError) as error:
            return {"number": number, "error": str(error)}
        encoded = {f: base64.b64encode(content).decode() for f, (content, _) in made.items()}
        return {"number": number, "drawn": encoded, "remarks": next(iter(made.values()))[1]}

    def _report(self, asked: dict[str, Any]) -> str:
        path = str(asked["path"])
        with Store(Path(asked["store"])) as store:
            write_report(store, [store.run(run_id) for run_id in asked["report"]], Path(path))
        return path

    def _data(self, folder: str, figure: FigureSpec, shown: int) -> Any:
        wanted = folder, type(figure), figure.reads, shown
        if wanted != self._known_of:
            with Store(Path(folder)) as store:
                self._known = FAMILIES[type(figure)].read(store, figure)
            self._known_of = wanted
        return self._known


def main(ask: IO[str], say: IO[str]) -> int:
    """Answers until the input ends."""
    drawer = Drawer()
    for line in ask:
        say.write(as_line(drawer.answer(json.loads(line))) + "\n")
        say.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout))
