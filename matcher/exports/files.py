"""Files that are either written whole or not at all, and several that appear together once what they tell is recorded."""

import errno
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from matcher.durable import sync_folder
from matcher.errors import MatcherError
from matcher.interrupts import undisturbed


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """A binary stream that becomes the file at `path` when the block ends without an exception.

    The bytes go to a file beside it first and reach the disk before the name changes hands, so a reader sees the old file or
    the new one, never a part. A new file is its owner's alone (mode 0600); one that is replaced keeps its mode. A path that is
    not a regular file (a pipe, a terminal) is written to directly.

    Raises:
        MatcherError: ``file.unwritable``.
    """
    with _coded(path):
        if _is_special(path):
            with path.open("wb") as stream:
                yield stream
            return
        with Outbox() as outbox:
            draft = outbox.begin(path)
            yield draft.stream
            draft.complete()
            draft.publish()


def write_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    """Writes the chunks as one file, whole or not at all.

    Raises:
        MatcherError: ``file.unwritable``.
    """
    with atomic(path) as stream:
        stream.writelines(chunks)


class Outbox:
    """Files that are written beside their places at once and take their names together, when what they tell is recorded.

    As a context manager it removes what was not published. A disk that is full or a folder that cannot be written is thus found
    out by `add`, before anything is recorded; `publish` only renames.
    """

    def __init__(self) -> None:
        self._parts: list[_Draft | _Direct] = []

    def __enter__(self) -> "Outbox":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        for part in self._parts:
            part.drop()

    def add(self, path: Path, chunks: Callable[[], Iterable[bytes]]) -> None:
        """Writes one file's draft. The main file comes last: it then stands only when all others do.

        Raises:
            MatcherError: ``file.unwritable``.
        """
        with _coded(path):
            if _is_special(path):
                self._parts.append(_Direct(path, chunks))
                return
            draft = self.begin(path)
            draft.stream.writelines(chunks())
            draft.complete()

    def waits(self, path: Path) -> bool:
        """Whether `add` writes nothing yet: a pipe or a device is written to when the files are published."""
        with _coded(path):
            return _is_special(path)

    def begin(self, path: Path) -> "_Draft":
        """An empty draft of the file at `path`, which is removed if the work is broken off."""
        with undisturbed():  # between its making and its being noted nobody would remove it
            draft = _Draft(path)
            self._parts.append(draft)
        return draft

    def publish(self) -> None:
        """Gives all files their names, in the order in which they were added.

        Raises:
            MatcherError: ``file.unwritable``; files before the one named may have got their names.
        """
        if len(self._parts) > 1:
            # an old main file beside the new others would be taken for one of their batch
            with _coded(self._parts[-1].path):
                self._parts[-1].withdraw()
        for part in self._parts:
            with _coded(part.path):
                part.publish()


class _Draft:
    """A file in the making, beside its place, under a name of its own."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._target = Path(os.path.realpath(path))
        _remove_leftovers(self._target)
        number, name = tempfile.mkstemp(prefix=f".{self._target.name}.", suffix=".part", dir=self._target.parent)
        self._name = Path(name)
        try:
            self.stream: BinaryIO = os.fdopen(number, "wb")
        except BaseException:
            os.close(number)
            self._name.unlink(missing_ok=True)
            raise
        _lock(number)
        with suppress(OSError):  # nothing to replace, or a file system without modes
            os.chmod(name, stat.S_IMODE(self._target.stat().st_mode) & 0o777)

    def complete(self) -> None:
        """Brings the bytes to the disk."""
        self.stream.flush()
        os.fsync(self.stream.fileno())

    def withdraw(self) -> None:
        """Takes the file away that this one replaces."""
        self._target.unlink(missing_ok=True)

    def publish(self) -> None:
        if sys.platform == "win32":
            self.stream.close()
        os.replace(self._name, self._target)
        sync_folder(self._target.parent)

    def drop(self) -> None:
        """Removes the draft, unless it was published."""
        with suppress(OSError):  # closing writes what is left, and the disk may be full
            self.stream.close()
        with suppress(OSError):
            self._name.unlink(missing_ok=True)


class _Direct:
    """A pipe or a device: nothing can be prepared beside it."""

    def __init__(self, path: Path, chunks: Callable[[], Iterable[bytes]]) -> None:
        self.path = path
        self._chunks = chunks
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    def withdraw(self) -> None:
        """Nothing stands there."""

    def publish(self) -> None:
        with self.path.open("wb") as stream:
            stream.writelines(self._chunks())

    def drop(self) -> None:
        """Nothing was prepared."""


@contextmanager
def _coded(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be written ({error.strerror})", str(path)) from error


def _is_special(path: Path) -> bool:
    return path.exists() and not path.is_file()


def _remove_leftovers(target: Path) -> None:
    """Removes drafts of this file that killed processes left behind: nobody holds their lock any more."""
    name = re.compile(rf"\.{re.escape(target.name)}\.[a-z0-9_]{{8}}\.part")
    with suppress(OSError):
        for leftover in [entry.path for entry in os.scandir(target.parent) if name.fullmatch(entry.name)]:
            with suppress(OSError), open(leftover, "rb") as stream:
                if _lock(stream.fileno()):
                    os.unlink(leftover)


if sys.platform == "win32":

    def _lock(number: int) -> bool:
        return False

else:
    import fcntl

    def _lock(number: int) -> bool:
        """Whether nobody else holds the file. The lock ends with the process, however that ends."""
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # somebody holds it, or the file system has no locks
            return False
        return True
