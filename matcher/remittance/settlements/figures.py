"""Amounts and dates of cells."""

import re
import time
import unicodedata
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from typing import Literal

from matcher import money
from matcher.errors import MatcherError
from matcher.remittance.settlements.schema import plain

Mark = Literal[".", ","]

_ISO = "%Y-%m-%d"
"""How a workbook's days are written, whatever the report's own form is."""
_EMPTY = frozenset({"", "-", "--", "/", "n/a"})
_SIGNS = re.compile(r"[$€£¥₹₩]|(?<![A-Za-z])(?:[A-Z]{2}\$|[A-Z]{3})(?![A-Za-z])")
_SHAPE = {
    ".": re.compile(r"\d{1,3}(?:,\d{2,3})*,\d{3}(?:\.\d*)?|\d*(?:\.\d*)?"),
    ",": re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d*)?|\d*(?:,\d*)?"),
}


@lru_cache(maxsize=50_000)
def bare(cell: str) -> str:
    """An amount's digits, marks and sign: without currency signs, spaces between thousands and brackets, which mean minus."""
    text = unicodedata.normalize("NFKC", plain(cell)).replace("\u2212", "-").replace("\u2013", "-")
    if text.casefold() in _EMPTY:
        return ""
    text = re.sub(r"(?<=\d)[ '\u2019](?=\d{3}(?!\d))", "", _SIGNS.sub("", text)).strip()
    if text.startswith("(") and text.endswith(")"):
        text = f"-{text[1:-1].strip()}"
    return re.sub(r"^([+-])\s+", r"\1", text)


def decimal_mark(cells: Iterable[str]) -> Mark | None:
    """The decimal mark that a file's amounts agree on; None when they disagree, ``.`` when no cell shows any."""
    found: set[Mark] = set()
    unclear = False
    for cell in cells:
        text = bare(cell)
        places = [(text.rfind(mark), mark) for mark in (".", ",") if mark in text]
        if not places:
            continue
        at, last = max(places)
        after = len(text) - at - 1
        if len(places) == 2 or (text.count(last) == 1 and after != 3):
            found.add("." if last == "." else ",")
        elif text.count(last) > 1:
            found.add("," if last == "." else ".")
        else:
            unclear = True
    if len(found) > 1 or (unclear and not found):
        return None
    return found.pop() if found else "."


def amount(cell: str, mark: Mark, currency: str) -> int:
    """Minor units of a cell; an empty one is zero.

    Raises:
        MatcherError: ``amount.*`` or ``currency.unknown``.
    """
    text = bare(cell)
    if not text:
        money.scale(currency)
        return 0
    sign, digits = (text[0], text[1:]) if text[0] in "+-" else ("", text)
    if not _SHAPE[mark].fullmatch(digits) or not any(c.isdecimal() for c in digits):
        raise MatcherError("amount.invalid", f"{cell.strip()[:40]!r} is not an amount")
    group = "," if mark == "." else "."
    minor = money.parse(digits.replace(group, "").replace(mark, "."), currency)
    return -minor if sign == "-" else minor


def day(cell: str, formats: Iterable[str]) -> date | None:
    """The date at the beginning of a cell; None where there is none, or two that could be meant.

    Raises:
        MatcherError: ``date.invalid`` for a cell that holds something else.
    """
    text = plain(cell)
    return _day(text, tuple(formats)) if text else None


@lru_cache(maxsize=10_000)
def _day(text: str, formats: tuple[str, ...]) -> date | None:
    head = re.split(r"[ T]", text, maxsplit=1)[0]
    found = set()
    for form in dict.fromkeys((*formats, _ISO)):
        for piece in (head, text):
            try:
                found.add(date(*time.strptime(piece, form)[:3]))
                break
            except ValueError:
                continue
    if not found:
        raise MatcherError("date.invalid", f"{text[:40]!r} is not a date of this report")
    return found.pop() if len(found) == 1 else None
