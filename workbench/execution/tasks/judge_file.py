"""Has a compressed run's LiteRT file answer on the test part, and notes what it reached."""

from __future__ import annotations

from types import NoneType

from workbench.deployment.judged_file import JudgedFile, JudgeFileRequest
from workbench.execution.task import Task

JUDGE_FILE = Task(
    "judge_file",
    JudgeFileRequest,
    NoneType,
    JudgedFile,
    "workbench.runtime.jobs.judge_file",
    writes_to_run=True,
)
