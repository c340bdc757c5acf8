"""Reads what a person writes for the program: matcher.toml, rules.toml, layouts. Small TOML files, and never anything else."""

import os
import re
import stat
import tomllib
from pathlib import Path
from typing import Any

from matcher.errors import MatcherError

MAX_SIZE = 1 << 20
"""Bytes of such a file."""
MAX_DEPTH = 50
"""Names in one key, as in ``a.b.c``."""
_NAME = r"""(?:(?<![\w-])[\w-]++|"[^"\n]*+"|'[^'\n]*+')"""
_DEEP = re.compile(rf"(?:{_NAME}[ \t]*+\.[ \t]*+){{{MAX_DEPTH}}}")
_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_text(path: Path, code: str) -> str:
    """The text of a regular file. Nothing else is opened for long: a pipe or a device could hold the program for ever.

    Args:
        path: the file.
        code: what to raise, such as ``config.invalid``.

    Raises:
        MatcherError: `code` when it cannot be read, is no file, is larger than `MAX_SIZE`, or is not UTF-8.
    """
    data = read_bytes(path, code)
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise MatcherError(code, "is not UTF-8", f"{path}:{line}") from error


def read_bytes(path: Path, code: str) -> bytes:
    """The bytes of a regular file. Arguments and errors as of `read_text`."""
    try:
        # a pipe that nobody writes to would not even open otherwise
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                raise MatcherError(code, "is not a file", str(path))
            data = stream.read(MAX_SIZE + 1)
    except OSError as error:
        raise MatcherError(code, f"cannot be read ({error.strerror})", str(path)) from error
    except ValueError as error:  # a name that holds a null character
        raise MatcherError(code, "is no name of a file", str(path)) from error
    if len(data) > MAX_SIZE:
        raise MatcherError(code, f"has more than {MAX_SIZE >> 20} MB", str(path))
    return data


def load_toml(text: str, where: str, code: str) -> dict[str, Any]:
    """The keys of a TOML text.

    Args:
        text: the text.
        where: its file, for messages.
        code: what to raise.

    Raises:
        MatcherError: `code` with the line at fault.
    """
    if deep := _DEEP.search(text):
        line = text.count("\n", 0, deep.start()) + 1
        raise MatcherError(code, f"a key is nested deeper than {MAX_DEPTH}", f"{where}:{line}")
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        place = _PLACE.search(str(error))
        line_at = f"{where}:{place[1]}" if place and place[1] else where
        raise MatcherError(code, f"is not valid TOML ({_PLACE.sub('', str(error))})", line_at) from error
    except RecursionError as error:
        raise MatcherError(code, "is nested too deeply", where) from error
    except ValueError as error:  # a whole number of more digits than Python reads
        raise MatcherError(code, "is not valid TOML (a number has too many digits)", where) from error
