"""The look: two palettes at WCAG AA, the style sheet, and icons in the palette's colour."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Protocol
from weakref import WeakKeyDictionary

from PySide6.QtCore import QByteArray, QSize, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

UNIT = 4
"""Everything is spaced on this grid, in pixels."""

ICON_SIDES = (16, 32)
"""Icons are drawn at 16 pixels, on dense screens at 32, and never scaled."""

FIELD_HEIGHT = 26
"""Of a one-line field with its edge."""

LABEL_WIDTH = 27 * UNIT
"""Of a form's first column."""


@dataclass(frozen=True)
class Tones:
    """The colours of one appearance.

    Attributes:
        window: Behind everything.
        base: Of fields, lists and plots.
        raised: Of headers and hovered rows.
        text, muted: On all three of them.
        line: Hair lines.
        edge: Of fields and buttons: at least 3:1 against base and window.
        faint: Icons of what can't be done now.
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
    edge: str
    faint: str
    accent: str
    accent_fill: str
    on_accent: str
    selection: str
    good: str
    bad: str
    warn: str


LIGHT = Tones(
    window="#f3f4f6", base="#ffffff", raised="#e9ebef", text="#1b1f24", muted="#5a636e",
    line="#dde1e6", edge="#848c96", faint="#a9b1bb",
    accent="#0b5cad", accent_fill="#0b5cad", on_accent="#ffffff", selection="#dbe9f8",
    good="#176f31", bad="#b3261e", warn="#7d5200",
)  # fmt: skip
DARK = Tones(
    window="#1c1f24", base="#23272e", raised="#2c313a", text="#e7eaee", muted="#a3acb8",
    line="#343a44", edge="#717a88", faint="#636c79",
    accent="#5aabf3", accent_fill="#2f74b5", on_accent="#0d1014", selection="#213a54",
    good="#5fcf7b", bad="#ff938a", warn="#e5b567",
)  # fmt: skip


_chosen = Qt.ColorScheme.Unknown
_applied: Tones | None = None
"""The colours of all icons that are drawn; None where there are none, or of several."""


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
    global _applied
    application = QApplication.instance()
    if isinstance(application, QApplication):
        colours = tones()
        application.setPalette(_palette(colours))
        sheet = _style_sheet(colours)
        if application.styleSheet() != sheet:  # each widget is restyled: 0.2 s
            application.setStyleSheet(sheet)
        if _applied == colours:
            return  # the icons are as they shall be
        _drawn.clear()
        for target, (name, tone) in list(_bearers.items()):
            if isValid(target):  # Qt may have deleted what Python still holds
                target.setIcon(icon(name, getattr(colours, tone)))
        _applied = colours


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Sets a property that the style sheet selects by, and redraws the widget."""
    if widget.property(name) != value:
        widget.setProperty(name, value)
        widget.style().unpolish(widget)
        widget.style().polish(widget)


def as_page(panel: QWidget, top: QLayout, body: QWidget) -> None:
    """Lays a panel out as a page of the lower tabs: a row of controls, and its body below."""
    panel.setObjectName("page")
    panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    layout = QVBoxLayout(panel)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.setSpacing(0)
    layout.addLayout(top)
    layout.addWidget(body, 1)


def spaced(layout: QLayout, *margins: int, spacing: int = 0) -> None:
    """Gives a layout its margins (one for all, or left, top, right, bottom) in grid units."""
    left, top, right, bottom = margins if len(margins) == 4 else margins * 4
    layout.setContentsMargins(left * UNIT, top * UNIT, right * UNIT, bottom * UNIT)
    layout.setSpacing(spacing * UNIT)


def inset(box: QAbstractSpinBox) -> None:
    """Keeps the number of a box off its edge, as far as in other fields: the style sheet can't."""
    box.lineEdit().setTextMargins(UNIT + 2, 0, 0, 0)


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
    global _applied
    colours = tones()
    _applied = colours if not _bearers or _applied == colours else None
    _bearers[target] = (name, tone)
    target.setIcon(icon(name, getattr(colours, tone)))


def icon(name: str, colour: str | None = None) -> QIcon:
    """An icon of `resources/icons` in the text's colour (or another), greyed where disabled."""
    shade = colour or tones().text
    key = (name, shade)
    if key not in _drawn:
        made = QIcon()
        for tone, mode in ((shade, QIcon.Mode.Normal), (tones().faint, QIcon.Mode.Disabled)):
            for pixmap in _pixmaps(name, tone, ICON_SIDES):
                made.addPixmap(pixmap, mode)
        _drawn[key] = made
    return _drawn[key]


def app_icon() -> QIcon:
    """The application's own icon."""
    return QIcon(next(_pixmaps("app", "#000000", (256,))))


def _pixmaps(name: str, colour: str, sides: Iterable[int]) -> Iterator[QPixmap]:
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", colour).encode()))
    for side in sides:
        pixmap = QPixmap(QSize(side, side))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        renderer.render(painter)
        painter.end()
        yield pixmap


