"""The Data tab: what the network will see, looked at in a process of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

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

from ui.background.job_thread import JobThread
from ui.editing.editor import Editor, split_sentence
from ui.look import theme
from ui.look.plain import Label
from ui.panels.data.augmented import AugmentedView
from ui.panels.data.class_spread import ClassSpread
from ui.panels.data.samples import ClassBars, SampleGrid
from ui.panels.shared.page import Page
from workbench.base import units
from workbench.base.text import tr
from workbench.spec.data import Data, DataInfo, FileData, KerasData
from workbench.spec.layers import written

if TYPE_CHECKING:
    from workbench.data.preview import Preview

SAMPLES = 80
MANY_CLASSES = 20
"""More than the list of classes shows without scrolling: an overview stands above it."""

SETTLE_MILLISECONDS = 400
"""How long typing in a path rests before the data are looked at."""


class DataPanel(Page):
    """Looks at the experiment's data whenever they become others, and tells the editor.

    Args:
        editor: Whose data they are.

    Signals:
        settled: What was asked of a process is answered, or given up.
    """

    settled = Signal()

    def __init__(self, editor: Editor) -> None:
        super().__init__(
            "data",
            tr("Data"),
            tr("What the network will see: images, classes, counts"),
        )
        self._editor = editor
        self._looked_at: Data | None = None
        self._answer: Preview | str | None = None
        self._reading = ""
        self._job: JobThread | None = None
        self._jobs: set[JobThread] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self._build()
        editor.changed.connect(self._experiment_changed)

    def _build(self) -> None:
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
        self.augmented = AugmentedView(self._editor)
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
        job = JobThread("workbench.data.inspect", request=request, decode=_decoded, parent=self)
        self._start(job, tr("Reading…"))

    @Slot()
    def _cancel_asked(self) -> None:
        """Ends the process and offers to start over."""
        self._give_up()
        self._say(tr("Cancelled."))
        self.again.show()
        self.settled.emit()

    def _give_up(self) -> None:
        if self._job is not None:
            self._job.cancel()
            self._job = None
        self._show_busy(False)

    def close_jobs(self) -> None:
        """Ends all processes and waits for their threads; before the window goes."""
        self._timer.stop()
        self._give_up()
        for job in list(self._jobs):
            job.close()
        self.augmented.close_thread()

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
        job = JobThread("workbench.runtime.process.download", (spec.name(),), parent=self)
        self._start(job, tr("Downloading…"))

    def _start(self, job: JobThread, phase: str) -> None:
        self._job = job
        self._jobs.add(job)
        job.said.connect(self._hear)
        job.failed.connect(self._job_failed)
        job.finished.connect(self._job_ended)
        self._say(phase)
        self._show_busy(True)
        self._say_reading(phase)
        job.start()

    @Slot()
    def _job_ended(self) -> None:
        job = self.sender()
        if isinstance(job, JobThread):
            self._jobs.discard(job)
            if job is self._job:
                self._end()
                self.settled.emit()
            job.deleteLater()

    @Slot(object)
    def _hear(self, said: Preview | dict[str, Any]) -> None:
        if self.sender() is not self._job:
            return
        if not isinstance(said, dict):
            self._end()
            self._show(said)
        elif "error" in said:
            self._end()
            self._editor.proposed_size = said.get("proposed_size")
            self._failed(said["error"])
        elif "not_downloaded" in said:
            self._end()
            self._offer_download(said["not_downloaded"], said.get("download_bytes", 0))
        elif "finished" in said:
            self.look()
            return
        elif "progress" in said:
            phase, done, total = said["progress"]
            self._show_progress(str(phase).capitalize(), done, total, units.count)
        elif "done" in said:
            self._show_progress(tr("Downloading"), said["done"], said["total"], units.size)
        if self._job is None:
            self.settled.emit()

    def _end(self) -> None:
        """The process said its last word: what it may still say (its progress) is old news."""
        self._job = None
        self._show_busy(False)

    @Slot(str)
    def _job_failed(self, sentence: str) -> None:
        if self.sender() is self._job:
            self._end()
            self._failed(sentence)
            self.settled.emit()

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
            sentence = f"{phase} {amount(done)} of {amount(total)}"
        else:
            sentence = f"{phase} {amount(done)}…" if done else f"{phase}…"
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


def _decoded(said: dict[str, Any]) -> Preview | dict[str, Any]:
    """In the job's thread, which is why the readers of data are imported here."""
    from workbench.data.preview import Preview

    return Preview.from_json(said) if "info" in said else said


def _as_sentence(sentence: str) -> str:
    """Without the path of the setting, which only the form needs."""
    rest = split_sentence(sentence)[1]
    return rest[:1].upper() + rest[1:]
