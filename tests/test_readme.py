"""The README's figures: exactly what the kept results say, each with its date."""

from __future__ import annotations

import json
import re
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.benchmarks import many_runs, readme
from tests.benchmarks.readme_compression import compression_lines
from tests.benchmarks.readme_figures import FIGURES, around, in_seconds, over_seeds, spread
from tests.benchmarks.readme_measurements import ADAM, MEASUREMENTS, REFERENCE
from workbench.runs.store import Store

DATE = r"\d{4}-\d{2}-\d{2}"


def tables() -> dict[str, list[list[str]]]:
    """The rows of the README's tables, in cells."""
    text = readme.README.read_text("utf-8")
    found = {}
    for name in readme.TABLES:
        start, end = readme.markers(name)
        lines = text.partition(start)[2].partition(end)[0].strip().splitlines()
        found[name] = [[c.strip() for c in line.strip("|").split(" | ")] for line in lines[2:]]
    return found


def test_the_tables_are_what_the_kept_results_say() -> None:
    text = readme.README.read_text("utf-8")
    told = "README.md differs from tests/benchmarks/results; run tests/benchmarks/readme.py --write"
    assert readme.with_tables(text, readme.Results(readme.RESULTS)) == text, told


def test_every_row_was_measured_and_has_its_date() -> None:
    for name, rows in tables().items():
        at = 2 if name == "figures" else -1
        for row in rows:
            assert re.fullmatch(rf"{DATE}( to {DATE})?", row[at]), row
            assert "not measured" not in row


def test_rows_of_the_same_experiment_agree() -> None:
    """Those of `digits-cnn` and `mnist-cnn` as shipped, which three tables tell of."""
    found = tables()
    shipped = {row[0].partition("`")[2].partition("`")[0]: row[1] for row in found["figures"][:2]}
    networks, optimizers = ({row[0]: row for row in found[n]} for n in ("networks", "optimizers"))
    assert shipped["mnist-cnn"] == f"median {networks[REFERENCE][3]}"
    adam = [
        piece["values"][0]["test_accuracy"]
        for key, piece in readme.Results(readme.RESULTS).kept("optimizers").items()
        if key.startswith(ADAM)
    ]
    assert len(adam) == 5
    assert shipped["digits-cnn"] == f"median {over_seeds(adam, 1)}"
    assert networks[REFERENCE][4] == over_seeds(adam[:3], 1)
    assert optimizers[ADAM][2] == f"{spread([100 * share for share in adam])} %"
    mean, low, high = 100 * statistics.mean(adam), 100 * min(adam), 100 * max(adam)
    assert low <= mean <= high


def test_kept_results_name_no_place_of_a_machine() -> None:
    for path in readme.RESULTS.glob("*.json"):
        assert path.stem in MEASUREMENTS
        for key, piece in json.loads(path.read_text("utf-8")).items():
            assert {"measured", "commit", "machine", "command", "values"} == set(piece), key
            assert "/" not in piece["command"].replace("lambda / (2m)", ""), key


# --- the tool ------------------------------------------------------------------------------------

FOUND = [{"test_accuracy": 0.5, "reached": None, "parameters": 5, "macs": 2_000_000}]
PIECE = {"measured": "2026-01-02", "commit": "1", "machine": "m", "command": "c"}


def piece(accuracy: float, **more: object) -> readme.Piece:
    line = {"test_accuracy": accuracy, "reached": 3, "images_per_second": 10.0, **more}
    return {**PIECE, "values": [{"parameters": 5, "macs": 2_000_000, **line}]}


def test_a_row_is_as_printed_until_all_of_it_is_measured(tmp_path: Path) -> None:
    results = readme.Results(tmp_path)
    printed = {**PIECE, "measured": "2025-01-01", "values": {"accuracy": "1 %", "reached": "2"}}
    results.keep("optimizers", {"SGD, as printed": printed, "SGD, seed 0": piece(0.9)})
    assert "| SGD | 0.1 | 1 % | 2 | 2025-01-01 |" in readme.optimizers_table(results)
    seeds = {f"SGD, seed {seed}": piece(0.9 + seed / 100) for seed in range(5)}
    results.keep("optimizers", {"SGD, as printed": printed, **seeds})
    row = "| SGD | 0.1 | 92.0 ± 1.6 % | 3.0 ± 0.0 | 2026-01-02 |"
    assert row in readme.optimizers_table(results)


