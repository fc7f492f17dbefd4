"""From ink to input: reading, cleaning, comparing and changing an image of one's own."""
