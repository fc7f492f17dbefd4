"""One stored reading of a whole image set, and ranking in it."""
