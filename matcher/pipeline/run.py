"""A run: everything that is still undecided is normalised, given candidates, scored, allocated, decided and journalled."""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matcher import frames
from matcher.engines.base import Engine
from matcher.engines.workers import decide_all, helper
from matcher.frames import State
from matcher.garbage import seldom_collected
from matcher.journal import decisions
from matcher.journal.decisions import Allocation, Draft
from matcher.journal.fold import fold
from matcher.matching import classify, receipts
from matcher.matching.decide import Policy, Verdict
from matcher.matching.explain import evidence_text, shares_text, told
from matcher.matching.learn import learned
from matcher.matching.match import Job, jobs, masters
from matcher.matching.stops import Settled
from matcher.pipeline.facing import FacingItem, facing_items, latest_decisions
from matcher.pipeline.session import Session
from matcher.rules.rulebook import PPM, Rulebook
from matcher.store import facts as store_facts
from matcher.store import journal

_OF_LINE = ("line_id", "state", "booking_date", "amount", "currency", "pending")
"""What is asked of a line when its verdict is recorded."""

CONFIRMED = ("accept", "allocate")
"""Decisions of persons: what they settled teaches; what a run posted does not, or a second run would know more than the first."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did: (outcome, state, currency) -> (lines, their sum in minor units), over the lines it looked at."""

    considered: int
    posted: int
    proposed: int
    by_outcome: dict[tuple[str, str, str], tuple[int, int]]


def run(session: Session, engine: Engine, book: Rulebook, as_of: date, precision_ppm: int | None = None) -> RunResult:
    """Matches every line that no decision settles yet, as of a day."""
    # receipts, items and verdicts hold no cycles: looking for some costs a tenth of the time
    with seldom_collected(0):
        return _run(session, engine, book, as_of, precision_ppm)


def _run(session: Session, engine: Engine, book: Rulebook, as_of: date, precision_ppm: int | None) -> RunResult:
    facts = journal.facts(session.store)
    # what is undecided is known exactly only later, and a helper needs its time to start
    with helper(facts.lines.height - facts.decisions.height) as second:
        state = fold(facts, as_of, session.config.books.base_currency)
        work, aside = prepare(session, state, book)
        policy = Policy(
            precision_ppm if precision_ppm is not None else round(session.config.policy.precision * PPM),
            session.config.policy.auto_post,
            _rejected(state),
            session.config.policy.discount_grace_days,
            _undone(facts.decisions, facts.allocations),
        )
        # a month of a million lines takes two gigabytes of text that nothing asks for any more
        state = replace(state, lines=state.lines.select(_OF_LINE), items=state.items.select(FacingItem._fields))
        del facts
        verdicts = decide_all(work, engine, book, policy, second)
    verdicts += [Verdict(line_id, "none", outcome, "", "", None, None, None, None, why) for line_id, outcome, why in aside.iter_rows()]
    _record(session, state, verdicts, book)
    return _result(state.lines.filter(pl.col("state") != "posted"), verdicts)


def prepare(session: Session, state: State, book: Rulebook) -> tuple[list[Job], pl.DataFrame]:
    """What is to be decided, by selling company; and the lines that are no receivables: line_id, outcome, reason."""
    own = session.config
    undecided = state.lines.filter(pl.col("state") != "posted")
    ours = ([account.number for account in own.account], [entity.name for entity in own.entity])
    aside = classify.aside(undecided, *ours, state.customers)
    receivable = undecided.join(aside, on="line_id", how="anti")
    about = masters(state.customers, store_facts.rates(session.store), own.books.base_currency, {a.id: a.number for a in own.account})
    repeats = receipts.repeats(state.lines, book.limits.duplicate_days)
    confirmed = state.decisions.filter(pl.col("live") & pl.col("kind").is_in(CONFIRMED)).get_column("line_id")
    taught = learned(state.lines.filter(pl.col("line_id").is_in(confirmed.implode())), receivable)
    return jobs(receivable, state.items, state.customers, taught, _settled(state), repeats, about), aside


def _rejected(state: State) -> frozenset[tuple[str, frozenset[str]]]:
    refused = state.decisions.filter(pl.col("live") & (pl.col("kind") == "reject"))
    return frozenset((line_id, frozenset(text.split())) for line_id, text in refused.select("line_id", "evidence").iter_rows())


def _undone(decisions: pl.DataFrame, allocations: pl.DataFrame) -> frozenset[tuple[str, frozenset[str]]]:
    """Lines and the items of decisions on them that were reversed: what a person took back, no run may post again."""
    reversed_ids = decisions.filter(pl.col("reverses") != "").get_column("reverses")
    taken_back = allocations.filter(pl.col("decision_id").is_in(reversed_ids.implode())).group_by("decision_id", "line_id").agg("item_id")
    return frozenset((line_id, frozenset(items)) for line_id, items in taken_back.select("line_id", "item_id").iter_rows())


