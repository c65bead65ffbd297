"""Figures of a network: by hand, against scikit-learn, and of a real run that was trained."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import sklearn.metrics as metrics
from PIL import Image

from tests.engine.small import small, stop_after, train
from tests.engine.tasks import do
from workbench.cli.main import main
from workbench.data import load
from workbench.evaluation import predictions
from workbench.evaluation.classification import Evaluation, wilson
from workbench.evaluation.one_image import OfTestPart
from workbench.evaluation.predictions import Predictions
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec.data import ImageFolder, Npz


def evaluation(labels: list[int] | np.ndarray, probabilities: Any) -> Evaluation:
    shares = np.array(probabilities, np.float32)
    names = tuple("abcdefghij"[: shares.shape[1]])
    rows = np.arange(len(labels))
    return Evaluation(Predictions("test", rows, np.array(labels, np.int32), shares, "", "", names))


BY_HAND = evaluation(
    [0, 0, 0, 1, 1, 2],
    [
        [0.9, 0.1, 0.0],  # right
        [0.4, 0.6, 0.0],  # a taken for b
        [0.6, 0.3, 0.1],  # right, not so sure
        [0.2, 0.8, 0.0],  # right
        [0.95, 0.05, 0.0],  # b taken for a, very sure
        [0.1, 0.2, 0.7],  # right
    ],
)


def random_case(images: int = 400, classes: int = 5) -> Evaluation:
    random = np.random.default_rng(3)
    labels = random.integers(0, classes, images)
    logits = random.normal(size=(images, classes)) + 1.5 * np.eye(classes)[labels]
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    return evaluation(labels, np.round(shares, 2))  # rounded: many are equal


def test_figures_worked_out_by_hand() -> None:
    assert BY_HAND.accuracy == pytest.approx(4 / 6)
    assert BY_HAND.confusion.tolist() == [[2, 1, 0], [1, 1, 0], [0, 0, 1]]
    a, b, c = BY_HAND.classes
    assert (a.precision, a.recall, a.f1, a.support) == pytest.approx((2 / 3, 2 / 3, 2 / 3, 3))
    assert (b.precision, b.recall, b.f1, b.support) == pytest.approx((1 / 2, 1 / 2, 1 / 2, 2))
    assert (c.precision, c.recall, c.f1, c.support) == (1, 1, 1, 1)
    assert BY_HAND.macro.recall == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert BY_HAND.mistakes.tolist() == [4, 1]
    assert BY_HAND.cell(0, 0).tolist() == [2, 0]  # the less sure one first
    assert BY_HAND.cell(1, 0).tolist() == [4]
    assert BY_HAND.cell(2, 0).tolist() == []
    assert BY_HAND.worth_a_look(1, 10).tolist() == [4, 1, 2, 5, 3]
    assert BY_HAND.worth_a_look(9, 3).tolist() == [4, 1, 2]


def test_wilsons_interval_is_that_of_the_literature() -> None:
    # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    assert wilson(0, 20) == pytest.approx((0.0, 0.1611), abs=5e-5)
    assert wilson(1, 29) == pytest.approx((0.0061, 0.1718), abs=5e-5)
    assert wilson(20, 20)[1] == 1.0


def test_calibration_worked_out_by_hand() -> None:
    found = evaluation([0, 0, 1, 1], [[1.0, 0.0], [0.7, 0.3], [0.7, 0.3], [0.5, 0.5]]).calibration
    assert found.counts.tolist() == 7 * [0] + [1, 0, 0, 2, 0, 0, 0, 1]
    assert found.accuracy[[7, 10, 14]].tolist() == [0.0, 0.5, 1.0]
    assert found.confidence[[7, 10, 14]] == pytest.approx([0.5, 0.7, 1.0])
    assert found.error == pytest.approx((0.5 + 2 * 0.2 + 0) / 4)
    assert np.isnan(found.accuracy[0])


def test_class_figures_agree_with_scikit_learn() -> None:
    case = random_case()
    truth, found = case.predictions.labels, case.predicted
    np.testing.assert_array_equal(case.confusion, metrics.confusion_matrix(truth, found))
    rows = metrics.precision_recall_fscore_support(truth, found)
    for name, column in zip(("precision", "recall", "f1", "support"), rows, strict=True):
        assert [getattr(row, name) for row in case.classes] == pytest.approx(column.tolist())
    macro = metrics.precision_recall_fscore_support(truth, found, average="macro")
    assert (case.macro.precision, case.macro.recall, case.macro.f1) == pytest.approx(macro[:3])


@pytest.mark.parametrize("number", range(5))
def test_curves_agree_with_scikit_learn(number: int) -> None:
    case = random_case()
    mine, scores = case.predictions.labels == number, case.predictions.probabilities[:, number]
    curves = case.curves(number)
    assert curves is not None
    false, true, _ = metrics.roc_curve(mine, scores, drop_intermediate=False)
    np.testing.assert_allclose(curves.false_positives, false)
    np.testing.assert_allclose(curves.true_positives, true)
    assert curves.auc == pytest.approx(metrics.roc_auc_score(mine, scores))
    assert curves.average_precision == pytest.approx(metrics.average_precision_score(mine, scores))
    precision, recall, _ = metrics.precision_recall_curve(mine, scores)
    np.testing.assert_allclose(curves.precision[::-1], precision[:-1])
    np.testing.assert_allclose(curves.recall[::-1], recall[:-1])


def test_classes_that_do_not_occur_count_for_nothing() -> None:
    case = evaluation([0, 1, 1], [[0.8, 0.2, 0.0], [0.3, 0.7, 0.0], [0.6, 0.4, 0.0]])
    absent = case.classes[2]
    assert (absent.precision, absent.recall, absent.f1, absent.support) == (0, 0, 0, 0)
    assert case.macro.recall == pytest.approx((1 + 1 / 2) / 2)
    assert case.curves(2) is None
    assert evaluation([0, 0], [[1.0], [1.0]]).curves(0) is None
    json.dumps(case.plain(), allow_nan=False)


def kept(store: Path, run_id: str, part: str = "test") -> Evaluation:
    found = predictions.load(store / "runs" / run_id, part)
    assert found is not None
    return Evaluation(found)


def test_a_trained_run_gets_the_accuracy_of_its_own_test(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        run_id, _ = train(store, small(training__validation_split=0.2))
        run = store.run(run_id)
    result, said = do("evaluate", tmp_path, run_id=run_id, part="test")
    found = kept(tmp_path, run_id)
    assert found.accuracy == result.accuracy == pytest.approx(run.test_accuracy, abs=1e-6)
    assert (result.images, result.warning) == (360, "")
    assert any(one.total == 360 for one in said)
    np.testing.assert_allclose(found.predictions.probabilities.sum(axis=1), 1, atol=1e-5)
    pictures = predictions.load_pictures(tmp_path / "runs" / run_id)
    assert pictures is not None
    assert pictures.pixels.shape[1:] == (8, 8, 1)
    assert set(found.mistakes.tolist()) <= set(pictures.places.tolist())
    place, pixels = pictures.places[0], pictures.pixels[0]
    images = load(run.experiment.data).test.images
    np.testing.assert_array_equal(images.read(np.array([place]))[0], pixels)

    result, _ = do("evaluate", tmp_path, run_id=run_id, part="validation")
    assert result.accuracy == pytest.approx(run.val_accuracy, abs=1e-6)
    assert kept(tmp_path, run_id, "validation").images == 288


@pytest.mark.parametrize(
    "settings",
    [{}, {"optimizer.use_ema": True}, {"optimizer.kind": "schedule_free_adamw"}],
    ids=["plain", "averaged", "schedule-free"],
)
def test_a_stopped_run_is_judged_by_the_weights_that_its_own_test_used(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    experiment = small(training__epochs=50).with_settings(settings)
    with Store(tmp_path) as store:
        run_id, _ = train(store, experiment, stop_after(12, RunStatus.STOPPED))
        run = store.run(run_id)
    assert run.status is RunStatus.STOPPED
    result, _ = do("evaluate", tmp_path, run_id=run_id, part="test")
    assert result.accuracy == pytest.approx(run.test_accuracy, abs=1e-6)
    shares = kept(tmp_path, run_id).predictions.probabilities
    for number in (0, 7):
        image = OfTestPart(number)
        tried, _ = do("try_image", tmp_path, run_id=run_id, image=image)
        np.testing.assert_allclose(tried.probabilities, shares[number], atol=1e-6)


def test_a_network_that_ends_in_logits_still_gives_probabilities(tmp_path: Path) -> None:
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "linear"}]
    with Store(tmp_path) as store:
        run_id, _ = train(store, small(structure__layers=layers, training__epochs=1))
        run = store.run(run_id)
    result, _ = do("evaluate", tmp_path, run_id=run_id, part="test")
    assert result.accuracy == pytest.approx(run.test_accuracy, abs=1e-6)
    shares = kept(tmp_path, run_id).predictions.probabilities
    np.testing.assert_allclose(shares.sum(axis=1), 1, atol=1e-5)


def test_digests_tell_whether_runs_saw_the_same_images(tmp_path: Path) -> None:
    digests = []
    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 10, "activation": "softmax"}]
    common = {"structure__layers": layers, "training__epochs": 1}
    with Store(tmp_path) as store:
        for settings in ({}, {"data__resize": 12}, {"training__seed": 5}):
            run_id, _ = train(store, small(**common, training__validation_split=0.2, **settings))
            for part in ("test", "validation"):
                do("evaluate", tmp_path, run_id=run_id, part=part)
                digests.append(kept(tmp_path, run_id, part).predictions.digest)
    first, validation, resized, of_resized, _, other_seed = digests
    assert first == resized
    assert validation == of_resized != other_seed
    assert first != validation


def archive(path: Path, shade: int = 200) -> Npz:
    """Twenty images of two classes."""
    path.parent.mkdir()
    images = np.full((20, 8, 8), 20, np.uint8)
    images[10:] = shade
    np.savez(path, images=images, labels=np.repeat([0, 1], 10))
    return Npz(path=str(path))


def folder_of_files(path: Path) -> ImageFolder:
    for name in ("cat", "dog"):
        (path / name).mkdir(parents=True)
        for number in range(6):
            Image.fromarray(np.full((8, 8), number, np.uint8)).save(path / name / f"{number}.png")
    return ImageFolder(path=str(path))


def test_digests_say_what_users_data_are_and_not_where_they_lie(tmp_path: Path) -> None:
    here, there = archive(tmp_path / "here" / "a.npz"), archive(tmp_path / "there" / "b.npz")
    other = archive(tmp_path / "other" / "a.npz", 201)
    first, moved, changed, resized = (
        load(spec) for spec in (here, there, other, there.changed(resize=(6, 6)))
    )
    assert first.source_digest == moved.source_digest == resized.source_digest
    assert first.source_digest not in ("", changed.source_digest)

    one, two = folder_of_files(tmp_path / "one"), folder_of_files(tmp_path / "two")
    assert load(one).source_digest == load(two).source_digest != ""
    (tmp_path / "two" / "dog" / "0.png").unlink()
    assert load(one).source_digest != load(two).source_digest

    layers = [{"kind": "flatten"}, {"kind": "dense", "units": 2, "activation": "softmax"}]
    digests = set()
    with Store(tmp_path / "store") as store:
        for spec in (here, there):
            experiment = small(
                data=spec.values(),
                structure__layers=layers,
                training__epochs=1,
                training__batch_size=8,
            )
            run_id, _ = train(store, experiment)
            do("evaluate", tmp_path / "store", run_id=run_id, part="test")
            digests.add(kept(tmp_path / "store", run_id).predictions.digest)
    assert len(digests) == 1


def test_what_can_not_be_evaluated_says_why(tmp_path: Path) -> None:
    from workbench.runtime.process.work import TaskCancelled
    from workbench.runtime.training.checkpoint import CheckpointError
    from workbench.spec.base import SpecError

    with Store(tmp_path) as store:
        untrained = store.create(small()).run_id
        run_id, _ = train(store, small(training__epochs=1, training__validation_split=0))
    with pytest.raises(CheckpointError, match="no checkpoint"):
        do("evaluate", tmp_path, run_id=untrained, part="test")
    with pytest.raises(SpecError, match="no validation part"):
        do("evaluate", tmp_path, run_id=run_id, part="validation")
    with pytest.raises(TaskCancelled):
        do("evaluate", tmp_path, cancel_after=4, run_id=run_id, part="test")
    assert predictions.load(tmp_path / "runs" / run_id) is None


def test_the_command_predicts_once_and_then_reads(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path) as store:
        run_id, _ = train(store, small(training__epochs=1))
        accuracy = store.run(run_id).test_accuracy
    assert main(["evaluate", run_id, "--store", str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["accuracy"] == pytest.approx(accuracy, abs=1e-6)
    assert found["interval"][0] < found["accuracy"] < found["interval"][1]
    assert np.array(found["confusion"]).sum() == found["images"] == 360
    assert [row["name"] for row in found["classes"]] == list("0123456789")
    monkeypatch.setattr("workbench.cli.tasks.do_task", None)
    assert main(["evaluate", "last", "--store", str(tmp_path)]) == 0
    shown = capsys.readouterr().out
    assert f"{100 * found['accuracy']:.2f} % (95 % between" in shown
    assert "macro average" in shown
