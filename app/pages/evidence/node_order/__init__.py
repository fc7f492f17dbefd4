"""The order of nodes: the same image in the last hidden layer of every model."""
