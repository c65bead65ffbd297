"""Model files asked in a process of their own: what they answer, how fast, and what is refused."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.engine.deployment.conftest import Small
from workbench.deployment import apart, judge, judging
from workbench.deployment.apart import ApartError, Arrays
from workbench.deployment.judging import BENCH, Benched, FileToOpen, benched, seen, shares_of
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.litert_file import ModelFileError, with_entries


@pytest.fixture
def file(net: Small, tmp_path: Path) -> Path:
    path = tmp_path / "net.tflite"
    path.write_bytes(with_entries(net.open_batch, "abcdefghij"))
    return path


def test_a_file_is_seen(file: Path) -> None:
    found = seen(file)
    assert (found.image_shape, found.batch, found.takes) == ((8, 8, 1), -1, "float32")
    assert found.contents is not None
    assert found.contents.labels == tuple("abcdefghij")
    assert found.contents.bytes == file.stat().st_size


def test_a_file_answers(net: Small, file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = LiteRTAnswerer(net.open_batch).shares(net.images)
    np.testing.assert_allclose(shares_of(file, net.images), here, atol=1e-5)
    monkeypatch.setattr(judging, "MOST_ARRAY", 150 * net.images[:1].nbytes)
    np.testing.assert_allclose(shares_of(file, net.images), here, atol=1e-5)


def test_files_are_timed_in_turns(net: Small, file: Path, tmp_path: Path) -> None:
    other = tmp_path / "one.tflite"
    other.write_bytes(net.one_image)
    looks = [FileToOpen(str(file)), FileToOpen(str(other), threads=2)]
    found = benched(looks, (1, 4), images=net.images[:50], seconds=0.05)
    assert [[p.batch_size for p in points] for points in found.points] == [[1, 4], [1, 4]]
    assert [points[0].threads for points in found.points] == [1, 2]
    assert all(0 < p.median <= p.p95 <= p.p99 for points in found.points for p in points)
    assert found.processor
    assert found.cores_of_others >= 0


def test_a_busy_machine_is_said() -> None:
    assert Benched((), "", 0.1).warning == ""
    assert "other programs used 1.5 of its cores" in Benched((), "", 1.5).warning


def test_others_are_counted_without_oneself() -> None:
    clock = judge.Others()
    until = time.process_time() + 0.3
    while time.process_time() < until:
        pass
    alone = clock.cores()
    everybody = alone + 0.3 / (time.perf_counter() - clock._began)
    assert alone < everybody - 0.2


HOSTILE = ["truncated", "garbage", "zip", "missing"]


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_strangers_file_is_refused_in_one_sentence(net: Small, kind: str, tmp_path: Path) -> None:
    path = tmp_path / "stranger.tflite"
    content = {
        "truncated": net.open_batch[: len(net.open_batch) // 2],
        "garbage": b"\x1c\0\0\0TFL3" + np.random.default_rng(0).bytes(5000),
        "zip": b"PK\x05\x06" + bytes(18),
        "missing": None,
    }[kind]
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelFileError) as refused:
        seen(path)
    assert str(refused.value).startswith(f"{path}: ")
    assert "\n" not in str(refused.value)


def test_changed_bytes_never_end_who_asked(net: Small, tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    for number in range(3):
        changed = bytearray(net.open_batch)
        for place in random.integers(8, len(changed), 30):
            changed[place] ^= 0xFF
        path = tmp_path / f"{number}.tflite"
        path.write_bytes(changed)
        said = f"{path}: "
        try:
            assert seen(path).image_shape
        except ModelFileError as error:
            said = str(error)
        assert said.startswith(f"{path}: ")


def crash(request: FileToOpen, given: Arrays) -> tuple[FileToOpen, Arrays]:
    import os
    import signal

    os.kill(os.getpid(), signal.SIGKILL)
    return request, {}


def linger(request: FileToOpen, given: Arrays) -> tuple[FileToOpen, Arrays]:
    threading.Event().wait(60)
    return request, {}


def chat(request: FileToOpen, given: Arrays) -> tuple[FileToOpen, Arrays]:
    print("hello from a library")
    print("{}")
    return request, {"twice": 2 * given["numbers"]}


def greedy(request: FileToOpen, given: Arrays) -> tuple[FileToOpen, Arrays]:
    return request, {"much": np.zeros(10**13, np.uint8)}


def job(function: Any) -> apart.ApartJob[FileToOpen, FileToOpen]:
    return apart.ApartJob("made up", FileToOpen, FileToOpen, f"{__name__}:{function.__name__}")


def test_what_a_library_prints_is_no_answer() -> None:
    result, made = apart.do(job(chat), FileToOpen("x"), {"numbers": np.arange(3)})
    assert result == FileToOpen("x")
    assert made["twice"].tolist() == [0, 2, 4]


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such signals")
def test_a_file_that_ends_its_process_is_named() -> None:
    with pytest.raises(ModelFileError, match=r"^bad\.tflite: .* killed.*hostile or too large$"):
        apart.do(job(crash), FileToOpen("x"), about="bad.tflite")
    with pytest.raises(ApartError, match="killed"):
        apart.do(job(crash), FileToOpen("x"))


def test_time_and_memory_are_bounded() -> None:
    with pytest.raises(ModelFileError, match="took longer than 1 seconds"):
        apart.do(job(linger), FileToOpen("x"), about="slow.tflite", seconds=1)
    with pytest.raises(ModelFileError, match="more memory than there is"):
        apart.do(job(greedy), FileToOpen("x"))


def test_no_tensorflow_is_needed() -> None:
    import subprocess

    code = (
        "import sys; from workbench.deployment import judge, quantizer, litert_answerer; "
        "from ai_edge_litert.interpreter import Interpreter; import litert_quantizer.quantizer; "
        "sys.exit('tensorflow' in sys.modules or 'keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=False).returncode == 0
    assert BENCH.does.startswith("workbench.deployment.")
