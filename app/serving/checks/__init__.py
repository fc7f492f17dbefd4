"""What no page of ours can have sent is refused before anything is done with it."""
