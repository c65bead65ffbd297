"""The Inside tab: a run's trained network looked into, tried on an image, and timed."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from ui.editing.editor import Editor
from ui.panels.shared.pages import LatePages
from ui.panels.shared.requests import Requests
from ui.running.task_runner import TaskRunner
from workbench.base.text import tr
from workbench.runs.record import Run

if TYPE_CHECKING:
    from ui.panels.inside.inside import InsidePanel
    from ui.panels.inside.latency import LatencyPage
    from ui.panels.inside.try_it import TryPage


class _Made(NamedTuple):
    """The pages, in their order."""

    weights: InsidePanel
    attempt: TryPage
    speed: LatencyPage


class InsidePages(LatePages[_Made]):
    """Pages on the selected run's network.

    Args:
        editor: Knows the machine.
        task_runner: Reads the checkpoint and measures, in a process.
        store: Folder of the store.
        requests: Of the window.
    """

    def __init__(
        self, editor: Editor, task_runner: TaskRunner, store: Path, requests: Requests
    ) -> None:
        super().__init__(tr("What to look at"))
        self._editor, self._task_runner, self._store = editor, task_runner, store
        self._requests = requests
        self._run: Run | None = None

    def make(self) -> _Made:
        from ui.panels.inside.inside import InsidePanel
        from ui.panels.inside.latency import LatencyPage
        from ui.panels.inside.try_it import TryPage

        made = _Made(
            InsidePanel(self._task_runner),
            TryPage(self._task_runner),
            LatencyPage(self._editor, self._task_runner, self._store),
        )
        words = (
            (
                tr("Weights"),
                tr("How weights are spread, gradients and dead units, layer by layer"),
            ),
            (tr("Try it"), tr("What the network takes a drawing or an image for")),
            (tr("Speed"), tr("How fast the trained network answers here")),
        )
        made.weights.remedy_chosen.connect(self._requests.try_remedy)
        pages: tuple[InsidePanel | TryPage | LatencyPage, ...] = made
        for page, (title, reason) in zip(pages, words, strict=True):
            self.add(page, title, reason)
            page.failed.connect(self.failed)
            page.show_run(self._run)
        made.speed.export_requested.connect(self.export_requested)
        return made

    @property
    def weights(self) -> InsidePanel:
        """Looks into the network."""
        return self.made.weights

    @property
    def attempt(self) -> TryPage:
        """Tries the network on an image."""
        return self.made.attempt

    @property
    def speed(self) -> LatencyPage:
        """Times the network."""
        return self.made.speed

    def show_run(self, run: Run | None) -> None:
        """Takes another selected run, or none."""
        self._run = run
        if self.are_made:
            for page in self.made:
                page.show_run(run)
