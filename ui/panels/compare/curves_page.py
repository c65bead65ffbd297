"""Compare, page "Curves": any metric of the chosen runs, overlaid, side by side or averaged."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from ui.background.jobs import Jobs
from ui.background.run_reader import ReadRun, read_runs
from ui.background.when_shown import WhenShown
from ui.look import theme
from ui.look.plain import Label
from ui.panels.compare.alike_looks import AlikeLooks
from ui.panels.export.button import export_action, export_button
from workbench.base.text import tr
from workbench.curves.grouping import (
    Grouping,
    Settings,
    by_setting,
    differing,
    same_but_seed,
    same_name,
)
from workbench.curves.metrics import METRICS
from workbench.curves.run import RunCurves
from workbench.execution.messages import EpochEnd, Steps
from workbench.figures.settings import CurveFigure, FigureLook, FigureRun, Plot
from workbench.runs.record import Run
from workbench.spec.base import SpecError

if TYPE_CHECKING:
    from ui.plots.compare.controls import CompareControls
    from ui.plots.compare.legend import Legend
    from ui.plots.compare.plots import ComparePlots

MOST_COMPARED = 200
"""More curves can't be told apart, nor read in a moment."""

APPLY_MILLISECONDS = 60
"""Runs that are read one after the other are put into the plots together."""

HOW_TO_CHOOSE = tr(
    "Select two or more runs in the table below (Ctrl or Shift and click), or tick\n"
    "them. Their curves appear here, on the same axes."
)

MOST_GROUPINGS = 20
LEGEND_WIDTH = 56 * theme.UNIT


