"""The remaining time, and the progress line of a terminal."""

from __future__ import annotations

import io

import pytest

from workbench.cli import progress_line
from workbench.cli.progress_line import ProgressLine
from workbench.execution.messages import EpochEnd, Message, Progress, Ready, Started, Steps
from workbench.execution.progress import Pace
from workbench.runs.record import EpochMetrics


def started(step: int = 0, total: int = 100) -> Started:
    return Started("r", step, total, 25, 64, 93_322, 2_794_240, "CPU, 2 cores")


def steps(first: int, last: int, seconds: float) -> Steps:
    n = last - first + 1
    return Steps("r", first, [seconds] * n, [0.25] * n, [0.5] * n, [0.1] * n, [10_900.4] * n)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def screen(self) -> str:
        """What a person sees: what was written since the line was last cleared."""
        return self.getvalue().rpartition("\r\x1b[2K")[2]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setattr(progress_line, "LINE_SECONDS", 0.0)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "120")
    return Terminal()


def shown(terminal: Terminal, *messages: Message) -> str:
    line = ProgressLine(terminal)
    for message in messages:
        line.show(message)
    return terminal.screen()


# --- pace ----------------------------------------------------------------------------------------


def test_nothing_is_known_before_two_calls() -> None:
    pace = Pace()
    assert (pace.share, pace.remaining) == (0.0, None)
    pace.started(started())
    assert (pace.share, pace.remaining) == (0.0, None)
    pace.steps(steps(1, 10, 5.0))  # the first call holds the compilation
    assert (pace.share, pace.remaining) == (0.1, None)


def test_an_even_pace_gives_the_exact_remaining_time() -> None:
    pace = Pace()
    pace.started(started())
    for call in range(1, 6):
        pace.steps(steps(10 * call - 9, 10 * call, 5.0 + call))  # 10 steps a second, after 5 s
    assert pace.share == 0.5
    assert pace.remaining == pytest.approx(5.0)


def test_the_latest_pace_counts_most() -> None:
    pace = Pace()
    pace.started(started(total=100_000))
    seconds = 0.0
    for call in range(100):
        seconds += 1.0 if call < 50 else 10.0  # it gets ten times slower
        pace.steps(steps(10 * call + 1, 10 * call + 10, seconds))
    assert pace.remaining == pytest.approx(99_000 / 1.0, rel=0.1)


def test_the_end_is_no_time_away() -> None:
    pace = Pace()
    pace.started(started(total=20))
    pace.steps(steps(1, 10, 1.0))
    pace.steps(steps(11, 20, 2.0))
    assert (pace.share, pace.remaining) == (1.0, 0.0)


def test_a_resumed_run_does_not_count_what_was_done_before() -> None:
    pace = Pace()
    pace.started(started())
    pace.steps(steps(1, 10, 1.0))
    pace.steps(steps(11, 20, 2.0))
    pace.started(started(step=50))
    assert (pace.share, pace.remaining) == (0.5, None)
    pace.steps(steps(51, 60, 12.0))
    pace.steps(steps(61, 70, 22.0))
    assert pace.remaining == pytest.approx(30.0)


# --- line ----------------------------------------------------------------------------------------


def test_the_line_of_a_training_run(terminal: Terminal) -> None:
    before = [started(), steps(1, 10, 5.0)]
    assert shown(terminal, *before) == (
        "[##------------------] epoch 1/4  loss 0.2500  10,900 images/s"
    )
    epoch = EpochEnd("r", EpochMetrics(1, 25, 6.5, 0.25, 0.5, 1e4, 0.1, 0.3, 0.9125, 7.5))
    assert shown(terminal, *before, steps(11, 25, 6.5), epoch, steps(26, 50, 9.0)) == (
        "[##########----------] epoch 2/4  loss 0.2500  10,900 images/s  validation 91.25 %"
        "  5.0 s left"
    )
    assert "epoch 4/4" in shown(terminal, started(), steps(1, 100, 5.0))


@pytest.mark.parametrize(
    ("columns", "line"),
    [
        (97, "[##########----------] epoch 2/4  loss 0.2500  10,900 images/s  validation 91.25 %"
         "  5.0 s left"),
        (80, "[##---] epoch 2/4  loss 0.2500  10,900 images/s  validation 91.25 %  5.0 s left"),
        (72, "epoch 2/4  loss 0.2500  10,900 images/s  validation 91.25 %  5.0 s left"),
        (70, "[######------] epoch 2/4  loss 0.2500  validation 91.25 %  5.0 s left"),
        (40, "epoch 2/4  loss 0.2500  5.0 s left"),
        (30, "[##---] epoch 2/4  5.0 s left"),
    ],
)  # fmt: skip
def test_a_narrow_terminal_gets_less(
    columns: int, line: str, terminal: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    epoch = EpochEnd("r", EpochMetrics(1, 25, 6.5, 0.25, 0.5, 1e4, 0.1, 0.3, 0.9125, 7.5))
    messages = [started(), steps(1, 10, 5.0), steps(11, 25, 6.5), epoch, steps(26, 50, 9.0)]
    found = shown(terminal, *messages)
    assert found == line
    assert len(found) < columns


def test_what_happens_before_the_first_step(terminal: Terminal) -> None:
    assert shown(terminal, Progress("r", "building")) == "building"
    assert shown(terminal, Progress("r", "downloading", 1_500_000, 11_490_434, "B")) == (
        "downloading 1.5 MB of 11.5 MB"
    )
    assert shown(terminal, Progress("r", "reading", 1500, 60_000, "images")) == (
        "reading 1,500 of 60,000"
    )


def test_a_line_is_taken_away(terminal: Terminal) -> None:
    line = ProgressLine(terminal)
    line.show(Progress("r", "building"))
    line.clear()
    assert terminal.screen() == ""
    assert "\n" not in terminal.getvalue()


def test_it_is_silent_where_there_is_no_terminal() -> None:
    stream = io.StringIO()
    line = ProgressLine(stream)
    for message in (Progress("r", "building"), started(), steps(1, 10, 1.0)):
        line.show(message)
    line.clear()
    assert stream.getvalue() == ""


def test_other_messages_draw_nothing(terminal: Terminal) -> None:
    assert shown(terminal, Ready("CPU"), started()) == ""


def test_it_is_not_drawn_more_often_than_a_person_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress_line, "LINE_SECONDS", 3600.0)
    monkeypatch.setattr("time.monotonic", lambda: 1e6)
    terminal = Terminal()
    shown(terminal, started(), *(steps(n, n, n / 10) for n in range(1, 100)))
    assert terminal.getvalue().count("images/s") == 1
