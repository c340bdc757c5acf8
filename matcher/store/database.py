"""Opening the books file: one writer, migrations recorded in the file, append-only tables that refuse anything else."""

import re
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from matcher.errors import MatcherError
from matcher.store import hardening, schema
from matcher.store.hardening import Opened

APPEND_ONLY = (
    *(
        f"raw.{name}"
        for name in ("file", "statement", "line", "line_detail", "quarantined_line", "statement_verdict", "item", "customer", "rate")
    ),
    *(f"log.{name}" for name in ("batch", "decision", "allocation", "export")),
)
"""Tables on which UPDATE, DELETE and TRUNCATE fail in the database itself."""

ROW_GROUP = 32_768
"""Rows that the database compresses and writes together. With fewer than its usual number an ordinary month is many groups, so that all
cores compress at once, and what is complete is written while the rest still comes in; reading is not slower for it."""

_NAME = "books"
_LOCKED = re.compile(r"Conflicting lock is held in (?P<program>.+?) \(PID (?P<pid>\d+)\)")
_KEYS = (
    ("without a key", "encryption.mismatch", "the file is encrypted, and matcher.toml does not say so"),
    ("is not encrypted", "encryption.mismatch", "the file is not encrypted, and matcher.toml says that it is"),
    ("Wrong encryption key", "encryption.wrong_key", "the key does not open the file"),
)
"""What DuckDB says of a key, and what that means here."""


class Store:
    """An open books file. One transaction spans the whole command: it holds all of it or nothing.

    Attributes:
        connection: the DuckDB connection; used only inside `matcher.store`.
        scratch: the command's own directory beside the books; None where the folder cannot be written to.
        encrypted: whether nothing may be put aside in plain files.
    """

    def __init__(self, opened: Opened) -> None:
        self.connection = opened.connection
        self.scratch = opened.scratch
        self.encrypted = opened.encrypted

    def frame(self, sql: str, *parameters: object) -> pl.DataFrame:
        """The rows of a query."""
        found: pl.DataFrame = self.connection.sql(sql, params=list(parameters) or None).pl()
        return found

    def scalar(self, sql: str, *parameters: object) -> int:
        """The single whole number that a query gives; 0 for NULL."""
        rows = self.run(sql, parameters)
        return int(rows[0][0] or 0) if rows else 0

    def run(self, sql: str, parameters: Sequence[object] = ()) -> list[tuple[Any, ...]]:
        """Runs a statement to its end and gives all its rows: a result left unread would block the connection."""
        return self.connection.execute(sql, parameters).fetchall()

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Appends a frame's rows; columns are matched by name, and a missing one is an error."""
        if not frame.height:
            return
        names = ", ".join(f'"{name}"' for name in frame.columns)
        self.connection.register("appended", frame)
        self.run(f"INSERT INTO {table} BY NAME SELECT {names} FROM appended")
        self.connection.unregister("appended")


def migrations() -> list[tuple[str, str]]:
    """Name and SQL text of every migration, in order."""
    folder = resources.files("matcher.store") / "migrations"
    return sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".sql"))


def create(path: Path, *, key: str | None = None) -> None:
    """Makes an empty books file, or brings an existing one up to date. `key`: for encrypted books.

    Raises:
        MatcherError: as `open_store` does.
    """
    with open_store(path, write=True, key=key):
        pass


@contextmanager
def open_store(path: Path, *, write: bool, keep: bool = True, key: str | None = None) -> Iterator[Store]:
    """The books file, open for one command; a writer's changes are committed together when the block ends without an error.

    With ``keep=False`` they are rolled back all the same: a dry run is the real run without its last step.

    Args:
        path: the books file.
        write: whether it may be written; readers may be many.
        keep: whether what was written is kept.
        key: of encrypted books; None for plain ones.

    Raises:
        MatcherError: ``books.busy`` when another process has it, ``books.damaged``, ``books.foreign``, ``books.newer``,
            ``encryption.mismatch``, ``encryption.unavailable``, ``encryption.wrong_key``.
    """
    opened = _open(path, write, key)
    try:
        applied = _check(opened)
        pending = len(migrations()) - len(applied)
        if pending and not write:
            opened.close()
            create(path, key=key)
            opened = _open(path, write, key)
            applied = _check(opened)
        opened.connection.execute(f"USE {_NAME}")
        if write:
            opened.connection.execute("BEGIN")
            if pending:
                _migrate(opened.connection, migrations(), applied)
        yield Store(opened)
        if write and keep:
            opened.connection.execute("COMMIT")
    finally:
        # closing without COMMIT rolls back, whatever went wrong
        opened.close()


def _open(path: Path, write: bool, key: str | None) -> Opened:
    try:
        # the size of row groups is not kept in the file: whoever appends has to name it
        return hardening.attach(path, _NAME, write=write, options=f"ROW_GROUP_SIZE {ROW_GROUP}" if write else "", key=key)
    except duckdb.Error as error:
        said = str(error)
        if held := _LOCKED.search(said):
            holder = f"process {held['pid']} ({Path(held['program']).name})"
            raise MatcherError("books.busy", f"{holder} has the books open", str(path)) from None
        for words, code, what in _KEYS:
            if words in said:
                raise MatcherError(code, what, str(path)) from None
        raise MatcherError("books.damaged", "the file cannot be opened as a DuckDB database", str(path)) from error


def _check(opened: Opened) -> Mapping[str, str]:
    """Name and digest of the migrations that made the file; none for an empty one. Nothing but its catalogue is read until that is known
    to be ours, except the table of the migrations, once that is seen to be a plain one.
    """
    where, shipped = str(opened.path), dict(migrations())
    found = schema.catalogue(opened.connection, _NAME)
    if schema.is_empty(found):
        return {}
    if not schema.is_known(found):
        schema.check_migrations(found, schema.expected(_migrate, migrations()), where)
    applied = _applied(opened.connection)
    if unknown := sorted(set(applied) - set(shipped)):
        raise MatcherError("books.newer", f"they hold migration {unknown[-1]}, which this version does not know", where)
    for name, digest in applied.items():
        if _digest(shipped[name]) != digest:
            raise MatcherError("books.damaged", f"migration {name} was applied with another text than this version's", where)
    if not schema.is_known(found):
        schema.check(found, schema.expected(_migrate, [step for step in migrations() if step[0] in applied]), where)
    return applied


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute(f"SELECT name, sha256 FROM {_NAME}.meta.migration ORDER BY name").fetchall())


def _migrate(connection: duckdb.DuckDBPyConnection, steps: Sequence[tuple[str, str]], applied: Container[str] = ()) -> None:
    if not applied:
        connection.execute("CREATE SCHEMA meta")
        connection.execute("CREATE TABLE meta.migration (name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL)")
        connection.execute("CREATE TABLE meta.refusal (reason VARCHAR)")
    for name, text in steps:
        if name not in applied:
            connection.execute(text)
            connection.execute("INSERT INTO meta.migration VALUES (?, ?)", [name, _digest(text)])
    guarded = {row[0] for row in connection.execute("SELECT DISTINCT trigger_name FROM duckdb_triggers()").fetchall()}
    for table in APPEND_ONLY:
        for event in ("update", "delete"):
            name = f"{table.replace('.', '_')}_no_{event}"
            if name not in guarded:
                refusal = f"INSERT INTO meta.refusal SELECT error('{table} is append-only')"
                connection.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH STATEMENT {refusal}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
