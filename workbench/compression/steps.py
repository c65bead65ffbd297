"""The steps of a recipe: one small frozen class each, and the order in which they make sense."""

from __future__ import annotations

from enum import IntEnum
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, model_validator

from workbench.base.text import tr
from workbench.spec.base import Choice, refuse, setting
from workbench.spec.training import MOST_OF_ID


class Phase(IntEnum):
    """What a step changes; a recipe goes through the phases in this order.

    A later phase keeps what an earlier one made; an earlier one would undo a later one: training
    freely brings zeros back, and another structure has other weights.
    """

    STRUCTURE = 1
    TRAINING = 2
    ZEROS = 3
    VALUES = 4
    FILE = 5


class CompressionStep(Choice):
    """One step of a recipe.

    Attributes:
        phase: What it changes.
        short: Its settings in the short form, in order: `prune:0.8` for rate 0.8.
        is_repeatable: Whether a recipe may have it more than once.
    """

    phase: ClassVar[Phase]
    short: ClassVar[tuple[str, ...]] = ()
    is_repeatable: ClassVar[bool] = False

    kind: str

    @property
    def tuning_epochs(self) -> int:
        """Epochs that it trains."""
        return 0

    @property
    def used_runs(self) -> dict[str, str]:
        """Ids of the runs that it uses besides the original, by the setting that names each."""
        return {}

    @property
    def has_teacher(self) -> bool:
        """Whether a teacher's answers are learned from."""
        return False


ORIGINAL, NOBODY = "original", "none"
"""Who teaches, where that is no other run."""


def _as_teacher(value: object) -> object:
    """Who teaches; recipes of before other runs could teach say true or false."""
    return {True: ORIGINAL, False: NOBODY}[value] if isinstance(value, bool) else value


def trained_for(epochs: int) -> Any:
    """The setting of how many epochs a step trains."""
    return setting(
        epochs, "Epochs", "Epochs of training in this step.", unit="epochs", ge=1, le=100_000
    )


def starting_at(rate: float) -> Any:
    """The setting of where the learning rate of a step starts."""
    return setting(
        rate,
        "Learning rate",
        "Where training starts (Adam); it falls to 0 along a cosine. To fine-tune, use less than "
        "the network was trained with.",
        advanced=True,
        gt=0.0,
        le=10.0,
    )


class TunedStep(CompressionStep):
    """A step that fine-tunes the network, as `StepContext.tuned` does it.

    Attributes:
        teacher: `ORIGINAL`, `NOBODY`, or the id of a run.
    """

    epochs: int = trained_for(2)
    learning_rate: float = starting_at(0.001)
    teacher: Annotated[str, BeforeValidator(_as_teacher)] = setting(
        ORIGINAL,
        "Teacher",
        "Learn from the answers of a trained network beside the labels (Hinton et al. 2015): those "
        "of the 'original', or of any run with the same classes, by its id; takes its forward pass "
        "once more a step. 'none' trains on the labels alone, to see what a teacher is worth.",
        advanced=True,
        min_length=1,
        max_length=MOST_OF_ID,
    )

    @property
    def tuning_epochs(self) -> int:
        """All of it."""
        return self.epochs

    @property
    def used_runs(self) -> dict[str, str]:
        """Its teacher, where that is a run."""
        return {} if self.teacher in (ORIGINAL, NOBODY) else {"teacher": self.teacher}

    @property
    def has_teacher(self) -> bool:
        """As `teacher` says."""
        return self.teacher != NOBODY


