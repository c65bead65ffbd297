"""The page of a lever study: sentence, waterfalls, table, front and facts, word by word."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.engine.study.example_answer import example_answer, example_arm
from workbench.figures.waterfall.numbers import end_of
from workbench.study.answer_page.charts import front_figure, waterfall_figure, waterfalls
from workbench.study.answer_page.effects import effect_words, verdict_on
from workbench.study.answer_page.page import check_page, study_page, write_page
from workbench.study.answer_page.table import answer_table, seeds_words
from workbench.study.judging.verdicts import VerdictCode
from workbench.study.lever_study.answer import BarKind, Confirmation, Measured, StudyAnswer


def with_costs() -> StudyAnswer:
    """The example, its levers with what they do to parameters and speed too."""
    found = example_answer()
    costs = {"parameters": Measured(0.52, 0.52, 0.52), "images_per_second": Measured(1.9, 1.8, 2.0)}
    levers = [
        replace(one, alone={**one.alone, **costs}) if one.key == "strided_stem" else one
        for one in found.levers
    ]
    return replace(found, levers=tuple(levers))


def test_every_lever_has_its_verdict_and_why() -> None:
    table = answer_table(with_costs())
    assert table.columns == (
        "Val. acc.", "Time to 99.20 %", "Training time", "Images/s", "Parameters", "File size"
    )  # fmt: skip
    rows = {row.label: row for row in table.rows}
    assert [(row.label, row.group, row.verdict) for row in table.rows] == [
        ("Baseline", "", ""),
        ("Hardware settings", "hardware", "real"),
        ("One cycle", "algorithm", "real"),
        ("Strided stem", "structure", "real"),
        ("Label smoothing", "algorithm", "nothing shown"),
        ("Reduce depth", "structure", "does not apply"),
        ("Shifted images", "algorithm", "not tried"),
        ("Recommended", "together", ""),
    ]
    assert rows["Shifted images"].reason == "the budget was used up"
    assert [(c.text, c.verdict) for c in rows["Strided stem"].cells] == [
        ("−0.08 points", "harmful"), ("–", ""), ("÷1.9", "real"), ("×1.9", "real"),
        ("÷1.9", "real"), ("–", ""),
    ]  # fmt: skip
    assert [c.text for c in rows["Baseline"].cells] == [
        "99.21 %", "34 s, 2 of 2", "1 min 10 s", "7,700", "93,322", "377 kB",
    ]  # fmt: skip
    assert rows["Recommended"].reason.startswith("Confirmed: on 5 fresh seeds")
    assert rows["Recommended"].command.startswith("dlopt-workbench run mnist-cnn --set made.hard")
    assert rows["Reduce depth"].command == ""
    assert rows["One cycle"].run_ids == ("run-1", "run-2")


def test_a_lever_that_costs_accuracy_and_is_not_recommended_is_harmful() -> None:
    found = example_answer()
    left_out = [replace(one, is_chosen=False) for one in found.levers]
    rows = answer_table(replace(found, levers=tuple(left_out))).rows
    assert next(row for row in rows if row.label == "Strided stem").verdict == "harmful"


def test_many_levers_are_judged_together() -> None:
    """The same interval shows something of one lever, and nothing of four."""
    found, effect = example_answer(), Measured(0.9, 0.82, 0.99)
    assert sum(one.verdict is not VerdictCode.NOT_TRIED for one in found.levers) == 5
    assert verdict_on(found, "seconds", effect) == "nothing shown"
    assert verdict_on(replace(found, levers=found.levers[:1]), "seconds", effect) == "real"
    assert verdict_on(found, "seconds", Measured(2.0, 1.9, 2.1)) == "harmful"
    quick = Measured(0.68, 0.55, 0.84)
    assert [verdict_on(found, "seconds", quick, runs) for runs in (20, 2)] == [
        "real", "nothing shown"
    ], "two runs say little of how far times scatter"  # fmt: skip
    assert verdict_on(found, "images_per_second", Measured(2.0, 1.9, 2.1)) == "real"
    assert verdict_on(found, "seconds", Measured(0.5)) == ""
    assert verdict_on(found, "parameters", Measured(0.99, 0.99, 0.99)) == "real"
    assert verdict_on(found, "parameters", Measured(1.0, 1.0, 1.0)) == "nothing shown"


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("val_accuracy", 0.0003, "+0.03 points"),
        ("val_accuracy", -0.0008, "−0.08 points"),
        ("seconds", 0.3, "÷3.3"),
        ("seconds", 0.0788, "÷13"),
        ("seconds", 1.001, "×1"),
        ("images_per_second", 1.86, "×1.9"),
        ("parameters", 1.0, "same"),
        ("parameters", 0.998, "÷1.002"),
        ("parameters", 0.5, "÷2.0"),
    ],
)
def test_an_effect_in_words(key: str, value: float, words: str) -> None:
    assert effect_words(key, value) == words


def test_the_waterfall_of_the_goal_comes_first_and_ends_at_what_is_recommended() -> None:
    found = example_answer()
    first, second = waterfalls(found)
    assert (first.what, second.what) == ("waterfall-seconds", "waterfall-val-accuracy")
    assert first.multiplies
    assert [(one.label, one.words, one.mark) for one in first.steps] == [
        ("Hardware settings", "÷1.9", "gain"),
        ("One cycle", "÷3.3", "gain"),
        ("Strided stem", "÷2.0", "gain"),
    ]
    assert end_of(first) == pytest.approx(70 * 0.54 * 0.3 * 0.5)
    assert (first.steps[0].alone, first.steps[0].last) == (0.53, 0.55)
    assert first.note == "Bars: Shapley values; all 8 combinations of 3 levers were trained"
    assert first.end_words == "5.7 s (÷12)"
    assert not second.multiplies
    assert (second.title, second.start) == ("Validation accuracy (%)", pytest.approx(99.21))
    assert [(one.words, one.mark) for one in second.steps] == [
        ("+0.00 points", "not shown"), ("+0.10 points", "gain"), ("−0.08 points", "loss")
    ]  # fmt: skip
    assert second.steps[1].amount == pytest.approx(0.1)
    assert end_of(second) == pytest.approx(99.23)


def test_what_does_not_add_up_is_a_bar_of_its_own() -> None:
    found = example_answer(
        bars=BarKind.MEAN, together={"val_accuracy": Measured(0.0004, -0.0002, 0.001)}
    )
    figure = waterfall_figure(found, "val_accuracy")
    assert figure is not None
    last = figure.steps[-1]
    assert (last.label, last.words, last.mark) == ("Together", "+0.04 points", "together")
    assert (last.low, last.high) == (pytest.approx(-0.02), pytest.approx(0.1))
    assert figure.note.startswith("Bars: mean of alone and last out")
    assert waterfall_figure(replace(found, bars=BarKind.NONE), "val_accuracy") is None
    assert waterfall_figure(found, "latency_ms") is None


def test_the_front_shows_all_that_was_trained() -> None:
    figure = front_figure(example_answer())
    assert figure is not None
    assert (figure.x_title, figure.y_title) == ("Training time (s)", "Validation accuracy (%)")
    assert [(one.name, len(one.x)) for one in figure.series] == [
        ("Tried", 1), ("Pareto front", 2), ("Baseline", 1), ("Recommended", 1)
    ]  # fmt: skip
    assert figure.series[1].x == (5.6, 70.0)
    alone = example_answer(arms=(example_arm("", {}),), recommended=None)
    assert front_figure(alone) is None


def test_the_page_says_what_it_rests_on(tmp_path: Path) -> None:
    found = example_answer()
    page = study_page(found, "val_accuracy")
    assert page.title == "Lever study: mnist-cnn study"
    assert page.sentence == (
        "99.24 % (the baseline has 99.20 %) with 12.5 times less training time: one cycle (3.3 "
        "times), strided stem (2 times), hardware settings (1.9 times); nothing shown for label "
        "smoothing (+0.02 ± 0.09 points)."
    )
    assert page.lead == (
        "Confirmed: on 5 fresh seeds the mean is 99.24 %, which reaches 99.20 %. On the test "
        "images: 99.24 %, the baseline 99.20 %."
    )
    assert [one.what for one in page.waterfalls] == ["waterfall-val-accuracy", "waterfall-seconds"]
    facts = {fact.title: fact.text for fact in page.facts}
    assert (
        facts["Noise"] == "Seeds differ by 0.07 points (standard deviation, 4 degrees of freedom)"
    )
    assert facts["Resolution"] == "About 46 runs; differences under 0.20 points can't be shown."
    assert facts["Images read"] == (
        "Validation part for 46 runs, to choose by; test part 1 time, after the choice was written "
        "down"
    )
    assert facts["Seeds"] == "0 to 2"
    assert facts["Time"] == "19 min 48 s of 20 min 0 s"
    assert facts["Machine"] == "2 cores, no GPU"
    assert facts["Versions"] == "tensorflow 2.21.0, keras 3.14.0"
    assert facts["Screening"] == "8 levers in 16 runs (7 min 0 s)"
    for suffix in (".html", ".pdf"):
        assert write_page(found, tmp_path / f"page{suffix}") == []
    assert "12.5 times less training time" in (tmp_path / "page.html").read_text("utf-8")


def test_a_study_that_found_nothing_or_goes_on_has_a_page_too(tmp_path: Path) -> None:
    nothing = example_answer(
        is_finished=False, recommended=None, bars=BarKind.NONE, levers=(), noise=None, arms=(),
        stages=(), notes=(), target=None, versions={}, machine="", seeds=(),
    )  # fmt: skip
    page = study_page(nothing)
    assert page.lead == "This study has not ended: this is what is known so far."
    assert (page.waterfalls, page.front) == ((), None)
    assert [row.label for row in page.rows] == ["Baseline"]
    assert "Time to" not in " ".join(page.columns)
    assert write_page(nothing, tmp_path / "page.pdf") == []
    best = example_answer().recommended
    assert best is not None
    missed = Confirmation(5, best.accuracy, None, {}, is_kept=False, sentence="99.1 % is below it")
    page = study_page(example_answer(recommended=replace(best, confirmed=missed)))
    assert page.sentence.startswith("Not confirmed: 99.24 % (the baseline has 99.20 %) with 12.5")
    assert page.lead.startswith("Reason: 99.1 % is below it.")
    assert study_page(example_answer(is_finished=False)).sentence.startswith("So far: 99.24 % (")


def test_seeds_in_words() -> None:
    assert seeds_words([3, 0, 1, 2, 7, 9, 10]) == "0 to 3, 7, 9, 10"
    assert seeds_words([]) == "–"


def test_a_file_that_we_do_not_write_is_refused_at_once() -> None:
    check_page(Path("a.HTML"))
    with pytest.raises(ValueError, match=r"a\.txt: must end in one of \.html"):
        check_page(Path("a.txt"))
