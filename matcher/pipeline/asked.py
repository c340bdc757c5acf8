"""What a person types as ``ITEM[=CASH[+ADJUSTMENT:REASON]]``, where an item's id or document number may hold these signs itself."""

import re
from collections.abc import Sequence

from matcher.errors import MatcherError
from matcher.pipeline.session import Session
from matcher.pipeline.verdicts import AllocationRequest
from matcher.store import journal

_AMOUNT = re.compile(r"$|[-+.\d]")


def wanted(session: Session, texts: Sequence[str]) -> list[AllocationRequest]:
    """Reads the texts. The longest beginning that names an item is the item, the rest what it gets.

    Raises:
        MatcherError: ``usage.option`` for an adjustment without its reason, and for a text that names an item as a whole and could mean
            an amount for another one.
    """
    names = {name for text in texts for name in (text, *_beginnings(text))}
    item_names = journal.named_items(session.store, sorted(names))
    return [_read(text, item_names) for text in texts]


def _beginnings(text: str) -> list[str]:
    """What stands before each equals sign, the longest first."""
    return [text[:place] for place in range(len(text) - 1, -1, -1) if text[place] == "="]


def _read(text: str, item_names: frozenset[str]) -> AllocationRequest:
    before = _beginnings(text)
    item = next((name for name in before if name in item_names), "")
    if text in item_names:
        if item and _AMOUNT.match(text[len(item) + 1 :]):
            what = f"{text!r} is an item, and could mean an amount for the item {item!r}"
            raise MatcherError("usage.option", what, hint=f"Write '{text}=AMOUNT' for the one, or the amount for the other in another way.")
        return AllocationRequest(text)
    item = item or (before[0] if before else text)
    cash, _, rest = text[len(item) + 1 :].partition("+")
    adjustment, _, why = rest.partition(":")
    if adjustment and not why:
        raise MatcherError("usage.option", f"{text!r}: an adjustment needs its reason, as in ITEM=98.00+2.00:discount")
    return AllocationRequest(item, cash, adjustment, why)
