"""Open a saved Keras file; every layer in one pass; what lies behind a layer."""
