"""Tasks of the training process besides training: evaluate, tune, find, measure, try."""
