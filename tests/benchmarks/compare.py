"""Draws the Compare plots with many runs, moves and zooms them, and tells the cost and the memory.

    python tests/benchmarks/compare.py --runs 100 --points 10000

Prints one line of JSON. Off screen, unless QT_QPA_PLATFORM says otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path

import numpy as np
import psutil

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PySide6.QtWidgets import QApplication

from ui.background.jobs import Jobs
from ui.plots.compare.compared import Item
from ui.plots.compare.plots import ComparePlots
from ui.plots.theme import run_style
from workbench.curves.run import RunCurves
from workbench.figures.settings import Plot


def run_of(points: int, random: np.random.Generator) -> RunCurves:
    """A run of noisy values."""
    steps = np.arange(1, points + 1)
    loss = (2.3 * np.exp(-steps / points * 5) + 0.05) * random.lognormal(0, 0.3, points)
    curves = RunCurves(1000, 64)
    accuracy = np.clip(1 - loss / 3, 0, 1)
    curves.append_steps(steps, steps / 170, loss, accuracy, 1e-3 / steps, loss * 1e4)
    return curves


def measure(runs: int, points: int, frames: int, width: int, height: int) -> dict[str, float]:
    """Opens the runs, then pans and zooms."""
    app = QApplication.instance() or QApplication([])
    random = np.random.default_rng(0)
    process = psutil.Process()
    before = process.memory_info().rss
    curves = [run_of(points, random) for _ in range(runs)]
    held = process.memory_info().rss - before
    jobs = Jobs()
    plots = ComparePlots(jobs)
    plots.resize(width, height)
    plots.show()
    app.processEvents()
    items = [Item(str(n), (str(n),), f"run {n}", *run_style(n), [c]) for n, c in enumerate(curves)]
    begin = time.perf_counter()
    plots.set_items(items)
    (cell,) = plots.cells
    while plots.scheduler.is_dirty(cell):
        app.processEvents()
    opened = time.perf_counter() - begin
    costs: dict[str, float] = {}
    plots.state.following = False
    for name, plot in (
        ("", Plot()),
        ("_smoothed", Plot(smoothing=0.9)),
        ("_log", Plot(log_x=True)),
    ):
        plots.set_plot(plot)
        while plots.scheduler.is_dirty(cell):
            app.processEvents()
        times = []
        plots.state.moving = True
        low, high = plots.state.x_range
        for frame in range(frames):
            share = 0.5 + 0.5 * np.cos(frame / frames * np.pi)  # from all of it to a fifth
            span = (high - low) * (0.2 + 0.8 * share)
            start = low + (high - low - span) * (frame / frames)
            plots.state.x_range = (start, start + span)
            begin = time.process_time()  # the machine may have other work
            cell.draw()
            times.append(1000 * (time.process_time() - begin))
        costs[f"frame_ms{name}"] = round(float(np.median(times)), 1)
        costs[f"frame_p95_ms{name}"] = round(float(np.percentile(times, 95)), 1)
        plots.state.x_range, plots.state.moving = (low, high), False
    plots.close()
    return {
        "runs": runs,
        "points": points,
        "opened_s": round(opened, 3),
        **costs,
        "curves_mb": round(sum(c.nbytes for c in curves) / 1e6, 1),
        "rss_of_curves_mb": round(held / 1e6, 1),
    }


def main() -> int:
    """Reads the arguments, measures, prints."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=100)
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--frames", type=int, default=60)
    parser.add_argument("--width", type=int, default=1200)
    parser.add_argument("--height", type=int, default=700)
    values = parser.parse_args()
    print(json.dumps(measure(**vars(values))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
