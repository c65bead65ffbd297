"""The command `compress`: real processes, the list of variants, and bad input."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.engine.small import small, train
from workbench.cli.main import main
from workbench.cli.runs.compress import table_of
from workbench.compression.compressed_runs import KEYS, variant
from workbench.runs.record import Run
from workbench.runs.store import Store


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture(scope="module")
def parent(folder: Path) -> Generator[Run]:
    with Store(folder) as store:
        run_id, _ = train(store, small(training__epochs=2))
        yield store.run(run_id)


def test_variants_are_listed_with_these_keys(
    folder: Path, parent: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    recipe = tmp_path / "recipe.toml"
    recipe.write_text('[[steps]]\nkind = "quantize"\nmode = "float16"\n')
    steps = "prune:0.8:epochs=1,cluster:16,quantize:int8"
    asked = ["--steps", steps, "--recipe", str(recipe), "--json", "--store", str(folder)]
    assert main(["compress", parent.run_id, *asked]) == 0
    found = json.loads(capsys.readouterr().out)
    assert [tuple(each) for each in found] == [KEYS, KEYS]
    assert [each["steps"] for each in found] == [steps, "quantize:float16"]
    for each in found:
        assert each["parent_id"] == parent.run_id
        assert None not in each.values()
    assert found[0]["nonzero_parameters"] < 200 < found[0]["parameters"] == 706
    assert found[1]["difference"] == pytest.approx(0, abs=1e-6)
    with Store(folder) as store:
        assert len(store.children(parent.run_id)) == 2
        runs = store.children(parent.run_id)
    titles, first, _ = table_of(map(variant, runs))
    assert titles.split()[0] == "steps"
    assert first.startswith(steps)
    assert " points" in first


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ([], "--steps: must say what to do, as in --steps prune:0.8,cluster:16,quantize:int8"),
        (["--steps", "prune:1.0"], "prune.rate: must be below 1, got 1.0"),
        (["--steps", "cluster:1"], "cluster.clusters: must be at least 2, got 1"),
        (["--recipe", "fastr"], "there is no recipe 'fastr'; did you mean 'faster'?"),
        (["--recipe", "nowhere.toml"], "nowhere.toml: can't be read (No such file or directory)"),
    ],
)
def test_bad_input_makes_no_run(
    folder: Path,
    parent: Run,
    asked: list[str],
    said: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with Store(folder) as store:
        number = len(store.runs())
        assert main(["compress", parent.run_id, *asked, "--store", str(folder)]) == 2
        assert capsys.readouterr().err == f"dlopt-workbench: {said}\n"
        assert len(store.runs()) == number


def test_a_run_without_weights_is_refused(
    folder: Path, parent: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(folder) as store:
        run = store.create(small())
        number = len(store.runs())
        asked = ["compress", run.run_id, "--steps", "quantize", "--store", str(folder)]
        assert main(asked) == 2
        assert "has not ended; compress it afterwards" in capsys.readouterr().err
        assert len(store.runs()) == number
        store.delete([run.run_id])
