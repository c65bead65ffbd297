"""How the README says what compression gives: a row for each variant of the reference CNN."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

from tests.benchmarks.compress import VARIANTS
from tests.benchmarks.readme_figures import Piece, dates
from tests.benchmarks.readme_measurements import LATENCIES, REFERENCE

HEAD = [
    "| variant | steps | test accuracy | against its control | parameters | MACs | file "
    "| gzipped | times faster: 1 image, 64 | measured |",
    "| --- | --- | --- | --- | ---: | ---: | ---: | ---: | --- | --- |",
]
UNKNOWN = "–"

Line = dict[str, Any]


def compression_lines(kept: Mapping[str, Piece]) -> list[str]:
    """The table.

    Args:
        kept: The pieces of the measurement, one for each seed and one of latencies.
    """
    seeds = {key: piece for key, piece in kept.items() if key != LATENCIES}
    timed = {line["variant"]: line for line in kept.get(LATENCIES, {"values": []})["values"]}
    made = {line["variant"] for each in seeds.values() for line in each["values"]}
    names = [name for name in (REFERENCE, *VARIANTS) if name in made]
    found = list(HEAD)
    for name in names:
        pieces = [each for each in seeds.values() if _line(each, name)]
        lines = [(_line(each, name), each) for each in pieces]
        others = [kept[LATENCIES]] if name in timed else []
        rows = [line for line, _ in lines]
        differences = [
            line["test_accuracy"] - control["test_accuracy"]
            for line, piece in lines
            for control in [_line(piece, line["control"])]
            if control
        ]
        cells = (
            name,
            f"`{rows[0]['steps']}`" if rows[0]["steps"] else UNKNOWN,
            points([line["test_accuracy"] for line in rows], " %"),
            points(differences, sign="+") if differences else UNKNOWN,
            _parameters(rows),
            f"{_mean(rows, 'macs') / 1e6:.2f} M",
            _kilobytes(rows, "bytes"),
            _kilobytes(rows, "gzip_bytes"),
            faster(timed.get(name)),
            dates(pieces, others),
        )
        found.append(f"| {' | '.join(cells)} |")
    return found


def _line(piece: Piece, name: str) -> Line:
    """Of a variant in the piece of a seed; empty where there is none."""
    return next((line for line in piece["values"] if line["variant"] == name), {})


def _mean(lines: Sequence[Line], key: str) -> float:
    return statistics.mean(line[key] for line in lines)


def _kilobytes(lines: Sequence[Line], key: str) -> str:
    """The mean; of a trained run there is a file once one was compressed from it."""
    known = [line for line in lines if line[key] is not None]
    return f"{_mean(known, key) / 1000:.1f} kB" if known else UNKNOWN


def _parameters(lines: Sequence[Line]) -> str:
    whole, left = (round(_mean(lines, key)) for key in ("parameters", "nonzero_parameters"))
    return f"{whole:,}" if left > 0.99 * whole else f"{whole:,} ({left:,} not 0)"


def points(shares: Sequence[float], unit: str = "", sign: str = "") -> str:
    """Mean and standard deviation, in percentage points."""
    mean = f"{100 * statistics.mean(shares):{sign}.2f}"
    if len(shares) == 1:
        return f"{mean}{unit} (one seed)"
    return f"{mean} \N{PLUS-MINUS SIGN} {100 * statistics.stdev(shares):.2f}{unit}"


def faster(line: Line | None) -> str:
    """How many times faster than the original a file is."""
    if line is None:
        return UNKNOWN
    said = f"{line['times_faster_1']:.2g}, {line['times_faster_64']:.2g}"
    if line["variant"] == REFERENCE:
        return f"1 ({line['us_1']:.0f}, {line['us_64']:,.0f} microseconds)"
    return said if line["is_reliable"] else f"{said} (busy machine)"
