"""The article's CNN: build it, train it, go on after a stop, publish it."""
