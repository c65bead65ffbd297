"""What a sweep says, read back from the store: its outcome, where it stands, its trials as numbers.

For the command line, JSON and the window alike.
"""
