"""`export customers`: how each customer stands, as a report."""

import polars as pl

from matcher.exports.tables import Report
from matcher.ledger.customer_status import STATUS, STATUS_AMOUNTS

CUSTOMER_COLUMNS = tuple(STATUS)
_TOTALS = ("open_amount", "overdue_amount", "disputed_amount", "credit_amount", "balance")


def standing(rows: pl.DataFrame) -> Report:
    """Rows of `ledger.customer_status.customer_status`."""
    amounts = dict.fromkeys(STATUS_AMOUNTS, "currency")
    return Report(rows, amounts, numbers=("usual_days_late",), columns=CUSTOMER_COLUMNS, totals=_TOTALS)
