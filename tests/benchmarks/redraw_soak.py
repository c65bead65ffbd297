"""Redraws the live plots many times with new data, and tells the cost and the memory.

    python tests/benchmarks/redraw_soak.py --redraws 100000

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

from ui.plots.live.plots import LivePlots
from ui.plots.theme import run_style
from workbench.curves.run import RunCurves

STEPS_A_REDRAW = 8
START_STEPS, MOST_STEPS = 20_000, 40_000


def extend(curves: RunCurves, steps: int, random: np.random.Generator) -> None:
    """Add noisy values as a training run gives them."""
    start = (curves.last_step or 0) + 1
    step = np.arange(start, start + steps)
    fall = 2.3 * np.exp(-step / 3000) + 0.05
    curves.append_steps(
        step,
        step / 170.0,
        fall * random.lognormal(0, 0.3, steps),
        np.clip(1 - fall * 0.3 + random.normal(0, 0.02, steps), 0, 1),
        1e-3 / (1 + step / 5000),
        random.normal(11_000, 300, steps),
    )


def soak(redraws: int, width: int, height: int, smoothing: float) -> dict[str, float]:
    """Draw `redraws` plots, one after the other, and measure."""
    app = QApplication.instance() or QApplication([])
    random = np.random.default_rng(0)
    plots = LivePlots()
    plots.resize(width, height)
    plots.set_smoothing(smoothing)
    runs = [RunCurves(938) for _ in range(3)]
    for number, curves in enumerate(runs):
        extend(curves, START_STEPS, random)
        plots.add_run(str(number), curves, f"run {number}", *run_style(number))
    plots.show()
    app.processEvents()
    panels = list(plots.panels.values())
    process = psutil.Process()
    warm_up = max(1, redraws // 10)
    costs = np.empty(redraws)
    held = data = 0.0
    begin = time.perf_counter()
    for redraw in range(redraws):
        for curves in runs:
            if len(curves) > MOST_STEPS:  # so that what grows is not the data
                curves.truncate(START_STEPS)
            extend(curves, STEPS_A_REDRAW, random)
        plots.mark_dirty("0")
        panel = panels[redraw % len(panels)]
        start = time.perf_counter()
        panel.draw()
        costs[redraw] = time.perf_counter() - start
        plots.scheduler.forget(panel)
        if redraw % 50 == 0:
            app.processEvents()
        if redraw == warm_up:
            held, data = process.memory_info().rss, data_bytes(runs)
    seconds = time.perf_counter() - begin
    grown = process.memory_info().rss - held
    data = data_bytes(runs) - data
    drawn = sum(panel.draws for panel in panels)
    plots.close()
    return {
        "redraws": redraws,
        "drawn": drawn,
        "seconds": round(seconds, 1),
        "median_ms": round(float(np.median(costs)) * 1e3, 3),
        "p99_ms": round(float(np.percentile(costs, 99)) * 1e3, 3),
        "max_ms": round(float(costs.max()) * 1e3, 3),
        "rss_growth_mb": round(grown / 1e6, 1),
        "data_growth_mb": round(data / 1e6, 1),
        "steps_a_run": len(runs[0]),
    }


def data_bytes(runs: list[RunCurves]) -> int:
    """Bytes that the runs hold by design (the buffers double, so it is what is allocated)."""
    return sum(curves.nbytes for curves in runs)


def main() -> int:
    """Read the arguments, run, print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--redraws", type=int, default=100_000)
    parser.add_argument("--width", type=int, default=900)
    parser.add_argument("--height", type=int, default=480)
    parser.add_argument("--smoothing", type=float, default=0.9)
    values = parser.parse_args()
    print(json.dumps(soak(values.redraws, values.width, values.height, values.smoothing)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
