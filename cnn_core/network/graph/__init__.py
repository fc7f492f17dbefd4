"""A Keras model laid out layer by layer, and compiled passes through it."""
