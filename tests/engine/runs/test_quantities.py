"""A new quantity of a run is one line; table, filter, command line, report and axes follow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.runs import quantities
from workbench.runs.quantities import QUANTITIES, Kind
from workbench.runs.record import Run
from workbench.runs.rows import FIGURES
from workbench.runs.status import RunStatus

SCRIPT = """
import contextlib, io, json, sys
from pathlib import Path

from workbench.runs import quantities
from workbench.runs.quantities import Kind, Quantity

quantities.QUANTITIES += (  # the line that a new quantity is
    Quantity("sparsity", "Sparsity", Kind.SHARE, "Share of the weights that are 0", 1,
             words="Share of zeros", is_noted=True),
)

from ui.plots.ticks import TickKind, quantity_of
from workbench.cli import main, train
from workbench.exchange.bundle import export_run, import_run
from workbench.experiment import Experiment
from workbench.figures.report import write_report
from workbench.runs.status import RunStatus
from workbench.runs.store import Store
from workbench.runs.table.frame import RunFrame
from workbench.tradeoffs.points import TradeoffAxis as Axis
from workbench.tradeoffs.titles import title_of

folder = Path(sys.argv[1])

def said(*arguments):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        assert main.main([*arguments, "--store", str(folder / "store")]) == 0
    return out.getvalue()

with Store(folder / "store") as store, Store(folder / "other") as other:
    runs = [store.create(Experiment(name=name)) for name in ("dense", "pruned")]
    for run in runs:
        store.finish(run.run_id, RunStatus.COMPLETED)
        store.update(run.run_id, parameters=1000)
    store.update(runs[0].run_id, sparsity=0.25)
    store.update(runs[1].run_id, notes="half of it", sparsity=0.75)
    run = store.run(runs[1].run_id)
    export_run(store, run, folder / "run.zip")
    taken = import_run(other, folder / "run.zip")
    frame = RunFrame()
    for batch in store.reader.all():
        frame.apply(batch)
    column = frame.about("sparsity")
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        train._print_result(run)
    write_report(store, [run], folder / 'report.html')
    html = (folder / 'report.html').read_text()
print(json.dumps({
    "value": run.figure("sparsity"), "in the bundle": taken.figure("sparsity"),
    "in the table": frame.value("sparsity", frame.place(run.run_id)), "title": column.title,
    "found": said("runs", "--filter", "sparsity > 50%", "--columns", "name,sparsity"),
    "sorted": json.loads(said("runs", "--sort", "-sparsity", "--columns", "sparsity", "--json")),
    "printed": printed.getvalue(), "summary": run.summary()["sparsity"],
    "in the report": "<th>Share of zeros</th>" in html and "<td>75.00 %</td>" in html,
    "axis": title_of(column).text, "better": Axis.of(column).better,
    "ticks": quantity_of(column.kind) is TickKind.SHARE,
    "front": json.loads(said("tradeoff", "--x", "parameters", "--y", "sparsity", "--json")),
}))
"""


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a workbench with one more quantity says of it."""
    folder = str(tmp_path_factory.mktemp("quantity"))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, folder],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[3],
    )
    assert done.returncode == 0, done.stderr
    said: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return said


def test_a_new_quantity_is_kept_and_travels(found: dict[str, Any]) -> None:
    assert (found["value"], found["in the bundle"]) == (0.75, 0.75)


def test_a_new_quantity_is_a_column_and_a_filter(found: dict[str, Any]) -> None:
    assert (found["in the table"], found["title"]) == (0.75, "Sparsity")
    assert "pruned" in found["found"]
    assert "75.00 %" in found["found"]
    assert "dense" not in found["found"]
    assert found["sorted"] == [{"sparsity": 0.75}, {"sparsity": 0.25}]


def test_a_new_quantity_is_printed_and_in_the_report(found: dict[str, Any]) -> None:
    assert f"{'share of zeros':<20} 75.00 %" in found["printed"]
    assert found["summary"] == 0.75
    assert found["in the report"]


def test_a_new_quantity_is_an_axis(found: dict[str, Any]) -> None:
    assert (found["axis"], found["better"], found["ticks"]) == ("Share of zeros (%)", "more", True)
    assert [run["sparsity"] for run in found["front"]["front"]] == [0.75]


def test_every_quantity_is_described_once() -> None:
    keys = [quantity.key for quantity in QUANTITIES]
    assert len(set(keys)) == len(keys)
    assert all(key.isidentifier() and key.islower() for key in keys)
    assert FIGURES == (
        "nonzero_parameters",
        "litert_bytes",
        "gzip_bytes",
        "litert_ms",
        "litert_p95_ms",
        "litert_p99_ms",
        "litert_batch_ms",
        "litert_ratio",
        "accuracy_difference",
        "test_images",
    ), "the others have columns; a new one needs none"
    assert [kind for kind in Kind if not kind.text(1.0)] == []
    run = Run("id", "name", RunStatus.COMPLETED, "", 0.0)
    assert set(keys) <= set(run.summary())
    assert quantities.QUANTITIES is QUANTITIES
