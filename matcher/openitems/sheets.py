"""The sheets of a workbook that an ERP wrote, as they are."""

import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from matcher.errors import MatcherError

Area = tuple[int, int, int, int]
"""First row and column, last row and column, counted from 0."""


class RawSheet(NamedTuple):
    """A visible sheet of a workbook.

    Attributes:
        first: line of its first row.
        rows: values of its cells.
        merged: areas that are one cell each.
        currencies: by row and column, what the format of a figure shows beside it: a currency's code or sign.
    """

    name: str
    first: int
    rows: list[list[Any]]
    merged: Sequence[Area] = ()
    currencies: Mapping[tuple[int, int], str] = {}


def raw_sheets(data: bytes, name: str) -> list[RawSheet]:
    """The visible sheets of a workbook that hold something.

    Raises:
        MatcherError: what `workbooks.sheets` raises, with the file's name.
    """
    from matcher import workbooks  # its library takes longer to load than most files to read

    try:
        opened = [sheet for sheet in workbooks.sheets(io.BytesIO(data), len(data), formats=True) if not sheet.hidden]
    except MatcherError as error:
        hint = "Export the workbook again." if error.code == "file.malformed" else error.hint
        raise MatcherError(error.code, error.what, name, hint) from None
    found = []
    for sheet, _, currencies in opened:
        top, left = sheet.start or (0, 0)
        if rows := sheet.to_python():
            merged = [(a - top, b - left, c - top, d - left) for (a, b), (c, d) in sheet.merged_cell_ranges or ()]
            shown = {(row - top, column - left): currency for (row, column), currency in currencies.items()}
            found.append(RawSheet(sheet.name, top + 1, rows, merged, shown))
    return found
