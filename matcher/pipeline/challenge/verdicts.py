"""What a changed legal entity posts, and how that is compared with what the unchanged one posts."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, NamedTuple

from matcher.engines.base import Engine
from matcher.matching.decisions.decide import MatchResult, decide
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityInput
from matcher.pipeline.challenge.changes import TWIN, by_chance
from matcher.rules.bounds import at_most
from matcher.rules.rulebook import Rulebook
from matcher.rules.vocabulary import BASES
from matcher.states import LineState

Test = Literal["removed", "twin", "shuffled", "blank"]
TESTS: tuple[Test, ...] = ("removed", "twin", "shuffled", "blank")
"""What is tried, in the order in which it is told."""

Verdict = Literal["same", "wrong", "new"]
"""``same``: posted just so as on the unchanged books. ``wrong``: posted otherwise. ``new``: the line was not posted then."""

FOLDS = 5
"""Parts in which postings are taken away, so that a customer who made several keeps most of the items."""


class Share(NamedTuple):
    """What an item got: cash in minor units of the line's currency and of the item's, and what was cleared beside it in the latter."""

    item_id: str
    amount: int
    item_amount: int
    adjustment: int
    adjustment_reason: str


class Posting(NamedTuple):
    """What a line posts: the rule's id, and the shares in the order of their items."""

    line_id: str
    rule: str
    basis: str
    shares: tuple[Share, ...]

    @property
    def items(self) -> frozenset[str]:
        """Ids of the items."""
        return frozenset(share.item_id for share in self.shares)


class Judged(NamedTuple):
    """A line, what it posts if it does, and what else it may be about: a customer, and items of its two best explanations."""

    line_id: str
    posting: Posting | None
    customer_id: str
    items: frozenset[str]


@dataclass(frozen=True)
class Judge:
    """Decides a legal entity, as a run does."""

    engine: Engine
    book: Rulebook
    policy: Policy

    def __call__(self, job: EntityInput, explained: Callable[[int], None]) -> list[Judged]:
        """All its lines, in their order. `explained` is told of so many receipts more that were explained."""
        company = job.company(self.engine)
        decided = decide(company.receipts, company.pool, company.known, self.book, self.policy, explained)
        return [_judged(verdict) for verdict in decided]


def _judged(verdict: MatchResult) -> Judged:
    best, posting = verdict.explanation, None
    if verdict.state == LineState.POSTED and best:
        shares = (Share(s.item_id, s.amount, s.item_amount, s.adjustment, s.adjustment_reason) for s in best.shares)
        posting = Posting(verdict.line_id, verdict.rule.partition("@")[0], best.basis, tuple(sorted(shares)))
    items = frozenset(item for one in (best, verdict.runner_up) if one for item in one.items)
    return Judged(verdict.line_id, posting, verdict.customer_id, items)


def touching(asked: Collection[str], customers: Mapping[str, frozenset[str]]) -> frozenset[str]:
    """These lines, and all that may be about a customer of theirs. `customers`: those of each line."""
    theirs = frozenset[str]().union(*(customers[line] for line in asked))
    return frozenset(line for line, own in customers.items() if not theirs.isdisjoint(own)) | frozenset(asked)


class Compared(NamedTuple):
    """A line that posts on changed books: what it posted before, None for nothing, and what it posts now."""

    verdict: Verdict
    before: Posting | None
    now: Posting


@dataclass(frozen=True, slots=True)
class Count:
    """A row of the answer.

    Attributes:
        rule: that posts on the changed books; '' for all of the test.
        asked: lines that were looked at.
        before: how many of them are posted on the unchanged books.
        posted: how many of them are posted on the changed ones.
        same, wrong: how many of those are posted just as before, and how many are posted wrongly.
    """

    test: Test
    rule: str
    asked: int
    before: int
    posted: int
    same: int
    wrong: int

    @property
    def one_in(self) -> int | None:
        """At worst one line in so many goes wrong: upper Clopper-Pearson bound at 95 %, one-sided; None where nothing was asked."""
        most = at_most(self.wrong, self.asked)
        return int(1 / most) if most else None


def chosen(line_ids: Iterable[str], most: int | None) -> list[str]:
    """So many of the lines, all without a number, in an order that has nothing to do with them."""
    return sorted(line_ids, key=by_chance)[:most]


def folds(postings: Sequence[Posting], customers: Mapping[str, str]) -> list[list[Posting]]:
    """Postings in at most `FOLDS` parts: those of one customer in different ones as far as that goes, those of one item together.

    Args:
        postings: in the order in which they are dealt out.
        customers: customer of each item.
    """
    parts: list[list[Posting]] = [[] for _ in range(FOLDS)]
    used: Counter[str] = Counter()
    place: dict[str, int] = {}
    for posting in postings:
        whose = {customers.get(item, "") for item in posting.items}
        taken = [place[item] for item in sorted(posting.items) if item in place]
        at = taken[0] if taken else max(used[customer] for customer in whose) % FOLDS
        parts[at].append(posting)
        place.update(dict.fromkeys(posting.items - place.keys(), at))
        used.update(whose)
    return [part for part in parts if part]


def compared(test: Test, asked: Collection[str], before: Mapping[str, Posting], now: Iterable[Posting]) -> list[Compared]:
    """What the lines that were asked post, in their order."""
    lines = frozenset(asked)
    found = [posting for posting in now if posting.line_id in lines]
    return [
        Compared(_verdict(test, before.get(posting.line_id), posting), before.get(posting.line_id), posting)
        for posting in sorted(found, key=lambda posting: posting.line_id)
    ]


def _verdict(test: Test, before: Posting | None, now: Posting) -> Verdict:
    same = before is not None and before.shares == now.shares
    if test == "twin":
        # whoever names the document may have it; the amount alone cannot tell it from its twin
        unnamed = BASES[now.basis].carried_by == "none"
        return "wrong" if unnamed or not same or any(item.startswith(TWIN) for item in now.items) else "same"
    if same:
        return "same"
    return "new" if test == "blank" and before is None else "wrong"


def counts(test: Test, asked: Collection[str], before: Mapping[str, Posting], done: Sequence[Compared]) -> list[Count]:
    """All of a test, then each rule that posts on the changed books, by name."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    for one in done:
        for rule in ("", one.now.rule):
            told[rule]["posted"] += 1
            told[rule][one.verdict] += 1
    rules = ["", *sorted(told.keys() - {""})]
    were = Counter(before[line_id].rule for line_id in asked if line_id in before)
    for rule in rules:
        told[rule]["before"] = were[rule] if rule else were.total()
    return [Count(test, rule, len(asked), *(told[rule][name] for name in ("before", "posted", "same", "wrong"))) for rule in rules]
