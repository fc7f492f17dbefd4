"""From image to image: cards, search, the buttons that lead on, the side about one image."""
