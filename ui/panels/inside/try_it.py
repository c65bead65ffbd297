"""Inside, page "Try it": what the selected run's network makes of a drawing or an image."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.look import theme
from ui.look.plain import Label
from ui.panels.inside.answer_view import AnswerView
from ui.panels.inside.sketch import Sketch
from ui.running.task_runner import AskedTask, TaskRunner
from workbench.base.text import tr
from workbench.data.images.formats import EXTENSIONS
from workbench.evaluation.one_image import Answer, Drawn, FromFile, ImageRequest, OfTestPart
from workbench.execution.messages import TaskProgress
from workbench.execution.tasks.try_image import TRY_IMAGE
from workbench.runs.record import Run
from workbench.spec.base import SpecError

Image = Callable[[], Drawn | FromFile | OfTestPart]


class TryPage(QWidget):
    """An image on the left, the answer on the right.

    One question is under way at a time; what changes meanwhile is asked once it is answered, so
    that drawing never waits for the network.

    Args:
        task_runner: Asks the network, in a process.

    Signals:
        failed: A sentence.
    """

    failed = Signal(str)

    def __init__(self, task_runner: TaskRunner) -> None:
        super().__init__()
        self.setObjectName("page")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAcceptDrops(True)
        self._task_runner = task_runner
        self._run: Run | None = None
        self._image: Image | None = None
        self._file: Path | None = None
        self._task: AskedTask | None = None
        self._is_new = False
        self._build()
        self._lay_out()
        self.show_run(None)

    def _build(self) -> None:
        self.sketch = Sketch()
        self.sketch.changed.connect(self._drawn)
        self.clear_button = QPushButton(tr("Clear"))
        self.clear_button.setToolTip(tr("Clear the drawing"))
        self.clear_button.clicked.connect(self.sketch.clear)
        self.centred = QCheckBox(tr("Centre as MNIST does"))
        self.centred.setToolTip(
            tr(
                "What is drawn is fitted and centred as the makers of the data did with their\n"
                "digits: into 20 of MNIST's 28 pixels, by the centre of mass; over the whole\n"
                "height of the embedded digits. The network sees what is shown on the right."
            )
        )
        self.centred.clicked.connect(self._centre)
        self._is_centring_chosen = False
        self.open_button = QPushButton(tr("Open image…"))
        self.open_button.setToolTip(
            tr("Any picture, resized as the run's data are; or drop one here")
        )
        self.open_button.clicked.connect(self._choose_file)
        self.inverted = QCheckBox(tr("Invert opened image"))
        self.inverted.setToolTip(
            tr("For dark on white, as on paper, where the network learned white on black")
        )
        self.inverted.toggled.connect(self._invert)
        self.number = QSpinBox()
        theme.inset(self.number)
        self.number.setRange(1, 1_000_000)
        self.number.setKeyboardTracking(False)
        self.number.setAccessibleName(tr("Number of the test image"))
        self.number.setToolTip(
            tr("An image of the test part, which the network has not learned from")
        )
        self.number.valueChanged.connect(self._number_chosen)
        self.test_button = QPushButton(tr("Test image"))
        self.test_button.setToolTip(tr("Show what it makes of the test image of this number"))
        self.test_button.clicked.connect(self._number_chosen)
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setToolTip(tr("End the reading of the data or of the network"))
        self.cancel_button.clicked.connect(self.cancel)
        self.cancel_button.hide()
        self.words = Label()
        self.words.setWordWrap(True)
        self.words.setProperty("role", "muted")
        self.view = AnswerView()
        self.empty = Label()
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("role", "muted")
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setWidget(self.view)

    def _lay_out(self) -> None:
        controls = QGridLayout()
        controls.setSpacing(2 * theme.UNIT)
        controls.addWidget(self.centred, 0, 0, 1, 2)
        controls.addWidget(self.clear_button, 1, 0)
        controls.addWidget(self.open_button, 1, 1)
        controls.addWidget(self.test_button, 2, 0)
        controls.addWidget(self.number, 2, 1)
        controls.addWidget(self.inverted, 3, 0, 1, 2)
        self.left = QWidget()
        self.left.setFixedWidth(self.sketch.width())
        side = QVBoxLayout(self.left)
        theme.spaced(side, 0, spacing=2)
        side.addWidget(self.sketch)
        side.addLayout(controls)
        side.addWidget(self.words)
        side.addWidget(self.cancel_button)
        side.addStretch(1)
        row = QHBoxLayout(self)
        theme.spaced(row, 4, 2, 4, 3, spacing=6)
        row.addWidget(self.left)
        row.addWidget(self.empty, 1)
        row.addWidget(self.area, 1)

    # --- the run ---------------------------------------------------------------------------------

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none; it is asked about the same image."""
        before, self._run = self._run, run
        can = run is not None and run.step > 0
        for widget in (
            self.sketch,
            self.clear_button,
            self.open_button,
            self.number,
            self.test_button,
            self.inverted,
            self.centred,
        ):
            widget.setEnabled(can)
        same = before is not None and run is not None and before.run_id == run.run_id
        if not same:
            if run is not None and not self._is_centring_chosen:
                self.centred.setChecked(_has_digits(run))
            self._forget()
            if can and self._image is not None and self.isVisible():
                self._ask()

    def _forget(self) -> None:
        """What is shown is no longer of the selected run."""
        run = self._run
        self.area.hide()
        self.empty.show()
        self.words.setText("")
        self.empty.setText(
            tr("Select a run that has trained, to try its network on an image")
            if run is None
            else tr("This run has not trained; resume it first")
            if not run.step
            else tr(
                "Draw on the left, open an image or choose one of the test part.\n"
                "Shows what the network of {name} takes it for, and what each layer makes of it.",
                name=run.name,
            )
        )

    # --- the image -------------------------------------------------------------------------------

    @Slot()
    def _drawn(self) -> None:
        self._file = None
        if self.sketch.is_blank:
            self._image = None
            self._forget()
        else:
            pixels, centred = self.sketch.pixels, self.centred.isChecked
            self._show(lambda: Drawn(pixels(), centred()))

    @Slot()
    def _centre(self) -> None:
        """From now on as a person chose it, whatever the data."""
        self._is_centring_chosen = True
        if not self.sketch.is_blank:
            self._drawn()

    @Slot()
    def _number_chosen(self) -> None:
        self.sketch.clear()  # what is shown there would be taken for what is answered
        self._file = None
        self._show(lambda: OfTestPart(self.number.value() - 1))

    @Slot()
    def _invert(self) -> None:
        if self._file is not None:
            self.open(self._file)

    @Slot()
    def _choose_file(self) -> None:
        kinds = " ".join(f"*{extension}" for extension in sorted(EXTENSIONS))
        name, _ = QFileDialog.getOpenFileName(
            self, tr("Open image"), "", tr("Images ({kinds})", kinds=kinds)
        )
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Shows what the network makes of an image file."""
        self.sketch.clear()
        self._file = path
        self._show(lambda: FromFile(path, self.inverted.isChecked()))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self.open_button.isEnabled() and _dropped_image(event) is not None:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        path = _dropped_image(event)
        if path is not None:
            event.acceptProposedAction()
            self.open(path)

    # --- the answer ------------------------------------------------------------------------------

    def _show(self, image: Image) -> None:
        """Asks about an image, read when it is its turn."""
        self._image = image
        self._ask()

    def _ask(self) -> None:
        if self._task is not None:
            self._is_new = True
            return
        if self._run is None or self._image is None:
            return
        self._is_new = False
        self._asked = self._run.run_id
        request = ImageRequest(self._asked, self._image())
        self._task = task = self._task_runner.ask(TRY_IMAGE, request, done=self._done)
        task.progress.connect(self._progress)
        task.failed.connect(self._failed)
        task.ended.connect(self._ended)
        if not self.area.isVisible():
            self.words.setText(tr("starting its process…"))

    @Slot(object)
    def _progress(self, message: TaskProgress) -> None:
        self.words.setText(message.words)
        self.cancel_button.show()  # it takes longer than an answer does

    @Slot()
    def cancel(self) -> None:
        """Ends what is asked, and forgets the image."""
        self._image = None
        self._forget()
        if self._task is not None:
            self._task.cancel()

    @Slot(object)
    def _done(self, found: Answer) -> None:
        if self._image is None or self._run is None or self._asked != self._run.run_id:
            return  # cleared, or another run was selected meanwhile
        if found.test_images:
            self.number.setMaximum(found.test_images)
        self.words.setText(self._verdict(found))
        self.view.show_answer(found)
        self.empty.hide()
        self.area.show()

    def _verdict(self, found: Answer) -> str:
        if found.label is None:
            return ""
        right = found.class_names[found.label]
        if found.label == found.likeliest:
            return tr("Right: it is {right}", right=right)
        return tr("Wrong: it is {right}", right=right)

    @Slot(str)
    def _failed(self, sentence: str) -> None:
        self._forget()
        self.words.setText(sentence[:1].upper() + sentence[1:])
        self.failed.emit(sentence)

    @Slot()
    def _ended(self) -> None:
        self._task = None
        self.cancel_button.hide()
        if self._is_new:
            self._ask()


def _has_digits(run: Run) -> bool:
    """Whether a run's data are digits that were centred."""
    try:
        return run.experiment.data.digit_share > 0
    except SpecError:  # of a later version
        return False


def _dropped_image(event: QDropEvent) -> Path | None:
    paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
    return next((path for path in paths if path.suffix.lower() in EXTENSIONS), None)
