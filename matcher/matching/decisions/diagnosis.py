"""What keeps a receipt from being posted: the nearest candidate, and the one test that it fails, in words.

Nothing is decided here. It looks once more at what `decide` has left, when all postings are made.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from rapidfuzz import fuzz

from matcher import money
from matcher.amounts import percent
from matcher.matching.decisions.decide import PROPOSE_PPM, TOO_NEAR, MatchResult
from matcher.matching.decisions.policy import Policy
from matcher.matching.decisions.stops import SettlementHistory
from matcher.matching.explanations import evidence
from matcher.matching.explanations.build import explanations
from matcher.matching.explanations.item_sets import CustomerContext, ItemSet
from matcher.matching.items.customer_items import number_of, oldest_first
from matcher.matching.items.open_items import OpenItems
from matcher.matching.records import Explanation, Item, Receipt
from matcher.matching.references.numbers import STRONG
from matcher.matching.references.text import Text
from matcher.rules.rulebook import Rule, Rulebook
from matcher.rules.vocabulary import BASES, DIFFERENCES, EVIDENCE

ALIKE_END = 4
"""Digits at the beginning or at the end of two numbers that must agree for the numbers to be compared at all."""

ALIKE = 75
"""Least similarity, 0 to 100, at which a number of the text is said to be like a document's."""

MOST_EQUAL = 20
"""Items of one amount, or with one beginning or end of their number, among which a nearest one still says something."""

_LEARNED = "earlier receipts of the payer"
_NEEDED = {
    "payer_account": "the payer's account", "payer_name": "the payer's name", "payer_number": "the customer number",
    "reference_order": "the purchase order", "reference_short": "a short number", "reference": "the document number",
    "payer_learned": _LEARNED, "amount": "exactly the open amount",
}  # fmt: skip
"""What a rule asks for, by the longest beginning of the kinds of evidence that would give it."""


def diagnosed(
    verdicts: Sequence[MatchResult],
    receipts: Iterable[Receipt],
    pool: OpenItems,
    history: SettlementHistory,
    book: Rulebook,
    policy: Policy,
) -> Iterator[MatchResult]:
    """The verdicts on one legal entity; what is not posted has ``blocked_by``, and where nothing is likely the nearest candidate."""
    rest = _Rest(verdicts, pool, history, book, policy)
    by_line = {receipt.line_id: receipt for receipt in receipts}
    for verdict in verdicts:
        if verdict.state == "posted":
            yield verdict
        elif verdict.state == "proposed":
            yield verdict._replace(blocked_by=rest.held(verdict))
        else:
            yield rest.unmatched(verdict, by_line[verdict.line_id])


