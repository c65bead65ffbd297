"""What a sweep costs besides training, what it survives, and what side by side brings.

    python tests/benchmarks/sweeps.py kills --kills 20 --workers 4
    python tests/benchmarks/sweeps.py turnover
    python tests/benchmarks/sweeps.py long --trials 300
    python tests/benchmarks/sweeps.py beside mnist-cnn resnet-20 --data MNIST.npz

`kills` ends the command or one of its training processes by SIGKILL at random moments, goes on with
the sweep each time, and compares every trial with that of a sweep that nobody touched. `turnover`
is the time from the end of a trial to the first step of the next one, and the command's share of
it. `long` trains short trials in a row in one command, and looks at the memory of its training
process and at what is left afterwards. Each prints a line of JSON.
"""

from __future__ import annotations

import argparse
import functools
import io
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

import psutil

from workbench.cli import follow
from workbench.cli.main import main as command
from workbench.execution import beside
from workbench.execution.executor import Tell
from workbench.execution.local import LocalExecutor
from workbench.execution.messages import Message, StatusChanged, Steps
from workbench.experiment import Experiment
from workbench.presets import load

ROOT = Path(__file__).resolve().parents[2]
COMMAND = [
    sys.executable,
    "-c",
    "import sys; from workbench.cli.main import main; sys.exit(main(sys.argv[1:]))",
]

SHORT = ["digits-cnn", "--set", "training.epochs=3", "--vary",
         "optimizer.learning_rate=0.0003..0.03:log"]  # fmt: skip
"""A search whose trials take about a second each, all with the same shapes."""

TRIALS = 10
WAIT_SECONDS = (0.5, 12.0)
"""Between two kills: from before TensorFlow is imported to the middle of a later trial."""


# --- kills ---------------------------------------------------------------------------------------


