"""The legal entities, their bank accounts and their customers."""

from dataclasses import dataclass

import numpy as np

from benchmarks.month.draws import Bools, Dice, Draws, Ints
from benchmarks.month.knobs import Knobs
from benchmarks.month.noise import Noise
from benchmarks.month.places import COUNTRIES, CURRENCIES, Country, account_number
from benchmarks.month.scripts import Native, chinese, japanese, russian
from benchmarks.month.styles import STYLES, Style
from benchmarks.month.words import BUSINESS, ENDS, FIRST_NAMES, MIDDLES, STARTS, SURNAMES

TERMS = ("immediate", "net 14", "net 30", "net 60", "2/10 net 30", "3/14 net 30")
NET_DAYS = np.array([0, 14, 30, 60, 30, 30], dtype=np.int64)
DISCOUNT_DAYS = np.array([0, 0, 0, 0, 10, 14], dtype=np.int64)
DISCOUNT_PCT = np.array([0, 0, 0, 0, 2, 3], dtype=np.int64)
FIRST_DISCOUNT_TERM = 4


@dataclass(frozen=True, slots=True)
class Company:
    """A legal entity; its accounts are one for each of its currencies."""

    id: str
    name: str
    country: Country
    currencies: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class BankAccount:
    """One of our accounts. `company` and `currency` are positions."""

    id: str
    number: str
    company: int
    currency: int


@dataclass(frozen=True, slots=True)
class Series:
    """A run of document numbers of one company."""

    company: int
    style: Style


@dataclass(frozen=True)
class Customers:
    """The customers as columns; a customer is a position in them.

    Attributes:
        country, series, company, currency, terms: positions in their tables.
        weight: how often a customer buys; a few buy very much.
        parent: another customer of the same company whose treasury pays for it, or -1.
        fixed_price: buys the same amount again and again.
        whole_due: keeps to paying everything due up to a day.
        known_account: the master data holds its account.
        known_latin: the master data holds the Latin form of its name.
        order_style: how it writes its order numbers.
        names: the name as registered; native holds the forms of names in other scripts.
        head: the customer whose master record it shares; itself nearly always.
        listed: the master data has it.
        master: the company that its master record names, -1 for none.
        first_number: the customer number of the first.
    """

    country: Ints
    series: Ints
    company: Ints
    currency: Ints
    terms: Ints
    weight: Ints
    parent: Ints
    fixed_price: Bools
    whole_due: Bools
    known_account: Bools
    known_latin: Bools
    order_style: Ints
    names: list[str]
    native: dict[int, Native]
    person: Bools
    seed: Ints
    head: Ints
    listed: Bools
    master: Ints
    first_number: int

    def __len__(self) -> int:
        return len(self.names)

    def number(self, customer: int) -> int:
        """The customer number that the company gave."""
        return self.first_number + self.head.item(customer) * 3

    def account(self, customer: int, turn: int = 0) -> str:
        """The customer's own account; `turn` 1 is the one it changed to."""
        return _account(COUNTRIES[int(self.country[customer])], (int(self.seed[customer]) << 1) + turn)


def _account(country: Country, start: int) -> str:
    dice = Dice(start)
    return account_number(
        country, f"{dice.below(10**13) + 10**13}{dice.below(10**13) + 10**13}", "".join(chr(65 + dice.below(26)) for _ in range(4))
    )


@dataclass(frozen=True)
class Parties:
    """Everybody: sellers, their accounts and number series, customers."""

    companies: tuple[Company, ...]
    accounts: tuple[BankAccount, ...]
    series: tuple[Series, ...]
    customers: Customers

    def account_of(self, company: Ints, currency: Ints) -> Ints:
        """Position of each company's account in a currency; -1 where it has none."""
        table = np.full((len(self.companies), len(CURRENCIES)), -1, dtype=np.int64)
        for position, account in enumerate(self.accounts):
            table[account.company, account.currency] = position
        return table[company, currency]


