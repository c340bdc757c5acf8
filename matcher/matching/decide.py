"""One answer for the whole batch: which explanations post, which wait for a person, and why the rest are left.

Strong evidence is settled first, over the whole batch and not line by line; an item is never given more than it has open.
Two receipts of different payers with equal claims on one item both go to a person.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from matcher.matching import score
from matcher.matching.allocate import Pool, explanations
from matcher.matching.records import Explanation, Item, Receipt
from matcher.matching.subset import oldest_first
from matcher.rules.rulebook import Rulebook

DUPLICATE_DAYS = 30
"""A second payment of the same item, amount and payer within so many days is a duplicate; later it is a payment of a closed item."""

SMALL_GAP = 20
"""A payment that lacks less than one part in so many of the open amount is taken for a deduction, not for a part payment."""

PROPOSE_POINTS = 30
"""Least evidence at which an explanation is shown as a proposal; below it is only the nearest miss."""


@dataclass(frozen=True, slots=True)
class Settled:
    """The receipt that closed an item. Amount in minor units."""

    line_id: str
    payer: str
    amount: int
    booking_date: date


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the engine says of one receipt.

    Attributes:
        state: ``posted``, ``proposed`` or ``none``.
        confidence, margin: millionths; margin is None when there is no other explanation.
        explanation: the chosen one; for ``none`` the nearest, which is not acted on.
        runner_up: the best one about other items.
        reason: one sentence: why it was posted, or what keeps it from being posted.
    """

    line_id: str
    state: str
    outcome: str
    customer_id: str
    rule: str
    confidence: int | None
    margin: int | None
    explanation: Explanation | None
    runner_up: Explanation | None
    reason: str


@dataclass(frozen=True)
class Policy:
    """What may be posted.

    Attributes:
        precision_ppm: least share of right answers, in millionths.
        auto_post: whether to post at all.
        rejected: lines with sets of items that a person refused for them; such a set is not proposed again.
        grace_days: days after the discount date on which the discount is still accepted.
        undone: lines with sets of items whose posting a person took back; such a set is proposed, and never posted by itself.
    """

    precision_ppm: int
    auto_post: bool
    rejected: frozenset[tuple[str, frozenset[str]]]
    grace_days: int
    undone: frozenset[tuple[str, frozenset[str]]] = frozenset()


class _Open:
    """What is open of every item while the batch is decided."""

    def __init__(self, items: Sequence[Item], grace_days: int) -> None:
        self.items = {item.item_id: item for item in items}
        self.by_customer: dict[tuple[str, str, str], list[str]] = defaultdict(list)
        self.amounts: dict[tuple[str, str, int], int] = defaultdict(int)
        for item in sorted(items, key=oldest_first):
            self.by_customer[item.customer_id, item.entity, item.currency].append(item.item_id)
            self.amounts[item.entity, item.currency, item.open] += 1
        self.touched: set[str] = set()
        self.pool = Pool(self.items.get, self._of_customer, lambda *key: self.amounts[key], grace_days)

    def _of_customer(self, customer: str, entity: str, currency: str) -> list[Item]:
        members = self.by_customer.get((customer, entity, currency), ())
        return [self.items[i] for i in members if self.items[i].open]

    def fits(self, one: Explanation) -> bool:
        return all(abs(self.items[s.item_id].open) >= abs(s.amount + s.adjustment) for s in one.shares)

    def take(self, one: Explanation) -> None:
        for share in one.shares:
            item = self.items[share.item_id]
            self.touched.add(item.customer_id)
            self.items[share.item_id] = replace(item, open=item.open - share.amount - share.adjustment, discount=0)