@cache
def _source(name: str) -> str:
    return (_icons() / f"{name}.svg").read_text(encoding="utf-8")


def _file(name: str) -> str:
    """Path of an icon, as a style sheet wants it."""
    return str(_icons() / f"{name}.svg").replace("\\", "/")


@cache
def _icons() -> Traversable:
    return files("resources") / "icons"


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
{_bars(t)}
{_buttons(t)}
{_fields(t)}
{_lists(t)}
QMessageBox, QDialogButtonBox {{ dialogbuttonbox-buttons-have-icons: 0; }}
QToolTip {{ background: {t.raised}; color: {t.text}; border: 1px solid {t.edge}; padding: 4px; }}
QLabel[role="problem"] {{ color: {t.bad}; }}
QLabel[role="good"] {{ color: {t.good}; }}
QLabel[role="warn"] {{ color: {t.warn}; }}
QLabel[role="muted"] {{ color: {t.muted}; }}
QLabel[role="title"] {{ font-weight: 600; }}
LeverCard {{ border-bottom: 1px solid {t.line}; border-left: 3px solid transparent; }}
LeverCard[chosen="true"] {{ border-left-color: {t.accent}; background: {t.window}; }}
QWidget#page {{ background: {t.base}; }}
QWidget#diagnosis {{ background: {t.base}; border-top: 1px solid {t.line}; }}
QWidget#totals {{ background: {t.raised}; border-top: 1px solid {t.line}; }}
Banner {{ background: {t.raised}; border-left: 4px solid {t.accent}; }}
QFrame#palette {{ background: {t.base}; border: 1px solid {t.edge}; border-radius: 8px; }}
Banner[bad="true"] {{ border-left-color: {t.bad}; }}
QProgressBar {{ background: {t.raised}; border: 0; border-radius: 3px; max-height: 6px;
    min-height: 6px; }}
QProgressBar::chunk {{ background: {t.accent}; border-radius: 3px; }}
"""


def _bars(t: Tones) -> str:
    """Menus, tabs, splitters, scroll bars and the status bar."""
    return f"""
QMenuBar {{ background: {t.window}; padding: 4px; border-bottom: 1px solid {t.line}; }}
QMenuBar::item {{ padding: 6px 8px; border-radius: 4px; background: transparent; }}
QMenuBar::item:selected {{ background: {t.raised}; }}
QMenu {{ background: {t.base}; border: 1px solid {t.edge}; padding: 4px; }}
QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
QMenu::item:selected {{ background: {t.selection}; color: {t.text}; }}
QMenu::item:disabled {{ color: {t.muted}; }}
QMenu::separator {{ height: 1px; background: {t.line}; margin: 4px 8px; }}
QToolBar {{ background: transparent; border: 0; padding: 0; spacing: 4px; }}
QTabWidget::pane {{ border: 0; background: {t.base}; }}
QTabWidget::tab-bar {{ left: 4px; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ background: transparent; padding: 6px 12px; border: 0;
    border-bottom: 2px solid transparent; color: {t.muted}; }}
QTabBar::tab:selected {{ color: {t.text}; border-bottom-color: {t.accent}; }}
QTabBar::tab:hover {{ color: {t.text}; }}
QTabBar::tab:focus {{ color: {t.accent}; }}
QScrollArea {{ border: 0; background: transparent; }}
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {t.edge}; border-radius: 3px; margin: 3px; min-height: 24px;
    min-width: 24px; }}
QScrollBar::handle:hover {{ background: {t.muted}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
QSplitter::handle {{ background: {t.line}; }}
QSplitter::handle:hover {{ background: {t.accent}; }}
QSplitter::handle:horizontal {{ width: 1px; }}
QSplitter::handle:vertical {{ height: 1px; }}
QStatusBar {{ background: {t.window}; border-top: 1px solid {t.line}; }}
QStatusBar::item {{ border: 0; }}
QStatusBar QLabel {{ color: {t.muted}; padding: 0 8px; }}
"""


def _buttons(t: Tones) -> str:
    return f"""
QToolButton {{ border: 1px solid transparent; border-radius: 4px; padding: 4px 6px; }}
QToolButton:hover {{ background: {t.raised}; }}
QToolButton:pressed, QToolButton:checked {{ background: {t.selection}; }}
QToolButton:focus {{ border-color: {t.accent}; }}
QToolButton:disabled {{ color: {t.muted}; }}
QToolButton::menu-indicator {{ image: none; }}
QToolButton#train {{ background: {t.accent}; color: {t.on_accent}; font-weight: 600;
    padding: 4px 12px; }}
QToolButton#train:hover {{ border-color: {t.text}; }}
QToolButton#train::menu-button {{ background: transparent; border: 0;
    border-left: 1px solid {t.on_accent}; width: 16px; }}
