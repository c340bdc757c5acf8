"""What a person types as ``ITEM[=CASH[@ITEM_AMOUNT][+ADJUSTMENT:REASON]...]``, and the items that it means.

An item's id or document number may hold these signs itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from matcher.errors import MatcherError
from matcher.pipeline import lookup
from matcher.pipeline.actions.base import Look
from matcher.pipeline.item_snapshots import ItemSnapshot
from matcher.pipeline.lookup import Meant
from matcher.pipeline.session import Session
from matcher.store import names

_AMOUNT = re.compile(r"$|[-+.\d]")


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """What a person wants an item to get, in decimal text; an empty amount takes what fits.

    Attributes:
        item: as a person calls it.
        amount: cash, in the line's currency.
        adjustment: cleared without cash, in the item's currency, for `adjustment_reason`.
        item_amount: what the cash settles in the item's currency, where that is another one.
    """

    item: str
    amount: str = ""
    adjustment: str = ""
    adjustment_reason: str = ""
    item_amount: str = ""


def read(session: Session, texts: Sequence[str]) -> list[AllocationRequest]:
    """Reads the texts. The longest beginning that is an item's own name is the item, the rest what it gets.

    Raises:
        MatcherError: ``usage.option`` for an adjustment without its reason, and for a text that names an item as a whole and could mean
            an amount for another one.
    """
    possible = {name for text in texts for name in (text, *_beginnings(text))}
    known = names.known(session.store, sorted(possible))
    return [request for text in texts for request in _read(text, known)]


def _beginnings(text: str) -> list[str]:
    """What stands before each equals sign, the longest first."""
    return [text[:place] for place in range(len(text) - 1, -1, -1) if text[place] == "="]


def _read(text: str, known: frozenset[str]) -> list[AllocationRequest]:
    before = _beginnings(text)
    item = next((name for name in before if name in known), "")
    if text in known:
        if item and _AMOUNT.match(text[len(item) + 1 :]):
            what = f"{text!r} is an item, and could mean an amount for the item {item!r}"
            raise MatcherError("usage.option", what, hint=f"Write '{text}=AMOUNT' for the one, or the amount for the other in another way.")
        return [AllocationRequest(text)]
    item = item or (before[-1] if before else text)
    cash, *cleared = text[len(item) + 1 :].split("+")
    cash, _, item_amount = cash.partition("@")
    parts = [part.partition(":") for part in cleared] or [("", "", "")]
    if any(adjustment and not why for adjustment, _, why in parts):
        raise MatcherError("usage.option", f"{text!r}: an adjustment needs its reason, as in ITEM=98.00+2.00:discount")
    first = AllocationRequest(item, cash, parts[0][0], parts[0][2], item_amount)
    # each further adjustment is a row of its own, without cash
    return [first, *(AllocationRequest(item, "0", adjustment, why) for adjustment, _, why in parts[1:])]


def meant(session: Session, typed: Sequence[str]) -> dict[str, Meant]:
    """What each of these names may mean. Raises MatcherError as `lookup.item` does."""
    return {name: lookup.item(session, name) for name in dict.fromkeys(typed)}


def ids(found: dict[str, Meant]) -> list[str]:
    """Ids of all items that these names may mean."""
    return list(dict.fromkeys(item.item_id for named in found.values() for item in named.items))


def chosen(look: Look, named: Meant, entity: str = "") -> ItemSnapshot:
    """The one item that a name means: among those that have something open, those of the entity first.

    Raises:
        MatcherError: ``item.unknown`` when it means none, ``item.ambiguous`` with all that it may mean.
    """
    found = look.items([item.item_id for item in named.items])
    if not found:
        raise MatcherError("item.unknown", f"no open item has the id or document number {named.typed!r}")
    still = [item for item in found.values() if item.open] or list(found.values())
    own = [item for item in still if item.entity == entity] or still
    if len(own) == 1:
        return own[0]
    listed = ", ".join(f"{item.document_no or item.item_id} ({item.item_id})" for item in sorted(own)[:8])
    more = f" and {len(own) - 8} more" if len(own) > 8 else ""
    raise MatcherError("item.ambiguous", f"{named.typed!r} may mean {len(own)} items: {listed}{more}")
