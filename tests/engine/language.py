"""The engine in a language that nobody speaks; prints what is still English, a line of JSON each.

Run by name in an interpreter of its own: `python -m tests.engine.language`. Texts are held at the
top of modules, so the language has to be chosen before they are imported.
"""

from __future__ import annotations

import json
import re
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from tests.pseudo import Accents, english_in
from workbench.base import text

text.use("xx", Accents())

import numpy as np  # noqa: E402

from workbench import presets  # noqa: E402
from workbench.base.errors import BadInput  # noqa: E402
from workbench.curves.metrics import AXES, METRICS  # noqa: E402
from workbench.data.catalogue import load  # noqa: E402
from workbench.evaluation.diagnosis import diagnose  # noqa: E402
from workbench.experiment import Experiment  # noqa: E402
from workbench.hardware.learning_rate_range import rates_to_try, suggest  # noqa: E402
from workbench.levers import repeats  # noqa: E402
from workbench.levers.catalog import LEVERS  # noqa: E402
from workbench.levers.comparison import Comparison, Side, what_differs  # noqa: E402
from workbench.levers.layer_text import layers_from_text  # noqa: E402
from workbench.network.drawing import draw  # noqa: E402
from workbench.runs.packing.spec_pieces import flat  # noqa: E402
from workbench.runs.record import STEP_DTYPE, EpochMetrics, StepMetrics  # noqa: E402
from workbench.runs.table.query import parse  # noqa: E402
from workbench.runs.table.setting_titles import setting_title  # noqa: E402
from workbench.spec.assignments import parse_settings  # noqa: E402
from workbench.spec.base import Choice, Facts, Spec, SpecError  # noqa: E402
from workbench.spec.data import Npz  # noqa: E402

KNOWN = re.compile(
    r"'[^']*'|\[[^\]]*\]|(?<!\w)(?:Conv2D\w*|\w+Conv2D|Dense|Keras|PyTorch|MNIST|TOML|MATLAB|HDF5|"
    r"NumPy|ReLU|Adam\w*|SGD|MACs|true|false|auto|none|GFLOP|loss|accuracy|max_norm|images)(?!\w)|"
    r"\(\d[\d, ]*\)|numpy\.savez\([^)]*\)|x_train, images, data|y_train, labels, target|"
    r"clipnorm|--\w+ epochs|invalid statement \(at line \d+, column \d+\)|"
    r"[\w./-]*[_./][\w./\[\]-]*"
)
"""The same in each language: values as they are typed, settings, paths, names of the field."""

WRONG = (
    "[structure]\nlayers = [{kind='conv2d', filter=3}]",
    "[structure]\nlayers = [{kind='conv3d'}]",
    "[stopping]\npatience = 3",
    "[structure]\nlayers = []",
    "[structure]\nlayers = 3",
    "[structure]\nlayers = [{kind='conv2d', kernel_size=[1, 2, 3]}]",
    "[structure]\nlayers = [{kind='conv2d', dilation_rate=2, strides=2}]",
    "[structure]\nlayers = [{kind='conv2d', groups=3, filters=4}]",
    "[training]\nepochs = 0",
    "[training]\nepochs = 'x'",
    "[training]\nepochs = 1.5",
    "[training]\nvalidation_split = 1.5",
    "[training]\nvalidation_split = 'x'",
    "[optimizer]\nkind = 'adm'",
    "[optimizer]\nkind = 'adam'\nclipnorm = 1.0\nclipvalue = 1.0",
    "[optimizer]\nkind = 'sgd'\nnesterov = true",
    "[optimizer]\nkind = 'sgd'\nnesterov = 3",
    "[schedule]\nkind = 'piecewise_constant'\nboundaries = [5, 3]",
    "[data]\nkind = 'npz'\nground = 'red'",
    "[data]\nkind = 'npz'\npath = 3",
    "schema_version = 7",
    "trainin_ = 1",
    "= 3",
)
"""Experiments that are refused as they are read."""

