"""The documents of the books by their numbers, in any form of writing."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from matcher.remittance.records import IssuedDocument

MIN_DIGITS = 4
"""Fewest digits by which a number without its letters names a document."""

_YEAR = re.compile(r"(?:19|20)\d\d(?=\d)")


class Found(NamedTuple):
    """The documents that a written number may be, and how surely: ``whole`` (letters and digits), ``digits``, or '' for none."""

    documents: tuple[IssuedDocument, ...]
    kind: str


class DocumentNumbers:
    """Documents by their numbers and payment references.

    Attributes:
        owner: customer of each document, by the item's id.
    """

    def __init__(self, documents: Iterable[IssuedDocument]) -> None:
        self._whole: dict[str, list[IssuedDocument]] = defaultdict(list)
        self._digits: dict[str, list[IssuedDocument]] = defaultdict(list)
        self.owner: dict[str, str] = {}
        for one in documents:
            self.owner[one.item_id] = one.customer_id
            for key in dict.fromkeys((whole(one.document_no), whole(one.payment_reference))):
                if key:
                    self._whole[key].append(one)
            if key := digits(one.document_no):
                self._digits[key].append(one)

    def named(self, written: str) -> Found:
        """The documents of that number; those with its letters before those with only its digits."""
        for kind, known, key in (("whole", self._whole, whole(written)), ("digits", self._digits, digits(written))):
            if key and (found := known.get(key)):
                return Found(tuple(found), kind)
        return Found((), "")


def whole(text: str) -> str:
    """Letters and digits in capitals, without what stands between them and without zeros before a number."""
    plain = unicodedata.normalize("NFKC", text).upper()
    return (
        "".join(part.lstrip("0") if part.isdecimal() else part for part in re.findall(r"[^\W\d_]+|\d+", plain)) if _has_digit(plain) else ""
    )


def digits(text: str) -> str:
    """All digits without zeros before them; '' where there are too few to name a document."""
    found = "".join(re.findall(r"\d", unicodedata.normalize("NFKC", text))).lstrip("0")
    return found if len(found) >= MIN_DIGITS else ""


def _has_digit(text: str) -> bool:
    return any(map(str.isdecimal, text))


def alone(found: Sequence[IssuedDocument]) -> bool:
    """Whether it is one document, in one item or in several instalments."""
    return len({(one.entity, one.customer_id, one.document_no) for one in found}) == 1
