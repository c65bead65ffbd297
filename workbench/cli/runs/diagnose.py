"""The command `diagnose`: what a run's curves say of it, and what to try."""

from __future__ import annotations

import argparse
import json
from dataclasses import asdict
from typing import Any

from workbench.base.text import tr
from workbench.base.units import in_one_line
from workbench.cli.exit_codes import DONE
from workbench.cli.options import add_json, add_run, add_store, store_of
from workbench.cli.terminal import give_json
from workbench.evaluation.diagnosis import FEWEST_EPOCHS, Finding, calm, diagnose_run
from workbench.levers.remedies import RATE, Remedy
from workbench.runs.store import Store, StoreError

FINDERS = {RATE: "find-rate"}
"""Commands by the setting that they find."""


def add_diagnose_options(command: argparse.ArgumentParser) -> None:
    """The options of `diagnose`."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What the command takes."""
    add_run(command)
    add_json(command)
    add_store(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints what a run's curves say of it, with the numbers, and what to try.

    Raises:
        StoreError: where there are no curves yet.
    """
    with Store(store_of(arguments)) as store:
        run = store.find(arguments.run)
        epochs, steps = store.epochs(run.run_id), store.steps(run.run_id)
    if not epochs and not len(steps.steps):
        raise StoreError(
            tr(
                "{name} ({run_id}) hasn't trained yet: there are no curves",
                name=run.name,
                run_id=run.run_id,
            )
        )
    findings = diagnose_run(run, epochs, steps)
    if arguments.json:
        plain = [asdict(finding) for finding in findings]
        give_json({"run_id": run.run_id, "name": run.name, "findings": plain})
        return DONE
    for finding in findings:
        print("\n".join(_lines(finding)))
    if not findings and len(epochs) < FEWEST_EPOCHS:
        print(
            tr(
                "{name}: too early to tell, after {done} of {all} epochs",
                name=in_one_line(run.name),
                done=len(epochs),
                all=FEWEST_EPOCHS,
            )
        )
    elif not findings:
        print(calm(run, in_one_line(run.name)))
    return DONE


def _lines(finding: Finding) -> list[str]:
    return [
        f"{finding.title}: {finding.evidence}",
        *(
            f"  {tr('try: {remedy}', remedy=remedy.words)}{_settings(remedy)}"
            for remedy in finding.remedies
        ),
    ]


def _settings(remedy: Remedy) -> str:
    """As the options of `run`, where each is one value; or the command that finds it."""
    if remedy.finds in FINDERS:
        return f"  (dlopt-workbench {FINDERS[remedy.finds]})"
    if not remedy.settings or any(isinstance(v, list | dict) for v in remedy.settings.values()):
        return ""
    options = (f"--set {path}={_bare(value)}" for path, value in remedy.settings.items())
    return f"  ({' '.join(options)})"


def _bare(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
