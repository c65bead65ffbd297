"""Ablations: an experiment without each of its techniques, and what each of them was worth.

Pure functions: runs are made by who has a store, and trained as all runs are.
"""
