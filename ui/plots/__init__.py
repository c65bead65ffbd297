"""Plots of runs on the screen: lines, axes, drawing within a budget, themes.

What lives here knows of the engine only `workbench.curves`: runs arrive as arrays.
"""
