"""Commands as a table: one is a module and a line, found in help and completion."""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import pytest

from workbench.cli import main
from workbench.cli.main import COMMANDS, Command
from workbench.cli.parsing import WORDS

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


TYPING = {
    "bash": "source {script}; COMP_WORDS=({words}); COMP_CWORD={last}; "
    '_shtab_dlopt_workbench; printf "%s\\n" "${{COMPREPLY[@]}}"',
    "fish": "source {script}; complete -C '{line}' | string replace -r '\\t.*' ''",
}
"""What has a shell complete a line, an offer a line."""

needs_shell = {
    shell: pytest.mark.skipif(shutil.which(shell) is None, reason=f"{shell} is not installed")
    for shell in ("bash", "zsh", "fish")
}


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `dlopt-workbench` of a few lines stands in front; the file has what it was called with."""
    folder, calls = tmp_path / "bin", tmp_path / "calls"
    folder.mkdir()
    command = folder / "dlopt-workbench"
    command.write_text(
        f"""#!/bin/sh
echo "$@" >> {calls}
case "$1" in
  presets) printf 'digits-cnn\\nmnist-cnn\\n' ;;
  runs) printf '20260101-000000-aa\\n20270101-000000-bb\\n' ;;
esac
"""
    )
    command.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("HOME", str(tmp_path))
    calls.touch()
    return calls


def script_of(shell: str, folder: Path, capsys: pytest.CaptureFixture[str]) -> Path:
    assert main.main(["completion", shell]) == 0
    script = folder / "script"
    script.write_text(capsys.readouterr().out)
    return script


@pytest.mark.parametrize("shell", [pytest.param(s, marks=needs_shell[s]) for s in TYPING])
@pytest.mark.parametrize(
    ("typed", "offered", "calls"),
    [
        ("ru", ["run", "runs"], []),
        ("tune --mono", ["--monochrome"], []),
        ("analyze --aga", ["--against"], []),
        ("analyze digits-c", ["digits-cnn"], ["presets"]),
        ("presets mn", ["mnist-cnn"], ["presets"]),
        ("resume 2027", ["20270101-000000-bb"], ["runs --ids"]),
        ("evaluate 2026", ["20260101-000000-aa"], ["runs --ids"]),
        ("evaluate --part val", ["validation"], []),
        ("completion z", ["zsh"], []),
    ],
)
def test_a_shell_completes_commands_options_and_values(
    shell: str,
    typed: str,
    offered: list[str],
    calls: list[str],
    asked: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    line = f"dlopt-workbench {typed}"
    script = script_of(shell, tmp_path, capsys)
    given = {"script": script, "words": line, "last": len(typed.split()), "line": line}
    typing = TYPING[shell].format(**given)
    done = subprocess.run([shell, "-c", typing], capture_output=True, text=True, check=True)
    assert done.stdout.split() == offered
    assert set(calls) <= set(asked.read_text().splitlines())  # fish asks beside an option too


@needs_shell["bash"]
def test_an_experiment_is_completed_by_files_too(
    asked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "digits-mine.toml").touch()
    monkeypatch.chdir(tmp_path)
    script = script_of("bash", tmp_path, capsys)
    words = "dlopt-workbench run digits"
    typing = TYPING["bash"].format(script=script, words=words, last=2)
    done = subprocess.run(["bash", "-c", typing], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["digits-cnn", "digits-mine.toml"]


@needs_shell["zsh"]
def test_zsh_asks_for_values_as_they_are_wanted(
    asked: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its completion system is stood in for: what reaches `compadd` is what would be offered."""
    script = script_of("zsh", tmp_path, capsys)
    typing = (
        "compdef() {}; _files() { print -- files }; compadd() { print -l -- ${(P)@[-1]} }; "
        f'eval "$(<{script})"; print -- loaded; cat {asked}; _dlopt_workbench_presets_or_files; '
        "_dlopt_workbench_runs"
    )
    done = subprocess.run(["zsh", "-f", "-c", typing], capture_output=True, text=True, check=True)
    assert done.stdout.split() == [
        "loaded",
        *("digits-cnn", "mnist-cnn", "files"),
        *("20260101-000000-aa", "20270101-000000-bb"),
    ]
    assert asked.read_text().splitlines() == ["presets", "runs --ids"]


def test_argparse_says_nothing_that_has_no_translation() -> None:
    """Whatever it hands to `gettext` is one of ours, or said to who writes a command."""
    calls = [
        node
        for node in ast.walk(ast.parse(inspect.getsource(argparse)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]
    asked = [call.args[0].value for call in calls if isinstance(call.args[0], ast.Constant)]
    assert len(asked) > 20
    assert sorted({words for words in asked if words not in WORDS} - TO_PROGRAMMERS) == []


TO_PROGRAMMERS = {
    ".__call__() not defined",
    "%r is not callable",
    "%(prog)s: error: %(message)s\n",
    "%(prog)s: warning: %(message)s\n",
    "%(heading)s:",
    " (default: %(default)s)",
    "'required' is an invalid argument for positionals",
    'argument "-" with mode %r',
    "can't open '%(filename)s': %(error)s",
    "cannot have multiple subparser arguments",
    "cannot merge actions - two groups are named %r",
    "conflicting subparser alias: %s",
    "conflicting subparser: %s",
    "dest= is required for options like %r",
    "invalid conflict_resolution value: %r",
    "invalid option string %(option)r: must start with a character %(prefix_chars)r",
    "mutually exclusive arguments must be optional",
    "subcommands",
    "argument '%(argument_name)s' is deprecated",
    "command '%(parser_name)s' is deprecated",
    "option '%(option)s' is deprecated",
}
"""Of argparse, in Python 3.11 to 3.13: faults of a command's parser, and what we don't use."""
