"""Which images stand in the groups, and between which classes the question stands."""
