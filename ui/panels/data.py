"""The Data tab: what the network will see, looked at in a process of its own."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np
from PySide6.QtCore import QRect, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QColor, QImage, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ui import theme
from ui.editor import Editor
from ui.job_thread import JobThread
from workbench import words
from workbench.spec.data import Data, DataInfo, FileData, KerasData
from workbench.spec.layers import written

SAMPLES = 80
SETTLE_MILLISECONDS = 400
"""How long typing in a path rests before the data are looked at."""

CELL = 72
LABEL_HEIGHT = 20
BAR_HEIGHT = 20


class SampleGrid(QWidget):
    """Sample images with their labels."""

    def __init__(self) -> None:
        super().__init__()
        self._images: list[QImage] = []
        self._labels: list[str] = []
        self.setAccessibleName(self.tr("Sample images"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def show_samples(self, pixels: np.ndarray, labels: list[str]) -> None:
        """Shows images of shape (n, height, width, 1 or 3), uint8, each with its label."""
        kind = QImage.Format.Format_Grayscale8 if pixels.shape[3] == 1 else QImage.Format.Format_RGB888
        self._labels = labels
        self._images = [
            QImage(
                np.ascontiguousarray(image).tobytes(), image.shape[1], image.shape[0],
                image.shape[1] * image.shape[2], kind,
            ).copy()
            for image in pixels
        ]  # fmt: skip
        self.updateGeometry()
        self.update()

    def heightForWidth(self, width: int) -> int:
        columns = max(1, width // CELL)
        return -(-len(self._images) // columns) * (CELL + LABEL_HEIGHT)

    def sizeHint(self) -> QSize:
        return QSize(8 * CELL, self.heightForWidth(8 * CELL))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(QColor(theme.tones().muted))
        columns = max(1, self.width() // CELL)
        for number, (image, label) in enumerate(zip(self._images, self._labels, strict=True)):
            x = number % columns * CELL
            y = number // columns * (CELL + LABEL_HEIGHT)
            inside = QRect(x, y, CELL - 8, CELL - 8)
            size = image.size().scaled(inside.size(), Qt.AspectRatioMode.KeepAspectRatio)
            place = QRect(inside.topLeft(), size)
            place.moveCenter(inside.center())
            painter.drawImage(place, image)
            words_ = painter.fontMetrics().elidedText(
                label, Qt.TextElideMode.ElideRight, CELL - 8
            )
            text = QRect(x, y + CELL - 6, CELL - 8, LABEL_HEIGHT)
            painter.drawText(text, Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop, words_)


class ClassBars(QWidget):
    """How many images each class has, in the training and in the test part."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._counts: list[list[int]] = [[], []]
        self.setAccessibleName(self.tr("Images by class"))
        self.setMinimumWidth(260)

    def show_counts(self, names: tuple[str, ...], counts: list[list[int]]) -> None:
        """Shows counts of the training part and the test part, each with one entry a class."""
        self._names, self._counts = names, counts
        self.setMinimumHeight(BAR_HEIGHT * len(names))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colours = theme.tones()
        most = max((a + b for a, b in zip(*self._counts, strict=True)), default=1) or 1
        metrics = painter.fontMetrics()
        left = min(120, max((metrics.horizontalAdvance(n) for n in self._names), default=0)) + 8
        right = metrics.horizontalAdvance(f"{most:,} + {most:,}") + 8
        room = max(10, self.width() - left - right)
        for row, (name, train, test) in enumerate(zip(self._names, *self._counts, strict=True)):
            y = row * BAR_HEIGHT
            painter.setPen(QColor(colours.text))
            shown = metrics.elidedText(name, Qt.TextElideMode.ElideRight, left - 8)
            middle = Qt.AlignmentFlag.AlignVCenter
            painter.drawText(QRect(0, y, left - 8, BAR_HEIGHT), middle, shown)
            width = room * train // most
            painter.fillRect(left, y + 4, width, BAR_HEIGHT - 8, QColor(colours.accent))
            painter.fillRect(
                left + width, y + 4, room * test // most, BAR_HEIGHT - 8, QColor(colours.muted)
            )
            end = left + width + room * test // most + 8
            painter.setPen(QColor(colours.muted))
            painter.drawText(
                QRect(end, y, right, BAR_HEIGHT), middle, f"{train:,} + {test:,}"
            )


