"""Draw budget, scheduler, ranges, ticks and colours."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from ui.plots import layer
from ui.plots.figures.scatter import ScatterAxis, shown_range
from ui.plots.live.controls import position_of, weight_at
from ui.plots.ranges import Anchor, follow_x, padded, robust_bounds, settled
from ui.plots.scheduler import DrawBudget, DrawScheduler
from ui.plots.theme import PlotTheme, contrast, mix, run_style
from ui.plots.ticks import (
    TickKind,
    ValueAxis,
    linear_ticks,
    log_ticks,
    seconds_text,
    step_between,
    tick_text,
    value_text,
)


class Target:
    """Something to draw that notes when it was."""

    def __init__(self, log: list[str], name: str, more: int = 0) -> None:
        self.log, self.name, self.more, self.visible = log, name, more, True

    def drawable(self) -> bool:
        return self.visible

    def draw(self) -> bool:
        self.log.append(self.name)
        self.more -= 1
        return self.more >= 0


class Clock:
    """A clock that moves only when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_cheap_frames_are_drawn_ten_times_a_second() -> None:
    budget = DrawBudget()
    for _ in range(5):
        budget.record(0.001)
    assert budget.interval == pytest.approx(0.1)


@pytest.mark.parametrize("cost", [0.006, 0.02, 0.3])
def test_drawing_takes_at_most_three_per_cent(cost: float) -> None:
    budget = DrawBudget()
    for _ in range(5):
        budget.record(cost)
    assert cost / budget.interval <= 0.03 + 1e-9


def test_one_interrupted_frame_does_not_freeze_the_plots() -> None:
    budget = DrawBudget()
    for cost in (0.002, 0.002, 0.9, 0.002, 0.002):
        budget.record(cost)
    assert budget.interval == pytest.approx(0.1)


def test_the_slow_first_frame_does_not_delay_the_second_for_seconds() -> None:
    budget = DrawBudget()
    budget.record(0.4)
    assert budget.interval == pytest.approx(0.5)


def test_one_target_a_turn_and_then_no_timer(qtbot: QtBot) -> None:
    log: list[str] = []
    scheduler = DrawScheduler()
    for name in "abc":
        scheduler.mark_dirty(Target(log, name))
    scheduler._turn()
    assert log == ["a"], "one turn of the event loop draws one plot"
    qtbot.waitUntil(lambda: log == ["a", "b", "c"])
    qtbot.waitUntil(lambda: scheduler.idle)


def test_next_frame_waits_for_the_budget(qtbot: QtBot) -> None:
    log: list[str] = []
    clock = Clock()
    scheduler = DrawScheduler(clock=clock)
    target = Target(log, "a")
    scheduler.mark_dirty(target)
    with qtbot.waitSignal(scheduler.frame_drawn):
        pass
    scheduler.mark_dirty(target)
    assert 50 <= scheduler._timer.remainingTime() <= 110
    scheduler.mark_dirty(target, urgent=True)
    assert scheduler._timer.remainingTime() <= 1, "what a person did is drawn at once"
    qtbot.waitUntil(lambda: log == ["a", "a"])


@pytest.mark.parametrize(("worked", "passed", "cost"), [(0.02, 0.05, 0.02), (0.02, 0.9, 0.3)])
def test_what_counts_is_the_processors_time_unless_the_screen_blocks(
    qtbot: QtBot, worked: float, passed: float, cost: float
) -> None:
    clock, processor = Clock(), Clock()

    class Slow(Target):
        def draw(self) -> bool:
            clock.now += passed
            processor.now += worked
            return super().draw()

    scheduler = DrawScheduler(clock=clock, processor=processor)
    scheduler.mark_dirty(Slow([], "a"))
    with qtbot.waitSignal(scheduler.frame_drawn) as drawn:
        pass
    assert drawn.args == [pytest.approx(cost)]


def test_hidden_targets_stay_dirty_without_a_timer(qtbot: QtBot) -> None:
    log: list[str] = []
    scheduler = DrawScheduler()
    target = Target(log, "a")
    target.visible = False
    scheduler.mark_dirty(target)
    scheduler.mark_dirty(target, urgent=True)
    assert scheduler.idle
    assert scheduler.is_dirty(target)
    target.visible = True
    scheduler.wake()
    qtbot.waitUntil(lambda: log == ["a"])
    assert not scheduler.is_dirty(target)


