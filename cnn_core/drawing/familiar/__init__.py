"""How far an image is from all training images."""
