"""Experiments: TOML in and out, the sentences about wrong ones, settings by path, problems."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from tests.engine.strategies import experiments
from workbench import presets
from workbench.experiment import REFERENCE_CNN, Experiment, Structure, Training
from workbench.spec import SpecError
from workbench.spec.assignments import parse_settings
from workbench.spec.data import MNIST, DataInfo, Digits, ImageFolder, Npz
from workbench.spec.layers import (
    Conv2D,
    Dense,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
)
from workbench.spec.optimizers import SGD, Adam

INFO = DataInfo((28, 28, 1), tuple("0123456789"), 1000, 100)


def network(*layers: Layer, **training: Any) -> Experiment:
    return Experiment(structure=Structure(layers=layers), training=Training(**training))


def told(experiment: Experiment, info: DataInfo | None = INFO) -> list[str]:
    return [str(problem) for problem in experiment.problems(info)]


# --- TOML ----------------------------------------------------------------------------------------


@settings(max_examples=100)
@given(experiment=experiments())
def test_any_experiment_survives_the_round_trip(experiment: Experiment) -> None:
    text = experiment.to_toml()
    again = Experiment.from_toml(text)
    assert again == experiment
    assert repr(again) == repr(experiment), "floats to the bit"
    assert again.to_toml() == text


@pytest.mark.parametrize("name", presets.names())
def test_presets_are_whole_experiments(name: str) -> None:
    experiment = presets.load(name)
    assert experiment.name == name
    first, _, rest = presets.text(name).partition("\n")
    assert experiment.to_toml() == rest, "a preset is kept as the workbench writes it"
    assert first == f"# {presets.description(name)}"
    assert presets.description(name).endswith(".")
    assert experiment.problems(experiment.data.info()) == []


def test_presets_train_the_reference_cnn() -> None:
    assert {presets.DEFAULT, "mnist-cnn"} <= set(presets.names())
    for name in (presets.DEFAULT, "mnist-cnn"):
        assert presets.load(name).structure.layers == REFERENCE_CNN
    assert isinstance(presets.load("mnist-cnn").data, MNIST)
    assert isinstance(presets.load(presets.DEFAULT).data, Digits)


def test_an_unknown_preset() -> None:
    with pytest.raises(SpecError, match=r"^there is no preset 'mnist'; did you mean 'mnist-cnn'\?"):
        presets.find("mnist")


def test_a_preset_or_a_file_is_found(tmp_path: Path) -> None:
    path = tmp_path / "mine.toml"
    Experiment(name="mine").write(path)
    assert presets.find(str(path)).name == "mine"
    assert presets.find("mnist-cnn").name == "mnist-cnn"


def test_an_empty_file_means_the_defaults() -> None:
    assert Experiment.from_toml("") == Experiment()


def test_the_toml_holds_every_setting_and_keeps_pairs_on_a_line() -> None:
    text = Experiment(data=MNIST(resize=(8, 9))).to_toml()
    assert "kernel_size = [3, 3]\n" in text
    assert "resize = [8, 9]\n" in text
    assert "nesterov" not in text
    assert 'kind = "adam"\nlearning_rate = 0.001\n' in text
    assert text.startswith('schema_version = 1\nname = "untitled"\n')


# --- sentences -----------------------------------------------------------------------------------

LAYERS = "[structure]\nlayers = [{kind='flatten'}, {kind='flatten'}, %s]"
CONV = LAYERS % "{kind='conv2d', %s}"
SENTENCES = {
    # TOML and version
    "x = ": "not valid TOML: invalid value (at end of document)",
    "name = 'a'\nname = 'b'": "not valid TOML: cannot overwrite a value (at",
    "x = 1" + "0" * 5000: "not valid TOML: exceeds the limit",
    "x = " + "[" * 5000: "not valid TOML: ",
    "schema_version = 2": "the experiment was made by a newer version of the workbench "
    "(schema 2, known up to 1); update the workbench",
    "schema_version = 0": "schema_version: must be 1, got 0",
    "schema_version = '1'": "schema_version: must be 1, got '1'",
    # unknown and missing
    "nam = 'x'": "nam: unknown setting; did you mean 'name'?",
    "[trainin]": "trainin: unknown setting; did you mean 'training'?",
    "zebra = 1": "zebra: unknown setting; known are augmentation, constraint, data, hardware,",
    "[training]\nepoch = 2": "training.epoch: unknown setting; did you mean 'epochs'?",
    CONV % "filter = 3": "structure.layers[2].filter: unknown setting; did you mean 'filters'?",
    "[optimizer]\nkind = 'adm'": "optimizer.kind: there is no 'adm'; did you mean 'adam'?",
    "[optimizer]\nkind = 3": "optimizer.kind: there is no 3; known are adadelta,",
    "[optimizer]\nbeta_1 = 0.5": "optimizer.kind: is missing; known are adadelta,",
    "[optimizer]\nkind = 'sgd'\nbeta_1 = 0.5": "optimizer.beta_1: unknown setting; known are clip",
    "[hardware]\nkind = 'cpu'": "hardware.target: is missing; known are auto, cpu, gpu",
    "[hardware]\ntarget = 'gpus'": "hardware.target: there is no 'gpus'; did you mean 'gpu'?",
    LAYERS % "{}": "structure.layers[2].kind: is missing; known are activation,",
    LAYERS % "{kind='Conv2D'}": "structure.layers[2].kind: there is no 'Conv2D'; did you mean 'co",
    "[data]\nkind = 'mnist'\npath = 'x'": "data.path: unknown setting; known are channels, kind,",
    # types
    "name = 3": "name: must be a text, got 3",
    "name = 2020-01-01": "name: must be a text, got datetime.date(2020, 1, 1)",
    "training = 3": "training: must be a table of settings, got 3",
    "optimizer = 'adam'": "optimizer: must be a table with a 'kind', got 'adam'",
    "[training]\nepochs = 2.5": "training.epochs: must be a whole number, got 2.5",
    "[training]\nepochs = true": "training.epochs: must be a whole number, got true",
    "schema_version = true": "schema_version: must be a whole number, got true",
    "[data]\nkind = 'mnist'\nchannels = 1.0": "data.channels: must be a whole number, got 1.0",
    "[training]\nepochs = '2'": "training.epochs: must be a whole number, got '2'",
    "[structure]\nlayers = 3": "structure.layers: must be a list, got 3",
    LAYERS % "3": "structure.layers[2]: must be a table with a 'kind', got 3",
    CONV % "use_bias = 1": "structure.layers[2].use_bias: must be true or false, got 1",
    CONV % "kernel_size = '3x3'": (
        "structure.layers[2].kernel_size: must be a whole number, or two of them as "
        "[height, width], got '3x3'"
    ),
    CONV % "kernel_size = [3]": "structure.layers[2].kernel_size: must be a whole number, or two",
    CONV % "kernel_size = [1,2,3]": "structure.layers[2].kernel_size: must be a whole number, or",
    CONV % "kernel_size = [3, 0.5]": (
        "structure.layers[2].kernel_size: must be a whole number, got 0.5"
    ),
    # ranges
    CONV % "kernel_size = 0": "structure.layers[2].kernel_size: must be at least 1, got 0",
    CONV % "kernel_size = [3, 2000]": (
        "structure.layers[2].kernel_size: must be at most 1024, got 2000"
    ),
    CONV % "padding = 'sam'": ("structure.layers[2].padding: must be 'valid' or 'same', got 'sam'"),
    "name = ''": "name: must not be empty",
    f"name = '{'x' * 201}'": "name: must have at most 200 characters",
    "[training]\nbatch_size = 2000000": (
        "training.batch_size: must be at most 1000000, got 2000000"
    ),
    "[training]\nepochs = 0x" + "f" * 9000: "training.epochs: must be at most 100000, got a number",
    "[training]\nvalidation_split = 1": "training.validation_split: must be at most 0.9, got 1",
    "[data]\nkind = 'mnist'\nchannels = 2": "data.channels: must be 1 or 3, got 2",
    "[data]\nkind = 'npz'\ntest_split = 0": "data.test_split: must be above 0, got 0",
    "[optimizer]\nkind = 'sgd'\nmomentum = 1.0": "optimizer.momentum: must be below 1, got 1.0",
    "[optimizer]\nkind = 'adam'\nlearning_rate = nan": (
        "optimizer.learning_rate: must be a finite number, got nan"
    ),
    "[optimizer]\nkind = 'adam'\nlearning_rate = inf": (
        "optimizer.learning_rate: must be a finite number, got inf"
    ),
    "[optimizer]\nkind = 'sgd'\nnesterov = true": (
        "optimizer.nesterov: needs a momentum above 0, got momentum 0"
    ),
    "[structure]\nlayers = []": "structure.layers: must have at least 1 entry, got 0",
    "[structure]\nlayers = [" + "{kind='flatten'}," * 1001 + "]": (
        "structure.layers: must have at most 1,000 entries, got 1,001"
    ),
}


@pytest.mark.parametrize(("text", "start"), SENTENCES.items(), ids=lambda text: text[:60])
def test_a_wrong_toml_is_refused_in_one_sentence(text: str, start: str) -> None:
    with pytest.raises(SpecError) as caught:
        Experiment.from_toml(text)
    assert str(caught.value).startswith(start)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 320


def test_one_mistake_is_told_once() -> None:
    with pytest.raises(SpecError) as caught:
        Experiment.from_toml("[structure]\nlayers = [{kind = 'dense', units = 0}]")
    assert [p.path for p in caught.value.problems] == ["structure.layers[0].units"]


def test_all_mistakes_are_told_in_order() -> None:
    with pytest.raises(SpecError) as caught:
        Experiment.from_toml("[training]\nseed = -1\nepochs = 0\n[data]\nkind = 'x'")
    assert [p.path for p in caught.value.problems] == [
        "data.kind",
        "training.epochs",
        "training.seed",
    ]


# --- files ---------------------------------------------------------------------------------------


def test_a_file_that_can_not_be_read(tmp_path: Path) -> None:
    with (tmp_path / "large.toml").open("wb") as file:
        file.truncate(5_000_000)
    with pytest.raises(SpecError, match=r"large\.toml: is larger than the 4 MB of any experiment"):
        Experiment.read(tmp_path / "large.toml")
    with pytest.raises(SpecError, match=r"/dev/zero: can't be read \(it is not a plain file\)"):
        Experiment.read(Path("/dev/zero"))
    with pytest.raises(SpecError, match=r"gone\.toml: can't be read \(No such file"):
        Experiment.read(tmp_path / "gone.toml")
    with pytest.raises(SpecError, match=r"can't be read \(Is a directory\)"):
        Experiment.read(tmp_path)
    (tmp_path / "photo.toml").write_bytes(b"\xff\xd8\xff\xe0")
    with pytest.raises(SpecError, match=r"photo\.toml: is not a text file in UTF-8"):
        Experiment.read(tmp_path / "photo.toml")
    (tmp_path / "typo.toml").write_text("name = ")
    with pytest.raises(SpecError, match=r"typo\.toml: not valid TOML"):
        Experiment.read(tmp_path / "typo.toml")
    (tmp_path / "word.toml").write_text("[training]\nepochs = 'three'")
    with pytest.raises(SpecError, match=r"word\.toml: training\.epochs: must be a whole number"):
        Experiment.read(tmp_path / "word.toml")


def test_a_data_path_is_relative_in_the_file_and_absolute_in_memory(tmp_path: Path) -> None:
    inside = Experiment(data=ImageFolder(path=str(tmp_path / "images" / "cats")))
    inside.write(tmp_path / "a.toml")
    assert 'path = "images/cats"' in (tmp_path / "a.toml").read_text()
    assert Experiment.read(tmp_path / "a.toml") == inside

    moved = tmp_path / "elsewhere"
    moved.mkdir()
    (tmp_path / "a.toml").rename(moved / "a.toml")
    assert Experiment.read(moved / "a.toml").at("data.path") == str(moved / "images" / "cats")

    outside = Experiment(data=Npz(path="/data/x.npz"))
    outside.write(tmp_path / "b.toml")
    assert 'path = "/data/x.npz"' in (tmp_path / "b.toml").read_text()
    assert Experiment.read(tmp_path / "b.toml") == outside


def test_a_data_path_at_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/somebody")
    there = Experiment(data=Npz(path="~/x.npz")).with_base(tmp_path)
    assert there.at("data.path") == "/home/somebody/x.npz"
    with pytest.raises(SpecError, match=r"^data\.path: there is no home folder for '~nobody1/x'"):
        Experiment(data=Npz(path="~nobody1/x")).with_base(tmp_path)


def test_a_failed_save_keeps_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.toml"
    Experiment(name="old").write(path)

    def refuse(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", refuse)
    with pytest.raises(OSError, match="No space left"):
        Experiment(name="new").write(path)
    assert Experiment.read(path).name == "old"


# --- settings by path ----------------------------------------------------------------------------


def test_settings_from_the_command_line() -> None:
    assert parse_settings(
        ["training.epochs=2", "optimizer.kind=sgd", "a=0.5", "b = true", "c=[1, 2]", 'd="3"', "e="]
    ) == {
        "training.epochs": 2, "optimizer.kind": "sgd", "a": 0.5, "b": True, "c": [1, 2],
        "d": "3", "e": "",
    }  # fmt: skip
    assert parse_settings(["name=a=b"]) == {"name": "a=b"}
    assert parse_settings(["name=" + "[" * 5000, "x=" + "1" * 5000])["x"] == "1" * 5000


@pytest.mark.parametrize("text", ["2024", "true", "1e5", "2024-01-31", "[1]", "0x10", "手写"])
def test_a_setting_that_is_text_takes_what_was_typed(text: str) -> None:
    asked = ["data.path=" + text, "data.kind=npz", f"name={text}"]
    made = Experiment().with_settings(parse_settings(asked))
    assert (made.name, made.data.path) == (text, text)  # type: ignore[attr-defined]
    assert Experiment().with_settings(parse_settings([f'name="{text}"'])).name == text
    with pytest.raises(SpecError, match=r"training\.epochs"):
        Experiment().with_settings(parse_settings(['training.epochs="2"']))


def test_a_name_is_one_line_also_from_an_older_file() -> None:
    read = Experiment.from_toml('name = "two\\nlines \\u001b[31m"')
    assert read.name == "two lines  [31m"
    assert Experiment.from_toml(read.to_toml()) == read
    with pytest.raises(SpecError, match="name"):
        Experiment(name="x").changed(name="x" * 201)


@pytest.mark.parametrize("assignment", ["training.epochs", "=3", " =3", ""])
def test_a_setting_without_its_value(assignment: str) -> None:
    with pytest.raises(SpecError, match=r"^--set .*: must be PATH=VALUE$"):
        parse_settings([assignment])


def test_with_settings_replaces_by_path() -> None:
    changed = Experiment().with_settings(
        {
            "training.epochs": 2,
            "structure.layers[2].kernel_size": [5, 3],
            "structure.layers.4.filters": 7,
            "hardware.target": "cpu",
            "name": "other",
        }
    )
    assert changed.training == Training(epochs=2)
    assert changed.at("structure.layers[2]") == Conv2D(filters=64, kernel_size=(5, 3))
    assert changed.at("structure.layers[4].filters") == 7
    assert changed.hardware.name() == "cpu"
    assert changed.name == "other"
    assert Experiment().training.epochs == 10, "an experiment never changes"


@pytest.mark.parametrize(
    ("path", "value", "sentence"),
    [
        ("trainng.epochs", 2, "trainng.epochs: there is no 'trainng'; did you mean 'training'?"),
        ("training.epoch", 2, "training.epoch: unknown setting; did you mean 'epochs'?"),
        ("training.epochs", 0, "training.epochs: must be at least 1, got 0"),
        ("training.epochs", "two", "training.epochs: must be a whole number, got 'two'"),
        ("optimizer.kind", "adm", "optimizer.kind: there is no 'adm'; did you mean 'adam'?"),
        ("optimizer.kind", 3, "optimizer.kind: there is no 3; known are adadelta,"),
        ("optimizer", "sgd", "optimizer: must be a table with a 'kind', got 'sgd'"),
        ("optimizer.target", "cpu", "optimizer.target: unknown setting; known are amsgrad,"),
        ("kind", "sgd", "kind: unknown setting; known are augmentation, constraint"),
        ("structure.layers[99].units", 2, "structure.layers[99].units: there is no entry [99]"),
        ("structure.layers[8]", {}, "structure.layers[8]: there is no entry [8]"),
        ("structure.layers[1].kind", "x", "structure.layers[1].kind: there is no 'x'; known are"),
        ("name.kind", "x", "name.kind: there is no 'kind'"),
        ("name[0]", "x", "name[0]: there is no entry [0]"),
        ("training.parse.kind", "x", "training.parse: there is no 'parse'; known are batch_size"),
        ("[", 1, "[: is not the path of a setting"),
    ],
)
def test_a_wrong_setting_is_refused_in_one_sentence(path: str, value: Any, sentence: str) -> None:
    with pytest.raises(SpecError) as caught:
        Experiment().with_settings({path: value})
    assert str(caught.value).startswith(sentence)


@pytest.mark.parametrize(
    "path", ["training.parse", "structure.layers.count", "optimizer.__class__", "name[0]", "a"]
)
def test_only_settings_stand_at_a_path(path: str) -> None:
    with pytest.raises(SpecError, match="there is no"):
        Experiment().at(path)


def test_switching_keeps_what_was_changed_and_both_have() -> None:
    tuned = Experiment(optimizer=Adam(learning_rate=0.5, beta_1=0.8))
    assert tuned.with_settings({"optimizer.kind": "sgd"}).optimizer == SGD(learning_rate=0.5)
    default = Experiment(optimizer=Adam(beta_1=0.8))
    assert default.with_settings({"optimizer.kind": "sgd"}).optimizer == SGD(), (
        "Adam's default learning rate is none for SGD"
    )


def test_switching_works_in_any_order_and_for_a_layer() -> None:
    wanted = {"optimizer.momentum": 0.5, "optimizer.kind": "sgd", "optimizer.nesterov": True}
    assert Experiment().with_settings(wanted).optimizer == SGD(momentum=0.5, nesterov=True)
    pooled = network(MaxPooling2D(pool_size=(3, 3), padding="same"), Flatten())
    switched = pooled.with_settings({"structure.layers[0].kind": "average_pooling2d"})
    assert switched.at("structure.layers[0]").values() == {
        "kind": "average_pooling2d",
        "enabled": True,
        "pool_size": [3, 3],
        "padding": "same",
    }


def test_switching_to_the_same_changes_nothing() -> None:
    tuned = Experiment(optimizer=Adam(beta_1=0.8), data=MNIST(channels=3))
    assert tuned.with_settings({"optimizer.kind": "adam", "data.kind": "mnist"}) == tuned


# --- can it train? -------------------------------------------------------------------------------


def test_the_default_experiment_can_train() -> None:
    assert told(Experiment()) == []
    assert told(Experiment(), None) == []
    assert told(network(GlobalAveragePooling2D(), Dense(units=10, activation="linear"))) == []


def test_a_batch_larger_than_the_data() -> None:
    assert told(network(*REFERENCE_CNN, batch_size=900)) == []
    assert told(network(*REFERENCE_CNN, batch_size=1901)) == [
        "training.batch_size: must be at most the 900 training images, got 1,901"
    ]
    assert told(network(*REFERENCE_CNN, batch_size=1000, validation_split=0.0)) == []


def test_an_output_that_is_not_one_value_a_class() -> None:
    assert told(network(Flatten(), Dense(units=9, activation="softmax"))) == [
        "structure.layers[1].units: must give one value for each of the 10 classes, gives 9"
    ]
    assert told(network(Flatten())) == [
        "structure.layers[0]: must give one value for each of the 10 classes, gives 784"
    ]


def test_a_dense_layer_before_flatten() -> None:
    assert told(network(Dense(units=10, activation="softmax"))) == [
        "structure.layers[0]: must give one value for each of the 10 classes, gives 28x28x10"
    ]
    (sentence,) = told(network(Flatten(), Dense(), Conv2D()))
    assert sentence == (
        "structure.layers[2]: Conv2D: needs an image (height, width, channels), got 64; "
        "move it before Flatten or global pooling"
    )


def test_an_output_that_is_no_probability() -> None:
    assert told(network(Flatten(), Dense(units=10, activation="relu"))) == [
        "structure.layers[1].activation: must be softmax (or linear, for logits) in the last "
        "layer, got 'relu'"
    ]


@pytest.mark.parametrize(
    ("layer", "field"),
    [(Conv2D(kernel_size=(3, 7)), "kernel_size"), (MaxPooling2D(pool_size=(3, 7)), "pool_size")],
)
def test_a_window_larger_than_its_input(layer: Layer, field: str) -> None:
    shrunk = network(MaxPooling2D(pool_size=(5, 5)), layer, Flatten(), Dense(units=10))
    assert told(shrunk) == [
        f"structure.layers[1].{field}: 3x7 is larger than the 5x5x1 that reaches it; "
        "use padding 'same' or shrink less before"
    ]


def test_a_missing_path_is_told_before_anything_is_read() -> None:
    assert told(Experiment(data=Npz()), None) == [
        "data.path: must name an .npz file, or a folder of .npy files"
    ]
    assert told(Experiment(data=Npz(path="x.npz")), None) == []


@pytest.mark.parametrize(
    ("batch", "share", "steps"), [(64, 0.1, 15), (900, 0.1, 1), (1, 0.0, 1000)]
)
def test_steps_of_an_epoch(batch: int, share: float, steps: int) -> None:
    experiment = network(*REFERENCE_CNN, batch_size=batch, validation_split=share)
    assert experiment.steps_per_epoch(INFO) == steps == math.ceil(round(1000 * (1 - share)) / batch)
