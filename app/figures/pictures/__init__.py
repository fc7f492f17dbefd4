"""Pictures of images, layers and cells."""
