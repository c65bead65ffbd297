"""What a figure is, and one of curves: which runs, which metric, how it looks. Checked values.

A figure file carries them, so that it can be drawn again; nothing is drawn here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, ClassVar, Literal, NamedTuple, Self

from workbench.base.text import tr
from workbench.curves.smoothing import MAX_WEIGHT
from workbench.spec.base import AsTuple, Spec, setting

FORMAT = "dlopt-workbench figure 1"
"""Tells our settings in a file from anything else that may stand there."""

MILLIMETRES_PER_INCH = 25.4


class Size(NamedTuple):
    """A preset of the export window and of `--size`; in millimetres, the font in points."""

    label: str
    width: float
    height: float
    font_size: float


SIZES = {
    "one-column": Size(tr("One column"), 85.0, 64.0, 8.0),
    "two-column": Size(tr("Two columns"), 175.0, 88.0, 9.0),
    "slide": Size("Slide", 254.0, 143.0, 16.0),
}
"""Columns as the templates of IEEE and ACM have them; a slide of 16 to 9."""

Metric = Literal[
    "loss",
    "accuracy",
    "val_loss",
    "val_accuracy",
    "learning_rate",
    "images_per_second",
    "epoch_images_per_second",
    "gradient_norm",
    "update_ratio",
    "penalty",
]


class Plot(Spec):
    """What is drawn of the runs."""

    metric: Metric = setting(
        "loss",
        "Metric",
        "What the y axis shows; losses are without penalties on the weights.",
    )
    axis: Literal["step", "epoch", "seconds", "elapsed", "images"] = setting(
        "step", "X axis", "What the x axis shows."
    )
    smoothing: float = setting(
        0.0,
        "Smoothing",
        "Weight of the moving average; the raw values stay faint behind it.",
        ge=0.0,
        le=MAX_WEIGHT,
    )
    log_x: bool = setting(False, "Log x", "Logarithmic x axis.")
    log_y: bool = setting(False, "Log y", "Logarithmic y axis.")
    layout: Literal["overlay", "multiples"] = setting(
        "overlay", "Layout", "All curves in one plot, or a small plot for each."
    )
    validation: bool = setting(
        False,
        "Validation",
        "Validation too, dashed with dots, where training loss or accuracy is shown.",
    )
    band: Literal["std", "minmax"] = setting(
        "std", "Band", "How far the runs of a group lie apart."
    )


class FigureLook(Spec):
    """How the figure looks; the export window's form."""

    title: str = setting(
        "", "Title", "Above the plot; papers mostly have a caption instead.", max_length=200
    )
    width: float = setting(
        SIZES["one-column"].width, "Width", "Of the whole figure.", unit="mm", ge=30.0, le=1000.0
    )
    height: float = setting(
        SIZES["one-column"].height,
        "Height",
        "Of the whole figure; it grows where the legend would take over half of it.",
        unit="mm",
        ge=30.0,
        le=1000.0,
    )
    dpi: int = setting(
        300,
        "Resolution",
        "Of a PNG; SVG and PDF are sharp at any size.",
        unit="dpi",
        ge=50,
        le=1200,
    )
    font: Literal["DejaVu Sans", "DejaVu Serif", "STIXGeneral"] = setting(
        "DejaVu Sans", "Font", "Sans serif, serif, or one that goes with Times."
    )
    font_size: float = setting(
        SIZES["one-column"].font_size,
        "Font size",
        "Of all text; papers mostly ask for 8 to 10.",
        unit="pt",
        ge=4.0,
        le=48.0,
    )
    grid: bool = setting(True, "Grid", "Faint lines at the ticks.")
    monochrome: bool = setting(
        False, "Black and white", "Greys and line styles in place of colours, for print."
    )
    x_from: float | None = setting(
        None, "X from", "Where the x axis begins.", begin=0.0, advanced=True
    )
    x_to: float | None = setting(None, "X to", "Where the x axis ends.", begin=1.0, advanced=True)
    y_from: float | None = setting(
        None, "Y from", "Where the y axis begins.", begin=0.0, advanced=True
    )
    y_to: float | None = setting(None, "Y to", "Where the y axis ends.", begin=1.0, advanced=True)

    def sized(self, name: str) -> Self:
        """With width, height and font size of a preset."""
        size = SIZES[name]
        return self.changed(width=size.width, height=size.height, font_size=size.font_size)


