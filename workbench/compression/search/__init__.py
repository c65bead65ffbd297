"""Searching for steps: the smallest (or fastest) file within a bound on the accuracy lost.

`bound` is what a person asks for, `roads` what can be tried, `planner` decides what is tried next,
`search` has the store, `result` says what came of it. The planner is a pure function of what was
tried so far, so a search that was cut off goes on from the runs that it left.
"""
