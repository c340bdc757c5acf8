"""The books as they stood before a long command began, for those who only read.

A run has the books open for a minute, and DuckDB lets nobody else open them in that time. So a long command copies the file before it
changes anything, and a note beside the books names the copy for as long as it is what the books hold: the note is written once the copy is
whole and on the disk, and taken away, on the disk too, before anything is committed. So a note that a killed command has left is right as
well; whoever opens the books themselves removes it. It is a note, and not a copy under a fixed name, because on Windows a file that
somebody reads cannot be taken away.
"""

import os
import re
import shutil
import time
from contextlib import suppress
from io import FileIO
from pathlib import Path

import duckdb

from matcher.durable import sync_folder
from matcher.errors import MatcherError
from matcher.store import hardening
from matcher.store.hardening import Opened

COPY = "before"
"""Name of the copy in the command's own directory."""
_COPY = re.compile(rf"{re.escape(hardening.PREFIX)}[0-9a-f]{{16}}/{COPY}")
_LONGEST = 64
"""Bytes of a note."""
_TRIES, _PAUSE = 50, 0.02
"""How often, and after how many seconds, a note is taken away that somebody is reading."""
_PIECE = 1 << 20


def note_of(path: Path) -> Path:
    """Where the note of a books file stands."""
    return path.with_name(f"{path.name}.before")


def keep(opened: Opened) -> None:
    """Copies the books for readers. Where that cannot be done there is no copy, and readers wait.

    The books must be open for writing, and nothing may have been changed.
    """
    path, scratch = opened.path, opened.scratch
    if scratch is None or _size(Path(f"{path}.wal")):
        return  # what stands in a log is no part of the file yet
    copy = scratch / COPY
    try:
        # closing the file would give up DuckDB's lock: it stays open
        opened.file = opened.file or FileIO(path)
        opened.file.seek(0)
        with open(copy, "xb", opener=_private) as stream:
            shutil.copyfileobj(opened.file, stream, _PIECE)
            stream.flush()
            os.fsync(stream.fileno())
        sync_folder(scratch)
        draft = scratch / "note"
        with open(draft, "xb", opener=_private) as stream:
            stream.write(f"{scratch.name}/{COPY}".encode())
        draft.replace(note_of(path))
    except OSError:
        with suppress(OSError):
            copy.unlink(missing_ok=True)


def drop(path: Path) -> None:
    """Takes the note away, for whoever has the books open: nobody else can be about to change them.

    Raises:
        OSError: when it stays.
    """
    note = note_of(path)
    if not os.path.lexists(note):
        return
    for left in reversed(range(_TRIES)):
        try:
            note.unlink(missing_ok=True)
            break
        except PermissionError:
            if not left:
                raise
            time.sleep(_PAUSE)
    sync_folder(path.parent)


def dropped(opened: Opened) -> None:
    """Takes the note away before something is committed, and the copy with it.

    Raises:
        MatcherError: ``books.unwritable``; then nothing may be committed.
    """
    try:
        drop(opened.path)
    except OSError as error:
        raise MatcherError("books.unwritable", f"the books cannot be written ({error.strerror})", str(opened.path)) from error
    if opened.scratch:
        with suppress(OSError):  # a reader has it open: it goes with the directory
            (opened.scratch / COPY).unlink(missing_ok=True)


def tidied(opened: Opened) -> None:
    """Takes away the note that a killed command left, where that is possible."""
    with suppress(OSError):
        drop(opened.path)


def reading(path: Path, name: str, key: str | None) -> Opened | None:
    """The copy, open for reading; None where there is none.

    It puts nothing aside: the directory beside it is another command's, and ends with that one.
    """
    try:
        with open(note_of(path), "rb") as stream:
            named = stream.read(_LONGEST).decode("ascii", "replace")
    except OSError:
        return None
    copy = path.parent / named
    if not _COPY.fullmatch(named) or copy.is_symlink():
        return None
    try:
        return hardening.attach(copy, name, write=False, key=key, aside=False)
    except (duckdb.Error, OSError):
        return None  # its command has ended in this moment


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)
