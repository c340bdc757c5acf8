"""Files inside a ZIP archive as sources, within bounds: no nesting, no encryption, no archive that swells beyond reason."""

import io
import zipfile
import zlib
from functools import partial
from typing import IO, TYPE_CHECKING, BinaryIO, cast

from matcher.errors import MatcherError
from matcher.parsers.base import Source

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer as Buffer

MAGIC = b"PK\x03\x04"
MAX_MEMBERS = 10_000
MAX_DIRECTORY = 8 << 20
MAX_UNPACKED = 8 << 30
"""Unpacked bytes of one archive: twenty million entries of a statement."""
MAX_RATIO = 200
"""Unpacked bytes for each packed one, beyond the first megabytes. Statements reach 10 to 60, bombs about 1,000."""
_RATIO_FREE = 4 << 20
_ZIP64 = 0xFFFF
"""Stands for a number of files that is told elsewhere."""
_NESTED = (MAGIC, b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!", b"BZh", b"\xfd7zXZ")
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, ValueError, NotImplementedError, RuntimeError, OSError, OverflowError)
"""What the zipfile module raises for contents it cannot read."""


def members(source: Source) -> list[Source]:
    """The files of an archive in the order of its directory; folders and macOS resource forks left out.

    Raises:
        MatcherError: ``file.malformed`` or ``file.cut`` when it cannot be read or is encrypted, ``file.hostile`` when a file swells
            beyond `MAX_RATIO`, ``file.too_large`` beyond the other bounds.
    """
    stated = _bound_directory(source)
    try:
        with source.open() as stream, zipfile.ZipFile(stream) as archive:
            listed = archive.infolist()
            infos = [info for info in listed if not _beside_the_point(info)]
    except BROKEN:
        raise MatcherError("file.malformed", "the ZIP archive cannot be read") from None
    if stated not in (len(listed), _ZIP64):
        raise MatcherError("file.malformed", f"the archive says it holds {stated} files and lists {len(listed)}")
    if len(infos) > MAX_MEMBERS:
        raise MatcherError("file.too_large", f"the archive holds more than {MAX_MEMBERS} files")
    total = sum(info.file_size for info in infos)
    if total > MAX_UNPACKED:
        raise MatcherError("file.too_large", f"the archive unpacks to {total >> 20} MB")
    for info in infos:
        if info.flag_bits & 1:
            raise MatcherError("file.malformed", "the archive is encrypted")
        if info.file_size > _RATIO_FREE and info.file_size > MAX_RATIO * info.compress_size:
            raise MatcherError("file.hostile", "a file in the archive swells beyond reason")
    return [Source(info.filename, info.file_size, partial(_open, source, info)) for info in infos]


def refuse_nested(member: Source) -> None:
    """Checks that a file of an archive is not an archive itself.

    Raises:
        MatcherError: ``file.hostile`` when it is.
    """
    if member.head(8).startswith(_NESTED):
        raise MatcherError("file.hostile", f"{member.name[:60]!r} in the archive is an archive itself")


def _beside_the_point(info: zipfile.ZipInfo) -> bool:
    """Folders, and the resource forks that macOS packs beside every file."""
    name = info.filename
    return (name.endswith("/") and not info.file_size) or name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith("._")


def _bound_directory(source: Source) -> int:
    """Reads the end record of the central directory (ZIP application note, 4.3.16) before anything trusts it.

    Returns:
        How many files it says there are.
    """
    with source.open() as stream:
        stream.seek(max(0, source.size - 66_000))
        tail = stream.read(66_000)
    at = tail.rfind(b"PK\x05\x06")
    if at < 0 or len(tail) < at + 22:
        raise MatcherError("file.cut", "the ZIP archive ends before its directory")
    if int.from_bytes(tail[at + 12 : at + 16], "little") > MAX_DIRECTORY:
        raise MatcherError("file.too_large", f"the archive holds more than {MAX_MEMBERS} files")
    return int.from_bytes(tail[at + 10 : at + 12], "little")


class _Member(io.RawIOBase):
    """A stream over one member that owns its archive and reports damage as a coded error."""

    def __init__(self, inner: IO[bytes], archive: zipfile.ZipFile, outer: BinaryIO) -> None:
        self._inner = inner
        self._owned = (inner, archive, outer)

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: "Buffer") -> int:
        """Reads up to the buffer's length.

        Raises:
            MatcherError: ``file.cut`` when the packed data is damaged.
        """
        view = memoryview(buffer).cast("B")
        try:
            piece = self._inner.read(len(view))
        except BROKEN:
            raise MatcherError("file.cut", "a file in the archive is damaged") from None
        view[: len(piece)] = piece
        return len(piece)

    def close(self) -> None:
        """Closes the member, its archive and the file."""
        if not self.closed:
            for stream in self._owned:
                stream.close()
        super().close()


def _open(source: Source, info: zipfile.ZipInfo) -> BinaryIO:
    outer = source.open()
    try:
        archive = zipfile.ZipFile(outer)
        return cast(BinaryIO, _Member(archive.open(info), archive, outer))
    except BROKEN:
        outer.close()
        raise MatcherError("file.cut", "a file in the archive is damaged") from None
