"""Which documents a payer's text names: `text` reads it, `index` holds the numbers of all open items."""
