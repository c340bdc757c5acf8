"""Words of a payer's text that say nothing but that invoices are paid."""

import re

_TAG = re.compile(r"\b(?:EREF|KREF|MREF|SVWZ|ABWA|CRED|NOTPROVIDED)\b")
"""Codes that banks put into a text."""

_SIGNS = "\u2e7f"
"""Signs from here on are written without blanks between words."""

_SHORT = 2
"""Letters of words that are too short to say anything."""


def without_tags(text: str) -> str:
    """A text in capitals without the codes that banks put into it."""
    return _TAG.sub(" ", text)


def is_neutral(word: str, stems: frozenset[str]) -> bool:
    """Whether a word begins with one of the stems, is very short or holds a digit.

    Of signs without blanks between words: whether nothing but such stems is in them.
    """
    if any(map(str.isdigit, word)):
        return True
    if word[0] > _SIGNS:
        for stem in sorted(stems, key=len, reverse=True):
            word = word.replace(stem, "") if stem[0] > _SIGNS else word
        return len(word) < _SHORT
    return len(word) <= _SHORT or any(word.startswith(stem) for stem in stems)
