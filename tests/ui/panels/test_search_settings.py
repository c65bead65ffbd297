"""How to search, in the window: what becomes of trials that others are ahead of."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from ui.panels.varying.settings import SearchSettings
from workbench import presets
from workbench.runs.store import Store
from workbench.study.asking.outlook import outlook
from workbench.study.asking.request import SweepRequest


def test_trials_that_are_behind_end_early_and_it_says_how(qtbot: QtBot, tmp_path: Path) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    dialog = SearchSettings(window)
    asked: list[SweepRequest] = []
    dialog.changed.connect(lambda request, name: asked.append(request))
    dialog.prune.setCurrentIndex(dialog.prune.findData("asha"))
    assert asked[-1].prune == "asha"
    dialog.show_request(replace(asked[-1], prune="hyperband"), "")
    assert (dialog.prune.currentText(), len(asked)) == ("Hyperband", 1)
    digits = presets.load("digits-cnn").with_settings({"training.epochs": 9})
    said = {
        "fixed": "A running trial is stopped after 1, 3 of 9 epochs",
        "one_cycle": "One cycle spans the whole training, so a trial that is cut says nothing",
    }
    for schedule, words in said.items():
        experiment = digits.with_settings({"schedule.kind": schedule})
        rates = {"optimizer.learning_rate": "0.001..0.1:log"}
        with Store(tmp_path) as store:
            found = outlook(store, asked[-1], rates, experiment, experiment.data.info(), None)
        dialog.show_outlook(found, found.words(0.0))
        assert words in dialog.about.text()
