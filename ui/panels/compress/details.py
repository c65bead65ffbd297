"""What the steps of a compressed run found, in a window: its steps, layers, tensors and weights."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from ui.background.in_store import in_store
from ui.background.jobs import Jobs
from ui.look import theme
from ui.look.plain import Label
from ui.look.side_dialog import SideDialog
from ui.models.run_cells import swatch
from ui.panels.compress.variants_plot import name_of_variant
from ui.panels.shared.pages import Pages
from ui.panels.shared.sorted_table import SortedCell, SortedTable
from workbench.base import units
from workbench.base.text import tr
from workbench.compression import found, progress, sensitivity
from workbench.compression.found import CodedTensor
from workbench.compression.progress import StepDone
from workbench.compression.recipe import CompressionRecipe
from workbench.compression.sensitivity import LayerSensitivity
from workbench.compression.steps import PruneStructure
from workbench.compression.variants import Variant
from workbench.deployment.quantization import TensorError
from workbench.runs.store import Store
from workbench.spec.base import SpecError

if TYPE_CHECKING:
    from ui.plots.figures.sensitivity import SensitivityPlot

SIZE = (225 * theme.UNIT, 130 * theme.UNIT)
TABLE_WIDTH = 98 * theme.UNIT


@dataclass(frozen=True)
class Details:
    """What a run kept.

    Attributes:
        done: The network before the first step, and after each one.
        layers: How sensitive each layer is; none where that wasn't measured.
        whole: Accuracy on the validation images before a channel was removed; None if unknown.
        errors: Of tensors, by quantization.
        weights: How far the weights in the file can be coded.
    """

    done: Sequence[StepDone] = ()
    layers: Sequence[LayerSensitivity] = ()
    whole: float | None = None
    errors: Sequence[TensorError] = ()
    weights: Sequence[CodedTensor] = ()


def read_details(run_id: str, store: Store) -> Details:
    """Reads what a run kept, in any thread; empty where there is nothing, or it is damaged."""
    kept = progress.read(store.artifacts(run_id))
    if kept is None:
        return Details()
    return Details(
        kept.done,
        sensitivity.unpacked(kept.facts.get(sensitivity.FACT, "[]")),
        _whole(kept),
        found.tensor_errors(kept.facts),
        found.coded_tensors(kept.facts),
    )


def _whole(kept: progress.CompressionProgress) -> float | None:
    """The accuracy that the curves begin with."""
    try:
        steps = CompressionRecipe.from_toml(kept.recipe).steps
    except SpecError:
        return None
    places = [n for n, step in enumerate(steps) if isinstance(step, PruneStructure)]
    return kept.done[places[-1]].val_accuracy if places and len(kept.done) > places[-1] else None


class DetailsWindow(SideDialog):
    """The details of one variant; another one may be shown in its place.

    Args:
        jobs: Of the window.
        window: Which it belongs to.
    """

    def __init__(self, jobs: Jobs, window: QWidget) -> None:
        super().__init__(window, tr("What the steps found"))
        self.resize(*SIZE)
        self._reads = jobs.latest(self)
        self._reads.failed.connect(self._say)
        self.heading = Label()
        self.heading.setProperty("role", "title")
        self.heading.setWordWrap(True)
        self.empty = Label()
        self.empty.setProperty("role", "muted")
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._make_tables()
        self.pages = Pages(tr("What is shown"))
        self._buttons = {
            name: self.pages.add(page, title, reason)
            for name, page, title, reason in (
                ("steps", self.steps, tr("Steps"), tr("What each step cost and gained")),
                ("layers", self._layers_page(), tr("Layers"),
                 tr("How much accuracy each layer costs as its channels are removed")),
                ("errors", self.errors, tr("Errors"),
                 tr("How far quantization moved each tensor, the worst first")),
                ("weights", self.weights, tr("Weights"),
                 tr("Different values of each tensor, and what coding them can save")),
            )
        }  # fmt: skip
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.pages)
        top = QHBoxLayout()
        theme.spaced(top, 3, 2, 3, 1, spacing=2)
        top.addWidget(self.heading, 1)
        top.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        theme.as_page(self, top, self.stack)
        self._plot: SensitivityPlot | None = None
        self.run_id = ""

    def _make_tables(self) -> None:
        self.steps = SortedTable(
            tr("The network after each step"),
            [
                (tr("After"), tr("The step, as the command line has it")),
                (tr("No."), tr("Its place in the recipe")),
                (tr("Val acc."), tr("Accuracy on the validation images, in float32")),
                (tr("Parameters"), ""),
                (tr("Non-zero"), tr("Parameters that aren't zero")),
                ("MACs", tr("Multiplications and additions for one image")),
            ],
            1,
        )
        self.layers = SortedTable(
            tr("Layers, the most sensitive first"),
            [
                (tr("Layer"), tr("One layer, or several that shrink together")),
                *((tr("−{share} %", share=f"{100 * share:g}"),
                   tr("Validation accuracy with so many channels removed, without fine-tuning"))
                  for share in sensitivity.SHARES),
            ],
            len(sensitivity.SHARES),
        )  # fmt: skip
        self.layers.itemSelectionChanged.connect(self._choose_layer)
        self.errors = SortedTable(
            tr("Errors of the tensors, the worst first"),
            [
                (tr("Tensor"), tr("Weights, or what a layer gives")),
                (tr("Signal to noise"),
                 tr("Power of the values over that of their errors, in decibels: 6 more are a bit "
                    "more")),
                (tr("Mean squared error"), tr("On images that it was calibrated on")),
            ],
            1,
        )  # fmt: skip
        self.weights = SortedTable(
            tr("Weights in the file"),
            [
                (tr("Tensor"), tr("As the file names it")),
                (tr("Stored as"), ""),
                (tr("Weights"), ""),
                (tr("Non-zero"), ""),
                (tr("Values"), tr("Different values; sharing and pruning leave few")),
                (tr("Bytes"), tr("In the file")),
                (tr("Coded"), tr("What Huffman's code takes, without its table of values")),
            ],
            5,
            Qt.SortOrder.DescendingOrder,
        )

    def _layers_page(self) -> QWidget:
        page = QSplitter(Qt.Orientation.Horizontal)
        self._plot_place = QWidget()
        place = QVBoxLayout(self._plot_place)
        theme.spaced(place, 2, 0, 2, 1)
        page.addWidget(self._plot_place)
        page.addWidget(self.layers)
        page.setStretchFactor(0, 1)
        page.setSizes([SIZE[0] - TABLE_WIDTH, TABLE_WIDTH])
        page.setChildrenCollapsible(False)
        return page

    @property
    def plot(self) -> SensitivityPlot:
        """The curves, made at the first use: their library takes a moment to load."""
        if self._plot is None:
            from ui.plots.figures.sensitivity import SensitivityPlot

            self._plot = SensitivityPlot()
            layout = self._plot_place.layout()
            assert layout is not None
            layout.addWidget(self._plot)
        return self._plot

    # --- what is shown -------------------------------------------------------------------------

    def show_variant(self, variant: Variant, folder: Path) -> None:
        """Reads and shows what a variant's run kept.

        Args:
            variant: Of a compressed run.
            folder: Of the store.
        """
        self.run_id = variant.run.run_id
        self.heading.setText(name_of_variant(variant))
        self._reads.ask(in_store(folder, partial(read_details, self.run_id)), self._take)

    def _take(self, details: Details) -> None:
        if not details.done:
            self._say(
                tr(
                    "This run kept nothing about its steps: it hasn't ended, was stopped, or comes "
                    "from an older version."
                )
            )
            return
        self._show_steps(details)
        self._show_layers(details)
        self._show_errors(details)
        self._show_weights(details)
        for name, rows in (
            ("layers", details.layers),
            ("errors", details.errors),
            ("weights", details.weights),
        ):
            self._buttons[name].setVisible(bool(rows))
        if not self._buttons[self._in_front].isVisibleTo(self):
            self._buttons["steps"].setChecked(True)
        self.stack.setCurrentWidget(self.pages)

    @property
    def _in_front(self) -> str:
        return next(name for name, button in self._buttons.items() if button.isChecked())

    def show_page(self, name: str) -> None:
        """Puts a page in front: "steps", "layers", "errors" or "weights"."""
        self._buttons[name].setChecked(True)

    def _say(self, sentence: str) -> None:
        self.empty.setText(sentence)
        self.stack.setCurrentWidget(self.empty)

    def _show_steps(self, details: Details) -> None:
        self.steps.show_rows(
            [
                (
                    SortedCell(done.step or tr("Original"), done.step),
                    SortedCell(str(number), number),
                    SortedCell(units.percent(done.val_accuracy), done.val_accuracy),
                    SortedCell(units.count(done.parameters), done.parameters),
                    SortedCell(units.count(done.nonzero_parameters), done.nonzero_parameters),
                    SortedCell(units.count(done.macs), done.macs),
                )
                for number, done in enumerate(details.done)
            ]
        )

    def _show_layers(self, details: Details) -> None:
        from ui.plots.figures.sensitivity import LayerCurve

        rows, curves = [], []
        for layer in details.layers:
            known = dict(zip(layer.shares, layer.val_accuracies, strict=False))
            near = [_nearest(known, share) for share in sensitivity.SHARES]
            rows.append(
                (
                    SortedCell(layer.layers, layer.layers),
                    *(SortedCell(units.percent(value), value) for value in near),
                )
            )
            begun = {} if details.whole is None else {0.0: details.whole}
            curve = {**begun, **known}
            curves.append(LayerCurve(layer.layers, list(curve), list(curve.values())))
        self.layers.show_rows(rows)
        if details.layers:
            self.plot.show_curves(curves)
            self._mark_layers()

    def _mark_layers(self) -> None:
        """Gives each layer the colour of its curve."""
        colours = {curve.name: self.plot.colour_of(n) for n, curve in enumerate(self.plot.curves)}
        for line in range(self.layers.rowCount()):
            item = self.layers.item(line, 0)
            if item is not None and item.text() in colours:
                item.setIcon(swatch(colours[item.text()].name()))

    def _show_errors(self, details: Details) -> None:
        self.errors.show_rows(
            [
                (
                    SortedCell(_short(error.tensor), error.tensor),
                    SortedCell(*_decibels(error.snr)),
                    SortedCell(f"{error.mse:.3g}", error.mse),
                )
                for error in details.errors
            ]
        )

    def _show_weights(self, details: Details) -> None:
        self.weights.show_rows(
            [
                (
                    SortedCell(_short(each.tensor) or tr("without a name"), each.tensor),
                    SortedCell(each.kind.lower(), each.kind),
                    SortedCell(units.count(each.weights), each.weights),
                    SortedCell(units.count(each.nonzero), each.nonzero),
                    SortedCell(units.count(each.values), each.values),
                    SortedCell(units.size(each.bytes), each.bytes),
                    SortedCell(
                        units.NONE if each.coded_bytes is None else units.size(each.coded_bytes),
                        each.coded_bytes,
                    ),
                )
                for each in details.weights
            ]
        )

    @Slot()
    def _choose_layer(self) -> None:
        lines = self.layers.selectionModel().selectedRows()
        item = self.layers.item(lines[0].row(), 0) if lines else None
        self.plot.choose(item.text() if item is not None else "")


def _nearest(known: dict[float, float], share: float) -> float | None:
    """What was measured next to a share: a layer loses whole channels."""
    reach = 1 / (2 * len(sensitivity.SHARES) + 2)
    near = [each for each in known if abs(each - share) < reach]
    return known[min(near, key=lambda each: abs(each - share))] if near else None


def _decibels(snr: float) -> tuple[str, float]:
    """A ratio of powers in decibels, and what it is sorted by."""
    if snr <= 0 or math.isnan(snr):
        return units.NONE, -math.inf
    return (tr("no error"), snr) if math.isinf(snr) else (f"{10 * math.log10(snr):.1f} dB", snr)


def _short(tensor: str) -> str:
    """The part of a tensor's name that says the layer: "layer3_conv2d/MatMul"."""
    kept = tensor.split(";")[0].split("/")
    first = next((n for n, part in enumerate(kept) if part.startswith("layer")), 0)
    return "/".join(kept[first:])
