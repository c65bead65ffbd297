"""The window as a person meets it: how soon it is there, how fast it answers, what it costs.

    python tests/benchmarks/window.py launch [--runs 7]
    python tests/benchmarks/window.py train --data MNIST.npz --baselines BASELINES.py [--rounds 3]

`launch`: seconds (and the processor's) from the start of the process to the first painted window,
beside an empty window of PySide6 and pyqtgraph. `train`: seconds from Train to the first point for
`digits-cnn`; then the reference CNN on MNIST (batch 64) with plots showing: images a second beside
the `graph` baseline, in turns, and the length of the event loop's turns. Runs off screen unless
QT_QPA_PLATFORM says otherwise. Prints one JSON line.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from tests.benchmarks.common import baseline_rate, write_subset
from tests.benchmarks.windows import close

WATCH = """
import sys, time
def watch(window):
    from PySide6.QtCore import QEvent, QObject, QTimer
    class Watch(QObject):
        def eventFilter(self, watched, event):
            if event.type() == QEvent.Type.UpdateRequest and not self.property("seen"):
                self.setProperty("seen", True)
                QTimer.singleShot(0, self.report)
            return False
        def report(self):
            print(time.time() - float(sys.argv[2]), time.process_time(), flush=True)
            import os; os._exit(0)
    window.watch = Watch()
    window.installEventFilter(window.watch)
"""
OURS = (
    WATCH
    + """
from ui import launch
def why_no_window():
    from PySide6.QtWidgets import QMainWindow
    from ui.window.main_window import MainWindow
    def show(window):
        watch(window); QMainWindow.show(window)
    MainWindow.show = show
    return ""
launch.why_no_window = why_no_window  # the last thing that it asks before it makes the window
launch.main(["--store", sys.argv[1]])
"""
)
EMPTY = (
    WATCH
    + """
from PySide6.QtWidgets import QApplication, QMainWindow
import pyqtgraph
application = QApplication([])
window = QMainWindow(); window.setCentralWidget(pyqtgraph.PlotWidget()); window.resize(1440, 900)
watch(window); window.show(); application.exec()
"""
)


def launch(runs: int) -> dict[str, float]:
    """Medians over alternating starts, after one of each that warms caches and compiles modules."""
    seconds: dict[str, list[float]] = {"window": [], "empty_window": []}
    processor: dict[str, list[float]] = {"window": [], "empty_window": []}
    environment = {n: v for n, v in os.environ.items() if n != "PYTHONDONTWRITEBYTECODE"}
    folder = partial(tempfile.TemporaryDirectory, ignore_cleanup_errors=True)  # something may write
    with folder() as store, folder() as compiled:
        environment["PYTHONPYCACHEPREFIX"] = compiled
        for number in range(runs + 1):
            for name, code in (("window", OURS), ("empty_window", EMPTY)):
                done = subprocess.run(
                    [sys.executable, "-c", code, store, str(time.time())],
                    check=True,
                    capture_output=True,
                    text=True,
                    env=environment,
                )
                if number:
                    told = [float(word) for word in done.stdout.split()[:2]]
                    seconds[name].append(told[0])
                    processor[name].append(told[1])

    def ratio(of: dict[str, list[float]]) -> float:
        pairs = zip(of["window"], of["empty_window"], strict=True)
        return round(statistics.median(a / b for a, b in pairs), 2)

    return {
        **{name: round(statistics.median(values), 3) for name, values in seconds.items()},
        "ratio": ratio(seconds),
        "processor_ratio": ratio(processor),
    }


def train(arguments: argparse.Namespace) -> dict[str, object]:
    """Drives the real window."""
    import numpy as np
    from PySide6.QtCore import QEventLoop, QTimer
    from PySide6.QtWidgets import QApplication

    from ui.look import theme
    from ui.window.main_window import MainWindow
    from workbench.runs.store import Store

    application = QApplication([])
    application.setStyle("Fusion")
    theme.apply()
    with tempfile.TemporaryDirectory() as folder:
        subset = Path(folder) / "subset.npz"
        write_subset(arguments.data, arguments.images, subset)
        window = MainWindow(Store(Path(folder) / "store"))
        window.resize(1600, 1000)
        window.show()

        def wait(signal: object) -> None:
            loop = QEventLoop()
            signal.connect(loop.quit)  # type: ignore[attr-defined]
            loop.exec()

        QTimer.singleShot(0, window.controller.warm_up)
        wait(window.controller.ready)
        firsts = []
        for _ in range(3):
            pressed = time.perf_counter()
            window.training["train"].trigger()
            wait(window.controller.steps)
            firsts.append(round(time.perf_counter() - pressed, 3))
            window.training["stop"].trigger()
            wait(window.controller.ended)
        window.editor.set_all(
            {
                "data.kind": "npz",
                "data.path": str(subset),
                "training.batch_size": 64,
                "training.epochs": arguments.epochs,
                "training.validation_split": 0.0,
            },
            "training",
        )
        rates: dict[str, list[float]] = {"graph": [], "window": []}
        turns: list[float] = []
        heartbeat = QTimer()
        heartbeat.setInterval(0)
        last = [0.0]

        def beat() -> None:
            now = time.perf_counter()
            turns.append(now - last[0])
            last[0] = now

        heartbeat.timeout.connect(beat)
        heartbeat.setInterval(2)
        for _ in range(arguments.rounds):
            rates["graph"].append(
                baseline_rate(
                    arguments.baselines,
                    "graph",
                    arguments.data,
                    arguments.images,
                    64,
                    arguments.epochs,
                )
            )
            window.training["train"].trigger()
            wait(window.controller.ended)
            rates["window"].append(window.store.runs()[-1].images_per_second or 0.0)
            print({name: round(v[-1]) for name, v in rates.items()}, file=sys.stderr)
        # A run of its own: the heartbeat takes a share of the processor as well.
        window.training["train"].trigger()
        wait(window.controller.steps)
        last[0] = time.perf_counter()
        heartbeat.start()
        wait(window.controller.ended)
        heartbeat.stop()
        close(window)
        application.processEvents()
    ratios = [a / b for a, b in zip(rates["window"], rates["graph"], strict=True)]
    over = np.array(turns) * 1000
    return {
        "train_to_first_point_seconds": firsts,
        "images_per_second": {n: round(statistics.median(v)) for n, v in rates.items()},
        "window_divided_by_graph": round(statistics.median(ratios), 3),
        "event_loop_turn_ms": {
            "p50": round(float(np.percentile(over, 50)), 1),
            "p99": round(float(np.percentile(over, 99)), 1),
            "p99.9": round(float(np.percentile(over, 99.9)), 1),
            "max": round(float(over.max()), 1),
            "turns": len(turns),
        },
    }


def main() -> None:
    """Prints the figures of one part."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("part", choices=["launch", "train"])
    parser.add_argument("--runs", type=int, default=7)
    parser.add_argument("--data", type=Path)
    parser.add_argument("--baselines", type=Path)
    parser.add_argument("--images", type=int, default=19200)
    parser.add_argument("--epochs", type=int, default=4)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    print(json.dumps(launch(arguments.runs) if arguments.part == "launch" else train(arguments)))


if __name__ == "__main__":
    main()
