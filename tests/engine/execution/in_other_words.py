"""Asks the processes of the workbench for things, in a language that nobody speaks, and prints what
they say as a line of JSON: what is shown, the same in English, what is stored.

Run by name in an interpreter of its own: `python -m tests.engine.execution.in_other_words FOLDER`.
Texts are held at the top of modules, so the language is chosen before they are imported.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.pseudo import Accents
from workbench.base import text

text.use("xx", Accents())

from tests.engine.small import small  # noqa: E402
from tests.ui.made_up import add_run  # noqa: E402
from workbench.base.child_process import Child  # noqa: E402
from workbench.base.json_lines import as_line, from_line  # noqa: E402
from workbench.execution.engine_process import Session  # noqa: E402
from workbench.execution.messages import (  # noqa: E402
    Message,
    Progress,
    Ready,
    StatusChanged,
    TaskEnd,
    TaskProgress,
)
from workbench.execution.tasks.evaluate import EVALUATE  # noqa: E402
from workbench.execution.tasks.find_rate import FIND_RATE  # noqa: E402
from workbench.figures.settings import CurveFigure, FigureRun  # noqa: E402
from workbench.runs.store import Store  # noqa: E402


def until(messages: Iterator[Message], kind: type[Message]) -> list[Message]:
    """Messages up to the first of a kind (of a run: the one that ends it)."""
    found: list[Message] = []
    for message in messages:
        found.append(message)
        is_end = not isinstance(message, StatusChanged) or message.state.is_finished
        if isinstance(message, kind) and is_end:
            return found
    raise AssertionError(f"it ended before a {kind.__name__}")


def of_training_process(folder: Path) -> dict[str, list[str]]:
    """A run that fails, a task that works and one that doesn't."""
    with Store(folder) as store:
        lost = {"data.kind": "npz", "data.path": str(folder / "lost.npz")}
        failing = store.create(small().with_settings(lost)).run_id
        ended = add_run(store, epochs=1).run_id
    session = Session(folder)
    messages = session.messages()
    try:
        session.train(failing)
        heard = until(messages, StatusChanged)
        session.do(FIND_RATE, FIND_RATE.request(small().to_toml()))
        heard += until(messages, TaskEnd)
        answer = heard[-1]
        session.do(EVALUATE, EVALUATE.request(ended))
        heard += until(messages, TaskEnd)
    finally:
        session.end()
    assert isinstance(answer, TaskEnd)
    assert isinstance(heard[-1], TaskEnd)
    with Store(folder) as store:
        stored = store.run(failing).message
    return {
        "failed run": [m.message for m in heard if isinstance(m, StatusChanged) and m.message],
        "stored": [stored],
        "phase": [m.phase for m in heard if isinstance(m, Progress)],
        "device": [m.device for m in heard if isinstance(m, Ready)],
        "progress": [m.words for m in heard if isinstance(m, TaskProgress) and m.words],
        "result": [FIND_RATE.parse_result(answer.result).words],
        "failed task": [heard[-1].error],
    }


def of_figure_process(folder: Path) -> dict[str, list[str]]:
    """A figure that is drawn, and one of a run that there is not."""
    with Store(folder) as store:
        run_id = add_run(store, epochs=1).run_id
    path = folder / "loss.tex"
    child = Child("workbench.figures.serve", language=text.language())
    answers: list[dict[str, Any]] = []
    for number, each in enumerate((run_id, "19700101-000000")):
        figure = CurveFigure(runs=(FigureRun(run_id=each),)).with_format()
        asked = {"number": number, "store": str(folder), "shown": number, "figure": figure}
        child.send(as_line({**asked, "path": str(path)}))
        answers.append(from_line(next(child.lines())) or {})
    child.end()
    drawn = path.read_text(encoding="utf-8")
    return {"failed figure": [answers[1]["error"]], "drawn": [drawn]}


def main(folder: Path) -> None:
    """Prints what is said of each thing, as it is shown and in English."""
    said = of_training_process(folder) | of_figure_process(folder)
    print(json.dumps({name: [[it, text.english(it)] for it in its] for name, its in said.items()}))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
    sys.stdout.flush()
