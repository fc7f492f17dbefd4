"""The ledger over the cells of a layer and over the pixels."""
