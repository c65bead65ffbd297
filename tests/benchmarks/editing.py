"""How soon the window follows an edit of one of 100 layers: `python tests/benchmarks/editing.py`.

For each page of the Network tab: milliseconds of the edit itself, and up to the end of the event
loop's turn that shows it. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.analysis import NETWORKS
from tests.benchmarks.windows import close, page_of

if TYPE_CHECKING:
    from ui.window.main_window import MainWindow

EDITED = "structure.layers[40].filters"
NETWORK = "100 plain layers"


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=500, metavar="N")
    rounds = parser.parse_args().rounds
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from PySide6.QtWidgets import QApplication

    from ui.look import theme
    from ui.panels.network.panel import NetworkPanel
    from ui.window.main_window import MainWindow
    from workbench.runs.store import Store

    application = QApplication([])
    application.setStyle("Fusion")
    theme.apply()
    gc.freeze()  # as the application does
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        window = MainWindow(Store(Path(folder)))
        window.resize(1920, 1080)
        window.show()
        layers = [layer.values() for layer in NETWORKS[NETWORK]]
        window.editor.set("structure.layers", layers)
        network = page_of(window, "network", NetworkPanel)
        window.tabs.setCurrentWidget(network)
        for name, page in (("layers", network.costs), ("drawing", network.drawing)):
            network.show_page(page)
            for _ in range(20):
                application.processEvents()
            found[name] = measured(window, application.processEvents, rounds)
        close(window)
        window.deleteLater()
    print(json.dumps(found))


def measured(window: MainWindow, turn: Callable[[], None], rounds: int) -> dict[str, float]:
    """Median and 99th percentile of the edit, and of the edit with the turn that shows it.

    As the clock says, and as processor time of this thread, which other work hardly changes.
    """
    times: dict[str, list[float]] = {}
    clocks = {"clock": time.perf_counter, "cpu": time.thread_time}
    for number in range(rounds):
        started = {name: clock() for name, clock in clocks.items()}
        window.editor.set(EDITED, 8 + number % 2)
        edited = {name: clock() for name, clock in clocks.items()}
        turn()
        for name, clock in clocks.items():
            times.setdefault(f"edit_{name}", []).append(1000 * (edited[name] - started[name]))
            times.setdefault(f"shown_{name}", []).append(1000 * (clock() - started[name]))
    return {
        f"{name}_{words}": round(value, 2)
        for name, values in times.items()
        for words, value in (
            ("median", statistics.median(values)),
            ("p99", statistics.quantiles(values, n=100)[98]),
        )
    }


if __name__ == "__main__":
    main()
