"""What is read of the selected run: its variants, and why it can't be compressed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from workbench.base.text import joined, tr
from workbench.compression.compressed_runs import CannotCompress, require
from workbench.compression.variants import Variant, family_of, original_of, verdicts
from workbench.runs.store import Store
from workbench.spec.base import SpecError

MOST_NOTES = 2


@dataclass(frozen=True)
class VariantFamily:
    """What was read of the selected run.

    Attributes:
        run_id: Of it.
        obstacle: Why it can't be compressed; "" where it can.
        variants: Its original and all that was made of that.
    """

    run_id: str
    obstacle: str
    variants: Sequence[Variant]


def read_family(run_id: str, store: Store) -> VariantFamily:
    """Read the family of a run, and why that can't be compressed; done in a thread."""
    run = store.run(run_id)
    obstacle = ""
    try:
        require(run, store.artifacts(run_id))
    except (CannotCompress, SpecError) as error:
        obstacle = str(error)
    return VariantFamily(run_id, obstacle, family_of(store, original_of(store, run)))


def notes_on(variants: Sequence[Variant]) -> list[str]:
    """What got worse in the newest variants, a line each."""
    found = []
    for variant in reversed(variants):
        worse = verdicts(variant)
        if worse:
            what = tr("{steps}: {verdicts}", steps=variant.steps, verdicts=joined("; ", worse))
            found.append(what)
    return found[:MOST_NOTES]
