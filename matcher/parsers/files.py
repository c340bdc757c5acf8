"""Files as sources. A file is opened several times, and must be the same one each time: what is hashed is what is parsed."""

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from matcher.errors import MatcherError
from matcher.parsers.base import Source

_Look = tuple[int, int, int, int, int]
"""Device, number, size, and the times of the last change of contents and of anything else."""


def file_source(path: str | Path) -> Source:
    """A source over a regular file.

    Raises:
        MatcherError: ``file.missing``; ``file.special`` for a pipe or a device. Its stream and its check raise ``file.changed``
            when the file is written to, or another one is put in its place, while it is read.
    """
    place = os.fspath(path)
    with _open(place) as stream:
        first = _look(stream.fileno())

    def check_look(look: _Look) -> None:
        if look != first:
            raise MatcherError("file.changed", "was changed while it was read", place)

    def opener() -> BinaryIO:
        stream = _open(place)
        try:
            check_look(_look(stream.fileno()))
        except MatcherError:
            stream.close()
            raise
        return stream

    def check() -> None:
        opener().close()

    return Source(str(path), first[2], opener, check)


def _open(place: str) -> BinaryIO:
    try:
        # a pipe that nobody writes to would hold the program for ever
        number = os.open(place, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise MatcherError("file.missing", f"cannot be read ({error.strerror})", place) from error
    mode = os.fstat(number).st_mode
    if stat.S_ISREG(mode):
        return os.fdopen(number, "rb")
    os.close(number)
    if stat.S_ISDIR(mode):
        raise MatcherError("file.missing", f"cannot be read ({os.strerror(errno.EISDIR)})", place)
    raise MatcherError("file.special", "is no regular file", place)


def _look(number: int) -> _Look:
    status = os.fstat(number)
    return (status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)
