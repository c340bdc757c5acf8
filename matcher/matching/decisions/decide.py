"""One answer for the whole batch: which explanations post, which wait for a person, and why the rest are left.

What a receipt may pay comes from an `ExplanationCache`, which also takes from the items what is posted; here it is only decided what posts.
Named items are settled first, over the whole batch and not line by line; then what only payer and amount speak for. An item is never given
more than it has open. Two receipts of different payers with like claims on one item both go to a person.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from math import exp, log
from typing import NamedTuple

from matcher.amounts import percent
from matcher.matching.decisions.alike import AlikeReceipts
from matcher.matching.decisions.assignment import Assignment, assign
from matcher.matching.decisions.earlier import BY_NAME, paid_before, undecided_before
from matcher.matching.decisions.policy import Policy
from matcher.matching.decisions.stops import SettlementHistory, stopped
from matcher.matching.decisions.withheld import withheld
from matcher.matching.explanations.cache import ExplanationCache, alone, unsaid
from matcher.matching.explanations.looking import Looking
from matcher.matching.items.open_items import OpenItems
from matcher.matching.payer import payer_of
from matcher.matching.records import Explanation, Receipt
from matcher.money import PPM
from matcher.rules.rulebook import Rule, Rulebook
from matcher.rules.vocabulary import BASES, EVIDENCE
from matcher.states import REST

PROPOSE_PPM = 100_000
"""Least confidence at which an explanation is shown as a proposal; below it is only the nearest miss."""

CONTEST_POINTS = 20
"""Another payer's claim on the same item counts as like when it has at most so many points less."""

TWICE_POINTS = 30
"""Two receipts for the same items count as a double payment when their points differ by no more."""

TOO_NEAR = "another explanation is too near"

MOST_ROUNDS = 50
"""Rounds over what is left, until none posts anything more: then a second run finds nothing new either."""

BARS = {kind: entry.bars for kind, entry in EVIDENCE.items() if entry.bars}
"""Kinds of evidence with which nothing is posted, and why."""


class Shadow(NamedTuple):
    """What a shadow rule would have made of the explanation that was chosen. `rule` is id and version; confidence in millionths."""

    rule: str
    state: str
    confidence: int
    reason: str


