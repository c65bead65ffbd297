"""The start of the application where the store can't be used, and its orderly end."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton

from ui import app
from ui.app import open_store
from ui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


class Person:
    """Answers the message boxes and the dialog for a folder."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.read: list[str] = []
        self.presses = "Choose folder…"
        self.folders: list[str] = []
        person = self

        def execute(box: QMessageBox) -> int:
            person.read.append(box.text())
            assert len(person.read) < 5, "asked again and again"
            return 0

        def pressed(box: QMessageBox) -> QPushButton | None:
            found = [b for b in box.buttons() if b.text() == person.presses]
            return found[0] if found else None  # type: ignore[return-value]

        monkeypatch.setattr(QMessageBox, "exec", execute)
        monkeypatch.setattr(QMessageBox, "clickedButton", pressed)
        monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: person.folders.pop(0))


@pytest.fixture
def person(monkeypatch: pytest.MonkeyPatch, qapp: QApplication) -> Person:
    return Person(monkeypatch)


@pytest.fixture
def no_store(tmp_path: Path) -> Path:
    folder = tmp_path / "no-store"
    folder.mkdir()
    (folder / "runs.sqlite3").write_bytes(
        b"this is no database at all, but long enough to be one" * 40
    )
    return folder


def test_a_sound_store_asks_nothing(person: Person, tmp_path: Path) -> None:
    store = open_store(tmp_path / "new")
    assert store is not None
    store.close()
    assert person.read == []


def test_another_folder_can_be_chosen(
    person: Person, no_store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    person.folders = [str(tmp_path / "good")]
    store = open_store(no_store)
    assert store is not None
    assert store.folder == tmp_path / "good"
    store.close()
    assert len(person.read) == 1
    assert "is not a store of the workbench; choose another folder" in person.read[0]
    assert person.read[0] in capsys.readouterr().err


def test_a_folder_that_cannot_be_made(person: Person, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    person.presses = "Close"
    assert open_store(tmp_path / "file" / "store") is None
    assert "can't be made (Not a directory)" in person.read[0]


def test_a_second_bad_folder_is_said_too(person: Person, no_store: Path, tmp_path: Path) -> None:
    person.folders = [str(no_store), ""]
    assert open_store(no_store) is None
    assert len(person.read) == 2


def test_cancel_gives_none(person: Person, no_store: Path) -> None:
    person.folders = [""]
    assert open_store(no_store) is None
    person.presses = "Close"
    assert open_store(no_store) is None


def test_another_store_opens_in_a_new_window(
    qapp: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run` shows a window on the first store, and on the second when the first is closed."""
    seen: list[Path] = []

    def start(window: MainWindow, file: Path | None) -> None:
        seen.append(window.store.folder)
        if len(seen) == 1:
            QTimer.singleShot(0, window.choose_store)
        else:
            QTimer.singleShot(0, window.close)

    monkeypatch.setattr(app, "QApplication", lambda arguments: qapp)
    monkeypatch.setattr(MainWindow, "start", start)
    second = tmp_path / "second"
    second.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(second))
    assert app.run(None, tmp_path / "first") == 0
    assert seen == [tmp_path / "first", second]
