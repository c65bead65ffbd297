"""The energy of training, from made-up counters and a made-up nvidia-smi."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.engine.small import small, stop_after, train
from workbench.execution.messages import Continue, Message, Pause, StatusChanged, Steps
from workbench.hardware import energy
from workbench.hardware.energy import Gpus, Integral, Meter, Packages, gpu_ids, sources
from workbench.runs.status import RunStatus
from workbench.runs.store import Store

SPAN = 65_532_610_987
"""Of a real counter, in microjoules."""

JOULE = 1_000_000


class Tree:
    """A powercap tree: two packages with what is inside of them, and the whole platform.

    Args:
        root: Where it lies.
        first, second: What the packages' counters stand at.
    """

    def __init__(self, root: Path, first: int = 0, second: int = 0) -> None:
        self.root = root
        self._add("intel-rapl:0", "package-0", first)
        self._add("intel-rapl:0:0", "core", 5)
        self._add("intel-rapl:1", "package-1", second)
        self._add("intel-rapl:2", "psys", 7)
        self._add("intel-rapl-mmio:0", "package-0", first)
        (root / "intel-rapl" / "enabled").mkdir(parents=True)

    def _add(self, folder: str, name: str, value: int) -> None:
        (self.root / folder).mkdir(parents=True)
        (self.root / folder / "name").write_text(f"{name}\n")
        (self.root / folder / "max_energy_range_uj").write_text(f"{SPAN}\n")
        self.file(folder).write_text(f"{value}\n")

    def file(self, folder: str) -> Path:
        return self.root / folder / "energy_uj"

    def draw(self, joules: int, folder: str = "intel-rapl:0") -> None:
        """Lets a domain draw energy; its counter wraps around as a real one does."""
        file = self.file(folder)
        file.write_text(f"{(int(file.read_text()) + joules * JOULE) % SPAN}\n")


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path / "powercap", first=SPAN - 3 * JOULE)


# --- the counters --------------------------------------------------------------------------------


def test_packages_alone_are_added_up_and_wrap_around(tree: Tree) -> None:
    with Packages(tree.root) as packages:
        assert packages.words == "2 processor packages"
        assert packages.read() == 0.0
        for folder in ("intel-rapl:0:0", "intel-rapl:2", "intel-rapl-mmio:0"):
            tree.draw(50, folder)
        tree.draw(2)
        tree.draw(4, "intel-rapl:1")
        assert packages.read() == pytest.approx(6.0)
        tree.draw(10)
        assert int(tree.file("intel-rapl:0").read_text()) < 10 * JOULE, "it wrapped around"
        assert packages.read() == pytest.approx(16.0)


def damage(tree: Tree) -> None:
    tree.file("intel-rapl:1").write_text("secret\n")


def remove(tree: Tree) -> None:
    tree.file("intel-rapl:1").unlink()


def forbid(tree: Tree) -> None:
    """A folder can't be read by anybody, not even by root."""
    tree.file("intel-rapl:1").unlink()
    tree.file("intel-rapl:1").mkdir()


@pytest.mark.parametrize("change", [damage, remove, forbid])
def test_a_counter_that_cannot_be_read_makes_no_figure(
    tree: Tree, change: Callable[[Tree], None]
) -> None:
    with Meter(sources(tree.root, gpus=0)) as meter:
        tree.draw(5)
        assert meter.joules == pytest.approx(5.0)
        change(tree)
        assert meter.joules is None
    assert sources(tree.root, gpus=0) == []


def test_a_machine_without_counters_has_no_figure(tmp_path: Path) -> None:
    assert sources(tmp_path / "nowhere", gpus=0) == []
    with Meter([]) as meter:
        assert meter.joules is None
        assert meter.words == ""


def test_pauses_are_left_out_and_earlier_parts_added(tree: Tree) -> None:
    with Meter(sources(tree.root, gpus=0), before=100.0) as meter:
        tree.draw(2)
        meter.hold()
        tree.draw(1000)
        assert meter.joules == pytest.approx(102.0)
        meter.go_on()
        tree.draw(3, "intel-rapl:1")
        assert meter.joules == pytest.approx(105.0)
    tree.draw(1000)
    assert meter.joules == pytest.approx(105.0), "it ended"
    with Meter(sources(tree.root, gpus=0), before=None) as unknown:
        assert unknown.joules is None


