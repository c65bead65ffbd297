"""Light and dark: contrast by WCAG, and icons and palette that follow."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import fields
from importlib.resources import files
from itertools import product

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QToolButton
from pytestqt.qtbot import QtBot

from ui.look import theme
from ui.look.theme import DARK, LIGHT, Tones
from ui.window.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def luminance(colour: str) -> float:
    def linear(part: float) -> float:
        return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)

    red, green, blue = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXTS = ("text", "muted", "accent", "good", "bad", "warn")
GROUNDS = ("window", "base", "raised")


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), list(product(TEXTS, GROUNDS)))
def test_text_can_be_read(tones: Tones, text: str, ground: str) -> None:
    assert contrast(getattr(tones, text), getattr(tones, ground)) >= 4.5


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(
    ("text", "ground"),
    [("on_accent", "accent"), ("text", "selection"), ("good", "selection"), ("bad", "selection"),
     ("warn", "selection"), ("accent", "selection"), ("muted", "selection")],
)  # fmt: skip
def test_text_on_colour_can_be_read(tones: Tones, text: str, ground: str) -> None:
    assert contrast(getattr(tones, text), getattr(tones, ground)) >= 4.5


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_marks_can_be_seen(tones: Tones) -> None:
    assert contrast("#ffffff", tones.accent_fill) >= 4.5  # the white tick
    for ground in GROUNDS:
        assert contrast(tones.muted, getattr(tones, ground)) >= 3  # the edge of a check box


@pytest.mark.parametrize("tones", [LIGHT, DARK], ids=["light", "dark"])
def test_fields_and_selected_rows_can_be_found(tones: Tones) -> None:
    for ground in ("base", "window"):
        assert contrast(tones.edge, getattr(tones, ground)) >= 3  # of fields and buttons
        assert contrast(tones.accent, getattr(tones, ground)) >= 3  # under a selected row
    assert contrast(tones.accent, tones.selection) >= 3


@pytest.fixture
def _as_before(qapp: QApplication) -> object:
    yield
    theme.choose(Qt.ColorScheme.Unknown)
    theme.apply()


def darkest(button: QToolButton) -> QColor:
    """The colour of an icon's most opaque pixel."""
    image = button.icon().pixmap(32, 32).toImage()
    pixels = [image.pixelColor(x, y) for x, y in product(range(32), range(32))]
    return max(pixels, key=QColor.alpha)


@pytest.mark.usefixtures("_as_before")
def test_the_appearance_recolours_everything(window: MainWindow, qapp: QApplication) -> None:
    button = window.experiment.structure.add_button
    for scheme, tones in ((Qt.ColorScheme.Dark, DARK), (Qt.ColorScheme.Light, LIGHT)):
        window.appearance.choose(scheme)
        assert theme.tones() is tones
        palette = qapp.palette()
        assert palette.color(QPalette.ColorRole.Window).name() == tones.window
        assert palette.color(QPalette.ColorRole.Text).name() == tones.text
        assert darkest(button).name() == tones.text
        assert tones.selection in qapp.styleSheet()
        assert window.settings.value("appearance") == scheme.name
        assert window.pages["live"].plots._state.theme.background.name() == tones.base


@pytest.mark.usefixtures("_as_before")
def test_messages_follow_the_appearance(window: MainWindow) -> None:
    window.appearance.choose(Qt.ColorScheme.Light)
    window.report("the disk is full")
    window.appearance.choose(Qt.ColorScheme.Dark)
    image = window.banner.grab().toImage()
    assert image.pixelColor(1, image.height() // 2).name() == DARK.bad


def test_an_icon_of_a_button_that_is_gone_is_no_error(qtbot: QtBot) -> None:
    button = QToolButton()
    theme.set_icon(button, "plus")
    import shiboken6

    shiboken6.delete(button)
    theme.apply()


def test_every_icon_is_of_one_family() -> None:
    folder = files("resources") / "icons"
    for file in folder.iterdir():
        root = ET.fromstring(file.read_text(encoding="utf-8"))
        if file.name != "app.svg":
            assert root.get("viewBox") == "0 0 24 24", file.name


def test_both_appearances_have_every_tone() -> None:
    assert all(QColor(getattr(t, f.name)).isValid() for t in (LIGHT, DARK) for f in fields(Tones))


@pytest.mark.usefixtures("_as_before")
def test_no_word_of_the_run_buttons_is_cut(window: MainWindow, qtbot: QtBot) -> None:
    """The menu bar has to make room when the style or a word changes."""
    corner = window.menuBar().cornerWidget()
    assert corner is not None
    buttons = corner.findChildren(QToolButton)
    assert [b.text() for b in buttons] == ["Train", "Pause", "Stop", "Add to queue"]
    window.appearance.choose(Qt.ColorScheme.Dark)
    window.training["pause"].setText("Continue")
    qtbot.waitUntil(lambda: all(b.width() >= b.sizeHint().width() for b in buttons))
    assert window.menuBar().rect().contains(corner.geometry())
    assert corner.geometry().right() >= window.width() - 16
