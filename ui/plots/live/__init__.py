"""Plots of the run under way."""
