"""Benchmarks: what the dashboard costs, beside a baseline measured in the same run."""
