"""The readers: what one layer tells to who looks at a cell, weighs some or all, or compares with a mean."""
