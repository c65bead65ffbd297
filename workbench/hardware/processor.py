"""The processor of this computer, as the system tells it: its name, cores and instruction sets."""

from __future__ import annotations

import os
import platform
from functools import cache
from pathlib import Path

import psutil

from workbench.spec.machine import Processor

FEATURES = (
    "sse4_2",
    "avx",
    "avx2",
    "fma",
    "avx512f",
    "avx512_vnni",
    "avx512_bf16",
    "avx512_fp16",
    "amx_tile",
    "amx_int8",
    "amx_bf16",
    "amx_fp16",
    "asimd",
    "asimddp",
    "bf16",
    "i8mm",
    "sve",
)
"""Instruction sets of CPUs that decide the speed of training, as Linux names them."""


@cache
def processor_here() -> Processor:
    """This computer's; looked at once, as it doesn't change while a process lives."""
    return Processor(_name(), usable_cores(), psutil.virtual_memory().total, _features())


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _cpu_lines() -> dict[str, str]:
    """The first core's entry of Linux's /proc/cpuinfo; nothing elsewhere."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return {}
    pairs = (line.partition(":") for line in text.partition("\n\n")[0].splitlines())
    return {name.strip(): value.strip() for name, _, value in pairs}


def _name() -> str:
    return _cpu_lines().get("model name") or platform.processor() or platform.machine()


def _features() -> tuple[str, ...]:
    lines = _cpu_lines()
    has = set(lines.get("flags", lines.get("Features", "")).split())
    return tuple(name for name in FEATURES if name in has)
