"""What takes Decide longer than a click: drawn values, edits, the race."""
