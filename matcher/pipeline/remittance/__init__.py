"""Remittance advices in the books: taken in, bound to receipts, resolved to open items, listed."""
