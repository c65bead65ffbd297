"""One of our modules as a process of its own, as a job: what it says comes as values of a type."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any, TypeVar

from ui.background.jobs import JobReport
from workbench.base.child_process import Child, cause_of
from workbench.base.errors import Failed
from workbench.base.json_lines import from_line
from workbench.base.text import ENGLISH, tr

Value = TypeVar("Value")


def process(
    module: str,
    *arguments: str,
    parse: Callable[[dict[str, Any]], Value],
    request: object = None,
    language: str = ENGLISH,
) -> Callable[[JobReport[Value]], None]:
    """A job to `follow`: it runs one of our modules once, and reports what it says.

    Where nobody waits for it any more, the process is ended. The job raises `Failed` where it
    died, or ended without a word.

    Args:
        module: Its dotted name.
        arguments: Of its command line.
        parse: From a line, decoded, to what it stands for; in the job's thread.
        request: What JSON can say, for a line of its standard input; None for no line.
        language: Of what it draws; its sentences are shown in the window's in any case.
    """

    def job(report: JobReport[Value]) -> None:
        child = Child(module, *arguments, language=language)
        report.on_cancel(child.terminate, child.kill)
        said_anything = False
        try:
            if request is not None:
                child.send(json.dumps(request))
            for message in messages(child):
                said_anything = True
                report(parse(message))
        finally:
            code = child.end()
        if code < 0 or not said_anything:
            raise Failed(cause_of(tr("the helper process"), code))

    return job


def messages(child: Child) -> Iterator[dict[str, Any]]:
    """What a process says in lines of JSON, until it ends; what else it prints is left out."""
    for line in child.lines():
        message = from_line(line)
        if message is not None:
            yield message
