"""Opening the books file: one writer, migrations recorded in the file, append-only tables that refuse anything else."""

import os
import shutil
from collections.abc import Container, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from matcher.errors import MatcherError
from matcher.interrupts import undisturbed
from matcher.store import before, failures, few, schema
from matcher.store.connecting import NAME, connect, log_of
from matcher.store.hardening import Opened

APPEND_ONLY = (
    *(f"raw.{name}" for name in ("file", "statement", "line", "line_detail", "repeated_line", "quarantined_line", "statement_ruling")),
    *(f"raw.{name}" for name in ("item", "snapshot", "customer", "rate", "advice", "advice_row", "unproven_advice")),
    *(f"raw.{name}" for name in ("book_entry", "book_balance")),
    *(f"log.{name}" for name in ("batch", "decision", "allocation", "item_note", "credit", "export", "answer", "proof_error")),
    *(f"log.{name}" for name in ("period", "closed_finding", "closed_proposal")),
)
"""Tables on which UPDATE, DELETE and TRUNCATE fail in the database itself."""

REPLACED = ("work.finding", "work.proposal", "work.shadow")
"""Tables whose rows a run puts in the place of earlier ones."""

FEW = 50
"""Rows that `Store.append` hands over one by one."""

PIECE = 65_536
"""Rows that `Store.pieces` takes at a time."""

_LEFT = ("books.damaged", "books.foreign", "books.newer", "encryption.mismatch", "encryption.wrong_key")
"""What a draft of new books may be that an earlier command left: it is thrown away, and made anew."""

_COLUMNS: dict[str, dict[str, str]] = {}


