"""The process itself: commands in, messages out, one run or task after another."""
