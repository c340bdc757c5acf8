"""Standard output and error as streams that never break off a command: what cannot be shown is remembered, and said at the end.

A command that has recorded its work must not end as if it had not, because somebody closed a pipe or a disk is full.
"""

import io
import os
import select
import sys
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer


class Screen(io.RawIOBase):
    """A file descriptor that takes everything, and drops what comes after the first failure.

    Attributes:
        failure: why it could not be written, in the operating system's words; empty while it can, and also where whoever read it
            has closed it: that is their decision, not an error.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._open = True
        self.failure = ""

    def write(self, data: "ReadableBuffer") -> int:
        """Writes all of the bytes, or drops them."""
        rest = memoryview(data).cast("B")
        size = rest.nbytes
        try:
            while self._open and rest.nbytes:
                rest = rest[self._write(rest) :]
        except BrokenPipeError:
            self._open = False
        except OSError as error:
            self._open, self.failure = False, error.strerror or type(error).__name__
        return size

    def _write(self, data: memoryview) -> int:
        try:
            return os.write(self._number, data)
        except BlockingIOError:  # a pipe that does not make its writers wait: its reader is slow, and nothing may be lost
            select.select([], [self._number], [])
            return 0

    def writable(self) -> bool:
        """Always."""
        return True

    def fileno(self) -> int:
        """The descriptor."""
        return self._number

    def isatty(self) -> bool:
        """Whether it is a terminal."""
        return os.isatty(self._number)


_shown: list[Screen] = []


def install() -> None:
    """Puts a `Screen` in the place of standard output and of standard error, for this whole process."""
    _occupy()
    out, errors = Screen(1), Screen(2)
    # a file or another program gets UTF-8 whatever the machine's language is; a terminal gets what it can show
    encoding = getattr(sys.stdout, "encoding", "utf-8") if out.isatty() else "utf-8"
    sys.stdout = _text(out, encoding, getattr(sys.stdout, "errors", "strict"), out.isatty())
    sys.stderr = _text(errors, getattr(sys.stderr, "encoding", "utf-8"), "backslashreplace", True)
    _shown[:] = [out]
    if not sys.warnoptions:
        # what a library says to programmers is nothing for an accountant's screen
        warnings.simplefilter("ignore")


def failure() -> str:
    """Why standard output could not be written; empty when it could, and where nobody has installed a screen."""
    if not _shown:
        return ""
    sys.stdout.flush()
    return _shown[0].failure


def _text(screen: Screen, encoding: str, errors: str, by_line: bool) -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(screen), encoding, errors, line_buffering=by_line)


def _occupy() -> None:
    """Gives a closed standard descriptor to a file that cannot be used: else the books would get it, and what is printed with it."""
    for number, how in ((0, os.O_WRONLY), (1, os.O_RDONLY), (2, os.O_RDONLY)):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, how)  # takes the lowest free number, which is this one
