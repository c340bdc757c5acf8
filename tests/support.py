"""Books in a scratch directory, and the contract's files from plain rows."""

import csv
import io
import shutil
import stat
from collections.abc import Callable, Hashable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

import duckdb
import quicker

from matcher.books import Books, init
from matcher.store import open_store

NOW = datetime(2026, 11, 1, 9, 0, tzinfo=UTC)
CONFIG = """
[books]
name = "Test"
base_currency = "EUR"
[[entity]]
id = "1"
name = "Nordkai Handel GmbH"
[[entity]]
id = "2"
name = "Nordkai Service GmbH"
[[account]]
id = "giro"
number = "DE02120300000000202051"
entity = "1"
currency = "EUR"
[[account]]
id = "service"
number = "DE02500105170137075030"
entity = "2"
currency = "EUR"
"""
LINE_COLUMNS = (
    "account", "booking_date", "value_date", "amount", "currency", "counterparty_name", "counterparty_account", "remittance_information",
    "creditor_reference", "end_to_end_id", "bank_reference", "transaction_code", "instructed_amount", "instructed_currency", "balance",
)  # fmt: skip
ITEM_COLUMNS = (
    "item_id", "entity", "customer_id", "document_type", "document_no", "issue_date", "due_date", "currency", "amount", "open_amount",
    "terms", "discount_pct", "discount_date", "purchase_order", "payment_reference", "status", "closed_date", "disputed_amount",
)  # fmt: skip
CUSTOMER_COLUMNS = (
    "customer_id",
    "customer_no",
    "name",
    "trade_name",
    "alias",
    "country",
    "currency",
    "parent_id",
    "account",
    "entity",
    "terms",
)

Row = Mapping[str, str]
Seen = TypeVar("Seen")
_LINE = {"account": "giro", "booking_date": "2026-10-15", "currency": "EUR"}
_ITEM = {"entity": "1", "document_type": "invoice", "issue_date": "2026-09-01", "due_date": "2026-10-01", "currency": "EUR"}


def table(columns: Sequence[str], rows: Sequence[Row], defaults: Row | None = None) -> str:
    """CSV text; cells that a row leaves out come from the defaults, else are empty."""
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({**(defaults or {}), **row} for row in rows)
    return text.getvalue()


@lru_cache(maxsize=16)
def _made(make: Callable[..., object], *args: Hashable) -> list[tuple[str, int, bytes, bool]]:
    """Every file that `make` leaves in a folder: name, mode, contents, and whether it is a books file that is known as ours."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        make(folder, *args)
        files = [path for path in folder.rglob("*") if path.is_file()]
        return [
            (str(path.relative_to(folder)), stat.S_IMODE(path.stat().st_mode), path.read_bytes(), quicker.is_known(path)) for path in files
        ]


def _put(folder: Path, make: Callable[..., object], *args: Hashable) -> None:
    for name, mode, data, known in _made(make, *args):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        path.chmod(mode)
        if known:
            quicker.now_known(path)


def copied(folder: Path, make: Callable[..., object], *args: Hashable) -> Books:
    """Books as `make(folder, *args)` leaves them in the folder's `books`: made once in each process of the suite, and copied to here.

    Not for what a test looks at: a second making that is a copy cannot differ from the first.
    """
    _put(folder, make, *args)
    return Books(folder / "books", actor="ada", clock=lambda: NOW)


def copy_of(source: Path, target: Path) -> Path:
    """A copy of a folder that holds a books file; where that one is known as ours, so is the copy."""
    shutil.copytree(source, target, dirs_exist_ok=True)
    if quicker.is_known(source / "books.duckdb"):
        quicker.now_known(target / "books.duckdb")
    return target


def _empty(folder: Path) -> None:
    """New books. They are looked at here, under the name that they keep, so that their copies are known as ours."""
    init(folder)
    with open_store(folder / "books.duckdb", write=False):
        pass


def new_books(folder: Path, config: str = CONFIG, actor: str = "ada") -> Books:
    """Books in a folder, empty when there are none yet, with a clock that stands still."""
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "books.duckdb").exists():
        _put(folder, _empty)
    (folder / "matcher.toml").write_text(config, encoding="utf-8")
    return Books(folder, actor=actor, clock=lambda: NOW)


def write(folder: Path, name: str, text: str) -> Path:
    """A file in a folder."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def lines_file(folder: Path, rows: Sequence[Row], name: str = "lines.csv") -> Path:
    """Bank lines in the canonical layout."""
    return write(folder, name, table(LINE_COLUMNS, rows, _LINE))


def items_file(folder: Path, rows: Sequence[Row], name: str = "items.csv") -> Path:
    """Open items in the contract's layout. Columns that it does not know come after its own."""
    more = sorted({title for row in rows for title in row} - {*ITEM_COLUMNS})
    return write(folder, name, table((*ITEM_COLUMNS, *more), rows, _ITEM))


def customers_file(folder: Path, rows: Sequence[Row], name: str = "customers.csv") -> Path:
    """Customers in the contract's layout."""
    return write(folder, name, table(CUSTOMER_COLUMNS, rows))


def filled(folder: Path, *, items: Sequence[Row] = (), customers: Sequence[Row] = (), lines: Sequence[Row] = ()) -> Books:
    """Books with these open items, customers and bank lines."""
    books = new_books(folder / "books")
    if items:
        books.import_files("items", [items_file(folder, items)])
    if customers:
        books.import_files("customers", [customers_file(folder, customers)])
    if lines:
        books.ingest([lines_file(folder, lines)])
    return books


Cells = tuple[tuple[tuple[str, str], ...], ...]
"""Rows as something that can be a key."""


def _lists(folder: Path, items: Cells, customers: Cells) -> None:
    filled(folder, items=[dict(cells) for cells in items], customers=[dict(cells) for cells in customers])


def with_lists(folder: Path, *, items: Sequence[Row] = (), customers: Sequence[Row] = (), lines: Sequence[Row] = ()) -> Books:
    """Like `filled`, for stories that begin with the lines: books that have the same items and customers are copied (see `copied`)."""
    books = copied(folder, _lists, *(tuple(tuple(row.items()) for row in rows) for rows in (items, customers)))
    if lines:
        books.ingest([lines_file(folder, lines)])
    return books


def once_for_bytes(look: Callable[[Path], Seen]) -> Callable[[Path], Seen]:
    """Something that is seen in a books file alone: a file of the same bytes, without a log that holds more, shows the same again."""
    known: dict[bytes, Seen] = {}

    def seen(file: Path) -> Seen:
        log = Path(f"{file}.wal")
        if log.exists() and log.stat().st_size:
            return look(file)
        key = sha256(file.read_bytes()).digest()
        if key not in known:
            known[key] = look(file)
        return known[key]

    return seen


def tamper(file: Path, table: str, sql: str) -> None:
    """Runs SQL on a books file as if `table` had no triggers."""
    with duckdb.connect(str(file)) as connection:
        schema, name = table.split(".")
        found = "SELECT trigger_name, sql FROM duckdb_triggers() WHERE schema_name = ? AND table_name = ?"
        triggers = connection.execute(found, [schema, name]).fetchall()
        for trigger, _ in triggers:
            connection.execute(f"DROP TRIGGER {trigger} ON {table}")
        connection.execute(sql)
        for _, text in triggers:
            connection.execute(text)
