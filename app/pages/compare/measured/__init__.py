"""What Compare measures over a whole image set, and how it shows what the circles are worth."""
