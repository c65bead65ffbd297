"""The look: two palettes at WCAG AA, the style sheet, and icons in the palette's colour."""

from __future__ import annotations

from dataclasses import dataclass
from importlib.resources import files
from typing import Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

UNIT = 4
"""Everything is spaced on this grid, in pixels."""


@dataclass(frozen=True)
class Tones:
    """The colours of one appearance.

    Attributes:
        window: Behind everything.
        base: Of fields, lists and plots.
        raised: Of headers and hovered rows.
        text, muted: On all three of them.
        line: Hair lines.
        accent, on_accent: The main button and selections.
        accent_fill: Behind a white tick.
        good, bad, warn: Differences and problems.
    """

    window: str
    base: str
    raised: str
    text: str
    muted: str
    line: str
    accent: str
    accent_fill: str
    on_accent: str
    selection: str
    good: str
    bad: str
    warn: str


LIGHT = Tones(
    window="#f3f4f6", base="#ffffff", raised="#e9ebef", text="#1b1f24", muted="#5a636e",
    line="#d5d9df", accent="#0b5cad", accent_fill="#0b5cad", on_accent="#ffffff", selection="#d6e6f7",
    good="#1a7f37", bad="#b3261e", warn="#8a5a00",
)  # fmt: skip
DARK = Tones(
    window="#1c1f24", base="#23272e", raised="#2c313a", text="#e7eaee", muted="#a3acb8",
    line="#3a404a", accent="#4da3f0", accent_fill="#2f74b5", on_accent="#0d1014", selection="#27415c",
    good="#57c773", bad="#ff8a80", warn="#e5b567",
)  # fmt: skip


_chosen = Qt.ColorScheme.Unknown


def choose(scheme: Qt.ColorScheme) -> None:
    """Light, dark, or (Unknown) as the system says; `apply` draws it."""
    global _chosen
    _chosen = scheme
    QGuiApplication.styleHints().setColorScheme(scheme)


def is_dark() -> bool:
    """Whether the View menu, or else the system, asks for the dark appearance."""
    system = QGuiApplication.styleHints().colorScheme()
    scheme = system if _chosen == Qt.ColorScheme.Unknown else _chosen
    return scheme == Qt.ColorScheme.Dark


def tones() -> Tones:
    """The colours in force."""
    return DARK if is_dark() else LIGHT


def apply() -> None:
    """Gives the application the palette and style sheet of the appearance in force."""
    application = QApplication.instance()
    if isinstance(application, QApplication):
        colours = tones()
        application.setPalette(_palette(colours))
        application.setStyleSheet(_style_sheet(colours))
        _drawn.clear()
        for target, (name, tone) in list(_bearers.items()):
            target.setIcon(icon(name, getattr(colours, tone)))


class HasIcon(Protocol):
    """A button or an action."""

    def setIcon(self, icon: QIcon) -> None:
        """Takes an icon."""


_drawn: dict[tuple[str, str], QIcon] = {}
_bearers: WeakKeyDictionary[HasIcon, tuple[str, str]] = WeakKeyDictionary()


def set_icon(target: HasIcon, name: str, tone: str = "text") -> None:
    """Gives a button or action an icon that follows the appearance.

    Args:
        target: Which.
        name: Of `resources/icons`.
        tone: Field of `Tones` that colours it.
    """
    _bearers[target] = (name, tone)
    target.setIcon(icon(name, getattr(tones(), tone)))


def icon(name: str, colour: str | None = None) -> QIcon:
    """An icon of `resources/icons` in the text's colour (or another), greyed where disabled."""
    shade = colour or tones().text
    key = (name, shade)
    if key not in _drawn:
        made = QIcon()
        made.addPixmap(_pixmap(name, shade), QIcon.Mode.Normal)
        made.addPixmap(_pixmap(name, tones().line), QIcon.Mode.Disabled)
        _drawn[key] = made
    return _drawn[key]


def app_icon() -> QIcon:
    """The application's own icon."""
    return QIcon(_pixmap("app", "#000000", 256))


def _pixmap(name: str, colour: str, side: int = 64) -> QPixmap:
    source = (files("resources") / "icons" / f"{name}.svg").read_text(encoding="utf-8")
    renderer = QSvgRenderer(QByteArray(source.replace("currentColor", colour).encode()))
    pixmap = QPixmap(QSize(side, side))
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter)
    painter.end()
    return pixmap


def _file(name: str) -> str:
    """Path of an icon, as a style sheet wants it."""
    return str(files("resources") / "icons" / f"{name}.svg").replace("\\", "/")


def _palette(t: Tones) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for where, colour in {
        role.Window: t.window, role.WindowText: t.text, role.Base: t.base,
        role.AlternateBase: t.window, role.Text: t.text, role.Button: t.raised,
        role.ButtonText: t.text, role.BrightText: t.bad, role.Highlight: t.selection,
        role.HighlightedText: t.text, role.ToolTipBase: t.raised, role.ToolTipText: t.text,
        role.PlaceholderText: t.muted, role.Link: t.accent, role.Mid: t.line, role.Dark: t.line,
        role.Midlight: t.raised, role.Light: t.base, role.Shadow: t.line, role.Accent: t.accent,
    }.items():  # fmt: skip
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(t.muted))
    return palette