def test_unfinished_work_goes_on_in_later_turns(qtbot: QtBot) -> None:
    log: list[str] = []
    scheduler = DrawScheduler()
    scheduler.mark_dirty(Target(log, "a", more=3), urgent=True)
    qtbot.waitUntil(lambda: log == ["a"] * 4)
    qtbot.waitUntil(lambda: scheduler.idle)


def test_forgotten_targets_are_not_drawn(qtbot: QtBot) -> None:
    log: list[str] = []
    scheduler = DrawScheduler()
    gone, kept = Target(log, "gone"), Target(log, "kept")
    scheduler.mark_dirty(gone)
    scheduler.mark_dirty(kept)
    scheduler.forget(gone)
    qtbot.waitUntil(lambda: scheduler.idle)
    assert log == ["kept"]


def test_a_first_spike_does_not_flatten_the_rest() -> None:
    values = np.full(500, 0.5)
    values[0] = 1e6
    bounds = robust_bounds(values)
    assert bounds is not None
    assert bounds[1] < 1.0
    usual = np.linspace(2.3, 0.1, 500)
    assert robust_bounds(usual) == (0.1, 2.3), "an ordinary fall is shown whole"
    assert robust_bounds(np.array([])) is None


def test_ranges_are_never_empty_and_settle() -> None:
    for anchor in Anchor:
        low, high = padded((0.5, 0.5), anchor)
        assert low < 0.5 < high
    assert settled((0.0, 1.0), (0.05, 0.9)) == (0.0, 1.0)
    assert settled((0.0, 1.0), (0.05, 1.2)) == (0.05, 1.2)
    assert settled((0.0, 10.0), (0.0, 1.0)) == (0.0, 1.0)
    assert padded((0.2, 1.0), Anchor.SHARE)[1] <= 1.02


def test_an_axis_of_what_is_never_negative_has_no_negative_number() -> None:
    low, high = padded((0.01, 3.0), Anchor.DATA)
    first = step_between(low, high, 8)
    assert -first < low < 0, "a little air under a loss of nearly 0, and no tick in it"
    assert padded((-1.0, 3.0), Anchor.DATA)[0] < -1.0


def test_x_grows_in_round_steps() -> None:
    assert follow_x((1.0, 937.0)) == (0.0, 950.0)
    assert follow_x((1.0, 940.0)) == (0.0, 950.0)
    assert follow_x((5.0, 5.0)) == (5.0, 6.0)


def test_ticks_are_round_and_few() -> None:
    assert linear_ticks(0, 10_000, 5) == (2000, [0, 2000, 4000, 6000, 8000, 10_000])
    assert linear_ticks(0, 0, 5)[0] == 1.0
    assert [round(10**tick, 6) for tick in log_ticks(-2, 0, 9)[1]] == [
        0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0,
    ]  # fmt: skip
    assert 2 <= len(log_ticks(-0.1, 0.1, 5)[1]) <= 8
    assert len(log_ticks(-30, 0, 5)[1]) <= 7


@pytest.mark.parametrize(
    ("value", "step", "quantity", "text"),
    [
        (12_000, 2000, TickKind.COUNT, "12,000"),
        (1500, 500, TickKind.SECONDS, "1,500 s"),
        (2_500_000, 500_000, TickKind.COUNT, "2.5 M"),
        (0.975, 0.005, TickKind.SHARE, "97.5 %"),
        (0.5, 0.1, TickKind.SHARE, "50 %"),
        (0.0005, 0.0005, TickKind.RATE, "0.0005"),
        (2e-5, 1e-5, TickKind.RATE, "2e-5"),
        (1e-20, 0.1, TickKind.NUMBER, "0"),
        (0.25, 0.05, TickKind.NUMBER, "0.25"),
        (0.05, 0.01, TickKind.MILLISECONDS, "0.05 ms"),
        (0, 1000, TickKind.BYTES, "0 B"),
        (400_000, 200_000, TickKind.BYTES, "400 kB"),
        (2500, 500, TickKind.JOULES, "2.5 kJ"),
        (1_000_100, 100, TickKind.BYTES, "1.0001 M"),
    ],
)
def test_tick_texts(value: float, step: float, quantity: TickKind, text: str) -> None:
    assert tick_text(value, step, quantity) == text


