"""All runs as a table in memory: filter language, order, groups, differences, CSV.

Reads the store through `workbench.runs` and writes nothing to it.
"""
