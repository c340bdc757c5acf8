"""A second family of invented books: companies, customers and banks that live day by day. `python -m benchmarks.second`."""
