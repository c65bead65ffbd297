"""The command palette: everything that can be done or set, found by its words.

What there is comes from the actions' tables and the form; nothing is listed here by hand.
"""
