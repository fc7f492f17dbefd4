"""Read, check and hold labelled image sets."""
