"""The README's tables, from kept results: prints them, writes them there, measures them.

    python tests/benchmarks/readme.py                      prints the tables
    python tests/benchmarks/readme.py --write              puts them into README.md
    python tests/benchmarks/readme.py --list               what can be measured, in which time
    python tests/benchmarks/readme.py --measure editing --measure compare
    python tests/benchmarks/readme.py --all --data MNIST.npz --baselines BASELINES.py --store DIR

Results lie in `tests/benchmarks/results/`, a JSON file for each measurement. Each piece is kept as
soon as it is there, with date, commit and machine; a measurement that was interrupted goes on with
the pieces that were not measured yet today (`--since`). `--only` measures the pieces whose names
start so. `--quick` tries everything on a small scale, and keeps nothing but in `--results`.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.benchmarks.readme_compression import compression_lines  # noqa: E402
from tests.benchmarks.readme_figures import (  # noqa: E402
    FIGURES,
    Figure,
    Lines,
    Piece,
    accuracies_of,
    dates,
    macs_of,
    over_seeds,
    reached_of,
    speed_of,
    spread,
)
from tests.benchmarks.readme_measurements import (  # noqa: E402
    ADAM,
    BASELINES,
    DATA,
    MEASUREMENTS,
    NETWORKS,
    OPTIMIZERS,
    REFERENCE,
    SEEDS,
    STORE,
)
from workbench.base.files import write_atomically  # noqa: E402

RESULTS = Path(__file__).with_name("results")
README = ROOT / "README.md"
PRINTED = "{}, as printed".format
"""The piece of a row that was measured before results were kept; it counts until all of the row is
measured."""

OPTIONS = {DATA: "--data", BASELINES: "--baselines", STORE: "--store"}
"""That give the files which stand in commands."""

PACKAGES = ("tensorflow", "keras", "PySide6-Essentials")


class Results:
    """The kept pieces of all measurements.

    Args:
        folder: Where they lie.
        only_first: Whether the first seed or session is all there is, as when all is only tried.
    """

    def __init__(self, folder: Path, *, only_first: bool = False) -> None:
        self._folder, self._only_first = folder, only_first

    def keys(self, measurement: str, starts: str = "") -> list[str]:
        """Pieces of a measurement that begin with a name."""
        ends = ("seed 0", "session 1", "all") if self._only_first else ("",)
        names = MEASUREMENTS[measurement].pieces
        return [name for name in names if name.startswith(starts) and name.endswith(ends)]

    def kept(self, measurement: str) -> dict[str, Piece]:
        """All pieces that are there."""
        path = self._folder / f"{measurement}.json"
        return json.loads(path.read_text("utf-8")) if path.exists() else {}

    def keep(self, measurement: str, pieces: Mapping[str, Piece]) -> None:
        """Writes a measurement's file."""
        self._folder.mkdir(parents=True, exist_ok=True)
        text = json.dumps(pieces, indent=1, ensure_ascii=False) + "\n"
        write_atomically(self._folder / f"{measurement}.json", text.encode())

    def row(self, measurement: str, name: str, keys: Sequence[str]) -> list[Piece]:
        """The pieces of a row: all that were measured, else the one that was kept as printed."""
        kept = self.kept(measurement)
        if keys and all(key in kept for key in keys):
            return [kept[key] for key in keys]
        return [kept[PRINTED(name)]] if PRINTED(name) in kept else []


def said(pieces: Sequence[Piece], say: Callable[[Sequence[Lines]], str], column: str = "") -> str:
    """A cell: as it was printed, or of the numbers."""
    if not pieces:
        return "not measured"
    printed = pieces[0]["values"]
    if isinstance(printed, dict) and column in printed:
        return str(printed[column])
    return say([piece["values"] for piece in pieces])


# --- the tables ----------------------------------------------------------------------------------


def figures_table(results: Results) -> list[str]:
    """What is fast, and how accurate what is shipped becomes."""
    lines = [
        "| what | figure | measured | script in `tests/benchmarks/` |",
        "| --- | --- | --- | --- |",
    ]
    for figure in FIGURES:
        pieces = _figure_pieces(results, figure)
        cell = said(pieces, figure.say, "figure")
        lines.append(f"| {figure.what} | {cell} | {_when(pieces)} | `{figure.command}` |")
    return lines


