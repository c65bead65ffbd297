"""Changes of an experiment, each a pure function: levers, remedies, repeats, and how two compare.

Nothing here trains, reads data or knows of runs.
"""