class Named(Spec):
    """Something that a figure's legend names: a run, or a class.

    Attributes:
        label: In the legend; "" for its own name.
    """

    label: str = setting("", "Label", "Words of the legend.", max_length=300)

    @property
    def key(self) -> str:
        """Tells it from the others of its figure."""
        raise NotImplementedError

    @property
    def together(self) -> str:
        """Words of the line that it shares with all that have the same; "" for one of its own."""
        return ""

    def named(self, words: str) -> Self:
        """The same with other words; "" for those that it has by itself."""
        return self.changed(label=words)


class FigureRun(Named):
    """One run of a figure.

    Attributes:
        group: Runs of one group are drawn as their mean with a band; "" for a curve of its own.
    """

    run_id: str = setting(..., "Run", "Id of the run.", min_length=1, max_length=200)
    group: str = setting("", "Group", "Its runs are drawn as one curve.", max_length=300)

    @property
    def key(self) -> str:
        """Its run's id."""
        return self.run_id

    @property
    def together(self) -> str:
        """Its group."""
        return self.group

    def named(self, words: str) -> Self:
        """A group is known by its words, so it always has some."""
        return self.changed(group=words or self.group) if self.group else super().named(words)


class FigureSpec(Spec):
    """What all figures have: whole, with the runs in the store they can be drawn again.

    Attributes:
        FORMAT: Tells its settings in a file from anything else that may stand there.
        LEGEND: The field whose entries may have words of their own; "" for none.
        SUFFIXES: Of the files that it can be written to.
    """

    FORMAT: ClassVar[str] = ""
    LEGEND: ClassVar[str] = ""
    SUFFIXES: ClassVar[tuple[str, ...]] = (".svg", ".pdf", ".png", ".csv")

    look: FigureLook = FigureLook()

    @property
    def file_name(self) -> str:
        """Proposed for a file, without a suffix."""
        raise NotImplementedError

    @property
    def legend(self) -> tuple[Named, ...]:
        """What may have words of its own in the figure."""
        return getattr(self, self.LEGEND) if self.LEGEND else ()

    def dressed(self, look: FigureLook, legend: tuple[Named, ...]) -> Self:
        """The same with another look, and the entries of `legend` with other words."""
        words = {self.LEGEND: legend} if self.LEGEND else {}
        return self.model_copy(update={"look": look, **words})

    def of_runs(self, run_ids: Sequence[str]) -> Self:
        """The same of other runs.

        Raises:
            ValueError: one sentence, where it can't show that many.
        """
        raise NotImplementedError

    @property
    def reads(self) -> object:
        """Another value where something else has to be read to draw it."""
        raise NotImplementedError

    def with_format(self) -> dict[str, Any]:
        """Plain values that say what they are."""
        return {"format": self.FORMAT, **self.values()}

    def to_json(self) -> str:
        """As a file carries it: one line, ASCII."""
        return json.dumps(self.with_format(), separators=(",", ":"))


class CurveFigure(FigureSpec):
    """A figure of curves."""

    FORMAT: ClassVar[str] = FORMAT
    LEGEND: ClassVar[str] = "runs"
    SUFFIXES: ClassVar[tuple[str, ...]] = (*FigureSpec.SUFFIXES, ".tex", ".tikz")

    runs: Annotated[tuple[FigureRun, ...], AsTuple] = setting(
        ..., "Runs", "In the order of the legend.", min_length=1, max_length=1000
    )
    plot: Plot = Plot()

    @property
    def file_name(self) -> str:
        """Named after what it shows."""
        return self.plot.metric.replace("_", "-")

    def of_runs(self, run_ids: Sequence[str]) -> Self:
        """Each with a curve of its own."""
        return self.model_copy(update={"runs": tuple(FigureRun(run_id=r) for r in run_ids)})

    @property
    def reads(self) -> object:
        """Its runs."""
        return frozenset(entry.run_id for entry in self.runs)


def figure_of_runs(run_ids: Sequence[str], plot: Plot, look: FigureLook) -> CurveFigure:
    """A figure of these runs, each with a curve of its own and its name as label."""
    return CurveFigure(runs=tuple(FigureRun(run_id=r) for r in run_ids), plot=plot, look=look)
