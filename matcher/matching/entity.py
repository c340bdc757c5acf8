"""Lines, open items and customers in; a verdict for every line out. One legal entity after the other: nothing is matched across them."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Protocol

import polars as pl

from matcher.matching import receipts
from matcher.matching.advised import BoundAdvice
from matcher.matching.candidates import Candidates
from matcher.matching.decisions.decide import MatchResult, decide
from matcher.matching.decisions.diagnosis import diagnosed
from matcher.matching.decisions.policy import Policy
from matcher.matching.decisions.stops import Settlement, SettlementHistory
from matcher.matching.explanations.cache import unsaid
from matcher.matching.items.open_items import OpenItems, Rate
from matcher.matching.items.repetition import Repetition
from matcher.matching.records import Receipt
from matcher.money import PPM
from matcher.rules.rulebook import Rulebook

_LINE = (*receipts.LINE, "pending")
_ITEM = (*receipts.ITEM, "open_amount")
_IBAN = re.compile(r"[A-Z]{2}(?=\d\d[A-Z0-9 ]{11,})")


@dataclass(frozen=True)
class MasterData:
    """What is known of customers and currencies.

    Attributes:
        relatives: per customer its parent, sisters and subsidiaries.
        countries: ISO code per customer.
        homes: ISO code of the country of each of our accounts whose number tells it.
        rate: millionths of a currency for one unit of the base currency on a day, None when unknown.
        instalments_in_order: as in `OpenItems`; it is a habit of the books.
    """

    relatives: Mapping[str, frozenset[str]]
    countries: Mapping[str, str]
    homes: Mapping[str, str]
    rate: Rate
    instalments_in_order: bool = True


def master_data(
    customers: pl.DataFrame, rates: pl.DataFrame, base_currency: str, accounts: Mapping[str, str], *, instalments_in_order: bool = True
) -> MasterData:
    """Masters from frames.

    Args:
        rates: date, currency, per_base (decimal text).
        accounts: numbers of our accounts by id; an IBAN tells its country.
    """
    families: dict[str, set[str]] = defaultdict(set)
    for customer, parent in customers.filter(pl.col("parent_id") != "").select("customer_id", "parent_id").iter_rows():
        families[parent] |= {customer, parent}
    relatives: dict[str, set[str]] = defaultdict(set)
    for family in families.values():
        for member in family:
            relatives[member] |= family - {member}
    countries = dict(customers.filter(pl.col("country") != "").select("customer_id", "country").iter_rows())
    homes = {account: iban[0] for account, number in accounts.items() if (iban := _IBAN.match(number))}
    kin = {customer: frozenset(members) for customer, members in relatives.items()}
    return MasterData(kin, countries, homes, Rates(rates, base_currency), instalments_in_order)


class Rates:
    """Rates by currency and day, millionths of the currency for one unit of the base currency."""

    def __init__(self, rates: pl.DataFrame, base_currency: str) -> None:
        """`rates`: date, currency, per_base (decimal text)."""
        self._base = base_currency
        self._days: dict[str, list[date]] = {}
        self._values: dict[str, list[int]] = {}
        for currency, day, value in rates.sort("currency", "date").select("currency", "date", "per_base").iter_rows():
            self._days.setdefault(currency, []).append(day)
            self._values.setdefault(currency, []).append(int(Decimal(value).scaleb(6).to_integral_value()))

    def __call__(self, currency: str, day: date) -> int | None:
        """The rate of the day, or of the latest day before; None when there is none."""
        if currency == self._base:
            return PPM
        place = bisect_right(self._days.get(currency, ()), day)
        return self._values[currency][place - 1] if place else None


@dataclass(frozen=True)
class EntityItems:
    """What is decided together: the receipts and open items of one legal entity, and what else is known."""

    receipts: list[Receipt]
    pool: OpenItems
    known: SettlementHistory


class Finder(Protocol):
    """Who finds candidates: an engine."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """Candidates of all lines at once."""
        ...


@dataclass(frozen=True)
class EntityInput:
    """One legal entity in columns, as it may be handed to another process.

    Attributes:
        lines: credits that may pay open items; columns that `receipts` and the candidates read, and ``pending``.
        items: the same, ``open``, ``listed_open`` and ``open_amount``; closed ones too.
        customers: `frames.CUSTOMER`; of this company or of all.
        taught: what earlier receipts say of payers; columns of `candidates.PAYER`.
        settled: which receipt closed an item, from earlier runs.
        repeats: line -> earlier line of the same payer, amount and text.
        advices: the remittance advices that are about a line.
    """

    lines: pl.DataFrame
    items: pl.DataFrame
    customers: pl.DataFrame
    taught: pl.DataFrame
    settled: Mapping[str, Settlement]
    repeats: Mapping[str, str]
    about: MasterData
    advices: Mapping[str, tuple[BoundAdvice, ...]] = field(default_factory=dict)

    def company(self, engine: Finder) -> EntityItems:
        """The same as objects, with the candidates of the lines."""
        candidates = engine.candidates(self.lines, self.items, self.customers)
        open_now, about = pl.col("open") != 0, self.about
        named = self.items.filter(~open_now & pl.col("item_id").is_in(candidates.references["item_id"].unique().implode()))
        closed = {row[0]: (row[1], row[2]) for row in named.select("item_id", "amount", "customer_id").iter_rows()}
        counted = self.items.filter(pl.col("listed_open") != 0).group_by("currency", "listed_open").len()
        amounts = {(currency, amount): count for currency, amount, count in counted.iter_rows()}
        still_open, in_order = receipts.items(self.items.filter(open_now)), about.instalments_in_order
        pool = OpenItems(
            still_open, about.relatives, about.countries, about.rate, amounts, instalments_in_order=in_order,
            repetition=Repetition(self.items),
        )  # fmt: skip
        memory = SettlementHistory({i: self.settled[i] for i in closed if i in self.settled}, closed, self.repeats)
        payers = pl.concat([candidates.payers, self.taught])
        made = receipts.receipts(self.lines, candidates.references, payers, about.homes)
        if self.advices:
            made = [one._replace(advices=self.advices[one.line_id]) if one.line_id in self.advices else one for one in made]
        return EntityItems(made, pool, memory)


def entity_inputs(
    lines: pl.DataFrame,
    items: pl.DataFrame,
    customers: pl.DataFrame,
    taught: pl.DataFrame,
    settled: Mapping[str, Settlement],
    repeats: Mapping[str, str],
    about: MasterData,
    advices: Mapping[str, tuple[BoundAdvice, ...]] | None = None,
) -> list[EntityInput]:
    """The legal entities in the order of their ids. Arguments as in `EntityInput`, of all companies together."""
    made = []
    lines, items = lines.select(_LINE), items.select(_ITEM)
    for entity in lines["entity"].unique().sort():
        mine = lines.filter(pl.col("entity") == entity)
        here = items.filter(pl.col("entity") == entity)
        theirs = customers.filter(pl.col("entity").is_in(["", entity]))
        paid = {i: settled[i] for i in here["item_id"] if i in settled} if settled else {}
        again = {line: repeats[line] for line in mine["line_id"] if line in repeats}
        told = {line: advices[line] for line in mine["line_id"] if line in advices} if advices else {}
        known = taught.join(mine.select("line_id"), on="line_id", how="semi")
        made.append(EntityInput(mine, here, theirs, known, paid, again, about, told))
    return made


def match(each: Iterable[EntityItems], book: Rulebook, policy: Policy, explained: Callable[[int], None] = unsaid) -> Iterator[MatchResult]:
    """Verdicts on all receipts, company by company. `explained`: as of `ExplanationCache`."""
    for company in each:
        verdicts = decide(company.receipts, company.pool, company.known, book, policy, explained)
        yield from diagnosed(verdicts, company.receipts, company.pool, company.known, book, policy)
