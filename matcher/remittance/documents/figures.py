"""Amounts as people write them: 1.234,56 and 1,234.56 and 1 234,56, with a currency, a minus before or behind, or in brackets."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from matcher.errors import MatcherError
from matcher.money import NO_CURRENCY, SCALE, parse, scale
from matcher.remittance.documents.lines import Line

_WRITTEN = """
€ EUR, Euro EUR, £ GBP, ¥ CNY JPY, CN¥ CNY, RMB CNY, 人民币 CNY, 元 CNY TWD HKD, 円 JPY, $ USD CAD AUD SGD HKD NZD TWD MXN,
US$ USD, HK$ HKD, A$ AUD, AU$ AUD, C$ CAD, CA$ CAD, S$ SGD, NT$ TWD, R$ BRL, NZ$ NZD, ₹ INR, ₩ KRW, ₺ TRY, zł PLN, Kč CZK,
kr SEK NOK DKK ISK, Fr. CHF, SFr. CHF
"""
SYMBOLS = {written: tuple(codes) for written, *codes in map(str.split, _WRITTEN.split(","))}
"""What stands for a currency, and which it may be."""

_CODES = "|".join(sorted(code for code in SCALE if code != NO_CURRENCY))
_SYMBOLS = "|".join(re.escape(symbol) for symbol in sorted(SYMBOLS, key=len, reverse=True))
_CURRENCY = rf"(?:{_SYMBOLS}|{_CODES})"
CURRENCY_NAMED = re.compile(
    r"(?i:currency|währung|waehrung|devise|monnaie|币种|货币|幣別|amounts? in|beträge in|betrag in|montants? en|单位)"
    rf"\W{{0,3}}({_CODES}|{_SYMBOLS})(?!\w)"
    rf"|\((?:in )?({_CODES}|{_SYMBOLS})\)"
)
"""Where a text names its currency away from amounts."""

_NUMBERS = {
    ".": r"(?:\d{1,3}(?:(?:[,']\d{2,3}){0,6}[,']\d{3}|(?: \d{3}){1,5})|\d{1,18})(?:\.\d{1,4})?|\.\d{2}",
    ",": r"(?:\d{1,3}(?:[.' ]\d{3}){1,5}|\d{1,18})(?:,\d{1,4})?|,\d{2}",
}
"""By decimal mark."""

_FIGURES = {
    mark: re.compile(
        rf"(?<![\w.,'/:#-])(?:(?P<before>{_CURRENCY})[ \t]?)?(?P<open>\()?[ ]?(?P<sign>[-+])?[ ]?"
        rf"(?:(?P<within>{_CURRENCY})[ \t]?)?(?P<second>-(?=\d))?"
        rf"(?P<number>{number})(?P<close>[ ]?\))?(?P<trailing>-(?![\w.]))?"
        rf"(?:[ \t]?(?P<after>{_CURRENCY})(?!\w))?(?P<credit>[ ]?CR\b)?(?P<last>-(?!\w))?"
        r"(?![\w'/:%-]|[ ]%|[.,]\d)"
    )
    for mark, number in _NUMBERS.items()
}
_SPLIT = re.compile(r"(?:^|[^\w.,'/-])\d{1,3}(?: \d{3}){0,5} $")


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount on a line: minor units, from where to where it stands in the line's text, its place, and the currency written at it."""

    amount: int
    start: int
    end: int
    left: int
    right: int
    currency: str


@dataclass(frozen=True, slots=True)
class Style:
    """How a document writes amounts: its decimal mark, and whether a plain whole number is one."""

    mark: str
    whole: bool


STYLES = tuple(Style(mark, whole) for whole in (False, True) for mark in (".", ","))


def figures(line: Line, style: Style, currency: str, taken: tuple[tuple[int, int], ...] = ()) -> tuple[Figure, ...]:
    """The amounts of a line, from left to right, as the style writes them.

    Args:
        line: to read.
        style: how amounts are written.
        currency: of the advice.
        taken: spans of the text that are something else: document numbers, dates.
    """
    return tuple(_found(line, style, currency, taken))


def _found(line: Line, style: Style, currency: str, taken: tuple[tuple[int, int], ...]) -> Iterator[Figure]:
    for match in _FIGURES[style.mark].finditer(line.text):
        start, end = match.span("number")
        if any(start < last and first < end for first, last in taken):
            continue
        number = match["number"]
        if _SPLIT.search(line.text[max(0, start - 30) : start]) and re.match(r"\d{3}(?!\d)", number):
            continue
        minor = _minor(number, style, currency, bool(match["before"] or match["within"] or match["after"]))
        if minor is None:
            continue
        negative = (
            bool(match["open"] and match["close"])
            or "-" in (match["sign"], match["second"], match["trailing"], match["last"])
            or match["credit"]
        )
        left, right = line.span(match.start(), match.end())
        written = match["before"] or match["within"] or match["after"] or ""
        yield Figure(-minor if negative else minor, match.start(), match.end(), left, right, written)


def _minor(number: str, style: Style, currency: str, marked: bool) -> int | None:
    whole, mark, fraction = number.partition(style.mark)
    digits = re.sub(r"\D", "", whole)
    places = scale(currency)
    if not mark and digits == whole and not (style.whole or marked or not places):
        return None
    if len(digits) > 15 or (mark and places == 0 and fraction.strip("0")):
        return None
    if mark and places and len(fraction) < min(places, 2) and not style.whole:
        return None
    try:
        return parse(f"{digits or '0'}.{fraction}" if mark else digits, currency)
    except MatcherError:
        return None


_ANY = re.compile(
    rf"(?P<before>{_CURRENCY})[ \t]?[-(]?\d|\d(?:[.,]\d\d)?-?\)?[ \t]?(?P<after>{_CURRENCY})(?!\w)",
)


def currencies(text: str) -> list[tuple[str, ...]]:
    """What a text says of currencies: for each place the codes that it may mean."""
    told = [match["before"] or match["after"] for match in _ANY.finditer(text)]
    told += [next(group for group in match.groups() if group) for match in CURRENCY_NAMED.finditer(text)]
    return [SYMBOLS.get(written) or SYMBOLS.get(written.lower()) or (written.upper(),) for written in told]
