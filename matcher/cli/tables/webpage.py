"""Lists as one web page: a file of its own that loads nothing, for light and dark screens and for paper."""

from collections.abc import Iterator
from html import escape

from matcher.characters import visible
from matcher.cli.tables import cells
from matcher.cli.tables.columns import Column, Kind, Row, Table, Tone

_STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #66707b; --line: #d4d9df; --head: #f3f5f7; --bad: #b3261e; --good: #1a7f37;
  --paper: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e8ec; --soft: #98a2ad; --line: #3a424b; --head: #232a31; --bad: #ff8a80; --good: #6fd08c; --paper: #161b20; }
}
* { box-sizing: border-box; }
body { margin: 2rem auto; padding: 0 1.5rem; max-width: 110rem; color: var(--ink); background: var(--paper);
  font: 14px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", sans-serif; }
h1 { font-size: 1.35rem; margin: 0 0 1rem; }
h2 { font-size: 1.05rem; margin: 2rem 0 .4rem; }
p { margin: .2rem 0 .6rem; color: var(--soft); }
div { overflow-x: auto; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
th, td { padding: .28rem .55rem; text-align: left; vertical-align: top; border-bottom: 1px solid var(--line); }
td { max-width: 34rem; overflow-wrap: break-word; }
.text { min-width: 11rem; }
thead th { background: var(--head); font-weight: 600; vertical-align: bottom; border-bottom: 2px solid var(--soft); }
.right { text-align: right; white-space: nowrap; }
.word { white-space: pre; }
tfoot td { font-weight: 600; border-bottom: 0; }
tfoot tr:first-child td { border-top: 2px solid var(--soft); }
tbody tr:hover { background: var(--head); }
.bad { color: var(--bad); }
.good { color: var(--good); }
.dim { color: var(--soft); }
@media print {
  :root { --ink: #000; --soft: #444; --line: #bbb; --head: #fff; --bad: #900; --good: #000; --paper: #fff; }
  @page { size: A4 landscape; margin: 12mm; }
  body { margin: 0; padding: 0; max-width: none; font-size: 9pt; }
  div { overflow: visible; }
  th, td { padding: .12rem .35rem; }
  tr { break-inside: avoid; }
  tfoot { display: table-row-group; }
  .text { min-width: 7rem; }
}
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'"
"""Nothing is loaded, and nothing runs, whatever a text of the bank holds."""


def page(tables: list[Table], title: str) -> str:
    """The lists as an HTML document with this title."""
    body = "".join(f"{line}\n" for table in tables for line in _lines(table))
    head = (
        '<meta charset="utf-8">',
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)}</title>",
        f"<style>{_STYLE}</style>",
    )
    joined = "\n".join(head)
    start = f'<!DOCTYPE html>\n<html lang="en">\n<head>\n{joined}\n</head>'
    return f"{start}\n<body>\n<h1>{escape(title)}</h1>\n{body}</body>\n</html>\n"


def _lines(table: Table) -> Iterator[str]:
    columns, head = cells.split(table)
    columns = cells.filled(table, columns)
    if table.title:
        yield f"<h2>{escape(visible(table.title))}</h2>"
    if head:
        yield f"<p>{escape(cells.SEPARATOR.join(head))}</p>"
    if not columns:
        return
    sums = cells.totals(table, columns)
    by_column = [_texts(column, [*table.rows, *sums]) for column in columns]
    yield "<div><table>"
    headings = (f'<th scope="col"{_class(column, Tone.PLAIN)}>{escape(column.full_heading)}</th>' for column in columns)
    yield f"<thead><tr>{''.join(headings)}</tr></thead>"
    yield "<tbody>"
    for place, row in enumerate(table.rows):
        yield _row(columns, row, [texts[place] for texts in by_column])
    yield "</tbody>"
    if sums:
        yield "<tfoot>"
        for place, row in enumerate(sums, start=len(table.rows)):
            yield _sums(columns, row, [texts[place] for texts in by_column], f"total {row[table.currency]}".rstrip())
        yield "</tfoot>"
    yield "</table></div>"


def _texts(column: Column, rows: list[Row]) -> list[str]:
    texts = [cells.text(column, row) for row in rows]
    if not column.kind.is_number:
        return texts
    # blanks as wide as a point and a digit keep decimal points below each other
    return [f"{one.rstrip()}{_blanks(len(one) - len(one.rstrip()))}" for one in cells.aligned(texts)]


def _blanks(count: int) -> str:
    return "\u2008" + "\u2007" * (count - 1) if count else ""


def _sums(columns: list[Column], row: Row, texts: list[str], label: str) -> str:
    """A row of sums, with the word for them before the first number."""
    before = next((place for place, column in enumerate(columns) if column.kind.is_number), len(columns))
    first = f'<td colspan="{before}">{escape(label)}</td>' if before else ""
    return _row(columns[before:], row, texts[before:]).replace("<tr>", f"<tr>{first}", 1)


def _row(columns: list[Column], row: Row, texts: list[str]) -> str:
    parts = (
        f"<td{_class(column, cells.tone(column, row) if text else Tone.PLAIN)}>{escape(text)}</td>"
        for column, text in zip(columns, texts, strict=True)
    )
    return f"<tr>{''.join(parts)}</tr>"


def _class(column: Column, tone: Tone) -> str:
    kind = "right" if column.kind.is_number else "text" if column.kind == Kind.TEXT else "word"
    words = [kind, *([tone.value] if tone else [])]
    return f' class="{" ".join(words)}"'
