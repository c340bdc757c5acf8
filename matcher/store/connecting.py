"""Connections to a books file, also to one that a killed command left."""

from contextlib import closing
from pathlib import Path

import duckdb

from matcher.errors import MatcherError
from matcher.store import failures, hardening, rescue
from matcher.store.hardening import Opened

NAME = "books"
"""Name of the database in every connection."""

ROW_GROUP = 32_768
"""Rows that the database compresses and writes together: fewer than usual, so that all cores compress an ordinary month at once, and what
is complete is written while the rest still comes in; reading is not slower for it."""


def log_of(path: Path) -> Path:
    """The database's write-ahead log beside a file; gone once the file holds everything."""
    return path.with_name(f"{path.name}.wal")


def connect(path: Path, write: bool, key: str | None) -> Opened:
    """An open books file, put in order first where a command was killed in the middle of a write. Nothing of it is checked or read.

    Raises:
        MatcherError: what `failures.check_place` and `failures.opening` find, ``encryption.unavailable``, ``books.unwritable``.
    """
    failures.check_place(path)
    try:
        return _attached(path, write, key)
    except MatcherError as error:
        if error.code != "books.damaged":
            raise
        return _mended(path, write, key, error)


def _mended(path: Path, write: bool, key: str | None, error: MatcherError) -> Opened:
    """A damaged file, opened with the help of a copy of DuckDB's directory that a killed command left. Raises `error` if none helps."""
    for copy in hardening.copies(path):
        rescue.restore(path, copy)  # where it does nothing another process may have been quicker, and the file opens by now
        try:
            return _attached(path, write, key)
        except MatcherError as again:
            if again.code != error.code:
                raise
    raise error


def _attached(path: Path, write: bool, key: str | None) -> Opened:
    """The open file. A writer that will take over a log has a copy of DuckDB's directory before, whether it keeps anything or not."""
    scratch = _copied_directory(path, key) if write and log_of(path).exists() else None
    return _attach(path, write, key, scratch)


def _attach(path: Path, write: bool, key: str | None, scratch: Path | None = None) -> Opened:
    try:
        # the size of row groups is not kept in the file: whoever appends has to name it
        return hardening.attach(path, NAME, write=write, options=f"ROW_GROUP_SIZE {ROW_GROUP}" if write else "", key=key, scratch=scratch)
    except duckdb.Error as error:
        raise failures.opening(error, path) from error


def _copied_directory(path: Path, key: str | None) -> Path | None:
    """Copies DuckDB's directory of a file. Gives the command's directory in which the copy stands."""
    opened = _attach(path, write=False, key=key)
    with closing(opened):
        opened.copy_directory(NAME)
    return opened.scratch
