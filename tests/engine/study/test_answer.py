"""The answer of a lever study as a value and as JSON."""

from __future__ import annotations

import json
from dataclasses import replace

from tests.engine.study.example_answer import example_answer
from workbench.study.lever_study.answer import SHOWN, is_ratio


def test_an_answer_as_json() -> None:
    answer = example_answer()
    found = json.loads(json.dumps(answer.plain(), allow_nan=False))
    assert found["noise"] == {"deviation": 0.0007, "seeds": 5}
    assert found["baseline"]["runs"] == 2
    assert found["baseline"]["parameters"] == 93_322
    assert found["baseline"]["accuracy"] == {"value": 0.9921, "low": 0.9915, "high": 0.9927}
    assert found["baseline"]["time_to"]["reached"] == 2
    assert found["recommended"]["confirmed"]["ratio"]["seconds"]["value"] == 0.08
    by_key = {lever["key"]: lever for lever in found["levers"]}
    assert by_key["one_cycle"]["verdict"] == "better"
    assert by_key["one_cycle"]["interval"] == [0.0004, 0.0016]
    assert by_key["depth"] | {"reason": ""} == by_key["depth"] | {
        "reason": "", "alone": {}, "p": None, "interval": None, "verdict": "does not apply"
    }  # fmt: skip
    assert replace(answer, noise=None, recommended=None).plain()["recommended"] is None


def test_accuracy_is_a_difference_and_costs_are_factors() -> None:
    assert [key for key in SHOWN if not is_ratio(key)] == ["val_accuracy"]
