"""The loss, and when training ends early, as source."""

from __future__ import annotations

from workbench.exchange.codegen.expressions import call, written
from workbench.exchange.codegen.optimization import PLAIN_LOSS, is_averaging, monitored
from workbench.experiment import Experiment
from workbench.spec.data import DataInfo
from workbench.spec.stopping import EarlyStopping


def trains_on_shares(experiment: Experiment) -> bool:
    """Whether labels must be shares of the classes instead of class numbers."""
    return experiment.loss.needs_shares or experiment.augmentation.mixup > 0


def loss_lines(experiment: Experiment, info: DataInfo) -> list[str]:
    """`loss = `, or a function of that name."""
    loss, logits = experiment.loss, not experiment.gives_probabilities(info)
    name, settings = loss.keras_call(shares=trains_on_shares(experiment))
    given = {argument: written(value) for argument, value in settings.items()}
    if logits and loss.takes_logits:
        given["from_logits"] = "True"
    if not logits or loss.takes_logits:
        return call(name, given, "loss = ")
    return [
        *call(name, given, "of_probabilities = "),
        "",
        "def loss(targets, logits):",
        "    return of_probabilities(targets, keras.ops.softmax(logits))",
        "",
    ]


def metric_lines(experiment: Experiment) -> tuple[list[str], str]:
    """What stands before `compile`, and its metrics: the loss without penalties where something
    watches it.
    """
    rules = (experiment.stopping, experiment.schedule)
    watched = [monitored(experiment, getattr(rule, "monitor", "")) for rule in rules]
    if PLAIN_LOSS not in watched:
        return [], '["accuracy"]'
    lines = [
        "",
        f"def {PLAIN_LOSS}(targets, outputs):  # without the penalties that Keras adds",
        "    return loss(targets, outputs) * keras.ops.ones(keras.ops.shape(outputs)[:1])",
        "",
    ]
    return lines, f'["accuracy", {PLAIN_LOSS}]'


def stopping_lines(experiment: Experiment) -> tuple[list[str], list[str], list[str]]:
    """What stands before the loop over the epochs, at its end, and behind it."""
    rule = experiment.stopping
    if not isinstance(rule, EarlyStopping):
        return [], [], []
    sign, way = ("-", ">") if rule.wants_more else ("+", "<")
    change = f" {sign} {rule.min_delta!r}" if rule.min_delta else ""
    # Keras adds the penalties on weights to the validation loss, the workbench doesn't.
    penalties = " - float(sum(model.losses))" if rule.monitor == "val_loss" else ""
    keep = ", best_weights" if rule.restore_best_weights else ""
    judged = "averages.judged" if is_averaging(experiment) else "model.get_weights()"
    weights = f", {judged}" if rule.restore_best_weights else ""
    first = rule.start_from_epoch
    skipped = [f"if epoch < {first}:", "    continue"] if first else []
    inside = [
        *skipped,
        f'value = history.history["{monitored(experiment, rule.monitor)}"][0]{penalties}',
        f"if best is None or value{change} {way} best:",
        f"    best, waited{keep} = value, 0{weights}",
        "    continue",
        "waited += 1",
        f"if waited >= {rule.patience}:",
        '    print(f"stopped early at epoch {epoch + 1}")',
        "    break",
    ]
    none = ", None" if rule.restore_best_weights else ""
    behind = ["if best is not None:", "    model.set_weights(best_weights)"]
    before = [f"best, waited{keep} = None, 0{none}"]
    return before, inside, behind if rule.restore_best_weights else []
