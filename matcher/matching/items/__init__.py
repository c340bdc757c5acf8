"""The open items while receipts are decided: `open_items` of an entity, `customer_items` of one customer in one currency."""
