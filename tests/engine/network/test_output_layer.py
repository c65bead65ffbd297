"""The output layer follows the number of classes: presets, heads of all kinds, what stays."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench import presets
from workbench.cli import main
from workbench.experiment import Experiment
from workbench.network.output_layer import fitted
from workbench.spec.base import SpecError
from workbench.spec.data import DataInfo
from workbench.spec.setting_paths import as_path, steps_of

INFO = Experiment().data.info()
assert INFO is not None


def info_of(classes: int, shape: tuple[int, int, int] = INFO.image_shape) -> DataInfo:
    return DataInfo(shape, tuple(f"c{number}" for number in range(classes)), 1000, 100)


def network(*layers: dict[str, Any]) -> Experiment:
    return Experiment().with_settings({"structure.layers": list(layers)})


CONV = {"kind": "conv2d", "filters": 8, "padding": "same"}
GAP = {"kind": "global_average_pooling2d"}
DENSE = {"kind": "dense", "units": 10, "activation": "softmax"}
HEAD = {"kind": "conv2d", "filters": 10, "kernel_size": 1, "activation": "linear"}
SOFTMAX = {"kind": "activation", "activation": "softmax"}


@pytest.mark.parametrize("name", presets.names())
@pytest.mark.parametrize("classes", [2, 5, 1200])
def test_every_preset_follows(name: str, classes: int) -> None:
    preset = presets.load(name)
    known = preset.data.info()
    assert known is not None
    info = info_of(classes, known.image_shape)
    changed, found = preset.fitted_to(info)
    assert found is not None
    assert preset.at(found.path) == known.classes == found.before
    assert changed == preset.with_settings({found.path: classes}), "nothing else changes"
    assert not [p for p in changed.problems(info) if p.path.startswith("structure")]
    assert changed.fitted_to(info) == (changed, None)
    assert preset.fitted_to(known) == (preset, None)


@pytest.mark.parametrize(
    ("layers", "path"),
    [
        ([CONV, GAP, DENSE], "structure.layers[2].units"),
        ([CONV, GAP, {**DENSE, "activation": "linear"}, SOFTMAX], "structure.layers[2].units"),
        ([CONV, GAP, DENSE, {**DENSE, "enabled": False}], "structure.layers[2].units"),
        ([CONV, HEAD, GAP], "structure.layers[1].filters"),
        ([CONV, {**HEAD, "activation": "relu"}, GAP, SOFTMAX], "structure.layers[1].filters"),
        (
            [CONV, GAP, {"kind": "repeat", "times": 1, "layers": [{**DENSE, "units": 30}, DENSE]}],
            "structure.layers[2].layers[1].units",
        ),
        ([CONV, {"kind": "residual_block", "filters": 10}, GAP], "structure.layers[1].filters"),
    ],
)  # fmt: skip
def test_the_last_layer_with_a_width_follows(layers: list[dict[str, Any]], path: str) -> None:
    experiment = network(*layers)
    changed, found = experiment.fitted_to(info_of(5))
    assert found is not None
    assert found.path == path
    assert found.words == f"{path}: set to 5, one for each class of the data (was 10)"
    assert changed.at(path) == 5
    assert changed.problems(info_of(5)) == []


@pytest.mark.parametrize(
    "layers",
    [
        [CONV, GAP, DENSE | {"activation": "relu"}],
        [CONV, {"kind": "flatten"}],
        [CONV, {"kind": "flatten"}, {**CONV, "kernel_size": 3}],
        [{"kind": "flatten"}],
        [{"kind": "flatten", "enabled": False}],
        # One set of weights for both passes: the second would get 5 values in place of 10.
        [CONV, GAP, {**DENSE, "activation": "relu"}, {"kind": "repeat", "layers": [DENSE]}],
        [CONV, {"kind": "inception_block"}, GAP],
    ],
)
def test_what_would_not_fit_is_left_as_it_is(layers: list[dict[str, Any]]) -> None:
    experiment = network(*layers)
    assert fitted(experiment.structure.layers, info_of(5)) is None
    assert experiment.problems(info_of(5))


def test_it_follows_also_where_the_images_are_too_small_yet() -> None:
    tiny = info_of(5, (6, 6, 1))
    changed, found = Experiment().fitted_to(tiny)
    assert found is not None
    assert [p.path for p in changed.problems(tiny)] == ["structure.layers[2].kernel_size"]
    assert changed.problems(info_of(5)) == []


def test_an_index_below_zero_counts_from_the_end() -> None:
    layers = "structure.layers"
    changed = Experiment().with_settings({f"{layers}[-2].units": 32, f"{layers}.-1.units": 5})
    assert [layer.units for layer in changed.structure.layers[-2:]] == [32, 5]
    assert changed.at(f"{layers}[-1].units") == 5
    assert changed.from_start(f"{layers}[-1].units") == f"{layers}[7].units"
    switched = changed.with_settings({f"{layers}[-1].kind": "activation"})
    assert switched.structure.layers[7].name() == "activation"
    assert as_path(steps_of(f"{layers}[2].kernel_size[-1]")) == f"{layers}[2].kernel_size[-1]"
    with pytest.raises(SpecError, match=r"^structure.layers\[-9\].units: there is no entry \[-9\]"):
        changed.with_settings({f"{layers}[-9].units": 5})
    with pytest.raises(SpecError, match=r"there is no entry \[-9\]"):
        changed.at(f"{layers}[-9].units")


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    """Images of 3 classes."""
    random = np.random.default_rng(0)
    path = tmp_path / "three.npz"
    images = random.integers(0, 256, (60, 28, 28, 1), np.uint8)
    np.savez(path, images=images, labels=np.arange(60) % 3)
    return path


def test_the_command_line_follows_and_says_so(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data = ["--set", "data.kind=npz", "--set", f"data.path={archive}"]
    told = "dlopt-workbench: structure.layers[7].units: set to 3, one for each class of the data"
    assert main.main(["analyze", "digits-cnn", *data]) == 0
    said = capsys.readouterr()
    assert said.err == f"{told} (was 10)\n"
    assert "3 · softmax" in said.out
    assert main.main(["code", "digits-cnn", *data]) == 0
    assert "Dense(units=3," in capsys.readouterr().out
    # A number that is right needs no word; one named for this very layer is refused.
    assert main.main(["analyze", "digits-cnn", *data, "--set", "structure.layers[-1].units=3"]) == 0
    assert capsys.readouterr().err == ""
    for command in ("run", "crossval"):
        wrong = ["--set", "structure.layers[-1].units=7"]
        store = ["--store", str(tmp_path / "store")]
        assert main.main([command, "digits-cnn", *data, *wrong, *store]) == 2
        assert capsys.readouterr().err == (
            "dlopt-workbench: structure.layers[7].units: must give one value for each of the 3 "
            "classes, gives 7\n"
        )


def test_a_file_with_another_number_follows(
    archive: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "mine.toml"
    settings = {"data.kind": "npz", "data.path": str(archive)}
    presets.load("digits-cnn").with_settings(settings).write(file)
    assert main.main(["analyze", str(file)]) == 0
    assert "structure.layers[7].units: set to 3" in capsys.readouterr().err
