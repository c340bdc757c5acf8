"""Key figures of receivables, habits of payers, the cash that is to come, exposures and teams: pure functions of a state.

`ratio` has the exact quotients and how they are printed, `rates` converts at a day's closing rate, and `sums` is what the figures of
`key` are made of.
"""
