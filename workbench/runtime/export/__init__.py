"""Trained networks as files that run elsewhere: the part of it that needs Keras.

What is done with a file afterwards (quantized, checked, timed) is in `workbench.deployment`.
"""
