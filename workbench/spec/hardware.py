"""What a run computes on."""

from __future__ import annotations

from typing import ClassVar, Literal

from workbench.spec.base import Choice


class Hardware(Choice):
    """A device to train on.

    Attributes:
        device_type: TensorFlow's device type; None leaves the choice to what is there.
    """

    key = "target"
    device_type: ClassVar[str | None] = None

    target: str


class Auto(Hardware):
    """A GPU where TensorFlow sees one, else the CPU."""

    label = "Auto"

    target: Literal["auto"] = "auto"


class CPU(Hardware):
    """The processor, all its cores."""

    label = "CPU"
    device_type = "CPU"

    target: Literal["cpu"] = "cpu"


class GPU(Hardware):
    """The first GPU that TensorFlow sees; a run that asks for one and finds none says so."""

    label = "GPU"
    device_type = "GPU"

    target: Literal["gpu"] = "gpu"
