"""Parallel axes as a figure: settings, numbers, drawing."""
