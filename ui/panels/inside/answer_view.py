"""A network's answer on one image: shares of the classes, the image as seen, and the layers."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.look import theme
from ui.look.plain import Label
from ui.plots.figures.class_shares import ClassShares
from ui.plots.figures.map_strip import MapStrip
from workbench.base.text import tr
from workbench.evaluation.one_image import Answer, Maps


class AnswerView(QWidget):
    """Everything below each other; strips are kept from answer to answer, as one draws."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.shares = ClassShares()
        self.strips: list[MapStrip] = []
        self._strips = QVBoxLayout()
        theme.spaced(self._strips, 0, spacing=2)
        self.heading = Label()
        self.heading.setProperty("role", "title")
        column = QVBoxLayout(self)
        theme.spaced(column, 0, spacing=2)
        column.addWidget(self.shares)
        column.addWidget(self.heading)
        column.addLayout(self._strips)
        column.addStretch(1)

    def show_answer(self, found: Answer) -> None:
        """Shows it in place of the one before."""
        self.shares.show_shares(found.class_names, found.probabilities, found.label)
        rows = self._rows(found)
        while len(self.strips) < len(rows):
            self.strips.append(MapStrip())
            self._strips.addWidget(self.strips[-1])
        for strip, (maps, reason) in zip(self.strips, rows, strict=False):
            strip.show_maps(maps, reason)
        for number, strip in enumerate(self.strips):
            strip.setVisible(number < len(rows))

    def _rows(self, found: Answer) -> list[tuple[Maps, str]]:
        """Each strip with what it is."""
        seen = replace(found.image, name=tr("Image as seen"))
        rows = [(seen, tr("The image as the network gets it, resized"))]
        self.heading.setText(
            tr("Answered by the quantized file, which doesn't show its layers")
            if found.is_of_file
            else tr("What the layers make of it")
        )
        if found.filters is not None:
            filters = found.filters
            named = replace(filters, name=tr("Filters of {name}", name=filters.name))
            low, high = f"{filters.low:.3g}", f"{filters.high:.3g}"
            reason = tr(
                "Kernels, from {low} (black) to {high} (white); zero is gray", low=low, high=high
            )
            rows.append((named, reason))
        return rows + [(maps, _given_by(maps)) for maps in found.layers]


def _given_by(maps: Maps) -> str:
    low, high = f"{maps.low:.3g}", f"{maps.high:.3g}"
    return tr(
        "What it gives for this image, from {low} (black) to {high} (white)", low=low, high=high
    )
