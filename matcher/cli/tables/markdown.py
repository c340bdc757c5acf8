"""A list as a Markdown table, with all columns for people."""

import re
from collections.abc import Iterator

from matcher.characters import visible
from matcher.cli.tables import cells
from matcher.cli.tables.columns import Table

_SIGNS = re.compile(r"([\\`*_{}\[\]<>#|~])")


def markdown(tables: list[Table]) -> str:
    """The lists one below the other."""
    return "\n".join("".join(f"{line}\n" for line in _lines(table)) for table in tables)


def _lines(table: Table) -> Iterator[str]:
    columns, head = cells.split(table)
    columns = cells.filled(table, columns)
    if table.title:
        yield f"## {_escaped(visible(table.title))}"
        yield ""
    if head:
        yield f"**{_escaped(cells.SEPARATOR.join(head))}**"
        yield ""
    if not columns:
        return
    yield _row([_escaped(column.full_heading) for column in columns])
    yield _row(["---:" if column.kind.is_number else "---" for column in columns])
    for row in table.rows:
        yield _row([_escaped(cells.text(column, row)) for column in columns])
    for sums in cells.totals(table, columns):
        texts = [_escaped(cells.text(column, sums)) for column in columns]
        label = f"total {sums[table.currency]}".rstrip()
        yield _row([f"**{text}**" if text else "" for text in (texts[0] or label, *texts[1:])])


def _row(texts: list[str]) -> str:
    return f"| {' | '.join(texts)} |".replace("|  |", "| |").replace("|  |", "| |")


def _escaped(text: str) -> str:
    return _SIGNS.sub(r"\\\1", text)
