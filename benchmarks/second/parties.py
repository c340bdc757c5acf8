"""Who is there: selling companies, customers with their habits, and the people in between."""

from dataclasses import dataclass, field

from benchmarks.second.chance import Chance
from benchmarks.second.numbering import Series


@dataclass
class Seller:
    """A selling company: its account, its series of numbers, its price list, its bank's way to show a transfer."""

    id: str
    name: str
    country: str
    language: str
    currency: str
    accounts: list[str]
    banks: list[str]
    invoices: Series
    credits: Series
    reference: str
    asks: int
    prices: list[int]


@dataclass
class Habits:
    """How a customer pays; drawn once, kept from payment to payment.

    Attributes:
        cycle: each document when it is due, or all in a weekly, two-weekly or monthly run.
        weekday: of the runs.
        late: days after the due date; below zero is before.
        pooled: everything of a run in one sum.
        telling: what is said: the number, the customer number, the order, the month, an advice, a slip's reference, or nothing.
        writing: how a number is written.
        steady: how often of a thousand the habit holds.
        phrase, date, glue: which of the language's phrases, date formats and separators.
        foreign_language: writes English abroad.
        own: writes a number of its own beside.
        amounts: writes amounts behind the numbers of a list.
        takes_discount, nets, deducts, parts, rounds: how it deals with amounts.
        in_name_only: the payer's text goes into the end-to-end id.
    """

    cycle: str
    weekday: int
    late: int
    pooled: bool
    telling: str
    writing: str
    steady: int
    phrase: int
    date: int
    glue: int
    foreign_language: bool
    own: bool
    amounts: bool
    takes_discount: int
    nets: bool
    deducts: int
    parts: int
    rounds: int
    to_end: bool


@dataclass
class Customer:
    """A customer. `accounts` are all it pays from, `known` those of the master records; `agent` is who pays for it, by name and account."""

    id: str
    number: str
    name: str
    country: str
    language: str
    place: str
    trade: str = ""
    aliases: list[str] = field(default_factory=list)
    latin: str = ""
    person: bool = False
    parent: "Customer | None" = None
    payer: "Customer | None" = None
    accounts: list[str] = field(default_factory=list)
    known: list[str] = field(default_factory=list)
    sellers: list[Seller] = field(default_factory=list)
    entity: str = ""
    currency: str = "EUR"
    net_days: int = 30
    discount: int = 0
    discount_days: int = 0
    collected: bool = False
    agent: tuple[str, str] | None = None
    cheques: bool = False
    habits: Habits = field(kw_only=True)

    @property
    def pays(self) -> "Customer":
        """Who sends the money."""
        return self.payer or self


def habits(chance: Chance, world_shares: dict[str, int], country: str) -> Habits:
    """The habits of one customer. `world_shares` are the world's knobs of the same names."""
    share = world_shares
    telling = chance.weighted(
        (
            ("number", 560),
            ("number_customer", 90),
            ("silent", share["silent"]),
            ("customer", share["silent"] // 4),
            ("month", share["silent"] // 3),
            ("order", share["orders_told"]),
            ("advice", 30),
            ("slip", share["structured"]),
        )
    )
    writing = chance.weighted(
        (("whole", 620), ("bare", 120), ("counter", 90), ("spaced", 35), ("joined", 60), ("lower", 35), ("last", 15), ("year_cut", 25))
    )
    pooled = chance.happens(share["pooled"])
    cycles = (("due", 5), ("weekly", 35), ("twice", 30), ("monthly", 35)) if pooled else (("due", 60), ("weekly", 35), ("twice", 5))
    return Habits(
        cycle=chance.weighted(cycles),
        weekday=chance.below(5),
        late=chance.weighted(((-9, 5), (-3, 15), (0, 40), (2, 15), (6, 12), (14, 8), (30, 5))),
        pooled=pooled,
        telling=telling,
        writing=writing,
        steady=chance.between(780, 1000),
        phrase=chance.below(60),
        date=chance.below(12),
        glue=chance.below(12),
        foreign_language=chance.happens(500),
        own=chance.happens(share["own_numbers"]),
        amounts=chance.happens(60),
        takes_discount=chance.weighted(((0, 30), (900, 55), (500, 15))),
        nets=chance.happens(550),
        deducts=chance.between(60, 300) if chance.happens(share["deducting"]) else 0,
        parts=chance.between(60, 300) if chance.happens(share["parts"]) else 0,
        rounds=chance.between(100, 500) if chance.happens(25) else 0,
        to_end=chance.happens(40),
    )
