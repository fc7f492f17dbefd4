"""How far patches and patterns can be believed."""
