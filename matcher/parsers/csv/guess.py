"""What cells look like, when no title says what they are."""

import re
from functools import cache

from matcher.parsers.csv.cells import CellError, DateReader, amount_reader

FORMATS = (
    "%Y-%m-%d", "%d.%m.%Y", "%d.%m.%Y.", "%d.%m.%y", "%d/%m/%Y", "%m/%d/%Y", "%d/%m/%y", "%m/%d/%y",
    "%d-%m-%Y", "%m-%d-%Y", "%Y/%m/%d", "%Y.%m.%d",
    "%Y.%m.%d.", "%d-%m-%y", "%Y%m%d", "%d%m%Y", "%Y年%m月%d日", "%d %b %Y", "%d-%b-%Y", "%d %b %y", "%d-%b-%y", "%b %d, %Y",
    "%b %d %Y", "%d/%b/%Y", "%d. %b %Y", "%d%b%Y", "%R/%m/%d", "%R.%m.%d", "%R-%m-%d", "%R年%m月%d日", "%d/%m/%T", "%d-%m-%T",
    "%T/%m/%d", "%d.%m", "%d/%m",
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
    "πίστωση",
    "π",
    "приход",
    "кредит",
    "uznanie",
    "credito",
    "accredito",
    "avere",
    "alacak",
    "a",
    "deposit",
    "dobro",
    "potražuje",
    "uplata",
    "received",
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
    "db",
    "χρέωση",
    "χ",
    "расход",
    "дебет",
    "obciążenie",
    "debito",
    "addebito",
    "dare",
    "borç",
    "b",
    "withdrawal",
    "breme",
    "duguje",
    "isplata",
    "sent",
}
IBAN = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?\b")
_WITHOUT_YEAR = {"%d.%m", "%d/%m"}
_FIRST_YEAR, _LAST_YEAR = 1980, 2100
"""Years outside these are numbers of eight digits that only look like days."""


@cache
def _reader(text: str) -> DateReader:
    return DateReader([text])


def day_formats(cell: str) -> tuple[str, ...]:
    """The formats with a year in which a cell is a day."""
    found = []
    for text in FORMATS:
        if text in _WITHOUT_YEAR:
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
