"""Cells to values: amounts, dates and currencies as banks write them. Nothing here guesses: a cell that does not fit is an error.

Full-width digits and signs (NFKC), currency signs on either side, a sign after the figure and brackets around it are understood
in every layout, because they cannot be mistaken for anything else. The decimal mark and the grouping are the layout's.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from functools import cache

from matcher import money
from matcher.errors import MatcherError

_MAX_CELL = 80
_DUST_PLACES = 6
_SHORT = re.compile(r"[+-]?\d{1,15}(?:\.\d{1,2})?", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d{1,40}(?:\.\d{0,40})?|\.\d{1,40})", re.ASCII)
_NO_MARKS = str.maketrans("", "", ".,' ")
_SIGNS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2012": "-", "\ufe63": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " "})
_SYMBOLS = {
    "€": "EUR", "£": "GBP", "₹": "INR", "zł": "PLN", "kč": "CZK", "ft": "HUF", "r$": "BRL", "s$": "SGD", "hk$": "HKD", "us$": "USD",
    "c$": "CAD", "ca$": "CAD", "a$": "AUD", "人民币": "CNY", "人民币元": "CNY", "rmb": "CNY", "元": "CNY", "美元": "USD", "港币": "HKD",
    "港元": "HKD", "欧元": "EUR", "英镑": "GBP", "日元": "JPY", "円": "JPY", "日本円": "JPY",
    "新台币": "TWD", "新臺幣": "TWD", "台幣": "TWD", "nt$": "TWD", "rp": "IDR", "₺": "TRY", "tl": "TRY", "₪": "ILS", "₽": "RUB",
    "ש\"ח": "ILS", "руб": "RUB", "руб.": "RUB",
    "₴": "UAH", "грн": "UAH", "฿": "THB", "₫": "VND", "₱": "PHP", "₦": "NGN", "₩": "KRW", "원": "KRW",
    "mx$": "MXN", "nz$": "NZD", "lei": "RON",
}  # fmt: skip
_CREDIT_DEBIT = re.compile(r"(?<=[0-9])\s*(cr|dr|db)\.?$", re.IGNORECASE)
_SIGN_ONLY = {"$", "¥", "kr", "kr.", "r", "rs", "rs."}
_MONTHS = (
    "jan january januar janvier enero januari gennaio ene janv", "feb february februar février febrero februari fév févr",
    "mar march märz mars marzo maart mrz mrt mär", "apr april avril abril avr abr", "may mai mayo mei maggio",
    "jun june juni juin junio giugno", "jul july juli juillet julio luglio juil", "aug august août agosto augustus aoû ago",
    "sep sept september septembre septiembre settembre", "oct october oktober octobre octubre ottobre okt",
    "nov november novembre noviembre", "dec december dezember décembre diciembre dicembre dez déc dic",
)  # fmt: skip
_MONTH = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}
_TIME = (
    r"(?:[T ,-]+(?P<time>\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?"
    r"(?: ?(?:Z|UTC|GMT|[+-]\d{2}:?\d{2}))?(?: UTC)?)?)?"
)
_PART = {
    "%d": "(?P<d>[0-9]{1,2})",
    "%m": "(?P<m>[0-9]{1,2})",
    "%Y": "(?P<Y>[0-9]{4})",
    "%y": "(?P<y>[0-9]{2})",
    "%R": "(?P<R>[0-9]{3})",
    "%T": "(?P<T>25[0-9]{2})",
    "%b": r"(?P<b>[^\W\d]+)\.?",
}
_YEARS_AHEAD = {"R": 1911, "T": -543}
"""Years of the Republic of China and of the Thai calendar, and what they lack of ours."""
_FIXED = {"%d": "(?P<d>[0-9]{2})", "%m": "(?P<m>[0-9]{2})"}


class Exact(str):
    """A cell of a workbook that was a number or a date there: already a plain decimal or an ISO date, whatever the layout says."""

    __slots__ = ()


class CellError(ValueError):
    """A cell that does not fit; `code` is of the catalogue, the text says why."""

    def __init__(self, code: str, why: str) -> None:
        super().__init__(why)
        self.code = code


def currency_code(text: str) -> str:
    """The ISO 4217 code a cell names: the code itself, an unmistakable sign or a bank's own word for it.

    Raises:
        CellError: ``currency.unknown``.
    """
    code = text.strip().upper()
    if code in money.SCALE:
        return code
    folded = unicodedata.normalize("NFKC", text).strip().casefold()
    if folded in _SYMBOLS:
        return _SYMBOLS[folded]
    raise CellError("currency.unknown", f"{text.strip()[:20]!r} is not a currency code")


def amount_pattern(decimal: str, grouping: str, lakh: bool) -> re.Pattern[str]:
    """What a figure looks like in a layout, groups ``sign``, ``whole`` and ``rest``."""
    plain = r"\d{1,24}"
    if grouping:
        mark = f"[{re.escape(grouping)}]"
        groups = rf"\d{{1,3}}(?:(?P<mark>{mark})\d{{3}})(?:(?P=mark)\d{{3}}){{0,8}}"
        if lakh:
            groups += rf"|\d{{1,2}}(?:{mark}\d{{2}}){{1,8}}{mark}\d{{3}}"
        plain = f"{groups}|{plain}"
    point = re.escape(decimal)
    return re.compile(rf"(?P<sign>[+-]?) ?(?:(?P<whole>{plain})(?:{point}(?P<rest>\d{{0,30}}))?|{point}(?P<tail>\d{{1,30}}))", re.ASCII)


def amount_reader(decimal: str, grouping: str, lakh: bool = False, bare: bool = False) -> Callable[[str], tuple[str, str]]:
    """A function from a cell to its plain decimal and the currency written beside the figure ('' when none).

    With `bare` the figure must stand alone, as in the canonical layout. The function raises CellError ``amount.invalid``.
    """
    if bare:
        return _read_bare
    pattern = amount_pattern(decimal, grouping.replace("’", "'"), lakh)
    direct = _SHORT.fullmatch if decimal == "." else (lambda cell: None)

    def read(cell: str) -> tuple[str, str]:
        if direct(cell) or isinstance(cell, Exact):
            return cell, ""
        match, beside = pattern.fullmatch(cell), ""
        if match is None:
            cleaned, beside = _undressed(cell)
            match = pattern.fullmatch(cleaned)
            if match is None:
                raise CellError("amount.invalid", f"{cell.strip()[:_MAX_CELL]!r} is not an amount")
        whole = (match["whole"] or "0").translate(_NO_MARKS)
        return f"{match['sign']}{whole}.{match['rest'] or match['tail'] or ''}", beside

    return read


def _read_bare(cell: str) -> tuple[str, str]:
    if _PLAIN.fullmatch(cell) is None:
        raise CellError("amount.invalid", f"{cell.strip()[:_MAX_CELL]!r} is not an amount")
    return cell, ""


def _undressed(cell: str) -> tuple[str, str]:
    """The figure without what stands around it, with a leading sign; and the currency that stood beside it."""
    if len(cell.strip()) > _MAX_CELL:
        raise CellError("amount.invalid", f"a cell of {len(cell)} characters is not an amount")
    text = unicodedata.normalize("NFKC", cell.strip()).translate(_SIGNS).replace("’", "'").strip().lstrip("'").strip()
    negative, signs, code = False, 0, ""
    while True:
        before = text
        if text[:1] == "(" and text[-1:] == ")":
            text, negative, signs = text[1:-1].strip(), True, signs + 1
        for mark in "+-":
            if text[:1] == mark:
                text, negative, signs = text[1:].strip(), mark == "-", signs + 1
            elif text[-1:] == mark:
                text, negative, signs = text[:-1].strip(), mark == "-", signs + 1
        if word := _CREDIT_DEBIT.search(text):
            text, negative, signs = text[: word.start()], word[1][0] in "dD", signs + 1
        text, currency = _without_currency(text)
        code = code or currency
        if text == before:
            break
    if signs > 1:
        raise CellError("amount.invalid", f"{cell.strip()[:_MAX_CELL]!r} has two signs")
    return ("-" + text if negative else text), code


def _without_currency(text: str) -> tuple[str, str]:
    for word in (re.match(r"[^\d\s.,+()'-][^\d\s,+()'-]*", text), re.search(r"[^\d\s.,+()'-]+\.?$", text)):
        if word is None:
            continue
        name = word[0].casefold()
        if name in _SIGN_ONLY or name in _SYMBOLS or name.upper() in money.SCALE:
            code = "" if name in _SIGN_ONLY else currency_code(name)
            return (text[word.end() :] if word.start() == 0 else text[: word.start()]).strip(), code
    return text, ""


def minor_units(plain: str, currency: str) -> int:
    """Minor units of a plain decimal.

    Raises:
        CellError: with the codes of `money.parse`.
    """
    try:
        return money.parse(plain, currency)
    except MatcherError as error:
        raise CellError(error.code, error.what) from None


def undusted(plain: str, currency: str) -> str:
    """The figure without floating-point dust: digits from the millionth on that are all zeros or all nines."""
    if len(plain.partition(".")[2]) <= _DUST_PLACES:
        return plain
    exact = Decimal(plain)
    rounded = exact.quantize(Decimal(1).scaleb(-money.scale(currency)), ROUND_HALF_EVEN)
    return f"{rounded:f}" if abs(exact - rounded) < Decimal("0.000001") else plain


@cache
def date_pattern(text: str) -> re.Pattern[str]:
    """The regular expression of a date format. Without separators between the parts every part has its full width."""
    parts = re.findall(r"%.|[^%]+", text)
    tight = all(part.startswith("%") for part in parts)
    body = "".join((_FIXED.get(p) if tight else None) or _PART.get(p) or re.escape(p).replace(r"\ ", " +") for p in parts)
    return re.compile(body + _TIME)


_ISO = date_pattern("%Y-%m-%d")


class DateReader:
    """Dates of one layout. Results are kept by text: a statement has few different days.

    Args:
        formats: as in `Dates.formats`.
        period: first and last day of the file, for formats without a year.
    """

    def __init__(self, formats: list[str], period: tuple[date | None, date | None] = (None, None)) -> None:
        self._patterns = [date_pattern(text) for text in formats]
        self._period = period
        self._known: dict[str, tuple[date, str]] = {}

    def __call__(self, cell: str) -> tuple[date, str]:
        """The day and the time of day as written.

        Raises:
            CellError: ``date.invalid``.
        """
        day_and_time = self._known.get(cell)
        if day_and_time is None:
            day_and_time = self._read(cell)
            if len(self._known) < 20_000:
                self._known[cell] = day_and_time
        return day_and_time

    def _read(self, cell: str) -> tuple[date, str]:
        text = unicodedata.normalize("NFKC", cell[: 2 * _MAX_CELL]).strip().strip("'")
        if len(cell.strip()) > _MAX_CELL:
            raise CellError("date.invalid", f"a cell of {len(cell)} characters is not a date")
        patterns = [_ISO, *self._patterns] if isinstance(cell, Exact) else self._patterns
        for pattern in patterns:
            if (match := pattern.fullmatch(text)) and (day := self._day(got := match.groupdict())):
                return day, got["time"] or ""
        raise CellError("date.invalid", f"{cell.strip()[:40]!r} is not a date of this layout")

    def _day(self, got: dict[str, str | None]) -> date | None:
        month = int(got["m"] or "0") if got.get("m") else _MONTH.get((got.get("b") or "").casefold(), 0)
        day = int(got["d"] or "0")
        if year := got.get("Y"):
            return _existing(int(year), month, day)
        for calendar, years in _YEARS_AHEAD.items():
            if year := got.get(calendar):
                return _existing(int(year) + years, month, day)
        if short := got.get("y"):
            return _existing(int(short) + (2000 if int(short) < 70 else 1900), month, day)
        first, last = self._period
        if first is None or last is None:
            raise CellError("date.invalid", "the dates have no year and the file does not name its period")
        days = [found for year in range(first.year, last.year + 1) if (found := _existing(year, month, day)) and first <= found <= last]
        if len(days) != 1:
            raise CellError("date.invalid", "the date has no year and does not lie in the file's period once")
        return days[0]


def _existing(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


_BREAKS = re.compile(r"[\r\n]+")


def unwrapped(cell: str, wrap: int | None) -> str:
    """A text without its line breaks: a blank in the place of each, unless the line was cut for being full."""
    lines = _BREAKS.split(cell)
    return "".join(line + ("" if wrap and len(line) >= wrap else " ") for line in lines).strip()
