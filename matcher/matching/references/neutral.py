"""Words of a payer's text that say nothing but that invoices are paid."""

import re
from functools import lru_cache

_TAG = re.compile(r"\b(?:EREF|KREF|MREF|SVWZ|ABWA|CRED|NOTPROVIDED)\b")
"""Codes that banks put into a text."""

_SIGNS = "\u2e7f"
"""Signs from here on are written without blanks between words."""

_SHORT = 2
"""Letters of words that are too short to say anything."""

_WHOLE = 3
"""Letters of stems that stand for a whole word only."""


def without_tags(text: str) -> str:
    """A text in capitals without the codes that banks put into it."""
    return _TAG.sub(" ", text)


def is_neutral(word: str, stems: tuple[str, ...]) -> bool:
    """Whether a word begins with one of the stems, is very short or holds a digit; a stem of at most three letters is a whole word.

    Of signs without blanks between words: whether nothing but such stems and numbers is in them.
    """
    if word[0] > _SIGNS:
        for stem in _signs(stems):
            word = word.replace(stem, "")
        return sum(sign > _SIGNS for sign in word) < _SHORT
    if len(word) <= _SHORT or any(map(str.isdigit, word)):
        return True
    longer, whole = _letters(stems)
    return word.startswith(longer) or word in whole


@lru_cache(maxsize=64)
def _letters(stems: tuple[str, ...]) -> tuple[tuple[str, ...], frozenset[str]]:
    """Stems that words begin with; and whole words: stems that are too short for that ("re" is in "rebate"), and longer ones cut off."""
    letters = [stem for stem in stems if stem[0] <= _SIGNS]
    longer = tuple(stem for stem in letters if len(stem) > _WHOLE)
    cut = {stem[:size] for stem in longer for size in range(_WHOLE + 1, len(stem))}
    return longer, frozenset(cut | {stem for stem in letters if len(stem) <= _WHOLE})


@lru_cache(maxsize=64)
def _signs(stems: tuple[str, ...]) -> tuple[str, ...]:
    """The stems that are written in signs, the longest first."""
    return tuple(sorted((stem for stem in stems if stem[0] > _SIGNS), key=len, reverse=True))
