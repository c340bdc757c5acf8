"""The fields of an MT940 or MT942 message that carry money: statement line (:61:), balances (:60a: to :65:), sums (:90a:).

Format rules: SWIFT Standards MT, category 9, fields 61, 60a, 62a, 64, 65, 90C and 90D. The deviations that are read beside them are
those that banks are seen to write; each has a fixture in `fixtures/banks/mt940`.
"""

import re
from calendar import monthrange
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Balance

_LINE = re.compile(
    r"\s*(?P<value>\d{6})(?P<entry>\d{4})?\s*(?P<mark>R?[CD]|E[CD])\s?(?P<funds>[A-Z]?)\s*"
    r"(?P<amount>\d[\d.,]*|[.,]\d+)\s*(?P<rest>.*)"
)
_PLAIN_LINE = re.compile(
    r"(?P<value>\d{6})(?P<entry>\d{4})?(?P<mark>R?[CD])[A-Z]?(?P<amount>\d{1,15},\d{0,4})"
    r"(?!NONREF)(?P<code>[NSF][A-Z0-9]{3})(?P<reference>[^/]{0,16})(?://(?P<bank>.*))?",
    re.ASCII,
)
"""The common form of a :61:; `_LINE` reads it to the same end."""
_TYPE = re.compile(r"(?!NONREF)(?:[NSF][A-Z0-9 ]{1,3}|[A-Z][A-Z0-9 ]{3}(?=NONREF|//))")
_PLAIN_AMOUNT = re.compile(r"\d+,\d*")
_POINT_AMOUNT = re.compile(r"\d+\.\d*|[.,]\d+|\d+")
_GROUPED_AMOUNT = re.compile(r"\d{1,3}(?:\.\d{3})+(?:,\d*)?|\d{1,3}(?:,\d{3})+\.\d*")
_BALANCE = re.compile(
    r"\s*(?P<mark>[CD])\s*(?P<date>\d{6})?\s*(?P<currency>[A-Z]{3})?\s*(?P<sign>-?)(?P<amount>\d[\d.,]*|[.,]\d+)(?![\w.,])"
)
_SUM = re.compile(r"\s*(?P<count>\d{1,9})\s*(?P<currency>[A-Z]{3})\s*(?P<amount>\d[\d.,]*|[.,]\d+)(?![\w.,])")
_new = tuple.__new__
"""Makes a record of all its fields in half the time of a call of its class."""
_PLACEHOLDERS = frozenset({"NONREF", "NOTPROVIDED", "NOT PROVIDED", "NOREF", "KREF", "KREF+", "EREF", "EREF+", "MREF", "MARF", "PREF"})


class StatementLine(NamedTuple):
    """A :61: as the bank wrote it.

    Attributes:
        booking_date, value_date: entry date (else value date), value date; days that do not exist are moved to the month's last.
        note: what was odd about the dates, '' when nothing; `clamped` when that was a day that does not exist.
        sign: 1 for a credit, -1 for a debit; a reversed credit is a debit.
        amount: decimal text with '.', without sign.
        code: transaction type with its leading letter, e.g. ``NTRF``; may be empty.
        reference: account owner's reference; `bank_reference`: the bank's, after ``//``. Placeholders such as NONREF are empty.
        remainder: what stands behind a reference that is padded to its 16 places (old Dutch files put a name there).
    """

    booking_date: date
    value_date: date
    note: str
    clamped: bool
    sign: int
    reversal: bool
    pending: bool
    amount: str
    code: str
    reference: str
    bank_reference: str
    remainder: str


def statement_line(text: str) -> StatementLine:
    """Reads the first line of a :61:.

    Raises:
        ValueError: it lacks what a booking needs; the message says what, without the text.
    """
    plain = _PLAIN_LINE.fullmatch(text)
    if plain:
        value, entry, mark, amount, code, reference, bank_reference = plain.groups("")
        value_date, booking_date, note, clamped = dates(value, entry)
        reference, bank_reference = reference.strip(), bank_reference.strip()
        return _new(
            StatementLine,
            (
                booking_date,
                value_date,
                note,
                clamped,
                1 if mark in ("C", "RD") else -1,
                mark[0] == "R",
                False,
                amount.replace(",", "."),
                code,
                "" if reference in _PLACEHOLDERS else reference,
                "" if bank_reference in _PLACEHOLDERS else bank_reference,
                "",
            ),
        )
    return unusual_line(text)


def unusual_line(text: str) -> StatementLine:
    """What `statement_line` does, for lines of any form.

    Raises:
        ValueError: as there.
    """
    match = _LINE.match(text)
    if not match:
        raise ValueError(_missing(text))
    value, entry, mark, _funds, amount, rest = match.groups()
    value_date, booking_date, note, clamped = dates(value, entry or "")
    kind = _TYPE.match(rest)
    code = ""
    if kind:
        code, rest = kind.group().rstrip(), rest[kind.end() :]
    reference, _, bank_reference = rest.partition("//")
    remainder = ""
    if len(reference) > 16 and reference[10:16].isspace():
        reference, remainder = reference[:16], reference[16:]
    reference, bank_reference = reference.strip(), bank_reference.strip()
    return StatementLine(
        booking_date,
        value_date,
        note,
        clamped,
        1 if mark in ("C", "RD", "EC") else -1,
        mark[0] == "R",
        mark[0] == "E",
        decimal_text(amount),
        code,
        "" if reference in _PLACEHOLDERS else reference,
        "" if bank_reference in _PLACEHOLDERS else bank_reference,
        remainder.strip(),
    )