def parties(draws: Draws, noise: Noise, lines: int, difficulty: int, knobs: Knobs) -> Parties:
    """Parties for a month of so many lines. `difficulty` is a per cent factor on what the master data lacks."""
    companies = _companies(draws, knobs.companies or max(3, min(10, lines // 10_000)))
    accounts = tuple(
        BankAccount(
            f"{c.id}{CURRENCIES[currency]}", _account(c.country, int(draws.bits(f"own account {c.id}", 8)[currency])), position, currency
        )
        for position, c in enumerate(companies)
        for currency in c.currencies
    )
    series = tuple(Series(position % len(companies), STYLES[name]) for position, name in enumerate(noise.styles))
    count = knobs.customers or max(120, lines // 4)
    return Parties(companies, accounts, series, _customers(draws, noise, companies, series, count, difficulty, knobs))


def _companies(draws: Draws, count: int) -> tuple[Company, ...]:
    codes = ("DE", "CH", "GB", "SE", "NL", "PL", "FR", "NO", "BE", "FI")
    by_code = {c.code: c for c in COUNTRIES}
    found = []
    for position in range(count):
        country, dice = by_code[codes[position]], Dice(int(draws.bits("company", count)[position]))
        name = f"{dice.one(STARTS)}{dice.one(ENDS)} {dice.one(BUSINESS[country.language])} {country.legal_forms[0]}"
        home = CURRENCIES.index(country.currency)
        # every company takes euro and dollars, its own currency, and two others
        currencies = sorted({0, 1, home, 2 + position % 6, 2 + (position * 5 + 3) % 6})
        found.append(Company(str(position + 1), name, country, tuple(currencies)))
    return tuple(found)


def _customers(
    draws: Draws, noise: Noise, companies: tuple[Company, ...], series: tuple[Series, ...], count: int, difficulty: int, knobs: Knobs
) -> Customers:
    country = draws.pick("country", count, knobs.countries or [c.weight for c in COUNTRIES])
    of_series = draws.below("series", count, len(series))
    # so that the smallest month has every country and every way to number
    if not knobs.countries:
        country[: len(COUNTRIES)] = np.arange(len(COUNTRIES))
    of_series[: len(series)] = np.arange(min(len(series), count))
    company = np.array([s.company for s in series], dtype=np.int64)[of_series]
    head = _heads(draws, company, knobs)
    country = country[head]
    own = np.array([CURRENCIES.index(c.currency) for c in COUNTRIES], dtype=np.int64)[country]
    has = np.zeros((len(companies), len(CURRENCIES)), dtype=np.bool_)
    for position, one in enumerate(companies):
        has[position, list(one.currencies)] = True
    fallback = np.where(np.isin(own, [CURRENCIES.index(c) for c in ("CNY", "JPY", "USD")]), 1, 0)
    rank = draws.order("rank", count)
    weight = 10**9 // (rank + 18 + count // 2000)
    person = draws.chance("person", count, 30)
    names, native = _names(draws, country, person)
    names = [names[at] for at in head.tolist()]
    native |= {at: native[one] for at, one in enumerate(head.tolist()) if one in native}
    parent = np.where(head == np.arange(count), _parents(draws, company, rank), -1)
    listed = ~draws.chance("unlisted", count, knobs.unlisted)[head]
    listed[parent[parent >= 0]] = True
    known_account = draws.chance("known account", count, max(0, 1000 - (1000 - noise.master_account) * (100 + difficulty) // 200))
    foreign = draws.below("foreign master", count, len(companies) + 1) - 1
    return Customers(
        country=country,
        series=of_series,
        company=company,
        currency=np.where(has[company, own], own, fallback),
        terms=draws.pick("terms", count, (8, 14, 38, 12, 20, 8)),
        weight=weight,
        parent=parent,
        fixed_price=draws.chance("fixed price", count, knobs.fixed_price),
        whole_due=draws.chance("whole due", count, 60),
        known_account=known_account[head] & listed,
        known_latin=draws.chance("known latin", count, noise.alias_known)[head],
        order_style=np.array(knobs.order_styles, dtype=np.int64)[draws.below("order style", count, len(knobs.order_styles))],
        names=names,
        native=native,
        person=person[head],
        seed=(draws.bits("customer", count) >> np.uint64(2)).astype(np.int64)[head],
        head=head,
        listed=listed,
        master=np.where(draws.chance("foreign", count, knobs.foreign_master), foreign, company),
        first_number=knobs.first_customer_number,
    )


def _heads(draws: Draws, company: Ints, knobs: Knobs) -> Ints:
    """For each customer the one whose master record it shares: another one's of another company, or its own."""
    count = len(company)
    own = np.arange(count, dtype=np.int64)
    second = draws.chance("second entity", count, knobs.shared_customers)
    of = draws.below("shares with", count, count)
    return np.where(second & ~second[of] & (company[of] != company), of, own)


def _parents(draws: Draws, company: Ints, rank: Ints) -> Ints:
    """Three in ten customers belong to a larger customer of the same company."""
    count = len(company)
    parent = np.full(count, -1, dtype=np.int64)
    by_rank = np.argsort(rank, kind="stable")
    for one in range(int(company.max()) + 1):
        members = by_rank[company[by_rank] == one]
        large = members[: max(1, len(members) // 20)]
        small = members[len(large) :]
        chosen = small[draws.chance(f"child {one}", len(small), 300)]
        parent[chosen] = large[draws.below(f"parent {one}", len(chosen), len(large))]
    return parent


def _names(draws: Draws, country: Ints, person: Bools) -> tuple[list[str], dict[int, Native]]:
    """Names of all customers. Two customers of one name would be a riddle without an answer, so a second gets its city."""
    names: list[str] = []
    native: dict[int, Native] = {}
    taken: set[str] = set()
    for position, (start, where, private) in enumerate(
        zip(draws.bits("name", len(country)).tolist(), country.tolist(), person.tolist(), strict=True)
    ):
        dice, place = Dice(start), COUNTRIES[where]
        name = _native_name(dice, place, native, position) if place.script != "latin" else _latin_name(dice, place, private=private)
        while name in taken:
            if place.script == "latin":
                name = f"{_latin_name(dice, place, private=private)}" if dice.chance(50) else f"{name} {dice.one(place.cities)}"
            else:
                name = _native_name(dice, place, native, position)
        taken.add(name)
        names.append(name)
    return names, native


def _native_name(dice: Dice, place: Country, native: dict[int, Native], position: int) -> str:
    form = dice.one(place.legal_forms)
    if place.script == "japanese":
        made = japanese(dice, form)
    elif place.script == "cyrillic":
        made = russian(dice, form, dice.one(place.cities))
    else:
        made = chinese(dice, form, traditional=place.script == "traditional")
    native[position] = made
    return made.name


def _latin_name(dice: Dice, place: Country, *, private: bool) -> str:
    if private:
        return f"{dice.one(FIRST_NAMES)} {dice.one(SURNAMES)}-{dice.one(STARTS)}{dice.one(ENDS)}"
    mark = f"{dice.one(STARTS)}{dice.one(MIDDLES)}{dice.one(ENDS)}"
    business, form = dice.one(BUSINESS[place.language]), dice.one(place.legal_forms)
    turn = dice.below(10)
    if turn < 5:
        return f"{mark} {business} {form}"
    if turn < 7:
        return f"{mark} {form}"
    if turn < 8:
        return f"{business} {dice.one(SURNAMES)} {mark} {form}"
    if turn < 9:
        return f"{mark} {business} {dice.one(place.cities)} {form}"
    return f"{dice.one(SURNAMES)} & {mark} {business} {form}"
