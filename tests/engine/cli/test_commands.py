"""Commands as a table: one is a module and a line, found in help and completion."""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.cli.main import COMMANDS, Command

ROOT = Path(__file__).parents[3]


def made_up() -> types.ModuleType:
    """The module of a command, as a newcomer writes it."""
    module = types.ModuleType("workbench.cli.shell.greet")

    def add_arguments(command: argparse.ArgumentParser) -> None:
        command.add_argument("--loudly", action="store_true")

    def run(arguments: argparse.Namespace) -> int:
        print("HELLO" if arguments.loudly else "hello")
        return 0

    module.add_arguments, module.run = add_arguments, run  # type: ignore[attr-defined]
    return module


@pytest.fixture
def greet(monkeypatch: pytest.MonkeyPatch) -> None:
    """A command is its module and one line."""
    monkeypatch.setitem(sys.modules, "workbench.cli.shell.greet", made_up())
    monkeypatch.setitem(COMMANDS, "greet", Command("shell.greet", "say hello"))


@pytest.mark.usefixtures("greet")
def test_a_new_command_is_a_module_and_a_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["greet", "--loudly"]) == 0
    assert capsys.readouterr().out == "HELLO\n"
    with pytest.raises(SystemExit):
        main.main(["--help"])
    assert "greet          say hello" in capsys.readouterr().out
    assert main.main(["completion", "bash"]) == 0
    script = capsys.readouterr().out
    assert " greet" in script
    assert "--loudly" in script


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_has_help_and_ends_well_with_it(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main.main([name, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[name].help[:20] in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "name", sorted(COMMANDS.keys() - {"code", "presets", "datasets", "completion"})
)
def test_whatever_touches_a_store_can_be_told_which(
    name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main.main([name, "--help"])
    assert "--store DIR" in capsys.readouterr().out


@pytest.mark.parametrize("name", ["find-rate", "find-batch-size", "devices"])
def test_a_task_works_beside_the_store_that_is_named(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[Path] = []

    def ask(store: Path, *rest: object) -> None:
        asked.append(store)
        raise KeyboardInterrupt

    monkeypatch.setattr("workbench.cli.tasks.ask", ask)
    experiment = [] if name == "devices" else ["digits-cnn"]
    assert main.main([name, *experiment, "--store", str(tmp_path)]) == 130
    assert asked == [tmp_path]


IMPORTED = """
import json, sys
from workbench.cli import main

try:
    main.main(json.loads(sys.argv[1]))
except SystemExit:
    pass
print(json.dumps(sorted(name for name in sys.modules if name.startswith("workbench."))))
"""


def imported_by(*arguments: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, json.dumps(arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_the_help_imports_no_command() -> None:
    modules = {f"workbench.cli.{command.module}" for command in COMMANDS.values()}
    assert not modules & imported_by("--help")


@pytest.mark.parametrize("command", ["presets", "runs"])
def test_a_list_loads_no_spec(command: str, tmp_path: Path) -> None:
    """It takes most of the start; `tests/benchmarks/cli_start.py` measures it."""
    store = ["--store", str(tmp_path)] if command == "runs" else []
    found = imported_by(command, *store)
    assert not {"workbench.spec", "workbench.experiment"} & found
    assert command == "presets" or "workbench.runs.store" in found, "it listed"


def test_a_command_imports_no_other() -> None:
    modules = {f"workbench.cli.{command.module}" for command in COMMANDS.values()}
    assert modules & imported_by("presets") == {"workbench.cli.experiment.presets"}


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_is_a_script_of_the_shell(
    shell: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["completion", shell]) == 0
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    subprocess.run([shell, "-n", str(script)], check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="bash is not installed")
@pytest.mark.parametrize(
    ("typed", "offered"),
    [("ru", "run runs"), ("tune --mono", "--monochrome"), ("analyze --aga", "--against")],
)
def test_bash_completes_commands_and_options(
    typed: str, offered: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main.main(["completion", "bash"]) == 0
    script = tmp_path / "script"
    script.write_text(capsys.readouterr().out)
    words = f"dlopt-workbench {typed}"
    typing = (
        f"source {script}; COMP_WORDS=({words}); COMP_CWORD={len(typed.split())}; "
        '_shtab_dlopt_workbench; echo "${COMPREPLY[@]}"'
    )
    done = subprocess.run(["bash", "-c", typing], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == offered
