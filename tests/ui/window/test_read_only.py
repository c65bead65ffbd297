"""A window on a store that can't be written: it shows all, says so, and makes nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from tests.ui.conftest import OpenWindow
from tests.ui.made_up import add_run
from workbench.runs.database import Database
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

pytestmark = pytest.mark.qt_log_ignore("propagateSizeHints", extend=True)


@pytest.fixture
def names(store_folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Of the runs of a store that has become read-only: one waits, one has lost its process."""
    with Store(store_folder) as store:
        runs = [add_run(store, 0), add_run(store, 1, status=RunStatus.STOPPED)]
        waiting, lost = (store.create(runs[0].experiment) for _ in range(2))
        assert store.claim(lost.run_id)
    monkeypatch.setattr(Database, "_may_write", lambda _: False)
    return [run.name for run in (*runs, waiting, lost)]


def rows(store_folder: Path) -> list[tuple[str, RunStatus, str]]:
    with Store(store_folder) as store:
        return [(run.name, run.status, run.tags) for run in store.runs()]


def test_a_read_only_store_is_shown_and_nothing_is_made_in_it(
    names: list[str], store_folder: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    before = rows(store_folder)
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == len(names))
    sentence = f"The store {store_folder} is read-only; choose a folder that you may write to"
    assert window.banner.words.text() == sentence
    run_id = window.store.runs()[1].run_id
    for act in (
        window.training.train,
        window.training.enqueue,
        lambda: window.controller.resume_run(run_id),
        lambda: window.edits.set_column("tags", {run_id: "a"}),
        lambda: window.edits.delete([run_id]),
        lambda: window.controller.hold_queue(False),
    ):
        window.banner.say("")
        act()
        assert window.banner.words.text() == sentence
        assert not window.controller.is_busy
    assert window.controller.run_id is None
    window.runs.select(run_id)
    assert rows(store_folder) == before


def test_ids_that_are_none_are_said(
    store_folder: Path, open_window: OpenWindow, qtbot: QtBot
) -> None:
    import sqlite3
    from contextlib import closing

    with Store(store_folder) as store:
        add_run(store, 0)
    with closing(sqlite3.connect(store_folder / "runs.sqlite3", isolation_level=None)) as db:
        db.execute(
            "INSERT INTO runs (run_id, name, status, experiment_toml, created)"
            " SELECT '../../victim', 'bad', status, experiment_toml, created FROM runs"
        )
    window = open_window()
    qtbot.waitUntil(lambda: window.model.rowCount() == 1)
    assert "holds the run '../../victim', which is left out" in window.banner.words.text()
