"""The columns that a table of runs can have: what is known of a run, by one name everywhere.

The name is that of the command line, of filters and of saved tables: `val_accuracy`,
`val_accuracy@best`, `val_accuracy@5`, `time_to@0.98`, or a setting's path, `optimizer.kind`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from workbench.base import units
from workbench.base.text import tr
from workbench.runs.quantities import QUANTITIES, Kind, Quantity, number
from workbench.runs.table.setting_titles import setting_title

Value = float | str | None
"""A cell; a flag is 0 or 1, a missing value None."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        key: Its name.
        title: In the header.
        kind: Of its values.
        help: What it says, one sentence.
        better: 1 where more is better, -1 where less is, 0 where neither.
        metric: The metric of an epoch that it picks from or, with a goal, gives; "" for none.
        at: Which epoch's value it picks; 0 for the last one.
        best: Whether it picks the best epoch's value.
        goal: The validation accuracy whose time it says; 0 for none.
        words: Its name in whole words, where the header is shorter; "" where it isn't.
        unit: Behind its values where they stand alone, and their text has none.
    """

    key: str
    title: str
    kind: Kind
    help: str = ""
    better: int = 0
    metric: str = ""
    at: int = 0
    best: bool = False
    goal: float = 0.0
    words: str = ""
    unit: str = ""

    @classmethod
    def of(cls, quantity: Quantity) -> Column:
        """The column of a quantity."""
        return cls(
            quantity.key,
            quantity.title,
            quantity.kind,
            quantity.help,
            quantity.better,
            quantity.metric,
            words=quantity.words,
            unit=quantity.unit,
        )

    @property
    def is_of_epochs(self) -> bool:
        """Whether it is read from the epochs, not from the run's own row."""
        return bool(self.at or self.goal)

    @property
    def listed(self) -> str:
        """Its title and its name, for a list to choose from."""
        return self.key if self.title == self.key else f"{self.title}  ·  {self.key}"

    def text(self, value: Value) -> str:
        """A value as a person reads it."""
        if value is None:
            return units.NONE
        return value if isinstance(value, str) else self.kind.text(value)

    def difference(self, value: Value, base: Value) -> tuple[str, int]:
        """A value against that of the run that others are compared with.

        Returns:
            "+0.40 %", or "" where there is nothing to say; and 1 where it is better, -1 worse.
        """
        if not self.better or not isinstance(value, float) or not isinstance(base, float):
            return "", 0
        by = value - base
        text = self.text(abs(by))
        if text == self.text(0.0):
            return "", 0
        return f"{'+' if by > 0 else '−'}{text}", (1 if by > 0 else -1) * self.better


