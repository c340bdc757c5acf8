"""Bank and book held against each other: which lines are which entries, what only one side has, and whether both sides agree."""
