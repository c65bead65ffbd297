"""The tab Compare: curves, trade-offs, and whether a difference can be shown."""
