"""Every optimizer takes the step that was published, trains, and goes on exactly where it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from tests.engine.runtime.test_run import same, weights
from tests.engine.small import small, stop_after, train
from workbench.experiment import Experiment
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.spec import SpecError
from workbench.spec.base import Facts
from workbench.spec.optimizers import (
    SGD,
    Adadelta,
    Adafactor,
    Adagrad,
    Adam,
    Adamax,
    AdamW,
    GradientDescent,
    Lamb,
    Lion,
    Momentum,
    Muon,
    Nadam,
    Nesterov,
    Optimizer,
    RMSprop,
    ScheduleFreeAdamW,
)

Array = npt.NDArray[np.float64]

STEPS = 4


def rate(choice: Optimizer, step: int) -> float:
    """A learning rate that changes, as schedules have it; `step` from 1."""
    return choice.learning_rate / step


# --- the rules as published, for one weight tensor -----------------------------------------------


def descent(o: Any, w: Array, gradients: list[Array]) -> Array:
    for t, g in enumerate(gradients, 1):
        w = w - rate(o, t) * g
    return w


def momentum(o: Any, w: Array, gradients: list[Array]) -> Array:
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        v = o.momentum * v - rate(o, t) * g
        w = w + v
    return w


def nesterov(o: Any, w: Array, gradients: list[Array]) -> Array:
    v = np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        v = o.momentum * v - rate(o, t) * g
        w = w + o.momentum * v - rate(o, t) * g
    return w


def adagrad(o: Any, w: Array, gradients: list[Array]) -> Array:
    s = np.full_like(w, o.initial_accumulator_value)
    for t, g in enumerate(gradients, 1):
        s = s + g**2
        w = w - rate(o, t) * g / np.sqrt(s + o.epsilon)
    return w


def rmsprop(o: Any, w: Array, gradients: list[Array]) -> Array:
    s, mean, v = (np.zeros_like(w) for _ in range(3))
    for t, g in enumerate(gradients, 1):
        s = o.rho * s + (1 - o.rho) * g**2
        mean = o.rho * mean + (1 - o.rho) * g
        spread = s - mean**2 if o.centered else s
        v = o.momentum * v + rate(o, t) * g / np.sqrt(spread + o.epsilon)
        w = w - v
    return w


def adadelta(o: Any, w: Array, gradients: list[Array]) -> Array:
    s, d = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        s = o.rho * s + (1 - o.rho) * g**2
        delta = np.sqrt(d + o.epsilon) / np.sqrt(s + o.epsilon) * g
        d = o.rho * d + (1 - o.rho) * delta**2
        w = w - rate(o, t) * delta
    return w


def adam(o: Any, w: Array, gradients: list[Array], decay: float = 0.0) -> Array:
    """With epsilon as in section 2 of the paper, as Keras has it."""
    m, v, top = (np.zeros_like(w) for _ in range(3))
    for t, g in enumerate(gradients, 1):
        w = w - rate(o, t) * decay * w
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        top = np.maximum(top, v)
        scale = top if getattr(o, "amsgrad", False) else v
        alpha = rate(o, t) * np.sqrt(1 - o.beta_2**t) / (1 - o.beta_1**t)
        w = w - alpha * m / (np.sqrt(scale) + o.epsilon)
    return w


def adamw(o: Any, w: Array, gradients: list[Array]) -> Array:
    return adam(o, w, gradients, o.weight_decay)


def nadam(o: Any, w: Array, gradients: list[Array]) -> Array:
    """With Dozat's momentum where its decay is 1 / 250; the mean with beta_1, as Keras's."""
    m, v, product = np.zeros_like(w), np.zeros_like(w), 1.0
    for t, g in enumerate(gradients, 1):
        now, after = (o.beta_1 * (1 - 0.5 * 0.96 ** (k * o.momentum_decay)) for k in (t, t + 1))
        product *= now
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        mean = after * m / (1 - product * after) + (1 - now) * g / (1 - product)
        w = w - rate(o, t) * mean / (np.sqrt(v / (1 - o.beta_2**t)) + o.epsilon)
    return w


def adamax(o: Any, w: Array, gradients: list[Array]) -> Array:
    m, u = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        m = o.beta_1 * m + (1 - o.beta_1) * g
        u = np.maximum(o.beta_2 * u, np.abs(g))
        w = w - rate(o, t) / (1 - o.beta_1**t) * m / (u + o.epsilon)
    return w


def lion(o: Any, w: Array, gradients: list[Array]) -> Array:
    m = np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        w = w - rate(o, t) * np.sign(o.beta_1 * m + (1 - o.beta_1) * g)
        m = o.beta_2 * m + (1 - o.beta_2) * g
    return w


def lamb(o: Any, w: Array, gradients: list[Array]) -> Array:
    m, v = np.zeros_like(w), np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        m = o.beta_1 * m + (1 - o.beta_1) * g
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        u = m / (1 - o.beta_1**t) / (np.sqrt(v / (1 - o.beta_2**t)) + o.epsilon)
        w = w - rate(o, t) * np.linalg.norm(w) / np.linalg.norm(u) * u
    return w


def rms(x: Array) -> float:
    return float(np.sqrt(np.mean(x**2)))


def adafactor(o: Any, w: Array, gradients: list[Array]) -> Array:
    r, c, v = 0.0, 0.0, np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        kept = 1 - t**o.beta_2_decay
        square = g**2 + o.epsilon_1
        if w.ndim > 1:
            r = kept * r + (1 - kept) * square.mean(axis=-1)
            c = kept * c + (1 - kept) * square.mean(axis=-2)
            v = np.outer(r / r.mean(), c)
        else:
            v = kept * v + (1 - kept) * square
        u = g / np.sqrt(v)
        step = max(o.epsilon_2, rms(w)) * min(rate(o, t), 1 / np.sqrt(t))
        w = w - step * u / max(1.0, rms(u) / o.clip_threshold)
    return w


def muon(o: Any, w: Array, gradients: list[Array]) -> Array:
    if w.ndim != 2:
        named = {"beta_1": o.adam_beta_1, "beta_2": o.adam_beta_2, "epsilon": o.epsilon}
        return adam(Adam(learning_rate=o.learning_rate, **named), w, gradients, o.adam_weight_decay)
    m = np.zeros_like(w)
    for t, g in enumerate(gradients, 1):
        w = w - rate(o, t) * o.weight_decay * w
        m = o.momentum * m + g
        step = orthogonal(g + o.momentum * m if o.nesterov else m, o.ns_steps)
        w = w - rate(o, t) * o.rms_rate * np.sqrt(max(w.shape)) * step
    return w


def orthogonal(x: Array, steps: int) -> Array:
    """Jordan's quintic Newton-Schulz iteration."""
    turned = x.T if x.shape[0] > x.shape[1] else x
    turned = turned / (np.linalg.norm(turned) + 1e-7)
    for _ in range(steps):
        a = turned @ turned.T
        turned = 3.4445 * turned + (-4.7750 * a + 2.0315 * a @ a) @ turned
    return turned.T if x.shape[0] > x.shape[1] else turned


