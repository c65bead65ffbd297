"""Plots of one figure each: bars, scatter, roofline, confusion matrix and their kin."""
