"""Commands for the shell itself."""
