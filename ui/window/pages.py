"""The tabs of the window in their order: what is known of each before its page is made."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from PySide6.QtCore import SignalInstance

from ui.background.jobs import Jobs
from ui.editing.editor import Editor
from ui.look.actions import Action, Entry
from ui.models.layers import Layers
from ui.models.run_feed import RunFeed
from ui.panels.experiment.layer_actions import LayerActions
from ui.panels.network.actions import network_entries
from ui.panels.runs.filter import FilterField
from ui.panels.runs.view import RunsView
from ui.panels.shared.page import Page
from ui.panels.shared.requests import Requests
from ui.running.run_controller import RunController
from ui.running.search_controller import SearchController
from ui.running.task_runner import TaskRunner
from workbench.base.text import tr
from workbench.curves.run import RunCurves

if TYPE_CHECKING:
    from ui.panels.compare.panel import ComparePanel
    from ui.panels.compress.panel import CompressPanel
    from ui.panels.data.panel import DataPanel
    from ui.panels.evaluate.panel import EvaluatePanel
    from ui.panels.inside.panel import InsidePages
    from ui.panels.live.panel import LivePanel
    from ui.panels.network.panel import NetworkPanel
    from ui.panels.search.panel import SearchPanel
    from ui.panels.tune.panel import TunePanel

Made = TypeVar("Made", bound=Page)


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


def _no_entries(context: PageContext, page: Callable[[], Page]) -> Sequence[Entry]:
    return ()


class Call(NamedTuple):
    """What is done whenever something of the window emits."""

    signal: SignalInstance
    do: Callable[..., object]


def _no_calls(context: PageContext, page: Callable[[], Page]) -> Sequence[Call]:
    return ()


@dataclass(frozen=True)
class Tab(Generic[Made]):
    """A tab of the window, whose page is made when it is first shown or needed.

    So it costs nothing at the start: what names it is here, its modules are imported by `make`.

    Attributes:
        key: Names it in code and among what is kept from one start to the next.
        title: On the tab, sentence case.
        reason: Tooltip of the tab: why a person would look at it.
        make: Imports the page and makes it.
        entries: The actions that it adds to the window; they get a function that gives the page,
            and makes it where it isn't there yet.
        menu: Title of the menu that these stand in; "" for none.
        calls: What needs the page before a person looks at it; gets the same function.
    """

    key: str
    title: str
    reason: str
    make: Callable[[PageContext], Made]
    entries: Callable[[PageContext, Callable[[], Made]], Sequence[Entry]] = _no_entries
    menu: str = ""
    calls: Callable[[PageContext, Callable[[], Made]], Sequence[Call]] = _no_calls


def _live(b: PageContext) -> LivePanel:
    from ui.panels.live.panel import LivePanel

    return LivePanel(b.folder, b.curves, b.feed, b.controller, b.requests, b.jobs)


def _live_entries(b: PageContext, page: Callable[[], LivePanel]) -> Sequence[Entry]:
    reason = tr("Show all of the curves and follow new values")
    return (Action("fit", tr("Fit the live plots"), lambda: page().fit(), "Ctrl+0", reason=reason),)


def _compare(b: PageContext) -> ComparePanel:
    from ui.panels.compare.panel import ComparePanel

    return ComparePanel(b.folder, b.curves, b.feed, b.table, b.filter, b.controller, b.jobs)


def _evaluate(b: PageContext) -> EvaluatePanel:
    from ui.panels.evaluate.panel import EvaluatePanel

    return EvaluatePanel(b.task_runner, b.artifacts, b.jobs)


def _compress(b: PageContext) -> CompressPanel:
    from ui.panels.compress.panel import CompressPanel

    return CompressPanel(b.feed, b.controller, b.task_runner, b.requests, b.jobs)


def _search(b: PageContext) -> SearchPanel:
    from ui.panels.search.panel import SearchPanel

    return SearchPanel(
        b.folder,
        b.editor,
        b.curves,
        b.feed,
        b.table,
        b.controller,
        b.searches,
        b.task_runner,
        b.requests,
        b.jobs,
    )


def _search_calls(b: PageContext, page: Callable[[], SearchPanel]) -> Sequence[Call]:
    """A search was started: it is what a person wants to see."""
    return (Call(b.searches.began, lambda study_id: page().begin(study_id)),)


def _data(b: PageContext) -> DataPanel:
    from ui.panels.data.panel import DataPanel

    return DataPanel(b.editor, b.jobs)


def _data_calls(b: PageContext, page: Callable[[], DataPanel]) -> Sequence[Call]:
    """The form needs what only looking at the data tells."""

    def look() -> None:
        if b.editor.experiment.data.info() is None:
            page()

    return (Call(b.editor.changed, look),)


def _network(b: PageContext) -> NetworkPanel:
    from ui.panels.network.panel import NetworkPanel

    return NetworkPanel(b.editor, b.layers, b.layer_actions, b.feed, b.jobs)


def _tune(b: PageContext) -> TunePanel:
    from ui.panels.tune.panel import TunePanel

    return TunePanel(b.editor, b.task_runner, b.folder)


def _tune_calls(b: PageContext, page: Callable[[], TunePanel]) -> Sequence[Call]:
    return (Call(b.requests.find, lambda path: page().find_setting(path)),)


def _inside(b: PageContext) -> InsidePages:
    from ui.panels.inside.panel import InsidePages

    return InsidePages(b.editor, b.task_runner, b.folder, b.requests)


PAGES: tuple[Tab[Any], ...] = (
    Tab(
        "live",
        tr("Live"),
        tr("Curves of the ticked runs, drawn while they train"),
        _live,
        _live_entries,
    ),
    Tab("compare", tr("Compare"), tr("Runs against each other: what did a lever buy"), _compare),
    Tab("evaluate", tr("Evaluate"), tr("How good the selected run is, image by image"), _evaluate),
    Tab(
        "compress",
        tr("Compress"),
        tr("Make the selected run's network smaller, and see what each step costs"),
        _compress,
    ),
    Tab(
        "search",
        tr("Search"),
        tr("Many combinations of settings, trained one after another: which is worth it"),
        _search,
        calls=_search_calls,
    ),
    Tab(
        "data",
        tr("Data"),
        tr("What the network will see: images, classes, counts"),
        _data,
        calls=_data_calls,
    ),
    Tab(
        "network",
        tr("Network"),
        tr("What each layer costs, and how to make it smaller"),
        _network,
        lambda b, page: network_entries(b.requests, page),
        tr("&Network"),
    ),
    Tab(
        "tune",
        tr("Tune"),
        tr("Find settings by measuring: learning rate, batch size"),
        _tune,
        calls=_tune_calls,
    ),
    Tab(
        "inside",
        tr("Inside"),
        tr("The selected run's trained network: its weights, its answers, its speed"),
        _inside,
    ),
)
"""All of them."""