class RunCurvesPage(QWidget):
    """Curves of the runs that are chosen in the table.

    Args:
        folder: Of the store.
        known: The curves of a run that the Live tab has already loaded, or None.
        jobs: Of the window.
        empty: What is said while fewer than two runs are chosen.

    Signals:
        failed: A sentence on curves that can't be read.
        export_requested: Make a figure of this: a `CurveFigure`, and the names of its runs.
    """

    failed = Signal(str)
    export_requested = Signal(object, dict)

    def __init__(
        self,
        folder: Path,
        known: Callable[[str], RunCurves | None],
        jobs: Jobs,
        empty: str = HOW_TO_CHOOSE,
    ) -> None:
        super().__init__()
        self.empty = Label(empty)
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._folder, self._known, self._jobs = folder, known, jobs
        self._wanted: list[str] = []
        self._read: dict[str, tuple[Run, Settings, RunCurves, str]] = {}
        self._hidden: list[str] = []
        self._groupings: list[Grouping] = []
        self._grouping: str = ""
        self._settings: Any = None
        self._plots: ComparePlots | None = None
        self._count = 0
        self.reader = jobs.latest(self)
        self.reader.settled.connect(self._read_all)
        self.reader.failed.connect(self.failed)
        self._apply_soon = QTimer(self)
        self._apply_soon.setSingleShot(True)
        self._apply_soon.setInterval(APPLY_MILLISECONDS)
        self._apply_soon.timeout.connect(self._apply)
        self._lay_out()
        self.follow = WhenShown(self, self._refresh)

    def _lay_out(self) -> None:
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        self.body = QWidget()
        self.column = QVBoxLayout(self.body)
        theme.spaced(self.column, 0)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(40 * theme.UNIT)
        self.bar.setAccessibleName(tr("Runs read"))
        self.reading = Label()
        self.reading.setProperty("role", "muted")
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setToolTip(tr("Compare only what is read so far"))
        self.cancel_button.clicked.connect(self.reader.drop)
        self.progress = QWidget()
        row = QHBoxLayout(self.progress)
        theme.spaced(row, 3, 1, 3, 1, spacing=3)
        for widget in (self.bar, self.reading, self.cancel_button):
            row.addWidget(widget)
        row.addStretch(1)
        self.progress.hide()
        self.stack = QStackedWidget()
        self.stack.addWidget(self.empty)
        self.stack.addWidget(self.body)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(self.progress)
        layout.addWidget(self.stack, 1)

    @property
    def plots(self) -> ComparePlots:
        """The plots, made at the first use: their library takes a moment to load."""
        if self._plots is None:
            self._make_plots()
        assert self._plots is not None
        return self._plots

    def _make_plots(self) -> None:
        from ui.plots.compare.controls import CompareControls
        from ui.plots.compare.legend import Legend
        from ui.plots.compare.plots import ComparePlots

        self.controls: CompareControls = CompareControls()
        self._plots = plots = ComparePlots(self._jobs)
        self.legend: Legend = Legend()
        self.export_action = export_action(
            self, tr("These curves as SVG, PDF, PNG, CSV or for pgfplots, for a paper")
        )
        self.export_action.triggered.connect(self.export)
        self.controls.top.addWidget(export_button(self.export_action))
        plots.addAction(self.export_action)
        plots.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        across = QSplitter(Qt.Orientation.Horizontal)
        across.addWidget(plots)
        across.addWidget(self.legend)
        across.setStretchFactor(0, 1)
        across.setSizes([4 * LEGEND_WIDTH, LEGEND_WIDTH])
        across.setChildrenCollapsible(False)
        self.alike = AlikeLooks()
        self.column.addWidget(self.controls)
        self.column.addWidget(self.alike)
        self.column.addWidget(across, 1)
        self.alike.group_asked.connect(self._group_asked)
        self.controls.chosen.connect(plots.set_plot)
        self.controls.chosen.connect(self._show_alike)
        self.controls.fit_chosen.connect(plots.fit)
        self.controls.group_chosen.connect(self._group_chosen)
        plots.following_changed.connect(self.controls.show_following)
        self.legend.hidden_changed.connect(self._hide)
        self.legend.highlighted.connect(plots.highlight)
        if self._settings is not None:
            self.restore_settings(self._settings)

    # --- which runs ----------------------------------------------------------------------------

    @property
    def compared(self) -> list[Run]:
        """The runs that are read, in the order in which they were chosen."""
        return [self._read[run_id][0] for run_id in self._wanted if run_id in self._read]

    def choose(self, run_ids: Sequence[str]) -> None:
        """Compares these; once the page is shown."""
        self._wanted = list(run_ids)[:MOST_COMPARED]
        self.follow.mark()

    @Slot(object)
    def take_points(self, message: Steps | EpochEnd) -> None:
        """Values were appended to curves that the Live tab lent us."""
        if self._plots is not None and self.isVisible() and message.run_id in self._wanted:
            self._plots.data_changed(message.run_id)

    def _refresh(self) -> None:
        enough = len(self._wanted) > 1
        self.stack.setCurrentWidget(self.body if enough else self.empty)
        if not enough:
            self.reader.drop()
            return
        self._read = {i: known for i, known in self._read.items() if i in set(self._wanted)}
        marks = {run_id: known[3] for run_id, known in self._read.items()}
        self._count = 0
        read = partial(read_runs, self._folder, list(self._wanted), marks)
        self.reader.follow(read, self._take)
        self._apply()

    def _take(self, found: ReadRun) -> None:
        run_id = found.run.run_id
        shared = self._known(run_id)
        if shared is not None:
            curves = shared
        elif found.curves is not None:
            curves = found.curves
        else:
            curves = self._read[run_id][2]
        self._read[run_id] = (found.run, found.settings, curves, found.mark)
        if not self._apply_soon.isActive():
            self._apply_soon.start()
        self._count += 1
        self._show_progress(self._count, len(self._wanted))

    def _show_progress(self, done: int, total: int) -> None:
        self.bar.setRange(0, total)
        self.bar.setValue(done)
        self.reading.setText(tr("reading run {done} of {total}", done=done, total=total))
        self.progress.setVisible(len(self._read) < len(self._wanted))

    @Slot()
    def _read_all(self) -> None:
        self.progress.hide()
        self._apply_soon.stop()
        self._apply()

    # --- what is drawn -------------------------------------------------------------------------

    @Slot()
    def _apply(self) -> None:
        """Gives the plots and the legend what is read so far."""
        if len(self._wanted) < 2:
            return
        plots = self.plots
        known = [self._read[run_id] for run_id in self._wanted if run_id in self._read]
        self._offer_groupings([settings for _, settings, _, _ in known])
        items = self._items()
        plots.set_items(items)
        self.legend.show_items(items, plots.state.theme)
        self._show_alike()
        count = len(known)
        self.controls.count.setText(tr("{count} runs", count=count))
        self.export_action.setEnabled(count > 0)

    def _offer_groupings(self, settings: Sequence[Settings]) -> None:
        paths = differing(settings)[:MOST_GROUPINGS]
        self._groupings = [
            Grouping(tr("All but the seed"), same_but_seed, same_name),
            Grouping(tr("Name"), same_name),
            *map(by_setting, paths),
        ]
        titles = [tr("None"), *(grouping.title for grouping in self._groupings)]
        if self._grouping not in titles:
            self._grouping = ""
        chosen = titles.index(self._grouping) if self._grouping else 0
        self.controls.show_groups(titles, chosen)

    def _groups(self) -> dict[str, list[Run]]:
        """The runs by what is drawn as one."""
        known = [self._read[run_id][:2] for run_id in self._wanted if run_id in self._read]
        chosen = next((g for g in self._groupings if g.title == self._grouping), None)
        if chosen is None:
            return {run.run_id: [run] for run, _ in known}
        return chosen.of(known)

    def _items(self) -> list[Any]:
        from ui.plots.compare.compared import GroupItem, Item
        from ui.plots.theme import run_style

        before = {item.key: item for item in self.plots.state.items}
        items: list[Item] = []
        for words, runs in self._groups().items():
            ids = tuple(run.run_id for run in runs)
            alone = len(runs) == 1
            colour, style = run_style(min(run.colour for run in runs), QColor(theme.tones().text))
            kind = Item if alone else GroupItem
            name = (
                runs[0].name if alone else tr("{words} ({runs} runs)", words=words, runs=len(runs))
            )
            curves = [self._read[run_id][2] for run_id in ids]
            item = kind(words, ids, name, colour, style, curves, words in self._hidden)
            old = before.get(words)
            if isinstance(item, GroupItem) and isinstance(old, GroupItem) and old.run_ids == ids:
                item.means = old.means
            items.append(item)
        return items

    @Slot()
    def _show_alike(self) -> None:
        """Says where drawn curves look alike, and which grouping would end it."""
        state = self.plots.state
        looks = [(item.colour.name(), item.style) for item in state.shown]
        if state.plot.layout == "multiples" or len(set(looks)) == len(looks):
            self.alike.hide()
            return
        known = [self._read[run_id][:2] for run_id in self._wanted if run_id in self._read]
        offers = [
            (number, grouping.title, len(grouping.of(known)))
            for number, grouping in enumerate(self._groupings, 1)
            if grouping.title != self._grouping
        ]
        self.alike.show_looks(looks, offers)

    @Slot(int)
    def _group_asked(self, number: int) -> None:
        self.controls.show_groups([tr("None"), *(g.title for g in self._groupings)], number)
        self._group_chosen(number)

    @Slot(list)
    def _hide(self, keys: list[str]) -> None:
        self._hidden = keys
        self.plots.set_hidden(keys)
        self._show_alike()

    @Slot(int)
    def _group_chosen(self, number: int) -> None:
        self._grouping = self._groupings[number - 1].title if number > 0 else ""
        self._apply()

    def restyle(self) -> None:
        """Gives every run the colour of the appearance in force."""
        if self._plots is not None and self._read:
            self._apply()

    # --- figures and settings ------------------------------------------------------------------

    def figure(self) -> CurveFigure | None:
        """What is shown, as a figure; None where nothing is."""
        plots = self.plots
        shown = {item.key: item for item in plots.state.shown}
        entries = [
            FigureRun(run_id=run.run_id, group=words if len(runs) > 1 else "")
            for words, runs in self._groups().items()
            if words in shown
            for run in runs
        ]
        if not entries:
            return None
        return CurveFigure(runs=tuple(entries), plot=plots.state.plot, look=self._look())

    def _look(self) -> FigureLook:
        """The part of the axes that is shown, where a person chose one."""
        state = self.plots.state
        look = FigureLook()
        if not state.following:
            low, high = state.window()
            look = look.changed(x_from=low, x_to=high)
        if state.y_pinned and state.y_range is not None:
            ends = [10.0**end if state.plot.log_y else end for end in state.y_range]
            scale = METRICS[state.plot.metric].scale
            look = look.changed(y_from=ends[0] * scale, y_to=ends[1] * scale)
        return look

    @Slot()
    def export(self) -> None:
        """Asks for the export window on what is shown."""
        figure = self.figure()
        if figure is not None:
            names = {run.run_id: run.name for run in self.compared}
            self.export_requested.emit(figure, names)

    def settings(self) -> Any:
        """What is drawn, for the next time."""
        return self._settings if self._plots is None else self.controls.plot.values()

    def restore_settings(self, settings: Any) -> None:
        """Takes what `settings` gave; what makes no sense is left out."""
        self._settings = settings
        if self._plots is None:
            return
        try:
            plot = Plot.parse(dict(settings))
        except (SpecError, TypeError, ValueError):
            return
        self.controls.show_plot(plot)
        self._plots.set_plot(plot)
