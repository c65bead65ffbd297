"""The tabs of the window, one line each, in their order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from ui.editing.editor import Editor
from ui.models.layers import Layers
from ui.models.run_feed import RunFeed
from ui.panels.compare.panel import ComparePanel
from ui.panels.data.panel import DataPanel
from ui.panels.evaluate.panel import EvaluatePanel
from ui.panels.experiment.layer_actions import LayerActions
from ui.panels.inside.panel import InsidePages
from ui.panels.live.panel import LivePanel
from ui.panels.network.panel import NetworkPanel
from ui.panels.runs.panel import RunsPanel
from ui.panels.shared.page import Page
from ui.panels.shared.requests import Requests
from ui.panels.tune.panel import TunePanel
from ui.running.run_controller import RunController
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
        runs: Their table.
        controller: Trains.
        task_runner: Measures, in a process.
        requests: What a page asks of the rest of the window.
        curves: The points of the runs that are shown or train, by id.
    """

    folder: Path
    artifacts: Callable[[str], Path]
    editor: Editor
    layers: Layers
    layer_actions: LayerActions
    feed: RunFeed
    runs: RunsPanel
    controller: RunController
    task_runner: TaskRunner
    requests: Requests
    curves: dict[str, RunCurves] = field(default_factory=dict)


PAGES: tuple[Callable[[PageContext], Page], ...] = (
    lambda b: LivePanel(b.folder, b.curves, b.feed, b.controller, b.requests),
    lambda b: ComparePanel(b.folder, b.curves, b.feed, b.runs, b.controller),
    lambda b: EvaluatePanel(b.task_runner, b.artifacts),
    lambda b: DataPanel(b.editor),
    lambda b: NetworkPanel(b.editor, b.layers, b.layer_actions, b.feed, b.requests),
    lambda b: TunePanel(b.editor, b.task_runner, b.folder, b.requests),
    lambda b: InsidePages(b.editor, b.task_runner, b.folder, b.requests),
)


def make_pages(context: PageContext) -> list[Page]:
    """All pages of a window."""
    return [make(context) for make in PAGES]
