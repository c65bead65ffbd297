"""The command `ablate`: from a run to verdicts, judged again, tried dry, and bad input."""

from __future__ import annotations

import json
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.engine.small import small
from workbench.cli.main import main
from workbench.runs.record import Origin, Run
from workbench.runs.store import Store
from workbench.study.ablation.plan import ablation


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "store"


@pytest.fixture
def source(folder: Path) -> Generator[Run]:
    """A run that waits: what it became is no matter."""
    with Store(folder) as store:
        yield store.create(small(training__epochs=1))


def test_a_run_without_each_of_its_techniques(
    folder: Path, source: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--store", str(folder)]
    asked = ["--seeds", "2", "--only", "dropout", "--metric", "val_accuracy", "--json", *at]
    assert main(["ablate", source.run_id, *asked]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["group"], found["metric"]) == ("small ablation", "val_accuracy")
    (row,) = found["techniques"]
    assert (row["technique"], row["name"]) == ("dropout", "Without dropout")
    assert row["verdict"] in ("better", "worse", "nothing shown")
    assert row["spread"]["count"] == found["baseline"]["count"] == 2
    assert [(run["name"], run["seed"]) for run in found["runs"]] == [
        ("small 2", 0),
        ("small without dropout", 0),
        ("small 3", 1),
        ("small without dropout 2", 1),
    ]
    assert row["runs"] == [run["run_id"] for run in found["runs"][1::2]]
    again = ["ablate", "small ablation", "--metric", "val_accuracy"]
    assert main([*again, "--json", *at]) == 0
    assert json.loads(capsys.readouterr().out) == found | {
        # It wasn't asked for, and no run of the group is without it.
        "techniques": [row, json_of_normalization()]
    }
    assert main([*again, *at]) == 0
    table = capsys.readouterr().out.splitlines()
    heads = ["without", "Val.", "acc.", "deviation", "seeds", "difference", "verdict"]
    assert table[0].split() == heads
    assert [line.split("  ")[0] for line in table[1:4]] == [
        "(baseline)",
        "dropout",
        "normalization",
    ]
    assert table[-1].split() == ["group", "small", "ablation"]


def json_of_normalization() -> dict[str, object]:
    return {
        "technique": "normalization",
        "name": "Without normalization",
        "verdict": "not tried",
        "sentence": "Without normalization: not tried, no run of it has ended with a figure",
        "is_ratio": False,
        "outcome": None,
        "p_adjusted": None,
        "spread": None,
        "runs": [],
        "is_spare": False,
    }


def test_a_dry_run_makes_none(
    folder: Path, source: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ["--dry-run", "--store", str(folder)]
    assert main(["ablate", source.run_id, *at]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "Without dropout",
        "Without normalization",
        "15 runs in all",
    ]
    assert main(["ablate", source.run_id, "--json", "--seeds", "2", *at]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "group": "small ablation",
        "seeds": 2,
        "runs": 6,
        "techniques": [
            {"technique": "dropout", "refusal": ""},
            {"technique": "normalization", "refusal": ""},
        ],
    }
    with Store(folder) as store:
        assert len(store.runs()) == 1


def test_a_name_that_a_person_gave_the_run_is_that_of_the_group(
    folder: Path, source: Run, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(folder) as store:
        store.update(source.run_id, name="my best")
    at = ["--dry-run", "--json", "--store", str(folder)]
    assert main(["ablate", source.run_id, *at]) == 0
    assert json.loads(capsys.readouterr().out)["group"] == "my best ablation"


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        (["nothing"], "there is no run 'nothing' in "),
        (["last", "--only", "droput"], "--only: there is no technique 'droput'; did you mean 'dro"),
        (["last", "--only", "mixup"], "the experiment uses none of mixup"),
        (["last", "--seeds", "0"], "the number of seeds must be from 1 to 100, got 0"),
        (["seeds"], "RUN: the group 'seeds' is no ablation; name one of its runs"),
        (["made"], " was made from another run, which can be ablated: "),
    ],
)
def test_bad_input_makes_no_run(
    folder: Path, source: Run, asked: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with Store(folder) as store:
        store.create_all([small()], "seeds")
        made = store.create(small(), origin=Origin("compressed", source.run_id)).run_id
        store.create(small())
        before = len(store.runs())
    run = made if asked[0] == "made" else asked[0]
    assert main(["ablate", run, *asked[1:], "--store", str(folder)]) == 2
    message = capsys.readouterr().err
    assert said in message
    assert message.count("\n") == 1
    with Store(folder) as store:
        assert len(store.runs()) == before


def test_the_store_keeps_what_kind_of_group_it_is(folder: Path, source: Run) -> None:
    wanted = ablation(source.experiment, None, 1).repeats
    with Store(folder) as store:
        (first, *_) = store.create_all(wanted.experiments, wanted.tag, wanted.kind)
        group = store.group(first.group_id)
        assert group is not None
        assert (group.kind, group.name) == ("ablation", "small ablation")
