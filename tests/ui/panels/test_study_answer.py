"""Search, page "Study": the answer of a made-up study, and the form of a new one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QToolButton
from pytestqt.qtbot import QtBot

from tests.engine.study.example_answer import example_answer
from ui.look import theme
from ui.panels.search.study_answer import StudyAnswerView
from ui.panels.search.study_form import StudyForm
from ui.panels.search.study_table import StudyTable
from ui.plots.figures.waterfall import WaterfallPlot
from workbench.study.answer_page.page import study_page
from workbench.study.levers import LeverGroup, chosen


@pytest.fixture
def view(qtbot: QtBot) -> StudyAnswerView:
    """The example, shown."""
    view = StudyAnswerView()
    qtbot.addWidget(view)
    answer = example_answer()
    view.show_answer(answer, study_page(answer))
    view.resize(1200, 800)
    view.show()
    return view


def cells(table: StudyTable, line: int) -> list[str]:
    found = [table.item(line, place) for place in range(table.columnCount() - 1)]
    return [item.text() for item in found if item is not None]


def buttons(table: StudyTable, line: int) -> dict[str, QToolButton]:
    box = table.cellWidget(line, table.columnCount() - 1)
    return {button.text(): button for button in box.findChildren(QToolButton)} if box else {}


def test_the_answer_is_a_sentence_a_waterfall_a_front_and_a_table(view: StudyAnswerView) -> None:
    assert view.sentence.text().startswith("99.24 % (the baseline has 99.20 %) with 12.5 times")
    assert view.lead.text().startswith("Confirmed: on 5 fresh seeds")
    shown = view.waterfall.figure
    assert shown is not None
    assert shown.what == "waterfall-seconds"
    assert view.note.text().startswith("Bars: Shapley values")
    assert view.front.cloud is not None
    assert len(view.front.cloud.dots.x) == 3
    assert cells(view.table, 4) == [
        "Label smoothing", "+0.02 points", "–", "–", "–", "–", "–", "nothing shown",
        "nothing shown, +0.02 points (95 % interval −0.07 to 0.11)",
    ]  # fmt: skip
    verdicts = [cells(view.table, line)[-2] for line in range(view.table.rowCount())]
    assert verdicts == [
        "", "real", "real", "real", "nothing shown", "does not apply", "not tried", ""
    ]  # fmt: skip
    strided = view.table.item(3, 1)
    assert strided is not None
    assert strided.text() == "✗ −0.08 points"
    assert strided.foreground().color().name() == theme.tones().bad


def test_each_row_is_reproduced_by_a_button_and_by_a_command(
    view: StudyAnswerView, qtbot: QtBot
) -> None:
    row = buttons(view.table, 2)
    with qtbot.waitSignal(view.used) as used:
        qtbot.mouseClick(row["Use"], Qt.MouseButton.LeftButton)
    assert used.args == [2]
    with qtbot.waitSignal(view.copied):
        qtbot.mouseClick(row["Copy"], Qt.MouseButton.LeftButton)
    assert view.page is not None
    assert QGuiApplication.clipboard().text() == view.page.rows[2].command
    with qtbot.waitSignal(view.picked) as picked:
        qtbot.mouseClick(row["Runs"], Qt.MouseButton.LeftButton)
    assert picked.args == [["run-1", "run-2"]]
    assert buttons(view.table, 5) == {}  # it doesn't apply


def test_another_quantity_is_another_waterfall(view: StudyAnswerView, qtbot: QtBot) -> None:
    titles = [view.quantity.itemText(place) for place in range(view.quantity.count())]
    assert titles == ["Training time (s)", "Validation accuracy (%)"]
    view.quantity.setCurrentIndex(1)
    shown = view.waterfall.figure
    assert shown is not None
    assert not shown.multiplies
    answer = example_answer()
    view.show_answer(answer, study_page(answer))
    assert view.quantity.currentIndex() == 1, "what a person chose stays"
    with qtbot.waitSignal(view.export_requested) as asked:
        view.export_button.click()
    assert asked.args is not None
    assert asked.args[0] == shown
    assert "One cycle: +0.10 points" in view.waterfall.accessibleDescription()


def test_a_click_on_the_front_selects_runs(view: StudyAnswerView, qtbot: QtBot) -> None:
    with qtbot.waitSignal(view.picked) as picked:
        view.front.picked.emit(1)
    assert picked.args == [["run-hardware+one_cycle=0.2+strided_stem-1",
                            "run-hardware+one_cycle=0.2+strided_stem-2"]]  # fmt: skip
    cloud = view.front.cloud
    assert cloud is not None
    assert cloud.read(1) == (
        "Recommended", [("Training time", "5.6 s"), ("Val. acc.", "99.23 %")]
    )  # fmt: skip


def test_bars_begin_where_the_one_above_ends(qtbot: QtBot) -> None:
    plot = WaterfallPlot("made up")
    qtbot.addWidget(plot)
    plot.resize(800, 300)
    assert plot.sizeHint().height() > 0
    figure = study_page(example_answer()).waterfalls[0]
    plot.show_figure(figure)
    first, second = plot.place_of(70.0), plot.place_of(70.0 * 0.54)
    third = plot.place_of(70.0 * 0.54 * 0.3)
    assert first > second > third
    assert (first - second) / (second - third) == pytest.approx(0.616 / 1.204, rel=0.01)
    plot.show_figure(None)
    assert plot.accessibleDescription() == ""


def test_the_form_asks_for_a_study(qtbot: QtBot) -> None:
    form = StudyForm()
    qtbot.addWidget(form)
    asked = form.asked
    assert asked is not None
    assert (asked.budget, asked.goal, asked.target, asked.margin) == (1200, "seconds", None, 0.001)
    form.target.setText("99.2%")
    form.groups[LeverGroup.STRUCTURE].setChecked(False)
    form.minutes.setValue(5)
    form.goal.setCurrentIndex(form.goal.findData("parameters"))
    asked = form.asked
    assert asked is not None
    assert (asked.budget, asked.goal, asked.target) == (300, "parameters", 0.992)
    assert asked.levers == tuple(
        lever.key for lever in chosen((LeverGroup.HARDWARE, LeverGroup.ALGORITHM))
    )
    assert not form.margin.isEnabled(), "a target is reached, or not"


def test_the_form_says_what_is_wrong_where_it_is(qtbot: QtBot) -> None:
    form = StudyForm()
    qtbot.addWidget(form)
    form.show()
    form.show_state("About 46 runs.", "")
    assert form.start_button.isEnabled()
    form.target.setText("992")
    assert form.asked is None
    assert form.target_fault.text().startswith("must be an accuracy")
    form.show_state("", "")
    assert not form.start_button.isEnabled()
    form.target.setText("")
    for tick in form.groups.values():
        tick.setChecked(False)
    form.show_state("", "")
    assert form.fault.text() == "Choose at least one group of levers."
    assert not form.start_button.isEnabled()
    form.groups[LeverGroup.HARDWARE].setChecked(True)
    form.show_state("", "A search is under way; it has to end first.")
    assert form.fault.isVisible()
    assert not form.start_button.isEnabled()
    form.show_state("About 46 runs.", "")
    with qtbot.waitSignal(form.start_requested):
        form.start_button.click()
