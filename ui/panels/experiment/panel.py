"""The left side: the experiment's name, its sections as forms, and what the network costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QLayout,
    QLineEdit,
    QScrollArea,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.editing.variations import VARIATIONS
from ui.forms.form import SpecForm
from ui.forms.run_choice import RunEntry
from ui.forms.schedule_curve import ScheduleCurve
from ui.forms.settings import Setting, settings_of
from ui.look import theme
from ui.look.plain import Label
from ui.models.layers import Layers
from ui.models.run_feed import RunFeed
from ui.panels.experiment.data_note import DataNote
from ui.panels.experiment.fold import Fold
from ui.panels.experiment.hardware import HardwareNote
from ui.panels.experiment.section import Section
from ui.panels.experiment.structure import StructurePanel
from ui.panels.experiment.totals import Totals
from ui.running.search_controller import SearchController
from ui.running.used_runs import UsedRuns
from workbench.base.text import tr
from workbench.runs.used_runs import TEACHER, WEIGHTS

if TYPE_CHECKING:
    from ui.panels.varying.footer import SearchFooter

MINIMUM_WIDTH = 340


class ExperimentPanel(QWidget):
    """All forms of one experiment, with the totals under them.

    Args:
        editor: Of the experiment.
        layers: Of its structure.
        feed: Of the runs that it may use.
        folder: Of their store.
        jobs: Of the window.
        searches: Does the search of what is varied.

    Attributes:
        footer: What the variations come to; None before the first.

    Signals:
        find_requested: The button beside a setting that can be found was pressed; its path.
    """

    find_requested = Signal(str)

    def __init__(
        self,
        editor: Editor,
        layers: Layers,
        feed: RunFeed,
        folder: Path,
        jobs: Jobs,
        searches: SearchController,
    ) -> None:
        super().__init__()
        self._folder, self._jobs, self._searches = folder, jobs, searches
        self.footer: SearchFooter | None = None
        self.used_runs = runs = UsedRuns(editor, feed.frame, folder, jobs, self)
        runs.failed.connect(feed.failed)
        feed.changed.connect(runs.look_again)
        self._editor = editor
        self.setMinimumWidth(MINIMUM_WIDTH)
        self.structure = StructurePanel(editor, layers)
        finders = {
            "optimizer": {"learning_rate": tr("Find it by a range test, in seconds")},
            "training": {"batch_size": tr("Find the fastest and the largest that fits")},
        }
        chosen = {
            "training": {
                path.rpartition(".")[2]: partial(RunEntry, path=path, offer=runs)
                for path in (WEIGHTS, TEACHER)
            }
        }
        self.forms = {
            path: SpecForm(
                editor,
                path,
                title,
                self._begin_with,
                finders.get(path, {}),
                lambda: editor.facts,
                chosen.get(path, {}),
                is_folded=path == "augmentation",
            )
            for path, title in (
                ("data", tr("Data set")),
                ("augmentation", ""),
                ("loss", tr("Loss")),
                ("regularization", tr("Regularization")),
                ("constraint", tr("Constraint")),
                ("optimizer", tr("Optimizer")),
                ("schedule", tr("Schedule")),
                ("hardware", tr("Target")),
                ("training", ""),
                ("stopping", tr("Early stopping")),
            )
        }
        self.augmentation = Fold(tr("Augmentation"), self.forms["augmentation"])
        self.data_note = DataNote(editor)
        self.curve = ScheduleCurve(editor)
        self.sections = self._sections()
        for form in self.forms.values():
            form.rebuilt.connect(self.order_tabs)
            form.find_requested.connect(self.find_requested)
        runs.renamed.connect(self.forms["training"].refresh)
        self.structure.form_changed.connect(self.order_tabs)
        inside = QWidget()
        self._inside = column = QVBoxLayout(inside)
        theme.spaced(column, 0)
        column.addWidget(self._name_row())
        for section in self.sections:
            column.addWidget(section)
        column.addStretch(1)
        self.area = scroll = QScrollArea()
        scroll.setAccessibleName(tr("Experiment"))
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        self.problem = self._problem_line()
        self.totals = Totals(editor)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(scroll, 1)
        layout.addWidget(self.problem)
        layout.addWidget(self.totals)
        editor.variations.changed.connect(self._make_footer)
        if (folder / VARIATIONS).is_file():
            self._make_footer()
        editor.changed.connect(self.refresh)
        editor.problems_changed.connect(self.show_problems)
        self.refresh()
        self.show_problems()
        self.order_tabs()

    @Slot()
    def _make_footer(self) -> None:
        """The footer comes with the first variation: the window starts sooner without it."""
        if self.footer is None:
            from ui.panels.varying.footer import SearchFooter

            self.footer = SearchFooter(self._editor, self._searches, self._folder, self._jobs)
            self.footer.failed.connect(self._searches.failed)
            layout = self.layout()
            assert isinstance(layout, QVBoxLayout)
            layout.insertWidget(layout.indexOf(self.totals) + 1, self.footer)
        QTimer.singleShot(0, self, self._keep_in_sight)

    @Slot()
    def _keep_in_sight(self) -> None:
        """The footer takes room from the form, but not from the field that is being varied."""
        layout, field = self.layout(), self.focusWidget()
        if layout is not None:
            layout.activate()
        if field is not None and self.area.isAncestorOf(field):
            self.area.ensureWidgetVisible(field, 0, 12 * theme.UNIT)

    def vary(self, path: str) -> None:
        """Shows a setting with several values to try."""
        self.reveal(path)
        lines = [form.vary(path) for form in (*self.forms.values(), self.structure.form)]
        for line in filter(None, lines):
            self._inside.activate()
            self.area.ensureWidgetVisible(line, 0, 12 * theme.UNIT)

    def _begin_with(self, name: str) -> object:
        """An image keeps its size and channels when their settings are switched on."""
        info = self._editor.info
        if info is None:
            size = self._editor.proposed_size
            return list(size) if name == "resize" and size is not None else None
        return {"resize": list(info.image_shape[:2]), "channels": info.image_shape[2]}.get(name)

    def explained_paths(self) -> list[str]:
        """The choices whose explanation is unfolded, by path; kept for the next time."""
        return [path for path, form in self.forms.items() if form.explains]

    def explain(self, paths: object) -> None:
        """Unfolds the explanations of these choices, as `explained_paths` gave them."""
        for path, form in self.forms.items():
            form.set_explains(isinstance(paths, list | tuple) and path in paths)

    def _problem_line(self) -> QToolButton:
        """The first problem in words, always in sight; a click leads to its field."""
        line = QToolButton()
        line.setObjectName("problem")
        line.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        line.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        line.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.set_icon(line, "warning", "bad")
        line.clicked.connect(self.reveal_problem)
        return line

    def _sections(self) -> list[Section]:
        forms = self.forms
        optimization = ("loss", "regularization", "constraint", "optimizer", "schedule")
        return [
            Section(
                tr("Data"), "data", ("data", "augmentation"),
                [forms["data"], self.data_note, self.augmentation],
            ),
            Section(tr("Structure"), "structure", ("structure",), [self.structure]),
            Section(
                tr("Optimization"), "optimization", optimization,
                [*(forms[path] for path in optimization), self.curve],
            ),
            Section(
                tr("Hardware"), "hardware", ("hardware",),
                [HardwareNote(self._editor), forms["hardware"]],
            ),
            Section(
                tr("Training"), "training", ("training", "stopping"),
                [forms["training"], forms["stopping"]],
            ),
        ]  # fmt: skip

    def _name_row(self) -> QWidget:
        row = QWidget()
        grid = QVBoxLayout(row)
        theme.spaced(grid, 3, 3, 3, 3, spacing=1)
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("Experiment name"))
        self.name.setToolTip(tr("Name of the experiment; its runs start with it"))
        self.name.setPlaceholderText(tr("Name of the experiment"))
        self.name.textEdited.connect(self._renamed)
        self.name_problem = Label()
        self.name_problem.setProperty("role", "problem")
        self.name_problem.setWordWrap(True)
        grid.addWidget(self.name)
        grid.addWidget(self.name_problem)
        return row

    def _renamed(self, text: str) -> None:
        self._editor.set("name", text)

    def section_of(self, path: str) -> Section | None:
        """The section a path of the TOML is edited in."""
        return next((section for section in self.sections if section.owns(path)), None)

    @Slot()
    def refresh(self) -> None:
        """Shows the editor's name; the forms refresh themselves."""
        name = self._editor.experiment.name
        if self.name.text() != name and not self._editor.is_refused("name"):
            with QSignalBlocker(self.name):
                self.name.setText(name)
        varied = self._editor.experiment.augmentation.summary()
        self.augmentation.summarize(varied or tr("off"))

    @Slot()
    def show_problems(self) -> None:
        """Marks the sections in which something is wrong."""
        problems = self._editor.problems
        for section in self.sections:
            own = next((self._editor.sentence(p) for p in problems if section.owns(p.path)), "")
            section.mark(own)
        name = next((p.message for p in problems if p.path == "name"), "")
        self.name_problem.setText(name)
        self.name_problem.setVisible(bool(name))
        theme.set_property(self.name, "problem", bool(name))
        first = self._editor.sentence(problems[0]) if problems else ""
        self.problem.setVisible(bool(first))
        self._show_first(first)

    def _show_first(self, sentence: str) -> None:
        room = max(0, self.width() - 12 * theme.UNIT)
        metrics = self.problem.fontMetrics()
        shown = metrics.elidedText(sentence, Qt.TextElideMode.ElideRight, room)
        self.problem.setText(shown)
        self.problem.setAccessibleName(sentence)
        self.problem.setToolTip(tr("{sentence}\nClick to go there.", sentence=sentence))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._show_first(self.problem.accessibleName())

    @Slot()
    def reveal_problem(self) -> None:
        """Unfolds, scrolls and puts the focus to where the first problem is."""
        problems = self._editor.problems
        if problems:
            self.reveal(problems[0].path)

    def reveal(self, path: str) -> None:
        """Puts the focus on the field of a setting."""
        section = self.section_of(path)
        if section is not None:
            section.header.setChecked(True)
        layer = re.match(r"structure\.layers\[(\d+)\]", path)
        if layer is not None:
            self.structure.select(int(layer[1]))
        forms = [*self.forms.values(), self.structure.form]
        found = next((w for w in (form.widget_at(path) for form in forms) if w is not None), None)
        widget = found or (section.header if section is not None else self.name)
        if self.augmentation.isAncestorOf(widget):
            self.augmentation.header.setChecked(True)
        widget.setFocus(Qt.FocusReason.OtherFocusReason)
        self._inside.activate()  # what was just unfolded has no place yet
        self.area.ensureWidgetVisible(widget, 0, 12 * theme.UNIT)

    @Slot(str, str)
    def use_run(self, path: str, run_id: str) -> None:
        """Lets the experiment use a run: the path of the setting that names it, its id."""
        self._editor.set(path, run_id)
        self.reveal(path)

    def settings(self) -> Iterator[Setting]:
        """All settings of the form as it is now, those of each layer too; `reveal` shows one."""
        title = tr("Experiment name")
        yield Setting("name", title, (), tr("Its runs start with it"))
        for section in self.sections:
            place = (section.header.text(),)
            for path, form in self.forms.items():
                if section.owns(path):
                    yield from settings_of(self._editor.at(path), path, form.title, place)
            if section.owns("structure"):
                for number, layer in enumerate(self._editor.experiment.structure.layers):
                    inside = (*place, tr("Layer {number}", number=number + 1))
                    path = f"structure.layers[{number}]"
                    yield from settings_of(layer, path, tr("Kind"), inside)

    def variable_settings(self) -> Iterator[Setting]:
        """Those of them that a search can vary."""
        from workbench.study.sweeps.fixed import fixed_reason  # not at the start

        return (one for one in self.settings() if not fixed_reason(one.path))

    @Slot()
    def order_tabs(self) -> None:
        """Tab goes from top to bottom, also through fields that were built later than others."""
        column = [self.name, *(w for section in self.sections for w in _focusable(section))]
        column += [self.problem]
        for before, after in pairwise(column):
            QWidget.setTabOrder(before, after)


def _focusable(widget: QWidget) -> list[QWidget]:
    """What takes the focus below a widget, in the order it is laid out."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        return [widget]
    layout = widget.layout()
    return _in_layout(layout) if layout is not None else []


def _in_layout(layout: QLayout) -> list[QWidget]:
    found: list[QWidget] = []
    for index in range(layout.count()):
        item = layout.itemAt(index)
        if item is None:
            continue
        if (widget := item.widget()) is not None:
            found += _focusable(widget)
        elif (inner := item.layout()) is not None:
            found += _in_layout(inner)
    return found
