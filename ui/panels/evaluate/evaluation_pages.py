"""The pages of an evaluation: its figures, the mistakes behind them, and curves over thresholds.

Each shows what it is given; none reads or predicts anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.panels.data.pictures import Picture, PictureGrid
from ui.panels.data.samples import as_image
from ui.panels.export.button import export_action, export_button
from ui.panels.shared.figure_table import ROW_HEIGHT, FigureTable
from ui.plots.figures.confusion import ConfusionMatrix
from ui.plots.figures.shares import SharePlot
from workbench.base import units
from workbench.base.text import joined, tr
from workbench.evaluation.classification import Evaluation
from workbench.evaluation.predictions import Pictures, Rows
from workbench.figures.evaluation.numbers import MOST_DRAWN
from workbench.figures.evaluation.settings import (
    CalibrationFigure,
    ConfusionFigure,
    PrecisionFigure,
    RocFigure,
)

MOST_MISTAKES = 120
"""Shown at most: nobody looks at more."""


class SummaryPage(QWidget):
    """Accuracy, figures by class, confusions, and the images behind a cell.

    Signals:
        export_requested: Make a figure of this kind, of these classes (None for all).
    """

    export_requested = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self._evaluation: Evaluation | None = None
        self._pictures: Pictures | None = None
        self.accuracy, self.about = Label(), Label()
        self.accuracy.setProperty("role", "title")
        self.about.setProperty("role", "muted")
        self.about.setToolTip(
            tr(
                "Another test part of this size would give an accuracy within the interval in\n"
                "95 of 100 cases (Wilson). The calibration error tells how far the network's\n"
                "confidence is from its accuracy."
            )
        )
        self.table = self._empty_table()
        self.matrix = ConfusionMatrix()
        self.matrix.chosen.connect(self._show_cell)
        self.cell_words = Label()
        self.cell_words.setWordWrap(True)
        self.grid = PictureGrid(tr("Images of the chosen cell"))
        row = QHBoxLayout()
        theme.spaced(row, 3, 1, 3, 2, spacing=3)
        row.addWidget(self.accuracy)
        row.addWidget(self.about)
        row.addStretch(1)
        self.export_action = export_action(
            self, tr("The confusion matrix as SVG, PDF, PNG or CSV, for a paper")
        )
        self.export_action.triggered.connect(self._export)
        row.addWidget(export_button(self.export_action))
        self.split = QSplitter(Qt.Orientation.Horizontal)
        for widget in (self.table, _scrolled(self.matrix), self._behind()):
            self.split.addWidget(widget)
        self.split.setSizes([104 * theme.UNIT, 84 * theme.UNIT, 52 * theme.UNIT])
        self.split.setChildrenCollapsible(False)
        column = QVBoxLayout(self)
        theme.spaced(column, 0)
        column.addLayout(row)
        column.addWidget(self.split, 1)

    def _behind(self) -> QWidget:
        """What is right of the matrix: the images of a cell."""
        side = QWidget()
        column = QVBoxLayout(side)
        theme.spaced(column, 3, 0, 2, 0, spacing=2)
        column.addWidget(self.cell_words)
        column.addWidget(_scrolled(self.grid), 1)
        return side

    def _empty_table(self) -> FigureTable:
        heads = (
            (tr("Class"), tr("True class")),
            (tr("Precision"), tr("Right ones among the images taken for the class")),
            (tr("Recall"), tr("Found among the images of the class")),
            (tr("F1"), tr("Harmonic mean of precision and recall")),
            (tr("Images"), tr("Images of the class, in this part")),
        )
        table = FigureTable(tr("Figures of each class"), heads)
        table.verticalHeader().setDefaultSectionSize(ROW_HEIGHT)
        return table

    def show_evaluation(self, evaluation: Evaluation, pictures: Pictures) -> None:
        """Shows the figures; no cell is chosen."""
        self._evaluation, self._pictures = evaluation, pictures
        low, high = (units.percent(end) for end in evaluation.interval)
        self.accuracy.setText(
            tr("Accuracy {accuracy}", accuracy=units.percent(evaluation.accuracy))
        )
        error = units.percent(evaluation.calibration.error)
        said = [
            tr(
                "95 % interval {low} to {high}  ·  {images} images  ·  calibration error {error}",
                low=low,
                high=high,
                images=units.count(evaluation.images),
                error=error,
            )
        ]
        if evaluation.predictions.are_of_file:
            said.append(tr("answered by the quantized file"))
        self.about.setText(joined("  ·  ", said))
        self._show_rows(evaluation)
        self.matrix.show_counts(evaluation.confusion, evaluation.predictions.class_names)
        self.cell_words.setText(
            tr(
                "Rows are true classes, columns what they are taken for. Click a cell to see "
                "its images."
            )
        )
        self.grid.show_pictures([])

    def _show_rows(self, evaluation: Evaluation) -> None:
        rows = (evaluation.macro, *evaluation.classes)
        self.table.setRowCount(len(rows))
        for line, row in enumerate(rows):
            shares = (units.percent(share, 1) for share in (row.precision, row.recall, row.f1))
            name = row.name if line else tr("Average")
            reason = tr("Macro average: every class counts alike") if not line else ""
            cells = (name, *shares, units.count(row.support))
            self.table.put(line, cells, bold=not line, reason=reason)

    @Slot()
    def _export(self) -> None:
        self.export_requested.emit(ConfusionFigure.KIND, ())

    @Slot(int, int)
    def _show_cell(self, true: int, predicted: int) -> None:
        evaluation, pictures = self._evaluation, self._pictures
        if evaluation is None or pictures is None:
            return
        inside = evaluation.cell(true, predicted)
        shown = pictures_of(evaluation, pictures, inside)
        names = evaluation.predictions.class_names
        if true == predicted:
            text = tr(
                "{names} recognized: {inside} images, the least sure first",
                names=names[true],
                inside=units.count(len(inside)),
            )
        else:
            text = tr(
                "{true} taken for {predicted}: {inside} images, the surest first",
                true=names[true],
                predicted=names[predicted],
                inside=units.count(len(inside)),
            )
        if len(shown) < len(inside):
            text += tr("; {shown} of them", shown=units.count(len(shown)))
        self.cell_words.setText(text)
        self.grid.show_pictures(shown)


class MistakesPage(QWidget):
    """The images that were classified wrong with the highest confidence."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Label()
        self.title.setWordWrap(True)
        self.title.setProperty("role", "muted")
        self.grid = PictureGrid(tr("Worst mistakes"))
        self.grid.setToolTip(
            tr("A sure mistake is often a wrong label, or a case that the data lack")
        )
        column = QVBoxLayout(self)
        theme.spaced(column, 3, 0, 0, 0, spacing=3)
        column.addWidget(self.title)
        column.addWidget(_scrolled(self.grid), 1)

    def show_evaluation(self, evaluation: Evaluation, pictures: Pictures) -> None:
        """Shows the mistakes, the surest first."""
        wrong = evaluation.mistakes
        shown = pictures_of(evaluation, pictures, wrong[:MOST_MISTAKES])
        self.grid.show_pictures(shown)
        if not len(wrong):
            self.title.setText(tr("No image was classified wrong."))
            return
        self.title.setText(
            tr(
                "{wrong} of {images} images are wrong; the surest {shown} first, each with its "
                "true class, what it is taken for, and the network's confidence",
                wrong=units.count(len(wrong)),
                images=units.count(evaluation.images),
                shown=units.count(len(shown)),
            )
        )


