"""Groups of images, the cells that they have in common, and what those are worth."""