def schedule_free(o: Any, w: Array, gradients: list[Array]) -> Array:
    """Algorithm 1 of the paper; gives y, where the gradient is taken."""
    return schedule_free_all(o, w, gradients)[0]


def schedule_free_all(o: Any, w: Array, gradients: list[Array]) -> tuple[Array, Array]:
    y, z, x, v, total = w, w, w, np.zeros_like(w), 0.0
    for t, g in enumerate(gradients, 1):
        v = o.beta_2 * v + (1 - o.beta_2) * g**2
        length = rate(o, t) * np.sqrt(1 - o.beta_2**t)
        z = z - length * (g / (np.sqrt(v) + o.epsilon) + o.weight_decay * y)
        total += length**2
        c = length**2 / total
        x = (1 - c) * x + c * z
        y = (1 - o.beta_1) * z + o.beta_1 * x
    return y, x


RULES: list[tuple[Optimizer, Callable[..., Array]]] = [
    (GradientDescent(), descent),
    (SGD(learning_rate=0.1), descent),
    (SGD(learning_rate=0.1, momentum=0.8), momentum),
    (SGD(learning_rate=0.1, momentum=0.8, nesterov=True), nesterov),
    (Momentum(), momentum),
    (Nesterov(), nesterov),
    (Adagrad(), adagrad),
    (RMSprop(), rmsprop),
    (RMSprop(momentum=0.7), rmsprop),
    (RMSprop(momentum=0.7, centered=True), rmsprop),
    (Adadelta(), adadelta),
    (Adam(), adam),
    (Adam(beta_1=0.5, beta_2=0.9, epsilon=1e-3, learning_rate=0.1), adam),
    (Adam(amsgrad=True, beta_2=0.5), adam),
    (AdamW(weight_decay=0.5), adamw),
    (Nadam(), nadam),
    (Nadam(momentum_decay=0.004), nadam),
    (Nadam(momentum_decay=0.004, learning_rate=0.1, beta_1=0.8, weight_decay=None), nadam),
    (Adamax(), adamax),
    (Lion(), lion),
    (Lamb(), lamb),
    (Adafactor(learning_rate=0.9), adafactor),
    (Muon(weight_decay=0.3, adam_weight_decay=0.1), muon),
    (ScheduleFreeAdamW(weight_decay=0.2), schedule_free),
]


