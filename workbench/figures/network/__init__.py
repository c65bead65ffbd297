"""A network as a figure, and the process that draws it for the window."""
