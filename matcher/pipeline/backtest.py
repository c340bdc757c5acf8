"""What a rulebook would have done: past months are decided again, in memory, and compared with what was posted. Nothing is written.

Each month is replayed alone. Open items stand as the books knew them when the month was decided, without the decisions on its lines
and without those that took effect from its first day on. Lines of other months do not compete.
"""

from calendar import monthrange
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal, NamedTuple

import polars as pl

from matcher import money
from matcher.amounts import total
from matcher.engines.base import Engine
from matcher.frames import State
from matcher.ledger.fold import fold, live
from matcher.ledger.movements import Facts
from matcher.matching.decisions.decide import MatchResult
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import match
from matcher.money import PPM
from matcher.pipeline.run import prepare
from matcher.pipeline.session import Session
from matcher.rules.rulebook import Rulebook
from matcher.states import SETTLING, DecisionKind, LineState
from matcher.store import journal

Kind = Literal["same", "gained", "new", "lost", "flipped", "by_hand"]
KINDS: tuple[Kind, ...] = ("same", "gained", "new", "lost", "flipped", "by_hand")
"""How a line fares now.

``same``: a rule posted it, and it is posted so again. ``gained``: a person decided it, and it is posted just so. ``new``: nobody has
decided it, and it is posted. ``lost``: a rule posted it, and it is not posted. ``flipped``: it is posted otherwise than it was decided.
``by_hand``: a person decided it, and it is still left to a person.
"""

Part = Literal["live", "would post", "would propose"]
"""Whether a line is counted for what happens, or for what a shadow rule would have done."""


class _Line(NamedTuple):
    line_id: str
    booking_date: date
    amount: int
    currency: str


class _Decided(NamedTuple):
    """The latest decision on a line; empty text where there is none."""

    kind: str = ""
    rule: str = ""
    actor: str = ""


class _Given(NamedTuple):
    """What an item got, as far as two postings are compared: cash in the line's currency, and what was cleared beside it."""

    item_id: str
    amount: int
    adjustment: int
    adjustment_reason: str


_Shares = frozenset[_Given]


@dataclass(frozen=True, slots=True)
class Change:
    """One line, under the rulebook that is tried or one of its shadow rules (`part`).

    Amount in minor units; `before` and `now` say what each item got; `rule_before` is the person where one decided.
    """

    line_id: str
    booking_date: date
    amount: int
    currency: str
    part: Part
    change: Kind
    rule_before: str
    before: str
    rule_now: str
    now: str


@dataclass(frozen=True)
class Backtest:
    """The outcome: lines that were decided, or that would be, in the order of their months and ids.

    Attributes:
        months: how many were replayed.
        changes: what the rulebook would do.
        shadows: what its shadow rules would have posted or proposed; ``rule_now`` is the shadow rule.
        order: ids of the rules, in order.
    """

    months: int
    changes: tuple[Change, ...]
    shadows: tuple[Change, ...]
    order: tuple[str, ...]

    @property
    def flipped(self) -> list[Change]:
        """Lines that would be posted otherwise than they were decided."""
        return [change for change in self.changes if change.change == "flipped"]

    def by_rule(self) -> Iterator[tuple[str, Part, dict[Kind, int]]]:
        """Counts of each rule that had a part in it: the rule that posts now, else the one that posted then; '' for persons."""
        places = {name: place for place, name in enumerate(self.order)}
        counts: dict[tuple[Part, str], Counter[Kind]] = defaultdict(Counter)
        for change in (*self.changes, *self.shadows):
            rule = change.rule_now or (change.rule_before if change.change == "lost" else "")
            counts[change.part, rule.partition("@")[0]][change.change] += 1
        for part, rule in sorted(counts, key=lambda key: (key[0], key[1] == "", places.get(key[1], len(places)), key[1])):
            yield rule, part, {kind: counts[part, rule][kind] for kind in KINDS}


def backtest(session: Session, engine: Engine, book: Rulebook, first: date | None = None, last: date | None = None) -> Backtest:
    """Replays the months from that of `first` to that of `last` (default: all that have lines)."""
    all_facts = journal.facts(session.store)
    in_force = live(all_facts.decisions).filter(pl.col("live"))
    decided = in_force.filter(pl.col("kind").is_in(SETTLING)).drop("live")
    away = in_force.filter(pl.col("kind") == DecisionKind.EXCLUDE).select("line_id")
    facts = replace(all_facts, lines=all_facts.lines.join(away, on="line_id", how="anti"))  # lines that do not count are no lines here
    days = facts.lines.get_column("booking_date").dt.month_start().unique().sort().to_list()
    months = [m for m in days if (not first or m >= first.replace(day=1)) and (not last or m <= last)]
    own = session.config.policy
    policy = Policy(round(own.precision * PPM), True, frozenset(), own.discount_grace_days)
    changes: list[Change] = []
    shadows: list[Change] = []
    for month in months:
        lines = facts.lines.filter(pl.col("booking_date").dt.month_start() == month)
        truth = _Truth(lines, facts, decided)
        work, _ = prepare(session, _before(session, facts, decided, lines, month), book)
        verdicts = {verdict.line_id: verdict for verdict in match((job.company(engine) for job in work), book, policy)}
        for line in map(_Line._make, lines.sort("line_id").select(_Line._fields).iter_rows()):
            changes += truth.compared(line, verdicts.get(line.line_id))
            shadows += truth.shadowed(line, verdicts.get(line.line_id))
    return Backtest(len(months), tuple(changes), tuple(shadows), tuple(rule.id for rule in book.rule))