UNFIT: tuple[dict[str, Any], ...] = (
    {"structure.layers": [{"kind": "dense", "units": 3}]},
    {"structure.layers": [{"kind": "flatten"}, {"kind": "conv2d"}]},
    {"structure.layers": [{"kind": "conv2d", "kernel_size": 99, "padding": "valid"}]},
    {"structure.layers": [{"kind": "conv2d", "groups": 3, "filters": 3}, {"kind": "conv2d",
                                                                        "groups": 2}]},
    {"structure.layers": [{"kind": "flatten"}, {"kind": "dense", "units": 10,
                                                "activation": "relu"}]},
    {"structure.layers": [{"kind": "max_pooling2d"}] * 9},
    {"training.batch_size": 100_000},
    {"training.folds": 1},
    {"training.validation_split": 0.0, "stopping.kind": "early_stopping"},
)  # fmt: skip
"""Changes after which an experiment doesn't fit its data."""

QUERIES = ("a = ", '"open', "(a = 1", "a = 1)", "! a", "missing < 3 and", "and")


def choices(family: type[Choice] = Choice) -> Iterator[type[Choice]]:
    """Every choice there is."""
    for kind in family.__subclasses__():
        yield from kind.choices().values() if kind._is_family() else ()
        yield from choices(kind)


def words_of(kind: type[Spec]) -> Iterator[str]:
    """What is shown of a choice before it is made."""
    yield getattr(kind, "label", "")
    if kind.__doc__:
        yield text.help_of(kind)
    for field in kind.model_fields.values():
        yield field.title or ""
        yield field.description or ""
        extra = field.json_schema_extra
        if isinstance(extra, dict):
            yield from (str(extra.get(name, "")) for name in ("zero", "absent"))


def refusal(act: Callable[[], object]) -> Iterator[str]:
    """What is said as something is refused.

    Raises:
        AssertionError: where it isn't.
    """
    try:
        act()
    except SpecError as error:
        yield from map(str, error.problems)
    except BadInput as error:
        yield str(error)
    else:
        raise AssertionError(f"{act} was not refused")


def of_spec() -> Iterator[str]:
    """Labels, help and titles, and what is said of wrong settings."""
    facts = Facts(100_000, 100, 3, 64, 0.01)
    for kind in {*choices(), *LEVERS.values()}:
        yield from words_of(kind)
        with suppress(AttributeError, SpecError, ValueError):
            yield kind.default().in_force(facts)  # type: ignore[attr-defined]
    for wrong in WRONG:
        yield from refusal(lambda wrong=wrong: Experiment.from_toml(wrong))  # type: ignore[misc]
    yield from refusal(lambda: parse_settings(["epochs"]))
    yield from refusal(lambda: Experiment().with_settings({"training.epoch": 3}))
    yield from refusal(lambda: layers_from_text("x = 3"))
    yield from refusal(lambda: repeats.with_seeds(Experiment(), 1000))
    yield from refusal(lambda: repeats.with_folds(Experiment(), 1))


def of_titles() -> Iterator[str]:
    """Settings as columns of the table are titled."""
    for preset in presets.names():
        yield from map(setting_title, flat(presets.load(preset).values()))


def of_network() -> Iterator[str]:
    """Problems with the data, advice, levers, drawings and differences."""
    experiment = Experiment()
    info = experiment.data.source_info
    assert info is not None
    for changes in UNFIT:
        changed = experiment.with_settings(changes)
        found = [*changed.problems(info), *changed.analysis(info).warnings]
        assert found, changes
        yield from map(str, found)
    for name, lever in LEVERS.items():
        try:
            preview = lever().preview(experiment, info)
        except SpecError as error:
            yield str(error)
            continue
        assert isinstance(preview, Comparison), name
        yield from map(what_differs, preview.diff.rows)
    analysis = experiment.analysis(info)
    yield from draw(experiment.structure.layers, analysis, 900.0).legend
    other = experiment.with_settings({"structure.layers[0].filters": 5})
    sides = (Side(each, info.image_shape) for each in (experiment, other))
    yield from map(what_differs, Comparison(*sides).diff.rows)


