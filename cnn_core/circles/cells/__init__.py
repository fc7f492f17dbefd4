"""What each cell of a layer does in the images of two classes."""
