"""The console script: a command goes to the engine's command line, anything else opens the window.

Qt is imported only for the window, so that commands work where no Qt can, and the command line
only for commands, so that the window is there sooner.
"""

from __future__ import annotations

import ctypes
import gc
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from workbench.base.text import tr
from workbench.cli import terminal
from workbench.cli.exit_codes import BAD_INPUT
from workbench.cli.parsing import CommandParser

DEBIAN_PACKAGES = (
    "libegl1 libgl1 libxkbcommon-x11-0 libdbus-1-3 libfontconfig1 libxcb-cursor0 libxcb-icccm4 "
    "libxcb-keysyms1 libxcb-shape0"
)


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a command or opens the window; the process's exit code."""
    terminal.leave_at_once()
    arguments = list(sys.argv[1:] if argv is None else argv)
    window = CommandParser(prog="dlopt-workbench", add_help=False)
    window.add_argument("--store", type=Path)
    window.add_argument("file", nargs="?", type=Path)
    chosen, unknown = window.parse_known_args(arguments)
    if unknown or (chosen.file is not None and chosen.file.suffix != ".toml"):
        from workbench.cli import main as command_line

        if unknown or str(chosen.file) in command_line.COMMANDS:
            return command_line.main(arguments)
        if not chosen.file.exists():
            name = repr(str(chosen.file))
            command_line.parser().error(tr("there is no command and no file {name}", name=name))
    return _open_window(chosen.file, chosen.store)


def _open_window(file: Path | None, store: Path | None) -> int:
    gc.disable()  # until the window is there: what is made for it stays
    try:
        # Before Qt: PySide6 reads the source of every module that is imported after it.
        import workbench.curves.run
        import workbench.execution.engine_process
        import workbench.experiment  # noqa: F401

        obstacle = why_no_window()
        if obstacle:
            terminal.complain(obstacle)
            return BAD_INPUT
        from ui import app

        return app.run(file, store)
    finally:
        gc.enable()  # also where no window came


def why_no_window() -> str:
    """One sentence on what keeps a window from opening here; empty where nothing does."""
    platform = os.environ.get("QT_QPA_PLATFORM", "")
    has_display = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not platform and not has_display:
        return tr(
            "there is no display (DISPLAY and WAYLAND_DISPLAY are unset); "
            "use 'dlopt-workbench run digits-cnn' to train without a window"
        )
    try:
        import PySide6.QtWidgets  # noqa: F401
    except ImportError as error:
        return tr(
            "Qt can't start: {error}; on Debian or Ubuntu install its system libraries with "
            "'apt-get install {packages}'",
            error=error,
            packages=DEBIAN_PACKAGES,
        )
    needs_xcb = platform.startswith("xcb") or (
        not platform and not os.environ.get("WAYLAND_DISPLAY")
    )
    if sys.platform.startswith("linux") and needs_xcb:
        return _missing_for_xcb()
    return ""


def _missing_for_xcb() -> str:
    """Qt aborts the whole process where its X11 plugin can't be loaded, so we look first."""
    for library in ("libxcb-cursor.so.0", "libxkbcommon-x11.so.0", "libxcb-icccm.so.4"):
        try:
            ctypes.CDLL(library)
        except OSError:
            return tr(
                "Qt can't open a window without {library}; on Debian or Ubuntu install its system "
                "libraries with 'apt-get install {packages}'",
                library=library,
                packages=DEBIAN_PACKAGES,
            )
    return ""


if __name__ == "__main__":
    sys.exit(main())
