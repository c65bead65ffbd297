"""A run's network is exported, opened again elsewhere, and leaves nothing behind where it fails."""

from __future__ import annotations

import errno
import gc
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.engine.deployment.conftest import Small
from tests.engine.small import small
from tests.engine.tasks import do
from workbench.cli import main
from workbench.compression import progress
from workbench.compression.progress import CompressionProgress
from workbench.deployment import c_array, litert_file, micro
from workbench.deployment.agreement import Agreement, ExportError, require_same_network
from workbench.deployment.formats import FORMATS, Exported, ExportRequest, format_of
from workbench.deployment.litert_answerer import LiteRTAnswerer
from workbench.deployment.litert_file import ModelFileError
from workbench.deployment.quantization import Quantization
from workbench.runs.store import Store

NAMES = {
    "litert": "net.tflite",
    "savedmodel": "net",
    "onnx": "net.onnx",
    "openvino": "net.xml",
    "weights": "net.weights.h5",
    "c-array": "net.c",
}


def exported(net: Small, output: Path, name: str, **more: Any) -> Exported:
    found, _ = do("export", net.store, run_id=net.run_id, format=name, output=str(output), **more)
    assert isinstance(found, Exported)
    return found


def needs(name: str) -> None:
    missing = [p for p in FORMATS[name].packages if importlib.util.find_spec(p) is None]
    if missing:
        pytest.skip(f"{', '.join(missing)} is not installed")


@pytest.fixture(scope="module")
def made(net: Small, tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, Exported]]:
    """One export of each format that can be written here, made when it is asked for."""
    folder = tmp_path_factory.mktemp("exports")
    done: dict[str, tuple[Path, Exported]] = {}

    class Made(dict[str, tuple[Path, Exported]]):
        def __missing__(self, name: str) -> tuple[Path, Exported]:
            needs(name)
            output = folder / NAMES[name]
            done[name] = self[name] = output, exported(net, output, name)
            if name == "openvino":
                end_pools()
            return done[name]

    return Made()


def end_pools() -> None:
    """OpenVINO's converter keeps threads for its next call."""
    for found in gc.get_objects():
        if type(found) is ThreadPoolExecutor:
            found.shutdown()


