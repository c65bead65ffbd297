"""A search on the embedded digits: its candidates are runs, and the test part is for the winner."""

from __future__ import annotations

import json
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest

from tests.engine.compression.compressing import go_on
from tests.engine.small import small, stop_after, train
from tests.engine.tasks import do
from workbench.compression import progress
from workbench.compression.compressed_runs import CannotCompress
from workbench.compression.model_file import MODEL_FILE
from workbench.compression.search.bound import AccuracyBound
from workbench.compression.search.result import SearchResult
from workbench.compression.search.search import Search, begin, candidates, control_run, propose
from workbench.data import load, split_validation
from workbench.deployment.judged_file import JudgedFile
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.evaluation.answerer import answers
from workbench.execution.tasks.judge_file import JUDGE_FILE
from workbench.runs.groups import GroupKind
from workbench.runs.record import Run
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

BOUND = AccuracyBound(within=60.0, minutes=0.05)
"""Three seconds are what the epochs are reckoned by; the tests let it take what it takes."""


pytestmark = pytest.mark.usefixtures("short_times")


@pytest.fixture(scope="module")
def parent(store: Store) -> Run:
    """A small network on the digits."""
    run_id, _ = train(store, small(training__epochs=6))
    return store.run(run_id)


@pytest.fixture(scope="module")
def searched(store: Store, parent: Run) -> tuple[Search, list[Run], list[int]]:
    """A search of two candidates, and how many test images it read."""
    from workbench.runtime.compression import compress_run

    seen: list[int] = []
    loaded = compress_run._dataset

    def watched(*arguments: Any) -> Any:
        dataset = loaded(*arguments)
        read = dataset.test.images.read

        def noted(rows: Any) -> Any:
            seen.append(len(rows))
            return read(rows)

        dataset.test.images.read = noted
        return dataset

    search, runs = begin(store, parent, BOUND), list[Run]()
    with patch.object(compress_run, "_dataset", watched):
        for _ in range(2):
            search, run = propose(store, search, 1e6)
            assert run is not None
            runs.append(go_on(store, run.run_id)[0])
    return search, runs, seen


def test_candidates_are_runs_of_one_group_that_are_not_tested(
    store: Store, parent: Run, searched: tuple[Search, list[Run], list[int]]
) -> None:
    search, runs, seen = searched
    assert [run.status for run in runs] == [RunStatus.COMPLETED] * 2
    assert [run.trial for run in runs] == [1, 2]
    assert {(run.kind, run.parent_id, run.study_id) for run in runs} == {
        ("compressed", parent.run_id, search.group_id)
    }
    group = store.group(search.group_id)
    assert group is not None
    assert (group.kind, group.name) == (GroupKind.SEARCH, "Within 60 points of small")
    assert [run.test_accuracy for run in runs] == [None] * 2
    assert [run.figure("accuracy_difference") for run in runs] == [None] * 2
    assert seen == [], "no image of the test part was read"
    assert all((run.figure("litert_bytes") or 0) > 0 < (run.val_accuracy or 0) for run in runs)
    assert {run.experiment.training.batch_size for run in runs} == {100}, "as few images have it"
    epochs = [step for run in runs for step in (run.total_steps,)]
    assert epochs[1:] == [run.steps_per_epoch * run.experiment.training.epochs for run in runs[1:]]  # type: ignore[operator]


def test_the_validation_accuracy_is_that_of_the_file(
    store: Store, parent: Run, searched: tuple[Search, list[Run], list[int]]
) -> None:
    _, runs, _ = searched
    dataset = load(parent.experiment.data)
    training, part = parent.experiment.training, dataset.train
    names = dataset.info.class_names
    _, rows = split_validation(part.labels, training.validation_split, training.seed, names)
    for run in runs:
        file = LiteRTAnswerer(MODEL_FILE.read(store.artifacts(run.run_id)))
        shares = answers(file, part.images, rows, lambda done: None)
        right = (shares.argmax(axis=1) == part.labels[rows]).mean()
        assert run.val_accuracy == pytest.approx(float(right))
    found = candidates(store, parent.run_id)
    assert [each.images for each in found] == [len(rows)] * 2
    assert [each.run.run_id for each in found] == [run.run_id for run in runs]
    assert found[0].original == pytest.approx(parent.val_accuracy, abs=1e-6)


