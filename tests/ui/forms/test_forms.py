"""Forms are drawn from the spec: every class of every family, every type of setting."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import pairwise
from typing import Any, Literal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoStack
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLabel,
    QLineEdit,
    QWidget,
)
from pytestqt.qtbot import QtBot

from ui.editing.editor import Editor
from ui.forms.choice import ChoiceEntry
from ui.forms.entries import (
    BoolEntry,
    FloatEntry,
    IntEntry,
    LiteralEntry,
    OptionalEntry,
    PairEntry,
    PathEntry,
    TextEntry,
)
from ui.forms.form import SpecForm
from ui.forms.nested import ChoicesEntry
from ui.forms.numbers import NumbersEntry
from ui.window.main_window import MainWindow
from workbench.compression.steps import CompressionStep
from workbench.experiment import Experiment
from workbench.spec.base import Choice, setting
from workbench.spec.layers import Layer
from workbench.spec.optimizers import Optimizer
from workbench.spec.regularizers import L1L2, L2, Regularizer
from workbench.spec.schedules import Schedule

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)

FAMILIES = {
    "data": "data",
    "loss": "loss",
    "regularization": "regularization",
    "schedule": "schedule",
    "constraint": "constraint",
    "stopping": "stopping",
    "optimizer": "optimizer",
    "hardware": "hardware",
    "structure.layers[0]": "layer",
}
EVERY_CLASS = [
    (path, name) for path in FAMILIES for name in Experiment().at(path).family().choices()
]


@pytest.fixture
def editor(qapp: QApplication) -> Iterator[Editor]:
    """Its steps go before it does: they hold each other, and Qt deletes the steps."""
    stack = QUndoStack()
    yield Editor(Experiment(), stack)
    stack.clear()


@pytest.fixture
def form_of(editor: Editor, qtbot: QtBot) -> Any:
    """Makes the form of a path; it is shown, so that keys reach it."""

    def make(path: str, title: str = "Kind") -> SpecForm:
        form = SpecForm(editor, path, title)
        qtbot.addWidget(form)
        form.show()
        return form

    return make


def shown_value(entry: Any) -> Any:
    """What a person reads in an entry, as a plain value."""
    if isinstance(entry, ChoiceEntry):
        shown = {name: shown_value(own) for name, own in entry.entries.items()}
        name = entry.box.currentData()
        return None if name is None else Regularizer.choices()[name].parse(shown)
    if isinstance(entry, OptionalEntry):
        return shown_value(entry.inner) if entry.box.isChecked() else None
    if isinstance(entry, IntEntry):
        return entry.spin.value()
    if isinstance(entry, FloatEntry):
        return float(entry.line.text())
    if isinstance(entry, BoolEntry):
        return entry.box.isChecked()
    if isinstance(entry, LiteralEntry):
        return entry.values[entry.box.currentIndex()]
    if isinstance(entry, PairEntry):
        return tuple(spin.value() for spin in entry.spins)
    if isinstance(entry, ChoicesEntry):
        layers = tomllib.loads(entry.text.toPlainText())["layers"]
        return tuple(Layer.model_validate(layer) for layer in layers)
    if isinstance(entry, NumbersEntry):
        return tuple(float(part) for part in entry.line.text().split(","))
    assert isinstance(entry, TextEntry)
    return entry.line.text()


@pytest.mark.parametrize(("path", "name"), EVERY_CLASS)
def test_every_choice_has_a_form(editor: Editor, form_of: Any, path: str, name: str) -> None:
    form = form_of(path)
    form.kind_box.setCurrentIndex(form.kind_box.findData(name))
    spec = editor.experiment.at(path)
    assert spec.name() == name
    assert form.kind_box.accessibleName()
    for field in type(spec).model_fields:
        if field == spec.key:
            continue
        entry = form.entry(field)
        assert shown_value(entry) == getattr(spec, field)
        assert entry.field().toolTip()
        assert entry.field().accessibleName()


@pytest.mark.parametrize("path", ["training", "augmentation"])
def test_a_group_has_no_choice_of_kind(editor: Editor, form_of: Any, path: str) -> None:
    form, group = form_of(path, ""), editor.experiment.at(path)
    assert form.kind_box is None
    for field in type(group).model_fields:
        assert shown_value(form.entry(field)) == getattr(group, field)


# --- editing each type ---------------------------------------------------------------------------


def test_a_whole_number(editor: Editor, form_of: Any, qtbot: QtBot) -> None:
    spin = form_of("training", "").entry("epochs").spin
    spin.selectAll()
    qtbot.keyClicks(spin, "25")
    assert editor.experiment.training.epochs == 25
    assert spin.minimum() == 1
    assert spin.maximum() == 100_000


@pytest.mark.parametrize(("typed", "value"), [("1e-3", 1e-3), ("0.05", 0.05), ("0,25", 0.25)])
def test_a_number(editor: Editor, form_of: Any, qtbot: QtBot, typed: str, value: float) -> None:
    line = form_of("optimizer").entry("learning_rate").line
    line.selectAll()
    qtbot.keyClicks(line, typed)
    assert editor.experiment.optimizer.learning_rate == value
    assert line.text() == typed  # what is being typed isn't rewritten


def test_up_and_down_go_through_1_2_5(editor: Editor, form_of: Any, qtbot: QtBot) -> None:
    line = form_of("optimizer").entry("learning_rate").line
    seen = []
    for key in (Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Up, Qt.Key.Key_Down):
        qtbot.keyClick(line, key)
        seen.append(editor.experiment.optimizer.learning_rate)
    assert seen == [0.002, 0.005, 0.01, 0.005]


def test_yes_or_no(editor: Editor, form_of: Any, qtbot: QtBot) -> None:
    box = form_of("structure.layers[0]").entry("use_bias").box
    box.click()
    assert editor.experiment.at("structure.layers[0].use_bias") is False


def test_one_of_a_few(editor: Editor, form_of: Any, qtbot: QtBot) -> None:
    box = form_of("structure.layers[0]").entry("activation").box
    box.setFocus()
    qtbot.keyClicks(box, "tanh")
    assert editor.experiment.at("structure.layers[0].activation") == "tanh"


def test_a_pair_with_its_unit(editor: Editor, form_of: Any, qtbot: QtBot) -> None:
    height, width = form_of("structure.layers[0]").entry("kernel_size").spins
    width.selectAll()
    qtbot.keyClicks(width, "5")
    assert editor.experiment.at("structure.layers[0].kernel_size") == (3, 5)
    assert width.suffix() == " px"
    assert height.accessibleName() != width.accessibleName()


def test_what_may_be_left_off(editor: Editor, form_of: Any) -> None:
    entry = form_of("data").entry("channels")
    assert not entry.inner.isVisible()
    entry.box.click()
    assert editor.experiment.data.channels == 1
    entry.inner.box.setCurrentIndex(1)
    assert editor.experiment.data.channels == 3
    entry.box.click()
    assert editor.experiment.data.channels is None
    entry.box.click()
    assert editor.experiment.data.channels == 3  # as it was before


def test_a_choice_inside_a_layer(editor: Editor, form_of: Any, qtbot: QtBot) -> None:
    path = "structure.layers[0].kernel_regularizer"
    form = form_of("structure.layers[0]")
    entry = form.entry("kernel_regularizer")
    assert entry.box.currentText() == "As the experiment"
    assert not entry.entries
    with qtbot.waitSignal(form.rebuilt):  # Tab has to find the new fields
        entry.box.setCurrentIndex(entry.box.findData("l2"))
    assert editor.experiment.at(path) == L2()
    line = entry.entries["l2"].line
    line.selectAll()
    qtbot.keyClicks(line, "0.5")
    assert line.text() == "0.5", "what is being typed isn't rewritten"
    entry.box.setCurrentIndex(entry.box.findData("l1_l2"))
    assert editor.experiment.at(path) == L1L2(l2=0.5), "what both have is kept"
    factor = entry.entries["l1"].line
    factor.selectAll()
    qtbot.keyClicks(factor, "-1")
    assert form.problem("kernel_regularizer") == "l1: must be at least 0, got -1.0"
    factor.selectAll()
    qtbot.keyClicks(factor, "x")
    assert form.problem("kernel_regularizer") == "l1 factor: must be a number, got x"
    assert editor.experiment.at(path) == L1L2(l2=0.5)
    entry.box.setCurrentIndex(0)
    assert editor.experiment.at(path) is None
    assert form.problem("kernel_regularizer") == ""


def test_a_number_that_may_be_left_off(editor: Editor, form_of: Any) -> None:
    form = form_of("optimizer")
    entry = form.entry("weight_decay")
    entry.box.click()
    assert editor.experiment.at("optimizer.weight_decay") == 0.004
    accumulate = form.entry("gradient_accumulation_steps")
    accumulate.box.click()
    assert editor.experiment.at("optimizer.gradient_accumulation_steps") == 4
    assert accumulate.inner.spin.minimum() == 2
    entry.box.click()
    assert editor.experiment.at("optimizer.weight_decay") is None


def test_numbers_in_a_row(editor: Editor, form_of: Any, qtbot: QtBot) -> None:
    form = form_of("schedule")
    editor.set("schedule.kind", "piecewise_constant_decay")
    line = form.entry("boundaries").line
    assert line.text() == "500, 1000"
    line.selectAll()
    qtbot.keyClicks(line, "200, 400,")
    assert editor.experiment.at("schedule.boundaries") == (200, 400)
    assert line.text() == "200, 400,"  # what is being typed isn't rewritten
    qtbot.keyClicks(line, " 600")
    assert "must be 4, one more than there are boundaries" in form.problem("boundaries")
    rates = form.entry("learning_rates").line
    rates.selectAll()
    qtbot.keyClicks(rates, "0.1, 0.01, 0.001, 1e-4")
    assert editor.experiment.at("schedule.boundaries") == (200, 400, 600)
    assert editor.experiment.at("schedule.learning_rates") == (0.1, 0.01, 0.001, 0.0001)
    assert form.problem("boundaries") == ""
    qtbot.keyClicks(line, "x")
    assert form.problem("boundaries") == "must be whole numbers with commas between them"


# --- what is seldom needed -----------------------------------------------------------------------


def test_what_is_seldom_needed_is_folded_and_stays_as_a_person_left_it(
    editor: Editor, form_of: Any
) -> None:
    form = form_of("optimizer")
    decay = form.entry("weight_decay")
    assert not decay.isVisible()
    assert form.entry("learning_rate").isVisible()
    form.more.header.click()
    assert decay.isVisible()
    form.kind_box.setCurrentIndex(form.kind_box.findData("lion"))
    assert form.entry("weight_decay").isVisible()
    form.more.header.click()
    form.kind_box.setCurrentIndex(form.kind_box.findData("adam"))
    assert not form.entry("weight_decay").isVisible()


def test_what_differs_or_is_wrong_unfolds_by_itself(window: MainWindow) -> None:
    form = window.experiment.forms["optimizer"]
    assert form.more is not None
    window.editor.set("optimizer.use_ema", True)
    assert form.more.header.isChecked()
    assert form.more.header.text() == "More (1 changed)"
    form.more.header.click()
    window.editor.set("optimizer.learning_rate", 0.01)
    assert not form.more.header.isChecked(), "a person folded it"
    window.editor.set("optimizer.ema_momentum", 2.0)
    assert form.problem("ema_momentum") == "must be below 1, got 2.0"
    form.more.header.click()
    window.experiment.reveal_problem()
    assert form.entry("ema_momentum").isVisible()


def test_a_size_switched_on_begins_with_the_size_the_images_have(window: MainWindow) -> None:
    window.editor.set("data.kind", "cifar10")
    entry = window.experiment.forms["data"].entry("resize")
    assert isinstance(entry, OptionalEntry)
    entry.box.click()
    assert window.editor.experiment.data.resize == (32, 32)


def test_a_text(window: MainWindow, qtbot: QtBot) -> None:
    name = window.experiment.name
    name.selectAll()
    qtbot.keyClicks(name, "one-cycle")
    assert window.editor.experiment.name == "one-cycle"
    name.selectAll()
    qtbot.keyClick(name, Qt.Key.Key_Backspace)
    assert window.editor.experiment.name == "one-cycle"
    assert window.experiment.name_problem.text() == "must not be empty"
    assert name.property("problem") is True


def test_a_path_typed_and_chosen(
    editor: Editor, form_of: Any, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor.set("data.kind", "npz")
    entry = form_of("data").entry("path")
    assert isinstance(entry, PathEntry)
    qtbot.keyClicks(entry.line, "/tmp/a")
    assert editor.experiment.at("data.path") == "/tmp/a"
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("/tmp/b.npz", ""))
    entry._choose_file()
    assert editor.experiment.at("data.path") == "/tmp/b.npz" == entry.line.text()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "")
    entry._choose_folder()  # cancelled
    assert editor.experiment.at("data.path") == "/tmp/b.npz"


def test_choosing_a_kind_keeps_what_both_have(editor: Editor, form_of: Any) -> None:
    form = form_of("optimizer")
    editor.set("optimizer.learning_rate", 0.03)
    form.kind_box.setCurrentIndex(form.kind_box.findData("sgd"))
    assert editor.experiment.optimizer.learning_rate == 0.03
    assert shown_value(form.entry("learning_rate")) == 0.03
    assert shown_value(form.entry("momentum")) == 0.0


# --- what is wrong is said where it is -----------------------------------------------------------


def edit(window: MainWindow, qtbot: QtBot, path: str, text: str) -> QWidget:
    group, _, name = path.rpartition(".")
    field = window.experiment.forms[group].entry(name).field()
    field.setFocus()
    field.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(field, text)
    return field


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [("1e-", "must be a number, got 1e-"), ("0", "must be above 0, got 0.0"),
     ("nan", "must be a finite number, got nan"), ("2000", "must be at most 1000, got 2000.0")],
)  # fmt: skip
def test_a_wrong_number_is_marked_and_keeps_train_off(
    window: MainWindow, qtbot: QtBot, typed: str, sentence: str
) -> None:
    before = window.editor.experiment
    field = edit(window, qtbot, "optimizer.learning_rate", typed)
    form = window.experiment.forms["optimizer"]
    section = window.experiment.section_of("optimizer.learning_rate")
    assert section is not None
    assert field.property("problem") is True
    assert form.problem("learning_rate") == sentence
    assert section.is_marked
    assert sentence in section.header.toolTip()
    assert not window.training["train"].isEnabled()
    assert sentence in window.training["train"].toolTip()
    assert sentence in window.experiment.problem.accessibleName()
    assert window.experiment.problem.isVisible()
    if typed == "nan":  # what is typed on the way to it is no number either
        assert window.editor.experiment == before
    edit(window, qtbot, "optimizer.learning_rate", "0.02")
    assert window.editor.experiment.optimizer.learning_rate == 0.02
    assert field.property("problem") is False
    assert form.problem("learning_rate") == ""
    assert not section.is_marked
    assert window.training["train"].isEnabled()
    assert not window.experiment.problem.isVisible()


def test_what_is_wrong_stays_while_another_field_is_edited(
    window: MainWindow, qtbot: QtBot
) -> None:
    field = edit(window, qtbot, "optimizer.learning_rate", "fast")
    window.editor.set("training.epochs", 3)
    assert window.editor.experiment.training.epochs == 3
    assert field.text() == "fast"  # type: ignore[attr-defined]
    assert not window.training["train"].isEnabled()
    window.undo_stack.undo()
    assert field.text() == "0.001"  # type: ignore[attr-defined]
    assert window.training["train"].isEnabled()


def test_fields_that_need_each_other(window: MainWindow, qtbot: QtBot) -> None:
    window.editor.set("optimizer.kind", "sgd")
    form = window.experiment.forms["optimizer"]
    form.entry("nesterov").field().click()  # type: ignore[attr-defined]
    assert "needs a momentum above 0" in form.problem("nesterov")
    assert window.editor.experiment.at("optimizer.nesterov") is False
    edit(window, qtbot, "optimizer.momentum", "0.9")
    assert form.problem("nesterov") == ""
    assert window.editor.experiment.at("optimizer.nesterov") is True
    assert window.editor.experiment.at("optimizer.momentum") == 0.9


def test_another_kind_takes_the_wrong_field_away(window: MainWindow, qtbot: QtBot) -> None:
    edit(window, qtbot, "optimizer.learning_rate", "fast")
    box = window.experiment.forms["optimizer"].kind_box
    assert isinstance(box, QComboBox)
    box.setCurrentIndex(box.findData("sgd"))
    assert window.editor.problems == []
    assert window.training["train"].isEnabled()


def test_the_first_problem_leads_to_its_field(window: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitActive(window):
        window.activateWindow()
    window.editor.set("training.validation_split", 5.0)
    section = window.experiment.section_of("training.validation_split")
    assert section is not None
    section.header.setChecked(False)
    window.experiment.problem.click()
    field = window.experiment.forms["training"].entry("validation_split").field()
    assert field.isVisible()
    assert QApplication.focusWidget() is field
    seen = window.experiment.area.viewport()
    assert seen.rect().contains(field.mapTo(seen, field.rect().center()))


# --- a class of our own --------------------------------------------------------------------------


@pytest.fixture
def warm_up() -> Iterator[type[Choice]]:
    class WarmUp(Schedule):
        """Grows from nothing."""

        label = "Warm up"
        kind: Literal["warm_up"] = "warm_up"
        warm_steps: int = setting(7, "Warm steps", "How long it grows.", unit="steps", ge=1, le=99)
        hard: bool = setting(True, "Hard", "Whether it is hard.")

        def decayed(self, initial: float, steps: Any, plan: Any) -> Any:
            return initial * steps

    yield WarmUp
    del Schedule.registry["warm_up"]


def test_a_new_class_is_offered_and_gets_its_form(
    warm_up: type[Choice], window: MainWindow, qtbot: QtBot
) -> None:
    form = window.experiment.forms["schedule"]
    box = form.kind_box
    assert box is not None
    assert box.findData("warm_up") >= 0
    box.setCurrentIndex(box.findData("warm_up"))
    assert window.editor.experiment.schedule.name() == "warm_up"
    spin = form.entry("warm_steps").spin  # type: ignore[attr-defined]
    assert (spin.value(), spin.minimum(), spin.maximum()) == (7, 1, 99)
    assert spin.suffix() == " steps"
    spin.setValue(9)
    assert window.editor.experiment.at("schedule.warm_steps") == 9
    assert isinstance(form.entry("hard"), BoolEntry)


def test_every_family_is_in_the_window() -> None:
    families = {Experiment().at(path).family() for path in FAMILIES}
    assert families | {CompressionStep} == set(Choice.__subclasses__()), "steps are in Compress"
    assert {Layer, Optimizer, Schedule} <= families


# --- keys and wheel ------------------------------------------------------------------------------


def test_tab_goes_from_top_to_bottom_also_after_another_kind(window: MainWindow) -> None:
    window.editor.set("optimizer.kind", "sgd")
    start: QWidget = window.experiment.name
    column, widget = [start], start.nextInFocusChain()
    while widget is not start:
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            column.append(widget)
        widget = widget.nextInFocusChain()
    inside = window.experiment.area.widget()
    fields = [w for w in column if inside.isAncestorOf(w)]
    order = [w.mapTo(inside, w.rect().center()).y() for w in fields]
    momentum = window.experiment.forms["optimizer"].entry("momentum").field()
    assert momentum in fields
    steps_back = [below for above, below in pairwise(order) if below < above - 13]
    assert steps_back == []


def test_the_wheel_changes_only_what_has_the_focus(window: MainWindow, qapp: QApplication) -> None:
    from PySide6.QtCore import QPoint, QPointF
    from PySide6.QtGui import QWheelEvent

    spin = window.experiment.forms["training"].entry("epochs").spin  # type: ignore[attr-defined]
    before = spin.value()
    no = Qt.KeyboardModifier.NoModifier
    event = QWheelEvent(
        QPointF(5, 5),
        QPointF(5, 5),
        QPoint(),
        QPoint(0, 120),
        Qt.MouseButton.NoButton,
        no,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    window.experiment.name.setFocus()
    qapp.sendEvent(spin, event)
    assert spin.value() == before


def test_layers_inside_a_block_are_edited_as_toml(editor: Editor, form_of: Any) -> None:
    form = form_of("structure.layers[0]")
    form.kind_box.setCurrentIndex(form.kind_box.findData("repeat"))
    entry = form.entry("layers")
    text = (
        '[[layers]]\nkind = "conv2d"\nfilters = 1\npadding = "same"\n[[layers]]\nkind = "dropout"'
    )
    entry.text.setPlainText(text)
    assert [layer.name() for layer in editor.experiment.at("structure.layers[0].layers")] == [
        "conv2d",
        "dropout",
    ]
    assert entry.text.toPlainText() == text  # not written anew while it is edited
    before = editor.experiment
    entry.text.setPlainText('[[layers]]\nkind = "conv2d"\nfilters = 0')
    assert "filters: must be at least 1, got 0" in form.problem("layers")
    entry.text.setPlainText("[[layers")
    assert "not valid TOML" in form.problem("layers")
    assert editor.experiment == before
    entry.text.setPlainText(text)
    assert form.problem("layers") == ""


def test_rows_that_are_folded_away_are_made_when_they_are_needed(window: MainWindow) -> None:
    optimizer, augmentation = (window.experiment.forms[n] for n in ("optimizer", "augmentation"))
    assert optimizer.more is not None
    assert not optimizer.more.body.findChildren(QWidget)
    assert not augmentation.findChildren(QLabel)
    optimizer.more.header.click()
    assert optimizer.entry("ema_momentum").isVisible()
    window.editor.set("augmentation.shift", 0.1)
    window.experiment.augmentation.header.click()
    shown = augmentation.entry("shift").field()
    assert isinstance(shown, QLineEdit)
    assert shown.text() == "0.1"
