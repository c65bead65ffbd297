"""The window in which a figure is set up, previewed, saved and copied."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QMimeData, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QGuiApplication, QImage, QResizeEvent
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.figure_drawer import FigureDrawer
from ui.background.jobs import Jobs
from ui.editing.edited import EditedSpec
from ui.forms.form import SpecForm
from ui.look import theme
from ui.look.plain import Label
from ui.look.side_dialog import SideDialog
from ui.panels.export.legend_rows import LegendRows
from ui.panels.export.preview import FigurePreview
from workbench.base.text import tr
from workbench.figures.answer import FigureAnswer
from workbench.figures.settings import MILLIMETRES_PER_INCH, SIZES, FigureLook, FigureSpec

SIZE = (240 * theme.UNIT, 165 * theme.UNIT)
FORM_WIDTH = 88 * theme.UNIT
SETTLE_MILLISECONDS = 200
FILTERS = {
    ".svg": "SVG (*.svg)",
    ".pdf": "PDF (*.pdf)",
    ".png": "PNG (*.png)",
    ".csv": "Data as CSV (*.csv)",
    ".tex": "LaTeX, pgfplots (*.tex)",
    ".tikz": "TikZ picture to include (*.tikz)",
}
LEAST_DPI, MOST_DPI = 50, 400


class ExportWindow(SideDialog):
    """Beside the main window, which goes on.

    Args:
        store: Folder of the store, from which the figure is drawn.
        jobs: Of the window.
        window: Which it belongs to.

    Signals:
        said: A sentence on what was written.
    """

    said = Signal(str)

    def __init__(self, store: Path, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window, tr("Export figure"))
        self.resize(*SIZE)
        self._store = store
        self._figure: FigureSpec | None = None
        self._number = self._shown = 0
        self._waits: dict[int, str] = {}
        self._is_stale = False
        self.process = FigureDrawer(jobs, self)
        self.process.answered.connect(self._hear)
        self.process.failed.connect(self._process_failed)
        self.edited = EditedSpec(FigureLook())
        self.rows = LegendRows()
        self.preview = FigurePreview()
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(SETTLE_MILLISECONDS)
        self._soon.timeout.connect(self._draw)
        self._lay_out()
        self.edited.changed.connect(self._changed)
        self.edited.problems_changed.connect(self._show_state)
        self.rows.changed.connect(self._changed)

    # --- building ------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        row = QHBoxLayout(self)
        theme.spaced(row, 0)
        row.addWidget(self._make_side())
        right = QVBoxLayout()
        theme.spaced(right, 0)
        right.addWidget(self.preview, 1)
        bottom = QHBoxLayout()
        theme.spaced(bottom, 3, 1, 3, 3, spacing=2)
        bottom.addWidget(self.words, 1)
        self.copy_button = self._button(
            tr("Copy"), tr("Put the figure on the clipboard, as PNG and as SVG"), self.copy
        )
        self.save_button = self._button(
            tr("Save…"), tr("Write it as SVG, PDF, PNG, CSV or for pgfplots"), self.save
        )
        self.save_button.setProperty("primary", True)
        for button in (self.close_button, self.copy_button, self.save_button):
            bottom.addWidget(button)
        right.addLayout(bottom)
        row.addLayout(right, 1)

    def _make_side(self) -> QWidget:
        side = QWidget()
        column = QVBoxLayout(side)
        theme.spaced(column, 3, 3, 3, 3, spacing=2)
        self.sizes: dict[str, QToolButton] = {}
        presets = QHBoxLayout()
        theme.spaced(presets, 0, spacing=1)
        for name, size in SIZES.items():
            button = QToolButton()
            button.setText(size.label)
            button.setAccessibleName(button.text())
            button.setToolTip(
                tr(
                    "{width} x {height} mm, font of {font_size} points",
                    width=format(size.width, "g"),
                    height=format(size.height, "g"),
                    font_size=format(size.font_size, "g"),
                )
            )
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(partial(self.use_size, name))
            presets.addWidget(button)
            self.sizes[name] = button
        presets.addStretch(1)
        column.addLayout(presets)
        self.form = SpecForm(self.edited, EditedSpec.PATH)
        column.addWidget(self.form)
        self.legend_title = Label(tr("Legend"))
        self.legend_title.setProperty("role", "title")
        column.addWidget(self.legend_title)
        self.rows.setMinimumHeight(30 * theme.UNIT)
        column.addWidget(self.rows, 1)
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(side)
        area.setFixedWidth(FORM_WIDTH)
        return area

    def _button(self, text: str, reason: str, slot: Any) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(reason)
        button.clicked.connect(slot)
        return button

    # --- the figure ----------------------------------------------------------------------------

    def show_figure(self, figure: FigureSpec, names: Mapping[str, str]) -> None:
        """Begins with a figure; what a person set up for the one before is kept.

        Args:
            figure: Which runs, what is drawn, and the part of the axes that is shown.
            names: Of its runs (or classes), by their keys.
        """
        ends = ("x_from", "x_to", "y_from", "y_to")
        look = self.edited.spec.values() if self._figure is not None else {}
        look = {name: value for name, value in look.items() if name not in ends}
        shown = {name: getattr(figure.look, name) for name in ends}
        self._figure, self._shown = figure, self._shown + 1
        self.edited.spec = FigureLook.parse(
            {**look, **{n: v for n, v in shown.items() if v is not None}}
        )
        self.form.refresh()
        self.rows.show_entries(figure.legend, names)
        for widget in (self.legend_title, self.rows):
            widget.setVisible(bool(figure.legend))
        self._changed()

    @property
    def figure(self) -> FigureSpec | None:
        """As it is set up."""
        if self._figure is None:
            return None
        look = self.edited.spec
        assert isinstance(look, FigureLook)
        return self._figure.dressed(look, self.rows.entries)

    def use_size(self, name: str) -> None:
        """Takes width, height and font size of a preset."""
        size = SIZES[name]
        for field, value in (
            ("width", size.width),
            ("height", size.height),
            ("font_size", size.font_size),
        ):
            self.edited.set(f"{EditedSpec.PATH}.{field}", value)
        self.form.refresh()
        self._show_size()

    def _show_size(self) -> None:
        """Marks the preset that the figure has the size of, if there is one."""
        look = self.edited.spec
        assert isinstance(look, FigureLook)
        for name, button in self.sizes.items():
            button.setChecked(look == look.sized(name))

    @Slot()
    def _changed(self) -> None:
        self._show_size()
        self._is_stale = True
        self._soon.start()

    @Slot()
    def _show_state(self) -> None:
        for button in (self.copy_button, self.save_button):
            button.setEnabled(not self.edited.problems and "busy" not in self._waits.values())

    # --- drawing -------------------------------------------------------------------------------

    @property
    def is_drawing(self) -> bool:
        """Whether the preview is not yet that of the settings."""
        return self._is_stale or bool(self._waits)

    @Slot()
    def _draw(self) -> None:
        """Asks for the preview, unless one is being drawn: then once that is there."""
        figure = self.figure
        if figure is None or "preview" in self._waits.values():
            return
        self._is_stale = False
        inches = figure.look.width / MILLIMETRES_PER_INCH
        wide = self.preview.width() * self.devicePixelRatioF()
        dpi = min(MOST_DPI, max(LEAST_DPI, round(wide / inches)))
        shown = figure.changed(look=figure.look.changed(dpi=dpi).values())
        self._ask("preview", shown, formats=["png"])

    def _ask(self, purpose: str, figure: FigureSpec, **more: Any) -> None:
        self._number += 1
        self._waits[self._number] = purpose
        self.process.send(
            {
                "number": self._number,
                "store": str(self._store),
                "shown": self._shown,
                "figure": figure.with_format(),
                **more,
            }
        )
        self._show_state()

    @Slot(object)
    def _hear(self, answer: FigureAnswer) -> None:
        purpose = self._waits.pop(answer.number, "")
        self._show_state()
        if answer.error:
            if purpose == "preview":
                self.preview.say(answer.error)
            self._say(answer.error, "problem")
        elif purpose == "preview":
            self.preview.show_picture(QImage.fromData(answer.content("png")))
            self._say(" ".join(answer.sentences), "problem" if answer.remarks else "muted")
        elif answer.written:
            sentence = tr("The figure lies in {answer}", answer=answer.written)
            self._say(" ".join((f"{sentence}.", *answer.sentences)), "muted")
            self.said.emit(sentence)
        elif answer.drawn:
            self._put_on_clipboard(answer)
        if self._is_stale and not self._soon.isActive():
            self._soon.start()

    @Slot(str)
    def _process_failed(self, sentence: str) -> None:
        self._waits.clear()
        self._show_state()
        self._say(sentence, "problem")

    def _say(self, sentence: str, role: str) -> None:
        self.words.setText(sentence)
        theme.set_property(self.words, "role", role)

    # --- what a person does --------------------------------------------------------------------

    @Slot()
    def copy(self) -> None:
        """Has it drawn for the clipboard."""
        figure = self.figure
        if figure is not None:
            self._say(tr("Drawing for the clipboard…"), "muted")
            self._ask("busy", figure, formats=["png", "svg"])

    def _put_on_clipboard(self, answer: FigureAnswer) -> None:
        data = QMimeData()
        png = answer.content("png")
        data.setImageData(QImage.fromData(png))
        data.setData("image/png", QByteArray(png))
        data.setData("image/svg+xml", QByteArray(answer.content("svg")))
        QGuiApplication.clipboard().setMimeData(data)
        self._say(tr("Copied."), "muted")

    @Slot()
    def save(self) -> None:
        """Asks for a file and has the figure written there."""
        figure = self.figure
        if figure is None:
            return
        filters = {suffix: FILTERS[suffix] for suffix in figure.SUFFIXES}
        chosen, kind = QFileDialog.getSaveFileName(
            self, tr("Save figure"), f"{figure.file_name}.svg", ";;".join(filters.values())
        )
        if not chosen:
            return
        path = Path(chosen)
        if path.suffix.lower() not in filters:
            suffix = next((s for s, words in filters.items() if words == kind), ".svg")
            path = path.with_name(f"{path.name}{suffix}")
        self._say(tr("Writing {name}…", name=path.name), "muted")
        self._ask("busy", figure, path=str(path))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._figure is not None:
            self._changed()

    def done(self, result: int) -> None:
        self.end()
        super().done(result)

    def end(self) -> None:
        """Ends the drawing process; a file that was there stays as it was."""
        self._soon.stop()
        self._waits.clear()
        self._is_stale = False
        self.process.end()
