"""Amounts, dates and texts as OFX files write them.

The specification wants ``.`` or ``,`` as decimal mark without grouping and dates as ``YYYYMMDDHHMMSS.XXX[offset:zone]``; banks
group digits, leave things out and invent forms. What cannot be read with certainty is refused, never guessed.
"""

import re
from dataclasses import dataclass
from datetime import date
from html.entities import html5
from typing import NamedTuple

from matcher import money
from matcher.errors import MatcherError

SHORT_ORDERS = ("DMY", "MDY", "YMD")
"""Orders in which a six-digit date can be meant."""

_GROUPED = re.compile(r"\d{1,3}(?:[,.]\d{2,3})*[,.]\d{3}", re.ASCII)
_BLANK_GROUPED = re.compile(r"(\d{1,3})((?:[ \u00a0\u202f']\d{3})+)((?:[.,]\d*)?)", re.ASCII)
_AMOUNT = re.compile(r"([-+\u2212]?)\s*([\d.,' \u00a0\u202f]*)", re.ASCII)
_ENTITY = re.compile(r"&(#\d{1,7}|#[xX][0-9A-Fa-f]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_BREAK = re.compile(r"\s*[\r\n]\s*")
_EIGHT = re.compile(r"(?:19|2[01])\d{6}", re.ASCII)
_DASHED = re.compile(r"((?:19|2[01])\d\d)-(\d\d)-(\d\d)(?:[T ](.*))?", re.ASCII)
_SIX = re.compile(r"\d{6}", re.ASCII)
_MAX_TIME = 40


@dataclass(frozen=True, slots=True)
class Marks:
    """Which decimal marks a file uses where only a decimal mark can be meant (``12,5``, ``1.234,56``)."""

    comma: bool = False
    dot: bool = False


class Day(NamedTuple):
    """A date as written: the literal day, and what follows it (time, fraction, offset), never applied to the day."""

    day: date
    time: str


def decimal_mark(cell: str) -> str:
    """``,`` or ``.`` when a cell shows beyond doubt which of them it uses as decimal mark, else ''."""
    body = cell.strip().lstrip("-+ ")
    comma, dot = body.rfind(","), body.rfind(".")
    if comma >= 0 and dot >= 0:
        return body[max(comma, dot)]
    mark = "," if comma >= 0 else "." if dot >= 0 else ""
    return mark if mark and body.count(mark) == 1 and not _ambiguous(*body.split(mark)) else ""


def _ambiguous(whole: str, fraction: str) -> bool:
    """Whether ``whole`` mark ``fraction`` can be a number of thousands as well as one with three decimals."""
    return len(fraction) == 3 and 1 <= len(whole) <= 3 and whole[0] != "0"


def amount(text: str, currency: str, marks: Marks) -> tuple[int, str]:
    """Minor units and, when the amount has more places than the currency, its exact text, as `money.parse_exact` gives them.

    Raises:
        MatcherError: ``amount.invalid`` or ``amount.range``; ``currency.unknown``.
    """
    if not marks.comma:
        try:
            return money.parse_exact(text, currency)
        except MatcherError as error:
            if error.code != "amount.invalid":
                raise
    return money.parse_exact(plain_amount(text, marks), currency)


def plain_amount(text: str, marks: Marks) -> str:
    """The amount with ``.`` as decimal mark and without grouping.

    Raises:
        MatcherError: ``amount.invalid`` when it is no amount, or when grouping and decimal mark cannot be told apart.
    """
    shown = text.strip()[:40]
    match = _AMOUNT.fullmatch(text.strip())
    if not match:
        raise MatcherError("amount.invalid", f"{shown!r} is not an amount")
    sign, body = match[1].replace("\u2212", "-"), match[2].strip()
    if blanks := _BLANK_GROUPED.fullmatch(body):
        whole = blanks[1] + re.sub(r"\D", "", blanks[2])
        return f"{sign}{whole}{blanks[3].replace(',', '.')}"
    comma, dot = body.count(","), body.count(".")
    if comma and dot:
        mark = body[max(body.rfind(","), body.rfind("."))]
        whole, _, fraction = body.rpartition(mark)
        group = "," if mark == "." else "."
        if mark not in whole and _GROUPED.fullmatch(whole):
            return f"{sign}{whole.replace(group, '')}.{fraction}"
    elif comma + dot > 1:
        if _GROUPED.fullmatch(body):
            return sign + re.sub(r"\D", "", body)
    elif comma + dot == 1:
        return sign + _one_mark(body, "," if comma else ".", marks, shown)
    elif body:
        return sign + body
    raise MatcherError("amount.invalid", f"{shown!r} is not an amount")


def _one_mark(body: str, mark: str, marks: Marks, shown: str) -> str:
    whole, _, fraction = body.partition(mark)
    if not _ambiguous(whole, fraction) or (mark == "." and not marks.comma):
        return f"{whole}.{fraction}"
    other_is_decimal = (marks.dot and not marks.comma) if mark == "," else (marks.comma and not marks.dot)
    if other_is_decimal:
        return whole + fraction
    raise MatcherError("amount.invalid", f"{shown!r} may have three decimals or be grouped, and the file does not tell which")


def eight_digits(text: str) -> date | None:
    """The day of ``YYYYMMDD``, None when there is no such day between 1900 and 2199."""
    if not _EIGHT.match(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:8]))
    except ValueError:
        return None


