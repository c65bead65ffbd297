"""What a task measured as a figure, which carries its own numbers."""
