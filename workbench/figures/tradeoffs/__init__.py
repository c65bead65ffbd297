"""Quantities of runs against each other as a figure: settings, numbers, drawing."""