def test_value_texts() -> None:
    assert value_text(0.97812, TickKind.SHARE) == "97.81 %"
    assert value_text(1.0, TickKind.SHARE) == "100 %"
    assert value_text(11204.3, TickKind.COUNT) == "11,204"
    assert value_text(0.08123, TickKind.NUMBER) == "0.08123"
    assert seconds_text(6.0) == "6 s"
    assert seconds_text(130.0) == "2 min 10 s"
    assert seconds_text(11_100.0) == "3 h 05 min"


LIGHT, DARK = QColor("#ffffff"), QColor("#1e1e1e")


def test_colours_reach_three_to_one_on_light_and_dark() -> None:
    for index in range(8):
        on_light, _ = run_style(index, QColor("#202020"))
        on_dark, _ = run_style(index, QColor("#f0f0f0"))
        assert contrast(on_light, LIGHT) >= 3.0, on_light.name()
        assert contrast(on_dark, DARK) >= 3.0, on_dark.name()


def test_styles_differ_for_32_runs() -> None:
    text = QColor("#202020")
    styles = {(colour.name(), style) for colour, style in (run_style(i, text) for i in range(32))}
    assert len(styles) == 32
    assert run_style(32, text) == run_style(0, text)


def test_theme_takes_the_palette_and_keeps_lines_legible() -> None:
    palette = QPalette()
    palette.setColor(QPalette.ColorRole.Base, DARK)
    palette.setColor(QPalette.ColorRole.Text, QColor("#f0f0f0"))
    theme = PlotTheme.from_palette(palette)
    assert theme.background == DARK
    assert contrast(theme.muted, DARK) >= 4.5
    assert contrast(theme.legible(QColor("#101010")), DARK) >= 3.0
    assert theme.legible(QColor("#D55E00")) == QColor("#D55E00")
    assert mix(LIGHT, DARK, 1.0) == DARK


def test_slider_and_weight_agree() -> None:
    assert weight_at(0) == 0.0
    assert weight_at(100) == 0.999
    assert all(position_of(weight_at(position)) == position for position in range(101))


def _shades(points: int, height: float) -> int:
    """How many colours a picture of a zigzag has: two without antialiasing, many with it."""
    picture = QPixmap(400, 200)
    picture.fill(QColor("white"))
    x = np.linspace(0.0, 1.0, points)
    y = 0.5 + height * (np.arange(points) % 2)
    painter = QPainter(picture)
    layer.paint_lines(
        painter,
        [layer.Line(x, y, QColor("black"))],
        layer.PlotTransform(400, 200, (0.0, 1.0), (0.0, 1.0)),
        1.0,
    )
    painter.end()
    image = picture.toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    return len(set(bytes(image.constBits())))


def test_few_points_are_drawn_smooth(qapp: QApplication) -> None:
    assert _shades(points=9, height=0.3) > 2


@pytest.mark.parametrize(("points", "height"), [(layer.MOST_SMOOTH_POINTS + 1, 0.0), (1_000, 0.3)])
def test_many_points_and_long_ways_are_drawn_fast(
    points: int, height: float, qapp: QApplication
) -> None:
    assert _shades(points, height) == 2


def test_only_what_is_seen_decides_whether_lines_are_smooth() -> None:
    far = np.array([-29_000.0, 29_000.0])
    assert layer.is_smooth(far, far, 400, 200)


def test_what_is_counted_has_whole_ticks(qtbot: QtBot) -> None:
    trials = ValueAxis("bottom", TickKind.COUNT, 80)
    assert trials.ticks(0.6, 4.4, 800) == (1.0, [1.0, 2.0, 3.0, 4.0])
    assert trials.ticks(0.8, 1.2, 800) == (1.0, [1.0])
    rates = ValueAxis("bottom", TickKind.RATE, 80)
    assert rates.ticks(0.8, 1.2, 800)[0] < 0.1


@pytest.mark.parametrize("low", [0.5, 0.97, 0.999, 1.0])
def test_no_axis_of_shares_goes_above_all_of_them(qtbot: QtBot, low: float) -> None:
    shares = ScatterAxis("Accuracy", TickKind.SHARE)
    bottom, top = shown_range(low, 1.0, shares)
    assert bottom < low
    assert top > 1.0, "a dot at 100 % is whole"
    assert max(ValueAxis("left", TickKind.SHARE, 40).ticks(bottom, top, 400)[1]) <= 1.0 + 1e-9
    assert shown_range(1.5, 2.0, shares)[1] > 2.0