def test_one_that_was_cut_off_is_gone_on_with(
    store: Store, parent: Run, searched: tuple[Search, list[Run], list[int]]
) -> None:
    _, run = propose(store, searched[0], 1e6)
    assert run is not None
    cut, _ = go_on(store, run.run_id, stop_after(1))
    assert cut.status is RunStatus.INTERRUPTED
    later = begin(store, parent, BOUND)  # another process, which knows the store alone
    later, again = propose(store, later, 1e6, reserved=True)
    assert again is not None
    assert (again.run_id, again.status) == (run.run_id, RunStatus.QUEUED)
    assert later.group_id == "", "no group without a run of its own"
    store.delete([again.run_id])


def test_with_no_time_left_nothing_is_begun(
    store: Store, parent: Run, searched: tuple[Search, list[Run], list[int]]
) -> None:
    number = len(store.runs())
    _, run = propose(store, begin(store, parent, BOUND), 1.0)
    assert run is None
    assert len(store.runs()) == number


def test_a_run_whose_record_is_lost_is_not_made_again_without_end(
    store: Store, parent: Run, searched: tuple[Search, list[Run], list[int]]
) -> None:
    """Taken in from elsewhere without its files, say."""
    path = store.artifacts(searched[1][1].run_id) / progress.FILE
    content = path.read_bytes()
    path.unlink()
    try:
        assert len(candidates(store, parent.run_id)) == 1
        _, run = propose(store, searched[0], 1e6)
        assert run is not None
        assert run.recipe != searched[1][1].recipe
        store.delete([run.run_id])
    finally:
        path.write_bytes(content)


def test_the_winner_is_tested_and_said_in_a_sentence(
    store: Store, parent: Run, searched: tuple[Search, list[Run], list[int]]
) -> None:
    result = SearchResult(BOUND, store.run(parent.run_id), candidates(store, parent.run_id))
    winner = result.winner
    assert winner is not None
    smallest = min(run.figure("litert_bytes") or 0 for run in searched[1])
    assert winner.figure("litert_bytes") == smallest
    judged, _ = do(JUDGE_FILE.name, store.folder, run_id=winner.run_id)
    assert isinstance(judged, JudgedFile)
    dataset = load(parent.experiment.data)
    file = LiteRTAnswerer(MODEL_FILE.read(store.artifacts(winner.run_id)))
    rows = np.arange(len(dataset.test.labels))
    shares = answers(file, dataset.test.images, rows, lambda done: None)
    right = float((shares.argmax(axis=1) == dataset.test.labels).mean())
    assert (judged.images, judged.accuracy) == (len(rows), pytest.approx(right))
    assert judged.original_accuracy == pytest.approx(parent.test_accuracy)
    assert judged.only_file - judged.only_original == round(
        len(rows) * (judged.accuracy - judged.original_accuracy)
    )
    tested = store.run(winner.run_id)
    assert tested.test_accuracy == pytest.approx(right)
    assert tested.figure("test_images") == len(rows)
    assert tested.figure("accuracy_difference") == pytest.approx(
        right - (parent.test_accuracy or 0)
    )
    others = [store.run(run.run_id) for run in searched[1] if run.run_id != winner.run_id]
    assert [run.test_accuracy for run in others] == [None]
    result = SearchResult(BOUND, store.run(parent.run_id), result.candidates, judged)
    assert " instead of " in result.sentence
    assert f"the original on {len(rows)} test images. 2 of 2 candidates" in result.sentence
    plain = result.plain()
    assert json.loads(json.dumps(plain)) == plain
    assert plain["winner"]["run_id"] == winner.run_id
    assert [each["is_within"] for each in plain["candidates"]] == [True] * 2
    winning, *rest = plain["winner"]["steps"].split(",")
    assert winning.startswith("student:")
    assert result.control is not None
    assert result.control.short.split(",") == [f"{winning}:teacher=none", *rest]


def test_of_many_images_candidates_take_large_batches(store: Store, parent: Run) -> None:
    """54,000 images in batches of 64; what trains is the run's own experiment."""
    from dataclasses import replace

    from workbench.compression.compressed_runs import tuned_as
    from workbench.compression.recipe import CompressionRecipe

    experiment = small(training__batch_size=64)
    large = replace(parent, experiment_toml=experiment.to_toml(), steps_per_epoch=844)
    run = control_run(store, large, CompressionRecipe.of_text("student:0.5,quantize:int8"))
    assert run.experiment.training.batch_size == 128
    assert tuned_as(experiment, run.experiment).training.batch_size == 128
    store.delete([run.run_id])


def test_a_run_that_nothing_judges_is_refused(store: Store) -> None:
    run_id, _ = train(store, small(training__epochs=1, training__validation_split=0.0))
    number = len(store.runs())
    with pytest.raises(CannotCompress, match=r"has no validation images, by which a search judges"):
        begin(store, store.run(run_id), BOUND)
    assert len(store.runs()) == number
