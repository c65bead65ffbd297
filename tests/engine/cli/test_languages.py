"""The command line in a language that nobody speaks: what a person reads of it, and what not."""

from __future__ import annotations

import json
import os
import re
import string
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pseudo import accented, english_in
from tests.ui.made_up import NAMES, add_run
from workbench import presets
from workbench.cli.main import COMMANDS
from workbench.runs.store import Store
from workbench.spec.data import Data
from workbench.study.ablation.techniques import TECHNIQUES

ROOT = Path(__file__).resolve().parents[3]
SPEAKER = """
import os

if os.environ.get("DLOPT_LANGUAGE") == "xx":
    from tests.pseudo import Accents
    from workbench.base import text

    text.use("xx", Accents())
"""
MAIN = "import sys; from ui.launch import main; sys.exit(main(sys.argv[1:]))"
WORDS = (
    *COMMANDS, *presets.names(), *Data.choices(), *NAMES, *(each.key for each in TECHNIQUES),
    "Conv2D", "MACs", "GFLOP", "JSON", "CSV",
    "PNG", "JPEG", "ROC", "TensorBoard", "CNNs", "dlopt-workbench", "third", "loss", "accuracy",
    "step", "std", "overlay", "size", "test", "confusion", "completed", "parameters",
    "test_accuracy", "relu",
    "tanh", "softmax", "macs", "seconds", "name", "last", "kind", "one-cycle",
)  # fmt: skip
KNOWN = re.compile(
    rf"'[^']*'|\{{[^}}]*\}}|"
    rf"(?<![\w-])(?:{'|'.join(map(re.escape, sorted(WORDS, key=len, reverse=True)))})(?!\w)|"
    r"--?[\w-]+|\b[A-Z][A-Z_=|.]+\b|"
    r"[\w./-]*[_./=][\w./\[\]=-]*"
)
"""Commands, options, values, columns and names as they are typed, and names of the field."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Of the speaker of the language, with a store below."""
    made = tmp_path_factory.mktemp("xx")
    (made / "sitecustomize.py").write_text(SPEAKER)
    with Store(made / "store") as store:
        add_run(store, 1)
    return made


def said(folder: Path, *arguments: str) -> str:
    """What a command prints, on both streams."""
    done = subprocess.run(
        [sys.executable, "-c", MAIN, *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{folder}",
            "DLOPT_LANGUAGE": "xx",
            "DLOPT_STORE": str(folder / "store"),
            "COLUMNS": "400",
        },
    )
    assert "Traceback" not in done.stderr, done.stderr[-3000:]
    return done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("run", "--help"),
        ("tradeoff", "--help"),
        ("evaluate", "--help"),
        ("analyze", "digits-cnn"),
        ("analyze", "digits-cnn", "--against", "lenet-5"),
        ("analyze", "nothing-like-it"),
        ("runs",),
        ("datasets",),
        ("tradeoff",),
        ("better", "last", "nobody"),
        ("diagnose", "last"),
        ("predict", "last"),
        ("run", "digits-cnn", "--set", "training.batch_size=100000"),
        ("run",),
        ("run", "digits-cnn", "--nothing"),
        ("runs", "--sort"),
        ("compare", "last", "--axis", "sideways"),
        ("trian",),
        ("--store",),
    ],
    ids=" ".join,
)
def test_a_command_speaks_the_language_of_the_person(
    folder: Path, arguments: tuple[str, ...]
) -> None:
    found = said(folder, *arguments)
    bare = [line for line in found.splitlines() if english_in(line, KNOWN)]
    assert bare == []
    assert not found.isascii()


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", "digits-cnn"),
        ("analyze", "digits-cnn", "--against", "lenet-5"),
        ("datasets",),
        ("runs",),
        ("diagnose", "last"),
        ("tradeoff",),
    ],
    ids=" ".join,
)
def test_what_other_programs_read_stays_english(folder: Path, arguments: tuple[str, ...]) -> None:
    line = said(folder, *arguments, "--json").splitlines()[0]
    odd = set(accented(string.ascii_letters)) - set(string.ascii_letters)
    assert not odd & set(json.dumps(json.loads(line), ensure_ascii=False))
