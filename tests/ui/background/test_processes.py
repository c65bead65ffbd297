"""Processes as jobs: what they say as values, and how they end."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import psutil
import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from ui.background import jobs as module
from ui.background.jobs import JobLane, Jobs, sentence_of
from ui.background.processes import process
from workbench.base.plain_values import parsed

TALKER = "tests.ui.background.talker"
PATIENCE = 20_000


@dataclass(frozen=True)
class Word:
    """What the process says."""

    word: str
    pid: int


def word(message: dict[str, Any]) -> Word:
    return parsed(Word, message, "a word")


@pytest.fixture
def lane(jobs: Jobs) -> Iterator[JobLane]:
    owner = QObject()
    yield jobs.lane(owner)
    jobs.close()
    owner.deleteLater()


def test_what_a_process_says_comes_as_values(lane: JobLane, qtbot: QtBot) -> None:
    heard: list[Word] = []
    with qtbot.waitSignal(lane.settled, timeout=PATIENCE):
        lane.follow(process(TALKER, "ends", parse=word, request=["a", "b"]), heard.append)
    assert [said.word for said in heard] == ["a", "b"]
    assert not psutil.pid_exists(heard[0].pid)


@pytest.mark.parametrize(
    ("how", "words", "sentence"),
    [
        ("ends", [], "the helper process ended with exit code 0"),
        ("killed", ["a"], "the helper process was killed, by hand or for lack of memory"),
        ("ends", [7], "a word: word: Input should be a valid string"),
    ],
)
def test_a_process_that_fails(
    lane: JobLane, qtbot: QtBot, how: str, words: list[object], sentence: str
) -> None:
    errors: list[Exception] = []
    ended: list[None] = []
    with qtbot.waitSignal(lane.settled, timeout=PATIENCE):
        talk = process(TALKER, how, parse=word, request=words)
        lane.follow(talk, lambda _: None, ended.append, errors.append)
    assert [sentence_of(error) for error in errors] == [sentence]
    assert ended == []


@pytest.mark.parametrize("how", ["waits", "stubborn"])
@pytest.mark.parametrize("by", ["cancel", "close"])
def test_a_process_that_nobody_waits_for_ends(
    lane: JobLane, jobs: Jobs, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch, how: str, by: str
) -> None:
    monkeypatch.setattr(module, "PATIENCE_SECONDS", 0.1)
    monkeypatch.setattr(module, "GRACE_SECONDS", 0.5)
    heard: list[Word] = []
    job = lane.follow(process(TALKER, how, parse=word, request=["a"]), heard.append)
    qtbot.waitUntil(lambda: len(heard) == 1, timeout=PATIENCE)
    if by == "cancel":
        job.cancel()
        qtbot.waitUntil(lambda: not psutil.pid_exists(heard[0].pid), timeout=PATIENCE)
    else:
        jobs.close()
        assert not psutil.pid_exists(heard[0].pid)
