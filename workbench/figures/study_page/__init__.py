"""The one-page answer of a study: what it shows, as HTML and as a page to print."""
