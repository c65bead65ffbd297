"""Reading the test images: for what was chosen alone, once the choice is written down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from workbench.base.text import plural
from workbench.evaluation.predictions import TEST, Evaluated, EvaluationRequest
from workbench.execution.tasks.evaluate import EVALUATE
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.runs.studies import StudyRecord
from workbench.study.work import Ask


def write_down(store: Store, study: StudyRecord, choice: Mapping[str, Any]) -> None:
    """Keeps a choice with the time, before a test image is looked at; once where it is the same."""
    known = store.study(study.name)
    last = known.choices[-1] if known is not None and known.choices else {}
    if {name: last.get(name) for name in choice} != choice:
        store.add_choice(study.study_id, choice)


def reading(runs: Sequence[Run]) -> Ask[EvaluationRequest, None, Evaluated] | None:
    """Has the next of some runs answer on the test images; None where all have.

    Args:
        runs: What was chosen, and what it is compared with, as the store has them now.
    """
    unread = next((run for run in runs if run.test_accuracy is None), None)
    if unread is None:
        return None
    words = plural(
        "the choice is kept; testing {count} run on the test images",
        "the choice is kept; testing {count} runs on the test images",
        len(runs),
    )
    startup = unread.experiment.hardware.startup
    request = EvaluationRequest(unread.run_id, TEST, startup=startup)
    return Ask(EVALUATE, request, partial(_keep, unread.run_id), words)


def _keep(run_id: str, store: Store, found: Evaluated) -> None:
    store.update(run_id, test_accuracy=found.accuracy)
