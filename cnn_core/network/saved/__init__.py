"""A saved model file read as data: vetted, its old forms rewritten, and only then built."""