def run_snippet(script: Path, images: np.ndarray, tmp_path: Path) -> np.ndarray:
    """What the file beside an export makes of images, in a fresh interpreter."""
    np.save(tmp_path / "images.npy", images)
    code = (
        "import importlib.util, sys, numpy as np\n"
        f"spec = importlib.util.spec_from_file_location('snippet', {str(script)!r})\n"
        "snippet = importlib.util.module_from_spec(spec)\n"
        "spec.loader.exec_module(snippet)\n"
        f"images = np.load({str(tmp_path / 'images.npy')!r})\n"
        f"np.save({str(tmp_path / 'shares.npy')!r}, snippet.shares(images))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], check=False, capture_output=True, text=True, cwd=Path.cwd()
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: np.ndarray = np.load(tmp_path / "shares.npy")
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_each_format_answers_as_the_network_does(
    net: Small, made: dict[str, tuple[Path, Exported]], name: str, tmp_path: Path
) -> None:
    output, found = made[name]
    assert output.exists()
    assert (found.path, found.images) == (str(output), 360)
    assert {output.name, f"{'net'}_example.py"} <= set(found.files)
    assert all((output.parent / file).exists() for file in found.files)
    assert found.original_accuracy == pytest.approx(net.accuracy)
    assert found.agreement > 0.98
    assert abs(found.accuracy - found.original_accuracy) < 0.02
    script = output.with_name("net_example.py")
    shares = run_snippet(script, net.images[:40], tmp_path)
    np.testing.assert_allclose(shares, net.shares[:40], atol=0.05)
    assert found.digest in script.read_text()


def test_the_snippet_reads_an_image_file(
    net: Small, made: dict[str, tuple[Path, Exported]], tmp_path: Path
) -> None:
    output, _ = made["litert"]
    pixels = np.round(255 * net.images[3, ..., 0]).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "digit.png")
    script = output.parent / "net_example.py"
    done = subprocess.run(
        [sys.executable, str(script), str(tmp_path / "digit.png")],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    first = done.stdout.splitlines()[0]
    likeliest = int(LiteRTAnswerer(net.open_batch).shares(net.images[3:4]).argmax())
    assert first.startswith(f"{likeliest}: "), "the labels are those of the data"


@pytest.mark.parametrize("scheme", ["int8", "int16x8"])
def test_quantized_files_come_with_scales_and_labels(
    net: Small, scheme: str, tmp_path: Path
) -> None:
    output = tmp_path / "small.tflite"
    found = exported(
        net, output, "litert", quantization=Quantization(scheme), batch=1, is_stripped=True
    )
    network = LiteRTAnswerer(output.read_bytes())
    assert network.contents.labels == tuple("0123456789")
    assert network.contents.run_id == net.run_id
    assert network.contents.digest == found.digest
    assert (network.contents.bytes, network.contents.gzip_bytes) == (found.bytes, found.gzip_bytes)
    assert network.batch == 1
    assert found.bytes < len(net.one_image)
    shares = run_snippet(tmp_path / "small_example.py", net.images[:30], tmp_path)
    np.testing.assert_allclose(shares, network.shares(net.images[:30]), atol=0.02)


@pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")
def test_the_c_array_compiles_and_tests_itself(
    made: dict[str, tuple[Path, Exported]], tmp_path: Path
) -> None:
    output, _ = made["c-array"]
    for name in ("net.c", "net.h", "net_test.c"):
        shutil.copy(output.parent / name, tmp_path)
    strict = ["gcc", "-Wall", "-Wextra", "-Werror", "-std=c99", "-I", str(tmp_path)]
    program = tmp_path / "selftest"

    def compiled(*files: str) -> str:
        sources = [str(tmp_path / file) for file in files]
        subprocess.run([*strict, *sources, "-o", str(program)], check=True)
        return subprocess.run([str(program)], check=False, capture_output=True, text=True).stdout

    assert compiled("net.c", "net_test.c") == "net: ok\n"
    (tmp_path / "device.c").write_text(
        """#define NET_NO_MAIN
#define NET_WITH_LABELS
#include "net_test.c"
#include <string.h>
static int at = 0, shift = 0;
static void right(const signed char *image, signed char *outputs) {
    (void)image;
    memcpy(outputs, expected[at++], NET_CLASSES);
}
static void wrong(const signed char *image, signed char *outputs) {
    (void)image; (void)shift;
    memset(outputs, 0, NET_CLASSES);
}
int main(void) {
    printf("%d %d %s\\n", net_test(right), net_test(wrong), net_labels[3]);
    return 0;
}
"""
    )
    assert compiled("net.c", "device.c") == "0 4 3\n"
    text = (tmp_path / "net.c").read_text()
    first = text.index("0x", text.index("= {") + 200)
    other = "0x00" if text[first : first + 4] != "0x00" else "0x01"
    (tmp_path / "net.c").write_text(text[:first] + other + text[first + 4 :])
    assert "the array is damaged (4)" in compiled("net.c", "net_test.c")


def test_the_c_array_is_the_file_that_was_tested(made: dict[str, tuple[Path, Exported]]) -> None:
    output, _ = made["c-array"]
    network = LiteRTAnswerer(c_array.read(output))
    header = output.with_suffix(".h").read_text()
    (scale, zero), _ = network.scales
    assert f"#define NET_INPUT_SCALE {scale:.9g}f" in header
    assert f"#define NET_INPUT_ZERO ({zero})" in header
    assert network.takes == "int8"


def test_names_become_what_c_takes() -> None:
    assert c_array.symbol_of("my net-2") == "my_net_2"
    assert c_array.symbol_of("8bit") == "net_8bit"
    assert c_array._text('a"b\\c?ü') == '"a\\042b\\134c\\077\\303\\274"'


@pytest.mark.skipif(not micro.is_installed(), reason="tflite-micro is not installed")
def test_the_arena_is_measured(net: Small, tmp_path: Path) -> None:
    from workbench.deployment.quantization import quantize

    path = tmp_path / "net.tflite"
    path.write_bytes(quantize(net.one_image, Quantization("int8"), net.calibration).content)
    arena = micro.arena_bytes(path)
    assert arena is not None
    content = path.read_bytes()
    assert 1000 < arena < 20_000
    assert micro._runs(content, arena)
    assert not micro._runs(content, arena - micro.STEP)
    path.write_bytes(quantize(net.one_image, Quantization("dynamic")).content)
    with pytest.raises(ModelFileError, match="doesn't run it"):
        micro.arena_bytes(path)


# --- what can't be -------------------------------------------------------------------------------


def request(output: Path, name: str = "litert", **more: Any) -> ExportRequest:
    return ExportRequest("20260101-000000-0001", name, str(output), **more)


@pytest.mark.parametrize(
    ("name", "file", "more", "said"),
    [
        ("mlmodel", "net.x", {}, "there is no format mlmodel; choose litert, savedmodel"),
        ("litert", "net.onnx", {}, "must end in .tflite"),
        ("litert", "nowhere/net.tflite", {}, "there is no such folder"),
        ("savedmodel", "taken", {}, "is there already"),
        ("litert", "taken.tflite", {}, "is no file; name a file"),
        ("litert", "circle.tflite", {}, "is a link that leads nowhere"),
        ("litert", f"{'n' * 300}.tflite", {}, r"can't be written \(File name too long\)"),
        ("litert", "net.tflite", {"batch": 0}, "a batch of 0 images"),
        ("weights", "net.weights.h5", {"quantization": Quantization()}, "quantize as litert or"),
        ("c-array", "net.c", {"quantization": Quantization("dynamic")}, "quantize as int8"),
        (
            "c-array",
            "net.c",
            {"quantization": Quantization(layers={1: "int4"})},
            "alone",
        ),
    ],
)
def test_what_cannot_be_is_said_before_anything_is_done(
    name: str, file: str, more: dict[str, Any], said: str, tmp_path: Path
) -> None:
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken.tflite").mkdir()
    (tmp_path / "circle.tflite").symlink_to(tmp_path / "circle.tflite")
    with pytest.raises(ModelFileError, match=said) as refused:
        request(tmp_path / file, name, **more).require()
    assert "\n" not in str(refused.value)


def test_a_format_without_its_packages_says_how_to_get_them(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr("workbench.deployment.formats.find_spec", lambda name: None)
    with pytest.raises(ModelFileError, match=r"pip install 'dlopt-workbench\[onnx\]'"):
        request(tmp_path / "net.onnx", "onnx").require()


def test_a_full_disk_leaves_nothing_behind(
    net: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "net.tflite"
    output.write_bytes(b"what was there before")
    before = {p: p.read_bytes() for p in net.store.rglob("*") if p.is_file()}

    def full(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match=r"net\.tflite: can't be written \(No space left"):
        exported(net, output, "litert")
    assert [path.name for path in tmp_path.iterdir() if "dlopt" not in path.name] == ["net.tflite"]
    assert output.read_bytes() == b"what was there before"
    assert {p: p.read_bytes() for p in net.store.rglob("*") if p.is_file()} == before


def test_a_layer_that_there_is_not_is_refused(net: Small, tmp_path: Path) -> None:
    way = Quantization(layers={1: "float32", 7: "int4"})
    with pytest.raises(ModelFileError, match=r"layer 7 is to be .* has layers 1 to 6"):
        exported(net, tmp_path / "net.tflite", "litert", quantization=way)
    assert not list(tmp_path.iterdir())


def test_a_link_is_followed(net: Small, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    link, target = tmp_path / "link.tflite", tmp_path / "there" / "net.tflite"
    link.symlink_to(target)
    found = exported(net, link, "litert")
    assert (found.path, link.is_symlink()) == (str(target.resolve()), True)
    assert litert_file.read(link) == target.read_bytes()
    assert sorted(found.files) == sorted(each.name for each in target.parent.iterdir())


def test_a_file_that_answers_otherwise_is_not_kept(
    net: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from workbench.runtime.export import litert

    write = litert.litert_bytes

    def broken(model: Any, batch: int | None = None) -> bytes:
        kernel = model.get_layer("layer6_dense").kernel
        kernel.assign(kernel * 0.5)
        return write(model, batch)

    monkeypatch.setattr(litert, "litert_bytes", broken)
    with pytest.raises(ExportError, match=r"answers otherwise than the network.*is not kept"):
        exported(net, tmp_path / "net.tflite", "litert")
    assert not [path for path in tmp_path.iterdir() if path.name.startswith((".", "net"))]


def test_answers_are_compared() -> None:
    labels = np.array([0, 1], np.int32)
    right = np.array([[0.9, 0.1], [0.2, 0.8]], np.float32)
    same = Agreement.of(right, right + 1e-6, labels)
    assert (same.same, same.accuracy, same.warning) == (1.0, 1.0, "")
    same.require_exact()
    other = Agreement.of(right, right[::-1], labels)
    assert (other.same, other.accuracy) == (0.0, 0.0)
    assert "its accuracy is 0.00 % against 100.00 %" in other.warning
    with pytest.raises(ExportError, match="it is not kept"):
        other.require_exact()
    with pytest.raises(ExportError, match="no numbers"):
        Agreement.of(right, right * np.nan, labels)
    with pytest.raises(ExportError, match="answers"):
        Agreement.of(right, right[:, :1], labels)
    require_same_network(right, right + 0.01)
    with pytest.raises(ExportError, match="on average"):
        require_same_network(right, right[::-1])
    with pytest.raises(ExportError, match="on average"):
        require_same_network(right, right * np.nan)


def test_weights_of_another_network_are_refused(
    made: dict[str, tuple[Path, Exported]], tmp_path: Path
) -> None:
    from workbench.runtime.export.weights import network_of

    output, _ = made["weights"]
    for file in output.parent.glob("net.*"):
        if file.is_file():
            shutil.copy(file, tmp_path)
    other = small(structure__layers=[{"kind": "flatten"}, {"kind": "dense", "units": 10}])
    (tmp_path / "net.toml").write_text(other.to_toml())
    with pytest.raises(ModelFileError, match="is damaged or of another network"):
        network_of(tmp_path / "net.weights.h5")


# --- the commands --------------------------------------------------------------------------------


def dlopt(net: Small, *arguments: str) -> int:
    return main.main([*arguments, "--store", str(net.store)])


def test_a_file_is_timed_and_judged_by_its_runs_test_part(
    net: Small,
    made: dict[str, tuple[Path, Exported]],
    capfd: pytest.CaptureFixture[str],
) -> None:
    output, found = made["litert"]
    capfd.readouterr()
    quick = ["--batch-sizes", "1,4", "--threads", "1"]
    assert dlopt(net, "bench-inference", str(output), "--json", *quick) == 0
    said = json.loads(capfd.readouterr().out)
    assert said["sha256"] == found.digest
    assert said["test_accuracy"] == pytest.approx(found.accuracy)
    assert [point["batch_size"] for point in said["points"]] == [1, 4]
    assert said["operators"]["CONV_2D"] == 1
    assert (said["takes"], said["batch"]) == ("float32", None)
    output.with_name("plain.tflite").write_bytes(net.one_image)
    assert dlopt(net, "bench-inference", str(output.with_name("plain.tflite")), *quick) == 0
    heard = capfd.readouterr().out
    assert "accuracy" not in heard
    assert "images/s" in heard


def test_a_run_is_exported_and_timed_by_commands(
    net: Small, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "net.tflite"
    wanted = ["export", "last", "--output", str(output), "--quantize", "int8"]
    assert dlopt(net, *wanted, "--layer", "6=int4", "--json") == 0
    said = json.loads(capfd.readouterr().out)
    assert (said["run_id"], said["format"], said["path"]) == (net.run_id, "litert", str(output))
    assert LiteRTAnswerer(output.read_bytes()).takes == "int8"
    with Store(net.store) as store:  # as if it had been compressed so
        notes = store.artifacts(net.run_id) / progress.FILE
    notes.write_bytes(CompressionProgress("", (), facts={"quantize": "int8"}).packed())
    assert dlopt(net, *wanted[:-2]) == 0
    notes.unlink()
    assert LiteRTAnswerer(output.read_bytes()).takes == "int8"
    heard = capfd.readouterr().out
    assert f"written     {output}" in heard
    assert litert_file.digest(output.read_bytes()) in heard
    assert (
        dlopt(net, "bench-inference", "last", "--json", "--batch-sizes", "1", "--threads", "1") == 0
    )
    said = json.loads(capfd.readouterr().out)
    assert said["runs_on"].startswith("Keras on ")
    with Store(net.store) as store:
        assert said["test_accuracy"] == store.run(net.run_id).test_accuracy


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["export", "last", "--output", "net.txt"], 2, "must end in .tflite"),
        (["export", "20200101-000000-0000", "--output", "net.tflite"], 2, "20200101"),
        (["export", "last", "--output", "n.tflite", "--per-tensor"], 2, "need --quantize"),
        (["bench-inference", "gone.tflite"], 2, "there is no such file"),
        (["bench-inference", "damaged.tflite"], 2, "damaged or cut off"),
        (["bench-inference", "notes.txt"], 2, "is no file of a network"),
        (["bench-inference", f"{'n' * 300}.tflite"], 2, "there is no such file"),
        (["bench-inference", f"{'n' * 300}.txt"], 2, "is no file of a network"),
        (["bench-inference", "n" * 300], 2, "there is no run"),
        (["bench-inference", "good.tflite", "--run", "nothing"], 2, "nothing"),
    ],
)
def test_bad_input_is_one_line(
    net: Small,
    arguments: list[str],
    code: int,
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("damaged.tflite").write_bytes(net.open_batch[:3000])
    Path("good.tflite").write_bytes(net.open_batch)
    Path("notes.txt").write_text("hello")
    capfd.readouterr()
    assert dlopt(net, *arguments) == code
    heard = capfd.readouterr()
    assert heard.out == ""
    assert said in heard.err
    assert len(heard.err.splitlines()) == 1


def test_a_run_without_weights_says_so(tmp_path: Path) -> None:
    from workbench.runtime.training.checkpoint import CheckpointError

    with Store(tmp_path) as store:
        run_id = store.create(small()).run_id
    with pytest.raises(CheckpointError, match="train it first"):
        do("export", tmp_path, run_id=run_id, format="litert", output=str(tmp_path / "n.tflite"))


def test_formats_are_known_by_their_names(tmp_path: Path) -> None:
    assert format_of(tmp_path / "a.TFLITE").name == "litert"
    assert format_of(tmp_path).name == "savedmodel"
    assert format_of(tmp_path / "a.weights.h5").name == "weights"
    with pytest.raises(ModelFileError, match="is no file of a network"):
        format_of(tmp_path / "a.txt")
