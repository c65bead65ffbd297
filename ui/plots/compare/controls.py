"""The rows over the Compare plots: what is drawn against what, how, and over which groups.

Plots and data never live here: it tells by a signal what a person chose.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.plots.live.controls import Smoothing
from workbench.base.text import tr
from workbench.figures.settings import Plot

UNIT = 4
SHORTEST = 9
"""Letters of a combo box that is squeezed."""

FRAME = 11 * UNIT
"""Of a combo box around its text."""


class CompareControls(QWidget):
    """Sets a `Plot`, and which runs are drawn as one.

    Signals:
        chosen: The plot's settings have changed.
        group_chosen: Runs are grouped by something else; its number.
        fit_chosen: Show all of the data.
    """

    chosen = Signal(object)
    group_chosen = Signal(int)
    fit_chosen = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._plot = Plot()
        self.top, self.bottom = QHBoxLayout(), QHBoxLayout()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * UNIT, 0, 3 * UNIT, UNIT)
        layout.setSpacing(UNIT)
        for row in (self.top, self.bottom):
            row.setSpacing(UNIT)
            layout.addLayout(row)
        self._boxes: dict[str, QComboBox] = {}
        self._labels: dict[QComboBox, QLabel] = {}
        self._switches: dict[str, QToolButton] = {}
        self._add_boxes()
        self._add_switches()
        self.show_plot(Plot())

    def _add_boxes(self) -> None:
        self._box("metric", tr("Metric"), tr(
            "What the y axis shows. Training, validation and test loss are without penalties on\n"
            "the weights, which are a metric of their own"), {
            "loss": tr("Training loss"), "accuracy": tr("Training accuracy"),
            "val_loss": tr("Validation loss"), "val_accuracy": tr("Validation accuracy"),
            "learning_rate": tr("Learning rate"), "images_per_second": tr("Images per second"),
            "epoch_images_per_second": tr("Images per second, by epoch"),
            "gradient_norm": tr("Gradient norm"), "update_ratio": tr("Update / weight"),
            "penalty": tr("Penalty on the weights"),
        })  # fmt: skip
        self._box(
            "axis",
            tr("over"),
            tr("What the x axis shows"),
            {
                "step": tr("Step"),
                "epoch": tr("Epoch"),
                "seconds": tr("Training seconds"),
                "elapsed": tr("Elapsed seconds"),
                "images": tr("Images seen"),
            },
        )
        self._box(
            "layout",
            tr("as"),
            tr("All curves in one plot, or a small one for each"),
            {
                "overlay": tr("Overlay"),
                "multiples": tr("Small multiples"),
            },
        )
        self.group = self._labelled(tr("Group"), tr("Draw runs that agree in this as their mean"))
        self.group.currentIndexChanged.connect(self._group_changed)
        self._box(
            "band",
            tr("Band"),
            tr(
                "How far the runs of a group lie apart: one standard deviation to either side, or\n"
                "from the least to the greatest value"
            ),
            {
                "std": tr("± deviation"),
                "minmax": tr("Min to max"),
            },
        )
        self.top.addStretch(0)

    def _add_switches(self) -> None:
        self.smoothing = Smoothing(self)
        self.smoothing.chosen.connect(self._smoothing_chosen)
        self.bottom.addWidget(self.smoothing)
        self.bottom.addSpacing(2 * UNIT)
        for name, text, reason in (
            ("log_x", tr("Log x"), tr("Logarithmic x axis: shows the beginning of long runs")),
            ("log_y", tr("Log y"), tr("Logarithmic y axis: shows late progress that is small")),
            ("validation", tr("Validation"), tr("Validation too, dashed, beside training")),
        ):
            button = self._button(text, reason)
            button.setCheckable(True)
            button.toggled.connect(self._switched)
            self._switches[name] = button
        self.fit = self._button(
            tr("Fit"),
            tr(
                "Show everything (or double-click a plot).\n"
                "Wheel: zoom x. Ctrl and wheel: zoom y. Drag: zoom into a rectangle.\n"
                "Shift and drag: move."
            ),
        )
        self.fit.clicked.connect(self._fit_clicked)
        self.bottom.addStretch(1)
        self.count = Label()
        self.count.setProperty("role", "muted")
        self.count.setToolTip(tr("Choose in the runs table which runs are compared"))
        self.bottom.addWidget(self.count)

    def _labelled(self, title: str, reason: str) -> QComboBox:
        label, box = Label(title), QComboBox()
        label.setBuddy(box)
        box.setToolTip(reason)
        give_name(box, title)
        box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        box.setMinimumContentsLength(SHORTEST)
        if self.top.count():
            self.top.addSpacing(UNIT)
        self.top.addWidget(label)
        self.top.addWidget(box, 1)
        self._labels[box] = label
        return box

    def _box(self, name: str, title: str, reason: str, choices: dict[str, str]) -> None:
        box = self._labelled(title, reason)
        for value, text in choices.items():
            box.addItem(text, value)
        _limit(box)
        box.currentIndexChanged.connect(self._box_changed)
        self._boxes[name] = box

    def _button(self, text: str, reason: str) -> QToolButton:
        button = QToolButton()
        button.setText(text)
        button.setAccessibleName(text)
        button.setToolTip(reason)
        self.bottom.addWidget(button)
        return button

    # --- what a person does --------------------------------------------------------------------

    @Slot()
    def _box_changed(self) -> None:
        self._take({name: box.currentData() for name, box in self._boxes.items()})

    @Slot()
    def _switched(self) -> None:
        self._take({name: button.isChecked() for name, button in self._switches.items()})

    @Slot(float)
    def _smoothing_chosen(self, weight: float) -> None:
        self._take({"smoothing": weight})

    @Slot(int)
    def _group_changed(self, number: int) -> None:
        self._show_use(self._plot)
        self.group_chosen.emit(number)

    @Slot()
    def _fit_clicked(self) -> None:
        self.fit_chosen.emit()

    def _take(self, changes: dict[str, object]) -> None:
        plot = self._plot.changed(**changes)
        if plot != self._plot:
            self._plot = plot
            self._show_use(plot)
            self.chosen.emit(plot)

    # --- what is shown -------------------------------------------------------------------------

    @property
    def plot(self) -> Plot:
        """As a person chose it."""
        return self._plot

    def show_plot(self, plot: Plot) -> None:
        """Shows these settings, without a signal."""
        self._plot = plot
        for name, box in self._boxes.items():
            with QSignalBlocker(box):
                box.setCurrentIndex(box.findData(getattr(plot, name)))
        for name, button in self._switches.items():
            with QSignalBlocker(button):
                button.setChecked(getattr(plot, name))
        self.smoothing.show_weight(plot.smoothing)
        self._show_use(plot)

    def show_groups(self, titles: Sequence[str], chosen: int) -> None:
        """Offers these groupings, without a signal."""
        with QSignalBlocker(self.group):
            self.group.clear()
            self.group.addItems(list(titles))
            self.group.setCurrentIndex(chosen)
        _limit(self.group)
        self._show_use(self._plot)

    def show_following(self, following: bool) -> None:
        """Offers to fit only where that would change something."""
        self.fit.setEnabled(not following)

    def _show_use(self, plot: Plot) -> None:
        """What has no effect now can't be set."""
        self._switches["validation"].setEnabled(plot.metric in ("loss", "accuracy"))
        band = self._boxes["band"]
        for widget in (band, self._labels[band]):
            widget.setVisible(self.group.currentIndex() > 0)


def _limit(box: QComboBox) -> None:
    """No wider than its longest entry."""
    box.setMaximumWidth(max(box.minimumSizeHint().width(), box.view().sizeHintForColumn(0) + FRAME))
