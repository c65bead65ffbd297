"""Groups of runs that a person may choose: seeds and folds, by tag, by name, one run, or those
selected.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from workbench.base.text import tr
from workbench.curves.grouping import bare_name
from workbench.runs.record import Run
from workbench.runs.store import Store
from workbench.runs.table.frame import RunFrame

LOOKED_AT = 2000
"""Newest runs whose tags and names are offered; that takes a few milliseconds."""

MOST_RUNS = 200
"""Newest runs that are offered one by one."""


@dataclass(frozen=True)
class RunGroup:
    """A choice.

    Attributes:
        key: Tells it from the others.
        label: In the list.
        name: In sentences.
        find: Reads its runs, in any thread.
    """

    key: str
    label: str
    name: str
    find: Callable[[Store], list[Run]] = field(compare=False)


def offered(frame: RunFrame, selected: Sequence[str]) -> list[RunGroup]:
    """Those selected, then groups, tags, names that several runs have, and runs; newest first."""
    together: Counter[str] = Counter()
    tags: Counter[str] = Counter()
    names: Counter[str] = Counter()
    newest = _newest(frame)
    for place in newest:
        together.update(_groups(frame, place))
        tags.update(_tags(frame, place))
        names[bare_name(str(frame.value("name", place)))] += 1
    groups = [_of_selected(selected)] if len(selected) > 1 else []
    groups += [of_group(name, count) for name, count in together.items()]
    groups += [of_tag(tag, count) for tag, count in tags.items() if tag not in together]
    groups += [of_name(name, count) for name, count in names.items() if count > 1]
    return groups + [of_run(frame, place) for place in newest[:MOST_RUNS]]


def suggested(frame: RunFrame, selected: Sequence[str]) -> tuple[RunGroup, RunGroup] | None:
    """The two that the selected runs are: two runs, or all of two groups, tags or names."""
    places = [place for run_id in selected if (place := frame.place(run_id)) is not None]
    if len(places) == 2:
        return of_run(frame, places[0]), of_run(frame, places[1])
    for named, of_label in ((_groups, of_group), (_tags, of_tag)):
        found = Counter(label for place in places for label in named(frame, place))
        if len(found) == 2 and found.total() == len(places):
            one, other = (of_label(label, count) for label, count in found.items())
            return one, other
    names = Counter(bare_name(str(frame.value("name", place))) for place in places)
    if len(names) == 2:
        one, other = (of_name(name, count) for name, count in names.items())
        return one, other
    return None


def of_group(name: str, count: int) -> RunGroup:
    """All runs that were made together."""
    label = tr("{name} (group, {count} runs)", name=name, count=count)
    return RunGroup(f"group {name}", label, name, partial(Store.grouped, name=name))


def of_tag(tag: str, count: int) -> RunGroup:
    """All runs with a tag."""
    label = tr("{tag} (tag, {count} runs)", tag=tag, count=count)
    return RunGroup(f"tag {tag}", label, tag, partial(Store.tagged, tag=tag))


def of_name(name: str, count: int) -> RunGroup:
    """All runs with a name, also with a number behind it."""
    label = tr("{name} (name, {count} runs)", name=name, count=count)
    return RunGroup(f"name {name}", label, name, partial(Store.named, name=name))


def of_run(frame: RunFrame, place: int) -> RunGroup:
    """One run."""
    run_id, name = frame.run_id(place), str(frame.value("name", place))
    return RunGroup(f"run {run_id}", tr("{name} (run)", name=name), name, partial(_runs, [run_id]))


def _of_selected(run_ids: Sequence[str]) -> RunGroup:
    label = tr("Selected runs ({run_ids})", run_ids=len(run_ids))
    name = tr("The selection")
    return RunGroup("selected", label, name, partial(_runs, list(run_ids)))


def _runs(run_ids: list[str], store: Store) -> list[Run]:
    return sorted((store.run(run_id) for run_id in run_ids), key=lambda run: run.created)


def _newest(frame: RunFrame) -> list[int]:
    alive = np.flatnonzero(frame.alive)
    order = np.argsort(-frame.values("created")[alive], kind="stable")
    return [int(place) for place in alive[order][:LOOKED_AT]]


def _groups(frame: RunFrame, place: int) -> list[str]:
    found = (frame.value(key, place) for key in ("group", "study"))
    return [str(name) for name in found if name]


def _tags(frame: RunFrame, place: int) -> list[str]:
    text = frame.value("tags", place)
    return [tag for tag in str(text).split(", ") if tag] if text else []
