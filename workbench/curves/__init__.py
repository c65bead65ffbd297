"""Curves of runs as numbers: buffers, min/max pyramid, smoothing, means over runs, their looks.

NumPy only; the plots of the window and the figures in files are both drawn from here.
"""