def problem() -> tuple[list[Array], list[list[Array]]]:
    """A wide and a tall matrix and a vector, and a gradient of each for every step."""
    random = np.random.default_rng(3)
    first = [random.normal(size=shape) for shape in ((2, 3), (4, 2), (3,))]
    return first, [[random.normal(size=w.shape) for _ in range(STEPS)] for w in first]


def taken(choice: Optimizer, *, through_keras: bool = False) -> tuple[Any, list[Any]]:
    """The built optimizer and the weights after all steps, as the loop takes them."""
    import keras
    import tensorflow as tf

    from workbench.runtime.network.build import build
    from workbench.runtime.training.update import update_of

    first, gradients = problem()
    variables = [keras.Variable(w.astype(np.float32)) for w in first]
    optimizer = build(choice)
    optimizer.build(variables)
    update: Any = update_of(optimizer, tf.distribute.get_strategy())

    @tf.function(autograph=False)
    def step(given: list[tf.Tensor], rate: tf.Tensor) -> None:
        if through_keras:
            optimizer.learning_rate.assign(rate)
            optimizer.apply(given, variables)
        else:
            update(given, variables, rate)

    for number in range(STEPS):
        given = [tf.constant(g[number], tf.float32) for g in gradients]
        step(given, tf.constant(rate(choice, number + 1), tf.float32))
    assert int(optimizer._iterations.value) == STEPS
    return optimizer, variables


@pytest.mark.parametrize(("choice", "rule"), RULES, ids=[choice.name() for choice, _ in RULES])
def test_the_steps_are_those_of_the_published_rule(
    choice: Optimizer, rule: Callable[..., Array]
) -> None:
    _, variables = taken(choice)
    for variable, first, gradients in zip(variables, *problem(), strict=True):
        expected = rule(choice, first, gradients)
        np.testing.assert_allclose(variable.numpy(), expected, rtol=2e-5, atol=2e-6)
        assert np.abs(expected - first).max() > 1e-4, "a rule that stands still proves nothing"


def test_every_optimizer_is_proven() -> None:
    assert {type(choice) for choice, _ in RULES} == set(Optimizer.choices().values())


def test_nadam_with_the_momentum_of_the_paper_is_pytorchs() -> None:
    """`torch.optim.NAdam(lr=0.001, eps=1e-7, momentum_decay=0.004)` of PyTorch 2.13, on the vector
    of `problem`, its rate divided by the step's number as here.
    """
    _, (_, _, vector) = taken(Nadam(momentum_decay=0.004))
    wanted = [-1.05429661, -0.39241969, 0.48294791]
    np.testing.assert_allclose(vector.numpy(), wanted, rtol=0, atol=2e-7)
    _, (_, _, kerass) = taken(Nadam())
    assert np.abs(kerass.numpy() - wanted).max() > 1e-5


def test_the_formulas_of_adam_put_epsilon_where_it_is() -> None:
    """For gradients as small as epsilon the paper's first form moves otherwise."""
    for choice in (Adam(epsilon=1e-3), AdamW(epsilon=1e-3, weight_decay=0.0)):
        assert r"\frac{m}{\sqrt{v} + \epsilon}" in choice.formula
    gradients = [np.full(3, 1e-3)] * STEPS
    first_form = np.zeros(3)
    m, v = 0.0, 0.0
    for t, g in enumerate(gradients, 1):
        m, v = 0.9 * m + 0.1 * g, 0.999 * v + 0.001 * g**2
        corrected = np.sqrt(v / (1 - 0.999**t)) + 1e-3
        first_form = first_form - 0.001 / t * m / (1 - 0.9**t) / corrected
    runs = adam(Adam(epsilon=1e-3), np.zeros(3), gradients)
    assert np.abs(runs).max() < 0.2 * np.abs(first_form).max()


