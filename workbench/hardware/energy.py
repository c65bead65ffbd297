"""The energy that training draws: what the machine's own meters say, added up.

On Linux the kernel counts what each processor package drew (RAPL, of Intel and AMD) in
/sys/class/powercap; `nvidia-smi` tells what a GPU draws. Plain files and a process: nothing of a
vendor is imported, and where a machine tells nothing there is no figure, never a zero.
"""

from __future__ import annotations

import os
import re
import subprocess
import threading
import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from workbench.base.text import joined, plural

POWERCAP = Path("/sys/class/powercap")
"""Where Linux keeps the counters; since 2020 most systems let root alone read them."""

INTERVAL_MS = 1000
"""How often a GPU is asked."""

NVIDIA_SMI = "nvidia-smi"

_DOMAIN = re.compile(r"intel-rapl:\d+")
_MICRO = 1e-6


class EnergySource(Protocol):
    """A meter of some part of the machine, read between `__enter__` and `__exit__`."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *exception: object) -> None: ...

    @property
    def words(self) -> str:
        """What it measures: 2 processor packages."""

    def read(self) -> float | None:
        """Joules since it was entered; None where it can't tell (yet, or any more)."""


# --- processors ----------------------------------------------------------------------------------


@dataclass
class _Counter:
    """One package: its file, where it wraps around, and what it stood at."""

    file: Path
    span: int
    last: int

    def advance(self) -> int:
        """Microjoules since the last reading; the counter wraps around at its end."""
        now = _number(self.file)
        drawn = (now - self.last) % self.span
        self.last = now
        return drawn


class Packages:
    """The processor packages, each a counter of microjoules that wraps around.

    It has to be read more often than a counter wraps: every quarter of an hour at 250 watts.

    Args:
        root: The powercap tree.
    """

    def __init__(self, root: Path) -> None:
        self._folders = _packages(root)
        self._counters: list[_Counter] = []
        self._micro = 0
        self._is_lost = False

    def __enter__(self) -> Self:
        try:
            self._counters = [_counter(folder) for folder in self._folders]
        except (OSError, ValueError):  # not for us to read
            self._is_lost = True
        return self

    def __exit__(self, *exception: object) -> None:
        """Nothing is open."""

    @property
    def is_there(self) -> bool:
        """Whether the machine has such counters and lets us read them."""
        try:
            return bool(self._folders) and all(map(_counter, self._folders))
        except (OSError, ValueError):
            return False

    @property
    def words(self) -> str:
        """As `EnergySource` has it."""
        return plural("{count} processor package", "{count} processor packages", len(self._folders))

    def read(self) -> float | None:
        """As `EnergySource` has it."""
        try:
            self._micro += sum(counter.advance() for counter in self._counters)
        except (OSError, ValueError):
            self._is_lost = True
        return None if self._is_lost else self._micro * _MICRO


def _packages(root: Path) -> list[Path]:
    """The packages alone: cores, graphics and memory within them would count twice, and so would
    the whole platform where it has a counter.
    """
    folders = sorted(f for f in root.glob("intel-rapl:*") if _DOMAIN.fullmatch(f.name))
    return [folder for folder in folders if _name(folder).startswith("package")]


def _name(folder: Path) -> str:
    try:
        return (folder / "name").read_text(encoding="ascii", errors="replace")
    except OSError:
        return ""


def _counter(folder: Path) -> _Counter:
    file = folder / "energy_uj"
    return _Counter(file, max(1, _number(folder / "max_energy_range_uj")), _number(file))


def _number(file: Path) -> int:
    return int(file.read_text(encoding="ascii"))


# --- GPUs ----------------------------------------------------------------------------------------


class Integral:
    """Power over time, from samples of some GPUs: between two of them a straight line.

    What comes before the first sample is taken to be as that, what comes after the last as that.

    Args:
        at: When it begins, in seconds.
    """

    def __init__(self, at: float) -> None:
        self._began = at
        self._samples: dict[str, tuple[float, float]] = {}
        self._joules = 0.0

    def add(self, gpu: str, watts: float, at: float) -> None:
        """A sample of one GPU."""
        before, then = self._samples.get(gpu, (watts, self._began))
        self._joules += (before + watts) / 2 * (at - then)
        self._samples[gpu] = watts, at

    def read(self, at: float, gpus: int) -> float | None:
        """Joules up to now; None until every GPU has reported once."""
        if len(self._samples) < gpus:
            return None
        return self._joules + sum(watts * (at - then) for watts, then in self._samples.values())


