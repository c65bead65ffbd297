"""Work off the window's thread: order, what is dropped, what is told, and an end in order."""

from __future__ import annotations

import gc
import sys
import threading
import weakref
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from ui.background import jobs as module
from ui.background.jobs import JobCancelled, JobLane, JobReport, Jobs


@pytest.fixture
def owner(qapp: QCoreApplication) -> Iterator[QObject]:
    """What asks for work; a test may delete it."""
    found = QObject()
    yield found
    if isValid(found):
        found.deleteLater()


@pytest.fixture(autouse=True)
def _no_thread_is_left(jobs: Jobs) -> Iterator[None]:
    yield
    jobs.close()
    assert all(ended(t) for t in threading.enumerate() if t.name.startswith("job"))


def ended(thread: threading.Thread) -> bool:
    thread.join(5)
    return not thread.is_alive()


def delete(gone: QObject) -> None:
    gone.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)


def wait(qtbot: QtBot, *lanes: JobLane) -> None:
    qtbot.waitUntil(lambda: not any(lane.is_busy for lane in lanes))


class Gate:
    """A job that waits until a test lets it go on."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        assert self.open.wait(20)
        return "through"


def test_jobs_of_a_lane_are_done_in_order_and_lanes_beside_each_other(
    qtbot: QtBot, jobs: Jobs, owner: QObject
) -> None:
    lane, other, gate = jobs.lane(owner), jobs.lane(owner), Gate()
    did: list[object] = []
    told: list[object] = []
    lane.ask(gate, told.append)
    for number in range(50):
        lane.ask(lambda number=number: did.append(number) or number, told.append)
    with qtbot.waitSignal(other.settled):
        other.ask(lambda: did.append("beside"))
    assert did == ["beside"]
    assert lane.is_busy
    gate.open.set()
    wait(qtbot, lane)
    assert did == ["beside", *range(50)]
    assert told == ["through", *range(50)]


def test_callbacks_come_in_the_window_s_thread(qtbot: QtBot, jobs: Jobs, owner: QObject) -> None:
    threads: list[threading.Thread] = []

    def note(_: object = None) -> None:
        threads.append(threading.current_thread())

    def work(report: JobReport[int]) -> None:
        note()
        report(1)
        raise ValueError("no")

    lane = jobs.lane(owner)
    lane.follow(work, note, None, note)
    lane.ask(lambda: None, note)
    wait(qtbot, lane)
    assert threads[0].name.startswith("job")
    assert threads[1:] == [threading.main_thread()] * 3


def test_of_latest_only_the_newest_request_is_answered(
    qtbot: QtBot, jobs: Jobs, owner: QObject
) -> None:
    lane, gate = jobs.latest(owner), Gate()
    did: list[int] = []
    told: list[object] = []
    first = lane.ask(gate, told.append)
    assert gate.begun.wait(20)
    for number in range(20):
        lane.ask(lambda number=number: did.append(number) or number, told.append)
    assert first.is_over
    gate.open.set()
    wait(qtbot, lane)
    assert (did, told) == ([19], [19])


def test_an_older_request_ends_at_its_next_word(qtbot: QtBot, jobs: Jobs, owner: QObject) -> None:
    lane, cancelled = jobs.latest(owner), threading.Event()
    heard: list[int] = []

    def count(report: JobReport[int]) -> None:
        try:
            for number in range(10**9):
                report(number)
        except JobCancelled:
            cancelled.set()
            raise

    lane.follow(count, heard.append)
    qtbot.waitUntil(lambda: len(heard) > 3)
    told: list[str] = []
    lane.ask(lambda: "new", told.append)
    wait(qtbot, lane)
    assert cancelled.is_set()
    assert told == ["new"]
    assert heard == list(range(len(heard)))


def test_the_window_gets_one_word_at_a_time(qtbot: QtBot, jobs: Jobs, owner: QObject) -> None:
    """A thread that is quicker than the window waits, so that no turn takes in many."""
    lane = jobs.lane(owner)
    said, heard = 0, []

    def work(report: JobReport[int]) -> None:
        nonlocal said
        for number in range(100):
            report(number)
            said = number

    def take(number: int) -> None:
        heard.append(number)
        assert said <= number + 1

    lane.follow(work, take)
    wait(qtbot, lane)
    assert heard == list(range(100))


def test_what_a_job_raises_reaches_the_window(
    qtbot: QtBot, jobs: Jobs, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[type] = []
    monkeypatch.setattr(sys, "excepthook", lambda kind, error, trace: shown.append(kind))
    lane = jobs.lane(owner)
    raised: list[Exception] = []
    sentences: list[str] = []
    lane.failed.connect(sentences.append)

    def fail(error: Exception) -> Callable[[], None]:
        def work() -> None:
            raise error

        return work

    lane.ask(fail(OSError("the disk is full")), failed=raised.append)
    lane.ask(fail(ValueError("a sentence")))
    assert shown == []
    lane.ask(fail(KeyError("fault")), failed=raised.append)
    lane.ask(fail(ZeroDivisionError("fault")))
    lane.ask(lambda: None, lambda _: sentences.append("and the next is done"))
    wait(qtbot, lane)
    assert [type(error) for error in raised] == [OSError, KeyError]
    assert sentences == [
        "a sentence",
        "the workbench made an error (ZeroDivisionError: fault)",
        "and the next is done",
    ]
    assert shown == [KeyError, ZeroDivisionError]
    unheard = jobs.lane(owner)
    unheard.ask(fail(ValueError("nobody listens")))
    wait(qtbot, unheard)
    assert shown == [KeyError, ZeroDivisionError, ValueError]


def test_a_callback_that_fails_holds_nothing_up(qtbot: QtBot, jobs: Jobs, owner: QObject) -> None:
    lane = jobs.lane(owner)
    told: list[str] = []

    def work(report: JobReport[int]) -> str:
        report(1)
        report(2)
        return "done"

    def break_down(_: object) -> None:
        raise ZeroDivisionError

    with qtbot.captureExceptions() as caught:
        lane.follow(work, break_down, told.append)
        lane.ask(lambda: None, break_down)
        wait(qtbot, lane)
    assert [kind for kind, _, _ in caught] == [ZeroDivisionError] * 3
    assert told == ["done"]


def test_a_cancelled_job_says_nothing_more_and_one_that_waits_is_not_begun(
    qtbot: QtBot, jobs: Jobs, owner: QObject
) -> None:
    lane, gate = jobs.lane(owner), Gate()
    told: list[object] = []
    under_way = lane.ask(gate, told.append)
    waiting = lane.ask(lambda: told.append("begun"), told.append)
    lane.ask(lambda: "last", told.append)
    assert gate.begun.wait(20)
    under_way.cancel()
    waiting.cancel()
    waiting.cancel()
    assert (under_way.is_over, waiting.is_over, lane.is_busy) == (True, True, True)
    gate.open.set()
    wait(qtbot, lane)
    assert told == ["last"]


def test_what_a_job_waits_for_is_pushed_harder_until_it_ends(
    qtbot: QtBot, jobs: Jobs, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.01)
    lane, killed = jobs.lane(owner), threading.Event()
    pushes: list[str] = []

    def work(report: JobReport[int]) -> None:
        report.on_cancel(lambda: pushes.append("asked"), lambda: pushes.append("told"), killed.set)
        report(1)
        assert killed.wait(20)

    with qtbot.waitCallback() as said:
        job = lane.follow(work, said)
    job.cancel()
    assert pushes == ["asked"]
    with qtbot.waitSignal(lane.settled):
        lane.ask(lambda: None)
    assert pushes == ["asked", "told"]
    late: list[str] = []

    def cancelled_before(given: JobReport[int]) -> None:
        assert given.is_cancelled or gate()
        given.on_cancel(lambda: late.append("asked"), lambda: late.append("told"))

    gate = Gate()
    job = lane.follow(cancelled_before, lambda _: None)
    assert gate.begun.wait(20)
    job.cancel()
    gate.open.set()
    with qtbot.waitSignal(lane.settled):
        lane.ask(lambda: None)
    assert late == ["asked"]


def test_closing_finishes_writes_in_order_and_drops_what_only_reads(
    qtbot: QtBot, jobs: Jobs, owner: QObject, tmp_path: Path
) -> None:
    writes, reads, latest = jobs.writes(owner), jobs.lane(owner), jobs.latest(owner)
    gate, slow, called = Gate(), Gate(), []
    file = tmp_path / "written"
    begun: list[str] = []

    def read(report: JobReport[int]) -> None:
        report.on_cancel(slow.open.set)
        slow()
        report(1)
        begun.append("went on")

    def write(text: str) -> None:
        with file.open("a") as out:
            out.write(text)

    def counted(report: JobReport[str]) -> None:
        for letter in "abc":
            report(letter)
            write(letter)

    writes.ask(gate, called.append)
    for number in range(5):
        writes.ask(lambda number=number: write(str(number)), called.append)
    writes.follow(counted, called.append, called.append)
    reads.follow(read, called.append, called.append)
    reads.ask(lambda: begun.append("read"), called.append)
    latest.ask(lambda: 1, called.append)
    assert gate.begun.wait(20)
    assert slow.begun.wait(20)
    opener = threading.Timer(0.1, gate.open.set)
    opener.start()
    jobs.close()
    opener.join()
    assert file.read_text() == "01234abc"
    assert begun == []
    writes.ask(lambda: write("!"))  # late, but a person made it
    reads.ask(lambda: begun.append("late"), called.append)
    assert file.read_text() == "01234abc!"
    QCoreApplication.processEvents()
    assert (begun, called) == ([], [])
    assert jobs.is_closed
    assert not any(lane.is_busy for lane in (writes, reads, latest))
    jobs.close()


def test_closing_does_not_wait_for_ever(
    qtbot: QtBot, owner: QObject, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.01)
    jobs, gate, pushes = Jobs(), Gate(), []
    told: list[object] = []

    def work(report: JobReport[int]) -> None:
        report.on_cancel(lambda: pushes.append(1), lambda: pushes.append(2))
        gate()

    jobs.lane(owner).follow(work, told.append, told.append)
    assert gate.begun.wait(20)
    jobs.close()
    assert pushes == [1, 2]
    gate.open.set()
    assert all(ended(t) for t in threading.enumerate() if t.name.startswith("job"))
    QCoreApplication.processEvents()
    assert told == []


@pytest.mark.parametrize("kept", [False, True])
def test_a_receiver_that_dies_meanwhile_is_not_called(
    qtbot: QtBot, jobs: Jobs, owner: QObject, kept: bool
) -> None:
    lane, gate = (jobs.writes if kept else jobs.lane)(owner), Gate()
    told: list[object] = []
    did: list[str] = []

    def work(report: JobReport[int]) -> None:
        gate()
        report(1)
        report(2)
        did.append("all of it")

    lane.follow(work, told.append, told.append, told.append)
    lane.ask(lambda: did.append("next"), told.append)
    assert gate.begun.wait(20)
    delete(owner)
    gate.open.set()
    after = jobs.lane(jobs)
    with qtbot.waitSignal(after.settled):
        after.ask(lambda: None)
    qtbot.waitUntil(lambda: not jobs.shared.at_work)
    QCoreApplication.processEvents()
    assert told == []
    assert did == (["all of it", "next"] if kept else [])


def test_jobs_that_are_deleted_unclosed_call_nobody(qtbot: QtBot, owner: QObject) -> None:
    jobs, gate, told = Jobs(), Gate(), []
    lane = jobs.lane(owner)
    lane.ask(gate, told.append)
    assert gate.begun.wait(20)
    threads = jobs._threads
    delete(jobs)
    gate.open.set()
    threads.shutdown()
    QCoreApplication.processEvents()
    assert told == []


def test_waiting_for_a_write_draws_meanwhile_and_raises_what_it_raised(
    qtbot: QtBot, jobs: Jobs, owner: QObject
) -> None:
    lane, gate = jobs.writes(owner), Gate()
    QTimer.singleShot(0, owner, gate.open.set)  # the event loop goes on
    assert lane.ask_and_wait(gate) == "through"

    def fail() -> None:
        raise OSError("no space left")

    with pytest.raises(OSError, match="no space left"):
        lane.ask_and_wait(fail)
    QTimer.singleShot(0, owner, jobs.close)
    assert lane.ask_and_wait(lambda: "written") == "written"
    assert lane.ask_and_wait(lambda: "late") == "late"


def test_the_jobs_of_a_window_are_found_from_a_part_of_it(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    inner = QWidget(QWidget(window))
    with pytest.raises(LookupError):
        Jobs.of(inner)
    jobs = Jobs(window)
    assert Jobs.of(inner) is jobs
    jobs.close()


def test_thousands_of_jobs_leave_nothing(qtbot: QtBot, jobs: Jobs, owner: QObject) -> None:
    class Made:
        """A result."""

    alive: weakref.WeakSet[Made] = weakref.WeakSet()
    threads: set[int] = set()

    def make() -> Made:
        threads.add(threading.get_ident())
        made = Made()
        alive.add(made)
        return made

    def work(report: JobReport[Made]) -> Made:
        report(make())
        return make()

    heard: list[bool] = []
    lanes = [jobs.lane(owner), jobs.latest(owner), jobs.writes(owner)]
    for number in range(3000):
        lane = lanes[number % 3]
        if number % 2:
            lane.ask(make, lambda made: heard.append(made in alive))
        else:
            lane.follow(work, lambda made: heard.append(made in alive))
    wait(qtbot, *lanes)
    assert len(heard) > 2000
    assert all(heard)
    assert len(threads) <= len(lanes)
    qtbot.waitUntil(lambda: not jobs.shared.at_work)
    gc.collect()
    assert len(alive) == 0
    assert not jobs.shared.said


class Counter(QWidget):
    """As CONTRIBUTING says how to do work in the background."""

    failed = Signal(str)

    def __init__(self, folder: Path, jobs: Jobs) -> None:
        super().__init__()
        self._folder, self._latest, self._writes = folder, jobs.latest(self), jobs.writes(self)
        self._latest.failed.connect(self.failed)
        self.found: list[int] = []
        self.shown: list[Path] = []

    def count(self, suffix: str) -> None:
        self._latest.follow(partial(counted, self._folder, suffix), self._show, self.found.append)

    def write(self, name: str) -> None:
        self._writes.ask((self._folder / name).touch)

    def _show(self, path: Path) -> None:
        self.shown.append(path)


def counted(folder: Path, suffix: str, report: JobReport[Path]) -> int:
    if not suffix:
        raise ValueError("suffix: must not be empty")
    paths = sorted(folder.glob(f"*{suffix}"))
    for path in paths:
        report(path)
    return len(paths)


def test_a_widget_that_works_in_the_background(qtbot: QtBot, jobs: Jobs, tmp_path: Path) -> None:
    counter = Counter(tmp_path, jobs)
    qtbot.addWidget(counter)
    for name in ("a.npz", "b.npz", "c.toml"):
        counter.write(name)
    qtbot.waitUntil(lambda: len(list(tmp_path.iterdir())) == 3)
    counter.count(".toml")
    counter.count(".npz")  # at once: the first request is dropped
    qtbot.waitUntil(lambda: bool(counter.found))
    assert counter.found == [2]
    assert counter.shown == [tmp_path / "a.npz", tmp_path / "b.npz"]
    with qtbot.waitSignal(counter.failed) as said:
        counter.count("")
    assert said.args == ["suffix: must not be empty"]
    for number in range(100):
        counter.write(f"{number}.csv")
    counter.count(".csv")
    jobs.close()
    assert len(list(tmp_path.glob("*.csv"))) == 100
    assert counter.found == [2]
