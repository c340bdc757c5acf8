"""What an unknown payer's money is for when it is no receivable: interest, a bank's fee, a tax, the payout of a payment provider.

A name or a street that only begins like such a word says nothing: words are whole, up to an ending. Interest and fees are told by the
text, since no payer is called so; a tax by the text or by an office's name, which has no legal form; a payout by the text, or by a name
that is the provider's and nobody else's. A text that speaks of goods or an invoice is none of them.
"""

import re
from collections.abc import Collection
from functools import lru_cache

from matcher.matching.names.forms import name_form
from matcher.matching.records import Receipt
from matcher.matching.references.text import spoken
from matcher.rules.rulebook import Words

_ENDINGS = "(?:s|e|n|en|es|er|r|t|et|i|y)?"
"""Of a word in the plural, in another case, or with its article behind it."""

_SIGNS = "\u2e7f"
"""Signs from here on are written without blanks between words."""

_COMPANY = frozenset(
    "payment payments pay paiement paiements europe european eu uk us international global technology technologies services service bank "
    "settlement settlements merchant merchants processing solutions group holding holdings operations luxembourg ireland nederland "
    "deutschland germany sweden financial et cie publ hangzhou china network com".split()
)
"""What else the name of a payment provider's company has."""


def purpose_of(receipt: Receipt, words: Words) -> str:
    """What the money is for, in words; '' when nothing says so."""
    text, name = spoken(receipt.text), spoken(receipt.payer_name)
    if _speaks(text, words.goods):
        return ""
    if _speaks(text, words.interest):
        return "interest"
    if _speaks(text, words.fee):
        return "a bank's fee"
    if _speaks(text, words.tax) or (_speaks(name, words.tax) and not name_form(receipt.payer_name).legal):
        return "a tax"
    if _speaks(text, words.payout) or _provided(receipt.payer_name, words.provider) or (not name.strip() and _speaks(text, words.provider)):
        return "a payout of a payment provider"
    return ""


def _provided(name: str, providers: Collection[str]) -> bool:
    """Whether a name is a payment provider's: its own word, and besides only what such companies are called."""
    said = spoken(name)
    found = next((word for word in providers if said.startswith(f" {word} ")), "")
    if not found:
        return False
    rest = set(said.split()) - set(found.split())
    return rest <= _COMPANY or set(name_form(name).words) - set(found.split()) <= _COMPANY


def _speaks(text: str, words: tuple[str, ...]) -> bool:
    return bool(words) and _pattern(words).search(text) is not None


@lru_cache(maxsize=64)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    signs = [re.escape(word) for word in words if word[:1] > _SIGNS]
    spelled = [re.escape(spoken(word).strip()) for word in words if word[:1] <= _SIGNS]
    either = [f" (?:{'|'.join(spelled)}){_ENDINGS} "] if spelled else []
    return re.compile("|".join(signs + either))
