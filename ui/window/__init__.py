"""The main window: assembly, menus, what it remembers, and what it does to files and runs."""
