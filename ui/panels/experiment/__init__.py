"""The form of the experiment."""
