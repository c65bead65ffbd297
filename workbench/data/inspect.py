"""Looks at a data set for the window, in a process of its own: `python -m workbench.data.inspect`.

Reads one line of JSON, `{"data": {spec values}, "samples": 64}`, and says lines of JSON:
`{"progress": [phase, done, total]}`, then what `Preview.to_json` gives, or `{"error": sentence}`
(with `"proposed_size": [height, width]` where images differ in size), or
`{"not_downloaded": sentence, "download_bytes": n}`. Exit code 0 where it gave a preview, else 1.
"""

from __future__ import annotations

import json
import sys
from typing import IO, Any

from pydantic import TypeAdapter, ValidationError

from workbench.base.json_lines import as_line
from workbench.base.text import joined, tr
from workbench.data.catalogue import load
from workbench.data.errors import DataError, NotDownloaded, SizesDiffer
from workbench.data.preview import describe
from workbench.spec.data import Data, KerasData
from workbench.spec.errors import problems_of

MAX_SAMPLES = 1024
SAMPLES = 64


def main(ask: IO[str], say: IO[str]) -> int:
    """Answers one request; the process's exit code."""
    try:
        return _answer(ask.readline(), say)
    except BrokenPipeError:  # whoever asked is gone
        return 1


def _answer(line: str, say: IO[str]) -> int:
    def tell(message: dict[str, Any]) -> None:
        say.write(as_line(message) + "\n")
        say.flush()

    try:
        spec, samples = _request(line)
    except ValueError as error:
        tell({"error": str(error)})
        return 1
    try:
        dataset = load(spec, progress=lambda *counted: tell({"progress": counted}))
        tell(describe(dataset, samples).to_json())
    except NotDownloaded as error:
        size = spec.download_bytes if isinstance(spec, KerasData) else 0
        tell({"not_downloaded": str(error), "download_bytes": size})
        return 1
    except SizesDiffer as error:
        tell({"error": str(error), "proposed_size": error.proposed})
        return 1
    except DataError as error:
        tell({"error": str(error)})
        return 1
    return 0


def _request(line: str) -> tuple[Data, int]:
    """The spec and the number of samples asked for.

    Raises:
        ValueError: one sentence.
    """
    try:
        asked = json.loads(line)
    except ValueError:
        raise ValueError(tr("the request must be one line of JSON")) from None
    if not isinstance(asked, dict):
        raise ValueError(tr("the request must be a JSON object with 'data'"))
    samples = asked.get("samples", SAMPLES)
    if type(samples) is not int or not 1 <= samples <= MAX_SAMPLES:
        raise ValueError(
            tr("samples: must be a whole number from 1 to {max_samples}", max_samples=MAX_SAMPLES)
        )
    try:
        spec: Data = TypeAdapter(Data).validate_python(asked.get("data"))
    except ValidationError as error:
        problem = problems_of(error)[0]
        path = f"data.{problem.path}" if problem.path else "data"
        raise ValueError(joined(": ", [path, problem.message])) from None
    return spec, samples


if __name__ == "__main__":
    sys.exit(main(sys.stdin, sys.stdout))
