"""The quantities of a run: what was measured of it as one number, each described once.

A column of the table, its unit in filters, the lines that `run` prints and `--json` holds, the
report and the axes of trade-offs follow from the description. One that the table of runs has no
column for in the store is kept in `Run.figures`, by its key; `Store.update` takes it by that key.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum

from workbench.base import units
from workbench.base.text import tr


def number(value: float) -> str:
    """A setting's number: 64, 1,024, 0.001, 1e-07."""
    if value.is_integer() and abs(value) < 1e15:
        return f"{int(value):,}"
    return f"{value:.6g}"


def date(value: float) -> str:
    """2026-03-01 14:05, in local time."""
    return datetime.fromtimestamp(value).strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True)
class Writing:
    """How values of a kind are written and read.

    Attributes:
        text: A value as a person reads it.
        wanted: What a filter compares it with, for an error.
        factors: What a value in a filter is multiplied by for its unit; % goes with every number.
        unit: Of an axis; "" for none.
        scale: From values to that unit.
    """

    text: Callable[[float], str]
    wanted: str = tr("a number")
    factors: Mapping[str, float] = field(default_factory=dict)
    unit: str = ""
    scale: float = 1.0


class Kind(Enum):
    """What a column holds, and so how it is written."""

    TEXT = "text"
    NUMBER = "number"
    LOSS = "loss"
    COUNT = "count"
    SHARE = "share"
    SECONDS = "seconds"
    MILLISECONDS = "milliseconds"
    BYTES = "bytes"
    JOULES = "joules"
    DATE = "date"
    FLAG = "flag"

    @property
    def is_text(self) -> bool:
        """Whether it is compared as text."""
        return self is Kind.TEXT

    @property
    def writing(self) -> Writing:
        """How its values are written and read."""
        return _WRITINGS[self]

    def text(self, value: float) -> str:
        """A value as a person reads it."""
        return self.writing.text(value)