class PruneStructure(TunedStep):
    """Removes the filters and neurons that matter least, so that the network computes less.

    What is left is a smaller structure of the same layers, which opens in the designer. The next
    channels go where least is lost for the root of the multiplications saved; channels that are
    added up go together. In between the network is fine-tuned.
    """

    label = tr("Removing filters and neurons")
    formula = r"$\Theta = |\frac{1}{M} \sum_m \frac{\partial C}{\partial z_m} z_m|$"
    source = "Molchanov et al. 2017"
    phase = Phase.STRUCTURE
    short = ("macs", "criterion")

    kind: Literal["structured"] = "structured"
    macs: float = setting(
        0.4,
        "MACs that stay",
        "Share of the multiplications for one image that the smaller network may take.",
        gt=0.0,
        lt=1.0,
    )
    criterion: Literal["taylor", "norm"] = setting(
        "taylor",
        "Criterion",
        "'taylor' removes what changes the loss least (by gradients on training images), 'norm' "
        "the filters of the smallest weights.",
    )
    epochs: int = trained_for(4)
    learning_rate: float = starting_at(0.004)  # what is left learns most of it once more
    rounds: int = setting(
        2,
        "Rounds",
        "Removing and fine-tuning take turns so often.",
        advanced=True,
        ge=1,
        le=100,
    )
    least: int = setting(
        2, "Least channels", "Channels that every layer keeps.", advanced=True, ge=1, le=1024
    )
    sensitivity: bool = setting(
        False,
        "Sensitivity",
        "Measure first what each layer costs in accuracy on the validation images as a quarter, a "
        "half and three quarters of its channels are removed.",
        advanced=True,
    )

    @model_validator(mode="after")
    def _an_epoch_a_round(self) -> PruneStructure:
        if self.rounds > self.epochs:
            fault = tr(
                "must be at most the {epochs} epochs, got {rounds}",
                epochs=self.epochs,
                rounds=self.rounds,
            )
            raise refuse({"rounds": fault})
        return self


class LowRank(TunedStep):
    """Replaces a layer by two thinner ones (singular value decomposition), where that saves work.

    The rank of each layer is the smallest that keeps the accuracy on the validation images within
    the loss that is allowed, found by trying: the energy of the singular values misleads.
    """

    label = tr("Low rank")
    formula = r"$W \approx U_r \Sigma_r V_r^T$"
    source = "Denton et al. 2014"
    phase = Phase.STRUCTURE
    short = ("loss",)

    kind: Literal["low_rank"] = "low_rank"
    loss: float = setting(
        0.003,
        "Allowed loss",
        "Accuracy on the validation images that all layers together may lose before fine-tuning.",
        ge=0.0,
        lt=1.0,
    )


class Student(TunedStep):
    """Trains a narrower network of the same layers from fresh weights, taught by the original.

    A small network that learns from a large one's answers is often better than the large one cut
    down, and always faster to run. Its structure may be that of any run, too.
    """

    label = tr("Student")
    formula = r"$(1 - w)\,L + w\,T^2\,H(\sigma(v / T), \sigma(z / T))$"
    source = "Hinton et al. 2015"
    phase = Phase.STRUCTURE
    short = ("scale",)

    kind: Literal["student"] = "student"
    scale: float = setting(
        0.25,
        "Scale",
        "Widths of the student by those of the original; weights fall with its square.",
        gt=0.0,
        le=1.0,
    )
    hidden: bool = setting(
        True,
        "Hidden Dense layers",
        "Off, Dense layers between the convolutions and the output are left out: in a narrow "
        "network they let too little through, and each takes half a kilobyte of the file.",
        advanced=True,
    )
    like: str = setting(
        "",
        "Structure of",
        "A run whose network the student has, by its id, in place of a narrower one; it begins "
        "with fresh weights all the same, and the scale has no effect.",
        absent="None",
        advanced=True,
        max_length=MOST_OF_ID,
    )
    epochs: int = trained_for(20)
    learning_rate: float = starting_at(0.004)

    @property
    def used_runs(self) -> dict[str, str]:
        """Its teacher, and whose structure it has."""
        return super().used_runs | ({"like": self.like} if self.like else {})


class FineTune(TunedStep):
    """Trains on, and changes nothing else: what other steps are compared with.

    A network that was compressed has had more training than the original. This step gives the
    original as much, so that the difference is that of compression.
    """

    label = tr("Fine-tuning")
    phase = Phase.TRAINING
    short = ("epochs",)
    is_repeatable = True

    kind: Literal["finetune"] = "finetune"


