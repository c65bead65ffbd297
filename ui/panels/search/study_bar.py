"""Above a lever study: which one, how far it is, and what can be done with it."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QSignalBlocker, QTimer, Signal, Slot
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QWidget

from ui.forms.entry import calm
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.elided import ElidedLabel
from ui.panels.search.study_reading import ReadStudies
from ui.running.search_controller import SearchController, SearchState
from workbench.base.text import joined, plural, tr
from workbench.base.units import duration

CHOOSER, BAR = 60 * theme.UNIT, 25 * theme.UNIT
STEPS = 1000
"""Of the bar, so that it moves smoothly."""

SHOWN_MILLISECONDS = 5_000
"""How often the time that is used is said again, while it is in sight."""


class StudyBar(QWidget):
    """The chooser of studies, the state of the one that is shown, and its controls.

    Args:
        search: Works on them.

    Signals:
        wanted: Another one is to be shown, by its id; "" for a new one.
        save_requested: Its page is to be written.
    """

    wanted = Signal(str)
    save_requested = Signal()

    def __init__(self, search: SearchController) -> None:
        super().__init__()
        self._search = search
        self._read = ReadStudies()
        self._is_timed = False
        self.chooser = QComboBox()
        give_name(self.chooser, tr("Study"))
        self.chooser.setFixedWidth(CHOOSER)
        self.chooser.setToolTip(tr("The lever studies of this store, and a new one"))
        self.chooser.activated.connect(self._choose)
        calm(self.chooser)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(BAR)
        self.bar.setAccessibleName(tr("Share of the budget that is used"))
        self.words = ElidedLabel()
        self.words.setProperty("role", "muted")
        self.pause = self._button("", "", "pause", self._pause)
        self.stop = self._button(
            tr("Stop"), tr("End it after the run under way; it can be resumed"), "stop", search.stop
        )
        self.resume = self._button(
            tr("Resume"), tr("Go on with it until its budget is used up"), "play", self._resume
        )
        self.save = self._button(
            tr("Save the page…"),
            tr("This answer as one page: HTML, PDF, SVG or PNG"),
            "save",
            self.save_requested,
        )
        row = QHBoxLayout(self)
        theme.spaced(row, 3, 1, 3, 2, spacing=2)
        row.addWidget(self.chooser)
        row.addWidget(self.bar)
        row.addWidget(self.words, 1)
        for button in (self.pause, self.stop, self.resume, self.save):
            row.addWidget(button)
        self._again = QTimer(self)
        self._again.setInterval(SHOWN_MILLISECONDS)
        self._again.timeout.connect(self._show_progress)
        search.changed.connect(self.show_state)
        self.show_read(self._read)

    def _button(self, text: str, reason: str, icon: str, slot: Any) -> QPushButton:
        button = QPushButton(text)
        button.setToolTip(reason)
        theme.set_icon(button, icon)
        button.clicked.connect(slot)
        return button

    # --- what is shown -------------------------------------------------------------------------

    def show_read(self, read: ReadStudies) -> None:
        """Shows these studies, and where the chosen one stands."""
        self._read = read
        with QSignalBlocker(self.chooser):
            self.chooser.clear()
            self.chooser.addItem(tr("New study…"), "")
            for study_id, name in read.names.items():
                self.chooser.addItem(name, study_id)
            self.chooser.setCurrentIndex(max(0, self.chooser.findData(read.study_id)))
        self.show_state()

    def show_timing(self, on: bool) -> None:
        """Shows that a few steps are timed, or no longer."""
        self._is_timed = on
        self.show_state()

    @property
    def is_ours(self) -> bool:
        """Whether this window works on the study that is shown."""
        shown = self._read.study_id
        return self._search.is_busy and bool(shown) and shown == self._search.study_id

    @Slot()
    def show_state(self) -> None:
        """Shows how far the study is, and what can be done with it."""
        search, answer = self._search, self._read.answer
        self.pause.setText(tr("Continue") if search.is_paused else tr("Pause"))
        theme.set_icon(self.pause, "play" if search.is_paused else "pause")
        self.pause.setToolTip(
            tr("Go on with the study")
            if search.is_paused
            else tr("Hold its runs; the time that it has stands still")
        )
        for button in (self.pause, self.stop):
            button.setVisible(self.is_ours)
        self.stop.setEnabled(search.state is not SearchState.STOPPING)
        is_over = answer is not None and answer.is_finished
        self.resume.setVisible(bool(self._read.study_id) and not self.is_ours and not is_over)
        self.resume.setEnabled(not search.obstacle())
        self.save.setVisible(self._read.page is not None)
        self._show_progress()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._show_progress()
        self._again.start()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._again.stop()

    @Slot()
    def _show_progress(self) -> None:
        """How much of the budget is used; what is tried, how many runs have ended, what is left."""
        is_beginning = self._search.state is SearchState.BEGINNING and not self._read.study_id
        self.bar.setVisible(self.is_ours or self._is_timed or is_beginning)
        if self._is_timed:
            self._say(tr("a few steps are timed…"))
        elif is_beginning:
            self._say(tr("starting…"))
        elif not self.is_ours:
            self._say("")
        elif not self._read.budget or self._search.clock is None:
            self._say(self._search.words)
        else:
            self._show_budget(self._search.clock.seconds, self._read.budget)
        self.words.setToolTip(self.words.words)

    def _show_budget(self, used: float, budget: float) -> None:
        """How much of the time is used, what is left, the stage, and the run under way."""
        self.bar.setRange(0, STEPS)
        self.bar.setValue(round(STEPS * min(1.0, used / budget)))
        stage, answer = self._read.stage, self._read.answer
        runs = answer.validation_readings if answer is not None else 0
        parts = [
            "" if self._state_words == self._search.words else self._state_words,
            tr("{used} of {budget} min", used=_minutes(used), budget=_minutes(budget)),
            tr("stage: {stage}", stage=stage) if stage else "",
            plural("{count} run done", "{count} runs done", runs) if runs else "",
            tr("at most {left} left", left=duration(max(0.0, budget - used))),
            self._search.words,
        ]
        self.words.say(joined(", ", filter(None, parts)))

    def _say(self, words: str) -> None:
        """Without knowing how long it takes."""
        self.bar.setRange(0, 0)
        self.words.say(words)

    @property
    def _state_words(self) -> str:
        if self._search.is_paused:
            return tr("paused")
        if self._search.state is SearchState.STOPPING:
            return tr("ends after the run under way")
        return self._search.words

    # --- what a person does --------------------------------------------------------------------

    @Slot(int)
    def _choose(self, place: int) -> None:
        self.wanted.emit(str(self.chooser.itemData(place)))

    @Slot()
    def _pause(self) -> None:
        if self._search.is_paused:
            self._search.continue_search()
        else:
            self._search.pause()

    @Slot()
    def _resume(self) -> None:
        self._search.resume(self._read.study_id)


def _minutes(seconds: float) -> str:
    """Whole ones; with a tenth where there are few."""
    minutes = seconds / 60
    return f"{minutes:.0f}" if minutes >= 10 else f"{round(minutes, 1):g}"