def six_digits(text: str, order: str) -> date | None:
    """The day of a six-digit date in one of `SHORT_ORDERS`; years from 70 on are of the last century."""
    part = dict(zip(order, (text[:2], text[2:4], text[4:6]), strict=True))
    year = int(part["Y"])
    try:
        return date(year + (1900 if year >= 70 else 2000), int(part["M"]), int(part["D"]))
    except ValueError:
        return None


def day(text: str, short_order: str = "") -> Day | None:
    """A date as written, None when it names no day.

    Raises:
        MatcherError: ``date.ambiguous`` for six digits when the file does not tell their order.
    """
    body = text.strip()
    if calendar_day := eight_digits(body):
        return Day(calendar_day, body[8:].strip()[:_MAX_TIME])
    if dashed := _DASHED.fullmatch(body):
        calendar_day = eight_digits(dashed[1] + dashed[2] + dashed[3])
        return Day(calendar_day, (dashed[4] or "")[:_MAX_TIME]) if calendar_day else None
    if _SIX.fullmatch(body) and body.strip("0"):
        if not short_order:
            raise MatcherError("date.ambiguous", f"{body!r} can be several days, and the file does not tell which")
        calendar_day = six_digits(body, short_order)
        return Day(calendar_day, "") if calendar_day else None
    return None


def is_blank_date(text: str) -> bool:
    """Whether a date cell says nothing: empty, or zeros as some banks write for 'none'."""
    return not text.strip().strip("0")


def unescape(text: str) -> str:
    """Text with its entities replaced; a second time when a bank escaped what was escaped already (``&amp;lt;``)."""
    once = _ENTITY.sub(_character, text)
    return _ENTITY.sub(_character, once) if "&" in once and "&" in text else once


def _character(match: re.Match[str]) -> str:
    name = match[1]
    if name == "nbsp":
        return " "
    if name[0] != "#":
        return html5.get(f"{name};", match[0])
    code = int(name[2:], 16) if name[1] in "xX" else int(name[1:])
    shown = chr(code) if code <= 0x10FFFF and not 0xD800 <= code <= 0xDFFF else ""
    return shown if shown.isprintable() and shown else " " if shown.isspace() or shown == "\u00a0" else match[0]


def clean(text: str) -> str:
    """Text without spaces at its ends, and on one line."""
    body = text.strip()
    return _BREAK.sub(" ", body) if "\n" in body or "\r" in body else body
