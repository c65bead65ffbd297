"""Runs to and from files through the menus of the real window."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from tests.ui.made_up import add_run
from ui.window.main_window import MainWindow
from workbench.runs.record import Run

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def run(window: MainWindow, qtbot: QtBot) -> Run:
    """Finished, with weights, and chosen in the table."""
    made = add_run(window.store, 0)
    (window.store.artifacts(made.run_id) / "checkpoint.npz").write_bytes(bytes(5_000_000))
    window.show_runs()
    qtbot.waitUntil(lambda: window.model.row_of(made.run_id) is not None)
    window.runs.select(made.run_id)
    return made


def answer(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    for name in ("getSaveFileName", "getOpenFileName"):
        monkeypatch.setattr(QFileDialog, name, lambda *_: (str(path), ""))
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(path))


def said(window: MainWindow, words: str, qtbot: QtBot) -> None:
    qtbot.waitUntil(
        lambda: not window.run_files.is_busy and words in window.banner.words.text(),
        timeout=8_000,
    )


def test_a_run_goes_to_a_file_and_comes_back(
    window: MainWindow, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    files = window.run_files
    answer(monkeypatch, tmp_path / "run.zip")
    files.actions["export"].trigger()
    assert window.banner.offers == files.cancel
    said(window, "The run lies in", qtbot)
    files.actions["import"].trigger()
    said(window, "Took in digits-cnn 2", qtbot)
    qtbot.waitUntil(lambda: window.model.rowCount() == 2)
    (tmp_path / "run.zip").write_bytes(b"broken")
    files.actions["import"].trigger()
    said(window, "is damaged or no run's file", qtbot)
    assert len(window.store.runs()) == 2


def test_what_is_under_way_can_be_cancelled(
    window: MainWindow, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer(monkeypatch, tmp_path / "run.zip")
    window.run_files.actions["export"].trigger()
    window.banner.button.click()
    said(window, "Cancelled; nothing was written.", qtbot)
    assert list(tmp_path.glob("*.zip")) == []


def test_events_and_the_report(
    window: MainWindow, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    answer(monkeypatch, tmp_path / "logs")
    window.run_files.actions["events"].trigger()
    said(window, "tensorboard --logdir", qtbot)
    assert len(list((tmp_path / "logs" / run.run_id).iterdir())) == 1
    answer(monkeypatch, tmp_path / "report")
    window.run_files.actions["report"].trigger()
    said(window, "The report lies in", qtbot)
    assert "<svg" in (tmp_path / "report.html").read_text(encoding="utf-8")


def test_the_menus_offer_what_can_be_done(window: MainWindow, run: Run) -> None:
    menu = window.runs.menus.of_runs(run.run_id, "name")
    texts = {action.text() for action in menu.actions()}
    assert {"Export run…", "Export for TensorBoard…", "Write report…"} <= texts
    assert window.run_files.actions["export"].isEnabled()


def test_without_a_run_only_import_is_offered(window: MainWindow) -> None:
    assert not window.run_files.actions["export"].isEnabled()
    assert not window.run_files.actions["report"].isEnabled()
    assert window.run_files.actions["import"].isEnabled()
