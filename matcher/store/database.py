"""Opening the books file: one writer, migrations recorded in the file, append-only tables that refuse anything else."""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyarrow as pa

from matcher.errors import MatcherError
from matcher.interrupts import undisturbed
from matcher.store import failures

APPEND_ONLY = (
    *(f"raw.{name}" for name in ("file", "statement", "line", "line_detail", "repeated_line", "quarantined_line", "statement_verdict")),
    *(f"raw.{name}" for name in ("item", "customer", "rate")),
    *(f"log.{name}" for name in ("batch", "decision", "allocation", "export")),
)
"""Tables on which UPDATE, DELETE and TRUNCATE fail in the database itself."""

REPLACED = ("work.finding", "work.proposal", "work.shadow")
"""Tables whose rows a run puts in the place of earlier ones."""

ROW_GROUP = 32_768
"""Rows that the database compresses and writes together. With fewer than its usual number an ordinary month is many groups, so that all
cores compress at once, and what is complete is written while the rest still comes in; reading is not slower for it."""

PIECE = 65_536
"""Rows that `Store.pieces` takes at a time."""

NAME = "books"
"""Name of the database in every connection."""


class Store:
    """An open books file. One transaction spans the whole command: it holds all of it or nothing.

    Attributes:
        connection: the DuckDB connection; used only inside `matcher.store`.
        replaced: tables of `REPLACED` that this command has put anew.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self.replaced: set[str] = set()

    def frame(self, sql: str, *parameters: object) -> pl.DataFrame:
        """The rows of a query."""
        found: pl.DataFrame = self.connection.sql(sql, params=list(parameters) or None).pl()
        return found

    def scalar(self, sql: str, *parameters: object) -> int:
        """The single whole number that a query gives; 0 for NULL."""
        rows = self.run(sql, parameters)
        return int(rows[0][0] or 0) if rows else 0

    def run(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Runs a statement to its end and gives all its rows: a result left unread would block the connection."""
        return self.connection.execute(sql, parameters).fetchall()

    def pieces(self, sql: str) -> Iterator[pl.DataFrame]:
        """The rows of a query, some at a time; until the last is taken the connection runs nothing else.

        Raises:
            MatcherError: ``books.damaged`` when a part of the file cannot be read.
        """
        try:
            for piece in self.connection.sql(sql).to_arrow_reader(PIECE):
                yield pl.DataFrame(piece)
        except (pa.ArrowException, OSError) as error:
            # what the database meets behind a reader arrives as another kind of error
            raise MatcherError("books.damaged", "a part of the file cannot be read") from error

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


def create(path: Path) -> None:
    """Makes an empty books file, or brings an existing one up to date.

    A new one appears whole: it is made beside its place and then given its name, so that a command that is ended in the middle leaves no
    part of a file that nothing could open.

    Raises:
        MatcherError: whatever `open_store` raises; ``file.unwritable``.
    """
    failures.check_place(path)
    draft = path.with_name(f".{path.name}.part")
    if path.exists():
        _bring_up_to_date(path)
    else:
        try:
            _fill(draft)
            os.link(draft, path)  # unlike renaming it takes no other file's place: another process may have been quicker
        except MatcherError as error:
            if error.code != "books.busy":
                _remove(draft)
            raise error.at(str(path)) from error
        except OSError as error:
            if not path.exists():
                raise MatcherError("file.unwritable", f"cannot be written ({error.strerror})", str(path)) from error
    _remove(draft)


def _fill(draft: Path) -> None:
    try:
        _bring_up_to_date(draft)
    except MatcherError as error:
        if error.code != "books.damaged":
            raise
        _remove(draft)  # what a command left that was ended; one that is at work has it locked, and that is books.busy
        _bring_up_to_date(draft)
    if _log(draft).exists():
        _bring_up_to_date(draft)  # the disk refused to take the log over into the file, which alone gets the name
        if _log(draft).exists():
            raise MatcherError("books.unwritable", "the new file cannot be completed", str(draft))


def _bring_up_to_date(path: Path) -> None:
    with open_store(path, write=True, new=True):
        pass


def _remove(draft: Path) -> None:
    with suppress(OSError):
        for place in (draft, _log(draft)):
            place.unlink(missing_ok=True)


def _log(path: Path) -> Path:
    """The database's write-ahead log beside a file; gone once the file holds everything."""
    return path.with_name(f"{path.name}.wal")


