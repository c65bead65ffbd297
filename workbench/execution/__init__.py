"""The parent's side of a training process: start, talk, supervise, end."""
