"""A list for programs: CSV, TSV and JSON Lines, with the columns' own names and the values as they are."""

import csv
import io
import json
import re
from collections.abc import Iterator
from typing import Any

from matcher.characters import in_json, visible
from matcher.cli.tables.cells import plain
from matcher.cli.tables.columns import Column, Table

_STARTS_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_IS_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?")


def csv_text(table: Table) -> str:
    """The rows as CSV: comma, line feeds, the names of the columns first."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name for column in table.complete])
    writer.writerows(_texts(table))
    return text.getvalue()


def tsv_text(table: Table) -> str:
    r"""The rows with a tab between the cells; what is a tab or a line feed in a text is written ``\t`` or ``\n``."""
    names = [column.name for column in table.complete]
    return "".join("\t".join(map(visible, cells)) + "\n" for cells in (names, *_texts(table)))


def json_lines(table: Table) -> str:
    """One JSON object for each row, each on a line of its own."""
    return "".join(json_line({column.name: plain(row[column.name]) for column in table.complete}) for row in table.rows)


def json_line(record: Any) -> str:
    """One JSON object on a line of its own."""
    return in_json(json.dumps(record, ensure_ascii=False)) + "\n"


def _texts(table: Table) -> Iterator[list[str]]:
    for row in table.rows:
        yield [_safe(column, row[column.name]) for column in table.complete]


def _safe(column: Column, value: Any) -> str:
    text = "" if value is None else str(plain(value))
    # a spreadsheet would run such a cell as a formula; amounts and counts are left alone
    is_number = column.kind.is_number and _IS_NUMBER.fullmatch(text)
    return f"'{text}" if text.startswith(_STARTS_FORMULA) and not is_number else text