def test_schedule_free_judges_the_average_of_the_paper() -> None:
    choice = ScheduleFreeAdamW(weight_decay=0.2, learning_rate=0.1)
    optimizer, variables = taken(choice)
    optimizer.finalize_variable_values(variables)
    for variable, first, gradients in zip(variables, *problem(), strict=True):
        _, x = schedule_free_all(choice, first, gradients)
        np.testing.assert_allclose(variable.numpy(), x, rtol=1e-5, atol=1e-6)


EXTRAS: list[dict[str, Any]] = [
    {"clipvalue": 0.2, "weight_decay": 0.3},
    {"global_clipnorm": 0.7, "use_ema": True, "ema_momentum": 0.6},
    {"gradient_accumulation_steps": 3, "clipnorm": 0.5, "weight_decay": 0.1, "use_ema": True},
]
FUSED = [
    SGD(momentum=0.9, learning_rate=0.1),
    Adam(),
    AdamW(),
    RMSprop(momentum=0.5),
    Adamax(),
    Adadelta(),
]


@pytest.mark.parametrize(
    ("choice", "extra"),
    [(FUSED[0], {}), *((Adam(), extra) for extra in EXTRAS), *((c, EXTRAS[2]) for c in FUSED[2:])],
    ids=str,
)
def test_a_fused_update_with_all_around_it_is_keras_own(
    choice: Optimizer, extra: dict[str, Any]
) -> None:
    changed = choice.changed(**extra)
    ours, theirs = (taken(changed, through_keras=keras) for keras in (False, True))
    unrated = [v for v in ours[0].variables if v is not ours[0].learning_rate]
    others = [v for v in theirs[0].variables if v is not theirs[0].learning_rate]
    for one, other in zip([*ours[1], *unrated], [*theirs[1], *others], strict=True):
        np.testing.assert_allclose(one.numpy(), other.numpy(), rtol=1e-5, atol=1e-6)


def test_which_updates_are_fused() -> None:
    import tensorflow as tf

    from workbench.runtime.network.build import build
    from workbench.runtime.training.update import update_of

    strategy = tf.distribute.get_strategy()
    names = {
        repr(choice): update_of(build(choice), strategy).__qualname__  # type: ignore[attr-defined]
        for choice in (*FUSED, Adam(amsgrad=True), RMSprop(), Nadam(), ScheduleFreeAdamW())
    }
    fused = ["fused" in name for name in names.values()]
    assert fused == [True] * len(FUSED) + [False] * 4


# --- in training ---------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path) -> Any:
    with Store(tmp_path / "runs-of-test") as opened:
        yield opened


RATES = {"adagrad": 0.05, "adafactor": 0.1, "lamb": 0.02, "lion": 0.003, "gradient_descent": 0.5}


@pytest.mark.parametrize("kind", Optimizer.choices())
def test_every_optimizer_trains(store: Store, kind: str) -> None:
    epochs = 12 if kind == "gradient_descent" else 4
    settings = {"optimizer.learning_rate": RATES.get(kind, 0.01)} if kind != "adadelta" else {}
    experiment = small(optimizer__kind=kind, training__epochs=epochs).with_settings(settings)
    run_id, _ = train(store, experiment)
    losses = [epoch.loss for epoch in store.epochs(run_id)]
    assert losses[-1] < 0.8 * losses[0]


FLAT = [
    {"kind": "flatten"},
    {"kind": "dense", "units": 12, "activation": "tanh"},
    {"kind": "dense", "units": 10, "activation": "softmax"},
]
"""Nothing random and nothing that depends on a batch as a whole."""


def test_gradient_descent_in_pieces_is_one_big_batch(store: Store) -> None:
    common: dict[str, Any] = {
        "structure__layers": FLAT,
        "training__epochs": 5,
        "optimizer__kind": "gradient_descent",
        "regularization__kind": "l2",
        "regularization__l2": 0.01,
    }
    pieces, _ = train(store, small(**common, training__batch_size=100))
    whole, _ = train(store, small(**common, training__batch_size=1293))
    assert store.run(pieces).step == 5 * 13
    assert store.run(whole).step == 5
    for epoch, other in zip(store.epochs(pieces), store.epochs(whole), strict=True):
        assert epoch.loss == pytest.approx(other.loss, rel=1e-5)
    for name, array in weights(store, whole).items():
        if name.startswith("model."):
            np.testing.assert_allclose(weights(store, pieces)[name], array, rtol=1e-4, atol=1e-6)


