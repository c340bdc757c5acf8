"""Pages for customers and lawyers: HTML that needs nothing beside itself, and prints. Every text is escaped where it is put in."""

from collections.abc import Iterable, Sequence
from html import escape

from matcher import languages, money
from matcher.characters import visible

_STYLE = """
body { font: 10.5pt/1.45 "Segoe UI", "Helvetica Neue", Arial, "Noto Sans", "Noto Sans CJK SC", sans-serif; color: #1b1b1b; margin: 2em auto;
  max-width: 80em; padding: 0 1em; }
h1 { font-size: 1.5em; margin: 0 0 .2em; } h2 { font-size: 1.12em; margin: 1.7em 0 .4em; } p { margin: .3em 0; }
table { border-collapse: collapse; width: 100%; } thead { display: table-header-group; } tr { break-inside: avoid; }
th, td { padding: .28em .5em; text-align: left; vertical-align: top; border-bottom: 1px solid #d5d5d5; }
th { border-bottom: 1.5px solid #555; font-weight: 600; }
.n { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
tfoot td { font-weight: 600; border-top: 1.5px solid #555; }
.empty { border: 1px solid #999; background: #fff8dc; min-width: 4em; } .quiet { color: #555; } .code { float: right; width: 34mm; }
@page { size: A4 landscape; margin: 14mm 12mm; }
@media print { body { margin: 0; max-width: none; padding: 0; font-size: 9pt; } a { color: inherit; } }
""".strip()
_QUIET, _RIGHT, _TO_FILL = ' class="quiet"', ' class="n"', ' class="empty"'


def page(title: str, parts: Iterable[str]) -> bytes:
    """A whole page. `parts`: HTML, in their order; nothing of it refers to another file or address."""
    language = {"zh": "zh-Hans"}.get(languages.language(), languages.language())
    policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    head = (
        f'<!DOCTYPE html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{text(title)}</title>\n<style>{_STYLE}</style>\n</head>"
    )
    return "\n".join((head, "<body>", *parts, "</body>", "</html>", "")).encode()


def text(words: str) -> str:
    """A text as HTML; characters that show nothing are made visible."""
    return escape(visible(words), quote=True)


def heading(words: str, level: int = 2) -> str:
    """A heading."""
    return f"<h{level}>{text(words)}</h{level}>"


def line(words: str, *, quiet: bool = False) -> str:
    """A line of its own."""
    return f"<p{_QUIET if quiet else ''}>{text(words)}</p>"


class Number(str):
    """A cell that stands on the right."""

    __slots__ = ()


class Empty(str):
    """A cell that is filled in by hand."""

    __slots__ = ()


def table(columns: Sequence[str], rows: Iterable[Sequence[str]], totals: Iterable[Sequence[str]] = ()) -> str:
    """A table. A column whose cells are numbers has its heading on the right too."""
    body = [list(row) for row in rows]
    foot = [list(row) for row in totals]
    right = [any(isinstance(row[place], Number) for row in (*body, *foot)) for place in range(len(columns))]
    head = "".join(f"<th{_RIGHT if right[place] else ''}>{text(name)}</th>" for place, name in enumerate(columns))
    parts = [f"<table>\n<thead><tr>{head}</tr></thead>", "<tbody>", *map(_row, body), "</tbody>"]
    parts += ["<tfoot>", *map(_row, foot), "</tfoot>"] if foot else []
    return "\n".join((*parts, "</table>"))


def _row(cells: Sequence[str]) -> str:
    return f"<tr>{''.join(map(_cell, cells))}</tr>"


def _cell(cell: str) -> str:
    kind = _RIGHT if isinstance(cell, Number) else _TO_FILL if isinstance(cell, Empty) else ""
    return f"<td{kind}>{text(cell)}</td>"


def amount(minor: int, currency: str) -> Number:
    """An amount as the page's language writes it: 1,234.50, in German 1.234,50."""
    told = money.grouped(minor, currency)
    return Number(told.translate(str.maketrans(",.", ".,")) if languages.language() == "de" else told)
