"""What the operating system, the memory or a damaged file do to the books, as coded errors."""

import errno
import os
import re
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from matcher.errors import MatcherError

_REASONS = [
    os.strerror(number)
    for number in (
        errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO, errno.EMFILE, errno.ENFILE,
        errno.ENOMEM, errno.EISDIR, errno.ENOTDIR, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOENT, errno.ESTALE, errno.ENOLCK,
    )
]  # fmt: skip
_REASON = re.compile("|".join(map(re.escape, _REASONS)))
_WRITING = re.compile(r"Could not write|truncate|fsync|Failed to commit|Could not (?:create|remove|move)")
_READING = re.compile(r"Could not read|read-only mode")
_SYNC = "fsync failed"
_LOCKED = re.compile(r"Conflicting lock is held in (?:(?P<program>.+?) \()?PID (?P<pid>\d+)\b")
_DAMAGE = (duckdb.IOException, duckdb.SerializationException, duckdb.FatalException, duckdb.InternalException)
_INTERRUPTED = "interrupted"
_NO_MEMORY = re.compile(r"bad.alloc|[Ff]ailed to allocate")
_KEYS = (
    ("without a key", "encryption.mismatch", "the file is encrypted, and matcher.toml does not say so"),
    ("is not encrypted", "encryption.mismatch", "the file is not encrypted, and matcher.toml says that it is"),
    ("Wrong encryption key", "encryption.wrong_key", "the key does not open the file"),
)
"""What the database says of a key, and what that means here."""
_CORRUPT = re.compile(r"corrupt|checksum", re.IGNORECASE)


def check_place(path: Path) -> None:
    """Sees that the books file can be one, before the database opens it: a pipe would hold the program for ever.

    Raises:
        MatcherError: ``books.missing`` for a link that leads nowhere, ``books.unreadable``.
    """
    for place in (path, path.with_name(f"{path.name}.wal")):
        try:
            mode = os.stat(place).st_mode
        except FileNotFoundError:
            if place.is_symlink():
                hint = "Put the file back that the link leads to."
                raise MatcherError("books.missing", f"{place.name} is a link that leads nowhere", str(path), hint) from None
        except OSError as error:
            raise MatcherError("books.unreadable", f"cannot be read ({error.strerror})", str(path)) from error
        else:
            if not stat.S_ISREG(mode):
                raise MatcherError("books.unreadable", f"{place.name} is no regular file", str(path))


def opening(error: duckdb.Error, path: Path) -> MatcherError:
    """Why the file could not be opened: ``books.busy``, ``.unreadable``, ``.unwritable``, ``.damaged``, ``encryption.mismatch``,
    ``.wrong_key`` or ``memory.short``.
    """
    text = str(error)
    for words, code, what in _KEYS:
        if words in text:
            return MatcherError(code, what, str(path))
    if isinstance(error, duckdb.ResourceInUseException):
        return MatcherError("books.busy", "this same program has the books open already", str(path))
    if lock := _LOCKED.search(text):
        name = f" ({Path(lock['program']).name})" if lock["program"] else ""
        # a process of another container or machine has no number here
        holder = f"process {lock['pid']}{name}" if int(lock["pid"]) else "a process that cannot be seen from here"
        return MatcherError("books.busy", f"{holder} has the books open", str(path))
    if isinstance(error, duckdb.OutOfMemoryException) or _NO_MEMORY.search(text):
        return _short_of_memory(path)
    if reason := _REASON.search(text):
        # what can be read, or is not there yet, was to be written
        to_write = os.access(path, os.R_OK) or not os.path.lexists(path)
        return _refused(reason[0], path, write=to_write and not _READING.search(text))
    return MatcherError("books.damaged", "the file cannot be opened as a DuckDB database", str(path))


@contextmanager
def coded(path: Path) -> Iterator[None]:
    """Gives what the database raises in the block its code, where the system or the file is the cause; other errors pass.

    Raises:
        MatcherError: ``books.unwritable``, ``books.unreadable``, ``books.damaged``, ``memory.short``.
        KeyboardInterrupt: Ctrl-C ended a query.
    """
    try:
        yield
    except duckdb.Error as error:
        if (coded_error := _known(error, path)) is None:
            raise
        raise coded_error from error
    except RuntimeError as error:
        # how the database reports that Ctrl-C ended a query
        if _INTERRUPTED not in str(error).lower():
            raise
        raise KeyboardInterrupt from error


def _known(error: duckdb.Error, path: Path) -> MatcherError | None:
    text = str(error)
    if isinstance(error, duckdb.OutOfMemoryException) or _NO_MEMORY.search(text):
        return _short_of_memory(path)
    if reason := _REASON.search(text):
        return _refused(reason[0], path, write=bool(_WRITING.search(text)))
    if _SYNC in text:
        return _refused(os.strerror(errno.EIO), path, write=True)
    # a block whose checksum is wrong is raised as the plain base class
    if type(error) is duckdb.Error or isinstance(error, _DAMAGE) or _CORRUPT.search(text):
        return MatcherError("books.damaged", "a part of the file cannot be read", str(path))
    return None


def _short_of_memory(path: Path) -> MatcherError:
    return MatcherError("memory.short", "the database could not get the memory that it needs", str(path))


def _refused(reason: str, path: Path, *, write: bool) -> MatcherError:
    if write:
        return MatcherError("books.unwritable", f"the books cannot be written ({reason})", str(path))
    return MatcherError("books.unreadable", f"the books cannot be read ({reason})", str(path))
