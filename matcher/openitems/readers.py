"""Open items, customers and exchange rates: the contract's columns (section 3) and what must hold between them."""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

import polars as pl

from matcher import columns, frames
from matcher.errors import MatcherError
from matcher.money import PPM
from matcher.openitems.tables import Column, Table, checked, read
from matcher.states import DOCUMENT_TYPES, ITEM_STATUSES, DocumentType, ItemStatus

_ITEM_COLUMNS = (
    Column("item_id", "id", required=True),
    Column("entity", "id", required=True),
    Column("customer_id", "id", required=True),
    Column("document_type", "word", required=True, words=DOCUMENT_TYPES),
    Column("document_no", required=True),
    Column("issue_date", "date", required=True),
    Column("due_date", "date"),
    Column("currency", "currency", required=True),
    Column("amount", "amount", required=True),
    Column("open_amount", "amount"),
    Column("terms"),
    Column("discount_pct", "percent"),
    Column("discount_date", "date"),
    Column("purchase_order"),
    Column("payment_reference"),
    Column("status", "word", words=ITEM_STATUSES),
    Column("closed_date", "date"),
    Column("disputed_amount", "amount"),
)
_CUSTOMER_COLUMNS = tuple(
    Column(name, "id" if name in ("customer_id", "parent_id", "entity") else "text", required=name in ("customer_id", "name"))
    for name in frames.CUSTOMER
    if name != "extra"
)
_RATE_COLUMNS = (Column("date", "date", required=True), Column("currency", "currency", required=True), Column("per_base", required=True))

MAX_TERM_DAYS = 3660
"""Longest term of payment, in days: ten years. What is longer is a slip of the pen or an attack."""

_DISCOUNT_TERMS = r"^([0-9]+(?:\.[0-9]+)?)\s*/\s*([0-9]+)\b"
_NET_TERMS = r"(?i)\bnet\s*([0-9]+)\b"
_LEAST_RATE, _MOST_RATE = Decimal("1e-9"), Decimal("1e9")


def items(data: bytes, name: str) -> pl.DataFrame:
    """Open items as `frames.ITEM` without ``first_seen`` and ``seen``.

    A missing due date, discount rate or discount date is taken from terms such as ``net 30`` and ``2/10 net 30``.

    Raises:
        MatcherError: see `tables.read`; also ``row.invalid`` for an id that comes twice, an amount of the wrong sign for its
            document type, an open amount beyond the amount, terms of more than `MAX_TERM_DAYS` days, or a discount of 100 % or more.
    """
    return read_file("items", data, name)[0]


