"""Augmentation in the window: a part that is folded at first, and its images in the Data tab."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from tests.ui.panels.test_data import PATIENCE, open_tab
from ui.panels.data.augmented import ROWS, VERSIONS, AugmentedView
from ui.window.main_window import MainWindow
from workbench.data.images.augmented import versions
from workbench.spec.augmentation import Augmentation

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


def pixels_of(image: QImage) -> np.ndarray:
    size = image.size()
    return np.array(
        [[image.pixelColor(x, y).red() for x in range(size.width())] for y in range(size.height())]
    )


def edited(window: MainWindow, qtbot: QtBot, **settings: object) -> AugmentedView:
    """Edits augmentation and waits until the Data tab shows it."""
    view = window.pages["data"].augmented
    with qtbot.waitSignal(view.shown, timeout=PATIENCE):
        window.editor.set_all(
            {f"augmentation.{name}": value for name, value in settings.items()}, "augmentation"
        )
    return view


def test_the_data_tab_shows_what_an_edit_makes_of_the_images(
    window: MainWindow, qtbot: QtBot
) -> None:
    data = open_tab(window, qtbot)
    view = data.augmented
    assert view.isHidden(), "off, there is nothing to see"
    edited(window, qtbot, rotation=30.0)
    assert view.isVisible()
    assert "rotation 30 degrees" in view.words.text()
    rows = view.grid._rows
    assert [len(row) for row in rows] == [VERSIONS + 1] * ROWS
    assert rows[0][0].size() == QSize(28, 28)
    original = np.stack([pixels_of(row[0]) for row in rows]).astype(np.uint8)[..., None]
    expected = versions(original, Augmentation(rotation=30.0), VERSIONS)
    assert np.array_equal(pixels_of(rows[1][3]), expected[1, 2, :, :, 0])
    before = pixels_of(rows[0][1])
    edited(window, qtbot, rotation=60.0)
    assert not np.array_equal(pixels_of(view.grid._rows[0][1]), before)
    edited(window, qtbot, rotation=0.0)
    assert view.isHidden()


def test_edits_while_it_computes_end_in_the_last_one(window: MainWindow, qtbot: QtBot) -> None:
    data = open_tab(window, qtbot)
    with qtbot.waitSignal(data.augmented.shown, timeout=PATIENCE):
        for shift in (0.1, 0.2, 0.3):
            window.editor.set("augmentation.shift", shift)
    assert "shift 0.3" in data.augmented.words.text()


def test_what_nobody_looks_at_is_made_when_the_tab_is_opened(
    window: MainWindow, qtbot: QtBot
) -> None:
    data = open_tab(window, qtbot)
    window.tabs.setCurrentWidget(window.pages["live"])
    window.editor.set("augmentation.zoom", 0.5)
    assert not data.augmented.latest.is_busy
    with qtbot.waitSignal(data.augmented.shown, timeout=PATIENCE):
        window.tabs.setCurrentWidget(data)
    assert "zoom 0.5" in data.augmented.words.text()


def test_it_is_folded_and_says_in_a_few_words_what_is_on(window: MainWindow) -> None:
    fold = window.experiment.augmentation
    assert fold.header.accessibleName() == "Augmentation: off"
    assert not fold.contents.isVisible()
    window.editor.set("augmentation.cutout", 0.25)
    assert fold.header.accessibleName() == "Augmentation: cutout 0.25"
    fold.header.click()
    assert fold.contents.isVisible()
    fold.header.click()
    assert not fold.contents.isVisible()


def test_the_way_to_a_problem_leads_through_the_fold(window: MainWindow) -> None:
    entry = window.experiment.forms["augmentation"].entry("shift")
    window.editor.set("augmentation.shift", 2.0)
    assert window.experiment.section_of("augmentation.shift") is window.experiment.sections[0]
    window.experiment.reveal_problem()
    assert entry.isVisible()
    assert window.experiment.forms["augmentation"].problem("shift") == "must be at most 1, got 2.0"


def test_stopping_without_validation_is_told_under_its_field(window: MainWindow) -> None:
    window.editor.set("stopping.kind", "early_stopping")
    window.editor.set("training.validation_split", 0.0)
    form = window.experiment.forms["stopping"]
    assert form.problem("monitor") == "val_loss needs a validation share above 0"
    assert window.experiment.sections[-1].is_marked
