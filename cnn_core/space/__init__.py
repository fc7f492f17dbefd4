"""Where things stand: mosaics of units, and the pixels that a cell can see (NumPy only)."""
