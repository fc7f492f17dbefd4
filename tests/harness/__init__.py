"""What browser tests and benchmarks share: a served dashboard, a browser, journeys."""
