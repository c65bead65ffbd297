"""What every error of ours is one of: bad input, or a failure; its text is one sentence."""

from __future__ import annotations


class BadInput(Exception):
    """What a person gave, or a file holds, can't be accepted.

    Attributes:
        listed_by: The command that lists what could be given; "" where there is none. The sentence
            doesn't name it, as the window says it too.
    """

    listed_by = ""


class Failed(Exception):
    """What was begun could not be done."""
