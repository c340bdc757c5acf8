"""How the books file is opened: only this file, by this program's SQL, readable by its owner alone, encrypted where that is asked for."""

import errno
import glob
import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import dataclass
from io import FileIO
from pathlib import Path

import duckdb

from matcher import sandbox
from matcher.errors import MatcherError
from matcher.store import rescue

PREFIX = ".scratch-"
"""Begins the name of the directory beside the books that holds what one command puts aside: what does not fit into memory, and entries
that wait. Only its owner may look into it, and it ends with the command."""

_FORMAT = "STORAGE_VERSION 'v2.0.0'"
"""The first format of DuckDB files that has triggers. Unless told, DuckDB takes encrypted files for ones of an older format."""

_BESIDE = ("", ".wal", ".wal.checkpoint", ".wal.recovery")
"""Endings of the files that DuckDB itself keeps for a database."""

_INSTALL = "python -c \"import duckdb; duckdb.sql('INSTALL httpfs')\""


@dataclass
class Opened:
    """A books file that is open.

    Attributes:
        connection: in which the books are attached under the name that was asked for; its configuration is locked.
        path: the books file.
        scratch: the command's own directory beside it; None where the folder cannot be written to.
        write: whether it may be written.
        encrypted: whether the file, and what is put aside by the database, is encrypted.
        locked: whether the file is, so that what stands beside it is this command's.
        file: the same file, open beside the database for `rescue.save`.
        closed: whether it is no longer open.
    """

    connection: duckdb.DuckDBPyConnection
    path: Path
    scratch: Path | None
    write: bool
    encrypted: bool
    locked: bool = False
    file: FileIO | None = None
    closed: bool = False

    def copy_directory(self, name: str) -> None:
        """Copies DuckDB's directory of the file, which it rewrites in place when it closes it; see `rescue`.

        Raises:
            MatcherError: ``books.unwritable``.
        """
        try:
            if self.scratch is None:
                raise OSError(errno.EACCES, os.strerror(errno.EACCES))
            self.file = self.file or FileIO(self.path)
            rescue.save(self.connection, name, self.file, self.scratch)
        except OSError as error:
            raise MatcherError("books.unwritable", f"the books cannot be written ({error.strerror})", str(self.path)) from error

    def close(self) -> None:
        """Closes the file; what was not committed is gone. Leaves nothing beside the books but what DuckDB still needs."""
        if self.closed:
            return
        self.closed = True
        log = Path(f"{self.path}.wal")
        with suppress(OSError):
            # only while the file is locked: before and afterwards the log may be another process's
            if self.write and self.locked and log.stat().st_size == 0:
                log.unlink()
        self.connection.close()
        if self.file:
            self.file.close()
        if self.scratch and not self._may_be_half_written():
            shutil.rmtree(self.scratch, ignore_errors=True)

    def _may_be_half_written(self) -> bool:
        """Whether the copy of DuckDB's directory may still be needed: a log stands there. The next writer removes the copy."""
        logs = (f"{self.path}{ending}" for ending in _BESIDE[1:])
        return self.scratch is not None and (self.scratch / rescue.COPY).exists() and any(map(os.path.lexists, logs))


def copies(path: Path) -> list[Path]:
    """The copies of DuckDB's directory that killed commands left beside a books file; see `rescue`."""
    return sorted(_folder(path).glob(f"{PREFIX}*/{rescue.COPY}"))