def _style_sheet(t: Tones) -> str:
    return f"""
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.line}; padding: 4px; }}
QToolBar {{ background: {t.window}; border: 0; border-bottom: 1px solid {t.line};
    padding: 4px 8px; spacing: 4px; }}
QMenuBar {{ background: {t.window}; padding: 2px 4px; }}
QMenuBar::item {{ padding: 4px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.raised}; }}
QMenu {{ background: {t.base}; border: 1px solid {t.line}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selection}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.muted}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QToolButton {{ border: 0; border-radius: 4px; padding: 4px 8px; }}
QToolButton:hover {{ background: {t.raised}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t.selection}; }}
QToolButton:focus {{ border: 1px solid {t.accent}; }}
QToolButton#train {{ background: {t.accent}; color: {t.on_accent}; font-weight: 600;
    padding: 4px 12px; }}
QToolButton#train:hover {{ background: {t.accent}; border: 1px solid {t.text}; }}
QToolButton#train:disabled {{ background: {t.raised}; color: {t.muted}; }}
QPushButton {{ background: {t.base}; border: 1px solid {t.line}; border-radius: 4px;
    padding: 4px 12px; min-height: 20px; }}
QPushButton:hover {{ background: {t.raised}; }}
QPushButton:focus {{ border-color: {t.accent}; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.window}; }}
QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent}; border: 0;
    font-weight: 600; padding: 6px 16px; }}
QPushButton[primary="true"]:disabled {{ background: {t.raised}; color: {t.muted}; }}
QLineEdit, QSpinBox, QComboBox, QPlainTextEdit {{ background: {t.base}; color: {t.text};
    border: 1px solid {t.line}; border-radius: 4px; padding: 2px 6px; min-height: 20px;
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QSpinBox QLineEdit {{ border: 0; padding: 0 0 0 4px; min-height: 0; background: transparent; }}
QSpinBox::up-button, QSpinBox::down-button {{ width: 0; border: 0; }}
QComboBox::drop-down {{ border: 0; width: 20px; }}
QComboBox::down-arrow {{ image: url({_file("arrow")}); width: 14px; height: 14px; }}
QCheckBox::indicator, QTableView::indicator {{ width: 14px; height: 14px; border-radius: 3px;
    border: 1px solid {t.muted}; background: {t.base}; }}
QCheckBox::indicator:checked, QTableView::indicator:checked {{ background: {t.accent_fill};
    border-color: {t.accent_fill}; image: url({_file("tick")}); }}
QCheckBox::indicator:focus {{ border-color: {t.accent}; }}
QLineEdit:focus, QSpinBox:focus, QComboBox:focus {{ border-color: {t.accent}; }}
QLineEdit:disabled, QSpinBox:disabled, QComboBox:disabled {{ color: {t.muted};
    background: {t.window}; }}
*[problem="true"] {{ border: 1px solid {t.bad}; }}
QLabel[role="problem"] {{ color: {t.bad}; }}
QLabel[role="muted"], QLabel[role="unit"] {{ color: {t.muted}; }}
QLabel[role="title"] {{ font-weight: 600; }}
QComboBox QAbstractItemView {{ background: {t.base}; border: 1px solid {t.line};
    selection-background-color: {t.selection}; selection-color: {t.text}; }}
QTabWidget::pane {{ border: 0; border-top: 1px solid {t.line}; background: {t.base}; }}
QTabBar::tab {{ background: transparent; padding: 8px 16px; border: 0;
    border-bottom: 2px solid transparent; color: {t.muted}; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:focus {{ color: {t.accent}; }}
QHeaderView {{ background: {t.base}; }}
QHeaderView::section {{ background: {t.base}; color: {t.muted}; border: 0;
    border-bottom: 1px solid {t.line}; padding: 4px 8px; }}
QTableView, QTreeView, QListView {{ background: {t.base}; border: 0; outline: 0; }}
QTableView::item, QTreeView::item, QListView::item {{ padding: 2px 8px; }}
QScrollArea {{ border: 0; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {t.line}; border-radius: 4px; margin: 2px; min-height: 24px;
    min-width: 24px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QStatusBar {{ background: {t.window}; border-top: 1px solid {t.line}; }}
QStatusBar::item {{ border: 0; }}
QStatusBar QLabel {{ color: {t.muted}; padding: 0 8px; }}
QToolButton#section:checked, QToolButton#section {{ background: transparent; text-align: left; font-weight: 600; padding: 8px; border-radius: 0;
    border-top: 1px solid {t.line}; }}
QToolButton#section:hover {{ background: {t.raised}; }}
QToolButton::menu-indicator {{ image: none; }}
QWidget#page {{ background: {t.base}; }}
QWidget#totals {{ background: {t.raised}; }}
"""
