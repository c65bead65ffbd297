"""Work off the window's thread: threads, processes, and what waits until it is shown."""
