"""The page Trade-offs with very many runs: how soon it is drawn, how long the window is held up.

    python tests/benchmarks/tradeoffs.py [--runs 10000]

Opens the real window (off screen unless QT_QPA_PLATFORM says otherwise) on a store of made-up runs.
`front_ms`: the Pareto front of as many random points in two and in three quantities. By view,
`drawn_ms`: from the choice until all is on the screen, `longest_turn_ms`: the longest time in which
the event loop answered nothing meanwhile. `brush`: the same for dragging on an axis. Prints one
line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import numpy as np
import psutil
from PySide6.QtCore import QEventLoop
from PySide6.QtWidgets import QApplication

from tests.benchmarks.many_runs import fill
from tests.benchmarks.windows import PATIENCE_SECONDS, Turns, close, page_of
from workbench.tradeoffs.pareto import front


def main() -> int:
    """Measures, and prints one line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=10_000)
    count = parser.parse_args().runs
    found: dict[str, object] = {"runs": count, "front_ms": _fronts(count)}
    with tempfile.TemporaryDirectory() as folder:
        fill(Path(folder), count)
        found |= _window(Path(folder))
    found["load"] = psutil.getloadavg()[0]
    print(json.dumps(found))
    return 0


def _fronts(count: int) -> dict[str, float]:
    random = np.random.default_rng(0)
    rising = np.arange(count, dtype=np.float64)
    clouds = {
        "two": (random.random((count, 2)), [1, 1]),
        "three": (random.random((count, 3)), [1, 1, 1]),
        "three, all on the front": (np.stack([rising, -rising, rising % 97], axis=1), [1, 1, 1]),
    }
    found = {}
    for name, (values, better) in clouds.items():
        begin = time.perf_counter()
        front(values, better)
        found[name] = round(1000 * (time.perf_counter() - begin), 1)
    return found


def _window(folder: Path) -> dict[str, object]:
    from ui.panels.compare.panel import ComparePanel
    from ui.window.main_window import MainWindow
    from workbench.runs.store import Store

    application = QApplication.instance() or QApplication([])
    assert isinstance(application, QApplication)
    application.setStyle("Fusion")
    window = MainWindow(Store(folder))
    window.resize(1920, 1080)
    window.show()
    compare, turns = page_of(window, "compare", ComparePanel), Turns()
    page = compare.tradeoffs

    def wait(done: Callable[[], bool]) -> None:
        end = time.monotonic() + PATIENCE_SECONDS
        while not done():
            if time.monotonic() > end:
                raise TimeoutError("it was never drawn")
            application.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)

    def drawn() -> bool:
        plot, dots = page.parallel._plot, page.scatter.plot.layer
        busy = page.follow.is_stale or page.latest.is_busy or window.model.is_busy
        return not busy and not dots.is_drawing and (plot is None or not plot.is_drawing)

    def timed(act: Callable[[], object]) -> dict[str, float]:
        turns.start()
        begin = time.perf_counter()
        act()
        wait(drawn)
        application.processEvents()
        took = time.perf_counter() - begin
        return {
            "drawn_ms": round(1000 * took, 1),
            "longest_turn_ms": round(1000 * turns.longest, 1),
        }

    wait(lambda: window.model.total > 0 and not window.model.is_busy)
    found: dict[str, object] = {}
    window.tabs.setCurrentWidget(compare)
    timed(lambda: compare.show_page(page))  # loads the plots' library
    found["scatter"] = timed(page.scatter.choosers[0].log.click)
    found["offer_ms"] = timed(page.scatter.choosers[0].box.refill)["drawn_ms"]
    page.bars.chooser.box.show_key("val_accuracy")
    found["bars"] = timed(lambda: page.show_view("bars"))
    timed(lambda: page.show_view("parallel"))
    axes = ["optimizer.kind", "parameters", "seconds", "val_accuracy", "val_loss"]
    found["parallel"] = timed(lambda: page.parallel.set_axes(axes))
    found["brush"] = timed(lambda: page.parallel.plot.set_brushes({"val_accuracy": (0.5, 1.0)}))
    close(window)
    return found


if __name__ == "__main__":
    sys.exit(main())