QToolButton#train:disabled {{ background: {t.raised}; color: {t.muted}; }}
QToolButton#problem {{ color: {t.bad}; text-align: left; padding: 4px; }}
QToolButton#fold, QToolButton#fold:checked {{ background: transparent; border: 0; }}
QToolButton#fold:hover {{ background: {t.raised}; }}
QToolButton#more, QToolButton#more:checked {{ background: transparent; color: {t.muted};
    padding: 4px 4px 4px 0; }}
QToolButton#more:hover {{ background: {t.raised}; }}
QToolButton#section, QToolButton#section:checked {{ background: transparent; border: 0;
    border-top: 1px solid {t.line}; border-radius: 0; padding: 9px 12px; font-weight: 600; }}
QToolButton#section:hover {{ background: {t.raised}; }}
QToolButton#section:focus {{ color: {t.accent}; }}
QPushButton {{ background: {t.base}; border: 1px solid {t.edge}; border-radius: 4px;
    padding: 3px 12px; min-height: 20px; }}
QPushButton:hover {{ background: {t.raised}; }}
QPushButton:focus {{ border: 2px solid {t.accent}; padding: 2px 11px; }}
QPushButton:disabled {{ color: {t.muted}; background: {t.window}; border-color: {t.line}; }}
QPushButton[primary="true"] {{ background: {t.accent}; color: {t.on_accent};
    border: 2px solid {t.accent}; font-weight: 600; padding: 4px 16px; }}
QPushButton[primary="true"]:hover, QPushButton[primary="true"]:focus {{
    border-color: {t.text}; }}
QPushButton[primary="true"]:disabled {{ background: {t.raised}; color: {t.muted};
    border-color: {t.raised}; }}
"""


def _fields(t: Tones) -> str:
    return f"""
QLineEdit, QAbstractSpinBox, QComboBox {{ background: {t.base}; color: {t.text};
    border: 1px solid {t.edge}; border-radius: 4px; padding: 2px 6px; min-height: 20px;
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button {{ width: 0; border: 0; }}
QAbstractSpinBox QLineEdit {{ border: 0; padding: 0; min-height: 0; background: transparent; }}
QPlainTextEdit {{ background: {t.base}; color: {t.text}; border: 0;
    selection-background-color: {t.accent}; selection-color: {t.on_accent}; }}
QComboBox::drop-down {{ border: 0; width: 20px; }}
QComboBox::down-arrow {{ image: url({_file("arrow")}); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ background: {t.base}; border: 1px solid {t.edge};
    selection-background-color: {t.selection}; selection-color: {t.text}; }}
QCheckBox {{ spacing: 8px; color: {t.muted}; min-height: 26px; }}
QCheckBox::indicator, QTableView::indicator, QTreeView::indicator,
QListView::indicator {{ width: 14px;
    height: 14px; border-radius: 3px; border: 1px solid {t.muted}; background: {t.base}; }}
QCheckBox::indicator:checked, QTableView::indicator:checked,
QTreeView::indicator:checked, QListView::indicator:checked {{ background: {t.accent_fill};
    border-color: {t.accent_fill}; image: url({_file("tick")}); }}
QRadioButton {{ font-weight: 600; spacing: 8px; }}
QRadioButton::indicator {{ width: 14px; height: 14px; border-radius: 8px;
    border: 1px solid {t.muted}; background: {t.base}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 5px solid {t.accent_fill};
    background: {t.base}; }}
QRadioButton:focus {{ color: {t.accent}; }}
QCheckBox::indicator:focus {{ border-color: {t.accent}; border-width: 2px; width: 12px;
    height: 12px; }}
QLineEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {{ border: 2px solid {t.accent};
    padding: 1px 5px; }}
QLineEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {{ color: {t.muted};
    background: {t.window}; border-color: {t.line}; }}
QLineEdit[problem="true"], QAbstractSpinBox[problem="true"], QComboBox[problem="true"] {{
    border: 1px solid {t.bad}; }}
QCheckBox[problem="true"]::indicator {{ border: 1px solid {t.bad}; }}
"""


def _lists(t: Tones) -> str:
    return f"""
QHeaderView {{ background: {t.base}; border: 0; }}
QHeaderView::section {{ background: {t.base}; color: {t.muted}; border: 0;
    border-bottom: 1px solid {t.line}; padding: 4px 11px; }}
QTreeView QHeaderView::section {{ padding: 4px 7px; }}
QTableView, QTreeView, QListView {{ background: {t.base}; border: 0; outline: 0; }}
QTableView::item {{ padding: 2px 8px; }}
QListView::item {{ padding: 4px 9px; }}
QTreeView::item {{ padding: 2px 4px; min-height: 20px; }}
QTreeView::item:selected:!active, QTreeView::item:selected {{ color: {t.text}; }}
QTableView::item:selected, QTreeView::item:selected, QListView::item:selected {{
    background: {t.selection}; border-bottom: 1px solid {t.accent}; }}
QTreeView#layers, QTreeWidget#presets {{ border: 1px solid {t.edge}; }}
QTreeView#layers:focus, QTreeWidget#presets:focus {{ border-color: {t.accent}; }}
"""
