"""What the command line prints, and how it ends: on real terminals, full disks and closed pipes."""

from __future__ import annotations

import contextlib
import fcntl
import io
import os
import pty
import re
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from tests.engine.cli.test_main import QUICK
from tests.ui.made_up import add_run
from workbench.base.paths import default_store
from workbench.base.units import in_one_line, visible, wide
from workbench.cli import terminal
from workbench.cli.main import main
from workbench.cli.terminal import CLEAR, LiveLine, Output, fitted
from workbench.execution.engine_process import Session
from workbench.runs.store import Store

COMMAND = [sys.executable, "-m", "ui.launch"]
EVIL = "\x1b[2J\x1b]0;owned\x07a\nfake row\u202eevil\u200f\r\x9b1m"


class Screen:
    """A terminal of this many columns that a process writes its errors to."""

    def __init__(self, columns: int) -> None:
        self._mine, self.end = pty.openpty()
        fcntl.ioctl(self.end, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        self.written = ""

    def read(self, until: str = "") -> bool:
        """Reads until this was written, or to the end; whether it was."""
        while not until or until not in self.written:
            try:
                part = os.read(self._mine, 4096)
            except OSError:  # the other end is closed
                return False
            self.written += part.decode()
        return True

    def close(self) -> None:
        os.close(self._mine)


@contextlib.contextmanager
def on_screen(columns: int, *arguments: str) -> Iterator[tuple[Screen, subprocess.Popen[str]]]:
    screen = Screen(columns)
    environment = {**os.environ, "TERM": "xterm"}
    environment.pop("COLUMNS", None)
    process = subprocess.Popen(
        [*COMMAND, *arguments],
        stdout=subprocess.PIPE,
        stderr=screen.end,
        text=True,
        env=environment,
    )
    os.close(screen.end)
    try:
        yield screen, process
    finally:
        process.kill()
        process.communicate()
        screen.close()


# --- text ----------------------------------------------------------------------------------------


def test_what_a_terminal_would_obey_is_written_out() -> None:
    assert visible("\x1b[31mé日本\x07\u202e\x9b\x7f") == "\\x1b[31mé日本\\x07\\u202e\\x9b\\x7f"
    assert visible("two\nlines\tkept") == "two\nlines\tkept"
    assert in_one_line("two\nlines\u2028and\tmore") == "two\\nlines\\u2028and\\tmore"
    assert visible("سلام – 5 µm") == "سلام – 5 µm"


def test_a_line_is_cut_where_the_columns_end() -> None:
    assert (wide("手写 a"), wide("e\u0301"), wide("ab")) == (6, 1, 2)
    assert fitted("手写数字", 8) == "手写数字"
    assert fitted("手写数字", 6) == "手写…"
    assert fitted("abcdef", 5) == "abcd…"


@pytest.mark.parametrize(
    "command",
    [["runs"], ["runs", "--columns", "name,status"], ["runs", "--group-by", "name"],
     ["runs", "--csv"], ["tradeoff"], ["diagnose", "last"], ["better", "EVIL", "last"],
     ["evaluate", "EVIL"], ["run", "EVIL"], ["EVIL"], ["compare", "EVIL", "--output", "a.EVIL"]],
)  # fmt: skip
def test_no_command_lets_a_name_drive_the_terminal(
    command: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(default_store()) as store:
        for number in range(2):
            name = f"{EVIL} {number}"
            add_run(store, number, epochs=1, name=name, test_accuracy=0.9, parameters=number)
    with contextlib.suppress(SystemExit):
        main([part.replace("EVIL", EVIL) for part in command])
    out, err = capsys.readouterr()
    assert "\\x1b" in out + err
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200f\u202e]", out + err)
    if command[0] != "runs" or "--csv" not in command:
        assert not any(line.startswith("fake row") for line in (out + err).splitlines())


def test_a_letter_that_standard_output_lacks_is_written_as_its_number(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        add_run(store, name="手写")
    done = subprocess.run(
        [*COMMAND, "runs", "--store", str(tmp_path)],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
    )
    assert done.returncode == 0, done.stderr
    assert b"\\u624b\\u5199" in done.stdout


# --- streams that take nothing -------------------------------------------------------------------


def test_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    with Store(tmp_path) as store:
        add_run(store)
    for command in (["runs", "--store", str(tmp_path)], ["--help"]):
        with Path("/dev/full").open("w") as full:
            done = subprocess.run(
                [*COMMAND, *command], stdout=full, stderr=subprocess.PIPE, text=True, check=False
            )
        assert done.returncode == 1
        assert done.stderr == (
            "dlopt-workbench: standard output can't be written (No space left on device)\n"
        )


def test_a_reader_that_has_seen_enough_is_no_fault(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [*COMMAND, "presets"], stdout=writing, stderr=subprocess.PIPE, text=True, check=False
    )
    os.close(writing)
    assert (done.returncode, done.stderr) == (terminal.BROKEN_PIPE, "")


def test_errors_that_nobody_can_read_end_nothing() -> None:
    class Full(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(28, "No space left on device")

    assert Output(Full(), is_needed=False).write("x") == 1
    with pytest.raises(terminal.OutputLost):
        Output(Full(), is_needed=True).write("x")


# --- the progress line ---------------------------------------------------------------------------


def test_a_live_line_is_as_wide_as_its_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    monkeypatch.setenv("TERM", "xterm")
    screen = Screen(43)
    with os.fdopen(screen.end, "w", encoding="utf-8") as stream:
        line = LiveLine(stream)
        assert line.columns == 42
        line.draw("手" * 30)
        line.draw("two\nlines \x1b[31m")
        line.clear()
    screen.read()
    screen.close()
    drawn = screen.written.split(CLEAR)[1:]
    assert drawn == [f"{'手' * 20}…", "two\\nlines \\x1b[31m", ""]


def test_a_dumb_terminal_gets_no_codes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "dumb")
    screen = Screen(80)
    with os.fdopen(screen.end, "w") as stream:
        LiveLine(stream).draw("words")
    screen.read()
    screen.close()
    assert screen.written == ""


def test_a_run_on_a_terminal_of_80_columns_stays_on_one_line(tmp_path: Path) -> None:
    arguments = ["run", "digits-cnn", "--store", str(tmp_path), *QUICK]
    with on_screen(80, *arguments) as (screen, process):
        screen.read()
        process.communicate(timeout=60)
        assert process.returncode == 0, screen.written
    lines = screen.written.split(CLEAR)
    assert len(lines) > 3
    assert any("epoch 1/1" in line for line in lines)
    assert max(map(wide, lines)) < 80
    assert "\n" not in screen.written


# --- ending --------------------------------------------------------------------------------------


def test_an_interruption_while_it_still_imports_is_no_traceback() -> None:
    process = subprocess.Popen(
        [sys.executable, "-X", "importtime", "-m", "ui.launch", "runs"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    for line in process.stderr:
        if line.rstrip().endswith("numpy.version"):  # what the command imports, hardly begun
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    said = [line for line in errors.splitlines() if "import time:" not in line]
    assert said in (["dlopt-workbench: interrupted"], ["dlopt-workbench: interrupted, ending"])


def test_an_interruption_before_the_first_step_ends_at_once_and_says_so(tmp_path: Path) -> None:
    arguments = ["run", "digits-cnn", "--store", str(tmp_path), *QUICK]
    with on_screen(80, *arguments) as (screen, process):
        assert screen.read(until="starting")
        process.send_signal(signal.SIGINT)
        screen.read()
        process.communicate(timeout=60)
    assert process.returncode == 130
    said = [line.rpartition(CLEAR)[2] for line in screen.written.split("\n")]
    assert said[0].startswith("dlopt-workbench: interrupted")
    assert not any("Traceback" in line for line in said)


def test_an_interruption_while_a_large_folder_is_read_ends_soon_and_says_so(tmp_path: Path) -> None:
    """Half a minute of it is left when it is interrupted."""
    noise = np.random.default_rng(0).integers(0, 256, (900, 900, 3), np.uint8)
    Image.fromarray(noise).save(tmp_path / "one.jpg", quality=95)
    for name in ("a", "b"):
        (tmp_path / "set" / name).mkdir(parents=True)
        for number in range(1500):
            os.link(tmp_path / "one.jpg", tmp_path / "set" / name / f"{number}.jpg")
    data = {"data.kind": "image_folder", "data.path": tmp_path / "set", "data.resize": 28}
    settings = [part for path, value in data.items() for part in ("--set", f"{path}={value}")]
    arguments = ["run", "digits-cnn", "--store", str(tmp_path / "store"), *settings]
    with on_screen(80, *arguments) as (screen, process):
        assert screen.read(until="checking 1")
        asked = time.monotonic()
        process.send_signal(signal.SIGINT)
        screen.read()
        process.communicate(timeout=60)
        took = time.monotonic() - asked
    assert process.returncode == 130
    last = screen.written.rpartition("dlopt-workbench: interrupted")[2]
    ending, kept, nothing = last.split("\r\n")
    assert ending == " before training began, ending"
    assert "the run is kept; 'dlopt-workbench resume " in kept
    assert nothing == ""
    assert "Traceback" not in screen.written
    assert took < 10, "at most one image a reader is finished"


def test_a_task_that_is_interrupted_says_so(tmp_path: Path) -> None:
    with on_screen(80, "find-rate", "digits-cnn", *QUICK) as (screen, process):
        assert screen.read(until=CLEAR)
        process.send_signal(signal.SIGINT)
        screen.read()
        process.communicate(timeout=60)
    assert process.returncode == 130
    assert "dlopt-workbench: interrupted, ending" in screen.written
    assert "Traceback" not in screen.written


def test_a_process_that_still_starts_is_not_waited_for(tmp_path: Path) -> None:
    with Store(tmp_path):
        session = Session(tmp_path)
    session.start()
    assert session.end() == -signal.SIGTERM, "it was importing TensorFlow"