_WRITINGS = {
    Kind.TEXT: Writing(str),
    Kind.NUMBER: Writing(number),
    Kind.LOSS: Writing(units.decimal),
    Kind.COUNT: Writing(units.count),
    Kind.SHARE: Writing(
        units.percent, wanted=tr("a number, as in 0.98 or 98%"), unit="%", scale=100.0
    ),
    Kind.SECONDS: Writing(
        units.duration,
        wanted=tr("seconds, as in 90, 90 s or 1.5 min"),
        factors={"ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0},
        unit="s",
    ),
    Kind.MILLISECONDS: Writing(
        lambda value: f"{units.milliseconds(value)} ms",
        wanted=tr("milliseconds, as in 0.5 or 0.5 ms"),
        factors={"ms": 1.0, "s": 1e3},
        unit="ms",
    ),
    Kind.BYTES: Writing(
        units.size,
        wanted=tr("bytes, as in 400000 or 400 kB"),
        factors={"B": 1.0, "kB": 1e3, "MB": 1e6, "GB": 1e9},
        unit="kB",
        scale=0.001,
    ),
    Kind.JOULES: Writing(
        units.energy,
        wanted=tr("joules, as in 500 or 0.5 kJ"),
        factors={"J": 1.0, "kJ": 1e3, "MJ": 1e6},
        unit="J",
    ),
    Kind.DATE: Writing(date, wanted=tr("a day, as in 2026-03-01")),
    Kind.FLAG: Writing(lambda value: tr("yes") if value else tr("no"), wanted=tr("true or false")),
}


@dataclass(frozen=True)
class Quantity:
    """One number of a run.

    Attributes:
        key: Its name everywhere: in `Run`, in filters, in JSON; letters, digits and underscores.
        title: In the header of the table.
        kind: Of its values.
        help: What it says, one sentence.
        better: 1 where more is better, -1 where less is, 0 where neither.
        metric: The metric of an epoch that it is the last of; "" for none.
        words: Its name in whole words, for axes, report and command line; "" where the title is.
        unit: Behind its values where they stand alone, and their text has none: "images/s".
        result: Its name in what `run` prints; "" where it isn't printed.
        report: Its name in the report; "" where it isn't in it.
        short: How the report writes it, where it isn't as the table does.
        is_noted: Whether it is measured after training, by whoever asks for it, see `Store.update`.
    """

    key: str
    title: str
    kind: Kind
    help: str
    better: int = 0
    metric: str = ""
    words: str = ""
    unit: str = ""
    result: str | None = None
    report: str | None = None
    short: Callable[[float], str] | None = None
    is_noted: bool = False

    @property
    def name(self) -> str:
        """In whole words."""
        return self.words or self.title

    @property
    def result_name(self) -> str:
        """In what `run` prints: its name in small letters where nothing else is said."""
        return self.name.lower() if self.result is None else self.result

    @property
    def report_name(self) -> str:
        """In the report: its name where nothing else is said."""
        return self.name if self.report is None else self.report

    def text(self, value: float | None) -> str:
        """A value that stands alone."""
        if value is None:
            return units.NONE
        text = self.kind.text(value)
        return f"{text} {self.unit}" if self.unit else text

    def report_text(self, value: float | None) -> str:
        """A value in the report."""
        return units.NONE if value is None else (self.short or self.kind.text)(value)


QUANTITIES = (
    Quantity(
        "test_accuracy", tr("Test acc."), Kind.SHARE,
        tr("Accuracy on the test images, looked at once, at the end; of a search's trials the "
        "best, the next best and the baseline alone are tested, after the choice"),
        1, words=tr("Test accuracy"),
    ),
    Quantity(
        "test_loss", tr("Test loss"), Kind.LOSS,
        tr("Loss on the test images, without penalties on the weights; looked at once, at the end"),
        -1, result="", report="",
    ),
    Quantity(
        "val_accuracy", tr("Val. acc."), Kind.SHARE, tr("Accuracy on the validation images"),
        1, "val_accuracy", tr("Validation accuracy"),
    ),
    Quantity(
        "val_loss", tr("Val. loss"), Kind.LOSS,
        tr("Loss on the validation images, without penalties on the weights"),
        -1, "val_loss", tr("Validation loss"), result="",
    ),
    Quantity(
        "accuracy", tr("Accuracy"), Kind.SHARE,
        tr("Accuracy on the training images, mean over the epoch"),
        1, "accuracy", tr("Training accuracy"), result="", report="",
    ),
    Quantity(
        "loss", tr("Loss"), Kind.LOSS,
        tr("Loss on the training images, mean over the epoch: without penalties on the weights, as "
        "validation and test loss are; with them in runs of before the penalty was recorded "
        "apart, which have none in the column Penalty"),
        -1, "loss", tr("Training loss"), result="",
    ),
    Quantity(
        "penalty", tr("Penalty"), Kind.LOSS,
        tr("The penalties on the weights (L1, L2), mean over the epoch; training minimizes loss "
        "and penalty together. 0 without any; missing in runs of before it was recorded"),
        0, "penalty", tr("Penalty on the weights"), result="", report=tr("Penalty"),
    ),
    Quantity(
        "images_per_second", tr("Images/s"), Kind.COUNT,
        tr("Images in a second of training time: median over the epochs after the first"),
        1, "images_per_second", tr("Images per second"), tr("images/s"),
        tr("speed"), tr("Images/s"),
    ),
    Quantity("parameters", tr("Parameters"), Kind.COUNT, tr("Weights of the network"), -1),
    Quantity(
        "macs", "MACs", Kind.COUNT, tr("Multiplications for one image"),
        -1, result="MACs", short=units.big,
    ),
    Quantity(
        "nonzero_parameters", tr("Non-zero"), Kind.COUNT,
        tr("Weights of the network that aren't exactly zero; of compressed runs"),
        -1, words=tr("Non-zero parameters"),
    ),
    Quantity("epochs", tr("Epochs"), Kind.COUNT, tr("Epochs that are wholly trained"), result=""),
    Quantity(
        "seconds", tr("Training time"), Kind.SECONDS,
        tr("What the steps took. Compiling, validation, checkpoints and pauses don't count; "
        "missing in runs of before it was kept apart, of which the elapsed time is known"),
        -1, "seconds",
    ),
    Quantity(
        "elapsed", tr("Elapsed time"), Kind.SECONDS,
        tr("From the first step to the end of the last epoch, with compiling, validation and "
        "checkpoints; pauses don't count"),
        -1, "elapsed",
    ),
    Quantity(
        "latency_ms", tr("Latency"), Kind.MILLISECONDS,
        tr("What the trained network takes for one image, median: the shorter of the numbers of "
        "threads that Inside > Speed (or 'latency') measured last"),
        -1, words=tr("Inference latency"), is_noted=True,
    ),
    Quantity("file_bytes", tr("File size"), Kind.BYTES, tr("Of the weights as they are kept"), -1),
    Quantity(
        "litert_bytes", tr("LiteRT file"), Kind.BYTES,
        tr("Size of the network as a LiteRT file"),
        -1, words=tr("Size of the LiteRT file"), is_noted=True,
    ),
    Quantity(
        "gzip_bytes", tr("Gzipped"), Kind.BYTES,
        tr("Size of the LiteRT file as gzip codes it: where zeros and shared values count"),
        -1, words=tr("Size of the gzipped LiteRT file"), is_noted=True,
    ),
    Quantity(
        "litert_ms", tr("LiteRT latency"), Kind.MILLISECONDS,
        tr("What the LiteRT file takes for one image with one thread, median"),
        -1, words=tr("Latency of the LiteRT file"), is_noted=True,
    ),
    Quantity(
        "litert_p95_ms", tr("LiteRT p95"), Kind.MILLISECONDS,
        tr("What 95 % of the LiteRT file's calls with one image take at most, with one thread"),
        -1, words=tr("95th percentile of the LiteRT file's latency"), is_noted=True,
    ),
    Quantity(
        "litert_p99_ms", tr("LiteRT p99"), Kind.MILLISECONDS,
        tr("What 99 % of the LiteRT file's calls with one image take at most, with one thread"),
        -1, words=tr("99th percentile of the LiteRT file's latency"), is_noted=True,
    ),
    Quantity(
        "litert_batch_ms", tr("LiteRT, 64 images"), Kind.MILLISECONDS,
        tr("What the LiteRT file takes for 64 images with one thread, median"),
        -1, words=tr("Latency of the LiteRT file for 64 images"), is_noted=True,
    ),
    Quantity(
        "litert_ratio", tr("LiteRT latency ratio"), Kind.NUMBER,
        tr("Latency of the LiteRT file divided by that of the run that it was made from, measured "
        "in turns"),
        -1, words=tr("Latency against the original"),
    ),
    Quantity(
        "accuracy_difference", tr("Difference"), Kind.SHARE,
        tr("Test accuracy less that of the run that it was made from"),
        1, words=tr("Difference in test accuracy"),
    ),
    Quantity(
        "test_images", tr("Test images"), Kind.COUNT,
        tr("Images on which the test accuracy was counted"),
        result="", report="", is_noted=True,
    ),
    Quantity(
        "joules", tr("Energy"), Kind.JOULES,
        tr("What the processor and the GPUs that it trained on drew in the elapsed time, with all "
        "else that ran there; missing where the machine doesn't tell or doesn't let it be read "
        "(on Linux /sys/class/powercap, which often root alone may read)"),
        -1,
    ),
)  # fmt: skip
"""In the order of the table's columns; a new one is a line here and the code that measures it."""
