"""Plots of many runs beside each other."""
