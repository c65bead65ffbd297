"""Qt item models over the store's runs."""
