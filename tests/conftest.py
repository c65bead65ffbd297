"""What every test gets: places of its own on disk, and a check that it leaves nothing running."""

from __future__ import annotations

import gc
import os
import sys
import tempfile
import threading
import weakref
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
# One list of fonts for all tests: to make it takes seconds.
os.environ.setdefault("MPLCONFIGDIR", str(Path(tempfile.gettempdir(), "dlopt-tests-matplotlib")))

import hypothesis
import psutil
import pytest

ROOT = Path(__file__).resolve().parents[1]
if str(ROOT) not in sys.path:  # for the helpers: `from tests.engine.strategies import ...`
    sys.path.insert(0, str(ROOT))

# What one process has compiled the others find: a thousand of them are started.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

SECONDS_TO_END = 3.0
FAILED = pytest.StashKey[bool]()

# The same examples at every run: a failure is of the code, not of the day.
hypothesis.settings.register_profile("suite", derandomize=True, deadline=None, database=None)
hypothesis.settings.load_profile("suite")


def pytest_xdist_auto_num_workers() -> int:
    """One worker more than cores: most of them wait for a process that they started."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return cores + 1


@pytest.fixture(autouse=True)
def own_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees (or harms) the runs, the downloads or the Keras folder of a person."""
    monkeypatch.setenv("DLOPT_STORE", str(tmp_path / "dlopt-store"))
    monkeypatch.setenv("DLOPT_CACHE", str(tmp_path / "dlopt-cache"))
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras-home"))


def pytest_collection_finish(session: pytest.Session) -> None:
    """What is imported by now stays: no collection of garbage has to walk through it again."""
    gc.collect()
    gc.freeze()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Notes a failure, whose traceback keeps objects alive that are no finding of their own."""
    report = yield
    item.stash[FAILED] = item.stash.get(FAILED, False) or report.failed
    return report


@pytest.fixture(autouse=True)
def nothing_left(request: pytest.FixtureRequest, own_places: None) -> Generator[None]:
    """Fails the test that leaves a process, a thread, a timer or a window; ends what it can."""
    checks = [_new_children(), _new_threads(), *_new_qt_objects()]
    yield
    request.node.funcargs.clear()  # pytest would hold the test's widgets until after this check
    found = [words for check in checks for words in check()]
    if found and not request.node.stash.get(FAILED, False):
        pytest.fail(f"the test left behind: {'; '.join(found)}", pytrace=False)


Check = Callable[[], list[str]]


def _new_children() -> Check:
    before = _children()

    def check() -> list[str]:
        new = [child for child in _children() if child not in before]
        if not new:
            return []
        _, alive = psutil.wait_procs([c for c in new if _runs(c)], timeout=SECONDS_TO_END)
        found = [f"process {c.pid} ({' '.join(c.cmdline()[-3:])})" for c in alive if _runs(c)]
        for child in alive:
            child.kill()
        return found

    return check


def _children() -> list[psutil.Process]:
    """Of this process. To find them psutil looks at every process there is, so most tests, which
    have none, ask the system first."""
    if hasattr(os, "waitid"):
        try:
            os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
        except ChildProcessError:
            return []
    return psutil.Process().children()


def _runs(process: psutil.Process) -> bool:
    return process.is_running() and process.status() != psutil.STATUS_ZOMBIE


def _new_threads() -> Check:
    before = set(threading.enumerate())

    def check() -> list[str]:
        new = [t for t in threading.enumerate() if t not in before and not t.daemon]
        for thread in new:
            thread.join(SECONDS_TO_END)
        return [f"thread {t.name!r}" for t in new if t.is_alive()]

    return check


# --- Qt, where a test imports it -----------------------------------------------------------------

_started: weakref.WeakSet[Any] = weakref.WeakSet()
"""Every QThread and QTimer that was started and is still referred to."""


def _note_starts(cls: Any) -> None:
    start = cls.start

    def noted(self: Any, *arguments: Any) -> None:
        _started.add(self)
        start(self, *arguments)

    cls.start = noted


def _new_qt_objects() -> list[Check]:
    core, widgets = sys.modules.get("PySide6.QtCore"), sys.modules.get("PySide6.QtWidgets")
    if core is None or widgets is None:
        return []
    if not getattr(core, "_starts_are_noted", False):
        core._starts_are_noted = True  # type: ignore[attr-defined]
        _note_starts(core.QThread)
        _note_starts(core.QTimer)
    before = list(widgets.QApplication.topLevelWidgets())

    def check() -> list[str]:
        if core.QCoreApplication.instance() is None:
            return []
        return _left(core, widgets, before)

    return [check]


def _left(core: Any, widgets: Any, before: list[Any]) -> list[str]:
    def alive(cls: Any) -> list[Any]:
        return [o for o in list(_started) if isinstance(o, cls) and _is_valid(o)]

    def timers() -> list[Any]:
        return [t for t in alive(core.QTimer) if t.isActive()]

    def windows() -> list[Any]:
        core.QCoreApplication.sendPostedEvents(None, core.QEvent.Type.DeferredDelete)
        return [w for w in widgets.QApplication.topLevelWidgets() if w not in before]

    if windows() or timers():
        gc.collect()  # what hangs in a circle of references is no finding
    limit = int(1000 * SECONDS_TO_END)
    late = [t for t in alive(core.QThread) if t.isRunning() and not t.wait(limit)]
    active = timers()
    found = [f"{type(t).__name__} {t.objectName()!r}" for t in late]
    found += [f"active {type(t).__name__} of {t.parent()!r}" for t in active]
    found += [f"{type(w).__name__} {w.objectName()!r}" for w in windows()]
    for timer in active:
        timer.stop()
    return found


def _is_valid(wrapper: Any) -> bool:
    import shiboken6

    return bool(shiboken6.isValid(wrapper))
