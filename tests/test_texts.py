"""What every text of the product must be, so that it can be translated."""

from __future__ import annotations

import string
from pathlib import Path

from tests.texts import ROOT, messages, unsaid

ALL = messages()


def fields(template: str) -> set[str]:
    parts = list(string.Formatter().parse(template))
    assert not any(spec or how for _, _, spec, how in parts), f"format before: {template}"
    return {name for _, name, _, _ in parts if name is not None}


def test_there_are_texts() -> None:
    assert len(ALL) > 500


def test_each_template_names_its_arguments() -> None:
    """No more and no fewer, none by position, and a number in a plural's forms."""
    wrong = [it for it in ALL if it.given and fields(it.many or it.id) != it.given]
    assert wrong == []
    assert [it for it in ALL if it.given and "" in fields(it.id)] == []


def test_no_plural_is_made_by_hand() -> None:
    """`{count} run(s)`, or a template that ends in an argument for the letter s."""
    made = [it for it in ALL if "(s)" in it.id or "{s}" in it.id]
    assert made == []


def test_the_form_of_many_says_how_many() -> None:
    assert [it for it in ALL if it.many and "count" not in fields(it.many)] == []


def test_only_the_command_line_names_its_commands() -> None:
    """The window says what the engine says, and there is nothing to type into it."""
    own = ("workbench/cli/", "ui/launch.py")
    named = [it for it in ALL if "dlopt-workbench " in it.id and not it.place.startswith(own)]
    assert named == []


ENGLISH = {
    "workbench/execution/task.py": "faults of a message, which only a developer meets",
}
"""What says something to a person in English alone, and why."""


def test_what_the_engine_says_goes_through_tr() -> None:
    """Sentences of errors, problems and findings; labels and titles; progress."""
    found = [
        f"{place}: {words}"
        for path in sorted((ROOT / "workbench").rglob("*.py"))
        for place, words in unsaid(path)
        if not place.startswith(tuple(ENGLISH))
    ]
    assert found == []


def test_the_command_line_prints_json_in_one_place() -> None:
    """`give_json` puts it into English; `json.dumps` of a text would keep a person's language."""
    modules = sorted((ROOT / "workbench" / "cli").rglob("*.py"))
    printing = [p.name for p in modules if "print(json.dumps" in p.read_text("utf-8")]
    assert printing == ["terminal.py"]


def test_words_that_do_not_go_through_tr_are_found(tmp_path: Path) -> None:
    source = tmp_path / "made_up.py"
    source.write_text(
        "raise SpecError.at('a', f'must be at most {most}, got {n}')\n"
        "raise DataError(tr('this one is through it'))\n"
        "raise DataError(joined(': ', [path, tr('this one too')]))\n"
        "class A:\n    label = 'Two words'\n    kind = 'two words'\n"
    )
    assert [place.rpartition(":")[2] for place, _ in unsaid(source)] == ["1", "5"]
