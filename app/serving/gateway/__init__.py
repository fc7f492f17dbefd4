"""Between readers and the process that computes: connections, limits, lanes, whole requests."""
