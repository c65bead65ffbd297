"""A network's answer on one image: shares of the classes, the image as seen, and the layers."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.look import theme
from ui.look.plain import Label
from ui.plots.figures.class_shares import ClassShares
from ui.plots.figures.map_strip import MapStrip
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
        heading = Label(self.tr("What the layers make of it"))
        heading.setProperty("role", "title")
        column = QVBoxLayout(self)
        theme.spaced(column, 0, spacing=2)
        column.addWidget(self.shares)
        column.addWidget(heading)
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
        seen = replace(found.image, name=self.tr("Image as seen"))
        rows = [(seen, self.tr("The image as the network gets it, resized"))]
        if found.filters is not None:
            filters = found.filters
            named = replace(filters, name=self.tr("Filters of {}").format(filters.name))
            reason = self.tr("Kernels, from {} (black) to {} (white); zero is gray")
            rows.append((named, reason.format(f"{filters.low:.3g}", f"{filters.high:.3g}")))
        reason = self.tr("What it gives for this image, from {} (black) to {} (white)")
        rows += [(m, reason.format(f"{m.low:.3g}", f"{m.high:.3g}")) for m in found.layers]
        return rows
