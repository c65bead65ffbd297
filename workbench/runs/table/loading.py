"""All runs of a store as a frame at once, for commands and figures; the window follows instead."""

from __future__ import annotations

from collections.abc import Iterable

from workbench.base.names import near_miss
from workbench.base.text import tr
from workbench.runs.columns import column_of
from workbench.runs.store import FILLED_AT_ONCE, Store
from workbench.runs.table.frame import RunFrame
from workbench.runs.table.matching import known_columns
from workbench.runs.table.query import QueryError


def load_runs(store: Store) -> RunFrame:
    """Every run, without the columns that come from the epochs."""
    while store.fill_in(FILLED_AT_ONCE):
        pass
    frame = RunFrame()
    for batch in store.reader.all():
        frame.apply(batch)
    return frame


def load_columns(store: Store, frame: RunFrame, keys: Iterable[str]) -> None:
    """Reads those of the columns that come from the epochs."""
    for key in keys:
        if column_of(key).is_of_epochs:
            frame.put_read(key, store.reader.of_epochs(column_of(key)), range(len(frame)))


def load_trial_settings(store: Store, frame: RunFrame, keys: Iterable[str]) -> None:
    """Reads those of the columns that only trials of studies have: the levers that were pulled."""
    missing = [key for key in keys if not frame.has(key)]
    if not missing:
        return
    known = {
        (study.name, trial.trial): trial.settings
        for study in store.studies()
        for trial in store.trials(study.study_id)
    }
    studies, trials = frame.values("study").tolist(), frame.values("trial").tolist()
    for key in missing:
        values = {
            frame.run_id(place): known[of][key]
            for place, of in enumerate(zip(studies, trials, strict=True))
            if key in known.get(of, {})
        }
        if values:
            frame.put_given(key, values)


def check_column(frame: RunFrame, key: str) -> None:
    """Refuses a name that no column has.

    Raises:
        QueryError: with the name that was probably meant.
    """
    if len(frame) and not frame.has(key):
        fault = tr("there is no column {name}", name=repr(key))
        raise QueryError(near_miss(fault, key, known_columns(frame)))
