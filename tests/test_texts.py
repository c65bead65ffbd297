"""What every text of the product must be, so that it can be translated."""

from __future__ import annotations

import string

from tests.texts import messages

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
