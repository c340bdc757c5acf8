"""Late interest by law: named, dated profiles, and tables of reference rates. They are data, to which matcher.toml adds."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict

from matcher.settings import load_toml


@dataclass(frozen=True, slots=True)
class RateTable:
    """Reference rates in per cent a year, each from its day until the next one's.

    Attributes:
        rates: days, rising, with their rates.
        until: the last day that the table speaks for; None where it is not said.
    """

    id: str
    title: str
    source: str
    rates: tuple[tuple[date, Decimal], ...]
    until: date | None

    def on(self, day: date) -> Decimal | None:
        """The rate on a day; None before the first."""
        place = bisect_right(self.rates, day, key=lambda row: row[0])
        return self.rates[place - 1][1] if place else None

    def changes(self, first: date, last: date) -> list[date]:
        """The days after `first`, up to `last`, from which another rate holds."""
        return [day for day, _ in self.rates if first < day <= last]


@dataclass(frozen=True, slots=True)
class InterestProfile:
    """How late interest is reckoned.

    Attributes:
        countries: of customers whom it is taken for by itself.
        table: id of the table of reference rates; '' for none.
        points: percentage points a year on top of it, or the whole rate where there is no table.
        per_day: per cent a day, in the place of a yearly rate.
        day_basis: days of a year.
        held: whether the rate of the first day holds to the end.
        fixed: lump sums by the least amount of the document, both in units of `fixed_currency`.
        agreed_minimum: id of the table below which no agreed rate may lie; '' for none.
    """

    id: str
    title: str
    source: str
    countries: tuple[str, ...] = ()
    table: str = ""
    points: Decimal = Decimal(0)
    per_day: Decimal | None = None
    day_basis: int = 365
    held: bool = False
    fixed: tuple[tuple[Decimal, Decimal], ...] = ()
    fixed_currency: str = ""
    agreed_minimum: str = ""


@dataclass(frozen=True, slots=True)
class InterestRules:
    """The profiles and tables that are known."""

    profiles: Mapping[str, InterestProfile]
    tables: Mapping[str, RateTable]

    def of_country(self, country: str) -> InterestProfile | None:
        """The profile that is taken for customers of a country; None where no law is known."""
        return next((one for one in self.profiles.values() if country in one.countries), None)

    def with_rates(self, added: Mapping[str, Mapping[date, Decimal]]) -> "InterestRules":
        """The same with rates that matcher.toml adds; they speak for all days from their own on."""
        tables = dict(self.tables)
        for name, rows in added.items():
            known = tables.get(name, RateTable(name, name, "matcher.toml", (), None))
            merged = dict(known.rates) | dict(rows)
            tables[name] = replace(known, rates=tuple(sorted(merged.items())), until=None if rows else known.until)
        return InterestRules(self.profiles, tables)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class _Table(_Strict):
    title: str
    source: str
    checked: date
    until: date
    rates: tuple[tuple[date, Decimal], ...]


class _Profile(_Strict):
    id: str
    title: str
    source: str
    checked: date
    countries: tuple[str, ...]
    table: str = ""
    points: Decimal = Decimal(0)
    per_day: Decimal | None = None
    day_basis: int = 365
    held: bool = False
    fixed: tuple[tuple[Decimal, Decimal], ...] = ()
    fixed_currency: str = ""
    agreed_minimum: str = ""


class _Shipped(_Strict):
    table: dict[str, _Table]
    profile: tuple[_Profile, ...]


@cache
def shipped() -> InterestRules:
    """The profiles and tables that ship with the program."""
    text = files("matcher.credit_control").joinpath("interest.toml").read_text(encoding="utf-8")
    read = _Shipped.model_validate(load_toml(text, "interest.toml", "config.invalid"))
    tables = {name: RateTable(name, one.title, one.source, _rising(one.rates), one.until) for name, one in read.table.items()}
    profiles = {one.id: InterestProfile(**one.model_dump(exclude={"checked"})) for one in read.profile}
    return InterestRules(profiles, tables)


def _rising(rows: Sequence[tuple[date, Decimal]]) -> tuple[tuple[date, Decimal], ...]:
    if [day for day, _ in rows] != sorted({day for day, _ in rows}):
        raise ValueError("the days of a table of rates are not rising")
    return tuple(rows)
