"""Which days a document may have."""

from datetime import date

EARLIEST, LATEST = date(1900, 1, 1), date(2200, 12, 31)
"""First and last day that the ERP's documents and rates may have: with any other one, counting days would leave the calendar."""
