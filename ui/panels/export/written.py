"""What an export has written: files, sizes, and whether it answers as the original does."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from ui.background.jobs import Jobs
from ui.look import theme
from ui.look.plain import Label
from workbench.base.text import joined, tr
from workbench.base.units import count, percent
from workbench.deployment.formats import Exported, Format
from workbench.deployment.snippets import name_of


def agreement_of(found: Exported) -> str:
    """The check against the original, in a sentence."""
    return tr(
        "agrees on {same} of {images} test images; accuracy on them {accuracy} against {original}",
        same=count(round(found.agreement * found.images)),
        images=count(found.images),
        accuracy=percent(found.accuracy),
        original=percent(found.original_accuracy),
    )


class WrittenFiles(QWidget):
    """The outcome of an export, with what a person does next.

    Args:
        jobs: Of the window.

    Signals:
        said: A sentence on what was done.
        failed: A sentence on what could not be done.
    """

    said = Signal(str)
    failed = Signal(str)

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._found: Exported | None = None
        self._snippet = Path()
        self._reads = jobs.latest(self)
        self._reads.failed.connect(self.failed)
        grid = QGridLayout()
        theme.spaced(grid, 0)
        grid.setHorizontalSpacing(3 * theme.UNIT)
        grid.setVerticalSpacing(theme.UNIT)
        grid.setColumnStretch(1, 1)
        self.path, self.beside, self.sizes, self.check = Label(), Label(), Label(), Label()
        self.check.setProperty("role", "good")
        for line, (words, label) in enumerate(
            (
                (tr("Written"), self.path),
                (tr("Beside it"), self.beside),
                (tr("Size"), self.sizes),
                (tr("Check"), self.check),
            )
        ):
            title = Label(words)
            title.setProperty("role", "muted")
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            grid.addWidget(title, line, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(label, line, 1)
        self.warnings = Label()
        self.warnings.setProperty("role", "warn")
        self.warnings.setWordWrap(True)
        self.open_button = QPushButton(tr("Open folder"))
        self.open_button.setToolTip(tr("Show the file where it lies"))
        self.open_button.clicked.connect(self.open_folder)
        self.copy_button = QPushButton(tr("Copy snippet"))
        self.copy_button.setToolTip(tr("Copy the Python that runs the file, as it lies beside it"))
        self.copy_button.clicked.connect(self.copy_snippet)
        row = QHBoxLayout()
        theme.spaced(row, 0, spacing=2)
        row.addWidget(self.open_button)
        row.addWidget(self.copy_button)
        row.addStretch(1)
        column = QVBoxLayout(self)
        theme.spaced(column, 0, spacing=2)
        column.addLayout(grid)
        column.addWidget(self.warnings)
        column.addLayout(row)

    def show_export(self, found: Exported, made: Format) -> None:
        """Shows what was written in a format."""
        path = Path(found.path)
        self._found = found
        self._snippet = path.with_name(name_of(path, made.suffix))
        self.path.setText(found.path)
        self.beside.setText(found.beside)
        self.sizes.setText(found.sizes)
        sentence = agreement_of(found)
        self.check.setText(sentence[:1].upper() + sentence[1:])
        self.warnings.setText(
            joined("\n", [each[:1].upper() + each[1:] for each in found.warnings])
        )
        self.warnings.setVisible(bool(found.warnings))

    @Slot()
    def open_folder(self) -> None:
        """Has the system show the folder."""
        if self._found is None:
            return
        folder = Path(self._found.path).parent
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder))):
            self.failed.emit(
                tr("no program shows folders here; the files lie in {folder}", folder=folder)
            )

    @Slot()
    def copy_snippet(self) -> None:
        """Puts the Python beside the file on the clipboard."""
        path = self._snippet

        def read() -> str:
            return path.read_text(encoding="utf-8")

        self._reads.ask(read, self._copy)

    def _copy(self, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self.said.emit(tr("Copied."))
