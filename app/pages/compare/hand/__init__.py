"""Circles that a reader draws by hand."""