class Prune(TunedStep):
    """Sets the smallest weights to zero, more and more of them while fine-tuning.

    The share of zeros rises as Zhu and Gupta have it: fast at first, while many weights are
    needless, and slower towards the end. It makes the coded (gzipped) file smaller; the file itself
    keeps its size, and the network is no faster, as kernels compute with zeros like with other
    numbers. For that, remove whole filters.
    """

    label = tr("Pruning by magnitude")
    formula = r"$s_t = s_f + (s_i - s_f)\,(1 - t / T)^3$"
    source = "Zhu and Gupta 2017"
    phase = Phase.ZEROS
    short = ("rate", "scope")

    kind: Literal["prune"] = "prune"
    rate: float = setting(
        0.8, "Rate", "Share of the kernels' weights that become zero.", gt=0.0, lt=1.0
    )
    scope: Literal["global", "layer"] = setting(
        "global",
        "Scope",
        "'global' compares the weights of all layers, so that layers with many needless weights "
        "lose more; 'layer' takes the same share of each.",
    )
    ramp: float = setting(
        0.7,
        "Ramp",
        "Share of the fine-tuning in which the zeros grow; the rest trains what is left.",
        advanced=True,
        gt=0.0,
        le=1.0,
    )


class PrunePattern(TunedStep):
    """Keeps the largest N of every M weights in a row along the inputs (N:M sparsity).

    Some accelerators compute 2:4 twice as fast; on processors and microcontrollers it is no faster.
    """

    label = tr("Pruning in a pattern (N:M)")
    source = "Mishra et al. 2021"
    phase = Phase.ZEROS
    short = ("keep", "of")

    kind: Literal["pattern"] = "pattern"
    keep: int = setting(2, "Keep", "Weights that stay of each group.", ge=1, le=64)
    of: int = setting(4, "Of", "Weights of a group.", ge=2, le=64)

    @model_validator(mode="after")
    def _keeps_fewer(self) -> PrunePattern:
        if self.keep >= self.of:
            fault = tr(
                "must be less than the {of} weights of a group, got {keep}",
                of=self.of,
                keep=self.keep,
            )
            raise refuse({"keep": fault})
        return self


class Cluster(TunedStep):
    """Lets the weights of each layer share a few values (k-means), and fine-tunes these.

    After each step of training the weights of a cluster become their mean; zeros stay zero. It
    makes the coded file smaller: indices take few bits. Quantized afterwards, a layer gets one
    scale, as a scale for each channel would tear shared values apart.
    """

    label = tr("Weight sharing")
    source = "Han et al. 2016"
    phase = Phase.VALUES
    short = ("clusters",)

    kind: Literal["cluster"] = "cluster"
    clusters: int = setting(
        16, "Shared values", "Different values that a layer's kernel keeps.", ge=2, le=4096
    )
    epochs: int = trained_for(1)
    learning_rate: float = starting_at(0.0005)


class QuantizationAware(TunedStep):
    """Fine-tunes with kernels and activations rounded as the file will have them.

    Kernels have one scale for each channel, activations are 8 bits of a range that follows the
    batches. The gradient passes the rounding as if it weren't there (straight-through). Worth its
    time for int4; int8 loses hardly anything without it.
    """

    label = tr("Quantization-aware fine-tuning")
    source = "Bengio et al. 2013"
    phase = Phase.VALUES
    short = ("bits",)

    kind: Literal["qat"] = "qat"
    bits: Literal["int4", "int8"] = setting(
        "int4", "Weights", "The type that the kernels are rounded to."
    )
    epochs: int = trained_for(4)
    activations: bool = setting(
        True,
        "Activations too",
        "Round what layers give to 8 bits, too; the ranges that are learned go into the file.",
        advanced=True,
    )


def chosen(kind: str) -> type[CompressionStep] | None:
    """The class of a step by its kind; None where there is none."""
    return CompressionStep.choices().get(kind)
