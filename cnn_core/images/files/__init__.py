"""Find and read the arrays, tables and pictures that image sets are stored in."""
