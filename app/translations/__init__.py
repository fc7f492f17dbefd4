"""The sentences of the pages in other languages: one gettext catalogue for each language."""
