"""The process that works with model files: `python -m workbench.deployment.process`.

Reads one line of JSON, `{"does": "module:function", "folder": ..., "request": {...}}`, has the
function work on the request and the arrays in the folder, and says one line: `{"result": ...}`, or
`{"error": sentence, "is_bad_input": ...}`. What libraries print on standard output meanwhile goes
to standard error.
"""

from __future__ import annotations

import json
import os
import sys
import traceback
import typing
import warnings
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from workbench.base.errors import BadInput, Failed
from workbench.base.plain_values import parsed, plain
from workbench.base.text import packed, tr
from workbench.deployment.apart import GIVEN, MADE, read_arrays, write_arrays

MOST_MEMORY = 16 << 30
"""Bytes of address space: a file that asks for more ends with one sentence, not with the machine.
The libraries alone reserve a few hundred megabytes.
"""


def main() -> int:
    """Answers one request; the process's exit code."""
    say = _own_output()
    _limit_memory()
    warnings.simplefilter("ignore")  # of libraries, on what isn't ours
    answer = _answer(json.loads(sys.stdin.readline()))
    os.write(say, f"{json.dumps(answer)}\n".encode())
    return 1 if "error" in answer else 0


def _own_output() -> int:
    """Standard output for us alone: what anybody else prints there goes to standard error."""
    say = os.dup(1)
    os.dup2(2, 1)
    return say


def _limit_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has none
        return
    _, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = MOST_MEMORY if most == resource.RLIM_INFINITY else min(most, MOST_MEMORY)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, most))


def _answer(asked: dict[str, Any]) -> dict[str, Any]:
    folder = Path(asked["folder"])
    try:
        does = function_of(asked["does"])
        kind = typing.get_type_hints(does)["request"]
        request = parsed(kind, asked["request"], "the request")
        result, made = does(request, read_arrays(folder / GIVEN))
        write_arrays(folder / MADE, made)
        return {"result": plain(result)}
    except BadInput as error:
        return _failed(str(error), is_bad_input=True)
    except Failed as error:
        return _failed(str(error))
    except MemoryError:
        return _failed(tr("the file needs more memory than there is"), is_bad_input=True)
    except OSError as error:
        reason = error.strerror or error
        return _failed(tr("{file}: {reason}", file=error.filename or "", reason=reason))
    except Exception as error:  # noqa: BLE001  the boundary: it becomes one sentence
        traceback.print_exc()
        detail = " ".join(str(error).split())[:300]
        kind = type(error).__name__
        return _failed(tr("unexpected {kind}: {detail}", kind=kind, detail=detail))


def _failed(sentence: str, *, is_bad_input: bool = False) -> dict[str, Any]:
    return {"error": packed(sentence), "is_bad_input": is_bad_input}


def function_of(name: str) -> Callable[..., Any]:
    """The function that a name such as "module:function" stands for."""
    module, _, attribute = name.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), attribute)
    return found


if __name__ == "__main__":
    sys.exit(main())