def _before(session: Session, facts: Facts, decided: pl.DataFrame, lines: pl.DataFrame, month: date) -> State:
    """The books before a month's lines were decided, with these lines undecided and all others set aside.

    The items are taken as the books knew them at the last decision on the month, and what later decisions gave is given back.
    """
    of_month = pl.col("line_id").is_in(lines["line_id"].implode())
    until = decided.filter(of_month).get_column("batch").max()
    decided_then = decided if until is None else decided.filter(pl.col("batch") <= until)
    early = decided_then.filter((pl.col("effective_date") < month) & ~of_month)
    batch = until if isinstance(until, int) else None
    items = journal.items(session.store, batch)
    seen = Facts(
        facts.lines.filter(pl.col("booking_date") <= month.replace(day=monthrange(month.year, month.month)[1])),
        items,
        facts.customers,
        decided_then,
        facts.allocations.filter(pl.col("decision_id").is_in(decided_then["decision_id"].implode())),
        facts.findings.clear(),
        facts.proposals.clear(),
        journal.versions(session.store, batch),
        journal.sent(session.store, batch),
        journal.snapshots(session.store, batch),
    )
    state = fold(seen, date.max, session.config.books.base_currency)
    late = state.allocations.filter(~pl.col("decision_id").is_in(early["decision_id"].implode()))
    back = late.group_by("item_id").agg(total(pl.col("item_amount") + pl.col("adjustment")).alias("back"))
    given_back = pl.col("open") + pl.col("back").fill_null(0)
    sign = pl.col("amount").sign()
    opened = pl.min_horizontal(given_back * sign, pl.col("amount").abs()).clip(lower_bound=0) * sign
    listed = pl.max_horizontal(pl.col("listed_open") * sign, opened * sign) * sign
    of_lines = pl.when(of_month).then(pl.lit(LineState.NONE)).otherwise(pl.lit(LineState.POSTED))
    return State(
        as_of=state.as_of,
        base_currency=state.base_currency,
        lines=state.lines.with_columns(of_lines.alias("state")),
        items=state.items.join(back, on="item_id", how="left")
        .with_columns(opened.alias("open"), listed.alias("listed_open"))
        .sort("item_id"),
        allocations=state.allocations.join(early.select("decision_id"), on="decision_id", how="semi"),
        customers=state.customers,
        # only what persons had settled then teaches
        decisions=state.decisions.join(early.select("decision_id"), on="decision_id", how="semi"),
        excluded=state.excluded.clear(),
    )


class _Truth:
    """What was posted on the lines of a month, and how a verdict compares with it."""

    def __init__(self, lines: pl.DataFrame, facts: Facts, decided: pl.DataFrame) -> None:
        here = decided.join(lines.select("line_id"), on="line_id", how="semi").sort("batch", "ordinal")
        self._who = {line_id: _Decided(*how) for line_id, *how in here.select("line_id", *_Decided._fields).iter_rows()}
        self._shares: dict[str, set[_Given]] = defaultdict(set)
        allocations = facts.allocations.join(here.select("decision_id"), on="decision_id", how="semi")
        for line_id, *share in allocations.select("line_id", *_Given._fields).iter_rows():
            self._shares[line_id].add(_Given(*share))
        self._currency = dict(facts.items.select("item_id", "currency").iter_rows())

    def compared(self, line: _Line, verdict: MatchResult | None) -> Iterator[Change]:
        """The line's change, if it was decided or would be."""
        posted = verdict is not None and verdict.state == LineState.POSTED
        yield from self._change(line, verdict if posted else None, verdict.rule if verdict and posted else "", "live")

    def shadowed(self, line: _Line, verdict: MatchResult | None) -> Iterator[Change]:
        """What a shadow rule would have posted or proposed on the line, if it would have."""
        if verdict and verdict.shadow and verdict.shadow.state != LineState.NONE:
            yield from self._change(
                line, verdict, verdict.shadow.rule, "would post" if verdict.shadow.state == LineState.POSTED else "would propose"
            )

    def _change(self, line: _Line, verdict: MatchResult | None, rule: str, part: Part) -> Iterator[Change]:
        before = self._who.get(line.line_id, _Decided())
        if not before.kind and verdict is None:
            return
        old = frozenset(self._shares.get(line.line_id, ()))
        shares = verdict.explanation.shares if verdict and verdict.explanation else ()
        now: _Shares = frozenset(_Given(s.item_id, s.amount, s.adjustment, s.adjustment_reason) for s in shares)
        change = _kind(before.kind, old, now if verdict else None)
        yield Change(
            *line, part, change,
            before.rule if before.kind == DecisionKind.MATCH else before.actor,
            self._text(old, line.currency), rule, self._text(now, line.currency),
        )  # fmt: skip

    def _text(self, shares: _Shares, currency: str) -> str:
        parts = []
        for item, amount, adjustment, reason in sorted(shares):
            beside = f"+{money.render(adjustment, self._currency[item])}:{reason}" if adjustment else ""
            parts.append(f"{item}={money.render(amount, currency)}{beside}")
        return ", ".join(parts)


def _kind(decision: str, old: _Shares, now: _Shares | None) -> Kind:
    """How a line fares. `decision` is the kind of the decision on it, '' when there is none; `now` None when it is not posted."""
    if now is None:
        return "lost" if decision == DecisionKind.MATCH else "by_hand"
    if not decision:
        return "new"
    if old != now:
        return "flipped"
    return "same" if decision == DecisionKind.MATCH else "gained"
