"""The Compare page: the structure being edited against that of any run or preset."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.when_shown import WhenShown
from ui.editing.editor import Editor
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label
from ui.panels.network.structure_diff import StructureDiffView
from ui.panels.shared.search_box import make_searchable
from workbench import presets
from workbench.base.text import tr
from workbench.experiment import Experiment
from workbench.levers.comparison import Comparison, Side
from workbench.runs.record import Run
from workbench.spec.base import SpecError
from workbench.spec.layers import Shape

BOX_WIDTH = 64 * theme.UNIT
Key = tuple[str, str]
"""("run", its id) or ("preset", its name)."""


class ComparePage(QWidget):
    """A box that finds a run or preset by its name, and the difference to it.

    Args:
        editor: Whose experiment is compared.
        read_run: All that is known of the run of an id; None where it can't be read.
    """

    def __init__(self, editor: Editor, read_run: Callable[[str], Run | None]) -> None:
        super().__init__()
        self._editor, self._read_run = editor, read_run
        self._run: Run | None = None
        self._items: list[tuple[str, Key]] = []
        self._offered: set[str] = set()
        self._wanted: Key | None = None
        self._other: tuple[Key, Experiment] | None = None
        self.box = self._make_box()
        self.use = QPushButton(tr("Use this structure"))
        self.use.setToolTip(
            tr("Put the layers of the other network into the form; Undo takes it back")
        )
        self.use.clicked.connect(self.use_structure)
        self.diff = StructureDiffView()
        copy = QToolButton()
        copy.setDefaultAction(self.diff.copy_action)
        copy.setAccessibleName(self.diff.copy_action.text())
        copy.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        top = QHBoxLayout()
        theme.spaced(top, 3, 2, 3, 2, spacing=2)
        label = Label(tr("Compare with"))
        label.setBuddy(self.box)
        for widget in (label, self.box, self.use, copy):
            top.addWidget(widget)
        top.addStretch(1)
        body = QWidget()
        column = QVBoxLayout(body)
        theme.spaced(column, 0)
        column.addWidget(self.diff)
        theme.as_page(self, top, body)
        self.follow = WhenShown(self, self._refresh)
        editor.changed.connect(self.follow.mark)
        editor.problems_changed.connect(self.follow.mark)
        self.show_runs([])

    def _make_box(self) -> QComboBox:
        box = QComboBox()
        make_searchable(box, tr("run or preset"))
        box.setFixedWidth(BOX_WIDTH)
        give_name(box, tr("Compare with"))
        box.setToolTip(tr("A run, newest first, or a preset; type a part of its name"))
        line = box.lineEdit()
        assert line is not None
        box.activated.connect(self._chosen)
        line.editingFinished.connect(self._typed)
        return box

    # --- choosing ------------------------------------------------------------------------------

    @Slot(list)
    def show_runs(self, runs: Sequence[tuple[str, str]]) -> None:
        """Offers these runs, ids and names, newest first."""
        named = [(name, ("run", run_id)) for run_id, name in runs]
        self._offered = {run_id for run_id, _ in runs}
        named += [(tr("{n} (preset)", n=n), ("preset", n)) for n in presets.names()]
        if named != self._items:
            self._items = named
            self.follow.mark()

    def prefer(self, run_id: str) -> None:
        """Compares with this run (it was selected elsewhere)."""
        if run_id and self._wanted != ("run", run_id):
            self._wanted = ("run", run_id)
            if run_id not in self._offered:  # an old one among very many
                run = self._read_run(run_id)
                if run is not None:
                    self._offered.add(run_id)
                    self._items = [(run.name, ("run", run_id)), *self._items]
            self.follow.mark()

    def compare_with_preset(self, name: str) -> None:
        """Compares with a preset."""
        self._wanted = ("preset", name)
        self.follow.mark()

    @property
    def chosen(self) -> Key | None:
        """What it is compared with; None while nothing is."""
        known = {key for _, key in self._items}
        if self._wanted in known:
            return self._wanted
        return self._items[0][1] if self._offered else None

    @Slot(int)
    def _chosen(self, index: int) -> None:
        self._wanted = self.box.itemData(index)
        self.follow.mark()

    @Slot()
    def _typed(self) -> None:
        """A whole name is a choice; anything else goes."""
        text = self.box.currentText()
        index = self.box.findText(text, Qt.MatchFlag.MatchExactly)
        if index >= 0 and text != self.box.itemText(self._index()):
            self._chosen(index)
        else:
            self._show_name()

    def _index(self) -> int:
        return next((i for i, (_, key) in enumerate(self._items) if key == self.chosen), -1)

    def _fill_box(self) -> None:
        with QSignalBlocker(self.box):
            shown = [(self.box.itemText(i), self.box.itemData(i)) for i in range(self.box.count())]
            if shown != self._items:
                self.box.clear()
                for name, key in self._items:
                    self.box.addItem(name, key)
            self._show_name()

    def _show_name(self) -> None:
        index = self._index()
        with QSignalBlocker(self.box):
            self.box.setCurrentIndex(index)
            self.box.setEditText(self.box.itemText(index))

    # --- comparing -----------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Compares the experiment as it stands with the chosen one."""
        self._fill_box()
        sentence = self._compare()
        self.use.setEnabled(self._other is not None)
        if sentence:
            self.diff.say(sentence)

    def _compare(self) -> str:
        """Shows the comparison; what keeps it from being shown, in a sentence."""
        key, info = self.chosen, self._editor.info
        if key is None:
            self._other = None
            return tr(
                "Choose a run or a preset above, to see layer by layer what the "
                "network has otherwise and what that costs."
            )
        try:
            other = self._experiment(key)
        except SpecError as error:
            self._other = None
            return f"{error}."
        shape = self._shape(key, other)
        known = shape or (info.image_shape if info is not None else None)
        if info is None or known is None:
            return tr("The shape of the images isn't known yet.")
        comparison = Comparison(Side(other, known), Side(self._editor.experiment, info.image_shape))
        if comparison.problems:
            return f"{self._editor.sentence(comparison.problems[0])}."
        note = (
            ""
            if shape
            else tr(
                "The images of the other one aren't known; its network is shown on those of this "
                "one."
            )
        )
        name = next(name for name, known_key in self._items if known_key == key)
        self.diff.show_comparison(comparison, name, tr("this experiment"), note)
        return ""

    def _experiment(self, key: Key) -> Experiment:
        """The other experiment; read once, as it never changes."""
        if self._other is None or self._other[0] != key:
            kind, name = key
            self._run = self._read_run(name) if kind == "run" else None
            read = self._run.experiment if self._run is not None else presets.load(name)
            self._other = (key, read)
        return self._other[1]

    def _shape(self, key: Key, other: Experiment) -> Shape | None:
        """Of the other one's images; None where it isn't known."""
        run = self._run
        if run is not None and run.run_id == key[1] and run.image_shape is not None:
            return run.image_shape
        info = other.data.info()
        if info is None and other.data == self._editor.experiment.data:
            info = self._editor.info
        return info.image_shape if info is not None else None

    @Slot()
    def use_structure(self) -> None:
        """Puts the other network's layers into the form."""
        if self._other is not None:
            structure = self._other[1].structure
            after = self._editor.experiment.model_copy(update={"structure": structure})
            name = self.box.currentText()
            self._editor.replace(after, tr("use of the structure of {name}", name=name))