class DataPanel(QWidget):
    """Looks at the experiment's data whenever they become others, and tells the editor.

    Signals:
        logged: A warning about the data.
    """

    logged = Signal(str)

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._looked_at: Data | None = None
        self._job: JobThread | None = None
        self._jobs: set[JobThread] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self._build()
        editor.changed.connect(self._experiment_changed)

    def _build(self) -> None:
        self.title = QLabel()
        self.title.setProperty("role", "title")
        self.facts = QLabel()
        self.facts.setProperty("role", "muted")
        self.facts.setWordWrap(True)
        self.message = QLabel()
        self.message.setWordWrap(True)
        self.progress = QProgressBar()
        self.progress.setMaximumWidth(320)
        self.progress.hide()
        self.download = QPushButton(self.tr("Download"))
        self.download.setProperty("primary", True)
        self.download.clicked.connect(self._download)
        self.cancel = QPushButton(self.tr("Cancel"))
        self.cancel.clicked.connect(self.stop)
        for button in (self.download, self.cancel):
            button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
            button.hide()
        self.grid, self.bars = SampleGrid(), ClassBars()
        legend = QLabel(self.tr("Images by class: training + test"))
        legend.setProperty("role", "muted")
        self._legend = legend
        side = QVBoxLayout()
        side.addWidget(legend)
        side.addWidget(self.bars)
        side.addStretch(1)
        both = QHBoxLayout()
        both.setSpacing(6 * theme.UNIT)
        both.addWidget(self.grid, 3)
        both.addLayout(side, 2)
        inside = QWidget()
        inside.setObjectName("page")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        column.setContentsMargins(6 * theme.UNIT, 4 * theme.UNIT, 6 * theme.UNIT, 4 * theme.UNIT)
        column.setSpacing(2 * theme.UNIT)
        for widget in (self.title, self.facts, self.message, self.progress):
            column.addWidget(widget)
        buttons = QHBoxLayout()
        buttons.addWidget(self.download)
        buttons.addWidget(self.cancel)
        buttons.addStretch(1)
        column.addLayout(buttons)
        column.addLayout(both)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(inside)
        scroll.setWidgetResizable(True)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(scroll)

    # --- looking -------------------------------------------------------------------------------

    @property
    def is_busy(self) -> bool:
        """Whether a process looks at (or downloads) the data."""
        return self._job is not None

    @Slot()
    def look(self) -> None:
        """Reads the data in a process of its own and shows what it found."""
        spec = self._editor.experiment.data
        self.stop()
        self._looked_at = spec
        self._clear(spec)
        if isinstance(spec, FileData) and not spec.path:
            self.message.setText(self.tr("Choose {} under Data on the left.").format(spec.path_words))
            return
        self._start(
            JobThread(
                "workbench.data.inspect",
                request={"data": spec.values(), "samples": SAMPLES},
                parent=self,
            ),
            self.tr("Reading"),
        )

    @Slot()
    def stop(self) -> None:
        """Ends the process that looks at (or downloads) the data."""
        if self._job is not None:
            self._job.cancel()
            self._job = None
            self.message.setText(self.tr("Cancelled."))
        self._show_busy(False)

    def close_jobs(self) -> None:
        """Ends all processes and waits for their threads; before the window goes."""
        self._timer.stop()
        self.stop()
        for job in list(self._jobs):
            job.wait()

    @Slot()
    def _experiment_changed(self) -> None:
        """Looks where the form needs the answer, or where a person sees this tab; else later."""
        spec = self._editor.experiment.data
        if spec != self._looked_at and (self.isVisible() or spec.info() is None):
            self._timer.start(SETTLE_MILLISECONDS)

    def showEvent(self, event: QShowEvent) -> None:
        self._experiment_changed()

    @Slot()
    def _download(self) -> None:
        spec = self._editor.experiment.data
        self.stop()
        self._start(
            JobThread("workbench.runtime.download", (spec.name(),), parent=self),
            self.tr("Downloading"),
        )

    def _start(self, job: JobThread, phase: str) -> None:
        self._job = job
        self._jobs.add(job)
        job.said.connect(self._hear)
        job.failed.connect(self._failed)
        job.finished.connect(self._job_ended)
        self.download.hide()
        self.message.setText(f"{phase}…")
        self._show_busy(True)
        job.start()

    @Slot()
    def _job_ended(self) -> None:
        job = self.sender()
        if isinstance(job, JobThread):
            self._jobs.discard(job)
            if job is self._job:
                self._job = None
                self._show_busy(False)
            job.deleteLater()

    @Slot(object)
    def _hear(self, said: dict[str, Any]) -> None:
        if self.sender() is not self._job:
            return
        if "info" in said:
            self._show(said)
        elif "error" in said:
            self._failed(said["error"])
        elif "not_downloaded" in said:
            self._offer_download(said["not_downloaded"], said.get("download_bytes", 0))
        elif "finished" in said:
            self._job = None
            self.look()
        elif "progress" in said:
            phase, done, total = said["progress"]
            self._show_progress(str(phase).capitalize(), done, total, words.count)
        elif "done" in said:
            self._show_progress(self.tr("Downloading"), said["done"], said["total"], words.size)

    # --- showing -------------------------------------------------------------------------------

    def _show_progress(self, phase: str, done: int, total: int, amount: Any) -> None:
        self.progress.setRange(0, 1000 if total else 0)
        self.progress.setValue(1000 * done // total if total else 0)
        of = f" {amount(done)} of {amount(total)}" if total else "…"
        self.message.setText(f"{phase}{of}")

    def _show_busy(self, busy: bool) -> None:
        if busy:
            self.progress.setRange(0, 0)
        self.progress.setVisible(busy)
        self.cancel.setVisible(busy)

    def _clear(self, spec: Data) -> None:
        self.title.setText(spec.label)
        self.facts.clear()
        self.message.setStyleSheet("")
        self.download.hide()
        for widget in (self.grid, self.bars, self._legend):
            widget.hide()

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self.message.setText(sentence)
        self.message.setStyleSheet(f"color: {theme.tones().bad};")
        self._editor.set_data_info(None, sentence)

    def _offer_download(self, sentence: str, size: int) -> None:
        self.message.setText(sentence)
        self.download.setText(self.tr("Download {}").format(words.size(size)))
        self.download.setVisible(isinstance(self._editor.experiment.data, KerasData))

    def _show(self, said: dict[str, Any]) -> None:
        info = DataInfo(
            tuple(said["info"]["image_shape"]),
            tuple(said["info"]["class_names"]),
            said["info"]["train_images"],
            said["info"]["test_images"],
        )
        self._editor.set_data_info(info)
        place = self.tr("in memory") if said["in_memory"] else self.tr("streamed from disk")
        pixels = said["pixels"]
        self.facts.setText(
            self.tr("{} · {} classes · {} training and {} test images · {} {} · pixels {:.3g} to {:.3g}, mean {:.3g}").format(
                written(info.image_shape), info.classes, words.count(info.train_images),
                words.count(info.test_images), words.size(said["bytes"]), place,
                pixels["min"], pixels["max"], pixels["mean"],
            )
        )  # fmt: skip
        self.message.setText("\n".join(said["warnings"]))
        samples = said["samples"]
        array = np.frombuffer(base64.b64decode(samples["pixels"]), np.uint8)
        names = [info.class_names[label] for label in samples["labels"]]
        self.grid.show_samples(array.reshape(samples["shape"]), names)
        self.bars.show_counts(info.class_names, said["counts"])
        for widget in (self.grid, self.bars, self._legend):
            widget.show()
        for warning in said["warnings"]:
            self.logged.emit(warning)