def _figure_pieces(results: Results, figure: Figure) -> list[Piece]:
    keys = results.keys(figure.source, f"{figure.starts}, " if figure.starts else "")
    return results.row(figure.source, figure.starts or figure.name, keys)


def _when(*groups: Sequence[Piece]) -> str:
    return dates(*groups) if any(groups) else "never"


def networks_table(results: Results) -> list[str]:
    """What each lever costs and gives."""
    lines = [
        "| network | parameters | MACs | MNIST, 10 epochs | digits, 30 epochs | training speed "
        "| measured |",
        "| --- | ---: | ---: | --- | --- | --- | --- |",
    ]
    reference = _trained(results, "networks-mnist", REFERENCE)
    for name in NETWORKS:
        mnist = _trained(results, "networks-mnist", name)
        digits = _trained(results, "networks-digits", name)
        if name == REFERENCE:  # the same experiment as the row of Adam, of as many seeds as here
            keys = results.keys("optimizers", f"{ADAM}, ")[:SEEDS]
            digits = results.row("optimizers", ADAM, keys)
        cells = (
            f"{name} (`dense-only`)" if name.startswith("dense") else name,
            said(mnist, lambda pieces: f"{pieces[0][0]['parameters']:,}", "parameters"),
            said(mnist, macs_of, "macs"),
            said(mnist, lambda pieces: over_seeds(accuracies_of(pieces), 2), "accuracy"),
            said(digits, lambda pieces: over_seeds(accuracies_of(pieces), 1), "accuracy"),
            _speed(mnist, reference, name),
            _when(mnist, digits),
        )
        lines.append(f"| {' | '.join(cells)} |")
    return lines


def _trained(results: Results, measurement: str, name: str) -> list[Piece]:
    return results.row(measurement, name, results.keys(measurement, f"{name}, "))


def _speed(pieces: list[Piece], reference: list[Piece], name: str) -> str:
    if name == REFERENCE:
        return "1"
    kept = pieces[0]["values"] if pieces else []
    if kept and "speed" in kept[0]:
        return str(kept[0]["speed"])
    return speed_of([p["values"] for p in pieces], [p["values"] for p in reference])


def optimizers_table(results: Results) -> list[str]:
    """Six optimizers on `digits-cnn`."""
    lines = [
        "| optimizer | learning rate | test accuracy | epochs to 97 % validation accuracy "
        "| measured |",
        "| --- | ---: | --- | --- | --- |",
    ]
    for name, (_, rate, _) in OPTIMIZERS.items():
        pieces = _trained(results, "optimizers", name)
        accuracy = said(
            pieces, lambda it: f"{spread([100 * a for a in accuracies_of(it)])} %", "accuracy"
        )
        reached = said(pieces, reached_of, "reached")
        lines.append(f"| {name} | {rate} | {accuracy} | {reached} | {_when(pieces)} |")
    return lines


def compression_table(results: Results) -> list[str]:
    """What each way to compress the reference CNN costs and gives."""
    return compression_lines(results.kept("compression"))


TABLES: dict[str, Callable[[Results], list[str]]] = {
    "figures": figures_table,
    "networks": networks_table,
    "optimizers": optimizers_table,
    "compression": compression_table,
}


def markers(name: str) -> tuple[str, str]:
    """What stands around a table in the README."""
    return f"<!-- {name}: written by tests/benchmarks/readme.py -->", f"<!-- end of {name} -->"


def with_tables(text: str, results: Results) -> str:
    """The README with the tables of these results in it.

    Raises:
        ValueError: where a marker is missing.
    """
    for name, table in TABLES.items():
        start, end = markers(name)
        before, _, rest = text.partition(start + "\n")
        _, found, after = rest.partition(end)
        if not found:
            raise ValueError(f"README.md: the lines {start} and {end} must be there")
        text = f"{before}{start}\n" + "\n".join(table(results)) + f"\n{end}{after}"
    return text


# --- measuring -----------------------------------------------------------------------------------


