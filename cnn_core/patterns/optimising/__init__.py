"""Patterns that excite a unit, found by gradient ascent."""
