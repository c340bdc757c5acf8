"""From bytes to the rows of a report's table."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from matcher.errors import MatcherError
from matcher.remittance.settlements.schema import Report, fold, plain

MAX_ROWS = 1_000_000
MAX_LINE = 1 << 20
_HEAD_LINES = 60
_DELIMITERS = (",", ";", "\t")
_ENCODINGS = ("utf-8-sig", "gb18030", "cp1252")
_WORDS = ("支付宝", "微信", "交易", "账务")
"""One of these must be in text that is read as gb18030, which decodes nearly any bytes."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A report's table, and the lines around it.

    Attributes:
        name: the file, for messages.
        report: of which it is.
        places: for each title, folded, the place of its column.
        rows: number of the line, and cells.
        around: number and text of the lines before and after the table.
    """

    name: str
    report: Report
    places: Mapping[str, int]
    rows: tuple[tuple[int, tuple[str, ...]], ...]
    around: tuple[tuple[int, str], ...] = ()

    def place(self, aliases: Iterable[str]) -> int | None:
        """Of the first of these columns that the file has."""
        return next((self.places[folded] for folded in map(fold, aliases) if folded in self.places), None)

    def all_places(self, aliases: Iterable[str]) -> list[int]:
        """Of all of these columns that the file has."""
        return [self.places[folded] for folded in map(fold, aliases) if folded in self.places]

    def where(self, line: int) -> str:
        """File and line."""
        return f"{self.name}:{line}"


def decode(data: bytes) -> str | None:
    """The text of a file; None when it is none."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16")
        except UnicodeDecodeError:
            return None
    if b"\0" in data:
        return None
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if encoding != "gb18030" or any(word in text for word in _WORDS):
            return text
    return None


def find(text: str, name: str, reports: Iterable[Report]) -> Sheet | None:
    """The table of the first report that the text is of; None when it is of none.

    Raises:
        MatcherError: ``file.*`` or ``row.*`` for a table that is cut off or breaks its own form.
    """
    lines = text.splitlines(keepends=True)
    heads = [line for line in lines[:_HEAD_LINES] if len(line) <= MAX_LINE]
    if any(line.lstrip("\ufeff\"'").startswith("CH") for line in heads) and heads[0].lstrip("\ufeff\"'").startswith("RH"):
        return None  # records, which matcher.remittance.settlements.records reads
    tables = [report for report in reports if report.layout != "records"]
    for number, line in enumerate(heads):
        for delimiter in _DELIMITERS:
            if delimiter not in line:
                continue
            titles = [fold(plain(cell)) for cell in next(csv.reader([line], delimiter=delimiter), [])]
            for report in tables:
                if is_header(titles, report):
                    return _table(lines, number, delimiter, titles, report, name)
    return None


def is_header(titles: Sequence[str], report: Report) -> bool:
    """Whether these titles, folded, are of the report."""
    held = set(titles)
    return all(any(fold(alias) in held for alias in aliases) for aliases in report.header)


def placed(titles: Sequence[str], report: Report, where: str) -> dict[str, int]:
    """The places of the columns.

    Raises:
        MatcherError: ``file.malformed`` for a title that stands twice.
    """
    places: dict[str, int] = {}
    for place, title in enumerate(titles):
        if title in places and any(title == fold(alias) for aliases in report.header for alias in aliases):
            raise MatcherError("file.malformed", f"the column {title!r} stands twice in the header", where)
        places.setdefault(title, place)
    return places


def _table(lines: list[str], head: int, delimiter: str, titles: list[str], report: Report, name: str) -> Sheet:
    places = placed(titles, report, f"{name}:{head + 1}")
    around: list[tuple[int, str]] = [(number, line) for number, line in enumerate(lines[:head], 1)]
    rows: list[tuple[int, tuple[str, ...]]] = []
    body = lines[head + 1 :]
    end = _end(body, report, titles)
    around += [(head + 2 + number, line) for number, line in enumerate(body[end:], end)]
    for line, cells in _records(body[:end], delimiter, report.quotes, head + 2, name):
        if not any(cell.strip() for cell in cells):
            continue
        if len(rows) == MAX_ROWS:
            raise MatcherError("file.too_large", f"the file has more than {MAX_ROWS} rows", name)
        rows.append((line, _fitted(cells, titles, f"{name}:{line}")))
    for number, (at, row) in enumerate(rows, 1):
        if len(row) < len(titles):
            code = "file.cut" if number == len(rows) else "row.invalid"
            raise MatcherError(code, f"the row has {len(row)} cells, the header {len(titles)} columns", f"{name}:{at}")
    return Sheet(name, report, places, tuple(rows), tuple(around))


def _end(body: list[str], report: Report, titles: list[str]) -> int:
    """Where the table ends and the closing lines begin."""
    if report.layout == "comments":
        return next((number for number, line in enumerate(body) if line.lstrip().startswith("#")), len(body))
    if report.closing == "wechat":
        # the title of the closing figures is the only later line whose cells have no backtick before them
        return next((number for number, line in enumerate(body) if line.strip() and "`" not in line), len(body))
    return len(body)


def _fitted(cells: list[str], titles: list[str], where: str) -> tuple[str, ...]:
    if any(cell.strip() for cell in cells[len(titles) :]):
        raise MatcherError("row.width", f"the row has {len(cells)} cells, the header {len(titles)}", where)
    return tuple(cells[: len(titles)])


def _records(body: list[str], delimiter: str, quotes: bool, first: int, name: str) -> Iterator[tuple[int, list[str]]]:
    for number, line in enumerate(body, first):
        if len(line) > MAX_LINE:
            raise MatcherError("file.too_large", "a line is longer than a megabyte", f"{name}:{number}")
    stream = io.StringIO("".join(body), newline="")
    if not quotes:
        for number, line in enumerate(body, first):
            yield number, line.rstrip("\r\n").split(delimiter)
        return
    reader = csv.reader(stream, delimiter=delimiter, strict=True)
    start = first
    try:
        for cells in reader:
            yield start, cells
            start = first + reader.line_num
    except csv.Error as error:
        code = "file.cut" if "unexpected end" in str(error) else "file.malformed"
        raise MatcherError(code, "a quotation mark is opened and never closed, or stands inside a cell", f"{name}:{start}") from None
