"""Points for and against, from the rulebook's evidence table. What is absent gives nothing: a third state, neither for nor against."""

from matcher.matching.records import Receipt, Reference
from matcher.rules.rulebook import Evidence

Points = tuple[tuple[str, int], ...]
STRONG = 30
"""Points from which a reference names its item by itself."""

ALIKE, ALIKE_MARGIN = 90, 6
"""A fuzzy name counts for its customer from this likeness, and this far before any other customer's."""


def reference_points(reference: Reference, evidence: Evidence) -> tuple[str, int]:
    """Kind and points of one reference: the more of the number and the fewer carriers, the more it says."""
    if reference.source == "order":
        kind, points = "reference_order", evidence.reference_order
    elif reference.kind == "run" and len(reference.key) < 5:
        kind, points = "reference_short", evidence.reference_short
    else:
        kind = f"reference_{reference.kind}"
        points = getattr(evidence, kind)
    return kind, max(0, points + evidence.reference_shared * (reference.carriers - 1))


def best_references(receipt: Receipt, evidence: Evidence) -> dict[str, tuple[str, int]]:
    """The most telling reference of each item that the receipt names."""
    best: dict[str, tuple[str, int]] = {}
    for reference in receipt.references:
        scored = reference_points(reference, evidence)
        if scored[1] > best.get(reference.item_id, ("", 0))[1]:
            best[reference.item_id] = scored
    return best


def payer_evidence(receipt: Receipt, customer_id: str, evidence: Evidence) -> Points:
    """What account and name say about whether this customer paid."""
    found: list[tuple[str, int]] = []
    if receipt.by_account:
        known = customer_id in receipt.by_account
        found.append(("payer_account", evidence.payer_account) if known else ("payer_account_other", evidence.payer_account_other))
    if receipt.by_name:
        known = customer_id in receipt.by_name
        found.append(("payer_name", evidence.payer_name) if known else ("payer_name_other", evidence.payer_name_other))
    elif receipt.alike is not None:
        alike, likeness, margin = receipt.alike
        if alike == customer_id and likeness >= ALIKE and margin >= ALIKE_MARGIN:
            found.append(("payer_name_alike", evidence.payer_name_alike))
    return tuple(found)


def sure_customer(receipt: Receipt) -> str:
    """The one customer whose bank account paid, when no name speaks for another; else ''."""
    if len(receipt.by_account) != 1:
        return ""
    (customer,) = receipt.by_account
    return "" if receipt.by_name and customer not in receipt.by_name else customer


def likely_customers(receipt: Receipt) -> list[str]:
    """Customers that account or name speak for, the surest first."""
    found = sorted(receipt.by_account) + sorted(receipt.by_name - receipt.by_account)
    if not found and receipt.alike is not None and receipt.alike[1] >= ALIKE and receipt.alike[2] >= ALIKE_MARGIN:
        found = [receipt.alike[0]]
    return found