def item_rows(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """`items` from mappings with the contract's columns. Raises as `items` does, and `tables.Table.of_rows`."""
    return _items(*checked(Table.of_rows(rows, "items"), _ITEM_COLUMNS))


def _items(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    frame = frame.with_columns(
        pl.coalesce("open_amount", pl.when(pl.col("status") == ItemStatus.CLOSED).then(0).otherwise(pl.col("amount"))).alias("open_amount"),
        pl.col("disputed_amount").fill_null(0),
        pl.when(pl.col("status") == "").then(pl.lit(ItemStatus.OPEN)).otherwise(pl.col("status")).alias("status"),
    )
    _refuse(frame, table, _wrong_terms())
    frame = _with_terms(frame).rename({"discount_pct": "discount_ppm"})
    wrong = {
        "discount_pct is not from 0 to below 100": ~pl.col("discount_ppm").is_between(0, PPM - 1),
        f"the terms lead beyond the year {columns.LATEST.year}": (pl.col("due_date") > columns.LATEST)
        | (pl.col("discount_date") > columns.LATEST),
        "item_id comes a second time": ~pl.col("item_id").is_first_distinct(),
        "a credit note's amount is positive (credit notes are negative)": (pl.col("document_type") == DocumentType.CREDIT_NOTE)
        & (pl.col("amount") > 0),
        "open_amount lies beyond amount": (pl.col("open_amount") * pl.col("amount").sign() > pl.col("amount").abs())
        | (pl.col("open_amount") * pl.col("amount").sign() < 0),
    }
    _refuse(frame, table, wrong)
    return frame.select(c for c in frames.ITEM if c not in ("first_seen", "seen"))


def customers(data: bytes, name: str) -> pl.DataFrame:
    """Customers as `frames.CUSTOMER`.

    Raises:
        MatcherError: see `tables.read`; ``row.invalid`` for an id that comes twice, or terms beyond reason as in `items`.
    """
    return read_file("customers", data, name)[0]


def customer_rows(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """`customers` from mappings with the contract's columns. Raises as `customers` does, and `tables.Table.of_rows`."""
    return _customers(*checked(Table.of_rows(rows, "customers"), _CUSTOMER_COLUMNS))


def _customers(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    _refuse(frame, table, _wrong_terms() | {"customer_id comes a second time": ~pl.col("customer_id").is_first_distinct()})
    return frame.select(list(frames.CUSTOMER))


def rates(data: bytes, name: str) -> pl.DataFrame:
    """Exchange rates: date, currency and ``per_base`` as decimal text (units of the currency for one unit of the base currency).

    Raises:
        MatcherError: see `tables.read`; ``row.invalid`` for a rate that is not a decimal from a billionth to a billion, or two for one day.
    """
    return read_file("rates", data, name)[0]


def rate_rows(rows: Sequence[Mapping[str, object]]) -> pl.DataFrame:
    """`rates` from mappings with the contract's columns. Raises as `rates` does, and `tables.Table.of_rows`."""
    return _rates(*checked(Table.of_rows(rows, "rates"), _RATE_COLUMNS))


def _rates(frame: pl.DataFrame, table: Table) -> pl.DataFrame:
    decimal = pl.col("per_base").str.contains(r"^[0-9]{1,12}(\.[0-9]{1,12})?$")
    # with all of its digits a rate has 24 at most, which the type holds exactly
    value = pl.when(decimal).then(pl.col("per_base")).cast(pl.Decimal(38, 12), strict=False)
    wrong = {
        "per_base is not a decimal from 0.000000001 to 1000000000": ~value.is_between(_LEAST_RATE, _MOST_RATE).fill_null(value=False),
        "date and currency come a second time": ~pl.struct("date", "currency").is_first_distinct(),
    }
    _refuse(frame, table, wrong)
    return frame.select("date", "currency", "per_base")


_KINDS: dict[str, tuple[tuple[Column, ...], Callable[[pl.DataFrame, Table], pl.DataFrame]]] = {
    "items": (_ITEM_COLUMNS, _items),
    "customers": (_CUSTOMER_COLUMNS, _customers),
    "rates": (_RATE_COLUMNS, _rates),
}


def read_file(kind: str, data: bytes, name: str) -> tuple[pl.DataFrame, Table]:
    """`items`, `customers` or `rates` of a file, and a table without rows that tells where a row of the frame stands in the file."""
    declared, check = _KINDS[kind]
    frame, table = read(data, name, declared)
    return check(frame, table), table.without_rows()


def _net() -> pl.Expr:
    return pl.col("terms").str.extract(_NET_TERMS, 1)


def _discount(group: int) -> pl.Expr:
    return pl.col("terms").str.extract(_DISCOUNT_TERMS, group)


def _days(stated: pl.Expr) -> pl.Expr:
    """Days of a term; null where there is none, and where it is beyond reason."""
    days = stated.cast(pl.Int64, strict=False)
    return pl.when(days <= MAX_TERM_DAYS).then(days)


def _rate() -> pl.Expr:
    """The discount of the terms in millionths, exactly; null where there is none or it has more than four places."""
    return columns.amount(_discount(1), pl.lit("CLF"))


def _wrong_terms() -> dict[str, pl.Expr]:
    """What must not be in a column of terms."""
    too_long = (_net().is_not_null() & _days(_net()).is_null()) | (_discount(2).is_not_null() & _days(_discount(2)).is_null())
    return {
        f"terms are of more than {MAX_TERM_DAYS} days": too_long,
        "terms have a discount that is not from 0 to below 100 per cent, with four places at most": _discount(1).is_not_null()
        & ~_rate().is_between(0, PPM - 1).fill_null(value=False),
    }


def _with_terms(frame: pl.DataFrame) -> pl.DataFrame:
    net = pl.when(pl.col("terms").str.to_lowercase() == "immediate").then(0).otherwise(_days(_net()))
    return frame.with_columns(
        pl.coalesce("due_date", pl.col("issue_date") + pl.duration(days=net)).alias("due_date"),
        pl.coalesce("discount_pct", _rate()).alias("discount_pct"),
        pl.coalesce("discount_date", pl.col("issue_date") + pl.duration(days=_days(_discount(2)))).alias("discount_date"),
    )


def _refuse(frame: pl.DataFrame, table: Table, wrong: dict[str, pl.Expr]) -> None:
    for what, condition in wrong.items():
        hits = frame.select(condition.fill_null(value=False)).to_series()
        if hits.any():
            row = hits.arg_max()
            raise MatcherError("row.invalid", what, table.where(row or 0))
