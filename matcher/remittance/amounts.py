"""Amounts, days and rows as readers of several formats make them."""

import re
from collections.abc import Sequence
from datetime import date
from hashlib import sha256

from matcher import money
from matcher.errors import MatcherError
from matcher.remittance.reason_codes import UNKNOWN
from matcher.remittance.records import AdviceRow

_DAY = re.compile(r"(?:20)?\d\d\d\d\d\d")


def amount(text: str, currency: str, where: str) -> int:
    """Minor units of a plain decimal; '' is nothing, and a sign may follow it.

    Raises:
        MatcherError: ``amount.*`` or ``currency.unknown``, with `where`.
    """
    plain = text.strip().replace(",", ".")
    if plain.endswith("-"):
        plain = f"-{plain[:-1]}"
    try:
        return money.parse(plain, currency) if plain else 0
    except MatcherError as error:
        raise error.at(where) from None


def day(text: str) -> date | None:
    """A day written ``2026-10-31``, ``20261031`` or ``261031``, perhaps with a time behind it; None where there is none."""
    plain = text.strip().replace("-", "")
    digits = plain[:8] if len(plain) >= 8 else plain[:6]
    if not _DAY.fullmatch(digits):
        return None
    try:
        return date.fromisoformat(digits if len(digits) == 8 else f"20{digits}")
    except ValueError:
        return None


def row(
    document_no: str, net: int, place: str, *, gross: int | None = None, discount: int = 0, deductions: Sequence[tuple[int, str, str]] = ()
) -> AdviceRow:
    """A row. `deductions`: amount, our code, and the file's own words of each; without `gross` it is what was paid and taken off."""
    kept = sum(part for part, *_ in deductions)
    codes = list(dict.fromkeys(code for _, code, _ in deductions if code))
    texts = dict.fromkeys(text for *_, text in deductions if text)
    whole = net + discount + kept if gross is None else gross
    if gross is not None and not deductions and (rest := gross - discount - net):
        kept, codes = rest, [UNKNOWN]  # less is paid, and the file does not say why
    return AdviceRow(
        document_no, whole, discount, kept, (codes[0] if len(codes) == 1 else UNKNOWN) if kept else "", net, ", ".join(texts), place=place
    )


def made_id(*parts: object) -> str:
    """A number for an advice that has none, of what it says."""
    return "A-" + sha256(repr(parts).encode()).hexdigest()[:12]
