"""How the README says what was measured: the rows of its first table, and cells of the others."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.readme_measurements import ADAM, REFERENCE

Lines = list[dict[str, Any]]
"""What a command printed: an object a line."""

Piece = dict[str, Any]
"""`measured` (a date), `commit`, `machine`, `command`, and `values`: what the command printed."""


def dates(*groups: Sequence[Piece]) -> str:
    """When a row was measured."""
    found = sorted({piece["measured"] for pieces in groups for piece in pieces})
    return found[0] if len(found) == 1 else f"{found[0]} to {found[-1]}"


# --- numbers as the README says them -------------------------------------------------------------


def percent(share: float, digits: int) -> str:
    """A share in percent, without the sign."""
    return f"{100 * share:.{digits}f}"


def around(values: Sequence[float], form: str) -> str:
    """From the least to the most, or the one number that both are in this form."""
    low, high = form.format(min(values)), form.format(max(values))
    return low if low == high else f"{low} to {high}"


def in_seconds(value: float, form: str) -> str:
    """In seconds; in milliseconds where this form would leave one digit or none."""
    return f"{form.format(value)} s" if value >= 0.1 else f"{1000 * value:.0f} ms"


def over_seeds(accuracies: Sequence[float], digits: int) -> str:
    """Median and range."""
    if len(accuracies) == 1:
        return f"{percent(accuracies[0], digits)} % (one seed)"
    low, high = (percent(end, digits) for end in (min(accuracies), max(accuracies)))
    return f"{percent(statistics.median(accuracies), digits)} % ({low} to {high})"


def spread(values: Sequence[float]) -> str:
    """Mean and standard deviation."""
    deviation = statistics.stdev(values) if len(values) > 1 else 0.0
    digits = 0 if statistics.mean(values) >= 100 else 1
    return f"{statistics.mean(values):.{digits}f} ± {deviation:.{digits}f}"


def counted(number: int, one: str) -> str:
    """One session, two sessions, ..."""
    words = {1: "one", 2: "two", 3: "three", 4: "four", 5: "five"}
    return f"{words.get(number, str(number))} {one}{'s' if number > 1 else ''}"


def medians_of(sessions: Sequence[Lines]) -> str:
    """How many sessions a figure is the median of."""
    return (
        "one session" if len(sessions) == 1 else f"medians of {counted(len(sessions), 'session')}"
    )


# --- the figures ---------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figure:
    """A row of the first table.

    Attributes:
        name: For what was kept as it was printed.
        what: What was measured.
        source: The measurement.
        say: The figure, of what each of its pieces printed.
        starts: Of the pieces that count, where not all do.
        command: In the README.
    """

    name: str
    what: str
    source: str
    say: Callable[[Sequence[Lines]], str]
    starts: str = ""
    command: str = ""


def _accuracy(digits: int) -> Callable[[Sequence[Lines]], str]:
    def say(pieces: Sequence[Lines]) -> str:
        return f"median {over_seeds(accuracies_of(pieces), digits)}"

    return say


def accuracies_of(pieces: Sequence[Lines]) -> list[float]:
    """Of each seed; pieces from before results were kept have those of all seeds."""
    found: list[float] = []
    for lines in pieces:
        value = lines[0]["test_accuracy"]
        found += value if isinstance(value, list) else [value]
    return found


def _finder(pieces: Sequence[Lines]) -> str:
    told = []
    for line in pieces[0]:
        best = next(rate for rate, mean in line["grid"].items() if mean == line["best_of_grid"])
        told.append(f"{line['accuracy']:.2f} % against {line['best_of_grid']:.2f} % ({best})")
    return "; ".join(told)


def _ratio(mode: str) -> Callable[[Sequence[Lines]], str]:
    def say(pieces: Sequence[Lines]) -> str:
        ratios = [lines[0]["workbench_divided_by"][mode] for lines in pieces]
        form = "{:.2f}" if mode.startswith("graph") else "{:.1f}"
        return f"{around(ratios, form)} times ({medians_of(pieces)})"

    return say


def _bf16(pieces: Sequence[Lines]) -> str:
    sides = [
        [lines[0]["workbench_divided_by"][mode] for lines in pieces]
        for mode in ("keras", "torch", "graph-bf16")
    ]
    forms = ("{:.1f}", "{:.1f}", "{:.2f}")
    told = "; ".join(around(side, form) for side, form in zip(sides, forms, strict=True))
    return f"{told} times ({medians_of(pieces)})"


def _window(pieces: Sequence[Lines]) -> str:
    ratios = [lines[0]["window_divided_by_graph"] for lines in pieces]
    return f"{around(ratios, '{:.2f}')} times ({medians_of(pieces)} of seven pairs)"


def _first_point(pieces: Sequence[Lines]) -> str:
    seconds = [each for lines in pieces for each in lines[0]["train_to_first_point_seconds"]]
    return f"{around(seconds, '{:.2f}')} s"


def _turns(pieces: Sequence[Lines]) -> str:
    worst = [
        max(lines[0]["event_loop_turn_ms"][key] for lines in pieces) for key in ("p99", "p99.9")
    ]
    return (
        f"99 % under {_above(worst[0])} ms, 99.9 % under {_above(worst[1])} ms "
        f"({counted(len(pieces), 'session')})"
    )


def _above(value: float) -> int:
    """The next whole number."""
    return int(value) + 1


def _autotune(pieces: Sequence[Lines]) -> str:
    found = [lines[0] for lines in pieces]
    slower = max(1 / each["choice_divided_by_best"] for each in found)
    best = "none was faster" if slower <= 1 else f"the fastest was {slower:.2f} times as fast"
    noise = max(each["choice_against_itself"] for each in found)
    means = [
        statistics.mean([a for each in found for a in each[f"accuracy_{side}"]])
        for side in ("tuned", "float32")
    ]
    learned = [f"{percent(mean, 2)} %" for mean in means]
    same = f"the same mean, {learned[0]}" if learned[0] == learned[1] else " against ".join(learned)
    return (
        f"{around([each['tune_seconds'] for each in found], '{:.0f}')} s; {best} "
        f"({counted(len(pieces), 'session')}; the choice against itself differed by "
        f"{percent(noise, 0)} %); {same}"
    )


def _processor(pieces: Sequence[Lines]) -> str:
    ratios = [lines[0]["by_processor_time"][1] for lines in pieces]
    return f"{around(ratios, '{:.2f}')} times ({medians_of(pieces)})"


def _augmentation(pieces: Sequence[Lines]) -> str:
    ratios = pieces[0][0]["processor time of a step"]
    twice = abs(ratios["off, measured twice"] - 1)
    return (
        f"{ratios['shift, rotation and zoom']:.2f}; {ratios['all augmentation']:.2f} times "
        f"(the same case measured twice differs by {twice:.2f})"
    )


def _redraw(pieces: Sequence[Lines]) -> str:
    line = pieces[0][0]
    grown = line["rss_growth_mb"] - line["data_growth_mb"]
    return f"memory grew by {grown:.1f} MB; median {line['median_ms']:.1f} ms a plot"


def _editing(pieces: Sequence[Lines]) -> str:
    table, drawing = (pieces[0][0][page] for page in ("layers", "drawing"))
    edit = statistics.mean(page["edit_clock_median"] for page in (table, drawing))
    slow = max(page["edit_clock_p99"] for page in (table, drawing))
    medians = [f"{page['shown_clock_median']:.0f}" for page in (table, drawing)]
    ends = [_above(page["shown_clock_p99"]) for page in (table, drawing)]
    return (
        f"median {edit:.1f} ms, 99 % under {_above(slow)} ms; until painted, median "
        f"{medians[0]} ms and 99 % under {ends[0]} ms (table), {medians[1]} and {ends[1]} ms "
        "(drawing)"
    )


def _compare(pieces: Sequence[Lines]) -> str:
    def of(key: str) -> list[float]:
        return [lines[0][key] for lines in pieces]

    frames = [around(of(f"frame_ms{name}"), "{:.0f}") for name in ("", "_smoothed", "_log")]
    slow = [_above(max(of(f"frame_p95_ms{name}"))) for name in ("", "_smoothed", "_log")]
    opened = in_seconds(max(of("opened_s")), "{:.2f}")
    return (
        f"{opened}; median {frames[0]} ms (smoothed {frames[1]}, logarithmic "
        f"{frames[2]}), 95 % under {slow[0]} ms ({slow[1]}, {slow[2]}), "
        f"{counted(len(pieces), 'session')}; {max(of('curves_mb')):.0f} MB"
    )


def _compare_long(pieces: Sequence[Lines]) -> str:
    line = pieces[0][0]
    return f"{in_seconds(line['opened_s'], '{:.2f}')}; median {line['frame_ms']:.0f} ms"


def _runs_table(pieces: Sequence[Lines]) -> str:
    return "; ".join(
        f"{in_seconds(line['open_seconds'], '{:.1f}')}, {max(line['filter_ms']):.0f} ms, "
        f"{max(line['sort_ms']):.0f} ms, {line['memory_mb']:.0f} MB"
        for line in pieces[0]
    )


def _tradeoffs(pieces: Sequence[Lines]) -> str:
    line = pieces[0][0]
    views = [line[view] for view in ("scatter", "bars", "parallel")]
    fronts = [f"{line['front_ms'][count]:.0f}" for count in ("two", "three")]
    drawn = ", ".join(f"{view['drawn_ms'] / 1000:.1g}" for view in views)
    longest = max(view["longest_turn_ms"] for view in views)
    return f"{', '.join(fronts)} ms; {drawn} s; {longest:.0f} ms"


def _launch(pieces: Sequence[Lines]) -> str:
    line = pieces[0][0]
    return f"{line['ratio']:.2f} times (processor time {line['processor_ratio']:.1f} times)"


FIGURES: tuple[Figure, ...] = (
    Figure(
        "digits-cnn",
        "`digits-cnn` as shipped: test accuracy, five seeds", "optimizers", _accuracy(1), ADAM,
        "trained.py",
    ),
    Figure(
        "mnist-cnn",
        "`mnist-cnn` as shipped: test accuracy, three seeds", "networks-mnist", _accuracy(2),
        REFERENCE, "trained.py --data mnist.npz",
    ),
    Figure(
        "finder",
        "the learning-rate finder's suggestion on `digits-cnn` against the best of nine learning "
        "rates, mean test accuracy of three seeds: Adam; SGD with momentum 0.9",
        "finder", _finder, command="range_test.py",
    ),
    Figure(
        "speed against fit",
        "training speed of the command line, batch 64, against a plain `model.fit` script",
        "throughput", _ratio("keras"), command="throughput.py",
    ),
    Figure(
        "speed against a bare loop",
        "the same against a bare compiled loop without metrics, checkpoints or store",
        "throughput", _ratio("graph"), command="throughput.py",
    ),
    Figure(
        "speed in the window",
        "the same in the window with the live plots showing", "window-train", _window,
        command="window.py train",
    ),
    Figure(
        "speed in bfloat16",
        "with what *Autotune* chooses (`mixed_bfloat16`), batch 64, against a plain `model.fit` "
        "script; a PyTorch 2.13 script in float32; a bare compiled loop in bfloat16",
        "throughput-bf16", _bf16,
        command="throughput.py --modes keras torch graph-bf16 --set "
        "hardware.precision=mixed_bfloat16",
    ),
    Figure(
        "autotune",
        "*Autotune* on `mnist-cnn`: time; its choice against the best of all 32 combinations of "
        "its levers, timed once more beside it; test accuracy against float32 after three epochs, "
        "three seeds",
        "autotune", _autotune, command="autotune.py --data mnist.npz --accuracy",
    ),
    Figure(
        "bfloat16 against a bare loop",
        "training in `mixed_bfloat16` against a bare loop in bfloat16, by processor time on a busy "
        "machine",
        "settings-bf16", _processor, command="settings.py",
    ),
    Figure(
        "two devices",
        "two virtual CPU devices against one, by processor time on a busy machine",
        "settings-devices", _processor, command="settings.py --devices 2",
    ),
    Figure(
        "augmentation",
        "processor time of a step with shift, rotation and zoom; with all augmentation at once; "
        "against none, 28x28, batch 64",
        "augmentation", _augmentation, command="augmentation.py",
    ),
    Figure(
        "first point",
        "from Train to the first plotted point, warm process", "window-train", _first_point,
        command="window.py train",
    ),
    Figure(
        "turns",
        "turns of the window's event loop while training with plots", "window-train", _turns,
        command="window.py train",
    ),
    Figure(
        "redraws",
        "100,000 redraws of the live plots", "redraw", _redraw, command="redraw_soak.py"),
    Figure(
        "editing",
        "an edit of one of 100 layers, Network tab showing", "editing", _editing,
        command="editing.py",
    ),
    Figure(
        "compare",
        "Compare: 100 runs of 10,000 points opened; moved or zoomed, processor time a frame; "
        "memory of their curves",
        "compare", _compare, command="compare.py",
    ),
    Figure(
        "compare long",
        "Compare: one run of 1,000,000 points opened; moved or zoomed", "compare-long",
        _compare_long, command="compare.py --runs 1 --points 1000000",
    ),
    Figure(
        "runs table",
        "the table of 10,000 runs; of 75,000: opened; filtered; sorted; memory", "runs-table",
        _runs_table, command="runs_table.py",
    ),
    Figure(
        "trade-offs",
        "Trade-offs of 10,000 runs: Pareto front of two, of three quantities; scatter, bars, "
        "parallel axes drawn; longest turn of the event loop meanwhile",
        "tradeoffs", _tradeoffs, command="tradeoffs.py",
    ),
    Figure(
        "launch",
        "start of the window against an empty PySide6 and pyqtgraph window", "window-launch",
        _launch, command="window.py launch",
    ),
)  # fmt: skip


# --- networks and optimizers ---------------------------------------------------------------------


def macs_of(pieces: Sequence[Lines]) -> str:
    """Millions of them."""
    return f"{pieces[0][0]['macs'] / 1e6:.2f} M"


def speed_of(pieces: Sequence[Lines], reference: Sequence[Lines]) -> str:
    """Images a second, as many times those of the reference in the same turn."""
    if not pieces or len(pieces) != len(reference):
        return "not measured"
    ratio = statistics.median(
        lines[0]["images_per_second"] / base[0]["images_per_second"]
        for lines, base in zip(pieces, reference, strict=True)
    )
    return f"about {ratio:.0f} times" if ratio >= 1.95 else f"about {ratio:.1f} times"


def reached_of(pieces: Sequence[Lines]) -> str:
    """Epochs to the target, of the seeds that got there."""
    reached = [lines[0]["reached"] for lines in pieces if lines[0]["reached"] is not None]
    if not reached:
        return "not reached"
    short = f", {len(reached)} of {len(pieces)} seeds" if len(reached) < len(pieces) else ""
    return f"{spread(reached)}{short}"
