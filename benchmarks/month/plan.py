"""What happens in the month: how many lines of each kind, who pays, when, and how many items at once."""

from dataclasses import dataclass
from datetime import date

import numpy as np

from benchmarks.month.draws import Bools, Draws, Ints, quotas
from benchmarks.month.kinds import CODE, KINDS, codes
from benchmarks.month.knobs import Knobs
from benchmarks.month.noise import Noise, weights
from benchmarks.month.parties import FIRST_DISCOUNT_TERM, Parties
from benchmarks.month.places import COUNTRIES

SIZES: dict[str, tuple[int, ...]] = {
    "list": (2, 2, 3, 3, 4, 5, 6, 8, 11, 16),
    "list_short": (2, 3, 3, 4, 5, 7),
    "list_range": (3, 4, 5, 6, 8, 12, 16),
    "list_cut": (9, 11, 13, 15, 18, 22, 30, 40),
    "first_plus_others": (3, 4, 5, 7, 9, 14, 22, 30),
    "advice_only": (4, 6, 8, 12, 18, 26, 40),
    "all_due": (3, 4, 6, 8, 11, 16, 25),
    "batch_unlisted": (2, 3, 4, 5, 6, 8, 11, 16, 25),
    "list_netted": (3, 4, 5, 6, 8),
    "list_discount": (2, 3, 4, 6),
    "list_partly_named": (2, 3, 4, 5, 7, 10),
    "list_short_paid": (2, 2, 3, 4, 6),
    "list_over_paid": (2, 2, 3, 4, 6),
    "list_group": (2, 2, 3, 4, 6, 9),
}
"""Quantiles of the number of items that one payment of the kind settles; every other kind of payment settles one."""

WRITTEN = ("readable", "prefix_missing", "blanks_inserted", "end_to_end_only", "structured", "none")
"""How the reference is written in lines whose kind is about the amount."""

_ALSO_REPEATED = ("no_reference_unique", "no_reference_twins", "blanks_inserted", "zeros_missing", "typo", "truncated", "purchase_order")
_ABROAD = ("US", "IN", "BR", "TH", "CN", "TW", "JP", "KZ", "GB", "CH")


@dataclass(frozen=True, slots=True)
class Calendar:
    """The month as days since 1970: first and last day, and the days on which banks book."""

    first: int
    last: int
    booking_days: Ints

    @staticmethod
    def of(month: str) -> "Calendar":
        """The calendar of a month written YYYY-MM."""
        first = np.datetime64(month, "D").astype(np.int64)
        after = (np.datetime64(month, "M") + 1).astype("datetime64[D]").astype(np.int64)
        days = np.arange(int(first), int(after), dtype=np.int64)
        # day 0 of the epoch was a Thursday
        return Calendar(int(first), int(after) - 1, days[(days + 3) % 7 < 5])


@dataclass(frozen=True)
class Plan:
    """The lines as columns, in the order of their kinds; a line is a position in them.

    Attributes:
        kind: position in `KINDS`.
        customer: whose items are paid, or who might have; -1 for lines that have none.
        company, account, currency: positions; the currency is the account's.
        day: booking day; the value day differs by a day at most.
        size: number of items paid.
        first: position of the line's first paid item among the items.
        written: position in `WRITTEN`, for lines whose kind is about the amount.
        copy_of: for a duplicate the line that it repeats, else -1.
    """

    kind: Ints
    customer: Ints
    company: Ints
    account: Ints
    currency: Ints
    day: Ints
    value_day: Ints
    size: Ints
    first: Ints
    written: Ints
    copy_of: Ints

    def __len__(self) -> int:
        return len(self.kind)

    def of(self, *names: str) -> Bools:
        """Whether each line is of one of these kinds."""
        return np.isin(self.kind, [CODE[name] for name in names])

    def of_family(self, *families: str) -> Bools:
        """Whether each line's kind is in one of these families."""
        return np.isin(self.kind, codes(*families))  # type: ignore[arg-type]


def day_text(day: int) -> str:
    """ISO date of a day."""
    return date.fromordinal(day + date(1970, 1, 1).toordinal()).isoformat()


def plan(draws: Draws, noise: Noise, who: Parties, calendar: Calendar, lines: int, factor: int, knobs: Knobs) -> Plan:
    """Who pays what kind of thing and when; amounts come with the items. `factor` is the per cent of what is hard."""
    kind = _kinds(noise, lines, factor)
    customer = np.full(lines, -1, dtype=np.int64)
    for code in np.unique(kind).tolist():
        rows = np.flatnonzero(kind == code)
        customer[rows] = _customers(draws, who, KINDS[code].name, len(rows))
    # a kind for which no customer qualifies is written readably instead
    lost = (customer < 0) & ~np.isin(kind, codes("other", "unrelated", "outgoing"))
    customer[lost] = _by_weight(draws, "instead", who, ~who.customers.whole_due, int(lost.sum()))
    kind = np.where(lost, CODE["readable"], kind)
    size = np.zeros(lines, dtype=np.int64)
    size[np.isin(kind, codes("named", "structured", "damaged", "unnamed", "amount"))] = 1
    for name, quantiles in SIZES.items():
        rows = np.flatnonzero(kind == CODE[name])
        size[rows] = draws.curve(f"size {name}", len(rows), quantiles)
    day = calendar.booking_days[draws.below("day", lines, len(calendar.booking_days))]
    copy_of, day = _copies(draws, kind, day, calendar, knobs)
    alone = (kind == CODE["duplicate"]) & (copy_of < 0)
    kind = np.where(alone, CODE["unrelated"], kind)
    customer = np.where(alone, -1, np.where(copy_of >= 0, customer[copy_of], customer))
    company, currency, account = _accounts(draws, who, kind, customer)
    written = draws.pick("written", lines, [noise.written[name] for name in WRITTEN])
    return Plan(
        kind=kind,
        customer=customer,
        company=company,
        account=account,
        currency=currency,
        day=day,
        value_day=_value_days(draws, kind, day, calendar),
        size=size,
        first=np.cumsum(size) - size,
        written=written,
        copy_of=copy_of,
    )


