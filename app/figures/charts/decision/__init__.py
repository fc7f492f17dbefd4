"""Charts of one decision: its sum, what silencing does to it, the race."""
