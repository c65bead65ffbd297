"""Keras models of the spec: layers, optimizers, and those that Keras lacks.

`hashed.py`, `nadam.py` and `schedule_free.py` go into generated scripts word for word: they import
nothing of ours.
"""
