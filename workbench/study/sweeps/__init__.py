"""Sweeps: what is varied, which combination is tried next, and what the trials reached.

The plan of a sweep, its axes, bounds and goals, the strategies that propose, and the search itself,
which reads all that it knows from the store. What came of one in words is in `study.results`, what
ends trials early in `study.pruning`. Nothing is trained here.
"""
