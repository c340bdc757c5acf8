"""Items, receipts and a rulebook for tests of the matching engine, from as few words as possible.

The rulebook of most tests has the shipped rules with points and confidence of its own, so that a table that is fitted anew changes
no test of what the engine does.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from matcher.matching.decisions.decide import MatchResult, decide
from matcher.matching.decisions.policy import Policy
from matcher.matching.decisions.stops import SettlementHistory
from matcher.matching.explanations.differences import Difference
from matcher.matching.explanations.item_sets import CustomerContext, ItemSet
from matcher.matching.items.open_items import OpenItems, Rate
from matcher.matching.records import Explanation, Item, Payer, Receipt, Reference
from matcher.matching.references.text import Text
from matcher.model import Allocation
from matcher.money import PPM
from matcher.rules import rulebook
from matcher.rules.rulebook import Calibration, Rulebook
from matcher.rules.vocabulary import EVIDENCE

DAY = date(2026, 10, 15)
"""When everything is paid and due, unless a test says otherwise."""

POLICY = Policy(999_500, auto_post=True, rejected=frozenset(), grace_days=0)

_POINTS = {
    "reference_left_out": -30, "reference_shared": -10, "reference_short": 15, "reference_order": 20, "reference_": 30,
    "payer_account_other": -40, "payer_name_other": -30, "payer_account": 20, "payer_name": 15, "payer_": 5,
    "amount_common": 5, "amount_": 15, "difference_discount_late": 0, "difference_discount": 40, "difference_part": 0,
    "difference_over": -5, "difference_fee": 0, "difference_": 15,
    "set_ambiguous": -40, "set_large": -20, "set_": 5, "twin_oldest": -15, "twin_younger": -25, "date_before": -15, "": 0,
}  # fmt: skip


def book(confidence: Mapping[str, int] | None = None) -> Rulebook:
    """The shipped rules with plain points; every rule is sure from ten points of log-odds on, or as sure as said (millionths)."""
    points = {kind: next(p for start, p in _POINTS.items() if kind.startswith(start)) for kind in EVIDENCE}
    shipped = rulebook.default()
    table: dict[str, tuple[tuple[int, int], ...]] = {
        rule.id: ((-100, 200_000), (0, 500_000), (10, (confidence or {}).get(rule.id, 999_900))) for rule in shipped.rule
    }
    return shipped.changed(evidence=points, calibration=Calibration(version=1, measured="set for tests", rule=table))


BOOK = book()


def item(
    item_id: str,
    amount: int,
    customer: str = "C1",
    *,
    no: str = "",
    due: date = DAY,
    issue: date | None = None,
    discount: int = 0,
    **more: Any,
) -> Item:
    """An open item of legal entity 1 in euro; its number is RE-2026- and its id in five digits unless given."""
    number = no or f"RE-2026-{int(item_id):05d}"
    fields: dict[str, Any] = {
        "item_id": item_id, "entity": "1", "customer_id": customer, "document_type": "invoice" if amount > 0 else "credit_note",
        "document_no": number, "payment_reference": "", "purchase_order": "", "issue_date": issue or due - timedelta(30), "due_date": due,
        "currency": "EUR", "open": amount, "discount": discount, "discount_until": DAY if discount else None,
    }  # fmt: skip
    return Item(**(fields | more))


def names(item_id: str, kind: str = "whole", item_count: int = 1, key: str = "202600123", source: str = "document") -> Reference:
    """A number in the text that the candidates found."""
    return Reference(item_id, source, key, item_count, kind)


def receipt(
    amount: int,
    *references: Reference,
    line_id: str = "L1",
    account: str | Sequence[str] = (),
    name: str = "",
    alike: Payer | None = None,
    payer: str = "PAYER",
    day: date = DAY,
    value: date | None = None,
    text: str = "",
    **more: Any,
) -> Receipt:
    """A credit line; `account` and `name` are the customers that they speak for."""
    accounts = [account] if isinstance(account, str) else account
    payers = [*(Payer(c, "account") for c in accounts), *([Payer(name, "equal")] if name else []), *([alike] if alike else [])]
    fields: dict[str, Any] = {"currency": "EUR"} | more
    return Receipt(
        line_id, "1", str(fields.pop("currency")), amount, day, value or day, payer, text=text, references=references, payers=tuple(payers),
        **fields,
    )  # fmt: skip


def no_rate(currency: str, day: date) -> int | None:
    """No exchange rates at all."""
    return None


def pool(
    items: Iterable[Item],
    *,
    relatives: Mapping[str, frozenset[str]] | None = None,
    countries: Mapping[str, str] | None = None,
    rate: Rate = no_rate,
) -> OpenItems:
    """Open items with what is known of their customers."""
    return OpenItems(items, relatives or {}, countries or {}, rate)


def rates(**per_base: float) -> Rate:
    """Rates that hold on every day, as units for one euro."""
    return lambda currency, day: PPM if currency == "EUR" else round(per_base[currency] * PPM) if currency in per_base else None


def view(
    paying: Receipt, items: Iterable[Item], keys: dict[str, str] | None = None, customer: str = "C1", *, rules: Rulebook = BOOK
) -> CustomerContext:
    """A receipt before the items of a customer; `keys` are what number keys found."""
    here, text = pool(items), Text(paying.text)
    return CustomerContext(paying, text, customer, here, rules.limits, here.numbers.named(text).by(customer, keys or {}))


def ids(found: Iterable[ItemSet], basis: str = "") -> list[tuple[str, ...]]:
    """Ids of the items of each set, sorted; of one basis if given."""
    return [tuple(sorted(i.item_id for i in one.items)) for one in found if basis in ("", one.basis)]


def judge(
    *receipts: Receipt,
    items: Iterable[Item],
    known: SettlementHistory | None = None,
    policy: Policy = POLICY,
    rules: Rulebook = BOOK,
    **more: Any,
) -> list[MatchResult]:
    """Verdicts on a batch."""
    return decide(list(receipts), pool(items, **more), known or SettlementHistory({}, {}), rules, policy)


def paid(verdict: MatchResult) -> dict[str, tuple[int, int]]:
    """Cash and adjustment of each item of a verdict."""
    assert verdict.explanation is not None
    return {s.item_id: (s.amount, s.adjustment) for s in verdict.explanation.shares}


def kinds(one: Explanation | Difference | ItemSet | None) -> set[str]:
    """Kinds of evidence."""
    assert one is not None
    return {kind if isinstance(kind, str) else kind[0] for kind in one.evidence}


def explained(points: int, *shares: tuple[str, int], rule: str = "named-full") -> Explanation:
    """An explanation that gives these amounts to these items."""
    given = tuple(Allocation(item_id, amount, amount) for item_id, amount in shares)
    return Explanation(rule, "named", "none", "matched", "C1", given, (), points)
