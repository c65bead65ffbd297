"""Pixels of images: scale, ground, size, centring, augmented images to look at."""
