"""The export window and the button that leads there."""