def attach(
    path: Path, name: str, *, write: bool, options: str = "", key: str | None = None, scratch: Path | None = None, aside: bool = True
) -> Opened:
    """Opens a database that can reach nothing but its own file and the command's scratch directory. A writer makes a missing file.

    No view, macro or trigger of the file has run when this returns. What is replayed of a log that was left beside it
    is confined as well.

    Args:
        path: the books file.
        name: under which it is attached.
        write: whether it may be written; readers may be many.
        options: further options of ATTACH.
        key: of encrypted books; None for plain ones.
        scratch: a directory that this command made before.
        aside: whether anything may be put aside.

    Raises:
        MatcherError: ``encryption.unavailable``, ``books.unwritable``.
        duckdb.Error: what DuckDB says of a file that it cannot open. It never holds the key.
    """
    scratch = scratch or (_scratch(path) if aside else None)
    connection = duckdb.connect(config=sandbox.SETTINGS | {"temp_directory": str(scratch or "")})
    opened = Opened(connection, path, scratch, write, key is not None)
    try:
        if key is not None:
            load_module(connection)
            connection.execute("SET temp_file_encryption = true")
        whole = os.path.abspath(path)
        # a pattern of files is judged as it is written, and there `[` of a folder's name is `[[]`
        folders = sorted({str(scratch), glob.escape(str(scratch))}) if scratch else []
        sandbox.confine(connection, [whole + ending for ending in _BESIDE], folders)
        secret = "" if key is None else "ENCRYPTION_KEY ?"
        how = ", ".join(filter(None, ("TYPE duckdb", _FORMAT, "" if write else "READ_ONLY", options, secret)))
        keys = [] if key is None else [key]
        connection.execute(f"ATTACH {_quoted(whole)} AS {name} ({how})", keys)
        opened.locked = True
        sandbox.lock(connection)
        if write:
            _tidy(path, scratch)
        _make_scratch(opened)
    except BaseException:
        opened.close()
        raise
    return opened


def in_memory(**settings: str | int) -> duckdb.DuckDBPyConnection:
    """A database of its own in memory that can reach nothing. `settings`: of DuckDB."""
    connection = duckdb.connect(config=sandbox.SETTINGS | settings)
    sandbox.confine(connection)
    sandbox.lock(connection)
    return connection


def load_module(connection: duckdb.DuckDBPyConnection) -> None:
    """Loads the module that encrypts. DuckDB's built-in one is not safe for writing, and is never used instead.

    Raises:
        MatcherError: ``encryption.unavailable``.
    """
    try:
        connection.execute("LOAD httpfs")
    except duckdb.Error as error:
        what = f"encrypted books need DuckDB's extension httpfs, which is not installed for DuckDB {duckdb.__version__}"
        hint = f"Install it once with {_INSTALL}, which needs the network; or leave the books plain on an encrypted disk."
        raise MatcherError("encryption.unavailable", what, hint=hint) from error


def check_encryption() -> None:
    """Raises MatcherError (``encryption.unavailable``) where encrypted books cannot be made."""
    with duckdb.connect(config=sandbox.SETTINGS) as connection:
        load_module(connection)


def _scratch(path: Path) -> Path | None:
    """A name for the command's own directory. It is made once the file is locked: whoever may write removes those of others."""
    folder = _folder(path)
    return folder / f"{PREFIX}{secrets.token_hex(8)}" if os.access(folder, os.W_OK | os.X_OK) else None


def _folder(path: Path) -> Path:
    """Where the books are: one name for it, however it is given, so that a command knows its own directory again."""
    return Path(os.path.abspath(path.parent))


def _make_scratch(opened: Opened) -> None:
    try:
        if opened.scratch:
            opened.scratch.mkdir(mode=0o700, exist_ok=True)
    except OSError:
        opened.scratch = None


def _tidy(path: Path, scratch: Path | None) -> None:
    """Makes the log readable by its owner alone, and removes what killed commands left: whoever may write is alone with the books."""
    try:
        os.close(os.open(f"{path}.wal", os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise MatcherError("books.unwritable", f"the books cannot be written ({error.strerror})", str(path)) from error
    for leftover in _folder(path).glob(f"{PREFIX}*"):
        if leftover != scratch:
            shutil.rmtree(leftover, ignore_errors=True)


def _quoted(text: str) -> str:
    doubled = text.replace("'", "''")
    return f"'{doubled}'"