def decide(
    receipts: Sequence[Receipt], items: Sequence[Item], settled: Mapping[str, Settled], book: Rulebook, policy: Policy
) -> list[Verdict]:
    """A verdict for every receipt, in the order of their ids. `settled` tells who closed items that are closed already."""
    still = _Open(items, policy.grace_days)
    closed = dict(settled)
    verdicts: dict[str, Verdict] = {}
    explained = _Explained(receipts, still, book)
    contested = _contested(receipts, explained, still)
    best = {line_id: -found[0].points if found else 0 for line_id, found in explained.first.items()}
    waiting = sorted(receipts, key=lambda r: (best[r.line_id], r.booking_date, r.line_id))
    for receipt in waiting:
        verdict = _verdict(receipt, explained, closed, book, policy, contested)
        if verdict.state == "posted":
            assert verdict.explanation is not None
            still.take(verdict.explanation)
            for share in verdict.explanation.shares:
                if not still.items[share.item_id].open:
                    closed[share.item_id] = Settled(receipt.line_id, receipt.payer, receipt.amount, receipt.booking_date)
        verdicts[receipt.line_id] = verdict
    for receipt in waiting:
        # what is only proposed must offer what is still there once the batch is settled
        if verdicts[receipt.line_id].state == "proposed":
            verdicts[receipt.line_id] = _verdict(receipt, explained, closed, book, replace(policy, auto_post=False), contested)
    return [verdicts[line_id] for line_id in sorted(verdicts)]


class _Explained:
    """Explanations of receipts, computed again only for receipts whose customers' items have changed since."""

    def __init__(self, receipts: Iterable[Receipt], still: _Open, book: Rulebook) -> None:
        self.still, self.book = still, book
        self.first = {receipt.line_id: explanations(receipt, still.pool, book.evidence) for receipt in receipts}

    def of(self, receipt: Receipt) -> list[Explanation]:
        named = (self.still.items.get(reference.item_id) for reference in receipt.references)
        concerned = {item.customer_id for item in named if item is not None} | set(score.likely_customers(receipt))
        if concerned & self.still.touched:
            return explanations(receipt, self.still.pool, self.book.evidence)
        return self.first[receipt.line_id]


def _contested(receipts: Iterable[Receipt], explained: _Explained, still: _Open) -> frozenset[str]:
    """Items on which receipts of different payers have equal and best claims that cannot all be met."""
    claims: dict[str, list[tuple[int, str, int]]] = defaultdict(list)
    for receipt in receipts:
        found = explained.first[receipt.line_id]
        if found:
            for share in found[0].shares:
                claims[share.item_id].append((found[0].points, receipt.payer, abs(share.amount + share.adjustment)))
    contested = set()
    for item_id, made in claims.items():
        best = max(points for points, _, _ in made)
        equal = [(payer, amount) for points, payer, amount in made if points == best]
        if len({payer for payer, _ in equal}) > 1 and sum(amount for _, amount in equal) > abs(still.items[item_id].open):
            contested.add(item_id)
    return frozenset(contested)


def _verdict(
    receipt: Receipt, explained: _Explained, closed: Mapping[str, Settled], book: Rulebook, policy: Policy, contested: frozenset[str]
) -> Verdict:
    still = explained.still
    found = [one for one in explained.of(receipt) if (receipt.line_id, one.items) not in policy.rejected]
    stopped = _stopped(receipt, still, closed, book)
    if stopped is not None and not (found and found[0].rule.startswith("reference")):
        return stopped
    if not found:
        return Verdict(
            receipt.line_id, "none", "unexplained", score.sure_customer(receipt), "", None, None, None, None, _why_nothing(receipt)
        )
    best = found[0]
    if best.points < PROPOSE_POINTS:
        reason = f"the nearest explanation has {best.points} points of evidence, a proposal asks for {PROPOSE_POINTS}"
        return replace(_left(receipt, "unexplained", reason), explanation=best)
    runner_up = next((one for one in found[1:] if one.items != best.items), None)
    rule = book.get(best.rule)
    margin = None if runner_up is None else max(0, rule.confidence_ppm - _confidence(runner_up, best, book))
    hindrance = _hindrance(receipt, best, runner_up, still, book, policy, contested)
    if best.points < rule.points and not hindrance:
        hindrance = f"the evidence makes {best.points} points, the rule asks for {rule.points}"
    confidence = rule.confidence_ppm if not hindrance else min(rule.confidence_ppm, 900_000)
    state = "proposed" if hindrance or not policy.auto_post else "posted"
    reason = hindrance or best.note or rule.title.lower()
    return Verdict(receipt.line_id, state, best.outcome, best.customer_id, rule.name, confidence, margin, best, runner_up, reason)


