"""The lines of a message in HTML as a person sees them: rows of tables with their cells, and paragraphs. Nothing is fetched."""

from collections.abc import Iterator

from lxml import etree, html

from matcher.errors import MatcherError
from matcher.remittance.documents.bounds import Bounds
from matcher.remittance.documents.lines import Line, of_cells

_UNSEEN = frozenset(("script", "style", "head", "title", "template", "noscript", "object", "iframe"))
_WITHIN = frozenset(
    ("a", "abbr", "b", "big", "code", "em", "font", "i", "label", "mark", "s", "small", "span", "strong", "sub", "sup", "tt", "u")
)
"""Elements within a line; any other begins a new one."""

_MAX_SPAN = 50
_PROSE = -1
"""Column of what stands in no table."""


def lines(page: str, bounds: Bounds) -> tuple[Line, ...]:
    """The lines of a page.

    Raises:
        MatcherError: ``file.too_large`` for more cells than the bounds allow.
    """
    if not page.strip():
        return ()
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = html.document_fromstring(page.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return ()
    rows, cells = [], 0
    for row in _rows(root):
        cells += len(row)
        if cells > bounds.cells:
            raise MatcherError("file.too_large", "the message has more cells than an advice may")
        rows.append(row)
    return of_cells(rows)


def _rows(root: html.HtmlElement) -> Iterator[list[tuple[int, str]]]:
    told: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        tag = element.tag if isinstance(element.tag, str) else ""
        if event == "start" and tag == "tr" and not _nests(element):
            yield from _paragraph(told)
            if not _unseen(element):
                yield _cells(element)
            walk.skip_subtree()
        elif event == "start" and (not tag or tag in _UNSEEN or _unseen(element)):
            walk.skip_subtree()
        elif event == "start":
            if tag not in _WITHIN:
                yield from _paragraph(told)
            told.append(element.text or "")
        else:
            if tag not in _WITHIN:
                yield from _paragraph(told)
            told.append(element.tail or "")
    yield from _paragraph(told)


def _paragraph(told: list[str]) -> Iterator[list[tuple[int, str]]]:
    text = " ".join("".join(told).split())
    told.clear()
    if text:
        yield [(_PROSE, text)]


def _nests(row: html.HtmlElement) -> bool:
    return next(row.iterdescendants("tr"), None) is not None


def _unseen(element: html.HtmlElement) -> bool:
    style = element.get("style", "").replace(" ", "").lower()
    return "display:none" in style or "visibility:hidden" in style or element.get("hidden") is not None


def _cells(row: html.HtmlElement) -> list[tuple[int, str]]:
    cells, column = [], 0
    for cell in row:
        if cell.tag not in ("td", "th"):
            continue
        if not _unseen(cell):
            text = " ".join(" ".join(part for part in cell.itertext() if isinstance(part, str)).split())
            if text:
                cells.append((column, text))
        span = cell.get("colspan", "1")
        column += min(int(span), _MAX_SPAN) if span.isascii() and span.isdecimal() else 1
    return cells
