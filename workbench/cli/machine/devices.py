"""The command `devices`: what there is to train on."""

from __future__ import annotations

import argparse

from workbench.base.plain_values import plain
from workbench.base.text import joined, plural, tr
from workbench.base.units import size
from workbench.cli import tasks
from workbench.cli.exit_codes import DONE
from workbench.cli.options import add_json, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.execution.tasks.devices import DEVICES
from workbench.hardware.requests import Request
from workbench.spec.hardware import Hardware
from workbench.spec.machine import Machine


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints what there is to train on, and why a target can't be used."""
    machine = tasks.ask(store_of(arguments), DEVICES, Request())
    reasons = {
        name: target.default().missing(machine) for name, target in Hardware.choices().items()
    }
    if arguments.json:
        targets = {
            name: {"available": not reason, "reason": reason} for name, reason in reasons.items()
        }
        give_json({**plain(machine), "targets": targets})
        return DONE
    for title, value in rows(machine):
        print(f"{title:<14} {value}")
    print()
    for name, reason in reasons.items():
        print(f"{name:<14} {reason or tr('can be used')}")
    return DONE


def rows(machine: Machine) -> list[tuple[str, str]]:
    """A machine as titles and values."""
    processor = machine.processor
    found = [
        (
            tr("processor"),
            plural(
                "{name}, {count} core",
                "{name}, {count} cores",
                processor.cores,
                name=processor.name,
            ),
        ),
        (tr("memory"), size(processor.memory_bytes)),
        (tr("features"), " ".join(processor.features) or tr("not told by the system")),
    ]
    for gpu in machine.gpus:
        memory = [size(gpu.memory_bytes)] if gpu.memory_bytes else []
        number = ".".join(map(str, gpu.capability))
        capability = tr("compute capability {number}", number=number)
        found.append(("GPU", joined(", ", [gpu.name, *memory, capability])))
    found += [("TPU", tpu.name) for tpu in machine.tpus]
    return found + list(machine.versions_in_use.items())
