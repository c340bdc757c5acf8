"""Amounts and days as people write them, into plain decimals and ISO dates: exactly, and never by a guess.

A cell that cannot be read stays as it is, so that the check of the contract's columns names it.
"""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from typing import Literal, NamedTuple

from matcher.openitems.layouts.grid import Day, Figure

Mark = Literal[".", ",", ""]
Order = Literal["dmy", "mdy", "ymd", ""]

_FIGURE = re.compile(
    r"^(?P<open>\()?\s*(?P<sign1>[-+])?\s*(?:[A-Za-z]{3}|RMB|[^\w\s.,'()+-]{1,3}|[A-Z]{1,2}\$|Rs\.?|kr\.?)?\s*(?P<sign2>[-+])?\s*"
    r"(?P<digits>\d[\d., ']*|[.,]\d+)\s*(?P<sign3>[-+])?\s*"
    r"(?:[^\w\s.,'()+-]{1,3}|元|kr\.?|(?P<word>[A-Za-z]{1,5}))?\s*(?P<sign4>[-+])?(?P<close>\))?$"
)
_PLAIN = re.compile(r"^-?\d+(?:\.\d+)?$")
_USUAL = {
    mark: re.compile(rf"-?(?:\d{{1,3}}(?:{re.escape(other)}\d{{3}})+|\d+)(?:{re.escape(mark)}\d+)?", re.ASCII)
    for mark, other in ((".", ","), (",", "."))
}
_ENOUGH = 500
"""Amounts that tell the decimal mark, after which no more are asked: what does not fit it is named when it is read."""
_CREDIT, _DEBIT = frozenset({"h", "haben", "cr", "c", "k"}), frozenset({"s", "soll", "dr", "d"})
_LOOKS = str.maketrans(
    {"−": "-", "–": "-", "－": "-", "’": "'", "`": "'", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "，": ",", "．": ".", "￥": "¥"}
    | dict.fromkeys("[（<", "(")
    | dict.fromkeys("]）>", ")")
)
BLANKS = frozenset({"-", "--", "—", "–", "n/a", "./."})
"""Cells that mean nothing."""


def is_amount(cell: str) -> bool:
    """Whether a cell looks like an amount, whatever its decimal mark."""
    return isinstance(cell, Figure) or _FIGURE.match(cell.translate(_LOOKS)) is not None


def plain_amounts(cells: Sequence[str], mark: Mark) -> list[str]:
    """Cells of a column of amounts as plain decimals with a point; what is no amount stays as it is.

    Args:
        cells: the column; a `Figure` is exact already.
        mark: the decimal mark; '' when no cell holds any mark.
    """
    known: dict[str, str] = {}
    made: list[str] = []
    for cell in cells:
        if type(cell) is Figure or not cell:
            made.append(cell)
            continue
        if (plain := known.get(cell)) is None:
            plain = known[cell] = _plain(cell, mark)
        made.append(plain)
    return made


def _plain(cell: str, mark: Mark) -> str:
    if mark and _USUAL[mark].fullmatch(cell):  # nearly all cells
        return cell.replace("," if mark == "." else ".", "").replace(",", ".")
    if cell in BLANKS:
        return ""
    if (found := _FIGURE.match(cell.translate(_LOOKS))) is None:
        return cell
    digits = found["digits"].replace(" ", "").replace("'", "")
    other = "," if mark != "," else "."
    whole, has_mark, fraction = digits.partition(mark) if mark else (digits, "", "")
    if mark and mark in fraction:
        return cell
    if other in fraction or (other in whole and not _grouped(whole, other)):
        return cell
    whole = whole.replace(other, "")
    negative = [bool(found[name] == "-") for name in ("sign1", "sign2", "sign3", "sign4")].count(True)
    negative += bool(found["open"] and found["close"])
    word = (found["word"] or "").casefold()
    if word in _CREDIT:
        negative += 1
    elif word and word not in _DEBIT and len(word) != 3:
        return cell
    if bool(found["open"]) != bool(found["close"]) or negative > 1:
        return cell
    return f"{'-' if negative else ''}{whole or '0'}{'.' + fraction if has_mark and fraction else ''}"


