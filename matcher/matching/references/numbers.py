"""A document number taken apart, the forms in which a text may hold it, and the kinds of reference that these make."""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from matcher.matching.keys import MIN_KEY

PIECE = re.compile(r"\d+|[^\W\d_]+")
"""A run of digits, or of letters."""

_YEAR_PIECE = re.compile(r"(^|\|)20(\d\d)(?=\||$)")
"""A year of four digits among the pieces of a number; payers write two of them."""

RANK = ("structured", "whole", "digits", "parts", "run", "tail", "ocr", "order", "typo", "cut", "short", "doubtful")
"""Kinds of reference, the most telling first."""

PLACE = {kind: place for place, kind in enumerate(RANK)}
"""Place of each kind, 0 for the most telling."""

STRONG = frozenset(("structured", "whole", "digits", "parts", "run", "tail"))
"""Kinds that name an item by themselves."""

MIN_DAMAGED = 5
"""Fewest characters of a number that may be recognised although it is damaged."""


class Number(NamedTuple):
    """A document number taken apart: `stem` is what stands around its counter, `counter` its running number as written."""

    whole: str
    digits: str
    stem: tuple[str, str]
    counter: str
    parts: str
    reference: str


@lru_cache(maxsize=1 << 18)
def number(document_no: str, payment_reference: str = "") -> Number:
    """Takes a document number apart. The counter is the last run of digits, or the one before a year that ends the number."""
    upper, reference = document_no.upper(), compact(payment_reference.upper())
    pieces = PIECE.findall(upper)
    runs = [n for n, piece in enumerate(pieces) if piece.isdecimal()]
    if not runs:
        return Number("".join(pieces), "", (upper, ""), "", "", reference)
    place = runs[-1]
    if len(runs) > 1 and len(pieces[place]) == 4 and pieces[place][:2] in ("19", "20"):
        place = runs[0]
    stem = ("".join(pieces[:place]), "".join(pieces[place + 1 :]))
    return Number("".join(pieces), "".join([pieces[n] for n in runs]), stem, pieces[place], joined(pieces), reference)


def fragments(item: Number) -> list[tuple[str, str]]:
    """What may stand somewhere in a text with blanks or other characters in between, and the kind of reference that it makes."""
    forms = [(item.reference, "structured")] if len(item.reference) >= MIN_DAMAGED else []
    if len(item.whole) >= 7:
        forms.append((item.whole, "whole"))
    bare = item.digits.lstrip("0")
    if len(item.digits) >= 8 and bare != item.whole and len(bare) >= MIN_DAMAGED:
        forms.append((bare, "digits"))
    return forms


def index_keys(item: Number) -> list[tuple[str, str, str]]:
    """Forms in which a text may hold a number: the form, the number in it, and the kind of reference that it makes."""
    counter, bare = item.counter.lstrip("0"), item.digits.lstrip("0")
    keys: list[tuple[str, str, str]] = []
    if counter and counter != bare:
        kind = "run" if len(counter) >= 5 else "short" if len(counter) >= 3 or len(item.counter) >= 3 else ""
        if kind:
            keys.append(("counter", item.counter, kind))
        if kind and len(counter) >= MIN_KEY and counter != item.counter:
            keys.append(("counter", counter, kind))
    if item.parts.count("|") > 1:
        keys.append(("parts", item.parts, "parts"))
        short_year = _YEAR_PIECE.sub(r"\1\2", item.parts)
        if short_year != item.parts:
            keys.append(("parts", short_year, "parts"))
    if len(bare) >= MIN_DAMAGED:
        keys.append(("digits", bare, "digits"))
    if item.whole:
        keys.append(("whole", item.whole, "whole" if len(item.whole) >= MIN_DAMAGED or not item.whole.isdigit() else "short"))
    return keys


def compact(text: str) -> str:
    """Letters and digits alone."""
    return text if text.isalnum() else "".join(filter(str.isalnum, text))


def joined(pieces: Iterable[str]) -> str:
    """Letters and digits in turn, each run of digits without its leading zeros."""
    return "|".join([piece.lstrip("0") or "0" for piece in pieces])
