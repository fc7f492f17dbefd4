"""The dashboard: pages in the browser over the core."""
