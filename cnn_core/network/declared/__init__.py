"""What a model file declares: vetted by a list, old forms rewritten, and turned into a plan."""
