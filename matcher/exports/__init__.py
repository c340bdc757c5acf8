"""Files for other systems: the books rendered as text, tables and ERP documents. Computes nothing that `ledger` knows."""
