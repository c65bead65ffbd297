"""The Levers page: what each lever would give, its settings, Apply and Undo."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from tests.engine.levers.test_levers import INFO
from ui.panels.network.levers import LeverCard, LeversPage
from ui.window.main_window import MainWindow
from workbench.experiment import Experiment
from workbench.levers.catalog import LEVERS
from workbench.levers.lever import Lever
from workbench.levers.structure import WidthMultiplier
from workbench.network.analysis import Analysis
from workbench.spec.base import setting
from workbench.spec.layers import Dropout, Layer

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def shown(window: MainWindow, qtbot: QtBot) -> LeversPage:
    window.tabs.setCurrentWidget(window.pages["network"])
    window.pages["network"].show_page(window.pages["network"].levers)
    settled(window.pages["network"].levers, qtbot)
    return window.pages["network"].levers


def settled(page: LeversPage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: not page.follow.is_stale)


def figures(card: LeverCard) -> dict[str, tuple[str, str]]:
    return {name: (a.text(), b.text()) for name, (a, b) in card.cells.items()}


def test_every_lever_is_listed_with_what_it_would_give(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    assert list(page.cards) == list(LEVERS)
    for name, card in page.cards.items():
        assert card.title.text() == LEVERS[name].label
        assert card.sentence.text()
    width = page.cards["width_multiplier"]
    assert figures(width) == {
        "parameters": ("23,626", "−75 %"),
        "macs": ("747,392", "−73 %"),
        "weight_bytes": ("94.5 kB", "−75 %"),
        "training_bytes": ("2.89 MB", "−55 %"),
    }
    assert width.cells["parameters"][1].property("role") == "good"
    assert width.cells["parameters"][0].toolTip() == "93,322 → 23,626"


def test_one_that_does_not_apply_says_why(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    card = page.cards["share_blocks"]
    assert "finds no equal layers in a row" in card.refusal.text()
    assert card.refusal.isVisible()
    assert not card.figures.isVisible()
    assert not card.apply.isEnabled()
    page.choose("share_blocks")
    assert page.diff.sentence.text() == card.refusal.text()
    window.editor.set("structure.layers[7].units", 9)
    settled(page, qtbot)
    assert "mend it first" in page.cards["separable"].refusal.text()
    window.undo_stack.undo()
    settled(page, qtbot)
    assert page.cards["separable"].apply.isEnabled()


def test_apply_is_one_step_of_undo_named_after_the_lever(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    before = window.editor.experiment
    page.cards["global_pooling"].apply.click()
    assert [layer.name() for layer in window.editor.experiment.structure.layers][-2:] == [
        "global_average_pooling2d",
        "dense",
    ]
    assert window.undo_stack.undoText() == "global pooling"
    settled(page, qtbot)
    assert "there is none" in page.cards["global_pooling"].refusal.text()
    window.undo_stack.undo()
    assert window.editor.experiment == before
    settled(page, qtbot)
    page.cards["resolution"].form.entry("factor").edited.emit(0.75)  # type: ignore[union-attr]
    settled(page, qtbot)
    page.cards["resolution"].apply.click()
    assert window.editor.experiment.data.resize == (21, 21)


def test_applying_one_ends_in_what_it_brought_and_not_in_a_warning(
    window: MainWindow, qtbot: QtBot
) -> None:
    page = shown(window, qtbot)
    before = window.editor.experiment
    card = page.cards["global_pooling"]
    qtbot.mouseClick(card.apply, _left())
    settled(page, qtbot)
    assert card.applied.isVisible()
    assert card.outcome.text() == ("Applied: 93,322 → 56,394 parameters, 2.79 M → 2.76 M MACs.")
    assert card.outcome.property("role") == "good"
    assert not card.refusal.isVisible(), "that it doesn't apply twice is no news"
    assert card.title.isChecked()
    assert page.diff.totals.cells["parameters"][1].text() == "56,394", "what was done stays shown"
    qtbot.mouseClick(card.applied.findChild(QPushButton), _left())
    assert window.editor.experiment == before
    assert not card.applied.isVisible()
    settled(page, qtbot)
    assert page.pull("global_pooling")
    window.editor.set("optimizer.learning_rate", 0.01)
    assert not card.applied.isVisible(), "Undo would take something else back"


def test_the_page_opens_on_one_that_can_be_applied(window: MainWindow, qtbot: QtBot) -> None:
    output = {"kind": "dense", "units": 10, "activation": "softmax"}
    window.editor.set_all({"structure.layers": [{"kind": "flatten"}, output]}, "structure")
    page = shown(window, qtbot)
    (chosen,) = [card for card in page.cards.values() if card.title.isChecked()]
    assert chosen is not next(iter(page.cards.values()))
    assert chosen.apply.isEnabled()
    page.choose("share_blocks")
    window.editor.set("structure.layers[1].use_bias", False)
    settled(page, qtbot)
    assert page.cards["share_blocks"].title.isChecked(), "a person's choice stays"


def test_settings_of_a_lever(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    card = page.cards["width_multiplier"]
    assert card.form is not None
    line = card.form.entry("factor").field()
    line.selectAll()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, "0.25")
    settled(page, qtbot)
    assert card.title.isChecked()
    assert card.lever == WidthMultiplier(factor=0.25)
    assert card.cells["parameters"][0].text() == "6,058"
    assert page.diff.totals.cells["parameters"][1].text() == "6,058"
    line.clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, "9")
    settled(page, qtbot)
    assert "must be at most 4" in card.form.problem("factor")
    assert not card.apply.isEnabled()
    assert not page.pull("width_multiplier")
    assert "its field says why" in page.diff.sentence.text()
    line.clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, "x")
    assert "must be a number" in card.form.problem("factor")
    line.clear()  # type: ignore[attr-defined]
    qtbot.keyClicks(line, "2")
    settled(page, qtbot)
    assert card.form.problem("factor") == ""
    assert card.cells["macs"][1].property("role") == "problem"  # more
    assert page.pull("width_multiplier")
    assert window.editor.experiment.at("structure.layers[0].filters") == 64


def test_the_chosen_one_shows_its_layers(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    qtbot.mouseClick(page.cards["separable"], _left())
    table = page.diff.model
    texts = [table.index(row, 0).data() for row in range(table.rowCount())]
    assert [text[0] for text in texts] == [" ", " ", "−", "+", " ", "−", "+", " ", " ", " "]
    page.choose("width_multiplier")
    assert table.index(0, 3).data() == "filters 32 → 16"
    assert (table.index(0, 1).data(), table.index(0, 2).data()) == ("−160", "−97,344")
    assert page.diff.totals.names[1].text() == "width multiplier"


def _left() -> object:
    from PySide6.QtCore import Qt

    return Qt.MouseButton.LeftButton


def test_nothing_is_worked_out_while_it_is_hidden_and_one_a_turn_when_not(
    window: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    worked: list[str] = []
    apply = Lever.apply

    def noted(lever: Lever, experiment: Experiment, info: object) -> Experiment:
        worked.append(type(lever).__name__)
        return apply(lever, experiment, info)  # type: ignore[arg-type]

    monkeypatch.setattr(Lever, "apply", noted)
    window.editor.set("structure.layers[0].filters", 16)
    QCoreApplication.processEvents()  # what was put off to the next turn would run now
    assert worked == []
    page = shown(window, qtbot)
    assert sorted(worked) == sorted(lever.__name__ for lever in LEVERS.values())
    page.choose("separable")
    worked.clear()
    window.editor.set("structure.layers[0].filters", 8)
    window.editor.set("structure.layers[0].filters", 24)
    assert worked == []
    page.follow.catch_up()
    assert worked == ["Separable"], "the one that is looked at comes first"
    settled(page, qtbot)
    assert len(worked) == len(LEVERS)
    window.tabs.setCurrentWidget(window.pages["live"])
    worked.clear()
    window.editor.set("structure.layers[0].filters", 32)
    QCoreApplication.processEvents()  # what was put off to the next turn would run now
    assert worked == []


def test_data_that_have_yet_to_be_looked_at(window: MainWindow, qtbot: QtBot) -> None:
    page = shown(window, qtbot)
    window.editor.set("data.kind", "npz")
    settled(page, qtbot)
    assert "isn't known yet" in page.cards["separable"].refusal.text()
    window.editor.set_data_info(INFO)
    settled(page, qtbot)
    assert "mend it first" in page.cards["separable"].refusal.text()


@pytest.mark.parametrize("name", list(LEVERS))
def test_the_menu_shows_a_lever_and_changes_nothing(
    window: MainWindow, qtbot: QtBot, name: str
) -> None:
    network = next(a for a in window.menuBar().actions() if a.text() == "&Network").menu()
    levers = network.actions()[0].menu()
    levers.aboutToShow.emit()
    action = next(a for a in levers.actions() if a.text() == f"{LEVERS[name].label}…")
    before = window.editor.experiment
    action.trigger()
    assert window.pages["network"].current is window.pages["network"].levers
    assert window.pages["network"].levers.isVisible()
    assert window.pages["network"].levers.cards[name].title.isChecked()
    assert window.editor.experiment == before


@pytest.fixture
def calming() -> Iterator[type[Lever]]:
    class Calming(Lever):
        """Puts a Dropout before the last layer."""

        label = "Calming"
        rate: float = setting(0.5, "Rate", "How much.", ge=0.0, lt=1.0)

        def changed_layers(
            self, layers: tuple[Layer, ...], analysis: Analysis
        ) -> tuple[Layer, ...]:
            return (*layers[:-1], Dropout(rate=self.rate), layers[-1])

    LEVERS["calming"] = Calming
    yield Calming
    del LEVERS["calming"]


def test_a_new_lever_is_offered_and_gets_its_form(
    calming: type[Lever], window: MainWindow, qtbot: QtBot
) -> None:
    page = shown(window, qtbot)
    card = page.cards["calming"]
    assert card.form is not None
    card.form.entry("rate").edited.emit(0.25)
    settled(page, qtbot)
    assert page.diff.model.index(7, 3).data() == "added"
    assert card.cells["parameters"][1].text() == "±0 %"
    card.apply.click()
    assert window.editor.experiment.at("structure.layers[7].rate") == 0.25
