"""How much of a workbook is read."""

from dataclasses import dataclass

from matcher.errors import MatcherError

MAX_ROWS, MAX_COLUMNS = 1_048_576, 16_384
"""A sheet's size in Excel."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of a workbook is read.

    Attributes:
        size: bytes of the file. binary_size: of a binary workbook, whose contents are not packed.
        unpacked: bytes of all parts of an XLSX file.
        ratio: unpacked bytes for each packed one, beyond `ratio_free` bytes. Sheets reach 10 to 40, bombs about 1,000.
        parts: files in the archive.
        cells: cells of the rectangles that the sheets claim, all together.
        text: bytes of the texts that cells refer to, each as often as it is referred to.
        memory: bytes that the process may take in which a binary workbook is opened first. seconds: of its computing time.
    """

    size: int = 256 << 20
    binary_size: int = 48 << 20
    unpacked: int = 512 << 20
    ratio: int = 200
    ratio_free: int = 4 << 20
    parts: int = 5_000
    cells: int = 12_000_000
    text: int = 256 << 20
    memory: int = 1 << 30
    seconds: int = 60


BOUNDS = Bounds()


def too_many(rows: int, columns: int) -> MatcherError:
    """The refusal of a sheet whose rectangle is too large to lay out."""
    return MatcherError("file.too_large", f"a sheet claims {rows} rows and {columns} columns")
