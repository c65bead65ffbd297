"""`analyze` and `code` as a user runs them: figures, tables, errors, and no TensorFlow."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.engine.cli.test_main import dlopt
from workbench import presets
from workbench.cli.main import main
from workbench.experiment import Experiment
from workbench.runs.store import Store

WITHOUT_TENSORFLOW = """
import sys
from workbench.cli.main import main
code = main(sys.argv[1:])
assert not {"tensorflow", "keras"} & set(sys.modules), "TensorFlow was imported"
sys.exit(code)
"""


def without_tensorflow(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WITHOUT_TENSORFLOW, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_analyze_prints_one_object() -> None:
    done = without_tensorflow("analyze", "digits-cnn", "--json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["parameters"] == found["trainable_parameters"] == 93_322
    assert found["macs"] == 2_794_240
    assert found["activation_bytes"] == 4 * (784 + 21632 + 5408 + 7744 + 1600 + 576 + 576 + 64 + 10)
    assert found["training_bytes"] == 4 * 93_322 * 4 + 32 * found["activation_bytes"], (
        "weights, gradients, two moments; outputs of a batch of 32"
    )
    assert len(found["layers"]) == 8
    assert {
        "index": 2, "kind": "conv2d", "output_shape": [11, 11, 64], "parameters": 18_496,
        "macs": 11 * 11 * 64 * 9 * 32,
    }.items() <= found["layers"][2].items()  # fmt: skip
    assert found["warnings"] == []


def test_analyze_prints_a_table_and_warnings() -> None:
    done = without_tensorflow("analyze", "dense-only", "--set", "structure.layers[2].enabled=false")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].split() == ["Layer", "Output", "Parameters", "MACs"]
    assert lines[2].startswith("1 Dense 512 · relu")
    assert lines[3].startswith("2 Dense 512 · relu (off)")
    assert "parameters         407,050 (407,050 trained)" in lines
    assert done.stderr.startswith(
        "dlopt-workbench: warning: structure.layers[1]: holds 99 % of the"
    )


def test_code_prints_or_writes_the_script(tmp_path: Path) -> None:
    printed = without_tensorflow("code", "digits-cnn", "--set", "training.epochs=3")
    assert printed.returncode == 0, printed.stderr
    assert "EPOCHS = 3\n" in printed.stdout
    path = tmp_path / "script.py"
    written = without_tensorflow(
        "code", "digits-cnn", "--set", "training.epochs=3", "--output", str(path)
    )
    assert (written.returncode, written.stdout) == (0, "")
    assert path.read_text(encoding="utf-8") == printed.stdout


def test_users_own_data_are_looked_at(tmp_path: Path) -> None:
    labels = np.arange(30) % 3
    images = np.random.default_rng(0).integers(0, 255, (30, 10, 12, 3)).astype(np.uint8)
    np.savez(tmp_path / "mine.npz", images=images, labels=labels)
    layers = '[{kind="flatten"}, {kind="dense", units=3, activation="softmax"}]'
    settings = ["data.kind=npz", f"data.path={tmp_path / 'mine.npz'}", f"structure.layers={layers}"]
    given = [part for setting in settings for part in ("--set", setting)]
    done = without_tensorflow("analyze", "digits-cnn", "--json", *given)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["parameters"] == 10 * 12 * 3 * 3 + 3
    assert "file['images']" not in done.stdout


def test_analyze_against_another(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    printed = without_tensorflow(
        "analyze", "digits-cnn", "--set", "structure.layers[2].filters=32", "--against", "mnist-cnn"
    )
    assert printed.returncode == 0, printed.stderr
    lines = printed.stdout.splitlines()
    assert lines[0].split() == ["Layer", "What", "differs", "Output", "Parameters", "MACs"]
    changed = next(line for line in lines if line.startswith("~"))
    assert changed.split("  ")[1:3] == ["Conv2D 32 · 3x3 · relu", "filters 64 → 32"]
    assert "11x11x64 → 11x11x32" in changed
    assert "−9,248" in changed
    assert any(line.startswith("parameters         93,322 → 65,642  −30 %") for line in lines)
    run = Experiment(name="other").with_settings({"structure.layers[0].filters": 16})
    with Store(tmp_path) as store:
        run_id = store.create(run).run_id
    given = ["analyze", "digits-cnn", "--json", "--store", str(tmp_path), "--against"]
    for other in (run_id, "last"):
        assert main([*given, other]) == 0
        found = json.loads(capsys.readouterr().out)
        assert found["totals"]["parameters"]["difference"] > 0
        assert found["rows"][0]["changes"] == ["filters 16 → 32"]
    assert main([*given, "nope"]) == 2
    assert "'nope' is no TOML file or preset, and there is no run 'nope'" in capsys.readouterr().err
    run.write(tmp_path / "other.toml")
    assert main([*given, str(tmp_path / "other.toml")]) == 0
    assert json.loads(capsys.readouterr().out) == found


def test_a_run_on_own_data_is_compared_on_the_shape_it_had(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Though its file is gone."""
    own = presets.load("digits-cnn").with_settings({"data.kind": "npz", "data.path": "/gone.npz"})
    with Store(tmp_path) as store:
        run = store.create(own)
        store.update(run.run_id, environment={"image_shape": [32, 32, 3]})
        assert store.run(run.run_id).image_shape == (32, 32, 3)
    given = ["analyze", "mnist-cnn", "--json", "--store", str(tmp_path), "--against", run.run_id]
    assert main(given) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows[0]["parameters"] == -2 * 9 * 32, "two channels fewer"
    assert {row["mark"] for row in rows} == {"same"}


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["analyze", "nope"], "there is no preset 'nope'"),
        (["code", "gone.toml"], "gone.toml"),
        (["analyze", "digits-cnn", "--set", "data.resize=6"],
         "structure.layers[2].kernel_size: 3x3 is larger than the 2x2x32 that reaches it"),
        (["analyze", "digits-cnn", "--set", "data.kind=npz"], "data.path: must name an .npz file"),
        (["code", "digits-cnn", "--set", "structure.layers[7].units=9"],
         "structure.layers[7].units: must give one value for each of the 10 classes"),
        (["analyze", "digits-cnn", "--against", "nope"],
         "'nope' is no TOML file or preset, and there are no runs in"),
        (["analyze", "digits-cnn", "--against", "gone.toml"], "gone.toml: can't be read"),
        (["code", "digits-cnn", "--output", "/dev/null/x.py"], "/dev/null/x.py: can't be written"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_2(arguments: list[str], sentence: str) -> None:
    done = dlopt(*arguments)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


@pytest.mark.parametrize("name", presets.names())
def test_every_preset_is_analyzed(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyze", name, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sum(layer["parameters"] for layer in found["layers"]) == found["parameters"]
    assert sum(layer["macs"] for layer in found["layers"]) == found["macs"]
