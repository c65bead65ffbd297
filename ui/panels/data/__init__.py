"""The tab Data: samples, classes, augmented images."""
