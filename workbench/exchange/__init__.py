"""Runs in and out of the workbench: bundles, adoption into a store, TensorBoard's event files.

What comes from outside is suspected here, and nowhere is it executed.
"""
