"""The tabs of the window, one line each, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.models.layers import Layers
from ui.models.run_feed import RunFeed
from ui.panels.compare.panel import ComparePanel
from ui.panels.compress.panel import CompressPanel
from ui.panels.data.panel import DataPanel
from ui.panels.evaluate.panel import EvaluatePanel
from ui.panels.experiment.layer_actions import LayerActions
from ui.panels.inside.panel import InsidePages
from ui.panels.live.panel import LivePanel
from ui.panels.network.panel import NetworkPanel
from ui.panels.runs.filter import FilterField
from ui.panels.runs.view import RunsView
from ui.panels.search.panel import SearchPanel
from ui.panels.shared.page import Page
from ui.panels.shared.requests import Requests
from ui.panels.tune.panel import TunePanel
from ui.running.run_controller import RunController
from ui.running.search_controller import SearchController
from ui.running.task_runner import TaskRunner
from workbench.curves.run import RunCurves


@dataclass(frozen=True)
class PageContext:
    """What a page may be made of; each takes the few that it uses.

    Attributes:
        folder: Of the store.
        artifacts: The folder of a run, by its id.
        editor: The experiment being edited.
        layers, layer_actions: Of that experiment, and what can be done to them.
        feed: All runs.
        table, filter: Their table, and its filter.
        controller: Trains.
        task_runner: Measures, in a process.
        requests: What a page asks of the rest of the window.
        jobs: Work off the window's thread.
        searches: Does searches, one at a time.
        curves: The points of the runs that are shown or train, by id.
    """

    folder: Path
    artifacts: Callable[[str], Path]
    editor: Editor
    layers: Layers
    layer_actions: LayerActions
    feed: RunFeed
    table: RunsView
    filter: FilterField
    controller: RunController
    task_runner: TaskRunner
    requests: Requests
    jobs: Jobs
    searches: SearchController
    curves: dict[str, RunCurves] = field(default_factory=dict)


PAGES: tuple[Callable[[PageContext], Page], ...] = (
    lambda b: LivePanel(b.folder, b.curves, b.feed, b.controller, b.requests, b.jobs),
    lambda b: ComparePanel(b.folder, b.curves, b.feed, b.table, b.filter, b.controller, b.jobs),
    lambda b: EvaluatePanel(b.task_runner, b.artifacts, b.jobs),
    lambda b: CompressPanel(b.feed, b.controller, b.task_runner, b.requests, b.jobs),
    lambda b: SearchPanel(
        b.folder, b.curves, b.feed, b.table, b.controller, b.searches, b.requests, b.jobs
    ),
    lambda b: DataPanel(b.editor, b.jobs),
    lambda b: NetworkPanel(b.editor, b.layers, b.layer_actions, b.feed, b.requests, b.jobs),
    lambda b: TunePanel(b.editor, b.task_runner, b.folder, b.requests),
    lambda b: InsidePages(b.editor, b.task_runner, b.folder, b.requests),
)


def make_pages(context: PageContext) -> list[Page]:
    """All pages of a window."""
    return [make(context) for make in PAGES]
