"""Which sets of open items add up to an amount: `search` tries the methods in order of cost."""
