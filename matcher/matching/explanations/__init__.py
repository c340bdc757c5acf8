"""What a receipt may pay: `item_sets`, the `differences` to their sum, the `evidence`, `build` for all of it, and a `cache` of that."""
