"""The table of runs with very many of them: how soon it is there, how fast it answers.

    python tests/benchmarks/runs_table.py [--runs 10000 --runs 75000] [--stores DIR]

Opens the real window (off screen unless QT_QPA_PLATFORM says otherwise) on stores of made-up runs.
`open`: seconds from the store's opening until all runs are in the table. `filter_ms`, `sort_ms`:
from the keystroke or click until the rows are shown; `..._again` with the columns already made.
`longest_turn_opening_ms`, `longest_turn_ms`: the longest time in which the event loop answered
nothing while the runs are read, and later; `plots_ms`: loading the library of the plots and making
them before that, which costs the same with no run at all. `one_update_ms`: reading and showing one
run that changed. `memory_mb`: of the process, more than with an empty store. Prints one JSON line a
store, with the machine's load beside the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from tests.benchmarks.many_runs import fill
from tests.benchmarks.windows import Turns, close, page_of, until
from ui.app import SWITCH_SECONDS

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow

FILTERS = ("val_accuracy > 0.9 and optimizer.kind = adam", "sweep 7")


def measure(folder: Path, runs: int) -> dict[str, object]:
    """Figures of one store."""
    from ui.panels.live.panel import LivePanel
    from ui.window.main_window import MainWindow
    from workbench.runs.store import Store

    before = psutil.Process().memory_info().rss
    turns = Turns()
    started = time.perf_counter()
    window = MainWindow(Store(folder))
    window.show()
    shown = time.perf_counter() - started
    live = page_of(window, "live", LivePanel)
    _ = live.plots  # loads the plots' library
    plots = time.perf_counter() - started - shown
    turns.start()
    model = window.model
    until(lambda: model.total == runs and not window.feed.is_reading and not model.is_busy)
    opened = time.perf_counter() - started
    opening = turns.longest
    until(lambda: len(live.plots.visible_runs) == min(30, runs))
    turns.start()
    figures: dict[str, object] = {
        "runs": runs,
        "window_seconds": round(shown, 2),
        "plots_ms": round(1000 * plots, 1),
        "open_seconds": round(opened, 2),
        "longest_turn_opening_ms": round(1000 * opening, 1),
        "filter_ms": [filtered(window, text) for text in FILTERS],
        "filter_again_ms": [filtered(window, text) for text in FILTERS],
        "sort_ms": [ordered(window, key) for key in ("val_accuracy", "name")],
        "group_ms": grouped(window),
        "longest_turn_ms": round(1000 * turns.longest, 1),
        "one_update_ms": update(window),
        "memory_mb": round((psutil.Process().memory_info().rss - before) / 1e6),
        "load": psutil.getloadavg()[0],
    }
    close(window)
    window.deleteLater()
    QApplication.processEvents()
    return figures


def filtered(window: MainWindow, text: str) -> float:
    """Filters, and takes the filter away again."""
    started = time.perf_counter()
    window.runs.filter.setText(text)
    until(lambda: not window.model.is_busy)
    took = 1000 * (time.perf_counter() - started)
    assert 0 < len(window.model.places) < window.model.total
    window.runs.filter.clear()
    until(lambda: not window.model.is_busy)
    return round(took, 1)


def ordered(window: MainWindow, key: str) -> float:
    """Sorts by a column."""
    started = time.perf_counter()
    column = window.model.keys.index(key)
    window.runs.table.sortByColumn(column, Qt.SortOrder.DescendingOrder)
    until(lambda: not window.model.is_busy)
    return round(1000 * (time.perf_counter() - started), 1)


def grouped(window: MainWindow) -> float:
    """Groups by the optimizer, and ends it again."""
    started = time.perf_counter()
    window.runs.group_by("optimizer.kind")
    until(lambda: not window.model.is_busy)
    took = 1000 * (time.perf_counter() - started)
    window.runs.group_by("")
    until(lambda: not window.model.is_busy)
    return round(took, 1)


def update(window: MainWindow) -> float:
    """What one run that changed costs the window's thread."""
    took = []
    for step in range(20):
        window.store.update(window.model.id_at(3), step=step + 1)
        started = time.perf_counter()
        window.show_runs()
        took.append(1000 * (time.perf_counter() - started))
    return round(statistics.median(took), 2)


def main() -> None:
    """Prints the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, action="append")
    parser.add_argument("--stores", type=Path, help="keep the stores there, for the next time")
    arguments = parser.parse_args()
    application = QApplication([])
    application.setStyle("Fusion")
    sys.setswitchinterval(SWITCH_SECONDS)
    with tempfile.TemporaryDirectory() as scratch:
        for runs in arguments.runs or [10_000, 75_000]:
            folder = (arguments.stores or Path(scratch)) / str(runs)
            if not folder.exists():
                fill(folder, runs)
            print(json.dumps(measure(folder, runs)), flush=True)


if __name__ == "__main__":
    main()
