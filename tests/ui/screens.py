"""Renders the real window off screen to PNGs, to be judged by eye: `python tests/ui/screens.py`.

Sizes, both appearances, an empty store, one run and fifty, the Data tab, and the states in which
something is wrong. The runs are made up; nothing is trained and no test depends on a picture.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))
os.environ["QT_QPA_PLATFORM"] = "offscreen"

from tests.engine.study.made_up_study import MNIST, MadeUp  # noqa: E402
from tests.ui.made_up import (  # noqa: E402
    add_ablation,
    add_evaluation,
    add_latencies,
    add_runs,
    add_seeds,
    add_sweep,
    add_variants,
    answer_of,
)
from workbench import presets  # noqa: E402
from workbench.runs.status import RunStatus  # noqa: E402
from workbench.runs.store import Store  # noqa: E402
from workbench.spec.machine import Machine, Processor  # noqa: E402
from workbench.study.lever_study.plan import StudyPlan  # noqa: E402

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from ui.window.main_window import MainWindow

State = Callable[["MainWindow"], None]
SIZES = {"1280x720": 1, "1920x1080": 1, "3840x2160": 2}
PATIENCE_SECONDS = 20.0


def main() -> int:
    """Renders all, each scale factor in a process of its own: Qt reads it once."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    parser.add_argument("--size", choices=SIZES, action="append", help="only this size")
    parser.add_argument("--only", default="", help="only pictures with this in their name")
    parser.add_argument("--child", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    arguments.out.mkdir(parents=True, exist_ok=True)
    for size in arguments.size or SIZES:
        if arguments.child:
            render(size, arguments.out, arguments.only)
        else:
            environment = {**os.environ, "QT_SCALE_FACTOR": str(SIZES[size])}
            command = [sys.executable, __file__, "--child", "--size", size]
            command += ["--out", str(arguments.out), "--only", arguments.only]
            subprocess.run(command, env=environment, check=True)
    return 0


def render(size: str, out: Path, only: str) -> None:
    """Renders every state at one size, in both appearances."""
    from PySide6.QtCore import Qt
    from PySide6.QtWidgets import QApplication

    application = QApplication([])
    application.setStyle("Fusion")
    for count, states in STATES.items():
        for scheme in (Qt.ColorScheme.Light, Qt.ColorScheme.Dark):
            wanted = {
                state: act
                for state, act in states.items()
                if only in f"{state}-{scheme.name.lower()}-{size}"
            }
            if not wanted:
                continue
            with _window(size, count) as window:
                window.appearance.choose(scheme)
                for state, act in wanted.items():
                    act(window)
                    _settle(window)
                    path = out / f"{state}-{scheme.name.lower()}-{size}.png"
                    _front(window).grab().save(str(path))
                    print(path)
                    for beside in _beside(window):
                        if beside is not None:
                            beside.close()


@contextmanager
def _window(size: str, count: int) -> Iterator[MainWindow]:
    from ui.window.main_window import MainWindow

    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        add_runs(store, count)
        window = MainWindow(store)
        width, height = (int(part) // SIZES[size] for part in size.split("x"))
        window.resize(width, height)
        window.show()
        window.status.device.setText("CPU, 2 cores")
        yield window
        window.files.may_discard = lambda: True  # type: ignore[method-assign]
        window.close()
        window.deleteLater()


def _front(window: MainWindow) -> QWidget:
    """The window beside it, where the state opened one."""
    return next((widget for widget in _beside(window) if widget and widget.isVisible()), window)


def _beside(window: MainWindow) -> tuple[QWidget | None, ...]:
    beside = window.beside
    return beside.presets, beside.code, beside.network


def _settle(window: MainWindow) -> None:
    """Lets the curves be read and drawn, and the data be looked at."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    def busy() -> bool:
        shown = min(40, sum(1 for run in window.store.runs() if run.step))
        return window.pages["data"].is_busy or len(window.pages["live"].plots.visible_runs) < shown

    end = time.monotonic() + PATIENCE_SECONDS
    quiet = time.monotonic() + 1.0
    while time.monotonic() < end and (busy() or time.monotonic() < quiet):
        # The window's own timers wake it at least once a second.
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)
    for _ in range(20):  # what came last has yet to be laid out
        QApplication.processEvents()


def _until(is_so: Callable[[], bool]) -> None:
    """Lets the window work until something is so, or patience ends."""
    from PySide6.QtCore import QEventLoop
    from PySide6.QtWidgets import QApplication

    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end and not is_so():
        QApplication.processEvents(QEventLoop.ProcessEventsFlag.WaitForMoreEvents)


def _live(window: MainWindow) -> None:
    window.tabs.setCurrentWidget(window.pages["live"])


def _data(window: MainWindow) -> None:
    window.tabs.setCurrentWidget(window.pages["data"])


def _levers(window: MainWindow) -> None:
    window.tabs.setCurrentWidget(window.pages["network"])
    window.pages["network"].show_page(window.pages["network"].levers)
    window.pages["network"].levers.choose("width_multiplier")


def _compare(window: MainWindow) -> None:
    window.tabs.setCurrentWidget(window.pages["network"])
    window.pages["network"].show_page(window.pages["network"].compare)
    window.editor.set("structure.layers[2].filters", 32)


def _tradeoffs(view: str) -> State:
    def act(window: MainWindow) -> None:
        window.tabs.setCurrentWidget(window.pages["compare"])
        window.pages["compare"].show_page(window.pages["compare"].tradeoffs)
        window.pages["compare"].tradeoffs.show_view(view)

    return act


def _curves(**plot: object) -> State:
    def act(window: MainWindow) -> None:
        window.tabs.setCurrentWidget(window.pages["compare"])
        window.pages["compare"].show_page(window.pages["compare"].curves)
        window.pages["compare"].curves.restore_settings(plot)
        plots = window.pages["compare"].curves.plots
        _until(lambda: bool(plots.state.items) and all(cell.draws for cell in plots.cells))

    return act


def _better(window: MainWindow) -> None:
    """An empty choice of groups."""
    window.tabs.setCurrentWidget(window.pages["compare"])
    window.pages["compare"].show_page(window.pages["compare"].better)


def _ablation(window: MainWindow) -> None:
    """No ablation yet."""
    window.tabs.setCurrentWidget(window.pages["compare"])
    window.pages["compare"].show_page(window.pages["compare"].ablation)


def _ablated(window: MainWindow) -> None:
    """An ablation of two techniques, one of which helps."""
    add_ablation(window.store, "small")
    window.show_runs()
    _ablation(window)
    page = window.pages["compare"].ablation
    page.follow.catch_up()
    _until(lambda: page.read is not None and page.read.found is not None)


def _search(window: MainWindow) -> None:
    """No sweep yet."""
    window.tabs.setCurrentWidget(window.pages["search"])


def _swept(view: str) -> State:
    """A sweep that has ended, with one of its views in front."""

    def act(window: MainWindow) -> None:
        if not window.store.studies():
            add_sweep(window.store, trials=40, seeds=2)
        window.show_runs()
        _search(window)
        page = window.pages["search"].sweep
        page.follow.mark()
        _until(lambda: page.shown is not None)
        page.views.show_view(view)
        _until(lambda: not (page.latest.is_busy or page.views.latest.is_busy))
        _until(lambda: not page.views.importance.latest.is_busy)

    return act


def _judged(window: MainWindow) -> None:
    """Two groups of five seeds, one better than the other."""
    add_seeds(window.store, "base", [0.950, 0.952, 0.949, 0.951, 0.953])
    add_seeds(window.store, "dropout", [0.957, 0.955, 0.955, 0.956, 0.958])
    window.show_runs()
    _better(window)
    page = window.pages["compare"].better
    page.follow.catch_up()
    page.a.choose("group base 5 seeds")
    page.b.choose("group dropout 5 seeds")
    _until(lambda: page.judgement is not None)


def _study(window: MainWindow) -> None:
    """No lever study yet: the form of a new one."""
    window.tabs.setCurrentWidget(window.pages["search"])
    window.pages["search"].show_page(window.pages["search"].study)
    _until(lambda: bool(window.pages["search"].study.form.resolves.text()))


def _studied(window: MainWindow) -> None:
    """A lever study that has ended."""
    levers = ("bfloat16", "one_cycle", "betas", "smoothing", "strided_stem", "depth", "width")
    toml = MNIST.to_toml()
    plan = StudyPlan(toml, "mnist-cnn", 3600.0, 75.0, target=0.991, levers=levers)
    MadeUp(window.store.folder, plan).work()
    window.show_runs()
    _study(window)
    page = window.pages["search"].study
    _until(lambda: page.read.page is not None)


def _try_it(window: MainWindow) -> None:
    """Nothing tried yet."""
    window.tabs.setCurrentWidget(window.pages["inside"])
    window.pages["inside"].show_page(window.pages["inside"].attempt)


def _tried(window: MainWindow) -> None:
    """The answer on a test image."""
    run = window.store.runs()[0]
    window.runs.select(run.run_id)
    _try_it(window)
    page = window.pages["inside"].attempt
    page.view.show_answer(answer_of(run))
    page.words.setText("Right: it is 0")
    page.empty.hide()
    page.area.show()


def _speed(window: MainWindow) -> None:
    """Nothing timed yet."""
    window.tabs.setCurrentWidget(window.pages["inside"])
    window.pages["inside"].show_page(window.pages["inside"].speed)


def _timed(window: MainWindow) -> None:
    """A run whose network was timed on this machine."""
    run, machine = window.store.runs()[0], Machine(Processor("Some CPU", 2))
    add_latencies(window.store.folder, machine, run)
    window.runs.select(run.run_id)
    window.editor.set_machine(machine)
    _speed(window)
    _until(lambda: bool(window.pages["inside"].speed.points))


def _compare_preset(window: MainWindow) -> None:
    window.pages["network"].compare.compare_with_preset("resnet-20")
    _compare(window)


def _presets(window: MainWindow) -> None:
    window.beside.show_presets()


def _code(window: MainWindow) -> None:
    window.beside.show_code()


def _selected(window: MainWindow) -> None:
    _live(window)
    window.runs.select(window.store.runs()[0].run_id)
    window.editor.set("structure.layers[0].filters", 16)


def _running(window: MainWindow) -> None:
    """A run under way, half-way through."""
    run = window.store.runs()[-1]
    window.store.update(run.run_id, status=RunStatus.RUNNING, test_accuracy=None)
    window.show_runs()
    window.model.set_progress(run.run_id, 0.43, "6 s left")


def _wrong(window: MainWindow) -> None:
    """A refused field, a layer that doesn't fit, and a run that failed."""
    _live(window)
    window.editor.set_all({"structure.layers[4].kernel_size": 9}, "structure.layers[4]")
    window.experiment.structure.select(4)
    entry = window.experiment.forms["optimizer"].entry("learning_rate")
    entry.show_value(0.0)
    window.editor.set("optimizer.learning_rate", 0.0)
    window.experiment.reveal("optimizer.learning_rate")
    window.banner.say(
        "digits-cnn: the loss is not finite at step 312; lower the learning rate (now 1000) or "
        "the regularization.",
        bad=True,
    )


def _evaluate(window: MainWindow) -> None:
    """An evaluated run, with a cell of its confusion matrix chosen."""
    run = window.store.runs()[0]
    add_evaluation(window.store, run)
    window.runs.select(run.run_id)
    window.tabs.setCurrentWidget(window.pages["evaluate"])
    _until(lambda: window.pages["evaluate"].read is not None)
    window.pages["evaluate"].summary.matrix.choose(8, 3)


def _mistakes(window: MainWindow) -> None:
    _evaluate(window)
    window.pages["evaluate"].pages.show_page(window.pages["evaluate"].mistakes)


def _evaluation_curves(window: MainWindow) -> None:
    _evaluate(window)
    window.pages["evaluate"].pages.show_page(window.pages["evaluate"].curves)


def _optimizer(window: MainWindow) -> None:
    """The lower half of the form."""
    _live(window)
    area = window.experiment.area
    area.verticalScrollBar().setValue(area.verticalScrollBar().maximum())


def _varied(window: MainWindow) -> None:
    """Three optimizers and a range of rates that is wrong, with what they come to."""
    _live(window)
    window.editor.variations.vary("optimizer.learning_rate", "0..0.1:log")
    window.experiment.vary("optimizer.kind")
    _until(lambda: bool(window.editor.variations.faults))


def _missing(window: MainWindow) -> None:
    """A data set that isn't there yet."""
    window.editor.set("data.kind", "cifar10")
    _data(window)


def _layers(window: MainWindow) -> None:
    """What every layer of a deep network costs, one of its blocks unfolded."""
    network = presets.load("resnet-20")
    window.editor.set_all(
        {"data.kind": "cifar10", "structure.layers": network.values()["structure"]["layers"]},
        "structure",
    )
    window.tabs.setCurrentWidget(window.pages["network"])
    window.pages["network"].show_page(window.pages["network"].costs)
    window.pages["network"].costs.table.expand(window.layers.table.index(6))
    window.layers.select([6, 7])


def _drawing(window: MainWindow) -> None:
    _layers(window)
    window.pages["network"].show_page(window.pages["network"].drawing)


def _queue(window: MainWindow) -> None:
    window.editor.set("data.kind", "digits")
    _live(window)
    for name in ("one-cycle", "small-filters"):
        window.editor.set("name", name)
        window.training.enqueue()


def _compress(window: MainWindow) -> None:
    """A run with two variants."""
    original = add_variants(window.store)[0]
    window.show_runs()
    _until(lambda: window.model.rowCount() == 4)
    window.runs.select(original.run_id)
    window.tabs.setCurrentWidget(window.pages["compress"])
    _until(lambda: window.pages["compress"].edited is not None)
    _until(lambda: window.pages["compress"].table.rowCount() == 3)


def _variants_plot(window: MainWindow) -> None:
    """The same as a plot."""
    if window.pages["compress"].edited is None:
        _compress(window)
    window.pages["compress"].answers.show_plot(True)


def _export_network(window: MainWindow) -> None:
    """The export of a run that has weights, ready to begin."""
    run = window.store.runs()[0]
    add_evaluation(window.store, run)
    window.beside.export_network(run.run_id)
    _until(lambda: not window.beside.network._reads.is_busy)


STATES: dict[int, dict[str, State]] = {
    0: {
        "empty": _live,
        "empty-data": _data,
        "empty-download": _missing,
        "queue": _queue,
        "levers": _levers,
        "empty-compare": _compare,
        "empty-better": _better,
        "empty-ablation": _ablation,
        "empty-search": _search,
        "empty-study": _study,
        "empty-try": _try_it,
        "empty-speed": _speed,
        "presets": _presets,
        "code": _code,
    },
    1: {
        "one-export": _export_network,
        "one-compress": _compress,
        "one-compress-plot": _variants_plot,
        "one": _live,
        "one-selected": _selected,
        "one-form": _optimizer,
        "one-wrong": _wrong,
        "one-varied": _varied,
        "one-layers": _layers,
        "one-drawing": _drawing,
        "one-compare": _compare,
        "one-evaluate": _evaluate,
        "one-evaluate-mistakes": _mistakes,
        "one-evaluate-curves": _evaluation_curves,
        "one-compare-preset": _compare_preset,
        "one-try": _tried,
        "one-speed": _timed,
        "one-better": _judged,
        "one-ablation": _ablated,
        "one-study": _studied,
        "one-search": _swept("answer"),
        "one-search-best": _swept("best"),
        "one-search-parallel": _swept("parallel"),
        "one-search-front": _swept("front"),
        "one-search-importance": _swept("importance"),
    },
    50: {
        "fifty": _live,
        "fifty-running": _running,
        "fifty-curves": _curves(),
        "fifty-curves-smoothed": _curves(smoothing=0.9, log_x=True),
        "fifty-scatter": _tradeoffs("scatter"),
        "fifty-bars": _tradeoffs("bars"),
        "fifty-parallel": _tradeoffs("parallel"),
    },
}

if __name__ == "__main__":
    sys.exit(main())