def _grouped(whole: str, mark: str) -> bool:
    """Whether groups are of three digits, or of two before the last three as in India."""
    first, *others = whole.split(mark)
    return len(others[-1]) == 3 and all(len(part) in (2, 3) for part in others) and 0 < len(first) <= 3


class Marks(NamedTuple):
    """The decimal mark of a file's amounts, and a cell that could be read in two ways when nothing tells; '' else."""

    mark: Mark
    unclear: str = ""


def decimal_mark(cells: Iterable[str]) -> Marks:
    """What the amounts of a file say together."""
    votes = {".": 0, ",": 0}
    unclear = ""
    for cell in dict.fromkeys(cells):
        if type(cell) is Figure or not cell or (match := _FIGURE.match(cell.translate(_LOOKS))) is None:
            continue
        if votes["."] + votes[","] > _ENOUGH:
            break
        digits = match["digits"].replace(" ", "").replace("'", "")
        points, commas = digits.count("."), digits.count(",")
        if points and commas:
            votes["." if digits.rfind(".") > digits.rfind(",") else ","] += 1
        elif points > 1 or commas > 1:
            votes["," if points else "."] += 1
        elif points or commas:
            used = "." if points else ","
            before, _, after = digits.partition(used)
            if len(after) != 3 or len(before) > 3 or before in ("", "0"):
                votes[used] += 1
            else:
                unclear = unclear or cell
    if not any(votes.values()):
        return Marks("", unclear)
    return Marks("." if votes["."] >= votes[","] else ",")


_ORDERS: tuple[Order, ...] = ("ymd", "dmy", "mdy")
_CENTURY = 100
_ISO = re.compile(r"^\d{4}-\d\d-\d\d$")
_YMD = re.compile(r"^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[ T].*)?$")
_CJK = re.compile(r"^(\d{4})年(\d{1,2})月(\d{1,2})日?(?: .*)?$")
_PACKED = re.compile(r"^((?:19|20|21)\d\d)(\d\d)(\d\d)$")
_NUMBERS = re.compile(r"^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?:[ T,].*)?$")
_DAY_NAME = re.compile(r"^(?:\w{2,10}\.?, )?(\d{1,2})\.?[ -]+(?:de )?([^\W\d_]{3,10})\.?[ -,]+(?:de )?(\d{4}|\d{2})$")
_NAME_DAY = re.compile(r"^(?:\w{3,9}, )?([^\W\d_]{3,10})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})$")
_MONTH_DAY = re.compile(r"\b([^\W\d_]{3,10})\.? \d{1,2}, \d{4}\b")
_DAY_MONTH = re.compile(r"\b(\d{1,2})\.? ([^\W\d_]{3,10})\.?,? \d{4}\b")
_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan jän gen ene", "feb fév fev", "mar mär mrz maa mär", "apr avr abr", "may mai mag mei", "jun juin giu", "jul juil lug",
            "aug août aou ago", "sep set", "oct okt ott", "nov", "dec dez déc dic",
        ),
        1,
    )
    for name in names.split()
}  # fmt: skip


def day_order(cells: Iterable[str]) -> tuple[Order, str]:
    """In which order dates such as 03/04/2026 and 26/10/31 are written, and a date that is unclear; '' for both when there is none."""
    votes = {"dmy": 0, "mdy": 0}
    unclear = ""
    found = [(cell, match) for cell in sorted(set(cells)) if type(cell) is not Day and (match := _NUMBERS.match(cell))]
    first_year = _year_first([match for _, match in found if len(match[4]) == 2])
    if first_year:
        return "ymd", ""
    for cell, match in found:
        first, second = int(match[1]), int(match[3])
        if match[2] == ".":
            continue
        if first_year is None and len(match[4]) == 2:
            return "", cell
        if first > 12 >= second:
            votes["dmy"] += 1
        elif second > 12 >= first:
            votes["mdy"] += 1
        elif first != second:
            unclear = unclear or cell
    if votes["dmy"] or votes["mdy"]:
        return ("dmy" if votes["dmy"] >= votes["mdy"] else "mdy"), ""
    return "", unclear


