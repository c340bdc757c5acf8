"""Whether two ways of writing an account number name one account.

Banks write the same account as an IBAN, as bank code and account, with the currency behind it, or with leading zeros. Digits that merely
occur in another number are another account: a statement of it must never be booked on ours.
"""

import re
from collections.abc import Iterable
from difflib import get_close_matches

from matcher import money

_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}")
_SEPARATED = re.compile(r"[/\s]+")
LEAST = 8
"""Characters of a number that is not compared as a whole: shorter ones are in many other numbers by chance."""

_NEAR = 0.6
"""Share of characters in common from which on a number is named as the nearest."""

_ACCOUNT_PART = {
    "AT": (9, 20), "BE": (4, 16), "CH": (9, 21), "CZ": (8, 24), "DE": (12, 22), "DK": (8, 18), "EE": (8, 20), "ES": (14, 24),
    "FI": (4, 18), "FR": (14, 25), "GB": (14, 22), "GR": (11, 27), "HU": (11, 28), "IE": (14, 22), "IT": (15, 27), "LI": (9, 21),
    "LT": (9, 20), "LU": (7, 20), "LV": (8, 21), "NL": (8, 18), "NO": (8, 15), "PL": (12, 28), "PT": (12, 23), "RO": (8, 24),
    "SE": (7, 24), "SK": (8, 24), "TR": (10, 26),
}  # fmt: skip
"""Where the account number stands in an IBAN of the country: first place and the place behind the last (ECBS/SWIFT IBAN registry)."""

_BANK_AND_ACCOUNT = 2
_BANK_CODE, _LOCAL = 8, 10
"""Digits of a German bank code and account, which are also written together."""


def normal(number: str) -> str:
    """An account number without spaces and punctuation, in capitals."""
    return "".join(c for c in number.upper() if c.isalnum())


def same(one: str, other: str) -> bool:
    """Whether both name one account, as far as the numbers tell: one of them, whole, is a way of writing the other."""
    mine, yours = _whole(one), _whole(other)
    if normal(one) == normal(other):
        return bool(normal(one))
    if (pair := _bank_and_account(one)) is not None and pair == _bank_and_account(other):
        return True
    return (len(mine) >= LEAST and mine.lstrip("0") in _forms(other)) or (len(yours) >= LEAST and yours.lstrip("0") in _forms(one))


def nearest(number: str, known: Iterable[str]) -> str:
    """The known number that looks most like this one, for a person to compare; empty when none is near."""
    by_form = {normal(other): other for other in known}
    near = get_close_matches(normal(number), list(by_form), n=1, cutoff=_NEAR)
    return by_form[near[0]] if near else ""


def _bank_and_account(number: str) -> tuple[str, str] | None:
    """Bank code and account, each without leading zeros, of an IBAN or of two parts; None where the number does not tell them apart.

    German banks leave the zeros out behind the stroke: the account is short, and the bank code beside it makes it whole.
    """
    whole = _whole(number)
    if _IBAN.fullmatch(whole):
        begin, end = _ACCOUNT_PART.get(whole[:2], (0, 0))
        return (whole[4:begin].lstrip("0"), whole[begin:end].lstrip("0")) if begin else None
    bank, *rest = _parts(number)
    if len(rest) != 1 or not bank.strip("0"):
        return None
    account = _without_currency(rest[0])
    account = account[:-3] if account[-3:] in money.SCALE and account[:-3].isdigit() else account
    return (bank.lstrip("0"), account.lstrip("0")) if account.strip("0") else None


def _parts(number: str) -> list[str]:
    parts = [normal(part) for part in _SEPARATED.split(number.strip()) if normal(part)]
    return (parts[:-1] if parts[-1:] and parts[-1] in money.SCALE else parts) or [""]


def _forms(number: str) -> set[str]:
    """Every way in which the number may be written elsewhere, without leading zeros."""
    whole = _whole(number)
    forms = {whole}
    parts = _parts(number)
    if _IBAN.fullmatch(whole):
        forms |= {whole[2:], whole[4:]}
        if place := _ACCOUNT_PART.get(whole[:2]):
            forms.add(whole[slice(*place)])
    elif len(parts) == _BANK_AND_ACCOUNT:
        forms.add(_without_currency(parts[-1]))
    elif whole.isdigit() and len(whole) == _BANK_CODE + _LOCAL:
        forms.add(whole[_BANK_CODE:])
    return {form.lstrip("0") for form in forms if len(form) >= LEAST}


def _whole(number: str) -> str:
    return _without_currency(normal(number))


def _without_currency(number: str) -> str:
    return number[:-3] if number[-3:] in money.SCALE and len(number) - 3 >= LEAST else number