def _kinds(noise: Noise, lines: int, factor: int) -> Ints:
    credits = lines * noise.credit_per_mille // 1000
    matched = credits * noise.matched_per_mille // 1000
    least = 1 if lines >= 500 else 0
    count = quotas(matched, weights(noise.matched, factor), least) + quotas(credits - matched, weights(noise.unmatched, factor), least)
    count[CODE["outgoing"]] = lines - credits
    return np.repeat(np.arange(len(KINDS), dtype=np.int64), count)


def _customers(draws: Draws, who: Parties, name: str, count: int) -> Ints:
    """Customers for the lines of a kind, -1 where none qualifies or none is asked for."""
    people = who.customers
    country, style = people.country, [s.style for s in who.series]
    allowed = ~people.whole_due
    if name in ("fee_refund", "interest", "tax_refund", "own_transfer", "provider_payout", "unrelated", "outgoing", "duplicate"):
        return np.full(count, -1 if name != "duplicate" else 0, dtype=np.int64)
    if name == "all_due":
        order = np.flatnonzero(people.whole_due)[draws.order("whole due", int(people.whole_due.sum()))]
        return np.concatenate([order, np.full(max(0, count - len(order)), -1, dtype=np.int64)])[:count]
    if name.startswith("ref_"):
        allowed &= np.array([c.scheme == name for c in COUNTRIES])[country]
    elif name == "restarting_number":
        allowed &= np.array([s.scope != "run" for s in style])[people.series]
    elif name in ("list_short", "list_range"):
        allowed &= np.array([s.consecutive for s in style])[people.series]
    elif name == "typo_other":
        # a branch letter would differ too, and then it is no other item's number
        allowed &= np.array([s.consecutive and "{L}" not in s.full for s in style])[people.series]
    elif name == "list_group":
        allowed &= (people.parent >= 0) & (people.currency[people.parent] == people.currency)
    elif name == "zeros_missing":
        allowed &= np.array([bool(s.short) for s in style])[people.series]
    elif name == "prefix_missing":
        allowed &= np.array([bool(s.bare) for s in style])[people.series]
    elif name == "withholding":
        allowed &= np.array([c.withholding_per_mille > 0 for c in COUNTRIES])[country]
    elif name in ("discount_in_terms", "discount_grace", "discount_late", "list_discount"):
        allowed &= people.terms >= FIRST_DISCOUNT_TERM
    elif name == "bank_fee":
        allowed &= np.array([c.code in _ABROAD for c in COUNTRIES])[country]
    elif name in ("other_currency", "exchange_difference"):
        allowed &= people.currency > 0
    return _by_weight(draws, f"customer {name}", who, allowed, count)


def _by_weight(draws: Draws, name: str, who: Parties, allowed: Bools, count: int) -> Ints:
    members = np.flatnonzero(allowed)
    if not len(members):
        return np.full(count, -1, dtype=np.int64)
    return members[draws.pick(name, count, who.customers.weight[members])]


def _copies(draws: Draws, kind: Ints, day: Ints, calendar: Calendar, knobs: Knobs) -> tuple[Ints, Ints]:
    """A duplicate repeats a payment of the month a few days later."""
    copy_of = np.full(len(kind), -1, dtype=np.int64)
    rows = np.flatnonzero(kind == CODE["duplicate"])
    early = calendar.booking_days[len(calendar.booking_days) * 2 // 3]
    simple = [CODE["readable"], CODE["prefix_missing"], CODE["list"], *codes("structured")]
    if knobs.duplicate_of_any:
        simple += [CODE[name] for name in _ALSO_REPEATED]
    sources = np.flatnonzero(np.isin(kind, simple) & (day < early))
    if len(sources) and len(rows):
        chosen = sources[draws.order("duplicate of", len(sources))[: len(rows)]]
        copy_of[rows[: len(chosen)]] = chosen
        days = calendar.booking_days
        later = np.searchsorted(days, day[chosen], side="right") + draws.below("days later", len(chosen), 6)
        day = day.copy()
        day[rows[: len(chosen)]] = days[np.minimum(later, len(days) - 1)]
    return copy_of, day


def _accounts(draws: Draws, who: Parties, kind: Ints, customer: Ints) -> tuple[Ints, Ints, Ints]:
    """Company, currency and account of each line: the customer's, or any for lines without one."""
    people, count = who.customers, len(kind)
    any_account = draws.below("any account", count, len(who.accounts))
    of_account = np.array([(a.company, a.currency) for a in who.accounts], dtype=np.int64)
    company = np.where(customer >= 0, people.company[customer], of_account[any_account, 0])
    currency = np.where(customer >= 0, people.currency[customer], of_account[any_account, 1])
    currency[np.isin(kind, [CODE["other_currency"], CODE["exchange_difference"]])] = 0  # paid into the euro account
    return company, currency, who.account_of(company, currency)


def _value_days(draws: Draws, kind: Ints, day: Ints, calendar: Calendar) -> Ints:
    """Mostly the booking day; discounts are judged by it, so there it is the booking day."""
    shift = draws.pick("value day", len(day), (6, 70, 24)) - 1
    shift[np.isin(kind, [CODE[n] for n in ("discount_in_terms", "discount_grace", "discount_late", "list_discount")])] = 0
    value_day: Ints = np.maximum(day + shift, calendar.first)
    return value_day
