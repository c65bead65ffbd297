"""The language of filters: read, written, refused in one sentence."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.runs.table.query import (
    DEEPEST,
    And,
    Compare,
    ContainsText,
    Not,
    Operator,
    Or,
    QueryError,
    Term,
    parse,
)

TEXTS = st.text(max_size=12)
LEAVES = st.one_of(
    st.builds(ContainsText, TEXTS),
    st.builds(Compare, TEXTS, st.sampled_from(Operator), TEXTS),
    st.builds(Compare, TEXTS, st.sampled_from([Operator.EQUAL, Operator.UNEQUAL]), st.none()),
)


def _further(terms: st.SearchStrategy[Term]) -> st.SearchStrategy[Term]:
    several = st.lists(terms, min_size=2, max_size=4).map(tuple)
    return st.one_of(st.builds(Not, terms), st.builds(And, several), st.builds(Or, several))


TERMS = st.recursive(LEAVES, _further, max_leaves=12)


@given(TERMS)
def test_what_is_written_reads_as_the_same(term: Term) -> None:
    assert parse(str(term)) == term


@given(
    st.text(alphabet=st.one_of(st.sampled_from("()=\"'!<>~\\ ab.@"), st.characters()), max_size=60)
)
@example("(" * 5000)
@example("not " * 5000)
@example('"')
@example("a = b = c")
@example("!")
def test_any_text_reads_or_is_refused_with_its_place(text: str) -> None:
    found, place = None, 1
    try:
        found = parse(text)
    except QueryError as error:
        place = error.place
    assert 1 <= place <= len(text) + 1
    assert found is None or parse(str(found)) == found


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("", None),
        ("  \t", None),
        ("one-cycle", ContainsText("one-cycle")),
        ("sgd 0.9", And((ContainsText("sgd"), ContainsText("0.9")))),
        ('"a and b"', ContainsText("a and b")),
        ("name = 'my \"first\" run'", Compare("name", Operator.EQUAL, 'my "first" run')),
        ("'missing'", ContainsText("missing")),
        ("it's", ContainsText("it's")),
        ("a > 98 % b", And((Compare("a", Operator.MORE, "98 %"), ContainsText("b")))),
        ("a < 1.5 ms or s", Or((Compare("a", Operator.LESS, "1.5 ms"), ContainsText("s")))),
        ("a = sgd s", And((Compare("a", Operator.EQUAL, "sgd"), ContainsText("s")))),
        ("a=1", Compare("a", Operator.EQUAL, "1")),
        ("a != missing", Compare("a", Operator.UNEQUAL, None)),
        ('a = "missing"', Compare("a", Operator.EQUAL, "missing")),
        (
            "accuracy > 0.98 and optimizer.kind = adam",
            And((Compare("accuracy", Operator.MORE, "0.98"),
                 Compare("optimizer.kind", Operator.EQUAL, "adam"))),
        ),
        (
            "a or b and not c",
            Or((ContainsText("a"), And((ContainsText("b"), Not(ContainsText("c")))))),
        ),
        (
            "(a OR b) AND structure.layers[0].filters <= 32",
            And((Or((ContainsText("a"), ContainsText("b"))),
                 Compare("structure.layers[0].filters", Operator.AT_MOST, "32"))),
        ),
    ],
)  # fmt: skip
def test_what_a_filter_says(text: str, reads: Term | None) -> None:
    assert parse(text) == reads


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("a >", "a value is missing after '>' (character 4)"),
        ("(a", "a closing bracket is missing (character 3)"),
        ("a)", "')' closes no bracket (character 2)"),
        ("a and", "a column or a text is missing before the end (character 6)"),
        ("a or or b", "a column or a text is missing before 'or' (character 6)"),
        ("= 3", "a column or a text is missing before '=' (character 1)"),
        ('a = "b', "the quotation mark is not closed (character 5)"),
        ("a = 'b", "the quotation mark is not closed (character 5)"),
        ("a ! b", "'!' can't stand here; 'is not' is written != (character 3)"),
        ("a < missing", "'missing' goes with = and != only (character 5)"),
        ("(" * (DEEPEST + 2) + "a",
         f"too many brackets or 'not' inside one another (character {DEEPEST + 2})"),
    ],
)  # fmt: skip
def test_a_fault_is_one_sentence_with_its_place(text: str, sentence: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert str(caught.value) == sentence
