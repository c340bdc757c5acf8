"""What a receipt may pay: `item_sets`, the `differences` between their sum and the amount, the `evidence`, and `build` for all of it."""