def measure(name: str, results: Results, arguments: argparse.Namespace) -> None:
    """Runs the pieces of a measurement that are not there yet."""
    measurement = MEASUREMENTS[name]
    files = {DATA: arguments.data, BASELINES: arguments.baselines, STORE: arguments.store}
    for key in results.keys(name, arguments.only):
        pieces = results.kept(name)
        if pieces.get(key, {}).get("measured", "") >= arguments.since:
            continue
        command = [*measurement.pieces[key], *(measurement.quick if arguments.quick else ())]
        missing = [part for part in command if part in files and files[part] is None]
        if missing:
            raise SystemExit(f"readme.py: {name} needs {OPTIONS[missing[0]]} {missing[0]}")
        print(f"{name}, {key}: {' '.join(command)}", file=sys.stderr, flush=True)
        given = [str(files[part].absolute()) if part in files else part for part in command]
        piece = {**provenance(), "command": " ".join(command), "values": printed_by(given)}
        results.keep(name, {**results.kept(name), key: piece})
    forget_printed(name, results)


def forget_printed(name: str, results: Results) -> None:
    """Drops what was kept as printed once nothing of the measurement is missing."""
    pieces = results.kept(name)
    if all(key in pieces for key in results.keys(name)):
        results.keep(name, {key: pieces[key] for key in results.keys(name)})


def printed_by(command: Sequence[str]) -> Lines:
    """The lines of JSON that a script prints.

    Raises:
        SystemExit: where it fails.
    """
    script = Path(__file__).with_name(command[0])
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}
    done = subprocess.run(
        [sys.executable, str(script), *command[1:]],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"readme.py: {' '.join(command)} ended with {done.returncode}")
    return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]


def provenance() -> Piece:
    """When, of what, and on what."""
    git = ["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]
    done = subprocess.run(git, capture_output=True, text=True, check=False)
    packages = ", ".join(f"{name} {version(name)}" for name in PACKAGES)
    return {
        "measured": today(),
        "commit": done.stdout.strip() or "unknown",
        "machine": f"{os.cpu_count()} cores of {processor()}, {platform.system()}, "
        f"Python {platform.python_version()}, {packages}",
    }


def processor() -> str:
    """The processor's name."""
    try:
        lines = Path("/proc/cpuinfo").read_text("utf-8").splitlines()
    except OSError:
        lines = []
    names = (line.partition(":")[2].strip() for line in lines if line.startswith("model name"))
    return next(names, platform.processor() or platform.machine())


def today() -> str:
    """The date, in UTC."""
    return datetime.datetime.now(datetime.UTC).date().isoformat()


def main() -> None:
    """Does what it is told."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--measure", action="append", choices=MEASUREMENTS, default=[])
    parser.add_argument("--all", action="store_true", help="measure everything")
    parser.add_argument("--only", default="", metavar="START", help="pieces whose names start so")
    parser.add_argument("--since", default=today(), help="pieces measured since then are kept")
    parser.add_argument("--data", type=Path, help="MNIST as .npz")
    parser.add_argument("--baselines", type=Path, help="trains without the workbench")
    parser.add_argument("--store", type=Path, help="of compressed runs, which it goes on with")
    parser.add_argument("--quick", action="store_true", help="on a small scale, to try it")
    parser.add_argument("--results", type=Path, help="instead of the folder of kept results")
    parser.add_argument("--write", action="store_true", help="put the tables into README.md")
    parser.add_argument("--list", action="store_true")
    arguments = parser.parse_args()
    if arguments.list:
        for name, it in MEASUREMENTS.items():
            print(f"{name:<18} {len(it.pieces):>3} pieces, about {it.minutes:g} minutes")
        return
    if arguments.quick and arguments.write:
        parser.error("what --quick finds is no figure for the README")
    with tempfile.TemporaryDirectory() as scratch:
        folder = arguments.results or (Path(scratch) if arguments.quick else RESULTS)
        results = Results(folder, only_first=arguments.quick)
        for name in MEASUREMENTS if arguments.all else arguments.measure:
            measure(name, results, arguments)
        if arguments.write:
            text = with_tables(README.read_text("utf-8"), results)
            write_atomically(README, text.encode())
            return
        for table in TABLES.values():
            print(*table(results), "", sep="\n")


if __name__ == "__main__":
    main()
