"""Work that tests need not do again and again, where it is not what they test."""

import os
from collections.abc import Callable
from pathlib import Path

import duckdb

from matcher.store import schema

MEMORY = "/dev/shm"
ROOM = 2 << 30
"""Bytes that the folders of a run may take at most, many times over."""


def in_memory() -> str:
    """Where scratch folders need no disk; '' where there is no such place, or somebody named another with TMPDIR.

    Every command flushes its file more than once, which takes longer than its work when the disk has other things to do.
    """
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return ""
    place = os.statvfs(MEMORY)
    loads_libraries = not place.f_flag & os.ST_NOEXEC
    return MEMORY if loads_libraries and place.f_bavail * place.f_frsize >= ROOM else ""


_KNOWN: dict[tuple[str, int], list[schema.Entry]] = {}
"""Catalogues of books files of ours, by path and inode. They are all the same."""


def _key(path: Path) -> tuple[str, int]:
    return str(path), path.stat().st_ino


def is_known(path: Path) -> bool:
    """Whether a books file was looked at, and is of ours."""
    return path.is_file() and _key(path) in _KNOWN


def now_known(path: Path) -> None:
    """A file holds the bytes of one that was known: it need not be looked at either."""
    _KNOWN[_key(path)] = next(iter(_KNOWN.values()))


def catalogue_once() -> Callable[[duckdb.DuckDBPyConnection, str], list[schema.Entry]]:
    """`schema.catalogue` that looks at a books file of ours once: a look takes a third of a command that reads."""
    look = schema.catalogue

    def catalogue(connection: duckdb.DuckDBPyConnection, name: str) -> list[schema.Entry]:
        found = connection.execute("SELECT path FROM system.main.duckdb_databases() WHERE database_name = ?", [name]).fetchall()
        path = Path(found[0][0] or "")
        if is_known(path):
            return _KNOWN[_key(path)]
        entries = look(connection, name)
        if path.is_file() and schema.is_known(entries):
            _KNOWN[_key(path)] = entries
        return entries

    return catalogue