def of_figures() -> Iterator[str]:
    """Metrics, what curves tell, forecasts, queries."""
    yield from (each.label for each in (*METRICS.values(), *AXES.values()))
    for losses, gap in (([2.0, 1.0, 0.5, 0.2, 0.1], 0.3), ([2.0] * 5, 0.0), ([2, 9, 3, 9, 8], 0.0),
                        ([2.0, 1.8, 1.6, 1.4, 1.2], 0.0)):  # fmt: skip
        epochs = [
            EpochMetrics(n + 1, n + 1, 1.0, loss, 0.9, 1.0, 0.1, loss + gap, 0.9 - gap, 1.0, 0.0)
            for n, loss in enumerate(losses)
        ]
        steps = StepMetrics(np.arange(1, 6), np.zeros(5, STEP_DTYPE))
        steps.values["loss"] = losses
        for finding in diagnose(Experiment(), epochs, steps):
            yield from (finding.title, finding.evidence, *(it.words for it in finding.remedies))
    rates = rates_to_try()
    for losses_ in (np.linspace(2, 1, len(rates)), np.full(len(rates), 2.0)):
        yield suggest(rates, losses_).words
    for query in QUERIES:
        yield from refusal(lambda query=query: parse(query))  # type: ignore[misc]


def of_data(folder: Path) -> Iterator[str]:
    """What is said of files that hold no data."""
    x, y = np.zeros((20, 8, 8), np.uint8), np.arange(20) % 2
    x[::2] = 200
    archives: dict[str, dict[str, Any]] = {
        "lone": {"x_train": x},
        "unnamed": {"arr_0": x},
        "names": {"a": x, "b": y},
        "flat": {"x_train": x[0], "y_train": y},
        "length": {"x_train": x, "y_train": y[:5]},
        "one": {"x_train": x, "y_train": np.zeros(20, int)},
        "negative": {"x_train": x, "y_train": -y},
        "nan": {"x_train": np.full((20, 8, 8), np.nan), "y_train": y},
        "wide": {"x_train": x.astype(np.int64) * 1000, "y_train": y},
        "same": {"x_train": np.zeros_like(x), "y_train": y},
        "many": {"x_train": x, "y_train": np.arange(20)},
        "masks": {"x_train": x, "y_train": np.zeros((20, 8, 8))},
    }
    for name, arrays in archives.items():
        np.savez(folder / f"{name}.npz", **arrays)
    for name, content in {
        "text": b"hello",
        "gz": b"\x1f\x8b",
        "pickle": b"\x80\x02xx",
        "png": b"\x89PNG\r\n",
        "empty": b"",
    }.items():
        (folder / f"{name}.npz").write_bytes(content)
    for file in sorted(folder.glob("*.npz")):
        spec = Npz(path=str(file))
        yield from refusal(lambda spec=spec: load(spec))  # type: ignore[misc]
    yield from refusal(lambda: load(Npz(path=str(folder / "none"))))


def main() -> None:
    """Provokes what the engine says, and prints what is left in English."""
    with tempfile.TemporaryDirectory() as folder:
        said = {*of_spec(), *of_titles(), *of_network(), *of_figures(), *of_data(Path(folder))}
        known = re.compile(f"{re.escape(folder)}[^ ]*|{KNOWN.pattern}")
    for one in sorted(filter(None, said)):
        words = english_in(one, known)
        if words:
            print(json.dumps({"text": one, "english": words}, ensure_ascii=False))
    print(json.dumps({"looked at": len(said)}))


if __name__ == "__main__":
    main()
    sys.stdout.flush()
