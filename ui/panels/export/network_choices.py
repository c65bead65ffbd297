"""What is asked of an export: its format, how it is quantized, and where it goes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QRadioButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ui.background.figure_export import safe_name
from ui.look import theme
from ui.look.accessible import give_name
from ui.look.plain import Label, tip
from workbench.base.text import joined, tr
from workbench.compression.model_file import OwnForm
from workbench.deployment.formats import (
    C_ARRAY,
    FORMATS,
    LITERT,
    MOST_BATCH,
    ExportRequest,
    Format,
    require_quantization,
)
from workbench.deployment.litert_file import ModelFileError
from workbench.deployment.quantization import FLOAT32, SCHEMES, Quantization
from workbench.runs.record import Run
from workbench.spec.base import SpecError


class NetworkChoices(QWidget):
    """The settings of an export; what a format can't do is disabled, with its reason.

    Signals:
        changed: Something else is asked for.
    """

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._run: Run | None = None
        self._own: Quantization | None = None
        self._wanted = FLOAT32
        self._obstacles: dict[str, str] = {}
        column = QVBoxLayout(self)
        theme.spaced(column, 0, spacing=2)
        column.addLayout(self._make_formats())
        column.addSpacing(theme.UNIT)
        self._make_settings()
        column.addLayout(self._laid_out())
        self._format_chosen()

    # --- building ------------------------------------------------------------------------------

    def _make_formats(self) -> QVBoxLayout:
        """A line for each format; one that isn't installed says how to install it."""
        column = QVBoxLayout()
        theme.spaced(column, 0, spacing=1)
        self.formats: dict[str, QRadioButton] = {}
        group = QButtonGroup(self)
        for made in FORMATS.values():
            button = QRadioButton(made.words[:1].upper() + made.words[1:])
            button.setToolTip(tr("Format {name} of the command 'export'", name=made.name))
            button.toggled.connect(self._format_chosen)
            group.addButton(button)
            column.addWidget(button)
            self.formats[made.name] = button
            obstacle = self._obstacles[made.name] = _obstacle(made)
            if obstacle:
                button.setEnabled(False)
                button.setToolTip(tip(obstacle))
                note = Label(obstacle[:1].upper() + obstacle[1:])
                note.setProperty("role", "muted")
                note.setWordWrap(True)
                note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
                note.setContentsMargins(6 * theme.UNIT, 0, 0, theme.UNIT)
                column.addWidget(note)
        with QSignalBlocker(self.formats[LITERT]):
            self.formats[LITERT].setChecked(True)
        return column

    def _make_settings(self) -> None:
        self.scheme = QComboBox()
        give_name(self.scheme, tr("Quantization"))
        self.scheme.addItem(tr("float32: as the network computes, nothing is lost"), FLOAT32)
        for scheme in SCHEMES.values():
            words = [scheme.words, scheme.remark] if scheme.remark else [scheme.words]
            self.scheme.addItem(
                tr("{name}: {words}", name=scheme.name, words=joined("; ", words)), scheme.name
            )
        self.scheme.activated.connect(self._scheme_chosen)
        self.per_tensor = QCheckBox(tr("One scale for all weights of a layer"))
        self.per_tensor.toggled.connect(self.changed)
        self.batch = QSpinBox()
        theme.inset(self.batch)
        self.batch.setRange(0, MOST_BATCH)
        self.batch.setSpecialValueText(tr("any number"))
        self.batch.setAccessibleName(tr("Images per call"))
        self.batch.valueChanged.connect(self.changed)
        self.stripped = QCheckBox(tr("Leave out names of tensors and signatures"))
        self.stripped.toggled.connect(self.changed)
        self.folder = QLineEdit(str(Path.home()))
        self.folder.setAccessibleName(tr("Folder"))
        self.folder.setToolTip(tr("Where the file and what belongs to it are written"))
        self.folder.textChanged.connect(self.changed)
        self.name = QLineEdit()
        self.name.setAccessibleName(tr("File name"))
        self.name.textChanged.connect(self.changed)
        self.suffix = Label()
        self.suffix.setProperty("role", "muted")
        self.choose_button = QPushButton(tr("Choose…"))
        self.choose_button.setToolTip(tr("Choose the folder"))
        self.choose_button.clicked.connect(self.choose_folder)

    def _laid_out(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setHorizontalSpacing(3 * theme.UNIT)
        grid.setVerticalSpacing(2 * theme.UNIT)
        grid.setColumnStretch(1, 1)
        batch, folder, name = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
        for layout, parts in (
            (batch, (self.batch, self.stripped)),
            (folder, (self.folder, self.choose_button)),
            (name, (self.name, self.suffix)),
        ):
            theme.spaced(layout, 0, spacing=3)
            for part in parts:
                layout.addWidget(part)
        batch.addStretch(1)
        lines: tuple[tuple[str, QWidget, QHBoxLayout | None], ...] = (
            (tr("Quantization"), self.scheme, None),
            ("", self.per_tensor, None),
            (tr("Images per call"), self.batch, batch),
            (tr("Folder"), self.folder, folder),
            (tr("File name"), self.name, name),
        )
        for line, (words, widget, row) in enumerate(lines):
            label = Label(words)
            label.setBuddy(widget)
            grid.addWidget(label, line, 0)
            if row is None:
                grid.addWidget(widget, line, 1)
            else:
                grid.addLayout(row, line, 1)
        return grid

    # --- what is chosen ------------------------------------------------------------------------

    @property
    def format(self) -> Format:
        """The one that is chosen."""
        name = next(name for name, button in self.formats.items() if button.isChecked())
        return FORMATS[name]

    def choose_format(self, name: str) -> None:
        """Chooses a format, where it is known and can be written here."""
        button = self.formats.get(name)
        if button is not None and button.isEnabled():
            button.setChecked(True)

    @property
    def quantization(self) -> Quantization | None:
        """How it is quantized; None for float32."""
        scheme = self.scheme.currentData()
        if scheme == FLOAT32:
            return None
        per_tensor = self.per_tensor.isChecked()
        own = self._own
        if own is not None and scheme == own.scheme and not _fault(self.format, own):
            return replace(own, per_tensor=per_tensor)
        return Quantization(scheme, per_tensor=per_tensor)

    def begin_with(self, form: OwnForm) -> None:
        """Begins as the run's own file was written; of its scheme, layers and learned ranges are
        kept.
        """
        own, is_bare = form
        self._own, self._wanted = own, own.scheme if own is not None else FLOAT32
        self.per_tensor.setChecked(own is not None and own.per_tensor)
        self.batch.setValue(1 if is_bare else 0)
        self.stripped.setChecked(is_bare)
        self._format_chosen()

    @property
    def output(self) -> Path:
        """The file or folder to write."""
        folder = Path(self.folder.text().strip()).expanduser()
        return folder / f"{self.name.text().strip()}{self.format.suffix}"

    def show_run(self, run: Run) -> None:
        """Takes a run, whose name the file begins with."""
        self._run = run
        self.name.setText(safe_name(run.name))
        self._format_chosen()

    def request(self, run: Run) -> ExportRequest:
        """What is asked of the engine."""
        made = self.format
        return ExportRequest(
            run.run_id,
            made.name,
            str(self.output),
            self.quantization,
            (self.batch.value() or None) if made.name == LITERT else None,
            self.stripped.isEnabled() and self.stripped.isChecked(),
            startup=run.experiment.hardware.startup,
        )

    @property
    def problem(self) -> str:
        """Why this can't be written, in a sentence; "" where it can."""
        if self._run is None:
            return ""
        if not self.name.text().strip():
            return tr("give the file a name")
        if Path(self.name.text()).name != self.name.text():
            return tr("the name of the file holds no folders; choose the folder above it")
        if not Path(self.folder.text().strip()).expanduser().is_absolute():
            return tr("{path}: choose a folder by its whole path", path=self.folder.text())
        try:
            self.request(self._run).require()
        except (ModelFileError, SpecError) as error:  # a spec may be of a newer version
            return str(error)
        return ""

    @property
    def replaces(self) -> bool:
        """Whether a file of this name is there already."""
        return bool(self.format.suffix) and self.output.is_file()

    # --- what a person does --------------------------------------------------------------------

    @Slot()
    def choose_folder(self) -> None:
        """Asks for the folder."""
        found = QFileDialog.getExistingDirectory(
            self, tr("Folder for the export"), self.folder.text()
        )
        if found:
            self.folder.setText(found)

    @Slot()
    def _scheme_chosen(self) -> None:
        self._wanted = self.scheme.currentData()
        self._format_chosen()

    @Slot()
    def _format_chosen(self) -> None:
        """Offers what this format can do; a quantization that another one had comes back."""
        if not any(button.isChecked() for button in self.formats.values()):
            return  # between two buttons
        made = self.format
        faults = {FLOAT32: _fault(made, None)}
        faults |= {name: _fault(made, Quantization(name)) for name in SCHEMES}
        with QSignalBlocker(self.scheme):
            self._enable_schemes(faults)
            possible = [name for name, fault in faults.items() if not fault]
            chosen = self._wanted if self._wanted in possible else possible[0]
            self.scheme.setCurrentIndex(self.scheme.findData(chosen))
        self.scheme.setEnabled(len(possible) > 1)
        reason = next((faults[name] for name in SCHEMES if faults[name]), "")
        self.scheme.setToolTip(
            tip(reason) if reason else tr("How weights and activations are rounded to be smaller")
        )
        self._enable(
            self.per_tensor,
            chosen != FLOAT32,
            tr("Keeps shared values of a layer shared, so that the file packs better"),
            tr("Weights in float32 have no scales"),
        )
        self._enable(
            self.batch,
            made.name == LITERT,
            tr("Fixed to 1 the file is smallest and runs with one delegate; open it takes any"),
            tr("Only a LiteRT file can fix them; a C array always takes one"),
        )
        self._enable(
            self.stripped,
            made.is_quantized,
            tr("Saves some hundred bytes; only the order of the tensors says what they are then"),
            tr("Only a LiteRT file or a C array can do without"),
        )
        self.suffix.setText(made.suffix or tr("(a new folder)"))
        self.changed.emit()

    def _enable_schemes(self, faults: dict[str, str]) -> None:
        model = self.scheme.model()
        assert isinstance(model, QStandardItemModel)
        for name, fault in faults.items():
            item = model.item(self.scheme.findData(name))
            item.setEnabled(not fault)
            item.setToolTip(tip(fault))

    @staticmethod
    def _enable(widget: QWidget, can: bool, reason: str, obstacle: str) -> None:
        widget.setEnabled(can)
        widget.setToolTip(reason if can else obstacle)


def _obstacle(made: Format) -> str:
    """Why a format can't be written here; "" where it can."""
    try:
        made.require()
    except ModelFileError as error:
        return str(error)
    return ""


def _fault(made: Format, wanted: Quantization | None) -> str:
    """Why a format can't hold a quantization, or float32; "" where it can."""
    if wanted is None:
        return tr("a C array is in int8") if made.name == C_ARRAY else ""
    try:
        require_quantization(made, wanted)
    except ModelFileError as error:
        return str(error)
    return ""
