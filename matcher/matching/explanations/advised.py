"""Explanations of a receipt by the remittance advices that are about it: the payer's own rows, and nothing that is guessed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from matcher import money
from matcher.matching.advised import AdvisedRow, BoundAdvice
from matcher.matching.explanations import evidence
from matcher.matching.explanations.differences import discounts_of, ended_discounts
from matcher.matching.items.customer_items import oldest_first
from matcher.matching.items.open_items import OpenItems
from matcher.matching.payer import payer_of
from matcher.matching.records import Explanation, Item, Receipt
from matcher.matching.references.numbers import STRONG
from matcher.model import Allocation
from matcher.money import PPM
from matcher.rules.rulebook import Limits, Rulebook
from matcher.rules.vocabulary import EVIDENCE
from matcher.states import Outcome

BASIS = "advice"
ADVISED = "advised"
"""The difference between documents and money that an advice explains."""

_BOUND = {"reference": "advice_reference", "payer": "advice_payer", "amount": "advice_payer"}
_RELATED = frozenset({"payer_account_group", "payer_name_group", "payer_name_alike"})
FEE, TAX = "fee", "withholding_tax"
RETENTION, NETTED = "retention", "netted"
"""Reasons for what a provider keeps beside its fee: in reserve, or for a refund that no credit note of the books stands for."""


@dataclass
class _Reading:
    """The rows of an advice on their way to allocations.

    Attributes:
        fees: what a provider's rows without a document took off as fees.
        kept: what other rows of a payout take off without a document that could bear it: amount and reason.
    """

    shares: list[Allocation] = field(default_factory=list)
    kinds: set[str] = field(default_factory=set)
    doubts: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    fees: int = 0
    kept: list[tuple[int, str]] = field(default_factory=list)


def advised(receipt: Receipt, pool: OpenItems, book: Rulebook, grace_days: int) -> list[Explanation]:
    """The explanations by the advices about a receipt, those that say the same once; of several that do not, a person chooses."""
    made: dict[object, Explanation] = {}
    names: dict[object, str] = {}
    for bound in receipt.advices:
        explanation = _explained(bound, receipt, pool, book, grace_days)
        if explanation is not None and (explanation.shares not in made or made[explanation.shares].doubt):
            made[explanation.shares], names[explanation.shares] = explanation, bound.advice_id
    if len(made) > 1:
        both = f"advices {' and '.join(sorted(names.values()))} are both about this receipt, and say different things"
        return [explanation._replace(doubt=both) for explanation in made.values()]
    return list(made.values())


def with_advice(found: Sequence[Explanation], told: Sequence[Explanation], book: Rulebook) -> list[Explanation]:
    """All explanations of a receipt with those of its advices, in no order.

    What is found for documents that a good advice lists is a guess at what the advice says. An advice that a person has to look at
    stands back behind what may post without it: a wrong one must not keep anything from being posted.
    """
    if any(explanation.doubt for explanation in told):
        posts = any(other.unique and other.rule and book.get(other.rule).mode == "post" for other in found)
        return [*found] if posts else [*found, *told]
    listed = frozenset[str]().union(*(explanation.items for explanation in told))
    return [*(other for other in found if not other.items <= listed), *told]


def _explained(bound: BoundAdvice, receipt: Receipt, pool: OpenItems, book: Rulebook, grace_days: int) -> Explanation | None:
    reading = _Reading(doubts=[bound.doubt] if bound.doubt else [])
    for row in bound.rows:
        _read(row, bound, receipt, pool, book, grace_days, reading)
    if bound.payout and (who := payer_of(receipt)):
        reading.doubts.append(f"the payer is customer {who}, and no payment provider")
    if reading.fees:
        _spread(reading, book.limits)
    for amount, reason in reading.kept:
        _take_off(amount, reason, reading)
    if not reading.shares:
        return None
    total = sum(share.amount for share in reading.shares)
    if total > receipt.amount:
        return None
    if total < receipt.amount and not reading.doubts:
        reading.doubts.append("the documents of the advice do not take all of the money")
    taken: dict[str, int] = {}
    for share in reading.shares:
        taken[share.item_id] = taken.get(share.item_id, 0) + share.item_amount + share.adjustment
    items = sorted((pool.items[item_id] for item_id in taken), key=oldest_first)
    if bound.by != "reference" and not reading.doubts and (other := _named_beside(receipt, items, pool)):
        reading.doubts.append(f"the payer's text names document {other}, which it does not list")
    left = [item for item in items if taken[item.item_id] != item.open]
    exact = not left and not any(share.adjustment for share in reading.shares)
    payer, customer = _payer(bound, items, receipt, pool)
    if bound.by == "amount" and not _sends(payer) and not (exact and _telling_sum(receipt, len(items), payer, pool)):
        reading.doubts.append("nothing but amount and day says that it is about this receipt")
    kinds = (
        _BOUND[bound.by],
        *(f"reference_{kind}" for kind in sorted(reading.kinds)[:1]),  # a chain is as strong as its weakest part: digits before whole
        *payer,
        "amount_sum" if exact else "difference_advised",
        *evidence.dates(items, receipt, book.limits),
    )
    difference = "none" if exact else ADVISED
    judged = book.judged(BASIS, difference, kinds, len(items))
    note = "; ".join((bound.named, *reading.said))
    doubt = f"{bound.named}: {reading.doubts[0]}" if reading.doubts else ""
    return Explanation(
        judged.rule, BASIS, difference, Outcome.PARTIAL if left else Outcome.MATCHED, customer, tuple(reading.shares), judged.evidence,
        judged.points, note=note, doubt=doubt,
    )  # fmt: skip


def _sends(payer: Sequence[str]) -> bool:
    """Whether something says that the payer is the customer whose documents an advice lists, and nothing that he is not."""
    against = any(kind.endswith("_other") for kind in payer)
    return not against and any(EVIDENCE[kind].names_payer or kind in _RELATED for kind in payer)


def _telling_sum(receipt: Receipt, count: int, payer: Sequence[str], pool: OpenItems) -> bool:
    """Whether an amount is nothing but the sum of the documents listed: no item has it, and nothing speaks against the payer."""
    return count > 1 and not pool.rarity(receipt.currency, receipt.amount) and not any(kind.endswith("_other") for kind in payer)


def _named_beside(receipt: Receipt, items: Sequence[Item], pool: OpenItems) -> str:
    """The number of another open document of these customers that the payer's text names, by whatever part of it; '' for none.

    An advice that carries no number of its payment may be about another receipt of the same amount.
    """
    listed, customers = {item.document_no for item in items}, {item.customer_id for item in items}
    for reference in receipt.references:
        item = pool.items.get(reference.item_id)
        if item is not None and reference.source == "document" and item.customer_id in customers and item.document_no not in listed:
            return item.document_no
    return ""


def _read(
    row: AdvisedRow, bound: BoundAdvice, receipt: Receipt, pool: OpenItems, book: Rulebook, grace_days: int, reading: _Reading
) -> None:
    currency = receipt.currency
    if not row.document_no:
        _without_document(row, bound, currency, reading)
        return
    item = pool.items.get(row.item_id)
    if item is None:
        reading.doubts.append(row.doubt or f"document {row.document_no} has nothing open")
        if bound.payout and row.net < 0:
            reading.kept.append((-row.net, NETTED))
        return
    reading.doubts += [row.doubt] if row.doubt else []
    if item.currency != currency:
        reading.doubts.append(f"document {row.document_no} is in {item.currency}")
        return
    if row.gross != item.open and not _in_part(row, item, bound, receipt, pool):
        there, here = (money.render(amount, currency) for amount in (row.gross, item.open))
        reading.doubts.append(f"it says that document {row.document_no} has {there} {currency} open, and the books have {here}")
    withheld = book.withholding.get(pool.country.get(item.customer_id, ""), ())
    share = _share(row, bound, item, receipt, _Bounds(book.limits, grace_days, withheld), reading)
    taken = share.item_amount + share.adjustment
    if not 0 < taken * (1 if item.open > 0 else -1) <= abs(item.open):
        reading.doubts.append(f"document {row.document_no} has not enough open")
        return
    if any(other.item_id == item.item_id for other in reading.shares):
        reading.doubts.append(f"document {row.document_no} is listed twice")
        return
    reading.shares.append(share)
    reading.kinds |= {row.kind} - {""}


def _without_document(row: AdvisedRow, bound: BoundAdvice, currency: str, reading: _Reading) -> None:
    """A row about no document: a provider's fee, what it keeps in reserve, or what nobody can place."""
    if bound.payout and row.reason == FEE and row.net < 0:
        reading.fees -= row.net
        return
    what = row.reason_text or row.reason or "without a document"
    if bound.payout and row.net < 0:
        reading.doubts.append(f"it keeps {money.render(-row.net, currency)} {currency} ({what})")
        reading.kept.append((-row.net, RETENTION if row.reason == RETENTION else NETTED))
    else:
        reading.doubts.append(f"its row {what} of {money.render(row.net, currency)} {currency} is about no document")


