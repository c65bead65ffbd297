"""What there is to train on: a line in the form's Hardware section, and a page with all of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from ui.editing.editor import Editor
from ui.look import theme
from ui.look.plain import Label
from workbench.base import units
from workbench.base.text import tr
from workbench.spec.hardware import Hardware
from workbench.spec.machine import Accelerator, Machine

WORTH_NAMING = ("amx_bf16", "avx512_bf16", "avx512f", "avx2")
"""The best of these that a processor has is named in the form."""


class HardwareNote(QWidget):
    """Under the form: what is there, and one click to the best of it where a target is missing."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.words = Label()
        self.words.setProperty("role", "muted")
        self.words.setWordWrap(True)
        self.button = QPushButton()
        self.button.setToolTip(tr("Train on the best that is there; Undo takes it back"))
        self.button.clicked.connect(self.use_best)
        column = QVBoxLayout(self)
        theme.spaced(column, 0, spacing=1)
        column.addWidget(self.words)
        column.addWidget(self.button)
        editor.machine_changed.connect(self.refresh)
        editor.changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def use_best(self) -> None:
        """Puts the best that is there in place of the target that is missing."""
        if self._editor.machine is not None:
            settings = self._editor.experiment.hardware.best_there(self._editor.machine)
            self._editor.set_all(settings, "hardware")

    @Slot()
    def refresh(self) -> None:
        """Shows the machine, as far as it is known."""
        machine, asked = self._editor.machine, self._editor.experiment.hardware
        missing = machine is not None and bool(asked.missing(machine))
        self.button.setVisible(missing)
        if machine is None:
            self.words.setText(tr("Looking at what this computer has…"))
            return
        best = asked.best_there(machine)["hardware.target"]
        self.button.setText(tr("Use {label} instead", label=Hardware.choices()[best].label))
        gpus = ", ".join(gpu.name for gpu in machine.gpus) or tr("no GPU")
        self.words.setText(
            tr("Here: {processor}; {gpus}", processor=_processor(machine), gpus=gpus)
        )


class HardwarePage(QScrollArea):
    """Everything that is known of the machine, and of each target whether it can be used."""

    def __init__(self, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self.setWidgetResizable(True)
        editor.machine_changed.connect(self.refresh)
        self.refresh()

    @Slot()
    def refresh(self) -> None:
        """Shows the machine, as far as it is known."""
        inside = QWidget()
        inside.setObjectName("page")
        inside.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(inside)
        theme.spaced(column, 4, 3, 4, 3, spacing=4)
        machine = self._editor.machine
        if machine is None:
            empty = Label(tr("What this computer has appears when the training process is up."))
            empty.setProperty("role", "muted")
            column.addWidget(empty)
        else:
            for title, rows in self._groups(machine):
                column.addWidget(_title(title))
                column.addLayout(_table(rows))
        column.addStretch(1)
        self.setWidget(inside)

    def _groups(self, machine: Machine) -> list[tuple[str, list[tuple[str, str]]]]:
        processor = machine.processor
        features = " ".join(processor.features) or tr("not told by the system")
        groups = [
            (
                tr("Processor"),
                [
                    (tr("Model"), processor.name),
                    (tr("Cores"), str(processor.cores)),
                    (tr("Memory"), units.size(processor.memory_bytes)),
                    (tr("Instruction sets"), features),
                    (tr("bfloat16"), self._native(machine, "mixed_bfloat16")),
                    (tr("float16"), self._native(machine, "mixed_float16")),
                ],
            )
        ]
        groups += [(tr("GPU"), self._gpu(gpu)) for gpu in machine.gpus]
        groups += [(tr("TPU"), [(tr("Name"), tpu.name)]) for tpu in machine.tpus]
        groups.append((tr("Versions"), list(machine.versions_in_use.items())))
        targets = [
            (choice.label, choice.default().missing(machine) or tr("can be used"))
            for choice in Hardware.choices().values()
        ]
        return [*groups, (tr("Targets"), targets)]

    def _gpu(self, gpu: Accelerator) -> list[tuple[str, str]]:
        memory = units.size(gpu.memory_bytes) if gpu.memory_bytes else tr("not told")
        capability = ".".join(map(str, gpu.capability))
        return [
            (tr("Model"), gpu.name),
            (tr("Memory"), memory),
            (tr("Compute capability"), capability),
        ]

    def _native(self, machine: Machine, precision: str) -> str:
        native = machine.computes_in(precision, on_gpu=False)
        return tr("computed by the processor") if native else tr("emulated, so slow")


def _processor(machine: Machine) -> str:
    cores = machine.processor.cores
    best = next((name for name in WORTH_NAMING if name in machine.processor.features), "")
    listed = f", {best}" if best else ""
    return f"{machine.processor.name}, {cores} core{'' if cores == 1 else 's'}{listed}"


def _title(text: str) -> QLabel:
    label = Label(text)
    label.setProperty("role", "title")
    return label


def _table(rows: list[tuple[str, str]]) -> QFormLayout:
    table = QFormLayout()
    table.setHorizontalSpacing(4 * theme.UNIT)
    table.setVerticalSpacing(theme.UNIT)
    for title, text in rows:
        name, value = Label(title), Label(text)
        name.setProperty("role", "muted")
        name.setMinimumWidth(theme.LABEL_WIDTH)
        value.setWordWrap(True)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        table.addRow(name, value)
    return table
