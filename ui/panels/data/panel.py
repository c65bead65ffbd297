"""The Data tab: what the network will see, looked at in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import Qt, QTimer, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui.background.jobs import JobHandle, JobReport, Jobs, sentence_of
from ui.background.processes import process
from ui.editing.editor import Editor, split_sentence
from ui.look import theme
from ui.look.plain import Label
from ui.panels.data.augmented import AugmentedView
from ui.panels.data.class_spread import ClassSpread
from ui.panels.data.inspection import Download, Inspection, download, inspection
from ui.panels.data.samples import ClassBars, SampleGrid
from ui.panels.shared.page import Page
from workbench.base import units
from workbench.base.text import tr
from workbench.spec.data import Data, DataInfo, FileData, KerasData
from workbench.spec.layers import written

if TYPE_CHECKING:
    from workbench.data.preview import Preview

INSPECT = "workbench.data.inspect"
DOWNLOAD = "workbench.runtime.process.download"
SAMPLES = 80
MANY_CLASSES = 20
"""More than the list of classes shows without scrolling: an overview stands above it."""

SETTLE_MILLISECONDS = 400
"""How long typing in a path rests before the data are looked at."""


Said = TypeVar("Said")


class DataPanel(Page):
    """Looks at the experiment's data whenever they become others, and tells the editor.

    Args:
        editor: Whose data they are.
        jobs: Of the window.

    Signals:
        settled: What was asked of a process is answered, or given up.
    """

    settled = Signal()

    def __init__(self, editor: Editor, jobs: Jobs) -> None:
        super().__init__()
        self._editor, self._latest = editor, jobs.latest(self)
        self._looked_at: Data | None = None
        self._answer: Preview | str | None = None
        self._reading = ""
        self._job: JobHandle | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self._build(jobs)
        editor.changed.connect(self._experiment_changed)
        self._experiment_changed()

    def _build(self, jobs: Jobs) -> None:
        self.heading, self.facts, self.message = Label(), Label(), Label()
        self.heading.setProperty("role", "title")
        self.facts.setProperty("role", "muted")
        for label in (self.facts, self.message):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            label.hide()
        self.progress = QProgressBar()
        self.progress.setTextVisible(False)
        self.progress.setFixedWidth(80 * theme.UNIT)
        self.progress.setAccessibleName(tr("Progress"))
        self.download = self._button(tr("Download"), self._download, "")
        self.download.setProperty("primary", True)
        self.again = self._button(
            tr("Look again"),
            self.look,
            tr("Read the data again, after files have changed"),
        )
        theme.set_icon(self.again, "refresh")
        self.cancel = self._button(
            tr("Cancel"), self._cancel_asked, tr("Stop; nothing is kept of it")
        )
        buttons = QHBoxLayout()
        theme.spaced(buttons, 0, spacing=2)
        for button in (self.download, self.again, self.cancel):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self.grid, self.bars, self.spread = SampleGrid(), ClassBars(), ClassSpread()
        self.augmented = AugmentedView(self._editor, jobs)
        pictures = QHBoxLayout()
        theme.spaced(pictures, 0, 2, 0, 0, spacing=6)
        counts = QVBoxLayout()
        theme.spaced(counts, 0, spacing=2)
        counts.addWidget(self.spread)
        counts.addWidget(self.bars)
        counts.addStretch(1)
        # At the top: beside the bars of many classes the middle is far below what is in sight.
        pictures.addWidget(self.grid, 5, Qt.AlignmentFlag.AlignTop)
        pictures.addLayout(counts, 4)
        inside = QWidget()
        inside.setObjectName("page")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        theme.spaced(column, 6, 4, 6, 4, spacing=2)
        for widget in (self.heading, self.facts, self.message, self.progress):
            column.addWidget(widget)
        column.addLayout(buttons)
        column.addWidget(self.augmented)
        column.addLayout(pictures)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setAccessibleName(tr("Data set"))
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        layout = QVBoxLayout(self)
        theme.spaced(layout, 0)
        layout.addWidget(scroll)
        self._show_busy(False)
        self._show_pictures(False)

    def _button(self, text: str, slot: Callable[[], None], reason: str) -> QPushButton:
        button = QPushButton(text)
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        button.setToolTip(reason)
        button.clicked.connect(slot)
        button.hide()
        return button

    # --- looking -------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a process looks at (or downloads) the data."""
        return self._job is not None

    @Slot()
    def look(self) -> None:
        """Reads the data in a process of its own and shows what it found."""
        spec = self._editor.experiment.data
        self._timer.stop()
        self._give_up()
        self._looked_at, self._answer = spec, None
        self._editor.proposed_size = None
        self._clear(spec)
        if isinstance(spec, FileData) and not spec.path:
            self._say(tr("Choose {path_words} under Data on the left.", path_words=spec.path_words))
            self.settled.emit()
            return
        request = {"data": spec.values(), "samples": SAMPLES}
        look = process(INSPECT, parse=inspection, request=request)
        self._start(look, self._hear, tr("Reading…"))

    @Slot()
    def _cancel_asked(self) -> None:
        """Ends the process and offers to start over."""
        self._give_up()
        self._say(tr("Cancelled."))
        self.again.show()
        self.settled.emit()

    def _give_up(self) -> None:
        self._latest.drop()
        self._end()

    @Slot()
    def _experiment_changed(self) -> None:
        """Looks where the form needs the answer, or where a person sees this tab; else later."""
        spec = self._editor.experiment.data
        if spec != self._looked_at:
            if self.isVisible() or spec.info() is None:
                self._timer.start(SETTLE_MILLISECONDS)
            return
        self._timer.stop()
        self._tell_editor()  # it came back to what is known here, by undo for instance

    def showEvent(self, event: QShowEvent) -> None:
        self._experiment_changed()
        self.augmented.refresh()

    @Slot()
    def _download(self) -> None:
        spec = self._editor.experiment.data
        self._give_up()
        fetch = process(DOWNLOAD, spec.name(), parse=download)
        self._start(fetch, self._hear_download, tr("Downloading…"))

    def _start(
        self,
        work: Callable[[JobReport[Said]], None],
        hear: Callable[[Said], None],
        phase: str,
    ) -> None:
        self._say(phase)
        self._show_busy(True)
        self._say_reading(phase)
        self._job = self._latest.follow(
            work, partial(self._take, hear), self._job_ended, self._job_failed
        )

    def _take(self, hear: Callable[[Said], None], said: Said) -> None:
        """What it may say after its last word (its progress) is old news."""
        if self._job is not None:
            hear(said)
            if self._job is None:
                self.settled.emit()

    def _hear(self, said: Preview | Inspection) -> None:
        if not isinstance(said, Inspection):
            self._end()
            self._show(said)
        elif said.error:
            self._end()
            self._editor.proposed_size = said.proposed_size
            self._failed(said.error)
        elif said.not_downloaded:
            self._end()
            self._offer_download(said.not_downloaded, said.download_bytes)
        elif said.progress is not None:
            phase, done, total = said.progress
            self._show_progress(phase.capitalize(), done, total, units.count)

    def _hear_download(self, said: Download) -> None:
        if said.error:
            self._end()
            self._failed(said.error)
        elif said.finished:
            self.look()
        else:
            self._show_progress(tr("Downloading"), said.done, said.total, units.size)

    def _job_ended(self, ended: None) -> None:
        if self._job is not None:
            self._end()
            self.settled.emit()

    def _job_failed(self, error: Exception) -> None:
        if self._job is not None:
            self._end()
            self._failed(sentence_of(error))
            self.settled.emit()

    def _end(self) -> None:
        """The process said its last word, or nobody waits for it."""
        self._job = None
        self._show_busy(False)

    # --- showing -------------------------------------------------------------------------------

    def _say(self, sentence: str, *, bad: bool = False) -> None:
        theme.set_property(self.message, "role", "problem" if bad else "")
        self.message.setText(sentence)
        self.message.setVisible(bool(sentence))

    def _show_progress(
        self, phase: str, done: int, total: int, amount: Callable[[float], str]
    ) -> None:
        self.progress.setRange(0, 1000 if total else 0)
        self.progress.setValue(1000 * done // total if total else 0)
        if total:
            said = {"phase": phase, "done": amount(done), "total": amount(total)}
            sentence = tr("{phase} {done} of {total}", **said)
        elif done:
            sentence = tr("{phase} {done}…", phase=phase, done=amount(done))
        else:
            sentence = tr("{phase}…", phase=phase)
        self._say(sentence)
        self._say_reading(sentence)

    def _say_reading(self, sentence: str) -> None:
        if sentence != self._reading:
            self._reading = sentence
            self._editor.reading_changed.emit(sentence)

    def _show_busy(self, busy: bool) -> None:
        if busy:
            self.progress.setRange(0, 0)
            self.download.hide()
            self.again.hide()
        else:
            self._say_reading("")
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)

    def _show_pictures(self, shown: bool) -> None:
        self.grid.setVisible(shown)
        self.bars.setVisible(shown)
        self.spread.setVisible(shown and len(self.bars.names) > MANY_CLASSES)

    def _clear(self, spec: Data) -> None:
        self.heading.setText(spec.label)
        self.facts.hide()
        self.download.hide()
        self.again.hide()
        self._show_pictures(False)
        self.augmented.clear()

    def _failed(self, sentence: str) -> None:
        """Says what is wrong; a download that fails leaves Train possible: it tries once more."""
        self._say(_as_sentence(sentence), bad=True)
        if isinstance(self._looked_at, KerasData):
            self.download.show()
        else:
            self.again.show()
            self._answer = sentence
            self._tell_editor()

    def _offer_download(self, sentence: str, size: int) -> None:
        self._say(_as_sentence(sentence))
        self.download.setText(tr("Download {size}", size=units.size(size)))
        self.download.setToolTip(
            tr("Fetch it now, to see its images; Train would fetch it as well")
        )
        self.download.setVisible(isinstance(self._editor.experiment.data, KerasData))

    def _show(self, preview: Preview) -> None:
        self._answer = preview
        self._tell_editor()
        self.facts.setText(self._facts(preview))
        self.facts.show()
        self._say("\n".join(preview.warnings))
        self.again.setVisible(isinstance(self._looked_at, FileData))
        self.grid.show_samples(preview)
        self.bars.show_counts(preview)
        self.spread.show_counts(self.bars.names, *self.bars.counts)
        self.augmented.show_samples(preview)
        self._show_pictures(True)
        for warning in preview.warnings:
            self.logged.emit(warning)

    def _facts(self, preview: Preview) -> str:
        info = preview.info
        place = tr("in memory") if preview.in_memory else tr("streamed from disk")
        return " · ".join(
            (
                tr("{written} px", written=written(info.image_shape)),
                tr("{classes} classes", classes=units.count(info.classes)),
                self._parts(info),
                f"{units.size(preview.bytes)} {place}",
                tr(
                    "pixels {pixel_min} to {pixel_max}, mean {pixel_mean}",
                    pixel_min=format(preview.pixel_min, ".3g"),
                    pixel_max=format(preview.pixel_max, ".3g"),
                    pixel_mean=format(preview.pixel_mean, ".3g"),
                ),
                *info.reading.words,
            )
        )

    def _parts(self, info: DataInfo) -> str:
        train, test = units.count(info.train_images), units.count(info.test_images)
        if not info.validation_images:
            return tr("{train} training and {test} test images", train=train, test=test)
        return tr(
            "{train} training, {validation_images} validation and {test} test images",
            train=train,
            validation_images=units.count(info.validation_images),
            test=test,
        )

    def _tell_editor(self) -> None:
        if isinstance(self._answer, str):
            self._editor.set_data_info(None, self._answer)
        elif self._answer is not None and self._editor.info != self._answer.info:
            self._editor.set_data_info(self._answer.info)


def _as_sentence(sentence: str) -> str:
    """Without the path of the setting, which only the form needs."""
    rest = split_sentence(sentence)[1]
    return rest[:1].upper() + rest[1:]
