"""Evidence of a receipt for a customer and a set of items. What is absent gives nothing: a third state, neither for nor against."""

from collections.abc import Sequence

from matcher.matching.explanations.item_sets import CustomerContext, ItemSet
from matcher.matching.items.open_items import OpenItems
from matcher.matching.payer import payer_of
from matcher.matching.records import Item, Receipt
from matcher.matching.references.numbers import PLACE, STRONG
from matcher.rules.rulebook import Limits
from matcher.states import DocumentType

ALIKE, MARGIN = 80, 6
"""A name that is not equal counts from this similarity, and this far before any other customer's."""


LIKE = 92
"""Likeness from which a name that is as like another customer's is one of few that it may be."""

_NAMES = {
    "script": "payer_name_script", "trade": "payer_name_part", "cut": "payer_name_part", "part": "payer_name_part",
    "abbreviated": "payer_name_part", "branch": "payer_name_group", "alike": "payer_name_alike",
}  # fmt: skip


_NO_NAMES = ("account", "number", "learned")
_UNCLEAR = ("payer_name_shared", "payer_name_near")
_WHOLE_NAMES = ("equal", "script", "trade", "cut", "part")


def payer(receipt: Receipt, customer_id: str, pool: OpenItems) -> tuple[str, ...]:
    """What account, name and customer number say about whether this customer paid."""
    if not receipt.payers:
        return ()
    family = pool.relatives.get(customer_id, frozenset())
    accounts = {p.customer_id for p in receipt.payers if p.kind == "account"}
    kinds = []
    if customer_id in accounts:
        kinds.append("payer_account" if len(accounts) == 1 else "payer_account_shared")
    elif accounts:
        kinds.append("payer_account_group" if accounts & family else "payer_account_other")
    name = _name(receipt, customer_id, family)
    if name:
        kinds.append(name)
        if name in _UNCLEAR and not accounts and _one_of_few(receipt, customer_id):
            kinds.append("payer_name_few")
    certain = payer_of(receipt)
    if certain and certain != customer_id and certain not in family and (accounts or not _known(receipt, customer_id)):
        kinds.append("payer_is_other")
    if not accounts and any(p.kind == "learned" and p.customer_id == customer_id for p in receipt.payers):
        kinds.append("payer_learned")
    if any(p.kind == "number" and p.customer_id == customer_id for p in receipt.payers):
        kinds.append("payer_number")
    return tuple(kinds)


def _one_of_few(receipt: Receipt, customer_id: str) -> bool:
    """Whether the payer's name is as like the customer's as any other's, and not misspelled."""
    names = [p for p in receipt.payers if p.kind not in _NO_NAMES]
    best = max(p.similarity for p in names)
    return any(p.customer_id == customer_id and p.kind in _WHOLE_NAMES and p.similarity >= max(LIKE, best - MARGIN) for p in names)


def _known(receipt: Receipt, customer_id: str) -> bool:
    """Whether anything but an account says that the customer paid: a name that is alike, the customer number, earlier receipts."""
    return any(p.customer_id == customer_id for p in receipt.payers)


def _name(receipt: Receipt, customer_id: str, family: frozenset[str]) -> str:
    names = [p for p in receipt.payers if p.kind not in _NO_NAMES]
    mine = next((p for p in names if p.customer_id == customer_id), None)
    if mine is None:
        clear = [p for p in names if p.similarity >= ALIKE and p.margin >= MARGIN]
        if not clear:
            return ""
        return "payer_name_group" if any(p.customer_id in family for p in clear) else "payer_name_other"
    if mine.kind == "equal":
        return "payer_name" if mine.margin >= MARGIN else "payer_name_shared"
    if mine.margin < MARGIN or mine.similarity < ALIKE:
        return "payer_name_near"
    return _NAMES[mine.kind]


def named_items(receipt: Receipt) -> list[str]:
    """Items, open or closed, that a number of five characters or more names by itself."""
    if not receipt.references:
        return []
    return sorted({r.item_id for r in receipt.references if r.source != "order" and r.kind in STRONG and len(r.key) >= 5})


def reference(view: CustomerContext, item_set: ItemSet, item_count: dict[str, int]) -> list[str]:
    """What names the items, and what speaks against the set.

    Of a set that is named, the weakest reference counts: a chain is as strong as that. Of a set that other evidence makes, the strongest.
    """
    items, refs = item_set.items, view.refs
    kinds = sorted([refs[i.item_id] for i in items if i.item_id in refs], key=PLACE.__getitem__)
    evidence = [f"reference_{kinds[-1 if item_set.basis in ('named', 'named_subset', 'order', 'group') else 0]}"] if kinds else []
    if kinds and any(item_count.get(i.item_id, 1) > 1 and i.document_type != DocumentType.INSTALMENT for i in items):
        evidence.append("reference_shared")
    if view.strong:
        members, documents = {i.item_id for i in items}, {i.document_no for i in items}
        if any(item.item_id not in members and item.document_no not in documents for item in view.strong):
            evidence.append("reference_left_out")
    return evidence


def dates(items: Sequence[Item], receipt: Receipt, limits: Limits, *, named: bool = True) -> list[str]:
    """Whether a payment of these items is ordinary on that day. What the text does not name may not be younger than the payment."""
    due, issued = [i.due_date for i in items], [i.issue_date for i in items]
    if (min(issued) if named else max(issued)) > receipt.booking_date:
        return ["date_before"]
    if (receipt.booking_date - min(due)).days > limits.overdue:
        return ["date_overdue"]
    return ["date_early"] if (max(due) - receipt.booking_date).days > limits.due_before else ["date_due"]
