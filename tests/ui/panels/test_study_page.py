"""Search, page "Study": through the real window, from the form to a page in a file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QToolButton
from pytestqt.qtbot import QtBot

from tests.engine.executors import Asked
from tests.engine.study.made_up_study import MNIST, MadeUp, trained
from tests.ui.conftest import OpenWindow
from ui.panels.search.study_page import StudyPanel
from ui.running.search_controller import SearchState
from ui.window.main_window import MainWindow
from workbench.execution.executor import Tell
from workbench.execution.messages import StatusChanged
from workbench.hardware.preflight import Preflight
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.machine import Machine, Processor
from workbench.study.lever_study.plan import StudyPlan
from workbench.study.levers import LeverGroup

PATIENCE = 20_000
KNOWN = Preflight(1.0, 0.01, 0.0, 23, 0, 0, 1, 10)


class Slow(Asked):
    """An executor whose runs end when a test says so."""

    def end(self, window: MainWindow) -> None:
        """Ends the run that was submitted last, as the made-up truth has it."""
        run_id, maker = self.submitted[-1]
        with Store(window.store.folder) as store:
            trained(store, run_id, maker)
        self.tell(StatusChanged(run_id, RunStatus.COMPLETED))


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Slow]:
    """The executors of the windows that are opened."""
    found: list[Slow] = []

    def make(store: Any, tell: Tell, **given: Any) -> Slow:
        found.append(Slow(store, tell, **{k: v for k, v in given.items() if k == "capacity"}))
        return found[-1]

    monkeypatch.setattr("ui.running.run_controller.LocalExecutor", make)
    monkeypatch.setattr("workbench.hardware.preflight.recall", lambda *_: KNOWN)
    return found


def page_of(window: MainWindow) -> StudyPanel:
    """The page in front."""
    panel = window.pages["search"]
    window.tabs.setCurrentWidget(panel)
    panel.show_page(panel.study)
    return panel.study


def settled(page: StudyPanel, qtbot: QtBot) -> None:
    """Waits until the page shows what the store has."""
    qtbot.waitUntil(lambda: not page.follow.is_stale and not page.latest.is_busy, timeout=PATIENCE)


def submitted(executor: Slow, count: int, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: len(executor.submitted) == count, timeout=PATIENCE)


def test_a_study_is_asked_for_followed_paused_and_stopped(
    made: list[Slow], open_window: OpenWindow, qtbot: QtBot
) -> None:
    window = open_window()
    window.editor.set_machine(Machine(Processor("Some CPU", 2)))
    page = page_of(window)
    form = page.form
    form.groups[LeverGroup.HARDWARE].setChecked(False)
    qtbot.waitUntil(lambda: "can't be shown" in form.resolves.text(), timeout=PATIENCE)
    assert form.start_button.isEnabled()
    form.minutes.setValue(0.5)
    form.target.setText("97%")
    window.editor.set("training.validation_split", 0.0)
    qtbot.waitUntil(lambda: form.fault.isVisible(), timeout=PATIENCE)
    assert "a search needs a validation part" in form.fault.text()
    assert not form.start_button.isEnabled()
    window.editor.undo()
    form.minutes.setValue(30)
    qtbot.waitUntil(form.start_button.isEnabled, timeout=PATIENCE)
    qtbot.mouseClick(form.start_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(made) == 1 and len(made[0].submitted) == 1, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page.stack.currentWidget() is page.waits, timeout=PATIENCE)
    assert page.bar.chooser.currentText() == "digits-cnn study"
    assert form.minutes.text() == "30 min"
    qtbot.waitUntil(lambda: page.bar.bar.maximum() > 0, timeout=PATIENCE)
    qtbot.waitUntil(lambda: "stage: " in page.bar.words.words, timeout=PATIENCE)  # read by a job
    assert page.bar.words.words.startswith("0 of 30 min, stage: Baseline, ")
    assert ", at most " in page.bar.words.words
    assert page.bar.words.words.endswith("run 1, baseline: as it is (seed 0)")
    assert not page.bar.resume.isVisible()
    made[0].end(window)
    submitted(made[0], 2, qtbot)
    qtbot.waitUntil(lambda: page.read.answer is not None, timeout=PATIENCE)
    assert page.answer.sentence.text().startswith("The study is under way: 1 runs in ")
    assert "1 run done" in page.bar.words.words
    page.bar.pause.click()
    assert page.bar.pause.text() == "Continue"
    assert page.bar.words.words.startswith("paused")
    page.bar.pause.click()
    assert window.searches.state is SearchState.RUNNING
    page.bar.stop.click()
    made[0].end(window)
    qtbot.waitUntil(lambda: not window.searches.is_busy, timeout=PATIENCE)
    qtbot.waitUntil(page.bar.resume.isVisible, timeout=PATIENCE)
    page.bar.resume.click()
    submitted(made[0], 3, qtbot)
    assert window.searches.name == "digits-cnn study"
    assert not page.bar.resume.isVisible()
    page.bar.chooser.setCurrentIndex(0)
    page.bar.chooser.activated.emit(0)
    settled(page, qtbot)
    assert page.stack.currentIndex() == 0
    assert form.fault.text() == "A search is under way; it has to end first."
    made[0].end(window)


def test_the_answer_of_a_study_goes_into_the_form_and_into_a_file(
    open_window: OpenWindow,
    store_folder: Path,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    levers = ("one_cycle", "strided_stem")
    plan = StudyPlan(MNIST.to_toml(), "mnist-cnn", 900.0, 75.0, target=0.99, levers=levers)
    MadeUp(store_folder, plan).work()
    window = open_window()
    page = page_of(window)
    qtbot.waitUntil(lambda: page.read.page is not None, timeout=PATIENCE)
    shown = page.read.page
    assert shown is not None
    assert page.bar.chooser.currentText() == "made up"
    assert page.answer.sentence.text() == shown.sentence
    assert "times less training time" in shown.sentence
    assert not page.bar.resume.isVisible(), "it has ended"
    table = page.answer.table
    line = next(n for n, row in enumerate(shown.rows) if row.label == "Recommended")
    box = table.cellWidget(line, table.columnCount() - 1)
    assert box is not None
    use, _, runs = box.findChildren(QToolButton)
    use.click()
    assert window.editor.experiment.schedule.name() == "one_cycle"
    window.editor.undo()
    assert window.editor.experiment.schedule.name() != "one_cycle"
    runs.click()
    qtbot.waitUntil(
        lambda: set(window.runs.table.chosen_ids) == set(shown.rows[line].run_ids), timeout=PATIENCE
    )
    chosen = (str(tmp_path / "answer"), "PDF (*.pdf)")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    with qtbot.waitSignal(page.said, timeout=PATIENCE) as said:
        page.bar.save.click()
    assert said.args == [f"The page lies in {tmp_path / 'answer.pdf'}"]
    assert (tmp_path / "answer.pdf").read_bytes().startswith(b"%PDF")
