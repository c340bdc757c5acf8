"""The cash book: the ledger's own entries on our bank accounts, in the contract's columns (section 3, Book)."""

from collections.abc import Callable

import polars as pl

from matcher import frames
from matcher.config import Account
from matcher.openitems.faults import RowFault, refuse, where
from matcher.openitems.tables import Column, Table, text_table, typed
from matcher.states import BOOK_ROW_KINDS, BookRowKind

_COLUMNS = (
    Column("entry_id", "id", required=True),
    Column("account", required=True),
    Column("date", "date", required=True),
    Column("amount", "amount", required=True),
    Column("currency", "currency", required=True),
    Column("description"),
    Column("reference"),
    Column("counterparty_name"),
    Column("document_no"),
    Column("kind", "word", words=BOOK_ROW_KINDS),
)


def read(data: bytes, name: str, find_account: Callable[[str, str], Account | None]) -> tuple[pl.DataFrame, Table]:
    """The entries and balances as `frames.BOOK_ROW`, and where they stand in the file.

    Args:
        data: CSV, Parquet or XLSX.
        name: of the file, for messages.
        find_account: the account of the books for an id or number and a currency.

    Raises:
        MatcherError: see `tables.text_table` and `tables.typed`; ``row.invalid`` for an id that comes twice, ``account.unknown`` for an
            account that is not in matcher.toml, ``currency.mixed`` for another currency than the account's. All that is wrong is in one.
    """
    table = text_table(data, name)
    frame, found = typed(table, _COLUMNS)
    again = ~pl.col("entry_id").is_first_distinct() & (pl.col("entry_id") != "")
    found += where(frame, {"entry_id comes a second time": again})
    ids: dict[tuple[str, str], str] = {}
    for row, (number, currency) in enumerate(frame.select("account", "currency").iter_rows()):
        if not number or not currency:
            continue
        if (number, currency) not in ids:
            account = find_account(number, currency)
            ids[number, currency] = account.id if account and account.currency == currency else "" if account else "?"
        if ids[number, currency] == "?":
            found.append(RowFault(row, "account.unknown", f"account {number[:40]!r} is not in matcher.toml"))
        elif not ids[number, currency]:
            found.append(RowFault(row, "currency.mixed", f"the entry is in {currency}, account {number[:40]!r} is not"))
    wide = {fault.row for fault in table.wide}
    refuse(table, (fault for fault in found if fault.row not in wide or fault.code == "row.width"))
    accounts = pl.Series("account", [ids[key] for key in frame.select("account", "currency").iter_rows()], pl.String())
    kind = pl.when(pl.col("kind") == "").then(pl.lit(BookRowKind.ENTRY.value)).otherwise("kind")
    return frame.with_columns(accounts, kind.alias("kind")).select(list(frames.BOOK_ROW)), table.without_rows()
