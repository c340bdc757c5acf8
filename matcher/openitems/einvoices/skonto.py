"""Discounts in the terms text of an XRechnung: lines such as ``#SKONTO#TAGE=14#PROZENT=2.00#`` (XRechnung, BR-DE-18)."""

import re
from datetime import date, timedelta

from matcher import money
from matcher.days import LATEST
from matcher.errors import MatcherError
from matcher.openitems.einvoices import xml
from matcher.openitems.einvoices.records import Discount

_LINE = re.compile(
    r"^\s*#SKONTO#TAGE=([0-9]{1,4})#PROZENT=([0-9]{1,2}\.[0-9]{1,4})#(?:BASISBETRAG=(-?[0-9]+\.[0-9]{1,4})#)?\s*$", re.MULTILINE
)


def discounts(terms: str, issued: date, payable: int, currency: str) -> tuple[Discount, ...]:
    """The discounts of the text, the highest first. One on a part of the amount only is left out: it is no rate of the whole."""
    found = []
    for written, rate, base in _LINE.findall(terms):
        ppm, last = xml.percent(rate), after(issued, int(written))
        if ppm and last and (not base or _is_whole(base, payable, currency)):
            found.append(Discount(ppm, int(written), last))
    return tuple(sorted(found, key=lambda one: (-one.ppm, one.days or 0)))


def without_lines(terms: str) -> str:
    """The text without such lines."""
    return _LINE.sub("", terms).strip()


def days(written: str) -> int | None:
    """A number of days; None when it is none that can be."""
    whole = written.removesuffix(".00").removesuffix(".0")
    return int(whole) if whole.isascii() and whole.isdecimal() and len(whole) <= 4 else None


def after(day: date, count: int) -> date | None:
    """So many days later; None beyond the last day that counts."""
    later = day + timedelta(days=count)
    return later if later <= LATEST else None


def _is_whole(base: str, payable: int, currency: str) -> bool:
    try:
        return money.parse(base, currency) == payable
    except MatcherError:
        return False
