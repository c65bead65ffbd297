"""Runs to and from files, for the menus: bundles, TensorBoard's events, reports.

Each in a thread or a process, one at a time, with progress and Cancel in the banner.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog

from ui.background.figure_drawer import FigureDrawer
from ui.background.figure_export import safe_name
from ui.background.jobs import JobCancelled, JobReport, Jobs, sentence_of
from ui.look.actions import Action, Actions
from ui.look.banner import Banner
from ui.panels.runs.view import RunsView
from workbench.base.text import tr
from workbench.figures.answer import FigureAnswer
from workbench.runs.record import Run
from workbench.runs.store import Store

if TYPE_CHECKING:
    from workbench.exchange.bundle import Progress


def _done_in_store(
    folder: Path, work: Callable[[Store, Progress], str], given_up: Event, report: JobReport[int]
) -> str:
    """A job that does something with a store of its own, and tells how many percent it has done.

    Raises:
        JobCancelled: where a person gave it up, or the window closes.
    """
    told = -1

    def progress(done: int, total: int) -> None:
        nonlocal told
        if given_up.is_set() or report.is_cancelled:
            raise JobCancelled
        percent = round(100 * done / max(total, 1))
        if percent != told:
            told = percent
            report(percent)

    with Store(folder) as store:
        return work(store, progress)


class RunFiles(QObject):
    """Does what the menus offer.

    Args:
        folder: Of the store that takes runs in.
        table: Whose chosen runs are written.
        read_run: All that is known of the run of an id; None where it can't be read.
        banner: Shows how far it is, with Cancel.
        jobs: Of the window.

    Signals:
        changed: The store may have another run.
        failed: A sentence on what could not be done.

    Attributes:
        actions: For the menus.
    """

    changed = Signal()
    failed = Signal(str)

    def __init__(
        self,
        folder: Path,
        table: RunsView,
        read_run: Callable[[str], Run | None],
        banner: Banner,
        jobs: Jobs,
    ) -> None:
        super().__init__(banner)
        self._folder, self._table, self._read_run = folder, table, read_run
        self._banner = banner
        self._lane = jobs.lane(self)
        self._process = FigureDrawer(jobs, self)
        self._process.answered.connect(self._hear)
        self._process.failed.connect(self._fail)
        self._cancelled: Event | None = None
        self._words = ""
        self.actions = Actions("run_files", tr("Runs to and from files"), self)
        self._add_actions()

    def _add_actions(self) -> None:
        self.actions.add(
            Action(
                "export",
                tr("Export run…"),
                self.export,
                "",
                "save",
                tr("Write the chosen run to one file, with its weights, for another machine"),
                self._not_one,
            ),
            Action(
                "events",
                tr("Export for TensorBoard…"),
                self.export_events,
                reason=tr("Write the chosen runs' metrics as event files for TensorBoard"),
                obstacle=self._not_one,
            ),
            Action(
                "report",
                tr("Write report…"),
                self.report,
                "",
                "file",
                tr(
                    "One page on the chosen runs that opens in any browser: results, curves, "
                    "settings"
                ),
                self._not_one,
            ),
            Action(
                "import",
                tr("Import run…"),
                self.take_in,
                "",
                "open",
                tr("Take in a run that was exported on this or another machine"),
                self._busy,
            ),
        )

    def _busy(self) -> str:
        return tr("A file is being written or read.") if self.is_busy else ""

    def _not_one(self) -> str:
        one = "" if self._table.current_id else tr("Select a run in the table first.")
        return self._busy() or one

    @property
    def _chosen(self) -> list[str]:
        return self._table.chosen_ids or [self._table.current_id]

    @property
    def is_busy(self) -> bool:
        """Whether something is being written or read."""
        return self._cancelled is not None

    # --- what a person does --------------------------------------------------------------------

    def export(self) -> None:
        """Asks for a file, and writes the current run there."""
        run = self._read_run(self._table.current_id)
        if run is None:
            return
        path = self._ask_where(tr("Export run"), f"{safe_name(run.name)}.zip", "Run (*.zip)")
        if path is not None:
            self._begin(tr("Writing {name}", name=path.name), partial(self._export, run, path))

    def _export(self, run: Run, path: Path, store: Store, progress: Progress) -> str:
        from workbench.exchange.bundle import export_run

        export_run(store, run, path, progress)
        return tr("The run lies in {path}", path=path)

    def export_events(self) -> None:
        """Asks for a folder, and writes the chosen runs' metrics there."""
        ids = self._chosen
        name = QFileDialog.getExistingDirectory(self._table, tr("Folder for TensorBoard"), "")
        if name and ids:
            words = tr("Writing event files")
            self._begin(words, partial(self._export_events, ids, Path(name)))

    def _export_events(self, ids: list[str], folder: Path, store: Store, progress: Progress) -> str:
        from workbench.exchange.tensorboard_events import write_events

        for number, run_id in enumerate(ids):
            progress(number, len(ids))
            write_events(store, store.run(run_id), folder)
        return tr("Read them with: tensorboard --logdir {folder}", folder=folder)

    def take_in(self) -> None:
        """Asks for a file, and takes its run in."""
        name, _ = QFileDialog.getOpenFileName(self._table, tr("Import run"), "", tr("Run (*.zip)"))
        if name:
            path = Path(name)
            words = tr("Reading {name}", name=path.name)
            self._begin(words, partial(self._take_in, path))

    def _take_in(self, path: Path, store: Store, progress: Progress) -> str:
        from workbench.exchange.bundle import import_run

        return tr("Took in {name}", name=import_run(store, path, progress).name)

    def report(self) -> None:
        """Asks for a file, and has the page on the chosen runs written there."""
        ids = self._chosen
        path = self._ask_where(tr("Write report"), "report.html", "HTML (*.html)")
        if path is not None and ids:
            self._start(tr("Writing {name}", name=path.name))
            folder = str(self._folder)
            self._process.send({"number": 0, "store": folder, "report": ids, "path": str(path)})

    def _ask_where(self, title: str, name: str, kind: str) -> Path | None:
        chosen, _ = QFileDialog.getSaveFileName(self._table, title, name, kind)
        if not chosen:
            return None
        path = Path(chosen)
        return path if path.suffix else path.with_suffix(Path(name).suffix)

    # --- under way -----------------------------------------------------------------------------

    def _start(self, words: str) -> None:
        self._cancelled, self._words = Event(), words
        self.actions.refresh()
        self._banner.say(f"{words}…", action=tr("Cancel"), act=self.cancel)

    def _begin(self, words: str, work: Callable[[Store, Progress], str]) -> None:
        self._start(words)
        assert self._cancelled is not None
        do = partial(_done_in_store, self._folder, work, self._cancelled)
        self._lane.follow(do, self._show_progress, self._done, self._failed)

    def cancel(self) -> None:
        """Ends what is under way; a file that was there stays as it was."""
        if self._cancelled is not None:
            self._cancelled.set()
        if self._process.is_running:
            self._process.end()
            self._done("")

    def _show_progress(self, percent: int) -> None:
        if self._banner.offers == self.cancel:
            self._banner.words.setText(f"{self._words}: {percent} %")

    def _done(self, sentence: str) -> None:
        """It is over; without a sentence it was cancelled."""
        self._cancelled = None
        self.actions.refresh()
        self._banner.say(sentence or tr("Cancelled; nothing was written."))
        self.changed.emit()

    def _failed(self, error: Exception) -> None:
        if isinstance(error, JobCancelled):
            self._done("")
        else:
            self._fail(sentence_of(error))

    @Slot(str)
    def _fail(self, sentence: str) -> None:
        self._cancelled = None
        self.actions.refresh()
        self.failed.emit(sentence)

    @Slot(object)
    def _hear(self, answer: FigureAnswer) -> None:
        if answer.error:
            self._fail(answer.error)
        else:
            self._done(tr("The report lies in {answer}", answer=answer.written))
