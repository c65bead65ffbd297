"""A module of ours as a process of its own: talk, log, and an end in every case."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator
from pathlib import Path

import psutil
import pytest

from workbench.base.child_process import LOG_LINES_KEPT, Child, cause_of

Start = Callable[..., Child]


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Start]:
    """Starts a module with this code; ends it at the end."""
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    children: list[Child] = []

    def begin(code: str, *arguments: str, on_log: Callable[[str], None] | None = None) -> Child:
        name = f"little_{len(children)}"
        (tmp_path / f"{name}.py").write_text(f"import os, signal, sys\n{code}\n", encoding="utf-8")
        children.append(Child(name, *arguments, on_log=on_log))
        return children[-1]

    yield begin
    for child in children:
        if child.is_alive:
            child.kill()
        child.end()


ECHO = "for line in sys.stdin: print('heard', line, end='')"
IGNORES_ITS_INPUT = """
if sys.argv[1:] == ['stubborn']: signal.signal(signal.SIGTERM, signal.SIG_IGN)
print('ready')
while True: signal.pause()
"""


def test_it_hears_and_says_lines(start: Start) -> None:
    child = start(ECHO)
    lines = child.lines()
    for said in ("one", "Grüße, 数", "x" * 200_000, ""):
        assert child.send(said)
        assert next(lines) == f"heard {said}"
    assert child.end() == 0
    assert not child.is_alive


def test_it_gets_its_arguments_and_says_how_it_ended(start: Start) -> None:
    child = start("print(sys.argv[1:]); sys.exit(3)", "a", "b c")
    assert list(child.lines()) == ["['a', 'b c']"]
    assert child.wait(10) == 3
    assert child.end() == 3


def test_it_imports_nothing_from_where_the_user_stands(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "workbench.py").write_text("raise RuntimeError('the wrong one')")
    monkeypatch.chdir(here)
    child = start("import workbench; print(workbench.__file__)")
    assert [Path(line).name for line in child.lines()] == ["__init__.py"]


def test_its_log_comes_line_by_line(start: Start) -> None:
    heard: list[str] = []
    child = start("print('a\\nb ü', file=sys.stderr)", on_log=heard.append)
    assert list(child.lines()) == []
    assert child.end() == 0
    assert heard == list(child.log) == ["a", "b ü"]


def test_a_log_of_a_megabyte_does_not_hold_it_up(start: Start) -> None:
    code = "for n in range(20_000): print(f'{n:050}', file=sys.stderr)\nprint('done')"
    heard: list[str] = []
    child = start(code, on_log=heard.append)
    assert next(child.lines()) == "done", "nobody read the log meanwhile, and it went on"
    assert child.end() == 0
    assert [int(line) for line in heard] == list(range(20_000))
    assert len(child.log) == LOG_LINES_KEPT
    assert int(child.log[-1]) == 19_999


def test_a_log_that_is_no_text_is_no_end(start: Start) -> None:
    child = start("os.write(2, b'\\xff\\xfe\\n'); os.write(2, b'after\\n')")
    assert list(child.lines()) == []
    child.end()
    assert child.log[-1] == "after"


def test_closed_input_ends_it_first(start: Start) -> None:
    child = start("sys.stdin.read(); print('bye'); sys.exit(7)")
    assert child.end() == 7


def test_a_signal_ends_what_does_not_listen(start: Start) -> None:
    child = start(IGNORES_ITS_INPUT)
    assert next(child.lines()) == "ready"
    assert child.wait(0) is None
    assert child.end(grace=0.05) == -signal.SIGTERM


def test_what_ignores_everything_is_killed(start: Start) -> None:
    child = start(IGNORES_ITS_INPUT, "stubborn")
    assert next(child.lines()) == "ready"
    assert child.end(grace=0.05) == -signal.SIGKILL
    assert not child.is_alive
    assert not psutil.pid_exists(child.pid)


def test_ending_twice_is_ending_once(start: Start) -> None:
    child = start(ECHO)
    assert child.end() == child.end() == 0


def test_talking_to_what_is_gone(start: Start) -> None:
    child = start(ECHO)
    child.kill()
    assert child.wait(10) == -signal.SIGKILL
    assert list(child.lines()) == []
    while child.send("x" * 100_000):  # the pipe may take what nobody will read
        pass
    child.end()
    assert not child.send("x")


def test_a_module_that_is_not_there(start: Start) -> None:
    child = Child("there_is_no_such_module")
    assert list(child.lines()) == []
    assert child.end() == 1
    assert "No module named" in child.log[-1]


def test_a_grandchild_that_keeps_the_log_open_does_not_hold_up_the_end(start: Start) -> None:
    waits = "import select; select.select([], [], [], 60)"
    child = start(f"""
import subprocess
print(subprocess.Popen([sys.executable, '-c', {waits!r}], stdin=subprocess.DEVNULL).pid)
""")
    grandchild = psutil.Process(int(next(child.lines())))
    assert child.wait(10) == 0
    ending = threading.Thread(target=child.end, args=(0.05,))
    ending.start()
    ending.join(2.0)
    ended = not ending.is_alive()
    grandchild.kill()
    ending.join()
    assert ended


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (0, "ended with exit code 0"),
        (3, "ended with exit code 3"),
        (-signal.SIGTERM, "was terminated from outside"),
        (-signal.SIGKILL, "was killed, by hand or for lack of memory"),
        (-signal.SIGSEGV, "crashed (SIGSEGV)"),
        (-signal.SIGABRT, "crashed (SIGABRT)"),
        (-40, "crashed ("),
    ],
)
def test_why_it_ended(code: int, cause: str) -> None:
    assert cause_of("the process", code).startswith(f"the process {cause}")


NOISE = (
    "WARNING: All log messages before absl::InitializeLog() is called are written to STDERR",
    "I0000 00:00:1795835532.884097    8771 port.cc:153] oneDNN custom operations are on. You may "
    "see slightly different numerical results",
    "I0000 00:00:1795835532.884484    8771 cudart_stub.cc:31] Could not find cuda drivers on your "
    "machine, GPU will not be used.",
    "E0000 00:00:1795835537.218605    8771 cuda_platform.cc:52] failed call to cuInit: INTERNAL: "
    "CUDA error: Failed call to cuInit: UNKNOWN ERROR (303)",
    "I0000 00:00:1795835532.934032    8771 cpu_feature_guard.cc:227] This TensorFlow binary is "
    "optimized to use available CPU instructions in performance-critical operations.",
    "To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow.",
)
BROKEN_DRIVER = (
    "E0000 00:00:1.2 8771 cuda_platform.cc:52] failed call to cuInit: INTERNAL: CUDA error: "
    "Failed call to cuInit: CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected"
)


def test_what_tensorflow_prints_at_every_start_is_kept_but_not_passed_on(start: Start) -> None:
    heard: list[str] = []
    lines = [*NOISE, BROKEN_DRIVER, "after"]
    child = start(f"for line in {lines!r}: print(line, file=sys.stderr)", on_log=heard.append)
    child.end()
    assert heard == [BROKEN_DRIVER, "after"]
    assert list(child.log) == lines
