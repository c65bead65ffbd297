"""Metrics and specs as the database holds them: many steps in a value, a spec in shared pieces."""
