"""How commands end."""

DONE, FAILED, BAD_INPUT, INTERRUPTED = 0, 1, 2, 130
"""Done; the run failed or its result could not be written; bad input; interrupted."""
