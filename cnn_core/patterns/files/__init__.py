"""Patterns and relatives as files, and parts of a long computation that are kept."""
