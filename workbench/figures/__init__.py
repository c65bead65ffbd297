"""Figures for papers and reports, drawn by Matplotlib from the data that the window shows.

No pyplot, and nothing of Matplotlib before a figure is asked for: it takes a second to load.
"""