def _confidence(other: Explanation, best: Explanation, book: Rulebook) -> int:
    """Confidence left to the runner-up: its rule's, falling with every point it is behind."""
    behind = max(0, best.points - other.points)
    return int(book.get(other.rule).confidence_ppm * max(0.0, 1 - behind / 40)) if other.unique else 0


def _hindrance(
    receipt: Receipt,
    best: Explanation,
    runner_up: Explanation | None,
    still: _Open,
    book: Rulebook,
    policy: Policy,
    contested: frozenset[str],
) -> str:
    """What keeps an explanation from being posted without a person; '' when nothing does."""
    rule = book.get(best.rule)
    if not still.fits(best):
        return "the items have less open than the payment would take"
    if not best.unique:
        return best.note or "another set of open items has the same sum"
    if runner_up is not None and runner_up.points >= best.points:
        return "another explanation has the same evidence"
    if (receipt.line_id, best.items) in policy.undone:
        return "a person has taken this posting back"
    if best.items & contested:
        return "another receipt has an equal claim on the item"
    if not rule.posts:
        return f"{rule.title.lower()}: this evidence alone does not post"
    if rule.confidence_ppm < policy.precision_ppm:
        return "the rule is less certain than the precision that was asked for"
    if best.rule in ("reference-part", "reference-over") and not any(k in ("payer_account", "payer_name") for k, _ in best.evidence):
        return "the item is named, but account and name do not tell that its customer paid"
    if best.rule == "reference-part" and not best.note and _is_small_gap(best, still):
        return "what is missing is small enough for a fee, a rounding or a deduction: a person decides what it is"
    if any(kind in ("payer_account_other", "payer_name_other") for kind, _ in best.evidence):
        return "the payer is known as another customer"
    return ""


def _is_small_gap(part: Explanation, still: _Open) -> bool:
    """Whether a part payment lacks so little that it was hardly meant as one."""
    (share,) = part.shares
    left = still.items[share.item_id].open
    return (left - share.amount) * SMALL_GAP <= left


def _stopped(receipt: Receipt, still: _Open, closed: Mapping[str, Settled], book: Rulebook) -> Verdict | None:
    """A good reference to an item that cannot take the money speaks for that, never for a neighbour item."""
    named = score.best_references(receipt, book.evidence)
    strong = sorted(item_id for item_id, (_, points) in named.items() if points >= score.STRONG)
    if not strong or any((item := still.items.get(i)) is not None and item.open for i in strong):
        return None
    for item_id in strong:
        before = closed.get(item_id)
        same = before is not None and bool(receipt.payer) and (before.payer, before.amount) == (receipt.payer, receipt.amount)
        if before is not None and same and abs((receipt.booking_date - before.booking_date).days) <= DUPLICATE_DAYS:
            reason = f"line {before.line_id} of the same payer and amount has paid the named item"
            return _left(receipt, "duplicate", reason)
    return _left(receipt, "closed_item", "the named item is closed")


def _left(receipt: Receipt, outcome: str, reason: str) -> Verdict:
    return Verdict(receipt.line_id, "none", outcome, score.sure_customer(receipt), "", None, None, None, None, reason)


def _why_nothing(receipt: Receipt) -> str:
    if score.likely_customers(receipt):
        return "the customer is known, but no open item or set of items has this amount, and none is named"
    if receipt.payer:
        return "no open item is named, and the payer is not a known customer"
    return "no open item is named, and the payer is not stated"
