"""The parent's side of a training process: messages, the process, its tasks, its crashes.

No Qt and no TensorFlow: the window and the command line both stand on this.
"""
