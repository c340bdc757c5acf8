"""Lines, open items and customers in; a verdict for every line out. One selling company after the other: nothing is matched across them."""

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import polars as pl

from matcher.matching import receipts
from matcher.matching.candidates import Candidates
from matcher.matching.decide import Policy, Verdict, decide
from matcher.matching.lacking import completed
from matcher.matching.pool import Pool, Rate
from matcher.matching.records import Receipt
from matcher.matching.stops import Known, Settled
from matcher.rules.rulebook import PPM, Rulebook

_IBAN = re.compile(r"[A-Z]{2}(?=\d\d[A-Z0-9 ]{11,})")


@dataclass(frozen=True)
class Masters:
    """What is known of customers and currencies.

    Attributes:
        relatives: per customer its parent, sisters and subsidiaries.
        countries: ISO code per customer.
        homes: ISO code of the country of each of our accounts whose number tells it.
        rate: millionths of a currency for one unit of the base currency on a day, None when unknown.
    """

    relatives: Mapping[str, frozenset[str]]
    countries: Mapping[str, str]
    homes: Mapping[str, str]
    rate: Rate


def masters(customers: pl.DataFrame, rates: pl.DataFrame, base_currency: str, accounts: Mapping[str, str]) -> Masters:
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
    homes = {account: found[0] for account, number in accounts.items() if (found := _IBAN.match(number))}
    return Masters({customer: frozenset(kin) for customer, kin in relatives.items()}, countries, homes, _rates(rates, base_currency))


def _rates(rates: pl.DataFrame, base_currency: str) -> Rate:
    days: dict[str, list[date]] = defaultdict(list)
    values: dict[str, list[int]] = defaultdict(list)
    for currency, day, value in rates.sort("currency", "date").select("currency", "date", "per_base").iter_rows():
        days[currency].append(day)
        values[currency].append(int(Decimal(value).scaleb(6).to_integral_value()))

    def rate(currency: str, day: date) -> int | None:
        if currency == base_currency:
            return PPM
        place = bisect_right(days.get(currency, ()), day)
        return values[currency][place - 1] if place else None

    return rate


@dataclass(frozen=True)
class Company:
    """What is decided together: the receipts and open items of one selling company, and what else is known."""

    receipts: list[Receipt]
    pool: Pool
    known: Known


def companies(
    lines: pl.DataFrame,
    items: pl.DataFrame,
    found: Candidates,
    known: Mapping[str, Settled],
    repeats: Mapping[str, str],
    about: Masters,
) -> Iterator[Company]:
    """The selling companies in the order of their ids.

    Args:
        lines: credits that may pay open items; columns of `frames.LINE`.
        items: `frames.ITEM` columns, ``open`` and ``open_before``; closed ones too.
        found: candidates of the lines.
        known: which receipt closed an item, from earlier runs.
        repeats: line -> earlier line of the same payer, amount and text.
    """
    for entity in lines["entity"].unique().sort():
        mine = lines.filter(pl.col("entity") == entity)
        ids = mine.select("line_id")
        references, payers = (frame.join(ids, on="line_id", maintain_order="left") for frame in (found.references, found.payers))
        here = items.filter(pl.col("entity") == entity)
        named = here.filter((pl.col("open") == 0) & pl.col("item_id").is_in(references["item_id"].unique().implode()))
        closed = {row[0]: (row[1], row[2]) for row in named.select("item_id", "amount", "customer_id").iter_rows()}
        counted = here.filter(pl.col("open_before") != 0).group_by("currency", "open_before").len()
        amounts = {(currency, amount): count for currency, amount, count in counted.iter_rows()}
        pool = Pool(receipts.items(here), about.relatives, about.countries, about.rate, amounts)
        memory = Known({i: known[i] for i in closed if i in known}, closed, repeats)
        yield Company(receipts.receipts(mine, references, payers, about.homes), pool, memory)


def match(each: Iterable[Company], book: Rulebook, policy: Policy) -> Iterator[Verdict]:
    """Verdicts on all receipts, company by company."""
    for company in each:
        verdicts = decide(company.receipts, company.pool, company.known, book, policy)
        yield from completed(verdicts, company.receipts, company.pool, company.known, book, policy)