def _in_part(row: AdvisedRow, item: Item, bound: BoundAdvice, receipt: Receipt, pool: OpenItems) -> bool:
    """Whether a document is paid in part, and said to be: its number is whole, and stands beside documents that agree or in the text.

    A number that was mistyped names another document of the customer; then there is one that has just this amount.
    """
    if bound.payout or row.kind != "whole" or row.discount or row.deduction or not 0 < row.gross < item.open:
        return False
    if pool.rarity(receipt.currency, row.gross):
        return False
    others = [other for other in bound.rows if other is not row]
    if others:
        return all((found := pool.items.get(other.item_id)) is not None and found.open == other.gross for other in others)
    return any(r.item_id == item.item_id and r.source == "document" and r.kind in STRONG for r in receipt.references)


class _Bounds(NamedTuple):
    """What may be cleared: limits, days of grace of a discount, and the rates of tax that payers of the country withhold, in millionths."""

    limits: Limits
    grace_days: int
    withheld: Sequence[int]


def _share(row: AdvisedRow, bound: BoundAdvice, item: Item, receipt: Receipt, bounds: _Bounds, reading: _Reading) -> Allocation:
    """What a document gets: the cash, with the discount in its terms, tax withheld and a provider's fee cleared; the rest stays open."""
    cleared, reasons, short = 0, [], []
    if row.discount:
        earned = _earned(item, row.discount, receipt, bounds.grace_days)
        if earned:
            cleared += earned
            reasons.append("discount")
        if row.discount != earned:
            short.append(("discount_unearned", row.discount - earned, "a discount beyond its terms"))
    if row.deduction:
        if bound.payout and row.reason == FEE and row.deduction > 0:
            cleared += row.deduction
            reasons.append(FEE)
            if row.deduction > _most_fee(row.gross, bounds.limits):
                reading.doubts.append(f"a fee of {money.render(row.deduction, receipt.currency)} on document {row.document_no} is too much")
        elif row.reason == TAX and any(abs(row.deduction - (item.open * rate + PPM // 2) // PPM) <= 1 for rate in bounds.withheld):
            cleared += row.deduction
            reasons.append(TAX)
        else:
            short.append((row.reason, row.deduction, row.reason_text or row.reason))
    if len(reasons) > 1:
        reading.doubts.append(f"document {row.document_no} has a discount and a {'tax' if TAX in reasons else 'fee'}")
    for _, amount, why in short:
        verb = "stays open by" if amount > 0 else "is paid beyond what is open by"
        reading.said.append(f"{row.document_no} {verb} {money.render(abs(amount), receipt.currency)} {receipt.currency}: {why}")
    reason = (*reasons, *(code for code, *_ in short))[0] if reasons or short else ""
    return Allocation(item.item_id, row.net, row.net, cleared, reason)


def _most_fee(gross: int, limits: Limits) -> int:
    """The largest fee, in minor units, that a provider is believed to keep."""
    return gross * limits.payout_fee_share // PPM + limits.payout_fee


def _earned(item: Item, discount: int, receipt: Receipt, grace_days: int) -> int:
    """What of a discount is in the document's terms and in time: all of it to the smallest unit, or the next step of one that is over."""
    way = 1 if item.open > 0 else -1
    allowed = discounts_of(item, receipt, grace_days)
    if any(0 < discount * way <= abs(step) + 1 for step in allowed):
        return discount
    ended = any(abs(discount - step) <= 1 for step in ended_discounts(item, receipt, grace_days))
    return allowed[-1] if allowed and ended else 0


def _spread(reading: _Reading, limits: Limits) -> None:
    """Takes fees that are about no document off the documents' cash, in proportion to it, to the smallest unit.

    The documents are settled in full all the same: what the provider kept is cleared as its fee. Of the units that do not divide, the
    documents with the largest remainders bear one each, of equal ones the first.
    """
    bearers = [n for n, share in enumerate(reading.shares) if share.amount > 0 and share.adjustment_reason in ("", FEE)]
    total = sum(reading.shares[n].amount for n in bearers)
    if reading.fees > _most_fee(total, limits):
        reading.doubts.append("its fees are too much for its documents")
    if total <= reading.fees:
        reading.doubts.append("its fees are more than its documents bring")
        return
    parts = {n: reading.fees * reading.shares[n].amount // total for n in bearers}
    rest = reading.fees - sum(parts.values())
    for n in sorted(bearers, key=lambda n: (-(reading.fees * reading.shares[n].amount % total), n))[:rest]:
        parts[n] += 1
    for n, part in parts.items():
        share = reading.shares[n]
        if part:
            cash = share.amount - part
            reading.shares[n] = share._replace(amount=cash, item_amount=cash, adjustment=share.adjustment + part, adjustment_reason=FEE)


def _take_off(amount: int, reason: str, reading: _Reading) -> None:
    """Takes what a provider keeps off the documents with the most cash: they are settled, and it is cleared on them for its own reason."""
    beside: dict[str, Allocation] = {}
    for n in sorted(range(len(reading.shares)), key=lambda n: (-reading.shares[n].amount, n)):
        share = reading.shares[n]
        part = min(amount, share.amount - 1)
        if part <= 0:
            continue
        amount -= part
        cash = share.amount - part
        if share.adjustment:
            reading.shares[n] = share._replace(amount=cash, item_amount=cash)
            beside[share.item_id] = Allocation(share.item_id, 0, 0, part, reason)
        else:
            reading.shares[n] = share._replace(amount=cash, item_amount=cash, adjustment=part, adjustment_reason=reason)
    # several of one document follow each other
    reading.shares = [
        one
        for share in reading.shares
        for one in (share, *([beside.pop(share.item_id)] if share.item_id in beside and share.amount else []))
    ]


def _payer(bound: BoundAdvice, items: Sequence[Item], receipt: Receipt, pool: OpenItems) -> tuple[tuple[str, ...], str]:
    """What speaks for or against the payer, and the customer whose payment it is; a provider pays for others, and is none of them."""
    customers = list(dict.fromkeys(item.customer_id for item in items))
    if bound.payout:
        return (), customers[0] if len(customers) == 1 else ""
    who = payer_of(receipt)
    first = who if who in customers else customers[0]
    kinds = evidence.payer(receipt, first, pool)
    others = (kind for customer in customers if customer != first for kind in evidence.payer(receipt, customer, pool))
    return (*kinds, *dict.fromkeys(kind for kind in others if kind == "payer_is_other" and kind not in kinds)), who or first


def item_ids(receipt: Receipt) -> Iterator[str]:
    """Items that the advices about a receipt list."""
    for bound in receipt.advices:
        for row in bound.rows:
            if row.item_id:
                yield row.item_id
