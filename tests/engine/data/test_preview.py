"""What the window is shown, as a value and from the process that makes it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from workbench.base.json_lines import from_line
from workbench.data import Preview, describe, load
from workbench.data.preview import first_of_each
from workbench.spec.data import Digits, ImageFolder

REPOSITORY = Path(__file__).parents[3]


def inspect(request: object, cache: Path) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and messages of the real process."""
    text = request if isinstance(request, str) else json.dumps(request)
    done = subprocess.run(
        [sys.executable, "-m", "workbench.data.inspect"],
        input=text + "\n",
        capture_output=True,
        text=True,
        check=False,
        cwd=REPOSITORY,
        env={**os.environ, "DLOPT_CACHE": str(cache)},
    )
    assert done.stderr == ""
    return done.returncode, [from_line(line) or {} for line in done.stdout.splitlines()]


def assert_same(one: Preview, other: Preview) -> None:
    assert one.to_json() == other.to_json()
    np.testing.assert_array_equal(one.samples, other.samples)


def test_round_trip() -> None:
    preview = describe(load(Digits()), samples=25)
    assert_same(Preview.from_json(json.loads(json.dumps(preview.to_json()))), preview)
    assert preview.samples.shape == (25, 28, 28, 1)
    assert np.bincount(preview.sample_labels).tolist() == [3] * 5 + [2] * 5
    assert preview.bytes == 1797 * 28 * 28
    assert preview.in_memory


def test_samples_are_the_first_of_each_class() -> None:
    labels = np.array([2, 0, 0, 1, 0, 2], np.int32)
    assert first_of_each(labels, 3).tolist() == [1, 3, 0]
    assert first_of_each(labels, 2).tolist() == [1, 3]
    assert first_of_each(labels, 100).tolist() == [1, 2, 4, 3, 0, 5]


def test_large_images_become_thumbnails(make_folder: Callable[..., Path]) -> None:
    root = make_folder({"a": 5, "b": 5}, size=(60, 240))
    preview = describe(load(ImageFolder(path=str(root)), memory_budget=1))
    assert preview.samples.shape == (8, 24, 96, 3)
    assert not preview.in_memory
    assert 100 < preview.pixel_mean < 155


def test_the_process_says_what_describe_gives(cache: Path) -> None:
    code, messages = inspect({"data": Digits().values(), "samples": 12}, cache)
    assert code == 0
    assert_same(Preview.from_json(messages[-1]), describe(load(Digits()), 12))
    assert all(set(message) == {"progress"} for message in messages[:-1])
    assert messages[0]["progress"][2] > 0


@pytest.mark.parametrize(
    ("request_", "sentence"),
    [
        ({"data": {"kind": "npz"}}, "data.path: must name an .npz file"),
        ({"data": {"kind": "nps"}}, "data.kind: there is no 'nps'; did you mean 'npz'?"),
        ({"data": {"kind": "digits", "resize": 0}}, "data.resize: must be at least 1, got 0"),
        ({"data": {"kind": "digits"}, "samples": 0}, "samples: must be a whole number from 1"),
        ({}, "data: must be a table"),
        ("no json", "the request must be one line of JSON"),
        ("[]", "the request must be a JSON object"),
    ],
)
def test_bad_requests_get_a_sentence(request_: object, sentence: str, cache: Path) -> None:
    from io import StringIO

    from workbench.data.inspect import main

    text = request_ if isinstance(request_, str) else json.dumps(request_)
    answer = StringIO()
    assert main(StringIO(text), answer) == 1
    said = from_line(answer.getvalue())
    assert said is not None
    assert said["error"].startswith(sentence)


def test_what_is_not_downloaded_is_offered(cache: Path) -> None:
    code, messages = inspect({"data": {"kind": "mnist"}}, cache)
    assert code == 1
    assert messages[-1]["not_downloaded"].startswith("data.kind: MNIST is not on this machine")
    assert messages[-1]["download_bytes"] == 11_490_434