def started(store: Path, *arguments: str) -> subprocess.Popen[str]:
    """The command `sweep`, in a process group of its own."""
    return subprocess.Popen(
        [*COMMAND, "sweep", *arguments, "--json", "--store",
         str(store)],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip


def outcome(found: dict[str, Any]) -> dict[str, Any]:
    """Of what a sweep says, all that has to be the same again."""
    trials = [
        {key: trial[key] for key in ("number", "settings", "each", "status", "pruned_at")}
        for trial in found["trials"]
    ]
    counts = {key: found[key] for key in ("planned", "finished", "failed", "pruned", "front")}
    return {**counts, "trials": trials, "best": found["best"]["settings"]}


def kills(count: int, workers: int, prune: str, seed: int) -> dict[str, Any]:
    """Whether a sweep that is killed so often comes out as one that isn't."""
    chance, began = random.Random(seed), time.monotonic()
    new = [*SHORT, "--runs", str(TRIALS), "--workers", str(workers), "--prune", prune,
           "--name", "x"]  # fmt: skip
    by_victim, same = {"command": 0, "training": 0}, list[bool]()
    with tempfile.TemporaryDirectory() as folder:
        process = started(Path(folder, "whole"), *new)
        untouched = outcome(json.loads(process.communicate()[0]))
        store = Path(folder, "killed")
        while True:
            done = sum(by_victim.values())
            process = started(store, *(["--resume", "x"] if _is_known(store) else new))
            if done < count:
                _kill_one(process, chance, by_victim, of_training=done % 2 == 1)
            said = process.communicate()[0]
            if process.returncode == 0:
                same.append(outcome(json.loads(said)) == untouched)
                if done >= count:
                    break
                store = Path(folder, f"killed {done}")  # it had ended: from the beginning again
    return {
        "workers": workers,
        "prune": prune,
        "kills": by_victim,
        "sweeps": len(same),
        "same": sum(same),
        "trials": len(untouched["trials"]),
        "pruned": untouched["pruned"],
        "seconds": time.monotonic() - began,
        "load": os.getloadavg()[0],
    }


def _is_known(store: Path) -> bool:
    """Whether the sweep was begun."""
    said = subprocess.run(
        [*COMMAND, "sweep", "--list", "--json", "--store",
         str(store)],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return said.returncode == 0 and bool(json.loads(said.stdout))


def _kill_one(
    process: subprocess.Popen[str],
    chance: random.Random,
    killed: dict[str, int],
    *,
    of_training: bool,
) -> None:
    """Kills the command, or one of its training processes, after a while."""
    try:
        process.wait(timeout=chance.uniform(*WAIT_SECONDS))
    except subprocess.TimeoutExpired:
        victim = psutil.Process(process.pid)
        children = [it for it in victim.children(recursive=True) if it.is_running()]
        if children and of_training:
            chance.choice(children).kill()
            killed["training"] += 1
            process.wait()
        else:
            victim.kill()
            killed["command"] += 1
        psutil.wait_procs(children, timeout=60)  # they see that their command is dead


# --- turnover and memory -------------------------------------------------------------------------


class Watched(LocalExecutor):
    """The executor of the command, with a look at when things happen.

    Attributes:
        heard: Seconds, what was said and of which run, in order.
        memory: Of the training processes, at the end of each run.
    """

    heard: list[tuple[float, str, str]]
    memory: list[int]

    def __init__(self, store: Path, tell: Tell, **named: Any) -> None:
        def told(message: Message) -> None:
            now = time.monotonic()
            if isinstance(message, StatusChanged):
                if message.state.is_finished:
                    Watched.memory.append(self.memory_bytes)
                Watched.heard.append((now, message.status, message.run_id))
            elif isinstance(message, Steps) and message.first_step == 1:
                Watched.heard.append((now, "first step", message.run_id))
            tell(message)

        super().__init__(store, told, **named)

    def submit(self, run_id: str, maker: str = "") -> None:
        """Notes the moment."""
        Watched.heard.append((time.monotonic(), "submitted", run_id))
        super().submit(run_id, maker)


def watched(arguments: Sequence[str]) -> dict[str, Any]:
    """A sweep in this process; what it says."""
    Watched.heard, Watched.memory = [], []
    vars(follow)["LocalExecutor"] = Watched
    said = io.StringIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        redirect_stdout(said),
        redirect_stderr(io.StringIO()),
    ):
        code = command(["sweep", *arguments, "--json", "--store", folder])
    assert code == 0, f"the sweep ended with {code}"
    found: dict[str, Any] = json.loads(said.getvalue())
    return found


def gaps() -> dict[str, list[float]]:
    """Seconds from each end of a run to the next run's submission, and to its first step."""
    found: dict[str, list[float]] = {"scheduler": [], "first_step": []}
    ended: float | None = None
    for when, what, _ in Watched.heard:
        if what in ("completed", "pruned"):
            ended = when
        elif what == "submitted" and ended is not None:
            found["scheduler"].append(when - ended)
        elif what == "first step" and ended is not None:
            found["first_step"].append(when - ended)
            ended = None
    return found


def turnover(trials: int) -> dict[str, Any]:
    """Seconds between trials of the same shapes, of a search that learns."""
    watched([*SHORT, "--runs", str(trials), "--workers", "1", "--strategy", "tpe"])
    return {
        "trials": trials,
        **{name: _spread(seconds) for name, seconds in gaps().items()},
        "load": os.getloadavg()[0],
    }


def long(trials: int) -> dict[str, Any]:
    """Memory of the training process over many short trials, and what is left."""
    began = time.monotonic()
    own = psutil.Process()
    before = {child.pid for child in own.children(recursive=True)}
    arguments = [*SHORT, "--set", "training.epochs=1", "--runs", str(trials), "--workers", "1"]
    found = watched([*arguments, "--strategy", "random"])
    left = [child for child in own.children(recursive=True) if child.pid not in before]
    warm = trials // 10
    first = statistics.median(Watched.memory[warm : 2 * warm])
    last = statistics.median(Watched.memory[-warm:])
    return {
        "trials": found["finished"],
        "growth": last / first - 1,
        "mib": [round(first / 2**20), round(last / 2**20)],
        "memory": [round(of / 2**20) for of in Watched.memory[:: max(1, trials // 30)]],
        "left": len(left),
        **{name: _spread(seconds) for name, seconds in gaps().items()},
        "seconds": time.monotonic() - began,
        "load": os.getloadavg()[0],
    }


def _spread(seconds: Sequence[float]) -> dict[str, float]:
    ranked = sorted(seconds)
    return {
        "median": statistics.median(ranked),
        "p95": ranked[int(0.95 * (len(ranked) - 1))],
        "most": ranked[-1],
    }


# --- side by side --------------------------------------------------------------------------------


def side_by_side(preset: str, data: Path | None) -> dict[str, Any]:
    """Images a second of runs side by side, against one after another."""
    experiment: Experiment = load(preset)
    if data is not None:
        experiment = experiment.with_settings(
            {"data.kind": "npz", "data.path": str(data.resolve())}
        )
    with tempfile.TemporaryDirectory() as folder:
        found = beside.measured(Path(folder), experiment)
    return {
        "preset": preset,
        "alone": found.alone,
        "run_mib": found.run_bytes / 2**20,
        "tried": [
            {"workers": each.workers, "threads": each.threads, "gain": each.gain}
            for each in found.tried
        ],
        "load": os.getloadavg()[0],
    }


def main() -> None:
    """Prints JSON lines."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("what", choices=("kills", "turnover", "long", "beside"))
    parser.add_argument("presets", nargs="*", default=["mnist-cnn", "resnet-20"])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--trials", type=int, default=300)
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--prune", default="none")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--data", type=Path, help="MNIST as .npz")
    arguments = parser.parse_args()
    todo: dict[str, list[Callable[[], dict[str, Any]]]] = {
        "kills": [
            functools.partial(
                kills, arguments.kills, arguments.workers, arguments.prune, arguments.seed
            )
        ],
        "turnover": [functools.partial(turnover, min(arguments.trials, 20))],
        "long": [functools.partial(long, arguments.trials)],
        "beside": [
            functools.partial(side_by_side, preset, arguments.data) for preset in arguments.presets
        ],
    }
    for measure in todo[arguments.what]:
        print(json.dumps(measure()), flush=True)


if __name__ == "__main__":
    main()
