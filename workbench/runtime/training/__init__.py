"""Training: the compiled loop, its input and updates, checkpoints, a trained network restored."""
