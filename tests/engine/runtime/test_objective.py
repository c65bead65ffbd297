"""Losses and penalties against NumPy, and what Keras is given for them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.engine.small import small
from workbench.experiment import Experiment
from workbench.spec.base import Facts
from workbench.spec.constraints import MaxNorm
from workbench.spec.data import DIGITS, DataInfo
from workbench.spec.losses import (
    CategoricalFocalCrossentropy,
    Loss,
    MeanSquaredError,
    SparseCategoricalCrossentropy,
)
from workbench.spec.regularizers import L1, L1L2, L2, L2PerParameter

INFO = DataInfo((8, 8, 1), DIGITS, 1000, 10)
LABELS = np.array([0, 2, 1, 2], np.int32)
LOGITS = np.random.default_rng(0).normal(size=(4, 3)).astype(np.float32)
PROBABILITIES = np.exp(LOGITS) / np.exp(LOGITS).sum(axis=1, keepdims=True)
ONE_HOT = np.eye(3)[LABELS]
MIXED = 0.7 * ONE_HOT + 0.3 * np.roll(ONE_HOT, 1, axis=0)


def smoothed(targets: np.ndarray, smoothing: float) -> np.ndarray:
    return targets * (1 - smoothing) + smoothing / targets.shape[1]


def entropy(targets: np.ndarray, smoothing: float = 0.0) -> float:
    return float(-(smoothed(targets, smoothing) * np.log(PROBABILITIES)).sum(axis=1).mean())


def focal(targets: np.ndarray, alpha: float, gamma: float, smoothing: float = 0.0) -> float:
    weighted = alpha * (1 - PROBABILITIES) ** gamma * np.log(PROBABILITIES)
    return float(-(smoothed(targets, smoothing) * weighted).sum(axis=1).mean())


BY_HAND: list[tuple[Loss, Any]] = [
    (SparseCategoricalCrossentropy(), entropy),
    (SparseCategoricalCrossentropy(label_smoothing=0.2), lambda t: entropy(t, 0.2)),
    (MeanSquaredError(), lambda t: float(((PROBABILITIES - t) ** 2).mean())),
    (CategoricalFocalCrossentropy(), lambda t: focal(t, 0.25, 2.0)),
    (
        CategoricalFocalCrossentropy(alpha=1.0, gamma=0.5, label_smoothing=0.1),
        lambda t: focal(t, 1.0, 0.5, 0.1),
    ),
    (CategoricalFocalCrossentropy(alpha=1.0, gamma=0.0), entropy),
]


@pytest.mark.parametrize("logits", [False, True], ids=["softmax", "logits"])
@pytest.mark.parametrize(("loss", "by_hand"), BY_HAND, ids=[repr(loss) for loss, _ in BY_HAND])
def test_a_loss_is_what_its_formula_says(loss: Loss, by_hand: Any, logits: bool) -> None:
    import tensorflow as tf

    from workbench.runtime.training.objective import Objective

    objective = Objective(loss, 3, logits=logits)
    outputs = tf.constant(LOGITS if logits else PROBABILITIES)
    for labels, shares in ((LABELS, ONE_HOT), (MIXED.astype(np.float32), MIXED)):
        found = float(objective(tf.constant(labels), outputs))
        assert found == pytest.approx(by_hand(shares), rel=1e-5)


def test_the_loss_of_mixed_labels_is_the_mixed_loss() -> None:
    """Zhang et al. 2018: for cross-entropies both ways of writing it are the same."""
    import tensorflow as tf

    from workbench.runtime.training.objective import Objective

    for loss in (loss for loss, _ in BY_HAND if loss.takes_logits):
        objective = Objective(loss, 3, logits=True)
        mixed = float(objective(tf.constant(MIXED, tf.float32), tf.constant(LOGITS)))
        apart = [
            float(objective(tf.constant(labels), tf.constant(LOGITS)))
            for labels in (LABELS, np.roll(LABELS, 1))
        ]
        assert mixed == pytest.approx(0.7 * apart[0] + 0.3 * apart[1], rel=1e-5)


def test_of_mixed_labels_the_share_of_the_class_that_is_found_is_right() -> None:
    import tensorflow as tf

    from workbench.runtime.training.objective import share_right

    found = PROBABILITIES.argmax(axis=1)
    plain = float(share_right(tf.constant(LABELS), tf.constant(LOGITS)))
    assert plain == pytest.approx((found == LABELS).mean())
    mixed = float(share_right(tf.constant(MIXED, tf.float32), tf.constant(LOGITS)))
    assert mixed == pytest.approx(MIXED[np.arange(4), found].mean())


# --- penalties -----------------------------------------------------------------------------------

EVERY_WEIGHT = [
    {"kind": "conv2d", "filters": 4, "padding": "same", "hash_compression": 3},
    {"kind": "batch_normalization"},
    {"kind": "repeat", "times": 2, "layers": [
        {"kind": "depthwise_conv2d", "padding": "same"}, {"kind": "group_normalization",
                                                          "groups": 2},
    ]},
    {"kind": "separable_conv2d", "filters": 5},
    {"kind": "conv2d_transpose", "filters": 3},
    {"kind": "layer_normalization"},
    {"kind": "squeeze_excitation", "ratio": 1},
    {"kind": "flatten"},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]  # fmt: skip


def built(experiment: Experiment) -> Any:
    """The network with weights that are all far from 0."""
    from workbench.runtime.network.build import build_model

    model = build_model(experiment, INFO)
    random = np.random.default_rng(0)
    model.set_weights([random.normal(size=w.shape) for w in model.get_weights()])
    return model


def penalty_of(model: Any) -> float:
    return float(sum(float(loss) for loss in model.losses))


def test_lambda_over_2m_counts_every_trainable_weight_once() -> None:
    experiment = small(
        structure__layers=EVERY_WEIGHT,
        regularization__kind="l2_per_parameter",
        regularization__factor=0.5,
    )
    model = built(experiment)
    weights = [np.asarray(w.numpy(), np.float64) for w in model.trainable_variables]
    m = sum(w.size for w in weights)
    assert m == experiment.analysis(INFO).trainable
    by_hand = 0.5 / (2 * m) * sum((w**2).sum() for w in weights)
    assert penalty_of(model) == pytest.approx(by_hand, rel=1e-5)


def test_lambda_over_2m_is_l2_of_that_factor() -> None:
    chosen = L2PerParameter(factor=0.01)
    assert chosen.penalty(93_322) == L2(l2=0.01 / (2 * 93_322))
    assert chosen.in_force(Facts(parameters=93_322)) == (
        "lambda/(2m) = 0.01/(2 x 93,322); the same as Keras's L2(5.36e-08)"
    )
    assert chosen.in_force(Facts()) == ""


@pytest.mark.parametrize(
    ("regularizer", "by_hand"),
    [
        (L2(l2=0.3), lambda w: 0.3 * (w**2).sum()),
        (L1(l1=0.2), lambda w: 0.2 * np.abs(w).sum()),
        (L1L2(l1=0.2, l2=0.3), lambda w: 0.2 * np.abs(w).sum() + 0.3 * (w**2).sum()),
    ],
    ids=["l2", "l1", "l1_l2"],
)
def test_a_penalty_counts_the_kernels_alone(regularizer: Any, by_hand: Any) -> None:
    model = built(small(regularization=regularizer.values()))
    kernels = [w.numpy() for w in model.trainable_variables if w.name == "kernel"]
    assert len(kernels) == 2
    assert penalty_of(model) == pytest.approx(sum(map(by_hand, kernels)), rel=1e-5)


def test_a_layers_own_penalty_takes_the_place_of_the_experiments() -> None:
    def kernel_penalties(**settings: Any) -> list[str]:
        model = built(small(**settings))
        kernels = [w for w in model.trainable_variables if w.name == "kernel"]
        return [type(w.regularizer).__name__ for w in kernels]

    l2 = {"regularization__kind": "l2"}
    own = "structure__layers[5]__kernel_regularizer"
    assert kernel_penalties(**l2) == ["L2", "L2"]
    assert kernel_penalties(**l2, **{own: {"kind": "l1"}}) == ["L2", "L1"]
    assert kernel_penalties(**l2, **{own: {"kind": "none"}}) == ["L2", "NoneType"]
    assert kernel_penalties(**{own: {"kind": "l1_l2"}}) == ["NoneType", "L1L2"]


def test_a_maximal_norm_is_one_of_each_unit_and_filter() -> None:
    whole = [{"kind": "conv2d", "filters": 4}, *EVERY_WEIGHT[1:]]
    model = built(small(structure__layers=whole, constraint__kind="max_norm"))
    limited = [w for w in model.trainable_variables if w.constraint is not None]
    ranks = {"kernel": (4, 2), "depthwise_kernel": (4,), "pointwise_kernel": (4,)}
    assert len(limited) == 8  # convolution, depthwise, two of separable, transpose, 3 dense
    for weight in limited:
        assert len(weight.shape) in ranks[weight.name]
        kept = weight.constraint(weight.value).numpy()
        axes = tuple(weight.constraint.axis)
        assert (np.sqrt((kept**2).sum(axis=axes)) <= MaxNorm().max_value + 1e-4).all()
        units = np.prod([n for i, n in enumerate(weight.shape) if i not in axes])
        assert units < np.prod(weight.shape) or weight.shape[0] == 1


def test_hashed_weights_have_no_norm_to_limit() -> None:
    experiment = small(structure__layers=EVERY_WEIGHT, constraint__kind="max_norm")
    assert [str(p) for p in experiment.problems(INFO)] == [
        "constraint.kind: can't limit hashed weights, as layer 1 has them; set it to none"
    ]


def test_words_about_what_is_in_force() -> None:
    facts = Facts(learning_rate=0.01)
    assert L2(l2=0.001).in_force(facts) == "with plain SGD a step takes 2e-05 of each weight away"
    assert L1L2(l1=0.1, l2=0.0).in_force(facts) == (
        "with plain SGD a step moves each weight by 0.001 towards 0"
    )
    assert L1().in_force(Facts()) == ""
    smooth = SparseCategoricalCrossentropy(label_smoothing=0.1)
    assert smooth.in_force(facts) == "each label keeps 0.9 and all classes share 0.1 evenly"
    assert SparseCategoricalCrossentropy().in_force(facts) == ""
    assert CategoricalFocalCrossentropy().in_force(facts) == (
        "an image whose class is given 0.9 counts 0.0025 times its cross-entropy"
    )
