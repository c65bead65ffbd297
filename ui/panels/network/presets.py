"""The gallery of presets: what each is for and costs, to begin a new experiment with."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label, tip
from ui.look.side_dialog import SideDialog
from workbench import presets
from workbench.base import units
from workbench.base.text import tr

SIZE = (268 * theme.UNIT, 96 * theme.UNIT)
RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
FIGURES = (2, 3)
"""Columns with numbers."""


class PresetGallery(SideDialog):
    """A list that stays beside the window until one is opened or it is closed.

    Args:
        open_preset: Begins with a preset by its name; False where a person thought better of it.
        window: Which it belongs to.
    """

    def __init__(self, open_preset: Callable[[str], bool], window: QWidget) -> None:
        super().__init__(window, tr("New from preset"))
        self._open_preset = open_preset
        self.resize(*SIZE)
        self.list = self._make_list()
        hint = Label(
            tr(
                "A preset is a whole experiment: data, network and training, all of "
                "it yours to change."
            )
        )
        hint.setProperty("role", "muted")
        self.open_button = QPushButton(tr("Open"))
        self.open_button.setProperty("primary", True)
        self.open_button.setDefault(True)
        self.open_button.setToolTip(tr("Begin a new experiment with the chosen preset"))
        self.open_button.clicked.connect(self._open)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * theme.UNIT)
        buttons.addWidget(hint, 1)
        buttons.addWidget(self.close_button)
        buttons.addWidget(self.open_button)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 3, spacing=3)
        layout.addWidget(self.list, 1)
        layout.addLayout(buttons)
        self.choose(presets.names()[0])
        self.list.setFocus()

    def _make_list(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setHeaderLabels(
            [tr("Preset"), tr("What it is for"), tr("Parameters"), tr("MACs"), tr("Data")]
        )
        tree.setObjectName("presets")
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.setAccessibleName(tr("Presets"))
        tree.setToolTip(tr("Double-click or press Enter to begin a new experiment with a preset"))
        for name in presets.names():
            tree.addTopLevelItem(_item(name))
        header = tree.header()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(False)
        header.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        for column in FIGURES:
            tree.headerItem().setTextAlignment(column, RIGHT)
        tree.itemActivated.connect(self._open)
        return tree

    @property
    def chosen(self) -> str:
        """Name of the chosen preset."""
        return str(self.list.currentIndex().siblingAtColumn(0).data())

    def choose(self, name: str) -> None:
        """Chooses a preset by its name."""
        (item,) = self.list.findItems(name, Qt.MatchFlag.MatchExactly)
        self.list.setCurrentItem(item)

    @Slot()
    def _open(self) -> None:
        if self._open_preset(self.chosen):
            self.close()


def _item(name: str) -> QTreeWidgetItem:
    experiment = presets.load(name)
    info = experiment.data.info()
    analysis = experiment.analysis(info) if info is not None else None
    described = presets.description(name)
    item = QTreeWidgetItem(
        [
            name,
            described,
            units.count(analysis.parameters if analysis else None),
            units.big(analysis.macs if analysis else None),
            experiment.data.label,
        ]
    )
    for column in FIGURES:
        item.setTextAlignment(column, RIGHT)
    for column in range(5):
        item.setToolTip(column, tip(described))
    return item
