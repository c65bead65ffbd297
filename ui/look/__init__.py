"""Looks shared by all: theme, plain text, elided text, banner, names for screen readers, dialogs.

Knows nothing of experiments and runs.
"""