def _settled(state: State) -> dict[str, Settled]:
    """Which posted receipt closed each item that has nothing open; the latest one where several did."""
    closed = state.items.filter(pl.col("open") == 0).get_column("item_id")
    posted = state.allocations.filter((pl.col("state") == "posted") & pl.col("item_id").is_in(closed.implode()))
    who = receipts.payers(state.lines.filter(pl.col("line_id").is_in(posted["line_id"].implode())))
    rows = posted.sort("effective_date", "line_id").select("item_id", "line_id").iter_rows()
    return {item_id: Settled(line_id, *who[line_id]) for item_id, line_id in rows}


def _record(session: Session, state: State, verdicts: list[Verdict], book: Rulebook) -> None:
    """Appends what was posted, and puts the findings on the rest in the place of the previous run's."""
    lines = {row[0]: row[1:] for row in state.lines.select("line_id", "currency", "booking_date", "pending").rows()}
    named = {share.item_id for v in verdicts if v.state != "none" and v.explanation for share in v.explanation.shares}
    facing = facing_items(state, named)
    latest = latest_decisions(state)
    batch = session.next_batch
    posted = [_draft("match", v, lines, facing, latest) for v in verdicts if v.state == "posted"]
    waiting = [_draft("proposal", v, lines, facing, latest) for v in verdicts if v.state == "proposed"]
    # the engine's own postings pass the same checks as a person's
    opens = {item_id: (item.open, item.currency) for item_id, item in facing.items()}
    decisions.conserve(((draft, lines[draft.line_id][2]) for draft in posted), opens)
    made, shares = decisions.build(posted, batch, session.actor, session.at)
    rest = [v for v in verdicts if v.state != "posted"]
    found = frames.of_rows(
        [
            (v.line_id, v.outcome, v.state, v.customer_id, v.rule, v.confidence, v.margin, *_why(v), v.lacks, v.reason)
            for v in rest
        ],
        frames.FINDING,
    )  # fmt: skip
    _, proposed = decisions.build(waiting, batch, session.actor, session.at)
    journal.replace_findings(session.store, found.sort("line_id"), proposed)
    _note_shadows(session, verdicts, lines, book)
    counts = Counter(v.state for v in verdicts)
    rules = {rule.id: rule.version for rule in book.rule}
    as_of = "" if state.as_of == date.max else state.as_of.isoformat()
    summary = {"as_of": as_of, "states": dict(counts), "rules": rules, "rulebook": book.identity}
    session.commit("run", summary, made, shares)


def _note_shadows(session: Session, verdicts: list[Verdict], lines: dict[str, tuple[str, date, int]], book: Rulebook) -> None:
    said = [
        (v.line_id, v.shadow.rule, v.shadow.state, v.shadow.confidence, _given(v, lines[v.line_id][0]), v.shadow.reason)
        for v in verdicts
        if v.shadow
    ]
    if book.shadows or journal.shadows(session.store).height:
        frame = frames.of_rows(said, frames.SHADOW).sort("line_id")
        journal.replace_shadows(session.store, [v.line_id for v in verdicts], frame)


def _given(verdict: Verdict, currency: str) -> str:
    """What each item would get; the rule in front of it is not the shadow rule, and left out."""
    return shares_text(verdict.explanation, currency).partition(": ")[2]


def _why(verdict: Verdict) -> tuple[str, str, int | None, str, str]:
    """Basis, gap, lead and evidence of a proposal, with the best other explanation; of any other line the nearest candidate alone."""
    one = verdict.explanation
    if one is None or verdict.state == "none":
        return "", "", None, "", told(one)
    return one.basis, one.gap, verdict.lead, evidence_text(one), told(verdict.runner_up)


def _draft(
    kind: str, verdict: Verdict, lines: dict[str, tuple[str, date, int]], facing: dict[str, FacingItem], latest: dict[str, str]
) -> Draft:
    currency, booked, _ = lines[verdict.line_id]
    one = verdict.explanation
    assert one is not None
    return Draft(
        kind=kind,
        line_id=verdict.line_id,
        currency=currency,
        effective_date=max([booked, *[facing[s.item_id].issue_date for s in one.shares]]),
        customer_id=verdict.customer_id,
        outcome=verdict.outcome,
        rule=verdict.rule,
        confidence=verdict.confidence,
        margin=verdict.margin,
        basis=one.basis,
        gap=one.gap,
        lead=verdict.lead,
        evidence=evidence_text(one),
        runner_up=told(verdict.runner_up),
        reason=verdict.reason,
        allocations=tuple([Allocation(*share, facing[share.item_id].open_amount) for share in one.shares]),
        after=latest.get(verdict.line_id, ""),
    )


def _result(lines: pl.DataFrame, verdicts: list[Verdict]) -> RunResult:
    said = frames.of_rows([(v.line_id, v.outcome, v.state) for v in verdicts], dict.fromkeys(("line_id", "outcome", "state"), pl.String()))
    by = ("outcome", "state", "currency")
    told = said.join(lines.drop("state"), on="line_id").group_by(by).agg(pl.len(), pl.col("amount").sum()).sort(by)
    found = {(outcome, state, currency): (count, total) for outcome, state, currency, count, total in told.iter_rows()}
    states = Counter(v.state for v in verdicts)
    return RunResult(len(verdicts), states["posted"], states["proposed"], found)
