"""A settlement file that is a workbook: each visible sheet as the text that the same report has as CSV."""

import io
from collections.abc import Sequence
from datetime import date, datetime, time

from matcher import workbooks
from matcher.errors import MatcherError


def is_workbook(data: bytes) -> bool:
    """Whether the bytes begin as those of an XLSX file do."""
    return data[:4] == b"PK\x03\x04"


def texts(data: bytes) -> list[str]:
    """The visible sheets, with tabs between cells; none for a file that is no workbook, which is another reader's.

    Cells are written in rows of one width, so that none looks cut off. Numbers are plain decimals and days are ISO dates: they are exact.
    """
    try:
        opened = workbooks.sheets(io.BytesIO(data), len(data))
    except MatcherError:
        return []
    return [_text(rows) for sheet in opened if not sheet.hidden and (rows := sheet.cells.to_python(skip_empty_area=False))]


def _text(rows: Sequence[Sequence[object]]) -> str:
    return "".join("\t".join(map(_cell, row)) + "\n" for row in rows)


def _cell(value: object) -> str:
    match value:
        case bool():
            return str(value)
        case float():
            return f"{value:.0f}" if value.is_integer() else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.replace(microsecond=0).isoformat(" ")
        case date():
            return value.isoformat()
    # a mark of this text's own within a cell would be taken for one between cells
    return " ".join(str(value).replace('"', "'").split())
