"""Runs and what is kept of them: status, records, the store on disk, the messages about them."""
