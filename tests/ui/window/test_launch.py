"""The console script: what keeps a window from opening is one sentence; commands need no Qt."""

from __future__ import annotations

import builtins
import ctypes
import gc
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from ui import launch


@pytest.fixture
def on_x11(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setenv("DISPLAY", ":0")
    for name in ("QT_QPA_PLATFORM", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def is_one_sentence(words: str) -> bool:
    return bool(words) and "\n" not in words and "Traceback" not in words


def test_no_display(on_x11: pytest.MonkeyPatch) -> None:
    on_x11.delenv("DISPLAY")
    words = launch.why_no_window()
    assert is_one_sentence(words)
    assert "DISPLAY" in words
    assert "dlopt-workbench run" in words


def test_qt_cannot_be_imported(on_x11: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def refusing(name: str, *arguments: Any, **named: Any) -> ModuleType:
        if name.startswith("PySide6"):
            raise ImportError("libEGL.so.1: cannot open shared object file")
        return real(name, *arguments, **named)

    on_x11.setattr(builtins, "__import__", refusing)
    words = launch.why_no_window()
    assert is_one_sentence(words)
    assert "libEGL.so.1" in words
    assert "apt-get install libegl1" in words


def test_a_missing_x11_library(on_x11: pytest.MonkeyPatch) -> None:
    def load(name: str) -> None:
        if "xcb-cursor" in name:
            raise OSError(name)

    on_x11.setattr(ctypes, "CDLL", load)
    words = launch.why_no_window()
    assert is_one_sentence(words)
    assert "libxcb-cursor.so.0" in words
    assert "libxcb-cursor0" in words
    on_x11.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert launch.why_no_window() == ""  # Wayland needs none of it


def test_nothing_in_the_way(on_x11: pytest.MonkeyPatch) -> None:
    on_x11.setattr(ctypes, "CDLL", lambda name: None)
    assert launch.why_no_window() == ""
    on_x11.setenv("QT_QPA_PLATFORM", "offscreen")
    on_x11.delenv("DISPLAY")
    assert launch.why_no_window() == ""


def test_an_obstacle_ends_with_bad_input(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(launch, "why_no_window", lambda: "there is no display")
    assert launch.main([]) == 2
    assert capsys.readouterr().err == "dlopt-workbench: there is no display\n"
    assert gc.isenabled(), "though no window turned it on"


def test_an_unknown_word(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        launch.main(["trian"])
    assert ended.value.code == 2
    assert "no command and no file 'trian'" in capsys.readouterr().err


@pytest.mark.parametrize("command", [["presets"], ["datasets"], ["runs", "--json"]])
def test_commands_import_no_qt_and_no_tensorflow(command: list[str]) -> None:
    code = (
        "import sys; from ui.launch import main; code = main(sys.argv[1:]); "
        "bad = [m for m in ('PySide6', 'pyqtgraph', 'tensorflow', 'keras') if m in sys.modules]; "
        "sys.exit(f'imported {bad}' if bad else code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *command], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")


OPENED = """
import json, os, sys
from ui import launch
from ui.window.main_window import MainWindow

def show(window):
    print(json.dumps(sorted(sys.modules)), flush=True)
    os._exit(0)

MainWindow.show = show
launch.main(["--store", sys.argv[1]])
"""
LATE = (
    "matplotlib", "sklearn", "scipy", "PIL", "tensorflow", "keras", "optuna", "pandas", "pyqtgraph",
    "numpy.ma", "numpy.random", "numpy.testing", "statistics", "asyncio", "multiprocessing", "ssl",
    "http", "unittest", "xml", "workbench.compression", "workbench.deployment", "workbench.codegen",
    "workbench.data", "workbench.exchange", "workbench.tradeoffs", "workbench.figures.settings",
    "workbench.hardware.autotune", "workbench.hardware.batch_sizes", "workbench.evaluation.latency",
    "workbench.evaluation.inner_state", "ui.plots.live", "ui.panels.compare",
    "ui.panels.evaluate", "ui.panels.compress", "ui.panels.search", "ui.panels.data",
    "ui.panels.network.panel", "ui.panels.tune", "ui.panels.inside",
    "workbench.study", "ui.panels.varying", "ui.forms.varied", "ui.running.search_driver",
)  # fmt: skip
"""Packages that no window needs to be there; what they cost, a person would wait for."""

MOST_MODULES = 250
"""Of ours: each takes about a millisecond. Whoever adds one looks whether the window needs it."""


def test_the_window_is_there_without_what_it_needs_later(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", OPENED, str(tmp_path / "store")],
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    modules = json.loads(done.stdout)
    late = [m for m in modules if any(f"{m}.".startswith(f"{package}.") for package in LATE)]
    assert late == []
    assert len([m for m in modules if m.startswith(("ui.", "workbench."))]) <= MOST_MODULES
