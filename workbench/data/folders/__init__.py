"""Folders of images, unpacked archives included: parts, classes, index, decoding."""
