"""Live connections to ERPs: documents go out by calls, and open items, customers and answers come in by calls."""
