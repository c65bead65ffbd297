"""The tab Inside: weights and units, latency, one image."""
