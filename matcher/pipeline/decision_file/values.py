"""Cells that a person filled in, as what they mean. What a spreadsheet may have made of them is read right, or refused; never guessed."""

import re
from datetime import date, timedelta

from matcher.errors import MatcherError
from matcher.pipeline import lookup
from matcher.pipeline.actions import requests
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.session import Session
from matcher.store import names

_MOST_AHEAD = 3 * 366
"""Days that something may be put off: less than the four years that lie between the two ways in which spreadsheets count days."""
_DAY_ZERO = date(1899, 12, 30)
_ISO = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?")
_DOTS = re.compile(r"(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})")
_SLASHES = re.compile(r"(\d{1,2})[/-](\d{1,2})[/-](\d{4})")
_TIME = re.compile(r"[ T]0{1,2}:00(:00(\.0+)?)?$")


def day(text: str, today: date) -> date:
    """A day to come: as an ISO date, as dates are written with dots, with slashes where only one order can be meant, or as the number
    that a spreadsheet has for it.

    Raises:
        MatcherError: ``date.invalid``, ``date.ambiguous``.
    """
    plain = _TIME.sub("", text.strip())
    counted = plain.isascii() and plain.isdecimal() and len(plain) == 5
    found = _DAY_ZERO + timedelta(days=int(plain)) if counted else _written(plain)
    if not today < found <= today + timedelta(days=_MOST_AHEAD):
        what = f"until {text!r} means {found.isoformat()}, which is not one of the next {_MOST_AHEAD // 366} years"
        raise MatcherError("date.invalid", what)
    return found


def _written(text: str) -> date:
    if match := _ISO.fullmatch(text):
        return _date(text, int(match[1]), int(match[2]), int(match[3]))
    if match := _DOTS.fullmatch(text):
        return _date(text, int(match[3]), int(match[2]), int(match[1]))
    if match := _SLASHES.fullmatch(text):
        one, other, year = map(int, match.groups())
        if one <= 12 and other <= 12 and one != other:
            raise MatcherError("date.ambiguous", f"until {text!r} may mean two days")
        return _date(text, year, *((one, other) if one <= 12 else (other, one)))
    raise MatcherError("date.invalid", f"until {text!r} is not a date like 2026-10-31")


def _date(text: str, year: int, month: int, of_month: int) -> date:
    try:
        return date(year, month, of_month)
    except ValueError:
        raise MatcherError("date.invalid", f"until {text!r} is no day of the calendar") from None


def customer(session: Session, text: str) -> str:
    """Id of a customer; zeros that a spreadsheet took off its front are put back where one customer alone can be meant.

    Raises:
        MatcherError: ``customer.unknown``; ``row.invalid`` where several ids differ in such zeros only.
    """
    if not (text.isascii() and text.isdecimal()):
        return lookup.customer(session, text)
    found = sorted(names.customers_called(session.store, _with_zeros(text)))
    if len(found) > 1:
        what = f"customer {text!r} may be {' or '.join(found)}: zeros at the front may have been lost"
        raise MatcherError("row.invalid", what, hint="Put the customer's name in.")
    return found[0] if found else lookup.customer(session, text)


def documents(session: Session, text: str) -> list[AllocationRequest]:
    """What is to be allocated: ``DOCUMENT[=CASH][+ADJUSTMENT:REASON]``, several separated by semicolons, or by blanks where there is none.

    Raises:
        MatcherError: as `requests.read`; ``row.invalid`` where two documents' numbers differ in zeros at the front only.
    """
    if names.known(session.store, [text]):
        parts = [text]
    else:
        parts = [part.strip() for part in (re.split(r"[;；\n]", text) if re.search(r"[;；\n]", text) else text.split()) if part.strip()]
    wanted = requests.read(session, parts)
    for request in wanted:
        if request.item.isascii() and request.item.isdecimal():
            known = sorted(names.known(session.store, _with_zeros(request.item)))
            if len(known) > 1:
                what = f"document {request.item!r} may be {' or '.join(known)}: zeros at the front may have been lost"
                raise MatcherError("row.invalid", what, hint="Put the item's id in.")
    return wanted


def _with_zeros(number: str) -> list[str]:
    """The number with as many zeros at its front as any id may have."""
    bare = number.lstrip("0") or "0"
    return [bare.rjust(length, "0") for length in range(len(bare), 21)] if len(bare) <= 20 else [number]
