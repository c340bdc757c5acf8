"""The systems that receipts are written for, one module each. How to add one: docs/erp.md."""
