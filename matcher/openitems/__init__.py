"""The ERP's side in: open items, customers, exchange rates. Bytes in, checked frames out; a bad cell refuses the file."""