def test_measuring_goes_on_where_it_was_interrupted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: list[list[str]] = []

    def ran_script(command: list[str]) -> list[dict[str, object]]:
        if len(ran) == 4:
            raise SystemExit("interrupted")
        ran.append(command)
        return FOUND

    monkeypatch.setattr(readme, "printed_by", ran_script)
    results = readme.Results(tmp_path)
    arguments = ["readme.py", "--results", str(tmp_path), "--measure", "networks-digits"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match="interrupted"):
        readme.main()
    assert len(results.kept("networks-digits")) == 4
    monkeypatch.setattr(readme, "printed_by", lambda command: ran.append(command) or FOUND)
    readme.main()
    assert len(ran) == len(MEASUREMENTS["networks-digits"].pieces) == 21
    readme.main()
    assert len(ran) == 21, "all of it was measured today"
    again = [*arguments, "--since", "9999", "--only", "global pooling, "]
    monkeypatch.setattr(sys, "argv", again)
    readme.main()
    assert ran[21:] == [["trained.py", "global pooling", "--seed", str(seed)] for seed in range(3)]


def test_data_are_named_on_the_command_line_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readme, "printed_by", lambda command: [{"command": command}])
    arguments = ["readme.py", "--results", str(tmp_path), "--measure", "autotune"]
    monkeypatch.setattr(sys, "argv", arguments)
    with pytest.raises(SystemExit, match=r"autotune needs --data MNIST\.npz"):
        readme.main()
    monkeypatch.setattr(sys, "argv", [*arguments, "--data", str(tmp_path / "own.npz"), "--quick"])
    with pytest.raises(KeyError):  # what was printed is no figure
        readme.main()
    kept = readme.Results(tmp_path).kept("autotune")
    assert list(kept) == ["session 1"], "the first is enough to try it"
    assert kept["session 1"]["values"][0]["command"][2] == str(tmp_path / "own.npz")
    assert "own.npz" not in kept["session 1"]["command"]


def test_every_figure_has_a_measurement_and_every_measurement_is_a_script() -> None:
    tables = {"networks-digits", "compression"}
    assert {figure.source for figure in FIGURES} | tables == set(MEASUREMENTS)
    for measurement in MEASUREMENTS.values():
        for command in measurement.pieces.values():
            assert (readme.RESULTS.parent / command[0]).is_file()


def test_a_store_of_made_up_runs_can_still_be_made(tmp_path: Path) -> None:
    """Which the benchmarks of tables fill by themselves, past the store's own methods."""
    many_runs.fill(tmp_path / "made-up-runs", 3)
    with Store(tmp_path / "made-up-runs") as store:
        runs = store.runs()
        assert [run.name for run in runs] == ["sweep 0", "sweep 1", "sweep 2"]
        assert len(store.epochs(runs[0].run_id)) == many_runs.EPOCHS


def test_a_variant_is_compared_with_its_control_seed_by_seed() -> None:
    def line(variant: str, accuracy: float, control: str = "", **more: object) -> dict[str, object]:
        found = {"variant": variant, "control": control, "steps": "", "test_accuracy": accuracy}
        size = {"parameters": 1000, "nonzero_parameters": 1000, "macs": 2_000_000}
        return {**found, **size, "bytes": 4000, "gzip_bytes": None, **more}

    seeds = [
        {**PIECE, "values": [line("reference CNN", was), line("int8", now, "reference CNN")]}
        for was, now in ((0.99, 0.98), (0.97, 0.98))
    ]
    timed = {"variant": "int8", "times_faster_1": 2.512, "times_faster_64": 12.7}
    pieces = {"seed 0": seeds[0], "seed 1": seeds[1]}
    latencies = {**PIECE, "measured": "2026-01-03", "values": [{**timed, "is_reliable": False}]}
    rows = compression_lines({**pieces, "latencies": latencies})[2:]
    assert rows[0].startswith("| reference CNN | \N{EN DASH} | 98.00 \N{PLUS-MINUS SIGN} 1.41 % |")
    assert rows[1].split(" | ")[2:] == [
        "98.00 \N{PLUS-MINUS SIGN} 0.00 %",
        "+0.00 \N{PLUS-MINUS SIGN} 1.41",
        "1,000",
        "2.00 M",
        "4.0 kB",
        "\N{EN DASH}",
        "2.5, 13 (busy machine)",
        "2026-01-02 to 2026-01-03 |",
    ]


def test_numbers_as_the_readme_says_them() -> None:
    assert around([0.961, 0.964], "{:.2f}") == "0.96"
    assert around([1.84, 1.21], "{:.1f}") == "1.2 to 1.8"
    assert in_seconds(0.236, "{:.2f}") == "0.24 s"
    assert in_seconds(0.004, "{:.2f}") == "4 ms"
    assert over_seeds([0.99, 0.97, 0.98], 1) == "98.0 % (97.0 to 99.0)"
    assert over_seeds([0.9887], 2) == "98.87 % (one seed)"
    assert spread([157.0, 144.0, 170.0]) == "157 ± 13"


def test_the_tool_prints_the_tables(tmp_path: Path) -> None:
    script = readme.RESULTS.parent / "readme.py"
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    assert [line for line in done.stdout.splitlines() if line] == [
        line for table in readme.TABLES.values() for line in table(readme.Results(readme.RESULTS))
    ]
