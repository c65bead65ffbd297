"""Curves of runs as a figure: numbers, drawing, CSV and TeX."""
