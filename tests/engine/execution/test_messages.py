"""Messages between a training process and its parent: what is said is what is heard."""

from __future__ import annotations

import dataclasses
import json
import typing

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.execution import messages
from workbench.execution.messages import EpochEnd, Message, StatusChanged, Steps, Train, decode
from workbench.runs.record import EpochMetrics
from workbench.runs.status import RunStatus

EVERY_MESSAGE = Message.__subclasses__()


PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


def of_type(hint: object) -> st.SearchStrategy[object]:
    """Values of a field; no NaN: it equals nothing, not even itself."""
    if typing.Any in typing.get_args(hint):
        return st.dictionaries(st.text(), PLAIN)
    if dict[str, typing.Any] in typing.get_args(hint):
        return st.none() | st.dictionaries(st.text(), PLAIN)
    return st.from_type(hint)


def of_class(cls: type[Message]) -> st.SearchStrategy[Message]:
    hints = typing.get_type_hints(cls)
    return st.builds(cls, **{f.name: of_type(hints[f.name]) for f in dataclasses.fields(cls)})


@pytest.fixture(autouse=True, scope="module")
def _no_nan() -> typing.Iterator[None]:
    st.register_type_strategy(float, st.floats(allow_nan=False))
    yield
    st.register_type_strategy(float, st.floats())


@pytest.mark.parametrize("cls", EVERY_MESSAGE, ids=lambda cls: cls.__name__)
@settings(max_examples=30)
@given(data=st.data())
def test_every_message_survives_the_pipe(cls: type[Message], data: st.DataObject) -> None:
    message = data.draw(of_class(cls))
    line = message.encode()
    assert "\n" not in line
    assert "\r" not in line
    assert line.isascii(), "whatever the encoding of the pipe"
    again = decode(line)
    assert type(again) is cls
    assert repr(again) == repr(message), "floats to the bit"


def test_all_messages_are_known() -> None:
    named = {n for n, c in vars(messages).items() if isinstance(c, type) and issubclass(c, Message)}
    assert {cls.__name__ for cls in EVERY_MESSAGE} == named - {"Message"}
    assert len(EVERY_MESSAGE) >= 12


def test_what_is_not_known_stays_unknown() -> None:
    said = EpochEnd("r", EpochMetrics(1, 2, 3.0, 4.0, 0.5, 6.0, 0.1, None, None, 7.0))
    assert decode(said.encode()) == said


def test_a_loss_that_is_no_number_is_passed_on() -> None:
    nan, inf = float("nan"), float("inf")
    heard = decode(Steps("r", 1, [0.1], [nan], [0.5], [inf], [-inf]).encode())
    assert isinstance(heard, Steps)
    assert heard.loss[0] != heard.loss[0]
    assert (heard.learning_rate, heard.images_per_second) == ([inf], [-inf])


def test_a_status_is_one_of_the_known() -> None:
    assert StatusChanged("r", "paused").state is RunStatus.PAUSED
    heard = decode(StatusChanged("r", RunStatus.FAILED, "why").encode())
    assert heard == StatusChanged("r", "failed", "why")
    assert json.loads(heard.encode())["status"] == "failed"


@pytest.mark.parametrize(
    "line",
    [
        "", " ", "hello", "null", "3", '"Stop"', "[]", '["say"]', "{}", '{"say": 3}',
        '{"say": []}', '{"say": "Nothing"}', '{"say": "Message"}', '{"say": "decode"}',
        '{"say": "Train"}', '{"say": "Train", "store": "s"}', '{"say": "Stop", "run_id": "r"}',
        Train("s", "r").encode()[:-1], Train("s", "r").encode() * 2, "[" * 100_000, "1" * 5000,
        "Epoch 1/10 ━━━━━━━━ 12s", "\x00",
    ],
    ids=lambda line: line[:30],
)  # fmt: skip
def test_what_is_no_message_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"^not a message: ") as caught:
        decode(line)
    assert len(str(caught.value)) < 1000
