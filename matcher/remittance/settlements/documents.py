"""Which document a free text names."""

import re
from collections.abc import Sequence

from matcher.characters import text_fault
from matcher.remittance.records import IssuedDocument
from matcher.remittance.settlements.schema import fold

_TOKENS = re.compile(r"[^\s,;:()\[\]\"']+")
_LONGEST = 40


class IssuedNumbers:
    """The numbers and payment references of the documents of the books, to be found in texts.

    Args:
        documents: open or closed.
    """

    def __init__(self, documents: Sequence[IssuedDocument]) -> None:
        self._known = {fold(n) for d in documents for n in (d.document_no, d.payment_reference) if n}
        self.currencies = {d.currency for d in documents}

    def named(self, text: str) -> str:
        """The one document that a text names, as the text writes it; else the text itself when it is one word with a digit, or ''."""
        words: list[str] = [word for found in _TOKENS.findall(text) if (word := found.strip(".#"))]
        found = {fold(word): word for word in words if fold(word) in self._known}
        if len(found) == 1:
            return next(iter(found.values()))
        if len(words) != 1 or found or len(words[0]) > _LONGEST or text_fault(words[0]):
            return ""
        return words[0] if words[0][0].isalnum() and any(map(str.isdecimal, words[0])) else ""
