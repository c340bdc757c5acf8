"""A copy of the books as they stand, made while nobody can write to them."""

import os
import shutil
from io import FileIO
from pathlib import Path

from matcher.errors import MatcherError
from matcher.store import failures
from matcher.store.connecting import connect, log_of

_PIECE = 1 << 20


def copy_books(path: Path, folder: Path, key: str | None) -> Path:
    """Copies a books file, and its log where a killed command has left one; of encrypted books the copy is encrypted.

    Args:
        path: the books file.
        folder: where the copy goes, under the same name, for its owner alone.
        key: of encrypted books.

    Raises:
        MatcherError: ``books.busy`` while somebody writes, what `open_store` finds of the file, ``file.unwritable``.
    """
    copy = folder / path.name
    with failures.coded(path):
        opened = connect(path, write=False, key=key)
        try:
            # closing a second handle of the file would give up DuckDB's lock: this one is closed with the books
            opened.file = opened.file or FileIO(path)
            opened.file.seek(0)
            _write(copy, opened.file)
            if log_of(path).exists():
                with FileIO(log_of(path)) as log:
                    _write(log_of(copy), log)
        except OSError as error:
            raise MatcherError("file.unwritable", f"cannot be written ({error.strerror})", str(copy)) from error
        finally:
            opened.close()
    return copy


def _write(copy: Path, source: FileIO) -> None:
    with open(copy, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as stream:
        shutil.copyfileobj(source, stream, _PIECE)
        stream.flush()
        os.fsync(stream.fileno())
