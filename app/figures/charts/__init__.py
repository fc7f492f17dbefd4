"""Charts of numbers: bars, shares, curves, matrices."""
