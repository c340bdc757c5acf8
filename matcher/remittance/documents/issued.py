"""Which documents of the books a line names, in whatever form it writes their numbers."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from matcher.matching.references.makes import shape
from matcher.matching.references.numbers import MIN_DAMAGED, compact, index_keys, number
from matcher.remittance.documents.lines import Line
from matcher.remittance.records import IssuedDocument

_MAX_WORDS = 4
"""Words in which a number may be written."""

_FORMS = ("whole", "parts", "digits", "counter")
"""Forms of `index_keys`, the most telling first."""

_MONEY = re.compile(r"[-+(]*\d{1,3}(?:[., ']?\d{3})*[.,]\d{1,2}[-)]*")
DAY = re.compile(
    r"\d{1,2}[./-]\d{1,2}[./-](?:\d{4}|\d{2})|\d{4}[./-]\d{1,2}[./-]\d{1,2}|\d{4}年\d{1,2}月\d{1,2}日?"
    r"|\d{1,2}[-. ]?(?i:jan|feb|mar|mär|apr|may|mai|jun|jul|aug|sep|oct|okt|nov|dec|dez)[a-z]*\.?[-. ]?\d{2,4}"
)
"""A day, in one word."""


@dataclass(frozen=True, slots=True)
class Named:
    """A document that a line names: how it writes the number, where in its text, and the numbers of the books that this may be."""

    written: str
    start: int
    end: int
    documents: frozenset[str]


class Issued:
    """The documents of the books, by every form of their numbers."""

    def __init__(self, documents: Sequence[IssuedDocument]) -> None:
        self._by_key: dict[tuple[str, str], set[str]] = {}
        self._currencies: dict[str, set[str]] = {}
        self._credits: dict[str, bool] = {}
        self.shapes: set[str] = set()
        self._read: dict[Line, tuple[Named, ...]] = {}
        for document in documents:
            taken = number(document.document_no)
            self._currencies.setdefault(document.document_no, set()).add(document.currency)
            self._credits[document.document_no] = document.amount < 0
            self.shapes.add(shape(taken.whole))
            for form, key, kind in index_keys(taken):
                if kind != "short" or (form == "whole" and len(key) > 3):
                    self._by_key.setdefault((form, key), set()).add(document.document_no)
            for reference in (compact(document.payment_reference.upper()),):
                if len(reference) >= MIN_DAMAGED:
                    self._by_key.setdefault(("whole", reference), set()).add(document.document_no)

    def forget(self) -> None:
        """Lets go of the lines of the file before."""
        self._read.clear()

    def currencies(self, documents: Iterable[str]) -> set[str]:
        """Of documents of the books, by their numbers."""
        return {currency for document in documents for currency in self._currencies[document]}

    def is_credit(self, document: str) -> bool:
        """Whether a document of the books is a credit note."""
        return self._credits[document]

    def named(self, line: Line) -> tuple[Named, ...]:
        """The documents that a line names, from left to right; of numbers within each other the longest."""
        if line not in self._read:
            self._read[line] = self._find(line)
        return self._read[line]

    def _find(self, line: Line) -> tuple[Named, ...]:
        found: list[Named] = []
        words, starts = line.words, line.starts
        for size in range(_MAX_WORDS, 0, -1):
            for first in range(len(words) - size + 1):
                mine = words[first : first + size]
                if len({word.cell for word in mine}) > 1:
                    continue
                start, end = starts[first], starts[first + size - 1] + len(mine[-1].text)
                if any(start < other.end and other.start < end for other in found):
                    continue
                if hit := self._hit([word.text for word in mine]):
                    found.append(Named(line.text[start:end].strip(".,;:()#"), start, end, hit))
        return tuple(sorted(found, key=lambda named: named.start))

    def looks_like_ours(self, text: str) -> bool:
        """Whether a word has letters and digits as numbers of ours have."""
        whole = compact(text.upper())
        return any(map(str.isalpha, whole)) and any(map(str.isdigit, whole)) and shape(whole) in self.shapes

    def alike(self, line: Line) -> str:
        """A word of a line that `looks_like_ours`; '' for none."""
        return next((word.text.strip(".,;:()#") for word in line.words if self.looks_like_ours(word.text)), "")

    def _hit(self, words: Sequence[str]) -> frozenset[str]:
        told = "".join(words).upper().strip(".,;:()#")
        if not any(map(str.isdigit, told)) or any(DAY.fullmatch(word.strip(".,;:()")) or _MONEY.fullmatch(word) for word in words):
            return frozenset()
        if not any(map(str.isalnum, words[0])) or not all(map(_goes_on, words[1:])):
            return frozenset()
        taken = number(" ".join(words).upper())
        keys = {"whole": compact(told), "parts": taken.parts if taken.parts.count("|") > 1 else "", "digits": taken.digits.lstrip("0")}
        if len(words) > 1 and not any(map(str.isdigit, words[0])):
            keys["digits"] = ""
        if len(words) == 1 and keys["whole"] == taken.digits:
            keys["counter"] = taken.digits.lstrip("0")
        for form in _FORMS:
            key = keys.get(form, "")
            hit = self._by_key.get((form, key)) if key else None
            if hit and (form in ("whole", "parts") or len(key) >= MIN_DAMAGED):
                return frozenset(hit)
        return frozenset()


_latest: list[tuple[Sequence[IssuedDocument], Issued]] = []


def issued_of(documents: Sequence[IssuedDocument]) -> Issued:
    """The documents of the books by their forms; of the same sequence the same again, since a command reads many files against one."""
    if not _latest or _latest[0][0] is not documents:
        _latest[:] = [(documents, Issued(documents))]
    _latest[0][1].forget()
    return _latest[0][1]


def _goes_on(word: str) -> bool:
    """Whether a word may go on with a number: it has digits, or is a sign alone."""
    return any(map(str.isdigit, word)) or not any(map(str.isalnum, word))