# --- GPUs ----------------------------------------------------------------------------------------


def test_power_over_time() -> None:
    integral = Integral(10.0)
    integral.add("0", 100.0, 11.0)
    assert integral.read(11.0, gpus=2) is None, "the other one has not told yet"
    integral.add("1", 50.0, 12.0)
    integral.add("0", 300.0, 13.0)
    assert integral.read(14.0, gpus=2) == pytest.approx(100 + 400 + 300 + 4 * 50)


def smi(folder: Path, lines: str) -> str:
    """A program that says these lines and then nothing more, as one that sleeps."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\nprintf '{lines}'\nexec tail -f /dev/null\n")
    program.chmod(0o755)
    return str(program)


PATIENCE = 30.0


def test_a_gpu_tells_its_power_until_it_is_left(tmp_path: Path) -> None:
    with Gpus(["0"], smi(tmp_path, r"0, 120.5\n")) as gpus:
        assert gpus.words == "1 GPU"
        assert gpus.has_told.wait(PATIENCE)
        first, second = gpus.read(), gpus.read()
        assert first is not None
        assert second is not None
        assert 0 < first <= second


@pytest.mark.parametrize("lines", [r"0, [N/A]\n", "", r"No devices were found\n"])
def test_a_gpu_that_does_not_tell_makes_no_figure(tmp_path: Path, lines: str) -> None:
    program = smi(tmp_path, lines)
    Path(program).write_text(f"#!/bin/sh\nprintf '{lines}'\n")
    with Gpus(["0"], program) as gpus:
        assert gpus.has_told.wait(PATIENCE)
        assert gpus.read() is None
    with Gpus(["0"], str(tmp_path / "nowhere")) as missing:
        assert missing.read() is None


def test_the_gpus_that_cuda_may_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    assert gpu_ids(2) == ["0", "1"]
    monkeypatch.setenv("CUDA_VISIBLE_DEVICES", "3, GPU-8a,5")
    assert gpu_ids(2) == ["3", "GPU-8a"]


def test_without_its_gpus_a_run_has_no_figure(tree: Tree, tmp_path: Path) -> None:
    assert sources(tree.root, gpus=None) == []
    found = sources(tree.root, gpus=1)
    assert [source.words for source in found] == ["2 processor packages", "1 GPU"]
    with Meter([found[0], Gpus(["0"], str(tmp_path / "nowhere"))]) as meter:
        assert meter.joules is None


# --- a run ---------------------------------------------------------------------------------------


@pytest.fixture
def store(tmp_path: Path, tree: Tree, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(energy, "POWERCAP", tree.root)
    with Store(tmp_path / "store") as opened:
        yield opened


def test_a_run_keeps_what_it_drew_without_its_pause(store: Store, tree: Tree) -> None:
    drawn = 0

    def watch(message: Message, control: Any) -> None:
        nonlocal drawn
        if isinstance(message, Steps):
            tree.draw(1)
            drawn += 1
            if drawn == 3:
                control.request(Pause())
        if isinstance(message, StatusChanged) and message.state is RunStatus.PAUSED:
            tree.draw(500)
            control.request(Continue())

    run_id, _ = train(store, small(), watch)
    run = store.run(run_id)
    assert drawn > 3
    assert run.joules == pytest.approx(drawn)
    assert run.environment["energy_of"] == "2 processor packages"
    assert run.summary()["joules"] == run.joules


def test_the_parts_of_a_resumed_run_are_added_up(
    store: Store, tree: Tree, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    drawn = 0
    end = stop_after(5)

    def watch(message: Message, control: Any) -> None:
        nonlocal drawn
        if isinstance(message, Steps):
            tree.draw(1)
            drawn += 1
        end(message, control)

    run_id, _ = train(store, small(), watch)
    assert store.run(run_id).joules == pytest.approx(drawn)
    tree.draw(10_000)
    end = stop_after(20)
    train(store, run_id, watch)
    assert store.run(run_id).joules == pytest.approx(drawn)
    monkeypatch.setattr(energy, "POWERCAP", tmp_path / "nowhere")
    train(store, run_id)
    assert store.run(run_id).joules is None, "a part of it isn't known"
