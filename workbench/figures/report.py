"""A page on some runs: results, what differs, curves, settings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from workbench.base.files import write_atomically
from workbench.base.text import plural, tr
from workbench.curves.grouping import ABSENT, Settings, differing, settings_of
from workbench.curves.looks import look
from workbench.figures import html
from workbench.figures.curves.numbers import CurveSource, read_sources
from workbench.figures.settings import FigureLook, Plot, figure_of_runs
from workbench.figures.writing import drawn
from workbench.runs.quantities import QUANTITIES
from workbench.runs.record import Run
from workbench.runs.store import Store

PLOTS = (
    (tr("Loss"), Plot(metric="loss", axis="epoch", smoothing=0.9, validation=True)),
    (tr("Accuracy"), Plot(metric="accuracy", axis="epoch", smoothing=0.9, validation=True)),
    (tr("Validation accuracy over training time"), Plot(metric="val_accuracy", axis="seconds")),
)
LOOK = FigureLook(width=190.0, height=100.0, font_size=9.0)
RESULTS = tuple(quantity for quantity in QUANTITIES if quantity.report_name)
"""What the first table says of a run."""


def write_report(store: Store, runs: Sequence[Run], path: Path) -> None:
    """Writes the page, whole or not at all.

    Raises:
        StoreError: where the runs can't be read.
        OSError: where the file can't be written.
    """
    sources = read_sources(store, (run.run_id for run in runs))
    write_atomically(path, page(runs, sources).encode())


def page(runs: Sequence[Run], sources: Mapping[str, CurveSource]) -> str:
    """The page as text.

    Args:
        runs: At least one.
        sources: The curves of each, by id.
    """
    several = plural("{count} run compared", "{count} runs compared", len(runs))
    title = runs[0].name if len(runs) == 1 else several
    settings = [settings_of(run) for run in runs]
    parts = [
        f"<h1>{escape(title)}</h1>",
        f"<h2>{escape(tr('Results'))}</h2>",
        _results(runs),
        *_differences(runs, settings),
        *_figures(runs, sources),
        f"<h2>{escape(tr('Settings'))}</h2>",
        *map(_settings, runs),
    ]
    return html.page(title, parts)


def _name(run: Run) -> str:
    """A run's name with the colour of its curves."""
    colour = look(run.colour)[0] or "#1b1f24"
    return f'<span class="swatch" style="background:{colour}"></span>{escape(run.name)}'


def _results(runs: Sequence[Run]) -> str:
    rows = [
        [
            _name(run),
            escape(run.status.value),
            *(escape(q.report_text(run.figure(q.key))) for q in RESULTS),
        ]
        for run in runs
    ]
    heads = [tr("Run"), tr("Status"), *(quantity.report_name for quantity in RESULTS)]
    return html.table(heads, rows)


def _differences(runs: Sequence[Run], settings: Sequence[Settings]) -> Iterator[str]:
    """A row for each setting that differs, a column for each run."""
    paths = differing(settings)
    if len(runs) == 1:
        return
    yield f"<h2>{escape(tr('What differs'))}</h2>"
    if not paths:
        yield f'<p class="muted">{escape(tr("All settings are the same."))}</p>'
        return
    rows = [[escape(p), *(escape(s.get(p, ABSENT)) for s in settings)] for p in paths]
    yield html.table([tr("Setting"), *(run.name for run in runs)], rows)


def _figures(runs: Sequence[Run], sources: Mapping[str, CurveSource]) -> Iterator[str]:
    """Each figure that there is something to draw of."""
    for number, (title, plot) in enumerate(PLOTS):
        figure = figure_of_runs([run.run_id for run in runs], plot, LOOK)
        try:
            svg = drawn(figure, sources, "svg").decode()
        except ValueError:  # no run has values of this metric
            continue
        yield f"<h2>{escape(title)}</h2>"
        yield html.inline(svg, f"figure{number}-")


def _fact(value: object) -> str:
    """Something that is known of where a run was made; a run that it used by name and id."""
    if isinstance(value, Mapping) and {"name", "run_id"} <= value.keys():
        return tr("{name} ({run_id})", name=str(value["name"]), run_id=str(value["run_id"]))
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _settings(run: Run) -> str:
    known = "".join(
        f"<tr><td>{escape(str(name))}</td><td class='left'>{escape(_fact(value))}</td></tr>"
        for name, value in {
            tr("run"): run.run_id,
            tr("data fingerprint"): run.fingerprint,
            **run.environment,
        }.items()
        if value
    )
    return (
        f"<details><summary>{_name(run)}</summary><table>{known}</table>"
        f"<pre>{escape(run.experiment_toml)}</pre></details>"
    )
