"""Tables of pixels as CSV: their layout, their numbers, the images in them."""
