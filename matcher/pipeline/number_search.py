"""Numbers of documents and orders as a person writes them, as patterns for the database: a part of the number is enough."""

import re
import unicodedata
from typing import NamedTuple

from matcher.pipeline.lookup import parts

_LEAST = 4
"""Letters and digits of a text that is looked for without regard to the signs in a number."""

_PARTS = re.compile(r"[^\W\d_]+|\d+")
_ZERO_FIRST = re.compile(r"0+[1-9]")


class NumberPattern(NamedTuple):
    """A pattern of SQL's LIKE for numbers in small letters, a regular expression that they must hold too ('' for none), and its text.

    `shortened`: it leaves out letters that were typed.
    """

    like: str
    confirm: str
    text: str
    shortened: bool = False


def patterns(typed: str) -> list[NumberPattern]:
    """What to look for, one after the other until something is found.

    First the letters and digits in their order, whatever stands between them; then as if no number had a sign in it; then without the
    letters that a person puts before a number. A number that is typed with zeros in front begins so, with or without them.
    """
    written = parts(typed)
    if not written:
        return []
    found = [_in_order(written, _begins(typed))]
    if found[0].confirm:
        # or they are zeros of the middle of a number
        found.append(NumberPattern(f"%{'%'.join(_PARTS.findall(typed.casefold()))}%", "", typed.strip()))
    joined = "".join(written)
    if len(joined) >= _LEAST:
        between = r"[^\p{L}\p{N}]*"
        found.append(NumberPattern(f"%{'%'.join(joined)}%", between.join(joined), typed.strip()))
    digits = tuple(part for part in written if part.isdigit())
    if digits and len(digits) < len(written) and sum(map(len, digits)) >= _LEAST - 1:
        found.append(_in_order(digits, _begins(typed))._replace(shortened=True))
    return found


def _in_order(written: tuple[str, ...], begins: frozenset[str]) -> NumberPattern:
    confirm = ""
    if begins.intersection(written):
        confirm = ".*".join(f"(^|[^0-9])0*{part}" if part in begins else part for part in written)
    return NumberPattern(f"%{'%'.join(written)}%", confirm, " ".join(written))


def _begins(typed: str) -> frozenset[str]:
    """The numbers that are typed with zeros in front, without these."""
    plain = unicodedata.normalize("NFKC", typed)
    return frozenset(number.lstrip("0") for number in re.findall(r"\d+", plain) if _ZERO_FIRST.match(number))
