"""A run: everything that is still undecided is normalised, given candidates, scored, allocated, decided and journalled."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from matcher.amounts import shown
from matcher.engines.base import Engine, Stage
from matcher.engines.workers import decide_all, helpers
from matcher.frames import State
from matcher.gc_pause import gc_paused
from matcher.journal import decisions
from matcher.ledger.fold import fold
from matcher.ledger.periods import Locks
from matcher.matching import receipts
from matcher.matching.decisions.policy import Policy
from matcher.matching.decisions.stops import Settlement
from matcher.matching.entity import EntityInput, entity_inputs, master_data
from matcher.matching.learn import learned
from matcher.matching.names.plain import Keys, KnownKeys, name_keys
from matcher.money import PPM
from matcher.pipeline import sampling, trust
from matcher.pipeline.booked import as_earlier, booked, like_earlier, of_entries
from matcher.pipeline.customer_accounts import CustomerAccounts
from matcher.pipeline.item_snapshots import latest_decisions
from matcher.pipeline.learned import revocations_of, settled
from matcher.pipeline.rates import of_base
from matcher.pipeline.recording import Deciding, Records, merge
from matcher.pipeline.remittance.told import about_lines
from matcher.pipeline.session import Session
from matcher.pipeline.set_aside import DOCUMENT, Aside, elsewhere, rejected, set_aside, with_credits
from matcher.progress import SILENT, Progress
from matcher.rules.rulebook import Rulebook
from matcher.states import CONFIRMING, ENGINE, AllocationState, LineState
from matcher.store import approvals, cash_book, journal, memory

UNASKED = (
    "statement_id", "counterparty_bank", "exchange_rate", "balance", "time", "source_line", "raw",
    "disputed_amount", "extra", "seen",
)  # fmt: skip
"""Columns of lines, and of items, that nothing here reads; with a million lines it takes seconds to have them."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """What a run did: (outcome, state, currency) -> (lines, their sum in minor units), over the lines it looked at.

    Attributes:
        by_class: how many it posted on each class of evidence.
        notes: what went otherwise than usual, and which classes only propose.
        stages: what a cluster did.
    """

    considered: int
    posted: int
    proposed: int
    by_outcome: dict[tuple[str, str, str], tuple[int, int]]
    by_class: Mapping[str, int]
    notes: tuple[str, ...] = ()
    stages: tuple[Stage, ...] = ()


def run(
    session: Session,
    engine: Engine,
    book: Rulebook,
    as_of: date,
    precision_ppm: int | None = None,
    progress: Progress = SILENT,
    processes: int | None = None,
) -> RunResult:
    """Matches every line booked up to a day that no decision settles yet.

    The day selects lines only. What they may pay is decided on everything that is known: a decision of a later date has taken what it
    has taken. `processes`: as of `workers.helpers`.
    """
    # receipts, items and verdicts hold no cycles: looking for some costs a tenth of the time
    with gc_paused(0):
        return _run(session, engine, book, as_of, precision_ppm, progress, processes)


def _run(
    session: Session, engine: Engine, book: Rulebook, as_of: date, precision_ppm: int | None, progress: Progress, processes: int | None
) -> RunResult:
    progress.stage("reading the books")
    facts = journal.facts(session.store, without=UNASKED)
    memory.release(session.store)
    share = engine.share(book, session.config.policy.discount_grace_days)
    # what is undecided is known exactly only later, and a helper needs its time to start
    with helpers(facts.lines.height - facts.decisions.height, 1 if share else processes) as others:
        state = fold(facts, date.max, session.config.books.base_currency)
        keys = KnownKeys()
        work, aside = prepare(session, state, book, as_of, keys)
        documents = state.items.filter(pl.col("open") != 0).select(DOCUMENT)
        own = session.config.policy
        precision = precision_ppm if precision_ppm is not None else round(own.precision * PPM)
        demoted, taken_back = trust.demoted(session, facts, book, precision), undone(facts.decisions, facts.allocations)
        policy = Policy(
            precision, own.auto_post, rejected(state), own.discount_grace_days, taken_back, demoted
        )  # fmt: skip
        first_open = Locks(facts.periods).first_open
        deciding = Deciding(engine, book, policy, session.next_batch, session.actor, session.at, latest_decisions(state), first_open)
        accounts = CustomerAccounts.of(state, facts.credits, work, policy, as_of, keys)
        # a month of a million lines takes two gigabytes of text that nothing asks for any more
        lines = state.lines.select("line_id", "currency", "amount")
        entries, refused = cash_book.entries(session.store), policy.rejected
        bookable, alike = of_entries(state.lines, entries), like_earlier(state, as_of, refused)
        del facts, state, keys
        progress.stage("matching", sum(job.lines.height for job in work))
        parts, trouble = decide_all(work, deciding, others, progress.done, share)
    progress.stage("writing")
    _, refunds = decisions.build(aside.proposals, session.next_batch, ENGINE, session.at, session.actor)
    records = merge(parts, aside.findings, refunds)
    texts = [job.lines.select("line_id", "entity", *_TEXTS) for job in work]
    if texts:
        records = records._replace(findings=elsewhere(records.findings, pl.concat(texts), documents, session.config))
    journal.append_credits(session.store, session.next_batch, accounts.news(records))
    records = records._replace(findings=booked(as_earlier(records.findings, alike), bookable, entries, refused))
    _record(session, as_of, accounts.with_offers(records), book, demoted)
    notes = [f"{name} only proposes: {reason}" for name, reason in demoted.items()] if own.auto_post else []
    result = _result(lines, records.outcomes, trust.by_class(records.decisions, book), (*notes, *trouble))
    return replace(result, stages=tuple(engine.stages()))


_TEXTS = ("remittance_information", "creditor_reference", "end_to_end_id")


def prepare(
    session: Session, state: State, book: Rulebook, until: date = date.max, keys: Keys = name_keys
) -> tuple[list[EntityInput], Aside]:
    """What is to be decided, by legal entity; and the lines that are set aside.

    Args:
        state: of the books, with everything that is known.
        until: lines of later days are left out.
        keys: gives names with their keys.
    """
    own = session.config
    undecided = state.lines.filter((pl.col("state") != LineState.POSTED) & (pl.col("booking_date") <= until))
    aside = set_aside(own, state, undecided, approvals.lines_waiting(session.store), keys)
    receivable = undecided.join(aside.findings, on="line_id", how="anti")
    rates, numbers = of_base(session, own.books.base_currency), {a.id: a.number for a in own.account}
    in_order = own.policy.instalments_in_order
    about = master_data(state.customers, rates, own.books.base_currency, numbers, instalments_in_order=in_order)
    # what was taken back is no earlier payment, and what took it back no later one
    undone = pl.Series([*aside.taken_back, *aside.taken_back.values()], dtype=pl.String())
    repeats = receipts.repeats(state.lines.filter(~pl.col("line_id").is_in(undone.implode())), book.limits.alike_days)
    # what a run posted teaches nothing, or a second run would know more than the first
    confirmed = settled(state.lines, state.decisions, CONFIRMING)
    taught = learned(confirmed, receivable, revocations_of(state.decisions))
    items, paid_by = with_credits(state), _settled(state, aside.taken_back)
    told = about_lines(session.store, state, items)
    return entity_inputs(receivable, items, state.customers, taught, paid_by, repeats, about, told), aside


def undone(made: pl.DataFrame, allocations: pl.DataFrame) -> frozenset[tuple[str, frozenset[str]]]:
    """Lines and the items of decisions on them that were reversed: what a person took back, no run may post again."""
    reversed_ids = made.filter(pl.col("reverses") != "").get_column("reverses")
    taken_back = allocations.filter(pl.col("decision_id").is_in(reversed_ids.implode())).group_by("decision_id", "line_id").agg("item_id")
    return frozenset((line_id, frozenset(items)) for line_id, items in taken_back.select("line_id", "item_id").iter_rows())


def _settled(state: State, taken_back: Mapping[str, str]) -> dict[str, Settlement]:
    """Which posted receipt closed each item that has nothing open; the latest one where several did, none where no money came."""
    closed = state.items.filter(pl.col("open") == 0).get_column("item_id")
    on_line = (pl.col("state") == AllocationState.POSTED) & (pl.col("line_id") != "")
    posted = state.allocations.filter(on_line & pl.col("item_id").is_in(closed.implode()))
    who = receipts.payers(state.lines.filter(pl.col("line_id").is_in(posted["line_id"].implode())))
    rows = posted.sort("effective_date", "line_id").select("item_id", "line_id").iter_rows()
    return {item_id: Settlement(line_id, *who[line_id], taken_back.get(line_id, "")) for item_id, line_id in rows}


def _record(session: Session, as_of: date, records: Records, book: Rulebook, demoted: Mapping[str, str]) -> None:
    """Appends what was posted, and puts the findings on the rest in the place of the previous run's."""
    journal.replace_findings(session.store, records.findings, records.proposals, as_of)
    if book.shadows or journal.shadows(session.store).height:
        journal.replace_shadows(session.store, records.outcomes["line_id"].to_list(), records.shadows)
    counts = dict(records.outcomes.group_by("state").len().iter_rows())
    rules = {rule.id: rule.version for rule in book.rule}
    told_as_of = "" if as_of == date.max else as_of.isoformat()
    summary: dict[str, object] = {"as_of": told_as_of, "states": counts, "rules": rules, "rulebook": book.identity}
    if sample := sampling.chosen(records.decisions, book, session.next_batch, round(session.config.policy.sample * PPM)):
        summary[trust.SAMPLE] = sample
    if demoted:
        summary["demoted"] = sorted(demoted)
    session.commit("run", summary, records.decisions, records.allocations)


def _result(lines: pl.DataFrame, outcomes: pl.DataFrame, by_class: Mapping[str, int], notes: tuple[str, ...]) -> RunResult:
    """`lines`: id, currency and amount of the books' lines; `outcomes`: line_id, outcome, state of those that were looked at."""
    by = ("outcome", "state", "currency")
    sums = outcomes.join(lines, on="line_id").group_by(by).agg(pl.len(), shown(pl.col("amount"))).sort(by)
    by_outcome = {(outcome, state, currency): (count, total) for outcome, state, currency, count, total in sums.iter_rows()}
    states = Counter(outcomes["state"])
    return RunResult(outcomes.height, states[LineState.POSTED], states[LineState.PROPOSED], by_outcome, by_class, notes)
