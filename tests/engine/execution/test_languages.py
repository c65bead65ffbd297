"""What other processes say reaches a person in their language, and the store in English."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.pseudo import accented, english_in
from workbench.base import text
from workbench.base.json_lines import as_line, from_line
from workbench.base.text import tr
from workbench.execution.messages import StatusChanged, TaskEnd, decode

ROOT = Path(__file__).resolve().parents[3]
KNOWN = re.compile(r"[\w./-]*[_./][\w./\[\]-]*|CPU")
SPEAKER = """
import os

if os.environ.get("DLOPT_LANGUAGE") == "xx":
    from tests.pseudo import Accents
    from workbench.base import text

    text.use("xx", Accents())
"""
"""`sitecustomize.py` of a process that can speak the made-up language, where it is told to."""


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[tuple[str, str]]]:
    """(as it is shown, in English) of all that a person is told, by what it is about."""
    speaker, folder = tmp_path_factory.mktemp("speaker"), tmp_path_factory.mktemp("store")
    (speaker / "sitecustomize.py").write_text(SPEAKER)
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.execution.in_other_words", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{speaker}"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert all(found.values()), found
    return {name: [(shown, english) for shown, english in its] for name, its in found.items()}


@pytest.mark.parametrize(
    "about",
    ["failed run", "phase", "device", "progress", "result", "failed task", "failed figure"],
)
def test_what_a_process_says_is_shown_in_the_language_of_the_window(
    said: dict[str, list[tuple[str, str]]], about: str
) -> None:
    for shown, english in said[about]:
        assert english_in(shown, KNOWN) == []
        assert english_in(english, KNOWN) != [] or about == "device"


def test_the_store_keeps_it_in_english(said: dict[str, list[tuple[str, str]]]) -> None:
    ((stored, _),), ((_, english),) = said["stored"], said["failed run"]
    assert stored == english
    assert stored.endswith("lost.npz: there is no such file") or "lost.npz" in stored


def test_a_figure_is_drawn_in_the_language_of_the_window(
    said: dict[str, list[tuple[str, str]]],
) -> None:
    ((drawn, _),) = said["drawn"]
    labels = re.findall(r"[xy]label=\{([^}]*)\}", drawn)
    assert len(labels) == 2
    assert [english_in(label, KNOWN) for label in labels] == [[], []]


def test_texts_in_messages_keep_their_parts() -> None:
    """Also one within another; what is no text stays as it is."""
    sentence = tr("{what} is full", what=tr("the disk"))
    for message in (StatusChanged("a", "failed", sentence), TaskEnd(3, error=sentence)):
        again = decode(message.encode())
        assert isinstance(again, (StatusChanged, TaskEnd))
        assert again == message
        heard = again.error if isinstance(again, TaskEnd) else again.message
        assert isinstance(heard, text.Text)
        assert (heard.template, text.english(heard)) == ("{what} is full", "the disk is full")
    assert decode(StatusChanged("a", "failed", "as it is").encode()) == StatusChanged(
        "a", "failed", "as it is"
    )


@pytest.mark.parametrize(
    "damaged",
    [
        '{"say":"StatusChanged","run_id":"a","status":"failed","message":{"template":3}}',
        '{"say":"StatusChanged","run_id":"a","status":"failed","message":3}',
        '{"say":"StatusChanged","run_id":"a","status":"failed","message":{"template":"{a.b}",'
        '"arguments":{"a":1}}}',
    ],
)
def test_what_is_no_text_is_no_message(damaged: str) -> None:
    with pytest.raises(ValueError, match="not a message"):
        decode(damaged)


def test_lines_of_json_keep_the_parts_of_texts() -> None:
    said = {"error": tr("{name} is full", name="x"), "progress": [tr("reading"), 3, 7]}
    line = as_line(said)
    again = from_line(line)
    assert again == {"error": "x is full", "progress": ["reading", 3, 7]}
    assert isinstance(again["error"], text.Text)
    assert isinstance(again["progress"][0], text.Text)
    assert from_line("WARNING: not ours") is None
    assert from_line("[1]") is None
    assert from_line('{"error": {"template": 3}}') is None
    assert from_line('{"layer": {"template": "a", "units": 3}}') == {
        "layer": {"template": "a", "units": 3}
    }


def test_a_process_speaks_what_its_environment_says(tmp_path: Path) -> None:
    """A language that there is not is English."""
    asked = "from workbench.base.text import language; print(language())"
    for code in ("", "en", "xx", "../xx"):
        done = subprocess.run(
            [sys.executable, "-c", asked],
            cwd=ROOT,
            env={**os.environ, "DLOPT_LANGUAGE": code},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == "en\n"
    assert accented("a") != "a"