@contextmanager
def open_store(path: Path, *, write: bool, keep: bool = True, new: bool = False) -> Iterator[Store]:
    """The books file, open for one command; a writer's changes are committed together when the block ends without an error.

    With ``keep=False`` they are rolled back all the same: a dry run is the real run without its last step. Only with ``new=True`` may the
    file hold nothing yet: an empty one in the place of books is a loss, and must not pass for books without entries.

    Raises:
        MatcherError: ``books.busy`` when another process has it, ``books.damaged``, ``books.newer``; ``books.unreadable``,
            ``books.unwritable`` and ``memory.short`` when the system refuses what is needed.
    """
    with failures.coded(path):
        yield from _opened(path, write=write, keep=keep, new=new)


def _opened(path: Path, *, write: bool, keep: bool, new: bool) -> Iterator[Store]:
    connection = _connect(path, write)
    try:
        applied = _check_version(connection, path)
        if not applied and not new:
            raise MatcherError("books.damaged", "the file holds no books", str(path))
        pending = len(migrations()) - len(applied)
        if pending and not write:
            connection.close()
            _bring_up_to_date(path)
            connection = _connect(path, write)
        if write:
            connection.execute("BEGIN")
            if pending:
                migrate(connection)
        before = _last_batch(connection) if write else 0
        yield Store(connection)
        if write and keep:
            _commit(connection, path, before)
    finally:
        # closing without COMMIT rolls back, whatever went wrong
        connection.close()


def _commit(connection: duckdb.DuckDBPyConnection, path: Path, before: int) -> None:
    """Commits. A command that the file may hold is never said to have changed nothing.

    Args:
        before: the journal's last batch when the command began.

    Raises:
        MatcherError: ``books.unconfirmed`` when the disk refused the last step, and the file holds the command all the same.
        duckdb.Error: when nothing of the command is in the file.
    """
    mine = _last_batch(connection)
    try:
        with undisturbed():
            connection.execute("COMMIT")
    except duckdb.Error as error:
        connection.close()
        if mine == before or _found_last_batch(path) == before:
            raise
        raise MatcherError("books.unconfirmed", "the disk did not confirm the last step of the command", str(path)) from error


def _found_last_batch(path: Path) -> int | None:
    """The last batch that the file holds for whoever opens it now; None when it cannot be opened."""
    try:
        connection = _connect(path, write=False)
    except MatcherError:
        return None
    try:
        return _last_batch(connection)
    except duckdb.Error:
        return None
    finally:
        connection.close()


def _last_batch(connection: duckdb.DuckDBPyConnection) -> int:
    return int(connection.execute("SELECT coalesce(max(batch), 0) FROM log.batch").fetchall()[0][0])


def _connect(path: Path, write: bool) -> duckdb.DuckDBPyConnection:
    failures.check_place(path)
    connection = duckdb.connect()
    try:
        # the size of row groups is not kept in the file: whoever appends has to name it
        how = f"ROW_GROUP_SIZE {ROW_GROUP}" if write else "READ_ONLY"
        connection.execute(f"ATTACH {_quoted(path)} AS {NAME} ({how})")
        connection.execute(f"USE {NAME}")
        connection.execute(f"SET temp_directory = {_quoted(path)} || '.tmp'")
    except duckdb.Error as error:
        connection.close()
        raise failures.opening(error, path) from error
    return connection


def _quoted(path: Path) -> str:
    text = str(path).replace("'", "''")
    return f"'{text}'"


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    known = connection.execute("SELECT 1 FROM duckdb_tables() WHERE schema_name = 'meta' AND table_name = 'migration'").fetchall()
    if not known:
        return {}
    return dict(connection.execute("SELECT name, sha256 FROM meta.migration ORDER BY name").fetchall())


def _check_version(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    applied, shipped = _applied(connection), dict(migrations())
    if unknown := sorted(set(applied) - set(shipped)):
        raise MatcherError("books.newer", f"they hold migration {unknown[-1]}, which this version does not know", str(path))
    for name, digest in applied.items():
        if _digest(shipped[name]) != digest:
            raise MatcherError("books.damaged", f"migration {name} was applied with another text than this version's", str(path))
    return applied


def migrate(connection: duckdb.DuckDBPyConnection) -> None:
    """Brings a connection's present database up to date: tables, and the triggers that guard them."""
    applied = _applied(connection)
    if not applied:
        connection.execute("CREATE SCHEMA IF NOT EXISTS meta")
        connection.execute("CREATE TABLE meta.migration (name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL)")
        connection.execute("CREATE TABLE meta.refusal (reason VARCHAR)")
    for name, text in migrations():
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
