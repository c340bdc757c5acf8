"""Bank and book of one or two accounts from short rows, and the proof of them through the pure functions."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta

import polars as pl

from matcher import frames
from matcher.ledger.proof import evidence
from matcher.ledger.proof.assemble import RECORD, Material
from matcher.ledger.proof.balances import BALANCE
from matcher.ledger.proof.pairing import paired
from matcher.ledger.proof.records import StatedError
from matcher.ledger.trail import Step
from matcher.matching.names.plain import name_marks

START = date(2026, 10, 1)
LAST = date(2026, 10, 31)

Row = Mapping[str, object]


def day(number: int) -> date:
    """A day counted from 1 October 2026; 0 is 30 September."""
    return START + timedelta(number - 1)


def _frame(rows: Sequence[Row], schema: frames.Schema, names: Mapping[str, str], prefix: str) -> pl.DataFrame:
    full = []
    for number, row in enumerate(rows, 1):
        blank: dict[str, object] = {name: "" for name, kind in schema.items() if kind == pl.String()}
        given = {names.get(key, key): value for key, value in row.items()}
        key = names["id"]
        full.append(blank | {"account": "main", "currency": "EUR", key: f"{prefix}{number}"} | given)
    cells = [[row.get(name) for name in schema] for row in full]
    return pl.DataFrame(cells, schema=schema, orient="row")


def lines(rows: Sequence[Row]) -> pl.DataFrame:
    """Bank lines: id, date, amount, name, text, reference and columns of `frames.LINE`."""
    names = {"id": "line_id", "date": "booking_date", "name": "counterparty_name", "text": "remittance_information",
             "reference": "bank_reference"}  # fmt: skip
    return _frame(rows, frames.LINE, names, "L")


def entries(rows: Sequence[Row]) -> pl.DataFrame:
    """Entries: id, date, amount, name, text, reference, document and columns of `frames.BOOK_ENTRY`."""
    names = {"id": "entry_id", "name": "counterparty_name", "text": "description", "document": "document_no"}
    return _frame(rows, frames.BOOK_ENTRY, names, "E")


def groups(bank: Sequence[Row], book: Sequence[Row]) -> pl.DataFrame:
    """What is paired."""
    said, booked = lines(bank), entries(book)
    texts = pl.concat([said["counterparty_name"], booked["counterparty_name"], booked["description"]])
    names = name_marks(texts.filter(texts != ""))
    return paired(evidence.of_lines(said, names), evidence.of_entries(booked, names))


def sets(bank: Sequence[Row], book: Sequence[Row]) -> dict[str, str]:
    """The members of each group, and what it is by: ``{"L1 E1": "the same reference"}``."""
    found = groups(bank, book).sort("group", "side", "id", descending=[False, False, False])
    made = found.group_by("group", maintain_order=True).agg(pl.col("id").str.join(" "), pl.col("by").first())
    return dict(made.select("id", "by").iter_rows())


def material(
    bank: Sequence[Row],
    book: Sequence[Row],
    *,
    opening: int | None = None,
    closing: int | None = None,
    balances: Sequence[tuple[date, int]] = (),
    stated: int | None = None,
    errors: Sequence[StatedError] = (),
) -> Material:
    """All of it for the account ``main``; `opening` and `closing` are of its statement S of October.

    Lines before October are of A, lines after it of T.
    """
    said, booked = lines(bank), entries(book)
    common = {"account": "account", "amount": "amount"}
    line = {"id": "line_id", "date": "booking_date", "name": "counterparty_name", "text": "remittance_information",
            "reference": "bank_reference", **common}  # fmt: skip
    entry = {"id": "entry_id", "date": "date", "name": "counterparty_name", "text": "description", "reference": "reference", **common}
    both = []
    for side, frame, names in (("bank", said, line), ("book", booked, entry)):
        made = {name: pl.col(names[name]) if name in names else pl.lit("") for name in RECORD} | {"side": pl.lit(side)}
        both.append(frame.select(made[name].cast(kind).alias(name) for name, kind in RECORD.items()))
    steps = []
    if opening is not None and closing is not None:
        steps = [Step("S", START, LAST, opening, closing)]
        month = pl.when(pl.col("date") < START).then(pl.lit("A")).when(pl.col("date") <= LAST).then(pl.lit("S")).otherwise(pl.lit("T"))
        both[0] = both[0].with_columns(month.alias("statement_id"))
    told = [("main", when, amount, f"B{when}") for when, amount in balances]
    return Material(
        pl.concat(both), groups(bank, book), pl.DataFrame(told, schema=BALANCE, orient="row"), {"main": steps}, {"main": "EUR"},
        {} if stated is None else {"main": stated}, {"main": list(errors)},
    )  # fmt: skip
