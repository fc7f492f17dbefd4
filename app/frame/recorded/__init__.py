"""What was written down beside the models, and the commands that write it."""
