"""An auditor's monetary-unit sample of a month's postings: what is looked at, and the same again from the words that stand with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date

import polars as pl

from matcher import money
from matcher.amounts import total
from matcher.errors import MatcherError
from matcher.ledger import monetary_unit
from matcher.ledger.monetary_unit import Evaluation
from matcher.ledger.periods import first_day, last_day
from matcher.pipeline.session import Session
from matcher.pipeline.view import whole
from matcher.states import ENGINE, SETTLING, AllocationState, DecisionKind
from matcher.store import journal
from matcher.store.journal import Known

BY = ("all", "rules", "people")
"""Whose postings."""
CERTAIN, DRAWN = "certain", "drawn"
"""Why a posting is looked at."""
_POSTING = (*SETTLING, DecisionKind.WRITE_OFF.value)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a sample is made of: with the same books it is the same sample.

    Attributes:
        month: YYYY-MM, of the postings' effective dates.
        confidence: percent.
        materiality: by currency, minor units that all misstatements may come to.
        expected: by currency, the misstatement that is expected; left out: none.
        seed: any text.
        by: a word of `BY`.
        batch, hash: the journal's head; what came later is not looked at.
    """

    month: str
    confidence: int
    materiality: Mapping[str, int]
    expected: Mapping[str, int]
    seed: str
    by: str
    batch: int
    hash: str

    def text(self) -> str:
        """As it stands beside each posting of a file."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Posting:
    """A posting that is looked at, with its evidence. Amounts are minor units of `currency`.

    Attributes:
        selected: `CERTAIN` or `DRAWN`.
        amount: cash that it applies or places, or what it clears without, whichever is more.
        documents: numbers of the items.
        actor: ``engine``, or the person who decided; `run_by`: who ran the rule.
        confidence: millionths; None for a person's.
    """

    selected: str
    decision_id: str
    kind: str
    effective_date: date
    amount: int
    currency: str
    line_id: str
    account: str
    booking_date: date | None
    bank_reference: str
    payer: str
    text: str
    customer_id: str
    documents: tuple[str, ...]
    rule: str
    actor: str
    run_by: str
    confidence: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class Stratum:
    """The postings of a currency. Amounts are minor units of it.

    Attributes:
        count, value: all of them.
        materiality: None where none was named: then nothing is taken.
        interval: between two units that are drawn.
        start: the first of them.
        certain, certain_value: postings as large as the interval.
        drawn: how many of the others are taken.
    """

    currency: str
    count: int
    value: int
    materiality: int | None
    interval: int | None
    start: int | None
    certain: int
    certain_value: int
    drawn: int


@dataclass(frozen=True, slots=True)
class AuditSample:
    """A sample. `postings` by currency, those that are certain first, then in the order of the population."""

    plan: Plan
    strata: tuple[Stratum, ...]
    postings: tuple[Posting, ...]


@dataclass(frozen=True, slots=True)
class Evaluated:
    """What the misstatements of a currency come to. `over`: postings that are too high; `under`: too low."""

    stratum: Stratum
    over: Evaluation
    under: Evaluation

    @property
    def within(self) -> bool:
        """Whether both limits are no more than the materiality."""
        return max(self.over.limit, self.under.limit) <= (self.stratum.materiality or 0)


def plan(session: Session, month: str, confidence: int, materiality: Sequence[str], expected: Sequence[str], seed: str, by: str) -> Plan:
    """A plan on the books as they are. `materiality`, `expected`: ``AMOUNT`` in the base currency, or ``CUR=AMOUNT``.

    Raises:
        MatcherError: ``usage.option``, ``amount.*``, ``currency.unknown``.
    """
    first_day(month)
    if by not in BY:
        raise MatcherError("usage.option", f"{by!r} is none of {', '.join(BY)}")
    if not monetary_unit.LEAST <= confidence <= monetary_unit.MOST:
        raise MatcherError("usage.option", f"the confidence is from {monetary_unit.LEAST} to {monetary_unit.MOST} percent")
    base, head = session.config.books.base_currency, journal.last_batch(session.store)
    named, hoped = _amounts(materiality, base), _amounts(expected, base)
    if not named:
        raise MatcherError("usage.option", "a sample needs a materiality: --materiality AMOUNT")
    if other := sorted(hoped.keys() - named.keys()):
        raise MatcherError("usage.option", f"a misstatement is expected in {other[0]}, and no materiality is named for it")
    return Plan(month, confidence, named, hoped, seed or head.hash[:16], by, head.batch, head.hash)


def _amounts(typed: Sequence[str], base: str) -> dict[str, int]:
    found = dict[str, int]()
    for text in typed:
        before, named, after = text.rpartition("=")
        currency = before.strip().upper() if named else base
        amount = money.parse(after, currency)
        if amount <= 0 or currency in found:
            raise MatcherError("usage.option", f"{text!r} is no amount above zero, or the second one in {currency}")
        found[currency] = amount
    return dict(sorted(found.items()))


def draw(session: Session, planned: Plan) -> AuditSample:
    """The sample of a plan: every posting as large as the interval, and those that a systematic selection draws from the others.

    Raises:
        MatcherError: ``usage.option`` when nothing is left between materiality and expected misstatement, or the journal has another head.
    """
    hashes = {one.batch: one.hash for one in journal.batches(session.store)}
    if planned.batch and hashes.get(planned.batch) != planned.hash:
        raise MatcherError("sample.differs", f"these books have no batch {planned.batch} with the hash of the sample")
    population = _population(session, planned)
    strata, taken = list[Stratum](), list[tuple[str, dict[str, object]]]()
    for currency in sorted({*planned.materiality, *population["currency"]}):
        rows = population.filter(pl.col("currency") == currency)
        stratum, places = _stratum(planned, currency, rows["value"].to_list())
        strata.append(stratum)
        taken += [(selected, rows.row(place, named=True)) for selected, place in places]
    return AuditSample(planned, tuple(strata), tuple(_posting(selected, row) for selected, row in taken))


def _stratum(planned: Plan, currency: str, amounts: list[int]) -> tuple[Stratum, list[tuple[str, int]]]:
    materiality, value = planned.materiality.get(currency), sum(amounts)
    if materiality is None:
        return Stratum(currency, len(amounts), value, None, None, None, 0, 0, 0), []
    step = monetary_unit.interval(materiality, planned.expected.get(currency, 0), planned.confidence)
    first = monetary_unit.start(planned.seed, currency, step)
    found = monetary_unit.select(amounts, step, first)
    places = [*((CERTAIN, place) for place in found.certain), *((DRAWN, place) for place in found.drawn)]
    counts = len(found.certain), value - found.rest, len(found.drawn)
    return Stratum(currency, len(amounts), value, materiality, step, first, *counts), places


def _population(session: Session, planned: Plan) -> pl.DataFrame:
    """Postings in force whose effective date is in the month, by day, line and id; ``value`` above zero, and what is told of each."""
    first, last = first_day(planned.month), last_day(planned.month)
    state = whole(session, last, Known(planned.batch))
    engine = pl.col("actor") == ENGINE
    whose = {"all": pl.lit(value=True), "rules": engine, "people": ~engine}[planned.by]
    made = state.decisions.filter("live", pl.col("kind").is_in(_POSTING), pl.col("effective_date").is_between(first, last), whose).select(
        "decision_id", "kind", "effective_date", "line_id", "customer_id", "rule", "actor", "run_by", "confidence", "reason"
    )
    numbers = state.items.select("item_id", "document_no")
    shares = state.allocations.filter(pl.col("state") == AllocationState.POSTED).join(numbers, on="item_id", how="left")
    number = pl.when(pl.col("document_no").fill_null("") == "").then("item_id").otherwise("document_no")
    settled = shares.sort("decision_id", "ordinal").group_by("decision_id", maintain_order=True).agg(
        share_currency=pl.col("currency").first(), cash=total(pl.col("amount")).abs(), cleared=total(pl.col("adjustment")).abs(),
        largest=pl.col("amount").abs().max(), documents=number,
    )  # fmt: skip
    told = state.lines.select(
        "line_id", "account", "booking_date", "currency", "bank_reference", "counterparty_name", "remittance_information",
        left=(pl.col("amount") - pl.col("applied")).abs(),
    )  # fmt: skip
    rows = made.join(told, on="line_id", how="left").join(settled, on="decision_id", how="left")
    # without a share of its own a decision places what is left of its line
    value = pl.when(pl.col("cash").is_null()).then("left").otherwise(pl.max_horizontal("cash", "cleared", "largest"))
    rows = rows.with_columns(value.alias("value"), pl.coalesce("currency", "share_currency").alias("currency"))
    return rows.filter(pl.col("value") > 0).sort("effective_date", "line_id", "decision_id")


def _posting(selected: str, row: Mapping[str, object]) -> Posting:
    text = {name: str(row[name] or "") for name in ("account", "bank_reference", "counterparty_name", "remittance_information")}
    documents = row["documents"]
    day, booked, confidence, value = row["effective_date"], row["booking_date"], row["confidence"], row["value"]
    assert isinstance(day, date)
    assert isinstance(value, int)
    return Posting(
        selected, str(row["decision_id"]), str(row["kind"]), day, value, str(row["currency"]), str(row["line_id"]), text["account"],
        booked if isinstance(booked, date) else None, text["bank_reference"], text["counterparty_name"], text["remittance_information"],
        str(row["customer_id"]), tuple(documents) if isinstance(documents, list) else (), str(row["rule"]), str(row["actor"]),
        str(row["run_by"]), confidence if isinstance(confidence, int) else None, str(row["reason"]),
    )  # fmt: skip


def evaluated(sample: AuditSample, misstatements: Mapping[str, int]) -> tuple[Evaluated, ...]:
    """Projects what was found to all postings, by currency. `misstatements`: by decision, above zero where the posting is too high."""
    found = []
    for stratum in sample.strata:
        if stratum.interval is None:
            continue
        mine = [one for one in sample.postings if one.currency == stratum.currency]
        both = [
            monetary_unit.evaluate(
                [monetary_unit.Finding(one.amount, max(sign * misstatements[one.decision_id], 0), one.selected == CERTAIN) for one in mine],
                stratum.interval,
                sample.plan.confidence,
                drawn_from=stratum.value > stratum.certain_value,
            )
            for sign in (1, -1)
        ]
        found.append(Evaluated(stratum, *both))
    return tuple(found)