class Gpus:
    """NVIDIA's GPUs, by what `nvidia-smi` says every second: one process that only sleeps between.

    Args:
        ids: As `nvidia-smi -i` takes them: numbers or UUIDs.
        program: To be started.
    """

    def __init__(self, ids: Sequence[str], program: str = NVIDIA_SMI) -> None:
        self._ids, self._program = tuple(ids), program
        self._lock = threading.Lock()
        self._integral = Integral(0.0)
        self._is_lost = False
        self.has_told = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        self._integral = Integral(time.monotonic())
        try:
            self._process = subprocess.Popen(
                [
                    self._program,
                    "-i",
                    ",".join(self._ids),
                    "--query-gpu=index,power.draw",
                    "--format=csv,noheader,nounits",
                    f"--loop-ms={INTERVAL_MS}",
                ],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                encoding="utf-8",
                errors="replace",
            )
        except OSError:  # there is none
            self._is_lost = True
            return self
        self._thread = threading.Thread(target=self._listen, name="power of GPUs", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        """Ends the process."""
        if self._thread is not None:
            self._process.kill()
            self._process.wait()
            self._thread.join()

    @property
    def words(self) -> str:
        """As `EnergySource` has it."""
        return plural("{count} GPU", "{count} GPUs", len(self._ids))

    def read(self) -> float | None:
        """As `EnergySource` has it."""
        with self._lock:
            if self._is_lost:
                return None
            return self._integral.read(time.monotonic(), len(self._ids))

    def _listen(self) -> None:
        """Until the process ends, or says something else than watts."""
        assert self._process.stdout is not None
        with self._process.stdout as lines:
            for line in lines:
                gpu, _, watts = line.partition(",")
                try:
                    with self._lock:
                        self._integral.add(gpu, float(watts), time.monotonic())
                except ValueError:  # [N/A]: this GPU doesn't tell
                    break
                self.has_told.set()
        with self._lock:
            self._is_lost = True
        self.has_told.set()


def gpu_ids(number: int) -> list[str]:
    """The first `count` GPUs that CUDA may use."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is None:
        return [str(gpu) for gpu in range(number)]
    return [part.strip() for part in visible.split(",") if part.strip()][:number]


# --- a run ---------------------------------------------------------------------------------------


def sources(root: Path, gpus: int | None) -> list[EnergySource]:
    """What there is to read of a machine that trains.

    Args:
        root: The powercap tree.
        gpus: That training uses, which are then needed for a figure, as they draw most; None where
            what computes can't be measured, and the processor alone would say nothing.
    """
    if gpus is None:
        return []
    packages = Packages(root)
    found: list[EnergySource] = [packages] if packages.is_there else []
    return [*found, Gpus(gpu_ids(gpus))] if gpus else found


class Meter:
    """The energy of a run, between `__enter__` and `__exit__`; afterwards it stays as it was.

    Args:
        sources: What is added up.
        before: Joules of the run's earlier parts; None where they aren't known, and so the whole
            can't be either.
    """

    def __init__(self, sources: Sequence[EnergySource], before: float | None = 0.0) -> None:
        self._sources, self._before = tuple(sources), before
        self._stack = ExitStack()
        self._left_out = 0.0
        self._held: float | None = None
        self._is_held = False

    def __enter__(self) -> Self:
        for source in self._sources:
            self._stack.enter_context(source)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.hold()
        self._stack.close()

    @property
    def words(self) -> str:
        """What is measured: "1 processor package, 1 GPU"; "" for nothing."""
        return joined(", ", (source.words for source in self._sources))

    @property
    def joules(self) -> float | None:
        """Of all parts of the run so far, pauses left out; None where they can't be told."""
        drawn = self._held if self._is_held else self._drawn()
        if drawn is None or self._before is None:
            return None
        return self._before + drawn - self._left_out

    def hold(self) -> None:
        """Leaves out what is drawn from now on."""
        self._held, self._is_held = self._drawn(), True

    def go_on(self) -> None:
        """Counts again."""
        now = self._drawn()
        if now is not None:
            self._left_out += now - (self._held or 0.0)
        self._is_held = False

    def _drawn(self) -> float | None:
        """Joules of all sources since the beginning, pauses included."""
        read = [source.read() for source in self._sources]
        known = [joules for joules in read if joules is not None]
        return sum(known) if known and len(known) == len(self._sources) else None
