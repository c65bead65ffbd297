"""What the best trials have in common: a share for each setting that is varied."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ui.background.jobs import Jobs
from ui.look import theme
from ui.look.plain import Label
from ui.panels.search.read_sweep import ShownSweep
from ui.plots.figures.race import RaceLane, RacePlot
from workbench.base.text import tr
from workbench.base.units import percent
from workbench.study.results.outcome import SweepOutcome
from workbench.study.results.trial_numbers import column_of_axis
from workbench.study.sweeps.choice import importance

Importance = tuple[dict[str, float] | None, str]


class ImportanceView(QWidget):
    """Bars, or the sentence why there are none yet.

    Args:
        jobs: Of the window.

    Attributes:
        latest: Computes, with Optuna, which takes a moment to load.
    """

    def __init__(self, jobs: Jobs) -> None:
        super().__init__()
        self._shown: ShownSweep | None = None
        self._known: tuple[str, int] = ("", -1)
        self.latest = jobs.latest(self)
        self.plot = RacePlot(tr("Share of what the best tenth has in common"))
        self.note = Label()
        self.note.setProperty("role", "muted")
        self.note.setWordWrap(True)
        self.latest.failed.connect(self.note.setText)
        column = QVBoxLayout(self)
        theme.spaced(column, 3, 1, 3, 2, spacing=2)
        column.addWidget(self.plot)
        column.addWidget(self.note)
        column.addStretch(1)
        column.setAlignment(self.note, Qt.AlignmentFlag.AlignTop)

    def show_sweep(self, shown: ShownSweep) -> None:
        """Works out the shares of this sweep, where they may have changed."""
        known = shown.listed.study.study_id, shown.trained
        if known == self._known:
            return
        self._known, self._shown = known, shown
        if not shown.can_say_importance:  # says why, at no cost
            self._show(importance(shown.found.plan, shown.found.trials))
            return
        self.latest.ask(partial(_worked_out, shown.found), self._show)

    def _show(self, found: Importance) -> None:
        shares, note = found
        self.plot.setVisible(shares is not None)
        assert self._shown is not None
        titles = {a.path: column_of_axis(a).title for a in self._shown.found.plan.axes}
        ranked = sorted((shares or {}).items(), key=lambda item: -item[1])
        self.plot.show_lanes(
            [
                RaceLane(titles[path], share, share, share, percent(share, 0), is_best=not place)
                for place, (path, share) in enumerate(ranked)
            ]
        )
        self.note.setText(_sentence(note, has_shares=shares is not None))


def _worked_out(found: SweepOutcome) -> Importance:
    return importance(found.plan, found.trials)


def _sentence(note: str, *, has_shares: bool) -> str:
    if not has_shares:
        return tr("No shares yet: {note}. Of fewer, noise alone looks important.", note=note)
    note = note[:1].upper() + note[1:]
    return tr(
        "{note}. A large share says that the best trials agree on this setting, not that it is "
        "worth the most.",
        note=note,
    )
