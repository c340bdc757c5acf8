"""What each line's money is: its amount, what of it goes to which item, and what is cleared without cash. The truth of the month."""

from dataclasses import dataclass

import numpy as np

from benchmarks.month.draws import Draws, Ints
from benchmarks.month.items import Items
from benchmarks.month.kinds import CODE
from benchmarks.month.knobs import Knobs
from benchmarks.month.parties import DISCOUNT_PCT, Parties
from benchmarks.month.places import BASE_RATE, COUNTRIES, CURRENCIES
from benchmarks.month.plan import Calendar, Plan

REASONS = ("", "discount", "fee", "rounding", "withholding_tax", "exchange_difference")
"""Why something is cleared without cash."""

_FEES = np.array([500, 750, 1000, 1200, 1500, 1500, 2000, 2500, 3500], dtype=np.int64)
_SCALE = np.array([0 if code == "JPY" else 2 for code in CURRENCIES], dtype=np.int64)
_MILLION = 1_000_000


@dataclass(frozen=True)
class Settlement:
    """Money of lines and of their allocations; minor units throughout.

    Attributes:
        amount: of each line, credit > 0.
        instructed, instructed_currency: amount before conversion and position of its currency; 0 and -1 when the bank states none.
        cash: of each paid item (in the items' order), in the line's currency.
        item_cash: the same in the item's currency.
        adjustment: cleared without cash, in the item's currency.
        reason: position in `REASONS`.
    """

    amount: Ints
    instructed: Ints
    instructed_currency: Ints
    cash: Ints
    item_cash: Ints
    adjustment: Ints
    reason: Ints


@dataclass(frozen=True)
class Rates:
    """Millionths of each currency for one euro, by day from `first`."""

    first: int
    table: Ints

    def on(self, day: Ints, currency: Ints) -> Ints:
        """The rate of a currency on a day."""
        return self.table[day - self.first, currency]


def rates(draws: Draws, calendar: Calendar) -> Rates:
    """Daily rates of the month and the half year before it: a walk of at most six per mille a day."""
    first = calendar.first - 200
    days = calendar.last - first + 1
    steps = np.stack([draws.between(f"rate {code}", days, -60, 60) for code in CURRENCIES], axis=1)
    walk = np.cumsum(steps, axis=0) // 4
    table = np.array(BASE_RATE, dtype=np.int64) * (10_000 + np.clip(walk, -900, 900)) // 10_000
    table[:, 0] = _MILLION
    return Rates(first, table)