class _Rest:
    """What is left of a batch."""

    _known_just_closed: Mapping[tuple[str, int], list[str]] | None = None
    _known_ends: Mapping[str, list[str]] | None = None

    def __init__(
        self, verdicts: Sequence[MatchResult], pool: OpenItems, history: SettlementHistory, book: Rulebook, policy: Policy
    ) -> None:
        self.pool, self.history, self.book, self.policy = pool, history, book, policy
        taken = [v for v in verdicts if v.state != "none" and v.explanation]
        self.holder = {share.item_id: v.line_id for v in taken if v.explanation for share in v.explanation.shares}

    def held(self, verdict: MatchResult) -> str:
        """What keeps a proposal from being posted."""
        explanation = verdict.explanation
        assert explanation is not None
        rule, other = self.book.get(explanation.rule), verdict.runner_up
        if explanation.doubt:
            return explanation.doubt
        if not explanation.unique and other is not None and other.difference == explanation.difference:
            what = "item has the same amount" if len(other.shares) == len(explanation.shares) == 1 else "set has the same sum"
            return f"another {what}: {', '.join(sorted(other.items))}"
        if rule.mode != "post":
            posting = [r for r in self.book.rule if r.mode == "post"]
            return failed_test(explanation, posting) or f"no rule posts {_shape(explanation)}"
        if not self.policy.auto_post and verdict.reason == (explanation.note or rule.title.lower()):
            return "auto_post is off: everything waits for a person"
        if verdict.reason == TOO_NEAR:
            return f"the log-odds over other explanations is {verdict.log_odds} points, the rule asks for {rule.min_log_odds}"
        return verdict.reason

    def unmatched(self, verdict: MatchResult, receipt: Receipt) -> MatchResult:
        """A line without a proposal: its nearest candidate and the test that it fails."""
        if verdict.outcome in ("duplicate", "closed_item"):
            return self._closed(verdict, receipt)
        if verdict.outcome in ("non_receivable", "on_account") and verdict.explanation is None:
            return verdict._replace(blocked_by=verdict.reason)
        explanation = verdict.explanation or self._refused(receipt)
        if explanation is None:
            explanation, blocked_by = self._nearest(receipt)
        elif (receipt.line_id, explanation.items) in self.policy.rejected:
            blocked_by = "a person has refused these items for this line"
        else:
            blocked_by = self._unlikely(explanation, verdict.log_odds)
        return verdict._replace(explanation=explanation, blocked_by=blocked_by)

    def _unlikely(self, explanation: Explanation, log_odds: int) -> str:
        if not explanation.rule:
            return failed_test(explanation, self.book.rule) or f"no rule is about {_shape(explanation)}"
        if explanation.points <= 0:
            return f"the evidence speaks against it: {explanation.points:+d} points together"
        other = next((self.holder[i] for i in sorted(explanation.items) if i in self.holder), "")
        if other:
            return f"line {other} has the better claim on these items"
        confidence = self.book.calibration.confidence(explanation.rule, log_odds)
        if confidence < PROPOSE_PPM:
            return f"confidence {percent(confidence)} is below the {percent(PROPOSE_PPM)} that a proposal needs"
        return "another line with the same claim comes first"

    def _closed(self, verdict: MatchResult, receipt: Receipt) -> MatchResult:
        """The named item that is closed, and the line that closed it; the one that a duplicate repeats before any other."""
        ids = {r.item_id for r in receipt.references if r.source != "order" and r.kind in STRONG and len(r.key) >= 5}
        named = sorted(
            (i for i in ids if i not in self.pool.items), key=lambda i: (self._payer_of(i) != (receipt.payer, receipt.amount), i)
        )
        if not named:
            return verdict._replace(blocked_by=verdict.reason)
        settled = self.history.settled.get(named[0])
        how = " in the ERP" if settled is None else f": line {settled.line_id} of {settled.booking_date} paid it"
        same = ", with the same payer and amount" if verdict.outcome == "duplicate" else ""
        candidate = Explanation.near_miss(named[0], self.history.closed.get(named[0], (0, ""))[1], note="closed")
        return verdict._replace(explanation=candidate, blocked_by=f"item {named[0]} is closed{how}{same}")

    def _payer_of(self, item_id: str) -> tuple[str, int]:
        settled = self.history.settled.get(item_id)
        return (settled.payer, settled.amount) if settled else ("", 0)

    def _refused(self, receipt: Receipt) -> Explanation | None:
        """The best explanation that is left out because a person has refused it."""
        if not any(line_id == receipt.line_id for line_id, _ in self.policy.rejected):
            return None
        candidates = explanations(receipt, self.pool, self.book, self.policy.grace_days)
        return next((candidate for candidate in candidates if (receipt.line_id, candidate.items) in self.policy.rejected), None)

    def _nearest(self, receipt: Receipt) -> tuple[Explanation | None, str]:
        """An item that comes near although nothing explains the line: named badly, of the same customer, or of the same amount."""
        named = [self.pool.items[r.item_id] for r in receipt.references if r.item_id in self.pool.items]
        if named:
            return self._apart(receipt, _closest(named, receipt))
        customers = list(dict.fromkeys(payer.customer_id for payer in receipt.payers))
        theirs = [item for customer in customers for item in self.pool.of_customer(customer)]
        for customer in customers:
            for item_id in self._just_closed.get((customer, receipt.amount), ())[:1]:
                settled = self.history.settled[item_id]
                what = f"line {settled.line_id} of {settled.booking_date} paid the item of that amount"
                return Explanation.near_miss(item_id, customer, note="closed"), what
        if theirs:
            return self._apart(receipt, _closest(theirs, receipt))
        if customers:
            return self._of_kin(receipt, customers[0])
        if alike := self._most_alike(receipt):
            return self._apart(receipt, alike)
        equal = sorted(self.pool.by_amount(receipt.currency, receipt.amount, MOST_EQUAL), key=oldest_first)
        if equal:
            what = "needs the document number, or the payer's account or name: only the amount is the item's"
            return self._candidate(receipt, equal[0]), what
        return None, "no open item has the amount, none is named, and the payer is not a known customer"

    def _of_kin(self, receipt: Receipt, customer: str) -> tuple[Explanation | None, str]:
        """What is said of a customer that has nothing open: what its group has, if there is one."""
        kin = sorted(self.pool.relatives.get(customer, ()))
        sums = {other: sum(i.open for i in self.pool.holding(other, receipt.currency).items) for other in kin}
        owing = [f"{other} {money.render(total, receipt.currency)}" for other, total in sums.items() if total]
        if not owing:
            return None, f"customer {customer} has nothing open"
        shown = ", ".join(owing[:3]) + (f" and {len(owing) - 3} others" if len(owing) > 3 else "")
        nearest = _closest([i for other in kin for i in self.pool.of_customer(other)], receipt)
        what = f"customer {customer} has nothing open itself; of its group have {receipt.currency} open: {shown}"
        return self._candidate(receipt, nearest), what

    def _apart(self, receipt: Receipt, item: Item) -> tuple[Explanation, str]:
        nearest = self._candidate(receipt, item)
        if item.currency != receipt.currency:
            return nearest, f"the item is in {item.currency}, the line in {receipt.currency}, and the amount is not near at the day's rate"
        differs = abs(item.open - receipt.amount)
        if differs:
            return nearest, f"the amount differs by {money.render(differs, receipt.currency)} {receipt.currency}"
        if item.item_id in self.holder:
            return nearest, f"line {self.holder[item.item_id]} has the better claim on it"
        return nearest, "needs the document number, or the payer's account or name"

    def _candidate(self, receipt: Receipt, item: Item) -> Explanation:
        text = Text(receipt.text)
        view = CustomerContext(
            receipt, text, item.customer_id, self.pool, self.book.limits, self.pool.numbers.named(text).by(item.customer_id, {})
        )
        kinds = (*evidence.reference(view, ItemSet("single", (item,)), {}), *evidence.payer(receipt, item.customer_id, self.pool))
        scored = self.book.scored(kinds)
        return Explanation.near_miss(item.item_id, item.customer_id, scored)

    @property
    def _just_closed(self) -> Mapping[tuple[str, int], list[str]]:
        """Items that lines have closed, by customer and what they had open."""
        if self._known_just_closed is None:
            self._known_just_closed = self._find_just_closed()
        return self._known_just_closed

    def _find_just_closed(self) -> Mapping[tuple[str, int], list[str]]:
        item_ids: dict[tuple[str, int], list[str]] = defaultdict(list)
        for item_id in sorted(self.history.settled):
            amount, customer = self.history.closed.get(item_id, (0, ""))
            item_ids[customer, amount].append(item_id)
        return item_ids

    @property
    def _ends(self) -> Mapping[str, list[str]]:
        """Items by the first and by the last digits of their number."""
        if self._known_ends is None:
            self._known_ends = self._find_ends()
        return self._known_ends

    def _find_ends(self) -> Mapping[str, list[str]]:
        item_ids: dict[str, list[str]] = defaultdict(list)
        for item_id, item in self.pool.items.items():
            digits = number_of(item).digits.lstrip("0")
            if len(digits) > ALIKE_END:
                item_ids[f"{digits[:ALIKE_END]}-"].append(item_id)
                item_ids[f"-{digits[-ALIKE_END:]}"].append(item_id)
        return item_ids

    def _most_alike(self, receipt: Receipt) -> Item | None:
        """The item whose number is most like one of the text; the first by id of equally like ones."""
        best: tuple[float, str] | None = None
        for digits in sorted(Text(receipt.text).numbers):
            if len(digits) <= ALIKE_END:
                continue
            for end in (f"{digits[:ALIKE_END]}-", f"-{digits[-ALIKE_END:]}"):
                near = self._ends.get(end, ())
                for item_id in near if len(near) <= MOST_EQUAL else ():
                    similarity = fuzz.ratio(digits, number_of(self.pool.items[item_id]).digits.lstrip("0"))
                    if similarity >= ALIKE and (best is None or (-similarity, item_id) < best):
                        best = (-similarity, item_id)
        return self.pool.items[best[1]] if best else None