def _missing(text: str) -> str:
    """Which part of an unreadable :61: is the first one missing."""
    if not re.match(r"\s*\d{6}", text):
        return "it does not begin with a value date"
    if not re.match(r"\s*\d{6}(?:\d{4})?\s*(?:R?[CD]|E[CD])", text):
        return "it has no debit or credit mark after its dates"
    return "it has no amount after its debit or credit mark"


def decimal_text(amount: str) -> str:
    """An amount with '.' as decimal mark and without grouping.

    Banks write ``1234,5``, ``0,``, ``,50``, ``1234.50`` and grouped amounts whose last mark is the decimal one. A single point is
    always the decimal mark, as no bank is known to group without writing decimals.

    Raises:
        ValueError: the marks do not make one amount.
    """
    if _PLAIN_AMOUNT.fullmatch(amount):
        return amount.replace(",", ".")
    if _POINT_AMOUNT.fullmatch(amount):
        return amount.replace(",", ".")
    if not _GROUPED_AMOUNT.fullmatch(amount):
        raise ValueError("its amount is not a number")
    grouping = next(mark for mark in amount if mark in ",.")
    return amount.replace(grouping, "").replace(",", ".")


@lru_cache(maxsize=4096)
def dates(value: str, entry: str) -> tuple[date, date, str, bool]:
    """Value date and booking date of YYMMDD and MMDD ('' when absent), what is odd about them, and whether a day was clamped.

    The entry date's year is the one in which it lies nearest to the value date.

    Raises:
        ValueError: the value date is not a date.
    """
    try:
        value_date, clamped = calendar_day(value)
    except ValueError:
        raise ValueError("its value date is not a date") from None
    note = f"the value date {value} does not exist; taken as {value_date}" if clamped else ""
    if entry in ("", "0000"):
        return value_date, value_date, note, clamped
    near: list[tuple[int, date, bool]] = []
    for year in (value_date.year - 1, value_date.year, value_date.year + 1):
        try:
            day, moved = _clamped(year, int(entry[:2]), int(entry[2:]))
        except ValueError:
            return value_date, value_date, note or f"the entry date {entry} is not a date; the value date was taken", clamped
        near.append((abs((day - value_date).days), day, moved))
    _, booking_date, moved = min(near)
    if moved:
        note = note or f"the entry date {entry} does not exist; taken as {booking_date}"
    return value_date, booking_date, note, clamped or moved


def calendar_day(text: str) -> tuple[date, bool]:
    """The day of YYMMDD, and whether it had to be moved to the month's last day. Years from 80 on are of the last century (SWIFT).

    Raises:
        ValueError: month 0 or over 12, day 0 or over 31.
    """
    year = int(text[:2])
    return _clamped(year + (1900 if year >= 80 else 2000), int(text[2:4]), int(text[4:6]))


def _clamped(year: int, month: int, day: int) -> tuple[date, bool]:
    if not (1 <= month <= 12 and 1 <= day <= 31):
        raise ValueError("not a calendar day")
    last = monthrange(year, month)[1]
    return date(year, month, min(day, last)), day > last


class WrittenBalance(NamedTuple):
    """A balance field before its currency is known. `amount` is signed decimal text; `finished` says it has its decimal mark."""

    day: date | None
    currency: str
    amount: str
    finished: bool

    def balance(self, currency: str) -> Balance:
        """The balance in a currency.

        Raises:
            MatcherError: the amount is out of range.
        """
        minor, exact = money.parse_exact(self.amount, currency)
        return Balance(minor, self.day, exact)


def written_balance(text: str) -> WrittenBalance | None:
    """Reads :60a:, :62a:, :64: or :65:; None when it states no balance (blank, ``Dnullnull``, not an amount)."""
    match = _BALANCE.match(text)
    if not match:
        return None
    written, day = match["amount"], None
    if match["date"]:
        try:
            day = calendar_day(match["date"])[0]
        except ValueError:
            day = None
        if not match["currency"] and (day is None or not written[0].isdigit()):
            day, written = None, match["date"] + written
    try:
        amount = decimal_text(written)
    except ValueError:
        return None
    negative = (match["mark"] == "D") != bool(match["sign"])
    return WrittenBalance(day, match["currency"] or "", ("-" if negative else "") + amount, "," in written or "." in written)


class WrittenSum(NamedTuple):
    """A :90C: or :90D:, the number and sum of entries; `amount` is decimal text."""

    entries: int
    currency: str
    amount: str


def written_sum(text: str) -> WrittenSum | None:
    """Reads :90C: or :90D:; None when it is not one."""
    match = _SUM.match(text)
    if not match or match["currency"] not in money.SCALE:
        return None
    try:
        return WrittenSum(int(match["count"]), match["currency"], decimal_text(match["amount"]))
    except ValueError:
        return None


def is_whole_sum(text: str) -> bool:
    """Whether a sum is one, with its decimal mark: one that breaks off before that is none."""
    return written_sum(text) is not None and ("," in text or "." in text)


def amount_in(text: str, currency: str, factor: int = 1) -> int | None:
    """Minor units of an amount as a bank writes it in a detail such as ``/OCMT/``, times `factor`; None when it is not bookable."""
    try:
        minor, exact = money.parse_exact(decimal_text(text.strip()), currency)
    except (ValueError, MatcherError):
        return None
    return None if exact else minor * factor
