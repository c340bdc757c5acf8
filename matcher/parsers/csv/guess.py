"""What cells look like, when no title says what they are."""

import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

from matcher.parsers.csv.cells import CellError, DateReader, amount_reader, currency_code
from matcher.parsers.csv.text import fold

FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y", "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%Y.%m.%d.", "%d-%m-%y", "%Y%m%d", "%d%m%Y", "%Y年%m月%d日", "%d %b %Y", "%d-%b-%Y", "%d %b %y", "%d-%b-%y", "%b %d, %Y",
    "%b %d %Y", "%d/%b/%Y", "%d. %b %Y", "%d.%m", "%d/%m",
)  # fmt: skip
CREDIT = {
    "c",
    "cr",
    "credit",
    "h",
    "haben",
    "k",
    "kredit",
    "bij",
    "+",
    "in",
    "收入",
    "贷",
    "贷 cr",
    "入金",
    "入",
    "crédit",
    "crédito",
    "abono",
    "cred",
    "j",
}
DEBIT = {
    "d",
    "dr",
    "debit",
    "s",
    "soll",
    "debet",
    "af",
    "-",
    "out",
    "支出",
    "借",
    "借 dr",
    "出金",
    "支払",
    "débit",
    "débito",
    "cargo",
    "deb",
    "t",
}
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_LEAST_ROWS = 2
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
"""Years outside these are numbers of eight digits that only look like days."""


def is_date(text: str, cell: str) -> bool:
    """Whether a cell is a date of this format."""
    try:
        DateReader([text])(cell)
    except CellError:
        return False
    return True


@cache
def _reader(text: str) -> DateReader:
    return DateReader([text])


def day_formats(cell: str) -> tuple[str, ...]:
    """The formats with a year in which a cell is a day."""
    found = []
    for text in FORMATS:
        if "%y" not in text.casefold():
            continue
        try:
            day, _ = _reader(text)(cell)
        except CellError:
            continue
        if _FIRST_YEAR <= day.year <= _LAST_YEAR:
            found.append(text)
    return tuple(found)


def is_amount(decimal: str, grouping: str, cell: str, lakh: bool = False) -> bool:
    """Whether a cell is a figure with this decimal mark and these groupings."""
    try:
        amount_reader(decimal, grouping, lakh)(cell)
    except CellError:
        return False
    return True


def is_figure(cell: str) -> bool:
    """Whether a cell is a figure under either decimal mark."""
    return is_amount(".", ", '", cell) or is_amount(",", ". '", cell) or is_amount(".", ",", cell, lakh=True)


def positions(rows: Sequence[Sequence[str]]) -> tuple[dict[str, int], list[int]]:
    """Fields by position for a table without header, and the widths its rows have; nothing when no date and amount are found."""
    widths = [width for width, _ in Counter(len(row) for row in rows if len(row) > 2).most_common(3)]
    table = [row for row in rows if len(row) in widths]
    if len(table) < _LEAST_ROWS:
        return {}, []
    columns = [[row[place].strip() if place < len(row) else "" for row in table] for place in range(max(widths))]
    days = [place for place, cells in enumerate(columns) if _is_day(cells)]
    figures = [place for place, cells in enumerate(columns) if place not in days and _is_money(cells)]
    fields = dict(zip(("booking_date", "value_date"), days, strict=False))
    fields |= _money(columns, figures)
    for place, cells in enumerate(columns):
        if place not in fields.values() and (name := _kind(cells)) and name not in fields:
            fields[name] = place
    texts = [place for place in range(len(columns)) if place not in fields.values() and any(columns[place])]
    if texts:
        fields["remittance_information"] = max(texts, key=lambda place: sum(map(len, columns[place])))
    usable = "booking_date" in fields and ("amount" in fields or "credit" in fields)
    return (fields, sorted(widths)) if usable else ({}, [])


def _is_day(cells: Sequence[str]) -> bool:
    return all(cells) and any(all(is_date(text, cell) for cell in cells) for text in FORMATS)


def _is_money(cells: Sequence[str]) -> bool:
    filled = [cell for cell in cells if cell]
    return bool(filled) and all(map(is_figure, filled)) and any(re.search(r"[.,]\d{2}\D*$", cell) for cell in filled)


def _money(columns: Sequence[Sequence[str]], figures: Sequence[int]) -> dict[str, int]:
    """The amount comes before the balance; two columns of which each row fills one are debit and credit."""
    if len(figures) >= 2 and all(not (a and b) for a, b in zip(columns[figures[0]], columns[figures[1]], strict=True)):
        return dict(zip(("debit", "credit", "balance"), figures, strict=False))
    return dict(zip(("amount", "balance"), figures, strict=False))


def _kind(cells: Sequence[str]) -> str:
    filled = [cell for cell in cells if cell]
    if filled and all(map(_is_currency, filled)):
        return "currency"
    if len(filled) == len(cells) and all(fold(cell) in CREDIT | DEBIT for cell in filled):
        return "indicator"
    alone = len(set(filled)) == 1 and len(filled) == len(cells)
    if filled and all(IBAN.fullmatch(cell) or re.fullmatch(r"\d{7,20}", cell) for cell in filled):
        return "account" if alone else "counterparty_account"
    return ""


def _is_currency(cell: str) -> bool:
    try:
        return len(cell) == 3 and bool(currency_code(cell))
    except CellError:
        return False