class Store:
    """An open books file. One transaction spans the whole command: it holds all of it or nothing.

    Attributes:
        connection: the DuckDB connection; used only inside `matcher.store`.
        scratch: the command's own directory beside the books; None where the folder cannot be written to.
        encrypted: whether nothing may be put aside in plain files.
        earlier: whether this is what the books held before a command began that has them open now.
        replaced: tables of `REPLACED` that this command has put anew.
        committed: whether what the command wrote is in the file for good.
    """

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, scratch: Path | None = None, encrypted: bool = False, earlier: bool = False
    ) -> None:
        self.connection = connection
        self.scratch = scratch
        self.encrypted = encrypted
        self.earlier = earlier
        self.replaced: set[str] = set()
        self.committed = False

    def frame(self, sql: str, *parameters: object) -> pl.DataFrame:
        """The rows of a query."""
        # `pl.DataFrame(relation)` would do without pyarrow, but leaves objects behind that nanobind complains of at exit
        found: pl.DataFrame = self.connection.sql(sql, params=list(parameters) or None).pl()
        return found

    def few(self, sql: str, *parameters: object) -> pl.DataFrame:
        """The rows of a query that gives few, without pyarrow, which takes longer to start than they take to read."""
        cursor = self.connection.execute(sql, list(parameters) or None)
        made = few.frame(cursor.description, cursor.fetchall())
        return self.frame(sql, *parameters) if made is None else made

    def scalar(self, sql: str, *parameters: object) -> int:
        """The single whole number that a query gives; 0 for NULL."""
        rows = self.run(sql, parameters)
        return int(rows[0][0] or 0) if rows else 0

    def run(self, sql: str, parameters: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """Runs a statement to its end and gives all its rows: a result left unread would block the connection."""
        return self.connection.execute(sql, parameters).fetchall()

    def rows(self, sql: str, parameters: Mapping[str, object]) -> list[dict[str, Any]]:
        """All rows of a query, by the names of its columns."""
        cursor = self.connection.execute(sql, parameters or None)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def pieces(self, sql: str) -> Iterator[pl.DataFrame]:
        """The rows of a query, some at a time; until the last is taken the connection runs nothing else.

        Raises:
            MatcherError: ``books.damaged`` when a part of the file cannot be read.
        """
        import pyarrow as pa

        try:
            for piece in self.connection.sql(sql).to_arrow_reader(PIECE):
                yield pl.DataFrame(piece)
        except (pa.ArrowException, OSError) as error:
            # what the database meets behind a reader arrives as another kind of error
            raise MatcherError("books.damaged", "a part of the file cannot be read") from error

    @property
    def columns(self) -> dict[str, dict[str, str]]:
        """Names and types of every table's columns, in the table's order. Open books have no others than this version's migrations make,
        so one look serves the whole process.
        """
        if not _COLUMNS:
            rows = self.run(
                """SELECT schema_name || '.' || table_name, column_name, data_type FROM duckdb_columns()
                WHERE database_name = current_database() AND NOT internal ORDER BY 1, column_index"""
            )
            for table, column, kind in rows:
                _COLUMNS.setdefault(table, {})[column] = kind
        return _COLUMNS

    def append(self, table: str, frame: pl.DataFrame) -> None:
        """Appends a frame's rows; columns are matched by name, and a missing one is an error."""
        if not frame.height:
            return
        names = ", ".join(f'"{name}"' for name in frame.columns)
        if frame.height <= FEW:
            # to hand a frame over takes pyarrow, which takes longer to start than a few rows take
            row = f"({', '.join('?' * frame.width)})"
            values = [cell for cells in frame.iter_rows() for cell in cells]
            self.run(f"INSERT INTO {table} ({names}) VALUES {', '.join([row] * frame.height)}", values)
            return
        self.connection.register("appended", frame)
        self.run(f"INSERT INTO {table} BY NAME SELECT {names} FROM appended")
        self.connection.unregister("appended")


def migrations() -> list[tuple[str, str]]:
    """Name and SQL text of every migration, in order."""
    folder = resources.files("matcher.store") / "migrations"
    return sorted((entry.name, entry.read_text(encoding="utf-8")) for entry in folder.iterdir() if entry.name.endswith(".sql"))


def create(path: Path, *, key: str | None = None) -> None:
    """Makes an empty books file, or brings an existing one up to date. `key`: for encrypted books.

    A new one appears whole, and readable by its owner alone: it is made in a folder of its own beside its place and then given its name,
    so that a command that is ended in the middle leaves no part of a file that nothing could open.

    Raises:
        MatcherError: whatever `open_store` raises; ``file.unwritable``.
    """
    failures.check_place(path)
    folder = path.with_name(f".{path.name}.part")
    if path.exists() or not _made(path, folder, key):
        _bring_up_to_date(path, key)
    _remove(folder)


def _made(path: Path, folder: Path, key: str | None) -> bool:
    """Whether a new file was made in the folder and put in its place; not when another process was quicker."""
    draft = folder / path.name
    ours = not folder.exists()
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        _fill(draft, key)
        draft.chmod(0o600)
        _put(draft, path)
    except MatcherError as error:
        if error.code != "books.busy":
            _remove(folder)
        if path.exists():
            return False
        raise error.at(str(path)) from error
    except OSError as error:
        _remove(folder)
        if path.exists():
            return False
        raise MatcherError("file.unwritable", f"cannot be written ({error.strerror})", str(path)) from error
    except KeyboardInterrupt:
        if ours:  # else another process may be at work in it
            _remove(folder)
        raise
    return True


def _fill(draft: Path, key: str | None) -> None:
    try:
        _bring_up_to_date(draft, key)
    except MatcherError as error:
        if error.code not in _LEFT:
            raise
        # what a command left that was ended; one that is at work has it locked, and that is books.busy
        for place in (draft, log_of(draft)):
            place.unlink(missing_ok=True)
        _bring_up_to_date(draft, key)
    if log_of(draft).exists():
        _bring_up_to_date(draft, key)  # the disk refused to take the log over into the file, which alone gets the name
        if log_of(draft).exists():
            raise MatcherError("books.unwritable", "the new file cannot be completed", str(draft))


def _put(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)  # unlike renaming it takes no other file's place: another process may have been quicker
    except OSError:
        if path.exists():
            raise
        draft.rename(path)  # a file system without hard links


def _bring_up_to_date(path: Path, key: str | None) -> None:
    with open_store(path, write=True, new=True, key=key):
        pass


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def open_store(
    path: Path, *, write: bool, keep: bool = True, new: bool = False, key: str | None = None, long: bool = False, itself: bool = False,
    upgrade: bool = True,
) -> Iterator[Store]:  # fmt: skip
    """The books file, open for one command; a writer's changes are committed together when the block ends without an error.

    Args:
        path: the books file.
        write: whether it may be written; readers may be many.
        keep: whether what was written is kept. A dry run is the real run without its last step.
        new: whether the file may hold nothing yet: an empty one in the place of books is a loss, and must not pass for books without
            entries.
        key: of encrypted books; None for plain ones.
        long: whether a writer will take so long that readers get a copy of what was before; see `before`.
        itself: whether a reader must have the books themselves, and never such a copy.
        upgrade: whether a reader brings books of an earlier version up to date, which writes to them.

    Raises:
        MatcherError: ``books.busy`` when another process has it, ``books.damaged``, ``books.foreign``, ``books.newer``; what
            `failures.opening` finds of a key, and ``encryption.unavailable``; ``books.unreadable``, ``books.unwritable`` and
            ``memory.short`` when the system refuses what is needed; ``policy.role`` for books of an earlier version without `upgrade`.
    """
    with failures.coded(path):
        yield from _opened(path, write=write, keep=keep, new=new, key=key, long=long, itself=itself, upgrade=upgrade)


def _opened(path: Path, *, write: bool, keep: bool, new: bool, key: str | None, long: bool, itself: bool, upgrade: bool) -> Iterator[Store]:
    opened = connect(path, write, key) if write or itself else _connect_to_read(path, key)
    try:
        applied = _check(opened)
        if not applied and not new:
            raise MatcherError("books.damaged", "the file holds no books", str(path))
        pending = len(migrations()) - len(applied)
        if pending and not write:
            if not upgrade:
                what = "the books are of an earlier version, and to bring them up to date writes to them"
                raise MatcherError("policy.role", what, str(path), "Let somebody who may write run `matcher status` first.")
            opened.close()
            _bring_up_to_date(path, key)
            opened = connect(path, write, key)
            applied = _check(opened)
        opened.connection.execute(f"USE {NAME}")
        if write:
            before.tidied(opened)
            if long and not pending:
                before.keep(opened)
            opened.connection.execute("BEGIN")
            if pending:
                migrate(opened.connection, migrations(), applied)
        last = _last_batch(opened) if write else 0
        store = Store(opened.connection, scratch=opened.scratch, encrypted=opened.encrypted, earlier=opened.path != path)
        yield store
        if write and keep:
            if applied:
                opened.copy_directory(NAME)
            before.dropped(opened)
            _commit(opened, last, key, store)
    finally:
        if write and not opened.closed:
            before.tidied(opened)
        # closing without COMMIT rolls back, whatever went wrong
        opened.close()


def _connect_to_read(path: Path, key: str | None) -> Opened:
    """The books; where a long command has them, what they were before it began."""
    try:
        opened = connect(path, write=False, key=key)
    except MatcherError as error:
        if error.code != "books.busy" or (copy := before.reading(path, NAME, key)) is None:
            raise
        return copy
    before.tidied(opened)
    return opened


def _commit(opened: Opened, last: int, key: str | None, store: Store) -> None:
    """Commits. A command that the file may hold is never said to have changed nothing.

    Args:
        opened: the books file.
        last: the journal's last batch when the command began.
        key: that opened it.
        store: learns that it is committed, also where Ctrl-C ends the command right afterwards.

    Raises:
        MatcherError: ``books.unconfirmed`` when the disk refused the last step, and the file holds the command all the same.
        duckdb.Error: when nothing of the command is in the file.
    """
    mine = _last_batch(opened)
    try:
        with undisturbed():
            opened.connection.execute("COMMIT")
            store.committed = True
    except duckdb.Error as error:
        opened.close()
        if mine == last or _found_last_batch(opened.path, key) == last:
            raise
        raise MatcherError("books.unconfirmed", "the disk did not confirm the last step of the command", str(opened.path)) from error


def _found_last_batch(path: Path, key: str | None) -> int | None:
    """The last batch that the file holds for whoever opens it now; None when it cannot be opened."""
    try:
        opened = connect(path, write=False, key=key)
    except MatcherError:
        return None
    try:
        return _last_batch(opened)
    except duckdb.Error:
        return None
    finally:
        opened.close()


def _last_batch(opened: Opened) -> int:
    return int(opened.connection.execute(f"SELECT coalesce(max(batch), 0) FROM {NAME}.log.batch").fetchall()[0][0])


def _check(opened: Opened) -> Mapping[str, str]:
    """Name and digest of the migrations that made the file; none for an empty one. Nothing but its catalogue is read until that is known
    to be ours, except the table of the migrations, once that is seen to be a plain one.
    """
    where, shipped = str(opened.path), dict(migrations())
    catalogue = schema.catalogue(opened.connection, NAME)
    if schema.is_empty(catalogue):
        return {}
    if not schema.is_known(catalogue):
        schema.check_migrations(catalogue, schema.expected(migrate, migrations()), where)
    applied = _applied(opened.connection)
    if unknown := sorted(set(applied) - set(shipped)):
        raise MatcherError("books.newer", f"they hold migration {unknown[-1]}, which this version does not know", where)
    for name, digest in applied.items():
        if _digest(shipped[name]) != digest:
            raise MatcherError("books.damaged", f"migration {name} was applied with another text than this version's", where)
    if not schema.is_known(catalogue):
        schema.check(catalogue, schema.expected(migrate, [step for step in migrations() if step[0] in applied]), where)
    return applied


def _applied(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(connection.execute(f"SELECT name, sha256 FROM {NAME}.meta.migration ORDER BY name").fetchall())


def migrate(connection: duckdb.DuckDBPyConnection, steps: Sequence[tuple[str, str]], applied: Container[str] = ()) -> None:
    """Brings a connection's present database up to date: tables, and the triggers that guard them.

    Args:
        connection: whose default database it is.
        steps: name and text of the migrations that it is to have.
        applied: names of those that it has.
    """
    if not applied:
        connection.execute("CREATE SCHEMA meta")
        connection.execute("CREATE TABLE meta.migration (name VARCHAR NOT NULL, sha256 VARCHAR NOT NULL)")
        connection.execute("CREATE TABLE meta.refusal (reason VARCHAR)")
    for name, text in steps:
        if name not in applied:
            connection.execute(text)
            connection.execute("INSERT INTO meta.migration VALUES (?, ?)", [name, _digest(text)])
    guarded = {row[0] for row in connection.execute("SELECT DISTINCT trigger_name FROM duckdb_triggers()").fetchall()}
    # a later migration's tables are not there yet where only the earlier ones are made
    made = {f"{schema}.{name}" for schema, name in connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()}
    for table in (table for table in APPEND_ONLY if table in made):
        for event in ("update", "delete"):
            name = f"{table.replace('.', '_')}_no_{event}"
            if name not in guarded:
                refusal = f"INSERT INTO meta.refusal SELECT error('{table} is append-only')"
                connection.execute(f"CREATE TRIGGER {name} AFTER {event} ON {table} FOR EACH STATEMENT {refusal}")


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
