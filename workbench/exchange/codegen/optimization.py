"""Schedule and optimizer as source: Keras's own, and small classes for what Keras lacks."""

from __future__ import annotations

from collections.abc import Callable
from importlib.resources import files
from typing import Any

from workbench.base.text import tr
from workbench.exchange.codegen.expressions import assignment, call, written
from workbench.experiment import Experiment
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.optimizers import Muon, ScheduleFreeAdamW
from workbench.spec.schedules import (
    ExponentialDecay,
    Fixed,
    OneCycle,
    Plan,
    ReduceLROnPlateau,
    Schedule,
    StepDecay,
)

IMPORTS_END = "import keras\n"

WARMUP = '''
class Warmup(keras.optimizers.schedules.LearningRateSchedule):
    """A line up to the first learning rate, then what follows from its own first step."""

    def __init__(self, after, steps, start, first_step=0):
        self.after, self.steps, self.start, self.first_step = after, steps, start, first_step

    def __call__(self, step):
        step = keras.ops.cast(step, "float32")
        rate = self.after
        if callable(rate):
            rate = rate(keras.ops.maximum(step - self.steps, 0.0) + self.first_step)
        done = keras.ops.minimum(step / self.steps, 1.0)
        return rate * (self.start + (1 - self.start) * done)
'''

ONE_CYCLE = '''
class OneCycle(keras.optimizers.schedules.LearningRateSchedule):
    """Half a cosine wave up to the peak, and half a wave down to almost nothing."""

    def __init__(self, peak, top, last, div_factor, final_div_factor):
        self.peak, self.start = peak, peak / div_factor
        self.end = self.start / final_div_factor
        self.top, self.last = top, last

    def __call__(self, step):
        step = keras.ops.cast(step, "float32")
        up = self.wave(self.peak, self.start, step / self.top)
        down = self.wave(self.end, self.peak, (step - self.top) / (self.last - self.top))
        return keras.ops.where(step <= self.top, up, down)

    def wave(self, end, start, done):
        done = keras.ops.clip(done, 0.0, 1.0)
        return end + (start - end) * 0.5 * (1 + keras.ops.cos(np.pi * done))
'''

PLATEAU = '''
class Plateau(keras.callbacks.ReduceLROnPlateau):
    """Keeps what it knows from one `fit` to the next."""

    def on_train_begin(self, logs=None):
        pass

    def on_epoch_end(self, epoch, logs=None):
        logs = dict(logs)
        if "val_loss" in logs:  # to which Keras adds the penalties on weights
            logs["val_loss"] -= float(sum(self.model.losses))
        super().on_epoch_end(epoch, logs)
'''

AVERAGES = '''
class Averages(keras.callbacks.Callback):
    """Validation judges the averaged weights; training goes on with the weights as they were."""

    def on_test_begin(self, logs=None):
        self.put_averages()

    def on_test_end(self, logs=None):
        self.put_back()

    def on_epoch_end(self, epoch, logs=None):
        self.put_averages()
        self.judged = self.model.get_weights()
        self.put_back()

    def on_train_end(self, logs=None):
        self.put_back()

    def put_averages(self):
        self.trained = [weight.numpy() for weight in self.model.trainable_variables]
        self.model.optimizer.finalize_variable_values(self.model.trainable_variables)

    def put_back(self):
        for weight, value in zip(self.model.trainable_variables, self.trained):
            weight.assign(value)
'''

WEIGHTED = '''
class Weighted(keras.utils.PyDataset):
    """Batches count by their images among those that add up to a step, as one batch of them all."""

    def __init__(self, batches, images, epoch, to_step):
        super().__init__()
        self.batches, self.to_step, self.begun = batches, to_step, epoch * len(batches)
        self.missing = len(batches) * BATCH_SIZE - images

    def __len__(self):
        return len(self.batches)

    def __getitem__(self, index):
        images, labels = self.batches[index]
        first = (self.begun + index) // self.to_step * self.to_step
        epochs_ended = (first + self.to_step) // len(self) - first // len(self)
        mean = BATCH_SIZE - epochs_ended * self.missing / self.to_step
        return images, labels, np.full(len(labels), len(labels) / mean, np.float32)
'''


def _own_source(experiment: Experiment) -> str:
    """The class of an optimizer of ours, word for word the one that the workbench trains with."""
    module = (experiment.optimizer.implementation or "").partition(".")[0]
    text = (files("workbench.runtime.network") / f"{module}.py").read_text(encoding="utf-8")
    return text.partition(IMPORTS_END)[2].strip()


def is_averaging(experiment: Experiment) -> bool:
    """Whether evaluation uses other weights than training."""
    optimizer = experiment.optimizer
    return optimizer.use_ema or isinstance(optimizer, ScheduleFreeAdamW)


def needs_typing(experiment: Experiment) -> bool:
    """Whether the classes in `own_classes` are written with type hints."""
    return not (experiment.optimizer.implementation or "").startswith("keras.")


