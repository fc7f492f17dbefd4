"""Sentences, numbers, names and words of the field, in the reader's language; parts as plain HTML."""
