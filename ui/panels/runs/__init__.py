"""The list of runs, its menus and columns, and the queue."""
