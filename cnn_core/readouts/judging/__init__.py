"""The article's conclusions, and how they are held against what was measured."""
