"""What Evidence shows and says of what was not measured."""