_OF_RUNS = (
    Column("name", tr("Name"), Kind.TEXT,
           tr("What a person calls it; ticked runs show their curves")),
    Column("status", tr("Status"), Kind.TEXT, tr("How far the run is")),
    Column("starred", "★", Kind.FLAG, tr("Click to mark a run as worth remembering")),
    Column("tags", tr("Tags"), Kind.TEXT, tr("Your words for a run, separated by commas")),
    Column("notes", tr("Notes"), Kind.TEXT, tr("What you wrote about a run")),
    Column("group", tr("Group"), Kind.TEXT,
           tr("The seeds or folds that a run is one of: runs that were made together")),
    Column("study", tr("Study"), Kind.TEXT, tr("The study that a run is a trial of")),
    Column("trial", tr("Trial"), Kind.COUNT, tr("The run's number in its study")),
    Column("kind", tr("Kind"), Kind.TEXT, tr("What a run is: training trains a network")),
    Column("parent_id", tr("Made from"), Kind.TEXT, tr("Id of the run that a run was made from")),
    *(Column.of(quantity) for quantity in QUANTITIES),
    Column("step", tr("Steps"), Kind.COUNT, tr("Steps trained")),
    Column("total_steps", tr("Steps in all"), Kind.COUNT, tr("Steps that were asked for")),
    Column("created", tr("Created"), Kind.DATE, tr("When Train or Add to queue was pressed")),
    Column("started", tr("Started"), Kind.DATE, tr("When training began")),
    Column("finished", tr("Finished"), Kind.DATE, tr("When training ended")),
    Column("outcome", tr("Outcome"), Kind.TEXT,
           tr("How it ended, as a word to filter by: completed, stopped, pruned, diverged, "
           "out_of_memory, disk_full, crashed, ...")),
    Column("message", tr("Message"), Kind.TEXT, tr("How it ended, where not all went well")),
    Column("run_id", tr("Run id"), Kind.TEXT, tr("The command line knows the run by it")),
    Column("fingerprint", tr("Data fingerprint"), Kind.TEXT,
           tr("Two runs with the same one were trained on the same images")),
    Column("archived", tr("Archived"), Kind.FLAG, tr("Whether the run is put away")),
    Column("hidden", tr("Curves hidden"), Kind.FLAG,
           tr("Whether its curves are taken out of the plots")),
)  # fmt: skip
RUN_COLUMNS = {column.key: column for column in _OF_RUNS}
BEST_OF = ("loss", "accuracy", "val_loss", "val_accuracy")
AT_EPOCH = tuple(column.metric for column in _OF_RUNS if column.metric)
DEFAULT_KEYS = (
    "name",
    "starred",
    "status",
    "test_accuracy",
    "val_accuracy",
    "val_loss",
    "loss",
    "images_per_second",
    "parameters",
    "seconds",
)
EXAMPLES = (
    "time_to@0.9",
    "time_to@0.98",
    "elapsed_to@0.98",
    *(f"{metric}@best" for metric in BEST_OF),
)
"""Columns that take a choice, as they are offered."""

_PICKED = re.compile(r"(\w+)@(best|[1-9]\d{0,5})")
_GOAL = re.compile(r"(time|elapsed)_to@(0?\.\d{1,6}|1(?:\.0*)?|\d{1,2}(?:\.\d{1,4})?%)")

_TIMES = {
    "time": ("seconds", tr("Training time (without compiling, validation and pauses)")),
    "elapsed": ("elapsed", tr("Elapsed time (with compiling and validation, without pauses)")),
}
"""The metric of an epoch that says a time, and its name, by the beginning of a column's key."""


def column_of(key: str, numbers: bool = False) -> Column:
    """The column of this name.

    Args:
        key: Of a run's own columns, of a pick of a metric, or a setting's path.
        numbers: Whether all values of the setting are numbers.
    """
    goal = _GOAL.fullmatch(key)
    if goal is not None:
        share = float(goal[2].rstrip("%")) / (100 if goal[2].endswith("%") else 1)
        metric, words = _TIMES[goal[1]]
        help_ = tr("{time} until the validation accuracy first reached this", time=words)
        percent = number(100 * share)
        title = (
            tr("Time to {percent} %", percent=percent)
            if goal[1] == "time"
            else tr("Elapsed to {percent} %", percent=percent)
        )
        return Column(key, title, Kind.SECONDS, help_, -1, metric, goal=share)
    picked = _PICKED.fullmatch(key)
    if picked is not None and picked[1] in (BEST_OF if picked[2] == "best" else AT_EPOCH):
        whole = RUN_COLUMNS[picked[1]]
        if picked[2] == "best":
            title = tr("{title} (best)", title=whole.title)
            help_ = tr("{help}; the value of the best epoch", help=whole.help)
            return replace(whole, key=key, title=title, best=True, help=help_)
        at = int(picked[2])
        title = tr("{title} (epoch {epoch})", title=whole.title, epoch=at)
        help_ = tr("{help}; the value of epoch {epoch}", help=whole.help, epoch=at)
        return replace(whole, key=key, title=title, at=at, help=help_)
    if key in RUN_COLUMNS:
        return RUN_COLUMNS[key]
    kind = Kind.NUMBER if numbers else Kind.TEXT
    return Column(key, setting_title(key), kind, tr("The setting {key}", key=key))
