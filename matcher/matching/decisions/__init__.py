"""Which explanations are posted: `decide` and `assignment`; what `stops` a receipt, and the `diagnosis` of what was not posted."""
