"""The Compress tab: a recipe, and what its variants of the selected run gained and cost."""
