"""The commands `diagnose` and `predict`, on runs of a store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from tests.engine.cli.test_main import dlopt
from tests.engine.made_up_curves import SICK
from tests.engine.small import small, train
from tests.engine.tasks import do
from tests.ui.made_up import add_run
from workbench import presets
from workbench.base.paths import default_store
from workbench.cli import main, tasks
from workbench.data import load
from workbench.evaluation.one_image import ImageRequest
from workbench.runs.store import Store


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A store and the id of its run."""
    folder = tmp_path_factory.mktemp("explain")
    with Store(folder) as store:
        run_id, _ = train(store, small(training__epochs=4, optimizer__learning_rate=0.01))
    return folder, run_id


def add_sick(kind: str) -> str:
    """A run in the default store with curves that have this fault; its id."""
    epochs, steps = SICK[kind]
    with Store(default_store()) as store:
        run = store.create(presets.load("digits-cnn"))
        store.add_steps(
            run.run_id, 1, steps.values, step=len(steps.steps), total_steps=len(steps.steps)
        )
        for epoch in epochs:
            store.add_epoch(run.run_id, epoch)
    return run.run_id


def test_findings_come_with_numbers_and_what_to_set(capsys: pytest.CaptureFixture[str]) -> None:
    run_id = add_sick("overfitting")
    assert main.main(["diagnose", run_id]) == 0
    first, *remedies = capsys.readouterr().out.splitlines()
    assert first.startswith("Over-fitting: training accuracy 9")
    assert remedies
    assert all(line.startswith("  try: ") for line in remedies)
    assert any("--set regularization.kind=l2 " in line for line in remedies)
    assert main.main(["diagnose", "last", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    (finding,) = found["findings"]
    assert (found["run_id"], finding["kind"]) == (run_id, "overfitting")
    assert finding["evidence"] in first
    assert [
        remedy["words"] in line for remedy, line in zip(finding["remedies"], remedies, strict=True)
    ] == [True] * len(remedies)


def test_what_is_to_be_measured_names_its_command(capsys: pytest.CaptureFixture[str]) -> None:
    assert main.main(["diagnose", add_sick("rate_too_low")]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == "  try: Find learning rate  (dlopt-workbench find-rate)"


def test_a_calm_run_a_young_one_and_one_that_waits(capsys: pytest.CaptureFixture[str]) -> None:
    with Store(default_store()) as store:
        calm, young = add_run(store, 0, epochs=30), add_run(store, 1, epochs=2)
        waiting = store.create(presets.load("digits-cnn"))
    assert main.main(["diagnose", calm.run_id]) == 0
    assert "no sign of over-fitting" in capsys.readouterr().out
    assert main.main(["diagnose", young.run_id]) == 0
    assert capsys.readouterr().out == "one-cycle: too early to tell, after 2 of 3 epochs\n"
    assert main.main(["diagnose", waiting.run_id]) == 2
    assert "hasn't trained yet: there are no curves" in capsys.readouterr().err


def test_an_image_is_told_by_a_real_process(trained: tuple[Path, str], tmp_path: Path) -> None:
    store, _ = trained
    test = load(small().data).test
    pixels = test.images.read(np.array([3]))[0]
    Image.fromarray(255 - np.round(pixels).astype(np.uint8)[..., 0]).save(tmp_path / "a.png")
    done = dlopt("predict", "last", str(tmp_path / "a.png"), "--inverted", "--store", str(store))
    assert done.returncode == 0, done.stderr
    rows = [line.rsplit("  ", 1) for line in done.stdout.splitlines()]
    shares = [float(share.removesuffix(" %")) for _, share in rows]
    assert len(rows) == 5
    assert shares == sorted(shares, reverse=True)
    assert rows[0][0].strip() == str(test.labels[3])


def test_what_the_process_alone_can_refuse_is_bad_input_too(trained: tuple[Path, str]) -> None:
    store, _ = trained
    done = dlopt("predict", "last", "--test-image", "999999", "--store", str(store))
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.count("\n") == 1
    assert "test image 999,999: the test part has images 1 to 360" in done.stderr


def test_an_image_of_the_test_part_as_json(
    trained: tuple[Path, str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    store, run_id = trained

    def here(folder: Path, task: object, request: ImageRequest, progress: Any) -> Any:
        return do("try_image", folder, run_id=request.run_id, image=request.image)[0]

    monkeypatch.setattr(tasks, "do_task", here)
    asked = ["predict", run_id, "--test-image", "4", "--store", str(store)]
    assert main.main([*asked, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["label"] == str(load(small().data).test.labels[3])
    assert sum(found["probabilities"].values()) == pytest.approx(1.0, abs=1e-5)
    assert found["class"] == max(found["probabilities"], key=found["probabilities"].get)
    assert main.main(asked) == 0
    assert capsys.readouterr().out.endswith(f"It is labelled {found['label']}.\n")


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ([], "name one image: a file, or --test-image and its number"),
        (["a.png", "--test-image", "1"], "name one image"),
        (["none.png"], "none.png: there is no such file"),
        (["."], ". is a folder; name one image in it"),
        (["--test-image", "1", "--inverted"], "--inverted: is for files"),
        (["--test-image", "0"], "--test-image: 0 must be 1 or more"),
        (["--test-image", "-1"], "--test-image: -1 must be 1 or more"),
    ],
)
def test_what_cannot_be_asked_is_one_sentence(
    trained: tuple[Path, str],
    options: list[str],
    sentence: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    store, run_id = trained
    assert main.main(["predict", run_id, *options, "--store", str(store)]) == 2
    assert sentence in capsys.readouterr().err
