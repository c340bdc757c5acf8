"""The knobs of a world. All of them follow from the seed."""

from dataclasses import dataclass, field
from datetime import date, timedelta

from benchmarks.second.chance import Chance

HOMES = ("DE", "DE", "CN", "AT", "CH", "FR", "BE", "NL", "GB", "US", "CN", "SE", "NO", "DK", "FI", "DE")
CURRENCY = {"CH": "CHF", "GB": "GBP", "US": "USD", "CN": "CNY", "SE": "SEK", "NO": "NOK", "DK": "DKK", "PL": "PLN"}
WARM_UP = 110
"""Days that are lived before the first line: what was paid then is closed in the list of items."""


def currency_of(country: str) -> str:
    """The currency of a country; the euro when nothing else is said."""
    return CURRENCY.get(country, "EUR")


@dataclass(frozen=True)
class World:
    """What is the same for everybody in a world. Shares are of a thousand.

    Attributes:
        homes: the country of each selling company.
        days: days the lines are meant to last; the number of customers follows.
        start: first day of the lines.
        repeating: customers whose documents come in equal amounts.
        most_equal: most equal subscriptions of one customer.
        price_step: prices are multiples of this many of the smallest unit.
        shared_prices: articles in a company's price list; few make equal amounts across customers.
        silent: customers who write nothing that names a document.
        careless: how often a number is written wrongly, a wrong one is copied, an amount is mistyped.
        damage: texts that a bank damages.
        pooled: customers who pay what is due in one sum.
        known_accounts: customers whose account is in the master records.
        other_name: payments under another form of the payer's name.
        near_names: customers named nearly like another one.
        groups: customers who belong to a group.
        shared_master: customers whose record is another company's.
        foreign: customers abroad.
        structured: how often a company asks for a structured reference, and how often a payer keeps to it.
        discounts: customers with discount terms.
        orders_told: customers who name their order, not our invoice.
        ahead: orders that are paid before they are invoiced.
        twice: payments that come a second time.
        forgotten: documents that a pay run leaves out.
        deducting: customers who deduct.
        parts: customers who pay parts.
        collected: customers who pay by direct debit.
        strays: receipts that have nothing to do with documents.
        stray_owed: of those, the share whose amount is one that somebody owes.
        outgoing: lines that are money going out.
        own_numbers: customers who write numbers of their own beside ours.
        converted: customers abroad who owe another currency than the account's.
        grace: days of grace of a discount.
        round_sums: runs that pay a round sum on account.
        misdirected: payments that go to another of our companies.
        reissued: documents that are cancelled and issued again under another number.
        returned: direct debits that come back.
        moved: customers whose account is still in another one's record.
        heavy: customers who buy very often.
        agents: customers for whom a factor or a payment service pays.
        cheques: customers of some countries who send cheques.
        customers_other: of the strays, the share that a customer sends, for something that is no document.
    """

    seed: int
    lines: int
    homes: tuple[str, ...]
    days: int
    start: date
    repeating: int
    most_equal: int
    price_step: int
    shared_prices: int
    silent: int
    careless: int
    damage: int
    pooled: int
    known_accounts: int
    other_name: int
    near_names: int
    groups: int
    shared_master: int
    foreign: int
    structured: int
    discounts: int
    orders_told: int
    ahead: int
    twice: int
    forgotten: int
    deducting: int
    parts: int
    collected: int
    strays: int
    outgoing: int
    own_numbers: int
    converted: int
    grace: int
    round_sums: int
    misdirected: int
    reissued: int
    returned: int
    moved: int
    heavy: int
    customers_other: int
    agents: int
    cheques: int
    stray_owed: int = field(default=500)

    def chance(self, *names: object) -> Chance:
        """A stream of draws of this world."""
        return Chance("second", self.seed, *names)

    @property
    def first_day(self) -> date:
        """The day the companies begin to sell."""
        return self.start - timedelta(days=WARM_UP)

    @property
    def customers(self) -> int:
        """About as many as make the lines in the days."""
        return max(12, self.lines * 30 // (self.days * 2))


def _knob(chance: Chance, low: int, high: int) -> int:
    """A knob between its ends; one in eight lies far above, one in eight far below."""
    how = chance.below(8)
    if how == 0:
        return min(high * chance.between(110, 160) // 100, 980)
    return low // 2 if how == 1 else chance.between(low, high)


_KNOBS = {
    "repeating": (60, 650), "silent": (40, 300), "careless": (4, 45), "damage": (10, 140), "pooled": (150, 600),
    "known_accounts": (350, 900), "other_name": (30, 300), "near_names": (0, 150), "groups": (0, 220), "shared_master": (0, 250),
    "foreign": (20, 350), "structured": (0, 800), "discounts": (0, 350), "orders_told": (20, 250), "ahead": (0, 90), "twice": (2, 18),
    "forgotten": (5, 60), "deducting": (5, 120), "parts": (5, 80), "collected": (0, 120), "strays": (40, 180), "outgoing": (20, 140),
    "own_numbers": (30, 250), "converted": (0, 300), "round_sums": (0, 8), "misdirected": (0, 8), "reissued": (0, 18),
    "returned": (10, 60), "moved": (0, 15), "heavy": (10, 60), "customers_other": (10, 160), "agents": (0, 40), "cheques": (0, 100),
}  # fmt: skip


def draw(seed: int, lines: int) -> World:
    """The world of a seed."""
    chance = Chance("second", seed, "world")
    first = chance.pick(HOMES)
    number = chance.weighted(((1, 30), (2, 25), (3, 18), (4, 11), (5, 9), (6, 7)))
    return World(
        seed=seed,
        lines=lines,
        homes=(first, *(chance.pick((first, chance.pick(HOMES))) for _ in range(number - 1))),
        days=chance.between(20, 80),
        start=date(chance.between(2023, 2026), chance.between(1, 12), 1),
        most_equal=chance.pick((1, 1, 2, 3, 5, 8)),
        price_step=chance.pick((1, 1, 5, 50, 100, 100, 500, 1000)),
        shared_prices=chance.pick((3, 8, 12, 30, 80, 200, 600)),
        grace=chance.pick((0, 0, 0, 2, 3, 5)),
        **{name: _knob(chance.fork(name), *ends) for name, ends in _KNOBS.items()},
    )