class MatchResult(NamedTuple):
    """What the engine says of one receipt.

    Attributes:
        state: ``posted``, ``proposed`` or ``none``.
        confidence, margin: millionths; margin is None when there is no other explanation.
        explanation: the chosen one; for ``none`` the nearest, which is not acted on.
        runner_up: the best of the others.
        reason: one sentence: why it was posted, or what keeps it from being posted.
        log_odds: points of the explanation against all others together; what confidence is read from.
        eligible: whether it was posted, or only for want of confidence was not.
        blocked_by: the one test that keeps it from being posted; '' for what is posted, and until `diagnosis.diagnosed` has looked.
        shadow: what a shadow rule would have said; it changes nothing.
        turn: place among the postings of its legal entity, in the order in which they took from the items; 0 for what is not posted.
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
    log_odds: int = 0
    eligible: bool = False
    blocked_by: str = ""
    shadow: Shadow | None = None
    turn: int = 0

    @classmethod
    def unmatched(
        cls,
        line_id: str,
        outcome: str,
        reason: str,
        *,
        customer_id: str = "",
        nearest: Explanation | None = None,
        runner_up: Explanation | None = None,
        log_odds: int = 0,
        shadow: Shadow | None = None,
    ) -> "MatchResult":
        """A line for which nothing is proposed. `nearest`: the explanation that came nearest; it is not acted on."""
        return cls(
            line_id, "none", outcome, customer_id, rule="", confidence=None, margin=None, explanation=nearest, runner_up=runner_up,
            reason=reason, log_odds=log_odds, shadow=shadow,
        )  # fmt: skip


def decide(
    receipts: Iterable[Receipt],
    pool: OpenItems,
    history: SettlementHistory,
    book: Rulebook,
    policy: Policy,
    explained: Callable[[int], None] = unsaid,
    looking: Callable[[Sequence[Receipt], Looking], Looking] = alone,
) -> list[MatchResult]:
    """A verdict for every receipt of one legal entity, in the order of their ids. What is posted is taken from `pool`.

    `explained`, `looking`: as of `ExplanationCache`.
    """
    return decide_cached(ExplanationCache(receipts, pool, book, policy.grace_days, explained, looking), history, book, policy)


def decide_cached(cache: ExplanationCache, history: SettlementHistory, book: Rulebook, policy: Policy) -> list[MatchResult]:
    """As `decide`, for the receipts of a cache that was made with the same rulebook; those that are not posted are left waiting in it."""
    batch = _MatchingBatch(cache, history, book, policy)
    for _ in range(MOST_ROUNDS):
        # whatever posts begins again with the first stage, so that a second run would begin where this one ends
        if not (batch.post(cache.named_alone(), BY_NAME) or batch.post(cache.naming(), BY_NAME) or batch.post(cache.waiting, None)):
            break
    return batch.finish()


_Claims = dict[str, list[tuple[int, str, str, int]]]
"""The best claims on each item: points, payer, line, amount."""


class _RoundInput(NamedTuple):
    """Input of one matching round.

    Attributes:
        options: explanations of each line, without those of a line that comes first with the same claim; `before` tells that one.
    """

    options: Mapping[str, Sequence[Explanation]]
    before: Mapping[str, str]
    choice: Assignment
    claims: _Claims

    def chosen(self, line: str, bases: frozenset[str] | None) -> bool:
        """Whether a line has an explanation that may post, of these bases if given."""
        place = self.choice.chosen[line]
        return place >= 0 and (bases is None or self.options[line][place].basis in bases)


class _MatchingBatch:
    """The receipts of a batch on their way to a verdict, and the round that posted nothing, once there was one."""

    def __init__(self, cache: ExplanationCache, history: SettlementHistory, book: Rulebook, policy: Policy) -> None:
        self.cache, self.pool, self.history, self.book, self.policy = cache, cache.pool, history, book, policy
        self.bar = book.calibration.least(policy.precision_ppm)
        self.receipts = dict(cache.waiting)
        self.place = {line: place for place, line in enumerate(self.receipts)}
        self.alike = AlikeReceipts(self.receipts.values())
        self.done: dict[str, MatchResult] = {}
        self.turn = 0
        self.settled: tuple[_RoundInput, dict[str, MatchResult]] | None = None

    def post(self, lines: Collection[str], bases: frozenset[str] | None) -> bool:
        """One round over these lines: posts what may post, by these bases if given. False when nothing was posted."""
        inputs = self._round_input(lines)
        verdicts = {line: self._verdict(self.receipts[line], inputs) for line in inputs.options if inputs.chosen(line, bases)}
        ready = [verdict for verdict in verdicts.values() if verdict.state == "posted"]
        self.settled = None if ready else (inputs, verdicts)
        later = self._take(ready)
        while later:
            # what comes second to an item is explained with what the first has left, as a later run would
            wanted = {verdict.line_id: verdict.explanation.items for verdict in later if verdict.explanation}
            claimed = {line for items in wanted.values() for item in items for *_, line, _ in inputs.claims[item]}
            inputs = self._round_input(claimed & self.cache.waiting.keys())
            anew = (self._verdict(self.receipts[line], inputs) for line in wanted if inputs.chosen(line, bases))
            later = self._take([v for v in anew if v.state == "posted" and v.explanation and v.explanation.items <= wanted[v.line_id]])
        return bool(ready)

    def _take(self, ready: Sequence[MatchResult]) -> list[MatchResult]:
        """Posts these verdicts, of several on one item only the earliest line's; returns the others."""
        first: dict[str, str] = {}
        for verdict in ready:
            for item_id in verdict.explanation.items if verdict.explanation else ():
                other = first.setdefault(item_id, verdict.line_id)
                if self.place[verdict.line_id] < self.place[other]:
                    first[item_id] = verdict.line_id
        now: list[MatchResult] = []
        later: list[MatchResult] = []
        for verdict in ready:
            assert verdict.explanation is not None
            (now if all(first[i] == verdict.line_id for i in verdict.explanation.items) else later).append(verdict)
        now.sort(key=lambda v: (-v.log_odds, self.place[v.line_id]))
        by_line = {verdict.line_id: verdict for verdict in now}
        for line, items in self.cache.take([(v.line_id, v.explanation) for v in now if v.explanation]).items():
            self.turn += 1
            self.done[line] = by_line[line]._replace(turn=self.turn)
            for item in items:
                self.history.close(item, self.receipts[line])
        return later

    def finish(self) -> list[MatchResult]:
        """What is left is proposed, or not explained. After a round that posted nothing it is what that round said."""
        inputs, verdicts = self.settled or (self._round_input(self.cache.waiting), {})
        for verdict in [
            verdicts[line] if line in verdicts else self._verdict(receipt, inputs) for line, receipt in self.cache.waiting.items()
        ]:
            final = (
                verdict
                if verdict.state != "posted"
                else verdict._replace(state="proposed", reason="superseded by an earlier posting of this run")
            )
            self.done[verdict.line_id] = final
        return [self.done[line] for line in sorted(self.done)]

    def _round_input(self, lines: Collection[str]) -> _RoundInput:
        explanations = self._options(sorted(lines, key=self.place.__getitem__))
        options, before = self._earliest_first(explanations)
        return _RoundInput(options, before, assign(list(options), options, self.pool), self._claims(explanations))

    def _options(self, order: Sequence[str]) -> Mapping[str, Sequence[Explanation]]:
        """The explanations of these lines without those that a person refused."""
        explanations, rejected = self.cache.explanations(order), self.policy.rejected
        if rejected:
            return {
                line: [explanation for explanation in every if (line, explanation.items) not in rejected]
                for line, every in explanations.items()
            }
        return explanations

    def _earliest_first(self, explanations: Mapping[str, Sequence[Explanation]]) -> tuple[dict[str, Sequence[Explanation]], dict[str, str]]:
        """Of receipts that name the same items for the same amount, only the earliest keeps that explanation: the later is a duplicate.

        Also gives the earliest line for each line that comes after it.

        A receipt whose claim is far weaker than the other's (`TWICE_POINTS`) is not treated as a duplicate.
        """
        best = {line: options[0] for line, options in explanations.items() if options and options[0].basis in BY_NAME}
        twins: dict[object, list[str]] = defaultdict(list)
        for line, explanation in best.items():
            twins[explanation.shares].append(line)
        remaining = dict(explanations)
        before: dict[str, str] = {}
        for shares, lines in twins.items():
            if len(lines) > 1 and not self.pool.fits(best[lines[0]], len(lines)):
                strongest = max(best[line].points for line in lines)
                first = next(line for line in lines if best[line].points >= strongest - TWICE_POINTS)
                for line in lines:
                    if line != first:
                        remaining[line] = [explanation for explanation in remaining[line] if explanation.shares != shares]
                        before[line] = first
        return remaining, before

    def _claims(self, explanations: Mapping[str, Sequence[Explanation]]) -> _Claims:
        claims: _Claims = defaultdict(list)
        for line, options in explanations.items():
            if options:
                for share in options[0].shares:
                    taken = abs(share.item_amount + share.adjustment)
                    claims[share.item_id].append((options[0].points, self.receipts[line].payer, line, taken))
        return claims

    def _verdict(self, receipt: Receipt, inputs: _RoundInput) -> MatchResult:
        line, claims = receipt.line_id, inputs.claims
        options, place = inputs.options[line], inputs.choice.chosen[line]
        stop = stopped(receipt, options, self.pool, self.history, self.book.limits)
        payer = payer_of(receipt)
        if stop is not None:
            return MatchResult.unmatched(line, stop.outcome, stop.reason, customer_id=payer or stop.customer_id)
        if not options or place < 0:
            outcome, reason = self.history.unexplained(receipt, options, self.book, self.pool)
            if earlier := inputs.before.get(line):
                reason = f"line {earlier} names the same items for the same amount, and comes first"
            nearest = options[0] if options else None
            return MatchResult.unmatched(line, outcome, reason, customer_id=payer, nearest=nearest)
        best = options[place]
        others = [other for other in options if other is not best]
        runner = others[0] if others else None
        log_odds = _log_odds(best, others)
        shadow = self._shadow(receipt, best, log_odds, claims) if self.book.shadows else None
        rule = self.book.get(best.rule) if best.rule else None
        confidence = self.book.calibration.confidence(best.rule, log_odds) if rule else 0
        if rule is None or confidence < PROPOSE_PPM:
            outcome, reason = self.history.unexplained(receipt, options, self.book, self.pool)
            return MatchResult.unmatched(
                line, outcome, reason, customer_id=payer, nearest=best, runner_up=runner, log_odds=log_odds, shadow=shadow
            )
        hindrance = "too many receipts compete for these items" if line in inputs.choice.unsolved else ""
        hindrance = hindrance or self._hindrance(receipt, best, rule, log_odds, claims)
        eligible = not hindrance
        if hindrance and rule.mode == "post":
            confidence = min(confidence, self.book.calibration.held(log_odds))
        hindrance = hindrance or self._doubt(confidence) or withheld(rule, self.policy.demoted)
        margin = max(0, confidence - round(PPM / (1 + exp(min(500, best.points - runner.points) / 10)))) if runner else None
        state = "proposed" if hindrance or not self.policy.auto_post else "posted"
        reason = hindrance or best.note or rule.title.lower()
        return MatchResult(
            receipt.line_id, state, best.outcome, payer or best.customer_id, rule.name, confidence, margin, best, runner, reason, log_odds,
            eligible, shadow=shadow,
        )  # fmt: skip

    def _shadow(self, receipt: Receipt, best: Explanation, log_odds: int, claims: _Claims) -> Shadow | None:
        kinds = frozenset(kind for kind, _ in best.evidence)
        rule = self.book.shadow(best.basis, best.difference, kinds, len(best.shares), best.rule)
        if rule is None:
            return None
        confidence = self.book.calibration.confidence(rule.id, log_odds)
        hindrance = self._hindrance(receipt, best, rule, log_odds, claims) or self._doubt(confidence)
        state = "none" if confidence < PROPOSE_PPM else "proposed" if hindrance else "posted"
        return Shadow(rule.name, state, confidence, hindrance or rule.title.lower())

    def _doubt(self, confidence: int) -> str:
        if confidence >= self.bar:
            return ""
        return f"confidence {percent(confidence)} is below the bar of {percent(self.bar)}"

    def _hindrance(self, receipt: Receipt, best: Explanation, rule: Rule, log_odds: int, claims: _Claims) -> str:
        """What keeps an explanation from being posted without a person; '' when nothing does."""
        if best.doubt:
            return best.doubt
        if not best.unique:
            return best.note or "another set of open items has the same sum"
        if rule.held:
            return rule.held
        if rule.mode == "propose":
            return f"{rule.title.lower()}: this evidence alone does not post"
        if bar := next((BARS[kind] for kind, _ in best.evidence if kind in BARS), ""):
            return bar
        if any(item_id.startswith(REST) for item_id in best.items):
            return "it nets what is left of an earlier receipt"
        if self.policy.undone and (receipt.line_id, best.items) in self.policy.undone:
            return "a person has taken this posting back"
        if BASES[best.basis].carried_by == "none" and (earlier := self.history.repeated(receipt)):
            return f"line {earlier} has the same payer and amount, and nothing says what this one is for"
        if earlier := undecided_before(receipt, best, self.cache, self.alike, claims):
            return f"line {earlier} of the same customer and amount came earlier and waits"
        if best.basis in BY_NAME and paid_before(receipt, best, self.pool, self.history.closed):
            return "an instalment of that amount was paid before, and the next is not due yet: it may be paid a second time"
        for share in best.shares:
            if self._challenged(receipt, best, share.item_id, claims[share.item_id]):
                return "another receipt has a like claim on the item"
        if log_odds < rule.min_log_odds:
            return TOO_NEAR
        return ""

    def _challenged(self, receipt: Receipt, best: Explanation, item_id: str, claims: Sequence[tuple[int, str, str, int]]) -> bool:
        """Whether another payer's claim on an item is like this one, and both cannot be met."""
        if len(claims) < 2 or sum(amount for *_, amount in claims) <= abs(self.pool.items[item_id].open):
            return False
        others = ((points, payer) for points, payer, line, _ in claims if line != receipt.line_id)
        return any(points >= best.points - CONTEST_POINTS and payer != receipt.payer for points, payer in others)


def _log_odds(best: Explanation, others: Sequence[Explanation]) -> int:
    """Points of an explanation against all others and against none of them: its log-odds, ten points for a factor of e."""
    rivals = exp(-max(best.points, -500) / 10) + sum(exp(max(-500, min(500, other.points - best.points)) / 10) for other in others)
    return round(-10 * log(rivals))