def settle(draws: Draws, who: Parties, month: Plan, items: Items, rate: Rates, knobs: Knobs) -> Settlement:
    """Amounts of all lines and of every allocation."""
    paid = int(month.size.sum())
    line, kind = items.line[:paid], month.kind[items.line[:paid]]
    opened, currency = items.open[:paid], who.customers.currency[items.customer[:paid]]
    cash, adjustment, reason = opened.copy(), np.zeros(paid, dtype=np.int64), np.zeros(paid, dtype=np.int64)

    def short(names: tuple[str, ...], missing: Ints, why: str) -> None:
        """The payment lacks `missing`; with a reason it is cleared, without one it stays open."""
        rows = np.isin(kind, [CODE[name] for name in names])
        cash[rows] -= missing[rows]
        if why:
            adjustment[rows], reason[rows] = missing[rows], REASONS.index(why)

    discount = (items.amount[:paid] * DISCOUNT_PCT[who.customers.terms[items.customer[:paid]]] + 50) // 100
    short(("discount_in_terms", "discount_grace", "list_discount"), discount, "discount")
    short(("discount_late",), discount, "")
    part = np.clip(opened * draws.between("part", paid, 10, 90) // 100, 1, None)
    whole = draws.chance("whole part", paid, 500) & (part >= 1000)
    part = _as_beside(month, items, np.where(whole, part // 1000 * 1000, part), opened)
    short(("part_payment",), opened - part, "")
    short(("list_short_paid",), _lacking(draws, month, opened), "")
    fee = _FEES[draws.below("fee", paid, len(_FEES))]
    fee = np.where(draws.chance("odd fee", paid, 400), fee + draws.below("fee cents", paid, 400), fee)
    short(("bank_fee",), np.minimum(np.where(_SCALE[currency] == 0, fee * 2, fee), opened // 3), "fee")
    short(("rounding",), draws.between("rounding", paid, 1, 5), "rounding")
    withheld = np.array([c.withholding_per_mille for c in COUNTRIES], dtype=np.int64)[who.customers.country[items.customer[:paid]]]
    short(("withholding",), (opened * withheld + 500) // 1000, "withholding_tax")
    item_cash = cash.copy()
    _abroad(draws, month, line, kind, opened, currency, rate, cash, item_cash, adjustment, reason)
    amount = np.zeros(len(month), dtype=np.int64)
    np.add.at(amount, line, cash)
    amount = _whole_amounts(draws, month, items, amount, knobs)
    told = np.full(len(month), -1, dtype=np.int64)
    before = np.zeros(len(month), dtype=np.int64)
    stated = kind == CODE["other_currency"]
    before[line[stated]], told[line[stated]] = opened[stated], currency[stated]
    return Settlement(amount, before, told, cash, item_cash, adjustment, reason)


def _as_beside(month: Plan, items: Items, part: Ints, opened: Ints) -> Ints:
    """Part payments that have the amount of an item beside them."""
    rows = np.flatnonzero(items.beside >= 0)
    rows = rows[month.of("part_payment")[items.beside[rows]]]
    first = month.first[items.beside[rows]]
    part[first] = np.where(items.open[rows] < opened[first], items.open[rows], part[first])
    return part


def _lacking(draws: Draws, month: Plan, opened: Ints) -> Ints:
    """What the largest item of each list lacks where less than the sum is paid: 2 to 60 per cent of it."""
    missing = np.zeros(len(opened), dtype=np.int64)
    percent = draws.between("lacking", len(month), 2, 60)
    for line in np.flatnonzero(month.of("list_short_paid")).tolist():
        first = month.first.item(line)
        largest = first + int(np.argmax(opened[first : first + month.size.item(line)]))
        missing[largest] = max(opened.item(largest) * percent.item(line) // 100, 1)
    return missing


def _own_amounts(draws: Draws, month: Plan, items: Items, amount: Ints, knobs: Knobs) -> Ints:
    """Amounts of lines with those of the payer's own documents, open and closed, where money that pays nothing has one."""
    wanted = month.of("prepayment", "deposit", "unknown_document", "customer_other", "returned")
    wanted &= draws.chance("own amount", len(month), knobs.own_amounts)
    order = np.argsort(items.customer, kind="stable")
    owners = items.customer[order]
    start, end = np.searchsorted(owners, month.customer), np.searchsorted(owners, month.customer, side="right")
    at = np.minimum(start + draws.below("own document", len(month), np.maximum(end - start, 1)), len(order) - 1)
    theirs = np.abs(np.where(items.open[order[at]] != 0, items.open[order[at]], items.amount[order[at]]))
    amount = np.where(wanted & (end > start), theirs, amount)
    rows = np.flatnonzero(items.beside >= 0)
    rows = rows[(month.size[items.beside[rows]] == 0) & (month.copy_of[items.beside[rows]] < 0)]
    amount[items.beside[rows]] = items.open[rows]
    return amount


def _abroad(
    draws: Draws,
    month: Plan,
    line: Ints,
    kind: Ints,
    opened: Ints,
    currency: Ints,
    rate: Rates,
    cash: Ints,
    item_cash: Ints,
    adjustment: Ints,
    reason: Ints,
) -> None:
    """Items in another currency paid into the euro account. With the amount before conversion stated, they are settled whole."""
    rows = np.flatnonzero(np.isin(kind, [CODE["other_currency"], CODE["exchange_difference"]]))
    per_euro = rate.on(month.day[line[rows]], currency[rows])
    euro = _to_euro(opened[rows], currency[rows], per_euro)
    cash[rows] = np.maximum(euro - euro * draws.between("spread kept", len(rows), 5, 110) // 10_000, 1)
    late = kind[rows] == CODE["exchange_difference"]
    at_rate = np.minimum(_from_euro(cash[rows], currency[rows], per_euro), opened[rows])
    item_cash[rows] = np.where(late, at_rate, opened[rows])
    adjustment[rows] = opened[rows] - item_cash[rows]
    reason[rows] = np.where(adjustment[rows] != 0, REASONS.index("exchange_difference"), 0)


def _to_euro(minor: Ints, currency: Ints, per_euro: Ints) -> Ints:
    """Euro cents of an amount, half up."""
    cents = minor * 10 ** (2 - _SCALE[currency])
    return (cents * _MILLION + per_euro // 2) // per_euro


def _from_euro(cents: Ints, currency: Ints, per_euro: Ints) -> Ints:
    """Minor units of a currency for euro cents, half up."""
    unit = _MILLION * 10 ** (2 - _SCALE[currency])
    return (cents * per_euro + unit // 2) // unit


def _whole_amounts(draws: Draws, month: Plan, items: Items, amount: Ints, knobs: Knobs) -> Ints:
    """Amounts of lines that are not the sum of what they pay."""
    count = len(month)
    free = np.maximum(draws.curve("free line", count, (900, 3_100, 8_800, 21_000, 55_000, 140_000, 400_000, 2_500_000)), 20)
    over = month.of("overpayment", "list_over_paid")
    extra = np.where(
        draws.chance("round up", count, 400), (-amount) % 10_000 + 100, 100 + amount * draws.between("over", count, 1, 40) // 100
    )
    amount = np.where(over, amount + extra, amount)
    named = np.flatnonzero(items.named_by >= 0)
    closed = np.zeros(count, dtype=np.int64)
    closed[items.named_by[named]] = items.amount[named]
    amount = np.where(month.of("closed_item"), closed, amount)
    amount = np.where(month.of("prepayment"), free // 100 * 100 + 100, amount)
    amount = np.where(month.of("deposit", "unknown_document", "customer_other", "returned"), free, amount)
    amount = _own_amounts(draws, month, items, amount, knobs)
    amount = np.where(month.of_family("other", "unrelated"), free, amount)
    # a stranger's money may have the very amount of an open item of that company
    theirs = items.open[draws.below("borrowed from", count, len(items))]
    borrowed = month.of("unrelated") & draws.chance("borrowed amount", count, knobs.borrowed) & (theirs > 0)
    amount = np.where(borrowed, theirs, amount)
    amount = np.where(month.copy_of >= 0, amount[month.copy_of], amount)
    outgoing = month.of("outgoing")
    return np.where(outgoing, -free, amount)
