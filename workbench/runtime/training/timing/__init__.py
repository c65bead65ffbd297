"""What training took: a clock that pauses, where the time of a second went, times of an epoch."""
