"""Runs from the window: the queue, the training process and its tasks as signals.

Draws nothing.
"""
