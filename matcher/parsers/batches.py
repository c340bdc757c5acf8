"""Batches of entries as columns, ready for the store."""

from operator import attrgetter

import polars as pl

from matcher.model import Transaction
from matcher.parsers.base import RowBatch

_TEXT, _MONEY = pl.String(), pl.Int64()
COLUMNS: dict[str, pl.DataType] = {
    "booking_date": pl.Date(),
    "amount": _MONEY,
    "currency": _TEXT,
    "value_date": pl.Date(),
    **dict.fromkeys(Transaction._fields[4:15], _TEXT),
    "instructed_amount": _MONEY,
    "instructed_currency": _TEXT,
    "exchange_rate": _TEXT,
    "charges": _MONEY,
    "balance": _MONEY,
    "reversal": pl.Boolean(),
    "pending": pl.Boolean(),
    "time": _TEXT,
    "exact": _TEXT,
    "line": pl.Int64(),
    "raw": _TEXT,
}
"""The columns of `Transaction`, without the parts of batch entries."""

DETAIL = ("amount", "currency", "counterparty_name", "counterparty_account", "remittance_information", "creditor_reference",
          "end_to_end_id", "bank_reference", "return_reason")  # fmt: skip

_of_part = attrgetter(*DETAIL)


def to_frame(batch: RowBatch) -> pl.DataFrame:
    """A batch as a frame with all `COLUMNS`; what is missing becomes the column's default."""
    if isinstance(batch.rows, pl.DataFrame):
        defaults = Transaction._field_defaults
        absent = [pl.lit(defaults[name], dtype).alias(name) for name, dtype in COLUMNS.items() if name not in batch.rows.columns]
        filled = [
            pl.col(name).cast(dtype).fill_null(defaults[name]) if defaults.get(name) is not None else pl.col(name).cast(dtype)
            for name, dtype in COLUMNS.items()
            if name in batch.rows.columns
        ]
        return batch.rows.select(*filled, *absent).select(*COLUMNS)
    columns = zip(*batch.rows, strict=True) if batch.rows else ([] for _ in Transaction._fields)
    return pl.DataFrame([pl.Series(name, values, dtype) for (name, dtype), values in zip(COLUMNS.items(), columns, strict=False)])


def details(batch: RowBatch) -> pl.DataFrame | None:
    """The parts of batch entries: `position` of the entry in the batch, `ordinal` of the part, and the `DETAIL` columns."""
    if isinstance(batch.rows, pl.DataFrame):
        return None
    parts = [
        (position, ordinal, *_of_part(part))
        for position, row in enumerate(batch.rows)
        if row.details
        for ordinal, part in enumerate(row.details)
    ]
    if not parts:
        return None
    schema: dict[str, pl.DataType] = {"position": _MONEY, "ordinal": _MONEY, **dict.fromkeys(DETAIL, _TEXT), "amount": _MONEY}
    return pl.DataFrame(parts, schema=schema, orient="row")
