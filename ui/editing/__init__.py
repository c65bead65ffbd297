"""The experiment that is edited: undo, problems, and what a form needs of it."""
