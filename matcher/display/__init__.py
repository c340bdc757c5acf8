"""How receipts and amounts are written for a person, on the command line and on the full screen alike."""