class ClassCurvesPage(QWidget):
    """Calibration over all classes; ROC and precision over recall of one class.

    Args:
        plots: Of the three, see `in_steps`.

    Signals:
        export_requested: Make a figure of this kind, of these classes (None for all).
    """

    export_requested = Signal(str, object)

    @classmethod
    def in_steps(cls, made: Callable[[ClassCurvesPage], None]) -> Iterator[None]:
        """Makes the page, with a step for each plot, as each takes a while.

        Args:
            made: Takes the page at the last step.
        """
        calibration = SharePlot(tr("Calibration"), tr("confidence"), (0.0, 1.0), markers=True)
        yield
        roc = SharePlot(tr("ROC"), tr("false positive rate"), (0.0, 1.0))
        yield
        precision = SharePlot(tr("Precision over recall"), tr("recall"), None)
        yield
        made(cls((calibration, roc, precision)))

    def __init__(self, plots: tuple[SharePlot, SharePlot, SharePlot]) -> None:
        super().__init__()
        self._evaluation: Evaluation | None = None
        self.calibration, self.roc, self.precision = plots
        self.chooser = QComboBox()
        give_name(self.chooser, tr("Class"))
        self.chooser.setToolTip(tr("The class that is held against all others"))
        self.chooser.currentIndexChanged.connect(self._show_class)
        self.calibration.setToolTip(
            tr("Accuracy over confidence; below the dashed line the network is surer than right")
        )
        self.roc.setToolTip(tr("True positive rate over false positive rate; dashed: guessing"))
        self.precision.setToolTip(tr("What precision a wanted recall costs"))
        top = QHBoxLayout()
        theme.spaced(top, 3, 0, 3, 2, spacing=2)
        label = Label(tr("Class"))
        label.setBuddy(self.chooser)
        top.addWidget(label)
        top.addWidget(self.chooser)
        top.addStretch(1)
        top.addWidget(
            export_button(
                export_action(
                    self, tr("A plot as SVG, PDF, PNG, CSV or for pgfplots, for a paper")
                ),
                self._make_menu(),
            )
        )
        row = QHBoxLayout()
        theme.spaced(row, 1, 0, 0, 2, spacing=1)
        for plot in (self.calibration, self.roc, self.precision):
            row.addWidget(plot, 1)
        column = QVBoxLayout(self)
        theme.spaced(column, 0)
        column.addLayout(top)
        column.addLayout(row, 1)

    def _make_menu(self) -> QMenu:
        """Each plot as a figure: of the class that is chosen, and of all."""
        self.menu = QMenu(self)
        self.menu.addAction(
            tr("Calibration"),
            partial(self.export_requested.emit, CalibrationFigure.KIND, ()),
        )
        for plot, kind in (
            (self.roc, RocFigure.KIND),
            (self.precision, PrecisionFigure.KIND),
        ):
            name = plot.view.accessibleName()
            self.menu.addSeparator()
            self.menu.addAction(
                tr("{name} of the chosen class", name=name), partial(self._export, kind)
            )
            self.menu.addAction(
                tr(
                    "{name} of all classes, or the {MOST_DRAWN} hardest",
                    name=name,
                    MOST_DRAWN=MOST_DRAWN,
                ),
                partial(self.export_requested.emit, kind, None),
            )
        return self.menu

    def _export(self, kind: str) -> None:
        self.export_requested.emit(kind, (self.chooser.currentIndex(),))

    def show_evaluation(self, evaluation: Evaluation, pictures: Pictures) -> None:
        """Shows the curves; the class that was chosen stays, where there is one of its name."""
        self._evaluation = evaluation
        found = evaluation.calibration
        there = found.counts > 0
        self.calibration.show_curve(
            tr("Accuracy: calibration error {error}", error=units.percent(found.error)),
            found.confidence[there],
            found.accuracy[there],
        )
        before = self.chooser.currentText()
        self.chooser.blockSignals(True)
        self.chooser.clear()
        self.chooser.addItems(list(evaluation.predictions.class_names))
        self.chooser.setCurrentIndex(max(0, self.chooser.findText(before)))
        self.chooser.blockSignals(False)
        self._show_class(self.chooser.currentIndex())

    @Slot(int)
    def _show_class(self, number: int) -> None:
        if self._evaluation is None or number < 0:
            return
        curves = self._evaluation.curves(number)
        if curves is None:
            reason = tr("no curve: all images are of this class, or none")
            self.roc.show_nothing(tr("ROC: {reason}", reason=reason))
            self.precision.show_nothing(tr("Precision: {reason}", reason=reason))
            return
        self.roc.show_curve(
            tr("True positive rate: ROC area {auc}", auc=format(curves.auc, ".4f")),
            curves.false_positives,
            curves.true_positives,
        )
        self.precision.show_curve(
            tr(
                "Precision: average {average_precision}",
                average_precision=format(curves.average_precision, ".4f"),
            ),
            *curves.precision_line,
        )


def pictures_of(evaluation: Evaluation, pictures: Pictures, places: Rows) -> list[Picture]:
    """The images at these places that are kept, in that order."""
    names = evaluation.predictions.class_names
    where = {place: number for number, place in enumerate(pictures.places.tolist())}
    found = []
    for place in places.tolist():
        if place in where:
            true, taken = evaluation.predictions.labels[place], evaluation.predicted[place]
            title = names[true] if true == taken else joined(" → ", [names[true], names[taken]])
            confidence = units.percent(float(evaluation.confidence[place]))
            image = as_image(pictures.pixels[where[place]])
            found.append(Picture(image, title, confidence))
    return found


def _scrolled(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    widget.setObjectName("page")
    widget.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    area.setWidget(widget)
    return area
