"""Whether a variant's accuracy differs from the original's by more than chance explains."""

from __future__ import annotations

from workbench.base.text import tr
from workbench.evaluation import predictions
from workbench.evaluation.predictions import Predictions
from workbench.evaluation.significance import Difference, mcnemar, proportions
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.spec.base import SpecError

HALF_AN_IMAGE = 0.5


def accuracy_difference(store: Store, run: Run, parent: Run) -> Difference | None:
    """How far a run's test accuracy is from its parent's, and whether chance explains it.

    Image by image (McNemar) where the answers of both are kept that their accuracies come from,
    else by the two accuracies and the number of test images; None where that isn't known either.
    """
    accuracy, before = run.test_accuracy, parent.test_accuracy
    if accuracy is None or before is None:
        return None
    ours, theirs = _answers(store, run, accuracy), _answers(store, parent, before)
    if ours is not None and theirs is not None:
        found = image_by_image(theirs, ours)
        if found is not None:
            return found
    known = ours if ours is not None else theirs
    images = len(known.labels) if known is not None else _test_images(run, parent)
    if not images:
        return None
    return proportions(round(before * images), round(accuracy * images), images)


def image_by_image(a: Predictions, b: Predictions) -> Difference | None:
    """McNemar's test of two networks' answers; None where these aren't on the same images."""
    if a.digest != b.digest or not len(a.labels):
        return None
    right_a, right_b = a.predicted == a.labels, b.predicted == b.labels
    only_a, only_b = int((right_a & ~right_b).sum()), int((right_b & ~right_a).sum())
    return mcnemar(only_a, only_b, len(a.labels))


def sentence_of(found: Difference) -> str:
    """What was found, with the interval and the test."""
    interval = {
        "low": f"{100 * found.low:+.2f}".replace("-", "\u2212"),
        "high": f"{100 * found.high:+.2f}".replace("-", "\u2212"),
        "test": found.test,
    }
    if found.is_shown:
        return tr("more than chance: {low} to {high} points with 95 % ({test})", **interval)
    return tr("within chance: {low} to {high} points with 95 % ({test})", **interval)


def _answers(store: Store, run: Run, accuracy: float) -> Predictions | None:
    """The kept answers of a run, where they are those that its accuracy was counted on."""
    found = predictions.load(store.artifacts(run.run_id))
    if found is None or not len(found.labels):
        return None
    right = int((found.predicted == found.labels).sum())
    is_same = abs(right - accuracy * len(found.labels)) < HALF_AN_IMAGE
    return found if is_same else None


def _test_images(run: Run, parent: Run) -> int:
    """How many images the accuracies were counted on; 0 where neither record says so, as those of
    earlier versions on a user's own files.
    """
    for each in (run, parent):
        noted = each.figure("test_images")
        if noted:
            return int(noted)
    try:
        info = parent.experiment.data.info()
    except SpecError:  # of a newer version
        return 0
    return info.test_images if info is not None else 0
