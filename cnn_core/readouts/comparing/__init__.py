"""Right answers of readers, compared on the same images: in pairs, over several models."""
