"""Reading labelled images: the catalogue, users' own files, splits, fingerprint. NumPy, no TensorFlow."""