def own_classes(experiment: Experiment) -> list[str]:
    """The classes that the script needs besides Keras's, each as its source."""
    schedule = experiment.schedule
    wanted = {
        WARMUP: schedule.warmup_steps > 0,
        ONE_CYCLE: isinstance(schedule, OneCycle),
        PLATEAU: isinstance(schedule, ReduceLROnPlateau),
        AVERAGES: is_averaging(experiment),
        WEIGHTED: bool(weighting_lines(experiment)),
    }
    found = [source.strip() for source, is_wanted in wanted.items() if is_wanted]
    return [_own_source(experiment), *found] if needs_typing(experiment) else found


def weighting_lines(experiment: Experiment) -> list[str]:
    """What makes the batches of an epoch count by their images; none where each takes a step."""
    optimizer = experiment.optimizer
    to_step = optimizer.batches_to_step(0)
    if to_step == 1 and not optimizer.full_batch:
        return []
    written_out = "len(batches)" if optimizer.full_batch else to_step
    return [f"batches = Weighted(batches, len(train), epoch, {written_out})"]


def optimizer_lines(experiment: Experiment, info: DataInfo) -> list[str]:
    """`learning_rate = ` and `optimizer = `."""
    optimizer = experiment.optimizer
    more, before = {"learning_rate": "learning_rate"}, []
    if optimizer.full_batch and experiment.steps_per_epoch(info) > 1:
        more["gradient_accumulation_steps"] = "-(-len(train) // BATCH_SIZE)"
    if isinstance(optimizer, Muon):
        before = ["last = [layer.name for layer in model.layers if layer.trainable_variables][-1]"]
        more["exclude_layers"] = '[f"^{last}/"]'
    built = ["optimizer.build(model.trainable_variables)"] if needs_typing(experiment) else []
    return [
        *_rate_lines(experiment, info),
        *before,
        *assignment("optimizer", optimizer, **more),
        *built,
    ]


def callback_lines(experiment: Experiment) -> list[str]:
    """`callbacks = `, made once and given to every `fit`; empty where there are none."""
    schedule = experiment.schedule
    lines: list[str] = []
    names: list[str] = []
    if is_averaging(experiment):
        lines.append("averages = Averages()")
        names.append("averages")
    if isinstance(schedule, ReduceLROnPlateau):
        lines += _plateau_lines(schedule, experiment)
        names.append("plateau")
    return [*lines, f"callbacks = [{', '.join(names)}]"] if names else []


PLAIN_LOSS = "plain_loss"
"""What the script calls the training loss without penalties, which Keras adds to its own."""


def monitored(experiment: Experiment, monitor: str) -> str:
    """What the script's history calls a figure of the training part, or of the validation part."""
    return PLAIN_LOSS if monitor == "loss" and experiment.has_penalty else monitor


def _plateau_lines(schedule: ReduceLROnPlateau, experiment: Experiment) -> list[str]:
    """`plateau = `.

    Raises:
        SpecError: where a warm-up comes first, which Keras's callback would overwrite.
    """
    if schedule.warmup_steps:
        raise SpecError.at(
            "schedule.warmup_steps",
            tr("can't be written as Keras code together with reduce on plateau; set it to 0"),
        )
    given = {name: written(value) for name, value in schedule.settings().items()}
    given["mode"] = written("max" if schedule.monitor.endswith("accuracy") else "min")
    given["monitor"] = written(monitored(experiment, schedule.monitor))
    return call("Plateau", given, "plateau = ")


def _rate_lines(experiment: Experiment, info: DataInfo) -> list[str]:
    """`learning_rate = ` a number or a schedule."""
    schedule, initial = experiment.schedule, experiment.optimizer.learning_rate
    plan = schedule.rest(experiment.plan(info))
    own = _RATES.get(type(schedule))
    lines = own(schedule, initial, plan) if own is not None else _of_keras(schedule, initial, plan)
    if schedule.warmup_steps:
        given = f"{schedule.warmup_steps}, {written(schedule.warmup_start)}"
        given += f", first_step={schedule.first_step}" if schedule.first_step else ""
        lines.append(f"learning_rate = Warmup(learning_rate, {given})")
    return lines


def _of_keras(schedule: Schedule, initial: float, plan: Plan) -> list[str]:
    rate = {} if "values" in schedule.settings() else {"initial_learning_rate": written(initial)}
    return assignment("learning_rate", schedule.resolved(plan), **rate)


def _number(schedule: Schedule, initial: float, plan: Plan) -> list[str]:
    return [f"learning_rate = {written(initial)}"]


def _steps(schedule: StepDecay, initial: float, plan: Plan) -> list[str]:
    """Falls of a step decay are those of a staircase."""
    jumps = ExponentialDecay(
        decay_steps=schedule.steps_between(plan), decay_rate=schedule.factor, staircase=True
    )
    return _of_keras(jumps, initial, plan)


def _one_cycle(schedule: OneCycle, initial: float, plan: Plan) -> list[str]:
    top, last = schedule.turns(plan)
    given = {"peak": written(initial), "top": written(top), "last": written(last)}
    own = ("div_factor", "final_div_factor")
    given |= {name: written(getattr(schedule, name)) for name in own}
    return call("OneCycle", given, "learning_rate = ")


_RATES: dict[type[Schedule], Callable[[Any, float, Plan], list[str]]] = {
    Fixed: _number,
    ReduceLROnPlateau: _number,
    StepDecay: _steps,
    OneCycle: _one_cycle,
}
"""Learning rates that aren't one schedule of Keras, by class."""
