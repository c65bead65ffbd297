"""Who trains: the scheduler, executors (this computer, or by messages alone), and the processes.

No Qt and no TensorFlow: the window and the command line both stand on this. What runs in the
training process itself is in `workbench.runtime`, which imports `messages` from here and is never
imported.
"""
