"""The Search tab: sweeps of the store, how they go and what came of them."""
