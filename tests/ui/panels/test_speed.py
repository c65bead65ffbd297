"""Targets that are missing, Autotune and the roofline, in the real window."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from ui.models.layer_table import SHARE_ROLE
from ui.panels.experiment.hardware import HardwareNote
from ui.panels.tune.roofline import SHARE
from ui.window.main_window import MainWindow
from workbench.execution.messages import TaskProgress
from workbench.hardware import autotune, remembered
from workbench.hardware.autotune import Candidate, Race, Tuned
from workbench.spec.machine import Accelerator, Machine, Processor

PATIENCE = 120_000
BARE = Machine(Processor("Some CPU", 2, 10**9, ("avx2", "avx512_bf16")), versions={"cuda": "12"})
WITH_GPU = Machine(Processor("Some CPU", 2), (Accelerator("Some GPU", 10**9, (8, 0)),))


def result(gain: float = 1.4) -> Tuned:
    """What the task gives, made up."""
    base = Candidate((), {}, [100.0, 101.0], [0, 1])
    levers = {"hardware.precision": "mixed_bfloat16"}
    best = Candidate(("bfloat16",), levers, [99 * gain, 102 * gain], [0, 1], 1.0)
    broken = Candidate(("XLA",), {"hardware.jit_compile": True}, failed="no compiler")
    return Tuned(
        tuple(one.seen(base) for one in (base, best, broken)),
        "bfloat16",
        autotune.AS_IT_COMES | levers,
        gain,
        {"bfloat16": gain},
        None,
        (),
        autotune.verdict(best, base, None),
        50.0,
        time.time(),
    )


def test_a_missing_target_says_so_and_offers_the_best_that_is_there(window: MainWindow) -> None:
    window.editor.set("hardware.target", "gpu")
    assert window.editor.problems == [], "nothing is known of the machine yet"
    window.editor.set_machine(BARE)
    form, note = window.experiment.forms["hardware"], window.findChild(HardwareNote)
    assert isinstance(note, HardwareNote)
    assert form.problem("").startswith("asks for a GPU, but TensorFlow sees none")
    assert not window.training["train"].isEnabled()
    assert window.editor.experiment.hardware.name() == "gpu", "never silently another"
    assert "no GPU" in note.words.text()
    window.experiment.reveal_problem()
    assert form.kind_box is not None
    assert form.kind_box.hasFocus() or not window.isActiveWindow()
    note.button.click()
    assert window.editor.experiment.hardware.name() == "cpu"
    assert window.editor.problems == []
    assert note.button.isHidden()
    window.undo_stack.undo()
    assert window.editor.experiment.hardware.name() == "gpu"
    window.editor.set_machine(WITH_GPU)
    assert window.editor.problems == []
    assert "Some GPU" in note.words.text()


def test_all_bars_are_seen_in_a_small_window(window: MainWindow, qtbot: QtBot) -> None:
    window.resize(1280, 720)
    window.tabs.setCurrentWidget(window.pages["tune"])
    page = window.pages["tune"].speed
    window.pages["tune"].show_page(page)
    long = "compiling would take longer than there is time; give it more " * 5
    found = result()
    base, best, broken = found.candidates
    page._measured = window.editor.experiment
    page.empty.hide()
    page.begin()
    page._done(replace(found, candidates=(*8 * (base,), best, replace(broken, failed=long))))
    page._show_state()
    race = page.race
    qtbot.waitUntil(lambda: race.height() >= race.minimumSizeHint().height())
    qtbot.waitUntil(lambda: race.visibleRegion().boundingRect() == race.rect())
    assert (len(race.lanes) + 1) * race.row <= race.height() + 1e-6
    assert race.row >= race.fontMetrics().height()
    assert long.strip() in race.toolTip()


def test_zero_is_shown_as_automatic(window: MainWindow) -> None:
    entry = window.experiment.forms["hardware"].entry("intra_op_threads")
    assert entry.field().text() == "automatic"  # type: ignore[attr-defined]
    window.editor.set("hardware.intra_op_threads", 2)
    assert entry.field().text() == "2"  # type: ignore[attr-defined]


@pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)
def test_what_autotune_finds_is_used_exported_and_undone_in_one_step(
    window: MainWindow, qtbot: QtBot
) -> None:
    window.editor.set("hardware.jit_compile", True)
    before, page = window.editor.experiment, window.pages["tune"].speed
    page._measured = before
    page.begin()
    page.take(Race(result().candidates))
    assert [lane.is_best for lane in page.race.lanes] == [False] * 3
    assert page.export_button.isHidden(), "nothing was found yet"
    page._done(result())
    page._show_state()
    as_it_comes, best, broken = page.race.lanes
    assert (as_it_comes.text, best.text) == ("100 images/s", "141 images/s, 1.40 times")
    assert best.is_best
    assert best.low < best.value < best.high
    assert broken.text == "can't be tried: no compiler"
    assert broken.is_out
    assert "Bfloat16 trains 1.40 times as fast" in page.words.text()
    page.use_button.click()
    hardware = window.editor.experiment.hardware
    assert (hardware.precision, hardware.jit_compile) == ("mixed_bfloat16", False)
    assert page.use_button.text() == "bfloat16 is in use"
    assert page.stale.isHidden()
    assert not page.export_button.isHidden()
    with qtbot.waitSignal(window.pages["tune"].export_requested) as asked:
        page.export_action.trigger()
    assert [bar.label for bar in asked.args[0].bars] == ["as it comes", "bfloat16"]
    assert window.beside.figure is not None
    export = window.beside.figure
    qtbot.waitUntil(lambda: not export.is_drawing, timeout=PATIENCE)
    assert not export.preview.picture.isNull()
    window.undo_stack.undo()
    assert window.editor.experiment == before
    window.editor.set("training.batch_size", 7)
    assert not page.stale.isHidden()


def test_what_was_found_before_is_shown_again(
    window: MainWindow, open_window: OpenWindow, store_folder: Path
) -> None:
    key = autotune.key(BARE, window.editor.experiment)
    remembered.remember(store_folder, "tune", key, result())
    again = open_window()
    again.editor.set_machine(BARE)
    page = again.pages["tune"].speed
    assert len(page.race.lanes) == 3
    assert "Measured on" in page.words.text()
    again.editor.set_machine(WITH_GPU)
    other = open_window()
    other.editor.set_machine(WITH_GPU)
    assert not other.pages["tune"].speed.race.lanes


def test_autotune_takes_the_time_that_a_person_gives_it(window: MainWindow) -> None:
    page = window.pages["tune"].speed
    assert page.request(window.editor.experiment).seconds == 60.0
    page.minutes.setValue(2.5)
    assert page.request(window.editor.experiment).seconds == 150.0
    assert page.minutes_label.buddy() is page.minutes


def test_a_task_that_takes_longer_than_it_said_has_no_time_left_to_tell(
    window: MainWindow,
) -> None:
    bar = window.pages["tune"].speed.bar
    bar._show(TaskProgress(1, 10.0, 50.0, "measuring"))
    bar._show(TaskProgress(1, 20.0, 50.0, "measuring"))
    assert bar.words.text().endswith("left")
    bar._show(TaskProgress(1, 50.0, 50.0, "measuring"))
    assert bar.words.text() == "measuring"


def test_autotune_measures_live(
    quick: MainWindow, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = quick.pages["tune"].speed
    request = page.request
    monkeypatch.setattr(page, "request", lambda e: replace(request(e), seconds=3.0))
    quick.tabs.setCurrentWidget(quick.pages["tune"])
    quick.pages["tune"].show_page(page)
    page.start_button.click()
    assert page.start_button.isHidden()
    qtbot.waitUntil(lambda: len(page.race.lanes) > 1, timeout=PATIENCE)
    qtbot.waitUntil(lambda: page._found is not None, timeout=PATIENCE)
    assert page.race.lanes[0].label == "as it comes"
    assert page.race.lanes[0].value > 0
    assert page.words.text()


def test_a_profile_fills_plot_and_table(quick: MainWindow, qtbot: QtBot) -> None:
    page = quick.pages["tune"].roofline
    quick.tabs.setCurrentWidget(quick.pages["tune"])
    quick.pages["tune"].show_page(page)
    page.start_button.click()
    qtbot.waitUntil(lambda: page._found is not None, timeout=PATIENCE)
    assert page.table.rowCount() == 3
    assert [page.table.item(row, 0).text() for row in range(3)] == [  # type: ignore[union-attr]
        "1 Conv2D",
        "2 Flatten",
        "3 Dense",
    ]
    shares = [page.table.item(row, SHARE).data(SHARE_ROLE) for row in range(3)]  # type: ignore[union-attr]
    assert max(shares) > 0, "each share has a bar"
    assert all(0 <= share <= 1 for share in shares)
    assert len(page.plot.view.curves.lines) == 3, "the roof, and the two layers that compute"
    assert "A step takes" in page.words.text()
    assert page.use_button.isHidden()


def test_the_window_learns_what_the_machine_has(quick: MainWindow, qtbot: QtBot) -> None:
    with qtbot.waitSignal(quick.controller.machine_found, timeout=PATIENCE):
        quick.controller.warm_up()
    assert quick.editor.machine is not None
    assert quick.editor.machine.processor.cores >= 1
    with qtbot.waitSignal(quick.controller.ended, timeout=PATIENCE):
        quick.training["train"].trigger()
        qtbot.waitSignal(quick.controller.steps, timeout=PATIENCE).wait()
        quick.status.refresh()
        assert "GFLOP/s" in quick.status.arithmetic.text()
