"""What goes in and out of the workbench: bundles, TensorBoard's event files, the Keras script.

What comes from outside is suspected here, and nowhere is it executed.
"""
