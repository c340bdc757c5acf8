"""Whether a header shows whose file it is. Date, amount and currency are on every bank's lips and name none of them.

A layout that was only guessed by such words would read another bank's days, signs and decimal marks by its own rules.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

from matcher.parsers.csv.library import shipped
from matcher.parsers.csv.schema import Profile
from matcher.parsers.csv.words import fields_of

_TRAILING = re.compile(r"\s*[(\[（].{1,12}[)\]）]$|\s+(?:[€$£¥]|[a-z]{3})$")
"""A currency at the end of a title, in brackets or not."""
_ALL_OF_MANY = 6
"""So many titles, none of them strange, make a header that is one bank's even where each of them is common."""
_SEVERAL_RARE = 3
"""So many titles that no other bank's layout has do the same, though each may be an ordinary word."""
_ORDINARY = frozenset(
    """
    address category country info label note notes receipt recipient reference sender subcategory tag tags time title
    adres beschreibung betreff kategorie notiz referentie referenz typ vorgang wert namn rubrik poznámka zpráva
    """.split()
)
"""Words that any program may put over a column, besides the single ones of `words`."""
_ORDINARY_PHRASES = frozenset(
    {
        "account balance", "account no", "account number", "amount paid", "booking date", "closing balance", "credit amount",
        "current balance", "date posted", "debit amount", "money in", "money out", "opening balance", "paid in", "paid out", "post date",
        "posted date", "posting date", "ref no", "reference number", "running balance", "transaction amount", "transaction date",
        "transaction id", "transaction type", "value date",
    }
)  # fmt: skip


@cache
def _banks_by_title() -> Counter[str]:
    """Of how many banks' layouts each title is."""
    banks: dict[str, set[str]] = {}
    for profile in shipped().values():
        for title in profile.vocabulary:
            banks.setdefault(title, set()).add(profile.bank)
    return Counter({title: len(names) for title, names in banks.items()})


def is_common(profile: Profile, header: Sequence[str], strange: Sequence[str]) -> bool:
    """Whether nothing in a header that fits a layout is that layout's own.

    A layout that the caller brings is not asked: whoever wrote it has seen the file.

    Args:
        profile: the layout.
        header: the folded titles. strange: those that the layout does not know.
    """
    if profile.weak:
        return True
    if shipped().get(profile.name) != profile:
        return False
    known = {title for title in header if title and title not in strange}
    return (bool(strange) or len(known) < _ALL_OF_MANY) and not owns_a_title(known)


def owns_a_title(titles: Iterable[str]) -> bool:
    """Whether some of these titles of a layout are of no other bank's, and not words that anybody may use."""
    banks = _banks_by_title()
    rare = {title for title in titles if banks[title] <= 1} - _ORDINARY
    return len(rare) >= _SEVERAL_RARE or not all(map(_is_ordinary, rare))


def _is_ordinary(title: str) -> bool:
    words = _TRAILING.sub("", title)
    return words in _ORDINARY or words in _ORDINARY_PHRASES or (" " not in words and "_" not in words and bool(fields_of(title)))
