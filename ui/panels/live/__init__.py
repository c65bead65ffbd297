"""The tab Live, the log, the status bar and what it says of the run under way."""
