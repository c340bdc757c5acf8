"""A copy of the blocks that DuckDB rewrites in place, for the case that the program is ended in the middle of one.

When DuckDB closes a file that was written to, it first rewrites the blocks that hold its directory of the file, where they stand, and then
the header that points to them. Whatever ends the program between the halves of such a block leaves a file that holds everything, with a
header that is still the old one, and a block whose checksum is wrong: the file does not open. A writer therefore copies these blocks
into its directory beside the books before it commits. Whoever finds the file damaged puts them back, as long as the header is the one that
they belong to; what was committed is in DuckDB's log by then, and is replayed.
"""

import os
import stat
import struct
import sys
from collections.abc import Iterator
from contextlib import suppress
from hashlib import sha256
from io import FileIO
from pathlib import Path

import duckdb

from matcher.durable import sync_folder

COPY = "directory"
"""Name of the copy in a command's directory beside the books."""

_MAGIC = b"matcher directory 1\n"
_HEADERS_AT, _HEADERS = 4096, 8192
"""Place and length of DuckDB's two headers, of which the later one counts, and below the place and length of its blocks; source: DuckDB,
src/include/duckdb/storage/storage_info.hpp."""
_BLOCKS_AT, _BLOCK = 12288, 262_144
_NUMBER = struct.Struct("<q")
_NOT_ELSEWHERE = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
"""No link is followed, and no pipe waited for."""


def save(connection: duckdb.DuckDBPyConnection, name: str, file: FileIO, folder: Path) -> None:
    """Copies the blocks, and brings the copy to the disk. They are copied as they stand: of encrypted books they are encrypted.

    Args:
        connection: that has the books open and has committed nothing.
        name: under which they are attached.
        file: the books file, open for reading. Closing it gives up DuckDB's lock, so it must stay open for as long as the books do.
        folder: the command's directory.

    Raises:
        OSError: when the copy cannot be made.
    """
    numbers = [int(row[0]) for row in connection.execute(f"SELECT block_id FROM pragma_metadata_info('{name}')").fetchall()]
    contents = b"".join(_blocks(file, numbers))
    with open(folder / COPY, "wb", opener=_private) as stream:
        stream.write(_MAGIC + sha256(contents).digest() + contents)
        stream.flush()
        os.fsync(stream.fileno())
    for changed in (folder, folder.parent):
        sync_folder(changed)


def restore(path: Path, copy: Path) -> None:
    """Puts the copied blocks back into a file that does not open; the copy stays.

    It does nothing where the copy is not whole or not made by the books' owner, where the file has other headers than the copy, and where
    another process has the file open.
    """
    with suppress(OSError):
        blocks = _contents(copy, os.stat(path).st_uid)
        with open(path, "r+b", buffering=0) as file:
            if not blocks or not _lock(file.fileno()) or _at(file, _HEADERS_AT, _HEADERS) != blocks[:_HEADERS]:
                return
            for place, start in _places(blocks, os.fstat(file.fileno()).st_size):
                file.seek(place)
                _write(file, blocks[start : start + _BLOCK])
            os.fsync(file.fileno())


def _contents(copy: Path, owner: int) -> bytes:
    """Headers and blocks of a copy; b"" for what no command of the books' owner has written whole."""
    with open(os.open(copy, os.O_RDONLY | _NOT_ELSEWHERE), "rb") as stream:
        file, folder = os.fstat(stream.fileno()), os.lstat(copy.parent)
        ours = {owner, os.geteuid()} if hasattr(os, "geteuid") else {owner}
        if not stat.S_ISREG(file.st_mode) or not stat.S_ISDIR(folder.st_mode) or not {file.st_uid, folder.st_uid} <= ours:
            return b""
        if folder.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            return b""
        contents = stream.read()
    blocks = contents[len(_MAGIC) + 32 :]
    return blocks if contents == _MAGIC + sha256(blocks).digest() + blocks else b""


def _places(blocks: bytes, size: int) -> list[tuple[int, int]]:
    """Where each copied block belongs in a file of that size, and where it begins in the copy; none where a block lies outside."""
    starts = range(_HEADERS, len(blocks) - _NUMBER.size - _BLOCK + 1, _NUMBER.size + _BLOCK)
    places = [(_BLOCKS_AT + _NUMBER.unpack_from(blocks, start)[0] * _BLOCK, start + _NUMBER.size) for start in starts]
    return places if all(_BLOCKS_AT <= place <= size - _BLOCK for place, _ in places) else []


def _blocks(file: FileIO, numbers: list[int]) -> Iterator[bytes]:
    yield _at(file, _HEADERS_AT, _HEADERS)
    for number in numbers:
        block = _at(file, _BLOCKS_AT + number * _BLOCK, _BLOCK)
        if len(block) == _BLOCK:  # else it is new, and no header points to it
            yield _NUMBER.pack(number) + block


def _at(file: FileIO, start: int, length: int) -> bytes:
    file.seek(start)
    return file.read(length)


def _write(file: FileIO, contents: bytes) -> None:
    rest = memoryview(contents)
    while rest:
        rest = rest[file.write(rest) :]


def _private(name: str, flags: int) -> int:
    return os.open(name, flags, 0o600)


if sys.platform == "win32":

    def _lock(number: int) -> bool:
        return False  # another program's locks cannot be told from DuckDB's: nothing is written under them

else:
    import fcntl

    def _lock(number: int) -> bool:
        """Whether nobody has the file open: it is DuckDB's own lock. Raises OSError where the file system has none."""
        try:
            fcntl.lockf(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
