"""The bridge between two days, and from there to the control account."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from matcher import money
from matcher.config import Config
from matcher.errors import MatcherError
from matcher.frames import UNSUMMED, empty
from matcher.ledger import bridge as steps
from matcher.ledger.control import CONTROL, control, unexplained
from matcher.ledger.conversion import ClosingRates
from matcher.ledger.periods import first_day, last_day
from matcher.pipeline import lookup
from matcher.pipeline.aged import names
from matcher.pipeline.rates import of_base
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for, base_currency, owed
from matcher.store import journal
from matcher.store import owed as owing_facts
from matcher.store.journal import Known


@dataclass(frozen=True, slots=True)
class Period:
    """Two days, and all between them."""

    first: date
    last: date


@dataclass(frozen=True, slots=True)
class BridgeReport:
    """What happened to receivables in a period.

    Attributes:
        period: first and last day.
        rows: columns of `ledger.bridge.BRIDGE`; customer_id is empty where customers are added up.
        control: columns of `ledger.control.CONTROL`; without rows where no balance was given.
        unexplained: what of the control accounts is not explained, by legal entity and currency, minor units.
        listed_on: by legal entity of a control account the latest day up to the period's end that a list of the ERP speaks of.
        names: of customers, by id.
    """

    period: Period
    rows: pl.DataFrame
    control: pl.DataFrame
    unexplained: Mapping[tuple[str, str], int]
    listed_on: Mapping[str, date]
    names: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BridgeRequest:
    """What is asked for.

    Attributes:
        by_customer: whether customers stand by themselves.
        customer: id, number or name of the only one; '' for all.
        entity: id of the only one; '' for all.
        control: balances of control accounts at the end, as ``ACCOUNT=AMOUNT``; see `controls`.
        base: whether every amount is in the base currency.
    """

    by_customer: bool = False
    customer: str = ""
    entity: str = ""
    control: Sequence[str] = ()
    base: bool = False


def period(month: str = "", first: date | None = None, last: date | None = None, *, present: date) -> Period:
    """The days that are meant: of a month (YYYY-MM), or from a day to a day; else this month up to the present day.

    Raises:
        MatcherError: ``usage.option`` for a month beside days, for what is no month, and for days that are not in their order.
    """
    if month and (first or last):
        raise MatcherError("usage.option", "a month and days cannot be asked for together")
    if month:
        return Period(first_day(month), last_day(month))
    end = last or present
    begin = first or end.replace(day=1)
    if begin > end:
        raise MatcherError("usage.option", f"{begin.isoformat()} is after {end.isoformat()}")
    return Period(begin, end)


def bridge(session: Session, days: Period, asked: BridgeRequest, known: Known | None = None) -> BridgeReport:
    """Every step from the balance before the first day to that of the last. The end of a closed month is told as it was known then.

    Raises:
        MatcherError: ``usage.option`` for an entity that does not exist, and for a control account with one customer;
            ``customer.unknown``, ``customer.ambiguous``; what `controls` raises; ``rate.missing`` and ``rate.base`` for the base currency.
    """
    config = session.config
    if asked.entity and asked.entity not in {one.id for one in config.entity}:
        named = ", ".join(one.id for one in config.entity)
        raise MatcherError("usage.option", f"there is no entity {asked.entity!r}; known are {named}")
    if asked.control and asked.customer:
        raise MatcherError("usage.option", "a control account is of all customers, not of one")
    if asked.control and asked.base:
        raise MatcherError("usage.option", "a control account is itemised in each currency; leave --base out")
    then = asked_for(session, days.last, known)
    owing = owed(session, days.last, then.known, UNSUMMED)
    moved = owing.movements
    balances = {key: minor for key, minor in controls(config, asked.control, moved).items() if asked.entity in ("", key[0])}
    if asked.entity:
        moved = moved.filter(pl.col("entity") == asked.entity)
    if asked.customer:
        moved = moved.filter(pl.col("customer_id") == lookup.customer(session, asked.customer))
    rows = _rows(session, moved, owing.items, days, then.known, base=asked.base)
    # what the ERP said since the month was closed may explain its balance: it changes no figure of ours
    proof = control(owing_facts.facts(session.store, UNSUMMED, known), owing, balances) if balances else empty(CONTROL)
    return BridgeReport(
        days,
        rows if asked.by_customer else steps.by_entity(rows),
        proof,
        unexplained(proof),
        _listed_on(session, days.last, {entity for entity, _ in balances}),
        names(owing.customers),
    )


def _rows(session: Session, moved: pl.DataFrame, items: pl.DataFrame, days: Period, known: Known | None, *, base: bool) -> pl.DataFrame:
    if not base:
        return steps.bridge(moved, items, days.first, days.last)
    code = base_currency(session, known)
    rates = of_base(session, code, known.batch if known else None)
    opening, closing = (ClosingRates(rates, code, day) for day in (before(days), days.last))
    return steps.in_base_currency(moved, items, days.first, days.last, opening, closing)


def before(days: Period) -> date:
    """The day of the opening balance."""
    return days.first - timedelta(1)


def _listed_on(session: Session, day: date, entities: set[str]) -> dict[str, date]:
    lists = journal.snapshots(session.store).filter(pl.col("snapshot_date") <= day, pl.col("entity").is_in(sorted(entities)))
    return dict(lists.group_by("entity").agg(pl.col("snapshot_date").max()).sort("entity").iter_rows())


def controls(config: Config, given: Sequence[str], moved: pl.DataFrame) -> dict[tuple[str, str], int]:
    """Balances of control accounts by legal entity and currency, minor units.

    ``ACCOUNT=AMOUNT CURRENCY`` says the currency; without one it is the only currency of the entity's receivables, else the base currency
    where they have it. The account is an entity's `control_account`, or its id; with one entity, whatever the ledger calls it.

    Args:
        config: of the books.
        given: as typed.
        moved: movements of the receivables, which say what currencies each entity has.

    Raises:
        MatcherError: ``usage.option``, ``amount.*``, ``currency.unknown``.
    """
    found: dict[tuple[str, str], int] = {}
    owed = dict(moved.group_by("entity").agg(pl.col("currency").unique().sort()).iter_rows())
    for text in given:
        account, sign, amount = text.rpartition("=")
        if not sign:
            raise MatcherError("usage.option", f"{text!r} is not ACCOUNT=AMOUNT")
        entities = [one.id for one in config.entity if account in (one.id, one.control_account)]
        entities = entities or ([config.entity[0].id] if len(config.entity) == 1 else [])
        if not entities:
            raise MatcherError(
                "usage.option", f"no entity has the control account {account!r}", hint="Set control_account of an [[entity]]."
            )
        minor, _, currency = amount.strip().partition(" ")
        code = currency.strip().upper() or _currency(entities[0], owed.get(entities[0], ()), config.books.base_currency)
        if (entities[0], code) in found:
            raise MatcherError("usage.option", f"the control account of entity {entities[0]} in {code} is given twice")
        found[entities[0], code] = money.parse(minor, code)
    return found


def _currency(entity: str, owed: Sequence[str], base: str) -> str:
    """The currency of a balance that was given without one. Raises MatcherError: ``usage.option`` where it would be a guess."""
    if len(owed) == 1:
        return owed[0]
    if owed and base not in owed:
        what = f"the receivables of entity {entity} are in {', '.join(owed)}: a balance without its currency may be of any of them"
        raise MatcherError("usage.option", what, hint="Write it behind the amount: '1400=5021.50 USD'.")
    return base
