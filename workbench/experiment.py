"""One experiment: everything that decides a run, composed of the spec; TOML in and out.

Immutable, so that undo is a stack of experiments. Nothing is read here but the TOML itself.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, get_args

from pydantic import BeforeValidator, Field, field_validator

from workbench.base.files import write_atomically
from workbench.base.text import tr
from workbench.base.units import size
from workbench.base.versions import made_by_newer
from workbench.network.analysis import Analysis, analyze
from workbench.network.costs import LayerCost
from workbench.network.output_layer import Fitted, fitted, output_problems
from workbench.spec.assignments import Assignments
from workbench.spec.augmentation import Augmentation
from workbench.spec.base import AsTuple, Choice, Facts, Problem, Spec, SpecError, whole
from workbench.spec.constraints import Constraint, NoConstraint
from workbench.spec.data import Data, DataInfo, Digits, FileData
from workbench.spec.hardware import Auto, Hardware
from workbench.spec.layers import Conv2D, Dense, Flatten, Layer, Limits, MaxPooling2D
from workbench.spec.losses import Loss, SparseCategoricalCrossentropy
from workbench.spec.optimizers import Adam, Optimizer
from workbench.spec.regularizers import NoRegularizer, Regularizer
from workbench.spec.schedules import Fixed, Plan, Schedule
from workbench.spec.setting_paths import as_path, is_place, put, steps_of, unknown_setting
from workbench.spec.stopping import NoStopping, Stopping
from workbench.spec.toml import as_toml, read_file, read_toml
from workbench.spec.training import Training

REFERENCE_CNN: tuple[Layer, ...] = (
    Conv2D(filters=32),
    MaxPooling2D(),
    Conv2D(filters=64),
    MaxPooling2D(),
    Conv2D(filters=64),
    Flatten(),
    Dense(units=64),
    Dense(units=10, activation="softmax"),
)


MAX_BYTES = 4_000_000
"""Of a TOML file; what is larger is none of ours, or a device that never ends."""

MOST_LETTERS = 200
"""Of a name."""

_CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")


def in_one_line(name: object) -> object:
    """A name with blanks in place of line ends and control characters, as older files have them."""
    return _CONTROLS.sub(" ", name) if isinstance(name, str) else name


SCHEMA_VERSION: Literal[1] = 1
"""Of the files that are written, and the newest that can be read."""


CHOICE_KEYS = {family.key for family in Choice.__subclasses__()}


class Structure(Spec):
    """The network, from input to output."""

    layers: Annotated[tuple[Layer, ...], AsTuple] = Field(
        REFERENCE_CNN,
        min_length=1,
        max_length=1000,
        title=tr("Layers"),
        description=tr("The network's layers, from the image to the class probabilities."),
    )


class Experiment(Spec):
    """Everything that decides a run.

    A file holds every setting, and a setting that a version doesn't know is refused. So
    `SCHEMA_VERSION` rises by 1 in the first change after a release that adds, renames or removes a
    setting or a choice, or gives one another meaning: an older version then says that the file was
    made by a newer one, instead of naming an unknown setting. A file of an older schema is read as
    it is; where a name or a meaning changed, `from_toml` brings its values to the newest first.
    """

    schema_version: Literal[1] = Field(SCHEMA_VERSION, title=tr("Schema version"))
    name: Annotated[str, BeforeValidator(in_one_line)] = Field(
        "untitled", min_length=1, max_length=MOST_LETTERS, title=tr("Name")
    )
    data: Data = Field(Digits(), title=tr("Data"))
    augmentation: Augmentation = Field(Augmentation(), title=tr("Augmentation"))
    structure: Structure = Field(Structure(), title=tr("Structure"))
    loss: Loss = Field(SparseCategoricalCrossentropy(), title=tr("Loss"))
    regularization: Regularizer = Field(NoRegularizer(), title=tr("Regularization"))
    constraint: Constraint = Field(NoConstraint(), title=tr("Constraint"))
    schedule: Schedule = Field(Fixed(), title=tr("Schedule"))
    optimizer: Optimizer = Field(Adam(), title=tr("Optimizer"))
    training: Training = Field(Training(), title=tr("Training"))
    stopping: Stopping = Field(NoStopping(), title=tr("Stopping"))
    hardware: Hardware = Field(Auto(), title=tr("Hardware"))

    _whole = field_validator("schema_version", mode="before")(whole)

    @classmethod
    def from_toml(cls, text: str) -> Experiment:
        """An experiment from its TOML text.

        Raises:
            SpecError: naming the setting, or the line where it is not TOML.
        """
        values = read_toml(text)
        version = values.get("schema_version", 1)
        if isinstance(version, int) and version > SCHEMA_VERSION:
            newer = made_by_newer(tr("schema"), version, SCHEMA_VERSION)
            raise SpecError.at("", tr("the experiment was {newer}", newer=newer))
        return cls.parse(values)

    def to_toml(self) -> str:
        """TOML that holds every setting, so that it means the same when defaults change."""
        return as_toml(self.values())

    @classmethod
    def read(cls, path: Path) -> Experiment:
        """The experiment in a TOML file; a relative data path starts at the file's folder.

        Raises:
            SpecError: naming the file, and the setting or line that is wrong.
        """
        too_large = tr(
            "{path}: is larger than the {size} of any experiment; must be a TOML file",
            path=path,
            size=size(MAX_BYTES),
        )

        def parsed(text: str) -> Experiment:
            of_any_system = io.StringIO(text, newline=None).read()
            return cls.from_toml(of_any_system).with_base(path.absolute().parent)

        return read_file(path, MAX_BYTES, too_large, parsed)

    def write(self, path: Path) -> None:
        """Saves as TOML, whole or not at all; a data path below the file's folder gets relative.

        Raises:
            OSError: where the file can't be written.
        """
        data = self.data
        folder = path.absolute().parent
        if isinstance(data, FileData) and data.path and Path(data.path).is_relative_to(folder):
            inside = Path(data.path).relative_to(folder).as_posix()
            data = data.changed(path=inside)
        saved = self.model_copy(update={"data": data})
        write_atomically(path, saved.to_toml().encode())

    def with_base(self, folder: Path) -> Experiment:
        """The same with a relative data path made absolute, starting at `folder`.

        Raises:
            SpecError: where it starts at the home folder of a user that there is not.
        """
        if not isinstance(self.data, FileData) or not self.data.path:
            return self
        try:
            path = folder / Path(self.data.path).expanduser()
        except RuntimeError:  # ~somebody
            message = tr(
                "there is no home folder for {path}; write the whole path",
                path=repr(self.data.path),
            )
            raise SpecError.at("data.path", message) from None
        return self.model_copy(update={"data": self.data.changed(path=str(path))})

    def with_settings(self, settings: Mapping[str, Any]) -> Experiment:
        """A copy with settings replaced by their paths in the TOML.

        Setting the key of a choice (`optimizer.kind`) starts from that choice's defaults and keeps
        the settings both have; order among the settings doesn't matter.

        Args:
            settings: Plain values by path: `{"optimizer.kind": "sgd", "training.epochs": 2}`.

        Raises:
            SpecError: naming the path that was refused.
        """
        values = self.values()
        switches = [path for path in settings if path.rpartition(".")[2] in CHOICE_KEYS]
        for path in switches:
            owner, _, key = path.rpartition(".")
            chosen = self.at(owner) if owner else self
            if isinstance(chosen, Choice) and chosen.key == key:
                put(values, owner, chosen.switched(settings[path]))
            else:
                put(values, path, settings[path])
        typed = settings.typed if isinstance(settings, Assignments) else {}
        for path, value in settings.items():
            if path not in switches:
                is_text = path in typed and self._takes_text(path, settings)
                put(values, path, typed[path] if is_text else value)
        return type(self).parse(values)

    def _takes_text(self, path: str, settings: Mapping[str, Any]) -> bool:
        """Whether a setting is text, also one of a choice that is only just made."""
        owner, _, key = path.rpartition(".")
        try:
            holder = type(self.at(owner) if owner else self)
        except SpecError:
            return False
        if issubclass(holder, Choice):
            holder = holder.registry.get(settings.get(f"{owner}.{holder.key}", ""), holder)
        field = getattr(holder, "model_fields", {}).get(key)
        return field is not None and str in (field.annotation, *get_args(field.annotation))

    def at(self, path: str) -> Any:
        """What stands at a path of the TOML: `optimizer`, `structure.layers[2].filters`.

        Raises:
            SpecError: where there is no such setting.
        """
        found: Any = self
        for key in steps_of(path):
            if isinstance(key, int) and isinstance(found, tuple) and is_place(key, found):
                found = found[key]
            elif isinstance(key, str) and key in getattr(type(found), "model_fields", ()):
                found = getattr(found, key)
            else:
                raise SpecError.at(path, unknown_setting(key, found))
        return found

    def from_start(self, path: str) -> str:
        """A path with its list entries counted from the start: `[-1]` becomes `[7]`.

        Raises:
            SpecError: where there is no such setting.
        """
        steps = steps_of(path)
        for position, key in enumerate(steps):
            entries = self.at(as_path(steps[:position])) if isinstance(key, int) else None
            if isinstance(key, int) and key < 0 and isinstance(entries, tuple):
                steps[position] = key + len(entries)
        return as_path(steps)

    def fitted_to(self, info: DataInfo) -> tuple[Experiment, Fitted | None]:
        """The experiment with an output for each class, and what that changed, if anything."""
        found = fitted(self.structure.layers, info)
        if found is None:
            return self, None
        structure = self.structure.model_copy(update={"layers": found.layers})
        return self.model_copy(update={"structure": structure}), found

    def analysis(self, info: DataInfo) -> Analysis:
        """What the network costs on this data."""
        return analyze(self.structure.layers, info.image_shape)

    def training_bytes(self, info: DataInfo) -> int:
        """Memory that training takes, about; see `Analysis.training_bytes`."""
        slots = self.optimizer.slots()
        return self.analysis(info).training_bytes(self.training.batch_size, slots)

    def gives_probabilities(self, info: DataInfo) -> bool:
        """Whether the network ends in softmax; else it gives logits."""
        last = self.analysis(info).last
        return last is not None and getattr(last.layer, "activation", "linear") == "softmax"

    def limits(self, parameters: int) -> Limits:
        """The penalties and limits on the weights of a network, given how many are trainable."""
        return Limits(self.regularization, self.constraint, parameters)

    @property
    def has_penalty(self) -> bool:
        """Whether training minimizes more than the loss: a penalty on weights comes with it."""
        own = (getattr(layer, "kernel_regularizer", None) for layer in self.structure.layers)
        asked = [self.regularization, *filter(None, own)]
        return any(not isinstance(regularizer, NoRegularizer) for regularizer in asked)

    def steps_per_epoch(self, info: DataInfo) -> int:
        """Steps to an epoch on the images that are trained on."""
        return -(-self.training.train_images(info) // self.training.batch_size)

    def facts(self, info: DataInfo | None) -> Facts:
        """What explanations may count on; without those of the data where they aren't known."""
        training = self.training
        known = Facts(0, 0, training.epochs, training.batch_size, self.optimizer.learning_rate)
        if info is None:
            return known
        steps, parameters = self.steps_per_epoch(info), self.analysis(info).trainable
        return known._replace(parameters=parameters, steps_per_epoch=steps)

    def plan(self, info: DataInfo) -> Plan:
        """The training that is planned, which the schedule spans."""
        steps = self.steps_per_epoch(info)
        return Plan(steps, steps * self.training.epochs)

    def problems(self, info: DataInfo | None) -> list[Problem]:
        """Why it can't train yet; empty where it can.

        Args:
            info: What is known of the data; None leaves out what depends on it.
        """
        found = self.hardware.conflicts()
        if self.training.probes and self.hardware.is_parallel:
            words = tr("must be off on several devices; train on one to record them")
            found.append(Problem("training.probes", words))
        if isinstance(self.data, FileData) and not self.data.path:
            found.append(
                Problem("data.path", tr("must name {path_words}", path_words=self.data.path_words))
            )
        has_validation = self.training.has_validation(info)
        batches = self.plan(info).total_steps if info is not None else 0
        for group, faults in (
            ("training", self.training.faults()),
            ("optimizer", self.optimizer.faults(batches)),
            ("schedule", self.schedule.faults(has_validation)),
            ("stopping", self.stopping.faults(has_validation)),
        ):
            found += [Problem(f"{group}.{name}", words) for name, words in faults.items()]
        if info is not None:
            analysis = self.analysis(info)
            found += analysis.problems or output_problems(analysis, info)
            found += self._constraint_problems(analysis)
            if not self.training.faults():
                faults = self.training.data_faults(info)
                found += [Problem(f"training.{name}", words) for name, words in faults.items()]
            images = self.training.train_images(info)
            if self.training.batch_size > images:
                found.append(
                    Problem(
                        "training.batch_size",
                        tr(
                            "must be at most the {images} training images, got {batch_size}",
                            images=f"{images:,}",
                            batch_size=f"{self.training.batch_size:,}",
                        ),
                    )
                )
        return found

    def notes(self, info: DataInfo | None) -> dict[str, str]:
        """Which settings have no effect on these data, and why, by path."""
        if info is None:
            return {}
        parts = {"data": self.data.notes(info), "training": self.training.notes(info)}
        return {
            f"{group}.{name}": note
            for group, notes in parts.items()
            for name, note in notes.items()
        }

    def _constraint_problems(self, analysis: Analysis) -> list[Problem]:
        """A kernel whose values are shared has no weights of one unit to limit."""
        hashed = [cost.index for cost in analysis.layers if _is_hashed(cost)]
        if isinstance(self.constraint, NoConstraint) or not hashed:
            return []
        words = tr(
            "can't limit hashed weights, as layer {number} has them; set it to none",
            number=hashed[0] + 1,
        )
        return [Problem("constraint.kind", words)]


def _is_hashed(cost: LayerCost) -> bool:
    return any(getattr(call.layer, "hash_compression", 1) > 1 for call in cost.calls)
