"""From the form to a search: what its variations come to, how to search, and the start of it."""
