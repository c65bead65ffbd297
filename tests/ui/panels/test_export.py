"""The export window through the real window and its real drawing process; the files are parsed."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event, get_ident
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.svg import texts_of
from tests.ui.made_up import add_runs
from ui.background import figure_drawer
from ui.background.jobs import Jobs
from ui.editing.edited import EditedSpec
from ui.panels.export.window import ExportWindow
from ui.window.main_window import MainWindow
from workbench.figures.embedded import about
from workbench.figures.families import figure_from_json
from workbench.runs.record import Run

PATIENCE = 60_000
Save = Callable[[ExportWindow, str], Path]

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def runs(window: MainWindow) -> list[Run]:
    made = add_runs(window.store, 3)
    window.show_runs()
    return made


@pytest.fixture
def export(window: MainWindow, runs: list[Run], qtbot: QtBot) -> ExportWindow:
    """Open on the Compare tab's curves, with its first preview."""
    window.tabs.setCurrentWidget(window.pages["compare"])
    page = window.pages["compare"].curves
    qtbot.waitUntil(lambda: len(page.plots.state.items) == 3 and not page.reader.is_busy)
    page.export_action.trigger()
    assert window.beside.figure is not None
    previewed(window.beside.figure, qtbot)
    return window.beside.figure


def previewed(export: ExportWindow, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: not export.is_drawing and not export.preview.picture.isNull(), timeout=PATIENCE
    )


@pytest.fixture
def save(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Save:
    def act(export: ExportWindow, name: str) -> Path:
        path = tmp_path / name
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
        with qtbot.waitSignal(export.said, timeout=PATIENCE):
            export.save_button.click()
        return path

    return act


def test_what_is_set_up_is_what_is_written(
    export: ExportWindow, runs: list[Run], save: Save, qtbot: QtBot
) -> None:
    first = export.preview.picture.size()
    export.rows.item(0).setText("the <winner> & $x$")
    row = export.rows.takeItem(2)
    export.rows.insertItem(0, row)
    export.use_size("slide")
    export.form.entry("title").edited.emit("A title")
    export.form.entry("grid").edited.emit(False)
    previewed(export, qtbot)
    assert export.preview.picture.size() != first
    content = save(export, "figure.svg").read_bytes()
    found = texts_of(content)
    legend = [text for text in found if text in {run.name for run in runs} or "winner" in text]
    assert legend == ["digits-cnn", "the <winner> & $x$", "one-cycle"]
    assert {"A title", "Step", "Training loss"} <= set(found)
    figure = figure_from_json(
        ElementTree.fromstring(content).findtext(".//{http://purl.org/dc/elements/1.1/}description")
        or ""
    )
    assert figure == export.figure
    assert (figure.look.width, figure.look.font_size) == (254, 16)


def test_the_preset_that_a_figure_has_the_size_of_is_marked(export: ExportWindow) -> None:
    export.use_size("slide")
    assert [name for name, button in export.sizes.items() if button.isChecked()] == ["slide"]
    export.edited.set(f"{EditedSpec.PATH}.width", 100.0)
    assert not any(button.isChecked() for button in export.sizes.values())


def test_every_format_and_the_clipboard(export: ExportWindow, save: Save, qtbot: QtBot) -> None:
    assert save(export, "a.pdf").read_bytes().startswith(b"%PDF-")
    assert figure_from_json(about(save(export, "a.png"))) == export.figure
    rows = list(csv.reader(save(export, "a.csv").read_text().splitlines()))
    assert len(rows) == 1 + 3 * 210
    assert r"\begin{tikzpicture}" in save(export, "a.tikz").read_text()
    assert save(export, "nothing").with_name("nothing.svg").exists()
    export.copy_button.click()
    qtbot.waitUntil(lambda: export.words.text() == "Copied.", timeout=PATIENCE)
    data = QGuiApplication.clipboard().mimeData()
    assert data.hasImage()
    assert "one-cycle" in texts_of(bytes(data.data("image/svg+xml").data()))
    assert bytes(data.data("image/png").data()).startswith(b"\x89PNG")
    export.edited.set(f"{EditedSpec.PATH}.width", 5000.0)
    assert "at most 1000" in export.form.problem("width").replace(",", "")
    assert not export.save_button.isEnabled()
    export.edited.set(f"{EditedSpec.PATH}.width", 100.0)
    assert export.save_button.isEnabled()


def test_a_live_plot_is_exported_with_its_validation(
    window: MainWindow, runs: list[Run], save: Save, qtbot: QtBot
) -> None:
    plots = window.pages["live"].plots
    qtbot.waitUntil(lambda: len(plots.visible_runs) == 3)
    plots.set_axis("epoch")
    plots.controls.export.menu().actions()[1].trigger()
    export = window.beside.figure
    assert export is not None
    previewed(export, qtbot)
    found = texts_of(save(export, "live.svg").read_bytes())
    assert {"Epoch", "Training accuracy (%)", "one-cycle", "one-cycle, validation"} <= set(found)
    view = plots.panels["learning_rate"].view
    assert view.contextMenuPolicy() is Qt.ContextMenuPolicy.ActionsContextMenu
    view.actions()[0].trigger()
    assert export.figure is not None
    assert export.figure.plot.metric == "learning_rate"


def test_the_window_can_be_closed_while_it_draws_and_opened_again(
    export: ExportWindow, window: MainWindow, qtbot: QtBot
) -> None:
    export.use_size("two-column")
    export.copy_button.click()
    export.close()
    assert not export.process.is_running
    window.pages["compare"].curves.export_action.trigger()
    export.form.entry("title").edited.emit("again")
    previewed(export, qtbot)
    assert export.isVisible()


class DeafChild:
    """A process that reads nothing, as while it draws, until it is killed."""

    def __init__(self) -> None:
        self.is_killed = Event()
        self.writers: list[int] = []

    def send(self, line: str) -> bool:
        self.writers.append(get_ident())
        self.is_killed.wait()
        return False

    def lines(self) -> Iterator[str]:
        self.is_killed.wait()
        return iter(())

    def kill(self) -> None:
        self.is_killed.set()

    def end(self) -> int:
        return 0


def test_the_window_does_not_wait_for_a_process_that_draws(
    qtbot: QtBot, jobs: Jobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[DeafChild] = []

    def begin(module: str, **_: object) -> DeafChild:
        made.append(DeafChild())
        return made[-1]

    monkeypatch.setattr(figure_drawer, "Child", begin)
    parent = QObject()
    process = figure_drawer.FigureDrawer(jobs, parent)
    process.send({"number": 1})
    qtbot.waitUntil(lambda: bool(made and made[0].writers))
    process.send({"number": 2})
    assert made[0].writers != [get_ident()]
    process.end()
    assert not process.is_running
    assert made[0].is_killed.is_set()
    assert len(made) == 1, "nothing is asked any more"
