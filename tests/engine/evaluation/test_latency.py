"""How fast a real small network answers: the points, what is remembered, the command."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.engine.cli.test_main import dlopt
from tests.engine.small import small, train
from tests.engine.tasks import do
from workbench.base import units
from workbench.base.plain_values import parsed, plain
from workbench.cli import main
from workbench.evaluation import latency
from workbench.evaluation.latency import Latency, LatencyRequest, MeasuredLatency
from workbench.runs.store import Store
from workbench.spec.machine import Machine, Processor

QUICK = 0.02
RUN = "20260101-000000-00ff"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store and the id of its run."""
    folder = tmp_path_factory.mktemp("inference")
    with Store(folder) as store:
        run_id, _ = train(store, small(training__epochs=1))
    return folder, run_id


def measure(
    store: Path, run_id: str, threads: int, sizes: Sequence[int], **more: Any
) -> tuple[MeasuredLatency, list[Any]]:
    return do(
        "measure_inference",
        store,
        run_id=run_id,
        threads=threads,
        batch_sizes=tuple(sizes),
        seconds=QUICK,
        **more,
    )


def test_percentiles_are_those_of_the_calls() -> None:
    seconds = [0.001] * 94 + [0.002] * 4 + [0.010] * 2
    point = Latency.of(1, 8, seconds)
    assert (point.median, point.p95) == (pytest.approx(1.0), pytest.approx(2.0))
    assert point.p99 == pytest.approx(10.0)
    assert point.images_per_second == pytest.approx(8 * 100 / sum(seconds))
    assert parsed(Latency, plain(point), "a point") == point


def test_points_of_a_trained_network_are_ordered_and_remembered(
    trained: tuple[Path, str],
) -> None:
    from workbench.runtime.process.probe import machine_here

    store, run_id = trained
    result, said = measure(store, run_id, latency.ALL_THREADS, (1, 500))
    points = list(result.points)
    assert [point.batch_size for point in points] == [1, 500]  # more than the test part has
    for point in points:
        assert 0 < point.median <= point.p95 <= point.p99
        assert point.images_per_second > 0
        assert point.calls >= 2
    assert points[0].calls >= 50
    assert [m.found["points"] for m in said if m.found] == [[plain(p)] for p in points]
    machine = machine_here()
    assert latency.recall(store, machine, run_id) == points

    single, _ = measure(store, run_id, 1, (1,))
    both = [*single.points, *points]
    assert latency.recall(store, machine, run_id) == both, "those of other threads stay"
    other = Machine(Processor("another CPU", 96))
    assert latency.recall(store, other, run_id) == []


def test_a_file_of_another_version_counts_as_not_measured(tmp_path: Path) -> None:
    machine = Machine()
    point = Latency(1, 1, 50, 0.5, 0.7, 0.9, 2000.0)
    found = MeasuredLatency((point,), "CPU", 0.0)
    latency.remember(tmp_path, machine, RUN, 1, found)
    assert latency.recall(tmp_path, machine, RUN) == [point]
    file = tmp_path / "runs" / RUN / latency.FILE
    file.write_bytes(file.read_bytes().replace(b'"median"', b'"mean"'))
    assert latency.recall(tmp_path, machine, RUN) == []
    latency.remember(tmp_path, machine, RUN, 1, found)
    assert latency.recall(tmp_path, machine, RUN) == [point]


def test_the_run_keeps_the_shortest_time_for_one_image(trained: tuple[Path, str]) -> None:
    store, run_id = trained
    measure(store, run_id, 1, (4,))
    one, _ = measure(store, run_id, 2, (1, 4))
    all_threads, _ = measure(store, run_id, 0, (1,))
    medians = [one.points[0].median, all_threads.points[0].median]
    with Store(store) as opened:
        assert opened.run(run_id).latency_ms == min(medians)
        assert opened.run(run_id).summary()["latency_ms"] == min(medians)


def test_it_ends_when_it_is_cancelled(trained: tuple[Path, str]) -> None:
    from workbench.runtime.process.work import TaskCancelled

    store, run_id = trained
    with pytest.raises(TaskCancelled):
        measure(store, run_id, 0, (1, 2), cancel_after=3)


def test_a_run_that_never_trained_says_so(tmp_path: Path) -> None:
    from workbench.runtime.training.checkpoint import CheckpointError

    with Store(tmp_path) as store:
        run_id = store.create(small()).run_id
    with pytest.raises(CheckpointError, match="no checkpoint; train it first"):
        measure(tmp_path, run_id, 0, (1,))


def test_numbers_a_person_writes() -> None:
    assert latency.numbers("1, 8;64 8", "batch size") == [1, 8, 64]
    assert latency.numbers("all,2", "threads", all_word=True) == [0, 2]
    with pytest.raises(ValueError, match=r"threads: .9999. is no whole number from 1 to 1,024"):
        latency.numbers("9999", "threads", all_word=True)
    for wrong in ("", "0", "1,x", "-3", "70000", "all", "²"):
        with pytest.raises(ValueError, match=r"batch size: .* is no whole number from 1 to"):
            latency.numbers(wrong, "batch size")


@pytest.mark.parametrize(
    ("value", "text"), [(0.03124, "0.0312"), (0.5, "0.500"), (12.34, "12.3"), (12345.6, "12,346")]
)
def test_milliseconds_have_three_digits(value: float, text: str) -> None:
    assert units.milliseconds(value) == text


def test_lines_for_a_spreadsheet_have_a_head_and_full_numbers() -> None:
    text = latency.as_tsv([Latency(0, 8, 50, 1.23456, 2.0, 3.0, 6480.5)])
    assert text.splitlines() == ["\t".join(latency.HEADS), "all\t8\t50\t1.23456\t2.0\t3.0\t6480.5"]


def test_the_command_measures_each_number_of_threads_in_a_process_of_its_own(
    trained: tuple[Path, str],
) -> None:
    store, run_id = trained
    done = dlopt(
        "latency",
        run_id,
        "--batch-sizes",
        "4",
        "--threads",
        "1,all",
        "--json",
        "--store",
        str(store),
    )
    assert done.returncode == 0, done.stderr
    result = json.loads(done.stdout)
    assert result["run_id"] == run_id
    assert [(p["threads"], p["batch_size"]) for p in result["points"]] == [(1, 4), (0, 4)]


def test_the_command_prints_a_table_and_names_what_is_wrong(
    trained: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, run_id = trained
    asked = []

    def do_task(store: object, task: object, request: LatencyRequest, progress: Any) -> Any:
        asked.append(request)
        point = Latency(request.threads, 8, 50, 1.2, 2.0, 3.0, 6480.5)
        return MeasuredLatency((point,), "CPU, 2 cores", 0.0)

    monkeypatch.setattr("workbench.cli.tasks.do_task", do_task)
    assert main.main(["latency", "last", "--store", str(store)]) == 0
    title, heads, *rows = capsys.readouterr().out.splitlines()
    assert title == f"small ({run_id}) on CPU, 2 cores"
    assert heads.split()[:2] == ["threads", "batch"]
    assert [row.split() for row in rows] == [
        ["1", "8", "1.20", "2.00", "3.00", "6,480"],
        ["all", "8", "1.20", "2.00", "3.00", "6,480"],
    ]
    assert [one.startup.intra_op_threads for one in asked if one.startup is not None] == [1, 0]
    with pytest.raises(SystemExit):
        main.main(["latency", "last", "--threads", "many"])
    assert "threads: 'many' is no whole number" in capsys.readouterr().err
    assert main.main(["latency", "nosuch", "--store", str(store)]) == 2
