"""How right a set of matches is, against the truth of a generated month. Reads the contract's files only."""
