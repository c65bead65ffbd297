"""Above a sweep: which one, where it stands, how long is left, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.forms.entry import calm
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.elided import ElidedLabel
from ui.look.plain import Label
from ui.panels.search.read_sweep import ReadSweeps, ShownSweep, left_words, repeats_words
from ui.running.search_controller import SearchController, SearchState
from workbench.base.text import joined, tr
from workbench.runs.quantities import date
from workbench.study.results.standing import ListedSweep, SweepState, planned_trials

WIDTH = 84 * theme.UNIT
MOST_MORE, USUAL_MORE = 1_000, 10


class SweepBar(QWidget):
    """The chooser of sweeps, the state of the one that is shown, and its controls.

    Args:
        searches: Works on sweeps.

    Signals:
        wanted: Another sweep is to be shown; the id of its study.
    """

    wanted = Signal(str)

    def __init__(self, searches: SearchController) -> None:
        super().__init__()
        self._searches = searches
        self._read = ReadSweeps((), None)
        self._make()
        self._lay_out()
        searches.changed.connect(self.show_state)
        self.show_state()

    def _make(self) -> None:
        self.chooser = QComboBox()
        give_name(self.chooser, tr("Sweep"))
        self.chooser.setFixedWidth(WIDTH)
        self.chooser.setToolTip(tr("The sweeps of this store, the newest first"))
        self.chooser.activated.connect(self._choose)
        calm(self.chooser)
        self.state, self.about = ElidedLabel(), ElidedLabel()
        self.state.setProperty("role", "title")
        self.about.setProperty("role", "muted")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(25 * theme.UNIT)
        self.bar.setAccessibleName(tr("Trials that have ended"))
        self.left = Label()
        self.left.setProperty("role", "muted")
        self.go = QPushButton()
        theme.set_icon(self.go, "play")
        self.go.clicked.connect(self._go)
        self.stop = QPushButton(tr("Stop after this trial"))
        theme.set_icon(self.stop, "stop")
        self.stop.clicked.connect(self._searches.stop)
        self.more = QSpinBox()
        self.more.setRange(1, MOST_MORE)
        self.more.setValue(USUAL_MORE)
        self.more.setFixedWidth(16 * theme.UNIT)
        theme.inset(self.more)
        calm(self.more)
        give_name(self.more, tr("Trials more"))
        self.more.setToolTip(tr("How many more combinations Extend tries"))
        self.extend = QPushButton(tr("Extend by"))
        theme.set_icon(self.extend, "plus")
        self.extend.clicked.connect(self._extend)

    def _lay_out(self) -> None:
        above, below = QHBoxLayout(), QHBoxLayout()
        for row in (above, below):
            theme.spaced(row, 0, spacing=2)
        above.addWidget(self.chooser)
        above.addStretch(1)
        for widget in (self.go, self.stop, self.extend, self.more):
            above.addWidget(widget)
        below.addWidget(self.state, 1)
        below.addWidget(self.bar)
        below.addWidget(self.left)
        column = QVBoxLayout(self)
        theme.spaced(column, 3, 1, 3, 2, spacing=1)
        column.addLayout(above)
        column.addLayout(below)
        column.addWidget(self.about)

    # --- what is shown -------------------------------------------------------------------------

    def show_read(self, read: ReadSweeps) -> None:
        """Shows these sweeps, and where the chosen one stands."""
        self._read = read
        labels = [_label(each) for each in read.listed]
        shown = read.shown.listed.study.study_id if read.shown is not None else ""
        ids = [each.study.study_id for each in read.listed]
        if labels != [self.chooser.itemText(n) for n in range(self.chooser.count())]:
            with QSignalBlocker(self.chooser):
                self.chooser.clear()
                for label, study_id in zip(labels, ids, strict=True):
                    self.chooser.addItem(label, study_id)
        if shown in ids:
            with QSignalBlocker(self.chooser):
                self.chooser.setCurrentIndex(ids.index(shown))
        self.show_state()

    @Slot()
    def show_state(self) -> None:
        """Shows where the sweep stands, and what can be done with it."""
        shown = self._read.shown
        if shown is None:
            self.about.say(self._read.fault)
            self.state.say("")
        else:
            self.about.say(shown.about)
            self.about.setToolTip(joined("\n", [shown.about, repeats_words(shown.found.plan)]))
            self.state.say(self._state_words(shown))
        self.state.setToolTip(self.state.words)
        is_going = self.is_ours and self._searches.state is not SearchState.PAUSED
        self.left.setText(left_words(shown.left) if shown is not None and is_going else "")
        self._show_progress(shown)
        self._show_controls(shown)

    def _show_progress(self, shown: ShownSweep | None) -> None:
        planned = planned_trials(shown.found.plan) if shown is not None else None
        self.bar.setVisible(planned is not None and self.is_ours)
        if shown is not None and planned:
            ended = sum(not row.state.is_open for row in shown.rows if row.number)
            self.bar.setRange(0, planned)
            self.bar.setValue(min(ended, planned))

    @property
    def is_ours(self) -> bool:
        """Whether this window works on the sweep that is shown."""
        shown, searches = self._read.shown, self._searches
        return (
            shown is not None
            and searches.is_busy
            and searches.study_id == shown.listed.study.study_id
        )

    def _state_words(self, shown: ShownSweep) -> str:
        searches, state = self._searches, shown.listed.state
        if self.is_ours:
            words = {
                SearchState.PAUSED: tr("Paused"),
                SearchState.STOPPING: tr("Stops after this trial"),
            }.get(searches.state, tr("Under way"))
            return joined(": ", [words, searches.words]) if searches.words else words
        if state is SweepState.RUNNING:
            return tr("Under way in another process")
        if state is SweepState.BROKEN_OFF:
            return tr("Not finished: {counts}", counts=shown.counts)
        return tr("Ended: {why}", why=shown.found.ending or shown.counts)

    def _show_controls(self, shown: ShownSweep | None) -> None:
        obstacle = self._obstacle(shown)
        text, icon, reason = self._go_words()
        self.go.setText(text)
        theme.set_icon(self.go, icon)
        has_ended = shown is not None and shown.listed.state is SweepState.ENDED
        go_obstacle = tr("It has ended; extend it to go on.") if has_ended else obstacle
        if self.is_ours:
            is_beginning = self._searches.state is SearchState.BEGINNING
            go_obstacle = tr("It is just beginning.") if is_beginning else ""
        _enable(self.go, reason, go_obstacle)
        stops = self._searches.state in (SearchState.RUNNING, SearchState.PAUSED)
        _enable(
            self.stop,
            tr("End the sweep once the trial under way has ended; it can be resumed later"),
            "" if self.is_ours and stops else tr("There is nothing under way here to stop."),
        )
        extend_obstacle = "" if self.is_ours else obstacle
        if shown is not None and shown.found.plan.runs is None:
            extend_obstacle = tr("The sweep tries every combination; there is none to add.")
        _enable(
            self.extend,
            tr("Try more combinations, chosen as the ones so far were"),
            extend_obstacle,
        )
        self.more.setEnabled(not extend_obstacle)

    def _go_words(self) -> tuple[str, str, str]:
        """Text, icon and reason of the button that goes on or pauses."""
        if not self.is_ours:
            reason = tr("Go on with the sweep where it was broken off; nothing is trained twice")
            return tr("Resume"), "play", reason
        if self._searches.state is SearchState.RUNNING:
            return tr("Pause"), "pause", tr("Hold the run under way, and begin no other")
        return tr("Continue"), "play", tr("Let the sweep go on")

    def _obstacle(self, shown: ShownSweep | None) -> str:
        """Why this window can't work on the sweep now; "" where it can."""
        if shown is None:
            return tr("Choose a sweep first.")
        if shown.listed.state is SweepState.RUNNING and not self.is_ours:
            return tr("Another process works on it.")
        return self._searches.obstacle()

    # --- what a person does --------------------------------------------------------------------

    @Slot(int)
    def _choose(self, place: int) -> None:
        self.wanted.emit(str(self.chooser.itemData(place)))

    @Slot()
    def _go(self) -> None:
        shown, searches = self._read.shown, self._searches
        if shown is None:
            return
        if not self.is_ours:
            searches.resume(shown.listed.study.study_id)
        elif searches.state is SearchState.RUNNING:
            searches.pause()
        else:
            searches.continue_search()

    @Slot()
    def _extend(self) -> None:
        if self._read.shown is not None:
            self._searches.extend(self._read.shown.listed.study.study_id, self.more.value())


def _label(listed: ListedSweep) -> str:
    """Name, state and day of a sweep, as the chooser has it."""
    return tr(
        "{name} – {state}, {created}",
        name=listed.study.name,
        state=listed.state.words,
        created=date(listed.study.created),
    )


def _enable(button: QPushButton, reason: str, obstacle: str) -> None:
    button.setEnabled(not obstacle)
    button.setToolTip(obstacle or reason)
