"""A saved model file: read within bounds, by a child process first, and built from its plan."""