def failed_test(explanation: Explanation, rules: Iterable[Rule]) -> str:
    """The first condition that the nearest rule for such explanations asks for and does not find; '' when there is no such rule.

    Nearest is the rule that the fewest conditions keep from holding; of equal ones the first in the book.
    """
    kinds = frozenset(kind for kind, _ in explanation.evidence)
    tried = [
        (rule, list(_failures(rule, explanation, kinds)))
        for rule in rules
        if explanation.basis in rule.basis and explanation.difference in rule.difference
    ]
    missed = [(rule, failures) for rule, failures in tried if failures]
    if not missed:
        return ""
    rule, failures = min(missed, key=lambda pair: len(pair[1]))
    return f"{failures[0]} (rule {rule.id})"


def _failures(rule: Rule, explanation: Explanation, kinds: frozenset[str]) -> Iterator[str]:
    for group in rule.needs:
        if kinds.isdisjoint(group):
            needed = sorted(dict.fromkeys(_needed(kind) for kind in group), key=lambda what: what == _LEARNED)
            near = next((k for k in sorted(kinds) for g in group if _family(k) == _family(g)), "")
            wanted = ", ".join(needed[:-1]) + (" or " if len(needed) > 1 else "") + needed[-1]
            wanted = wanted.replace("the payer's account or the payer's name", "the payer's account or name")
            wanted = wanted.replace("the payer's account, the payer's name or", "the payer's account or name, or")
            yield f"needs {wanted}" + (f", and has only: {EVIDENCE[near].words}" if near else "")
    for kind in rule.without:
        if kind in kinds:
            yield EVIDENCE[kind].words
    if len(explanation.shares) > rule.items:
        yield f"pays {len(explanation.shares)} items, the rule takes {rule.items}"


def _family(kind: str) -> str:
    return "_".join(kind.split("_")[:2]) if kind.startswith("payer_") else kind.split("_")[0]


def _needed(kind: str) -> str:
    family = max((start for start in _NEEDED if kind.startswith(start)), key=len, default="")
    return _NEEDED.get(family) or f"that {EVIDENCE[kind].words}"


def _shape(explanation: Explanation) -> str:
    return (
        f"items found so: {BASES[explanation.basis].words}"
        if explanation.difference == "none"
        else f"such a difference: {DIFFERENCES[explanation.difference].words}"
    )


def _closest(items: Iterable[Item], receipt: Receipt) -> Item:
    """In the line's currency if there is one, nearest in amount, oldest first."""
    return min(items, key=lambda i: (i.currency != receipt.currency, abs(i.open - receipt.amount), *oldest_first(i)))