def test_accumulated_batches_are_one_large_batch(store: Store) -> None:
    """With an epoch that both divide; in the first epoch both see the same images."""
    common: dict[str, Any] = {
        "structure__layers": FLAT,
        "training__epochs": 1,
        "training__validation_split": 0.1,
    }
    small_ones = small(**common, training__batch_size=100, optimizer__gradient_accumulation_steps=4)
    pieces, _ = train(store, small_ones, stop_after(12))
    large, _ = train(store, small(**common, training__batch_size=400), stop_after(3))
    loss = store.steps(pieces).values["loss"]
    averages = loss[:12].reshape(3, 4).mean(axis=1)
    np.testing.assert_allclose(averages, store.steps(large).values["loss"][:3], rtol=1e-5)


def test_a_smaller_last_batch_counts_by_its_images(store: Store) -> None:
    """12 batches of 110 but for the last, of 83: steps of four of them are steps of 440 images."""
    common: dict[str, Any] = {
        "structure__layers": FLAT,
        "optimizer__kind": "momentum",
        "optimizer__learning_rate": 0.1,
        "regularization__kind": "l2",
        "regularization__l2": 0.01,
        "training__epochs": 3,
    }
    settings = {"training__batch_size": 110, "optimizer__gradient_accumulation_steps": 4}
    pieces, _ = train(store, small(**common, **settings))
    large, _ = train(store, small(**common, training__batch_size=440))
    assert (store.run(pieces).step, store.run(large).step) == (36, 9)
    for name, array in weights(store, large).items():
        if name.startswith("model."):
            np.testing.assert_allclose(weights(store, pieces)[name], array, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize(
    ("batches", "batch_size", "images"),
    [(4, 110, 1293), (5, 100, 1293), (13, 100, 1293), (30, 7, 33)],
)
def test_what_a_batch_counts_adds_up_over_the_end_of_an_epoch(
    batches: int, batch_size: int, images: int
) -> None:
    import tensorflow as tf

    from workbench.runtime.training.update import Gathering

    to_an_epoch = -(-images // batch_size)
    sizes = [
        min(batch_size, images - number % to_an_epoch * batch_size)
        for number in range(20 * batches)
    ]
    found = [
        float(Gathering(batches, batch_size, images).mean_batch(tf.constant(n)))
        for n in range(20 * batches)
    ]
    wanted = np.repeat(np.reshape(sizes, (20, batches)).mean(axis=1), batches)
    np.testing.assert_allclose(found, wanted, rtol=1e-6)


def test_accumulating_over_more_than_the_training_is_refused() -> None:
    """Of 3 epochs of 13 batches."""
    experiment = small(optimizer__gradient_accumulation_steps=40)
    assert [str(problem) for problem in experiment.problems(experiment.data.info())] == [
        "optimizer.gradient_accumulation_steps: must be at most the 39 batches of the whole "
        "training, got 40: no step would be taken"
    ]
    fits = small(optimizer__gradient_accumulation_steps=39)
    assert not fits.problems(fits.data.info())


LIGHT = [FLAT[0], {"kind": "dropout", "rate": 0.2}, FLAT[2]]

EXACT: dict[str, dict[str, Any]] = {
    "adam with cosine": {"schedule__kind": "cosine_decay", "schedule__warmup_steps": 5},
    "plateau": {
        "schedule__kind": "reduce_lr_on_plateau", "schedule__patience": 1,
        "schedule__min_delta": 0.5, "training__epochs": 4,
    },
    "ema": {"optimizer__use_ema": True, "optimizer__ema_momentum": 0.9},
    "schedule-free": {"optimizer__kind": "schedule_free_adamw"},
    "accumulation": {"optimizer__gradient_accumulation_steps": 4},
    "accumulation through Keras": {
        "optimizer__kind": "nadam", "optimizer__gradient_accumulation_steps": 4,
    },
    "gradient descent": {"optimizer__kind": "gradient_descent"},
    "nadam as published": {
        "optimizer__kind": "nadam", "optimizer__momentum_decay": 0.004,
    },
}  # fmt: skip


@pytest.mark.parametrize("name", EXACT)
def test_a_run_stopped_anywhere_ends_as_one_that_never_was(store: Store, name: str) -> None:
    experiment = small(structure__layers=LIGHT, optimizer__learning_rate=0.01).with_settings(
        {path.replace("__", "."): value for path, value in EXACT[name].items()}
    )
    whole, _ = train(store, experiment)
    cut, _ = train(store, experiment, stop_after(2, RunStatus.STOPPED))
    assert store.run(cut).step == 2, "in the midst of an accumulation of four"
    train(store, cut, stop_after(17))
    assert 17 <= store.run(cut).step < (store.run(cut).total_steps or 0)
    train(store, cut)
    assert store.run(cut).status is RunStatus.COMPLETED
    assert same(weights(store, whole), weights(store, cut))
    ours, theirs = store.steps(cut).values, store.steps(whole).values
    for column in ("loss", "learning_rate"):
        assert np.array_equal(ours[column], theirs[column])
    assert store.run(cut).test_loss == store.run(whole).test_loss
    assert [e.val_loss for e in store.epochs(cut)] == [e.val_loss for e in store.epochs(whole)]


def test_what_is_judged_and_kept_is_the_average(store: Store) -> None:
    """A run that can go on keeps the weights that are trained, one that has ended their average."""
    averaging = {"optimizer__use_ema": True, "optimizer__ema_momentum": 0.9}
    common: dict[str, Any] = {"structure__layers": LIGHT, "training__epochs": 1}
    stop = stop_after(2, RunStatus.STOPPED)
    plain, _ = train(store, small(**common), stop)
    cut, _ = train(store, small(**common, **averaging), stop)
    trained = {n: a for n, a in weights(store, cut).items() if n.startswith("model.")}
    assert all(np.array_equal(weights(store, plain)[n], a) for n, a in trained.items())
    assert store.run(cut).test_loss != store.run(plain).test_loss
    train(store, cut)
    kept = weights(store, cut)
    slots = [array for name, array in kept.items() if name.startswith("optimizer.")]
    kernel = next(a for n, a in kept.items() if n.startswith("model.") and a.ndim == 2)
    assert any(np.array_equal(kernel, slot) for slot in slots)


# --- as a person sets them -----------------------------------------------------------------------


def test_what_was_written_before_is_still_read() -> None:
    changed = Experiment().with_settings({"optimizer.kind": "sgd", "optimizer.momentum": 0.9})
    assert changed.optimizer == SGD(momentum=0.9)
    read = Experiment.from_toml('[optimizer]\nkind = "adam"\nbeta_1 = 0.8\n')
    assert read.optimizer == Adam(beta_1=0.8)


@pytest.mark.parametrize(
    ("choice", "settings", "sentence"),
    [
        (Adam(clipnorm=1.0), {"clipvalue": 0.5}, "clipvalue: can't be set together with clipnorm"),
        (Adam(), {"gradient_accumulation_steps": 1}, "gradient_accumulation_steps: must be at lea"),
        (GradientDescent(), {"gradient_accumulation_steps": 4}, "gradient_accumulation_steps: unk"),
        (ScheduleFreeAdamW(), {"use_ema": True}, "use_ema: must be off, as schedule-free averages"),
        (Adam(), {"ema_momentum": 1.0}, "ema_momentum: must be below 1, got 1"),
    ],
)
def test_what_does_not_go_together_is_refused(
    choice: Optimizer, settings: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(SpecError) as caught:
        choice.changed(**settings)
    assert str(caught.value).startswith(sentence)


def test_what_is_in_force_is_told_in_figures() -> None:
    facts = Facts(steps_per_epoch=41, epochs=30, learning_rate=0.01)
    assert "10 times their length: as with a learning rate of 0.1." in Momentum().in_force(facts)
    assert "10 gradients and 1,000 squared" in Adam().in_force(facts)
    assert "by 4e-05 of their size" in AdamW().in_force(facts)
    assert GradientDescent().in_force(facts).startswith("30 steps in all, one an epoch")
    assert "by 0.01 at each step" in Lion().in_force(facts)
    assert SGD().in_force(facts) == ""