def _year_first(short: Sequence[re.Match[str]]) -> bool | None:
    """Whether dates whose year has two digits begin with it; None when they may as well end with it.

    The documents of a list are of few years and of many days: the order whose years lie closest together is the one.
    """
    spans: dict[Order, int] = {}
    for order in _ORDERS:
        days = [_numbered(match, order) for match in short]
        years = [int(day[:4]) for day in days if day]
        if days and len(years) == len(days):
            spans[order] = max(years) - min(years)
    if "ymd" not in spans:
        return False
    last = min((span for order, span in spans.items() if order != "ymd"), default=_CENTURY)
    if spans["ymd"] != last:
        return spans["ymd"] < last
    same = all(_numbered(match, "ymd") == _numbered(match, "dmy") for match in short)
    return False if same or all(match[2] == "." for match in short) else None


def _numbered(match: re.Match[str], order: Order) -> str:
    """The day of a date of numbers as ISO text; '' when there is none in that order."""
    first, second, third = match[1], match[3], match[4]
    if order == "ymd" and len(third) == 2:
        return _made("", first, second, third) if len(first) == 2 else ""
    day, month = (first, second) if match[2] == "." or order != "mdy" else (second, first)
    return _made("", third, month, day)


def order_in_words(text: str) -> Order:
    """The order in which a text writes a day in words: ``As of October 31, 2026`` or ``31 October 2026``; else empty."""
    month_first = any(_month(match[1]) != "0" for match in _MONTH_DAY.finditer(text))
    day_first = any(_month(match[2]) != "0" for match in _DAY_MONTH.finditer(text))
    return "" if month_first == day_first else "mdy" if month_first else "dmy"


def iso_dates(cells: Sequence[str], order: Order, formats: Sequence[str] = ()) -> list[str]:
    """Cells of a column of dates in the form 2026-10-31; what is no date stays as it is.

    Args:
        cells: the column; a `Day` is one already.
        order: for dates of which numbers alone do not tell day from month.
        formats: forms as of `strptime`; when given, text is read in these alone.
    """
    known: dict[str, str] = {}
    made = []
    for cell in cells:
        if (iso := known.get(cell)) is None:
            iso = known[cell] = _iso(cell, order, formats)
        made.append(iso)
    return made


def is_date(cell: str) -> bool:
    """Whether a cell looks like a date, in whatever order."""
    return type(cell) is Day or any(is_iso(_iso(cell, order, ())) for order in _ORDERS)


def is_iso(cell: str) -> bool:
    """Whether a cell of `iso_dates` became a day."""
    return _ISO.match(cell) is not None


def _iso(cell: str, order: Order, formats: Sequence[str]) -> str:
    if not cell or cell in BLANKS:
        return ""
    if type(cell) is Day:
        return cell[:10]
    if formats and type(cell) is not Figure:
        for form in formats:
            try:
                return datetime.strptime(cell, form).replace(tzinfo=UTC).date().isoformat()
            except ValueError:
                continue
        return cell
    if match := _YMD.match(cell) or _CJK.match(cell) or _PACKED.match(cell):
        return _made(cell, match[1], match[2], match[3])
    if match := _NUMBERS.match(cell):
        return _numbered(match, order) or cell
    if match := _DAY_NAME.match(cell):
        return _made(cell, match[3], _month(match[2]), match[1])
    if match := _NAME_DAY.match(cell):
        return _made(cell, match[3], _month(match[1]), match[2])
    return cell


def _month(name: str) -> str:
    folded = name.casefold()
    return str(next((_MONTHS[folded[:length]] for length in (4, 3) if folded[:length] in _MONTHS), 0))


def _made(cell: str, year: str, month: str, day: str) -> str:
    try:
        return date(int(year) + (2000 if len(year) == 2 else 0), int(month), int(day)).isoformat()
    except ValueError:
        return cell
