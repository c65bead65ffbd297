"""How long and in what pieces a network learns, and what is kept aside to judge it."""

from __future__ import annotations

import math

from workbench.base.text import plural, tr
from workbench.spec.base import Spec, setting
from workbench.spec.class_counts import folds_fault, share_fault
from workbench.spec.data import DataInfo

MOST_OF_ID = 24
"""Letters of a run's id."""

TEMPERATURE, WEIGHT = 3.0, 0.7
"""Of a teacher's answers beside the labels, where nothing else is said."""


class Training(Spec):
    """How long and in what pieces the network learns."""

    epochs: int = setting(
        10, "Epochs", "How often the whole training set is seen.", ge=1, le=100_000
    )
    batch_size: int = setting(
        64,
        "Batch size",
        "Images to a step: larger is faster per image, smaller often generalises better.",
        unit="images",
        ge=1,
        le=1_000_000,
    )
    seed: int = setting(
        0,
        "Seed",
        "Start of every random choice; the same seed on the same machine gives the same run.",
        ge=0,
        le=2**31 - 1,
    )
    validation_split: float = setting(
        0.1,
        "Validation share",
        "Share of the training images kept aside, stratified by class, to judge each epoch; 0 for "
        "none. Where the data bring a validation part of their own, that part judges.",
        ge=0.0,
        le=0.9,
    )
    folds: int = setting(
        0,
        "Folds",
        "Cross-validation: the training images are cut into this many parts, stratified by class, "
        "and one of them judges each epoch in place of the validation share or of the data's own "
        "validation part. Run > Cross-validate trains once for every part, so that each training "
        "image is judged once.",
        advanced=True,
        zero="off",
        ge=0,
        le=100,
    )
    fold: int = setting(
        1,
        "Fold held out",
        "Which of the folds judges, from 1; no matter where there are no folds.",
        advanced=True,
        ge=1,
        le=100,
    )
    initial_weights: str = setting(
        "",
        "Initial weights",
        "Start from the trained weights of a run with a network of equal shapes, to fine-tune it; "
        "empty starts from fresh random ones. What the optimizer remembers is fresh either way.",
        absent="Fresh",
        max_length=MOST_OF_ID,
    )
    teacher: str = setting(
        "",
        "Teacher",
        "Learn from the answers of a trained run beside the labels (distillation, Hinton et al. "
        "2015): a small network that learns from a large one is often better than it gets alone. "
        "The teacher may be any network for the same images and classes; it sees each batch as "
        "it is augmented, and takes its forward pass once more a step. The loss that is shown "
        "stays that on the labels.",
        absent="None",
        max_length=MOST_OF_ID,
    )
    teacher_temperature: float = setting(
        TEMPERATURE,
        "Temperature",
        "By how much the answers of teacher and student are softened before they are compared: "
        "higher shows more of what the teacher takes the other classes for. Without a teacher it "
        "has no effect.",
        advanced=True,
        ge=0.1,
        le=100.0,
    )
    teacher_weight: float = setting(
        WEIGHT,
        "Teacher's weight",
        "Share of the teacher's answers in what is minimized; the labels have the rest. Without a "
        "teacher it has no effect.",
        advanced=True,
        gt=0.0,
        le=1.0,
    )
    probes: bool = setting(
        False,
        "Probes",
        "Record the gradient's norm and the update-to-weight ratio of every step, and plot them "
        "live. A norm that sinks to 0 or shoots up is a vanishing or exploding gradient; a ratio "
        "near 1e-3 is healthy, by a rule of thumb of A. Karpathy (CS231n). Changes no result; made "
        "a step of the reference CNN 1 % slower, and takes the memory of the weights once more.",
        advanced=True,
    )

    def uses_own_validation(self, info: DataInfo) -> bool:
        """Whether a validation part that the data bring judges each epoch; folds go first."""
        return info.validation_images > 0 and not self.folds

    def splits_validation(self, info: DataInfo) -> bool:
        """Whether a share of the training part judges each epoch."""
        return not self.folds and self.validation_split > 0 and not self.uses_own_validation(info)

    def has_validation(self, info: DataInfo | None) -> bool:
        """Whether images judge each epoch; data that are not known yet may bring some."""
        return (
            self.folds > 0
            or self.validation_split > 0
            or info is None
            or self.uses_own_validation(info)
        )

    def train_images(self, info: DataInfo) -> int:
        """How many images are trained on."""
        images = info.train_images
        if self.folds > 1:
            return images - len(range(self.fold - 1, images, self.folds))  # as they are dealt out
        if self.uses_own_validation(info):
            return images
        return images - math.ceil(images * self.validation_split)

    def validation_images(self, info: DataInfo) -> int:
        """How many images judge each epoch."""
        if self.uses_own_validation(info):
            return info.validation_images
        return info.train_images - self.train_images(info)

    def data_faults(self, info: DataInfo) -> dict[str, str]:
        """Why these data can't be split so, by name of the setting; empty where all is well."""
        if not info.class_counts or self.uses_own_validation(info):
            return {}
        if self.folds:
            name, fault = "folds", folds_fault(info.class_counts, self.folds, info.class_names)
        else:
            name, share = "validation_split", self.validation_split
            fault = share_fault(info.class_counts, share, self.seed, info.class_names)
        return {name: fault} if fault else {}

    def notes(self, info: DataInfo) -> dict[str, str]:
        """Which settings have no effect on these data, and why, by name."""
        seen = self.seen_before()
        if not info.validation_images:
            return seen
        images = plural("{count} image", "{count} images", info.validation_images)
        if self.folds:
            return seen | {
                "folds": tr(
                    "only the training part is dealt into folds; the {images} of the data's "
                    "own validation part are left out",
                    images=images,
                )
            }
        return {
            "validation_split": tr(
                "not used: the data bring {images} of their own to validate on", images=images
            )
        }

    def seen_before(self) -> dict[str, str]:
        """Whose network may have been trained on images that a fold holds out, by name."""
        if not self.folds:
            return {}
        words = {
            "initial_weights": tr(
                "every fold starts from these weights, which may have been trained on the images "
                "that it holds out: the validation accuracy is then too high"
            ),
            "teacher": tr(
                "teaches every fold, and may have been trained on the images that it holds out: "
                "the validation accuracy is then too high"
            ),
        }
        return {name: note for name, note in words.items() if getattr(self, name)}

    def faults(self) -> dict[str, str]:
        """What is wrong by name of the setting; empty where all is well."""
        if self.folds == 1:
            return {"folds": tr("must be 0 (off) or at least 2, got 1")}
        if 0 < self.folds < self.fold:
            return {
                "fold": tr(
                    "must be at most the {folds} folds, got {fold}",
                    folds=self.folds,
                    fold=self.fold,
                )
            }
        return {}
