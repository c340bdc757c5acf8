"""What columns and words are called in the lists of many systems and languages: `vocabulary.toml`, made ready for comparing."""

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Literal

from matcher import money

Kind = Literal["items", "customers"]

_BRACKETS = re.compile(r"[(\[（][^)\]）]*[)\]）]")
_IN_CURRENCY = re.compile(r"(?:\bin\s+|[\s(\[（,/-])([A-Za-z]{3})\s*[)\]）]?\s*$")
_APART = re.compile(r"\s*[:：]\s*|\s{2,}")
_LABEL_WORDS = 3
_CODE = re.compile(r"\b[A-Z]{3}\b")
_SIGNS = {"€": "EUR", "£": "GBP"}


@lru_cache(maxsize=50_000)
def key(text: str) -> str:
    """A text as it is compared: without case, accents, spaces and punctuation. A text of nothing but signs stays as it is."""
    folded = text.casefold()
    plain = folded if folded.isascii() else unicodedata.normalize("NFKD", folded)
    kept = plain if plain.isalnum() else "".join(filter(str.isalnum, plain))
    return kept or text.strip()


@lru_cache(maxsize=10_000)
def title_keys(title: str) -> tuple[str, ...]:
    """The keys under which a header text is looked up: as a whole, then without what stands in brackets or names a currency."""
    found = [key(title)]
    found += [key(part) for part in (_BRACKETS.sub(" ", title), _IN_CURRENCY.sub("", title)) if part.strip() and part != title]
    return tuple(dict.fromkeys(one for one in found if one))


def title_currency(title: str) -> str:
    """The currency that a header text names, such as ``Betrag EUR`` or ``Amount (€)``; '' when it names none."""
    match = _IN_CURRENCY.search(title)
    if match and match[1].upper() in money.SCALE:
        return match[1].upper()
    return next((code for sign, code in _SIGNS.items() if sign in title), "")


def name_currencies(cells: Sequence[str]) -> bool:
    """Whether any of so many cells may have a currency beside its figure."""
    together = "\n".join(cells)
    return _CODE.search(together) is not None or any(sign in together for sign in _SIGNS)


@lru_cache(maxsize=50_000)
def cell_currency(cell: str) -> str:
    """The currency that stands beside a figure in its cell, such as ``1,190.00 EUR`` or ``£ 12.00``; '' when none does for certain."""
    found = _CODE.search(cell)
    if found and found[0] in money.SCALE:
        return found[0]
    return next((code for sign, code in _SIGNS.items() if sign in cell), "")


@dataclass(frozen=True)
class Vocabulary:
    """The words of `vocabulary.toml`, as keys.

    Attributes:
        columns: by kind of list and field, the keys of header texts in the order of choice.
        weak: the same, for columns that are taken only where a field has no better one.
        buckets: columns of an aged list.
        values: by field, the word that a cell's key stands for.
        totals, total_starts, total_ends: what calls a row a total.
        groups: what a label before a customer or a name is called, to ``customer``, ``name`` or ``other``.
    """

    columns: Mapping[Kind, Mapping[str, tuple[str, ...]]]
    weak: Mapping[Kind, Mapping[str, tuple[str, ...]]]
    buckets: frozenset[str]
    values: Mapping[str, Mapping[str, str]]
    totals: frozenset[str]
    total_starts: tuple[str, ...]
    total_ends: tuple[str, ...]
    groups: Mapping[str, str]


@cache
def vocabulary() -> Vocabulary:
    """The shipped words."""
    read = tomllib.loads(files("matcher.openitems").joinpath("vocabulary.toml").read_text(encoding="utf-8"))

    def keys(table: Mapping[str, list[str]]) -> dict[str, tuple[str, ...]]:
        return {field: tuple(dict.fromkeys(key(text) for text in texts)) for field, texts in table.items()}

    return Vocabulary(
        columns={"items": keys(read["items"]), "customers": keys(read["customers"])},
        weak={"items": keys(read["weak"]), "customers": keys(read["customers_weak"])},
        buckets=frozenset(key(text) for text in read["buckets"]["words"]),
        values={field: value_map(meant) for field, meant in read["values"].items()},
        totals=frozenset(key(text) for text in read["totals"]["words"]),
        total_starts=tuple(text.casefold() for text in read["totals"]["starts"]),
        total_ends=tuple(text.casefold() for text in read["totals"]["ends"]),
        groups={key(text): meant for meant, texts in read["groups"].items() for text in texts},
    )


def value_map(meant: Mapping[str, list[str]]) -> dict[str, str]:
    """From the keys of what cells hold to what that stands for."""
    return {key(text): word for word, texts in meant.items() for text in texts}


def is_total(cell: str) -> bool:
    """Whether a cell calls its row a sum."""
    if cell.isdecimal():
        return False  # nearly all of them are numbers
    words = vocabulary()
    folded = cell.casefold().rstrip(":： ")
    return key(folded) in words.totals or folded.startswith(words.total_starts) or folded.endswith(words.total_ends)


def label_and_value(row: Sequence[str]) -> list[str]:
    """The cells of a row outside of the table, a label apart from what it labels: ``Debitor     100234``, ``Customer No. 10005``."""
    filled = [cell for cell in row if cell]
    if not filled:
        return filled
    apart = _APART.split(filled[0].strip(), maxsplit=1)
    words = filled[0].split()
    groups = vocabulary().groups
    for count in range(min(_LABEL_WORDS, len(words) - 1), 0, -1):
        if len(apart) == 1 and key(" ".join(words[:count])) in groups:
            apart = [" ".join(words[:count]), " ".join(words[count:])]
    labelled = len(filled) == 1 or key(apart[0]) in groups
    return [*apart, *filled[1:]] if labelled else filled
