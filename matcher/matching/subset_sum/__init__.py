"""Which sets of open items add up to an amount: `search` tries the parts in `sums` and `window` in order of cost."""
