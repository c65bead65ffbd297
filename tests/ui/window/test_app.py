"""The start of the application where the store can't be used, and its orderly end."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, QSize, Qt, QTimer
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox, QPushButton

from ui import app
from ui.app import open_store
from ui.look import theme
from ui.window.main_window import MainWindow
from ui.window.window_state import first_size

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


@pytest.fixture
def application(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[QApplication]:
    """The tests' application in the place of one that `run` makes; ends with the system's look."""
    monkeypatch.setattr(app, "QApplication", lambda arguments: qapp)
    yield qapp
    theme.choose(Qt.ColorScheme.Unknown)


def test_another_store_opens_in_the_place_of_the_first(
    application: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`run` shows a window on the first store, which stays until that on the second is there."""
    seen: list[tuple[Path, QRect, bool]] = []
    in_sight: list[bool] = []

    def start(window: MainWindow, file: Path | None) -> None:
        if not seen:
            window.setGeometry(30, 40, 1000, 620)
            window.appearance.choose(Qt.ColorScheme.Dark)
            QTimer.singleShot(0, window.choose_store)
        else:
            assert window.appearance.is_chosen(Qt.ColorScheme.Dark)
            QTimer.singleShot(0, window.close)
        seen.append((window.store.folder, window.geometry(), theme.is_dark()))

    take_over = MainWindow.take_over

    def noted(window: MainWindow, before: MainWindow) -> None:
        in_sight.append(before.isVisible())
        take_over(window, before)

    monkeypatch.setattr(MainWindow, "start", start)
    monkeypatch.setattr(MainWindow, "take_over", noted)
    second = tmp_path / "second"
    second.mkdir()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(second))
    assert app.run(None, tmp_path / "first") == 0
    place = QRect(30, 40, 1000, 620)
    assert seen == [(tmp_path / "first", place, True), (second, place, True)]
    assert in_sight == [True]


@pytest.mark.parametrize("fault", ["no store", "the same", "kept changes"])
def test_another_store_that_is_not_opened_leaves_the_window_as_it_is(
    window: MainWindow, no_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    chosen = {"no store": no_store, "the same": window.store.folder}.get(fault, tmp_path / "good")
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(chosen))
    window.files.may_discard = lambda: fault != "kept changes"  # type: ignore[method-assign]
    window.choose_store()
    assert window.next_store is None
    assert window.isVisible()
    assert window.store.runs() == [], "open still"
    assert ("is not a store" in window.banner.words.text()) == (fault == "no store")


@pytest.mark.parametrize("screen", [(1280, 720), (1440, 900), (1366, 768)])
def test_the_first_window_fits_the_screen_with_its_frame(screen: tuple[int, int]) -> None:
    size = first_size(QSize(*screen))
    assert size.width() <= screen[0] - 10
    assert size.height() <= screen[1] - 40
    assert first_size(QSize(3840, 2160)) == QSize(1440, 900)
