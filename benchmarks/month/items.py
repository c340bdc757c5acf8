"""The open items: those that the month's lines pay, those that stay open, and some that are closed already."""

from dataclasses import dataclass, replace

import numpy as np

from benchmarks.month import beside
from benchmarks.month.draws import Bools, Draws, Ints
from benchmarks.month.kinds import CODE
from benchmarks.month.knobs import Knobs
from benchmarks.month.noise import Noise
from benchmarks.month.parties import DISCOUNT_DAYS, FIRST_DISCOUNT_TERM, NET_DAYS, Customers, Parties
from benchmarks.month.plan import Calendar, Plan

INVOICE, CREDIT_NOTE, INSTALMENT = range(3)
DOCUMENT_TYPES = ("invoice", "credit_note", "instalment")
GRACE_DAYS = 3
"""Days after the discount date on which the discount is still accepted; matcher.toml says so too."""

PRICE_POINTS = (4_900, 9_900, 29_900, 119_000)
_AMOUNTS = (1_900, 4_800, 9_900, 16_000, 26_000, 41_000, 65_000, 110_000, 190_000, 340_000, 700_000, 1_800_000, 9_500_000)
_FACTOR = np.array([100, 100, 100, 100, 1000, 1000, 800, 160], dtype=np.int64)  # prices in each currency, per cent of those in euro
_PARTS = np.array([1, 1, 1, 1, 1, 1, 1, 100], dtype=np.int64)  # yen have no hundredths
SCOPES = ("run", "month", "day", "customer")
_UNITS = (900, 1_900, 4_900, 9_900, 25_000, 90_000)
_LIST = 6  # prices in a customer's price list
_INSTALMENTS = 3
_LEAST_FOR_FEES = 30_000
_HISTORY = (0, 4, 9, 15, 22, 30, 40, 55, 75, 105, 150, 210)

_COLUMNS = ("customer", "issue", "due", "type", "line", "named_by", "number_of", "amount_of", "burst", "closed_day", "order", "beside")


@dataclass(frozen=True)
class Items:
    """The items as columns; an item is a position in them, the paid ones first and in the order of their lines.

    Attributes:
        customer: who owes.
        issue, due: days.
        amount, open: minor units of the customer's currency; credit notes negative.
        type: position in `DOCUMENT_TYPES`.
        line: the line that pays it, -1 for none.
        named_by: the line that names this closed item, -1 for none.
        number_of: the item whose document number it shares (instalments), else itself.
        burst: items of one burst are numbered one after the other, -1 for none.
        closed_day: day on which it was closed before the month, -1 while it is open.
        order: number of the customer's purchase order, -1 for none.
        beside: the line that does not pay it although it has its amount, -1 for none.
        count: counter of its document number within its series (and month, day or customer).
    """

    customer: Ints
    issue: Ints
    due: Ints
    amount: Ints
    open: Ints
    type: Ints
    line: Ints
    named_by: Ints
    number_of: Ints
    burst: Ints
    closed_day: Ints
    order: Ints
    beside: Ints
    count: Ints

    def __len__(self) -> int:
        return len(self.customer)


_Columns = dict[str, Ints]


def items(draws: Draws, noise: Noise, who: Parties, month: Plan, calendar: Calendar, knobs: Knobs) -> Items:
    """All items of a month."""
    paid = _paid(draws, noise, who, month)
    parts = [
        paid,
        _instalments(draws, month, paid, calendar, knobs),
        _twins(draws, month, paid, calendar),
        _closed(draws, who, month, calendar),
    ]
    parts.append(_beside(draws, who, month, calendar, knobs))
    wanted = len(month) * knobs.items_per_line // 100 - sum(int((p["closed_day"] < 0).sum()) for p in parts)
    parts.append(_others(draws, who, month, calendar, paid, max(wanted, len(month) // 10)))
    one = {name: np.concatenate([p[name] for p in parts]) for name in _COLUMNS}
    amount = _amounts(draws, who.customers, month, one, knobs)
    shares = one["amount_of"] >= 0
    amount = np.where(shares, amount[one.pop("amount_of")], amount)
    # the credit note of a netted list is a part of its first item, so the payment stays a payment
    netted = np.flatnonzero((one["type"] == CREDIT_NOTE) & (one["line"] >= 0))
    first = month.first[one["line"][netted]]
    amount[netted] = -np.maximum(amount[first] * draws.between("netted", len(netted), 5, 60) // 100, 1)
    loose = (one["type"] == CREDIT_NOTE) & (one["line"] < 0)
    amount[loose] = -np.maximum(amount[loose] // 3, 1)
    near = np.flatnonzero(one["beside"] >= 0)
    amount[near] = beside.amounts(draws, month, one["beside"][near], amount[near], amount, one["named_by"])
    opened = np.where(one["closed_day"] >= 0, 0, amount)
    earlier = _paid_in_part(draws, who.customers, month, one)
    _oldest_first(draws, month, one, np.where(earlier, -1, opened), knobs)
    amount = np.where(earlier, amount + 1 + draws.below("earlier part", len(amount), np.maximum(np.abs(amount), 1)), amount)
    one["number_of"] = np.where(one["number_of"] >= 0, one["number_of"], np.arange(len(amount)))
    made = Items(**one, amount=amount, open=opened, count=np.zeros(len(amount), dtype=np.int64))
    return replace(made, count=_counts(draws, who, made))


def _rows(customer: Ints, issue: Ints, due: Ints, **others: Ints) -> _Columns:
    none = np.full(len(customer), -1, dtype=np.int64)
    usual = dict.fromkeys(_COLUMNS, none) | {"type": np.full(len(customer), INVOICE, dtype=np.int64)}
    return usual | {"customer": customer, "issue": issue, "due": np.maximum(due, issue)} | others


def _paid(draws: Draws, noise: Noise, who: Parties, month: Plan) -> _Columns:
    """Items that a line pays: due around the payment, issued before it."""
    line = np.repeat(np.arange(len(month), dtype=np.int64), month.size)
    count, kind, day, customer = len(line), month.kind[line], month.day[line], month.customer[line]
    place = np.arange(count) - month.first[line]
    customer = np.where((kind == CODE["list_group"]) & (place % 2 == 1), who.customers.parent[customer], customer)
    net = NET_DAYS[who.customers.terms[customer]]
    run = np.isin(kind, [CODE["list_short"], CODE["list_range"]])  # issued on one day and numbered one after the other
    several, whole = (month.size[line] > 1) & ~run, kind == CODE["all_due"]
    late = draws.curve("lateness", len(month), noise.lateness)[line]
    due = np.where(whole, _last_due(draws, month)[line], day - np.where(several, np.maximum(late, -4), late))
    due -= np.where(several, draws.below("spread", count, 42), 0)
    issue = due - net
    too_new = issue >= day
    issue = np.where(too_new, day - 1 - draws.below("new", len(month), 6)[line], issue)
    due = np.where(too_new & ~whole, issue + net, due)
    ago = _discount_age(draws, who, kind, customer)
    issue, due = np.where(ago > 0, day - ago, issue), np.where(ago > 0, day - ago + net, due)
    # instalment 1, 2 or 3 of a plan falls due that many months after the document
    months = 30 * (draws.below("instalment", count, _INSTALMENTS) + 1)
    planned = kind == CODE["instalment"]
    issue = np.where(planned, np.minimum(due - months, day - 1), issue)
    due = np.where(planned, issue + months, due)
    last = np.cumsum(month.size)[line] - 1 == np.arange(count)
    types = np.where(planned, INSTALMENT, np.where(last & (kind == CODE["list_netted"]), CREDIT_NOTE, INVOICE)).astype(np.int64)
    order = _orders(draws, "paid", customer, issue, kind == CODE["purchase_order"])
    return _rows(customer, issue, due, line=line, burst=np.where(run, line, -1), type=types, order=order)


def _last_due(draws: Draws, month: Plan) -> Ints:
    """The day up to which a line of kind ``all_due`` pays everything."""
    return month.day + 2 - draws.below("last due", len(month), 9)


def _discount_age(draws: Draws, who: Parties, kind: Ints, customer: Ints) -> Ints:
    """Days between invoice and payment that put a discount in time, into the days of grace, or behind them; 0 for other kinds."""
    window = DISCOUNT_DAYS[who.customers.terms[customer]]
    count = len(kind)
    cases = (
        (("discount_in_terms", "list_discount"), 1 + draws.below("in time", count, np.maximum(window, 1))),
        (("discount_grace",), window + 1 + draws.below("grace", count, GRACE_DAYS)),
        (("discount_late",), window + GRACE_DAYS + 2 + draws.below("late", count, 12)),
    )
    ago = np.zeros(count, dtype=np.int64)
    for names, days in cases:
        ago = np.where(np.isin(kind, [CODE[name] for name in names]), days, ago)
    return ago


def _orders(draws: Draws, name: str, customer: Ints, issue: Ints, needed: Bools) -> Ints:
    """Purchase orders: a customer's items of some weeks share one; four in ten items have one."""
    has = needed | draws.chance(f"order {name}", len(customer), 400)
    return np.where(has, customer * 50 + issue // 17 % 50, -1)


def _instalments(draws: Draws, month: Plan, paid: _Columns, calendar: Calendar, knobs: Knobs) -> _Columns:
    """The other instalments of plans of which the month pays one; most earlier ones are closed, or all of them."""
    of = np.flatnonzero(paid["type"] == INSTALMENT)
    own = (paid["due"][of] - paid["issue"][of]) // 30
    of, turn = np.repeat(of, _INSTALMENTS), np.tile(np.arange(1, _INSTALMENTS + 1), len(of))
    keep = turn != np.repeat(own, _INSTALMENTS)
    of, turn, own = of[keep], turn[keep], np.repeat(own, _INSTALMENTS)[keep]
    issue = paid["issue"][of]
    due = issue + 30 * turn
    closed = (turn < own) & (due < calendar.first - 8) & draws.chance("earlier instalment", len(of), 850)
    closed |= (turn < own) & knobs.instalments_in_order
    return _rows(
        paid["customer"][of], issue, due, type=np.full(len(of), INSTALMENT, dtype=np.int64), number_of=of, amount_of=of,
        closed_day=np.where(closed, np.minimum(due + draws.below("instalment closed", len(of), 8), calendar.first - 1), -1),
        order=paid["order"][of],
    )  # fmt: skip


def _twins(draws: Draws, month: Plan, paid: _Columns, calendar: Calendar) -> _Columns:
    """Further open items of the same amount: half of them due on the same day, the others a month later."""
    of = np.flatnonzero(month.kind[paid["line"]] == CODE["no_reference_twins"])
    of = np.repeat(of, 1 + draws.below("twins", len(of), 2))
    later = np.where(draws.chance("later twin", len(of), 500), 30, 0)
    issue = np.minimum(paid["issue"][of] + later, calendar.last)
    return _rows(paid["customer"][of], issue, paid["due"][of] + later, amount_of=of)


def _closed(draws: Draws, who: Parties, month: Plan, calendar: Calendar) -> _Columns:
    """Items closed before the month: those that lines name all the same, and others."""
    named_by = np.flatnonzero(month.of("closed_item", "old_reference"))
    others = len(month) // 25
    customer = np.concatenate([month.customer[named_by], draws.pick("closed customer", others, who.customers.weight)])
    count = len(customer)
    closed_day = calendar.first - 1 - draws.below("closed", count, 60)
    due = closed_day - draws.below("closed late", count, 30)
    # a subscription's old and new invoice have one amount
    same = np.concatenate([month.of("old_reference")[named_by], np.zeros(others, dtype=np.bool_)]) & draws.chance("same amount", count, 400)
    named_by = np.concatenate([named_by, np.full(others, -1, dtype=np.int64)])
    issue = due - NET_DAYS[who.customers.terms[customer]]
    return _rows(customer, issue, due, closed_day=closed_day, named_by=named_by, amount_of=np.where(same, month.first[named_by], -1))


def _beside(draws: Draws, who: Parties, month: Plan, calendar: Calendar, knobs: Knobs) -> _Columns:
    """Items that have a line's amount by chance."""
    line = beside.chosen(draws, knobs, month)
    issue, customer = beside.issued(draws, month, calendar, line), month.customer[line]
    return _rows(customer, issue, issue + NET_DAYS[who.customers.terms[customer]], beside=line)


def _others(draws: Draws, who: Parties, month: Plan, calendar: Calendar, paid: _Columns, count: int) -> _Columns:
    """Items that stay open. Customers who pay everything due up to a day have only later ones left."""
    customer = draws.pick("other customer", count, who.customers.weight)
    issue = calendar.last - draws.curve("age", count, _HISTORY)
    due = issue + NET_DAYS[who.customers.terms[customer]]
    limit = np.full(len(who.customers), -1, dtype=np.int64)
    whole = month.kind == CODE["all_due"]
    limit[month.customer[whole]] = _last_due(draws, month)[whole]
    left = limit[customer]
    due = np.where((left >= 0) & (due <= left), left + 1 + draws.below("after", count, 40), due)
    types = np.where(draws.chance("credit note", count, 20), CREDIT_NOTE, INVOICE).astype(np.int64)
    order = _orders(draws, "other", customer, issue, np.zeros(count, dtype=np.bool_))
    return _rows(customer, issue, due, type=types, order=order)


def _amounts(draws: Draws, people: Customers, month: Plan, one: _Columns, knobs: Knobs) -> Ints:
    """Positive amounts in minor units: from a long-tailed curve, at a price point, or at one of the customer's prices."""
    customer, line = one["customer"], one["line"]
    count = len(customer)
    amount = draws.curve("amount", count, _AMOUNTS)
    whole = draws.chance("whole amount", count, 120)
    amount = np.where(whole, np.maximum(amount // 100, 1) * 100, amount)
    fixed = people.fixed_price[customer] & draws.chance("fixed", count, knobs.fixed_share)
    amount = np.where(fixed, draws.curve("fixed price", len(people), _AMOUNTS)[customer], amount)
    amount = _priced(draws, len(people), customer, amount, knobs)
    hot = draws.chance("hot", count, knobs.hot)
    amount = np.where(hot, np.array(PRICE_POINTS, dtype=np.int64)[draws.below("price point", count, len(PRICE_POINTS))], amount)
    kind = np.where(line >= 0, month.kind[line], -1)
    free = (kind == CODE["no_reference_unique"]) & knobs.free_unnamed
    amount = np.where(free, draws.curve("free amount", count, _AMOUNTS), amount)
    large = np.isin(kind, [CODE[n] for n in ("bank_fee", "withholding", "exchange_difference", "other_currency")])
    amount += np.where(large, _LEAST_FOR_FEES, 0)
    currency = people.currency[customer]
    found: Ints = np.maximum(amount * _FACTOR[currency] // 100 // _PARTS[currency], 20)
    return found


def _priced(draws: Draws, people: int, customer: Ints, amount: Ints, knobs: Knobs) -> Ints:
    """Amounts with those of customers who buy from a price list, or so many times one price."""
    count = len(customer)
    listed = draws.chance("price list", people, knobs.price_list)[customer]
    prices = draws.curve("list price", people * _LIST, _AMOUNTS)
    amount = np.where(listed, prices[customer * _LIST + draws.below("which price", count, _LIST)], amount)
    multiples = draws.chance("multiples", people, knobs.multiples)[customer]
    unit = draws.curve("unit price", people, _UNITS)[customer]
    return np.where(multiples, unit * (1 + draws.below("times", count, 12)), amount)


def _paid_in_part(draws: Draws, people: Customers, month: Plan, one: _Columns) -> Bools:
    """Items of which a part was paid before the month: a few, and none that the month's line treats in a special way."""
    plain = (one["type"] == INVOICE) & (one["closed_day"] < 0) & (people.terms[one["customer"]] < FIRST_DISCOUNT_TERM)
    special = (one["line"] >= 0) & month.of_family("amount")[one["line"]]
    found: Bools = plain & ~special & draws.chance("paid in part", len(plain), 25)
    return found


def _oldest_first(draws: Draws, month: Plan, one: _Columns, opened: Ints, knobs: Knobs) -> None:
    """Gives what a payment pays that names nothing the days of the oldest free item of its amount, and that item its days."""
    chosen = month.of("no_reference_unique", "no_reference_twins") & draws.chance("oldest first", len(month), knobs.oldest_first)
    free = (one["line"] < 0) & (one["beside"] < 0) & (one["closed_day"] < 0) & (one["type"] == INVOICE) & (one["number_of"] < 0)
    rivals: dict[tuple[int, int], list[int]] = {}
    for item in np.flatnonzero(free & (opened > 0)).tolist() if chosen.any() else []:
        rivals.setdefault((one["customer"].item(item), opened.item(item)), []).append(item)
    for line in np.flatnonzero(chosen).tolist():
        paid = month.first.item(line)
        others = rivals.get((one["customer"].item(paid), opened.item(paid)), [])
        oldest = min(others, key=lambda item: (one["due"].item(item), item), default=paid)
        if one["due"].item(oldest) < one["due"].item(paid) and one["issue"].item(oldest) < month.day.item(line):
            for name in ("issue", "due", "order"):
                one[name][[paid, oldest]] = one[name][[oldest, paid]]


def _periods(who: Parties, customer: Ints, issue: Ints) -> tuple[Ints, Ints]:
    """For each item the position of its series' scope in `SCOPES`, and the month, day or customer that its counter restarts with."""
    scope = np.array([SCOPES.index(s.style.scope) for s in who.series], dtype=np.int64)[who.customers.series[customer]]
    month = issue.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64)
    return scope, np.choose(scope, [np.zeros(len(issue), dtype=np.int64), month, issue, customer])


def number_keys(who: Parties, made: Items) -> Ints:
    """For each item an integer that is equal for equal document numbers; its lower 32 bits are the counter."""
    _, period = _periods(who, made.customer, made.issue)
    order = np.lexsort((period, who.customers.series[made.customer]))
    series = who.customers.series[made.customer][order]
    new = np.zeros(len(made), dtype=np.int64)
    new[1:] = (series[1:] != series[:-1]) | (period[order][1:] != period[order][:-1])
    group = np.empty(len(made), dtype=np.int64)
    group[order] = np.cumsum(new)
    return (group << 32) | made.count


def _counts(draws: Draws, who: Parties, made: Items) -> Ints:
    """Counters in the order of issue, restarted as the series says. Numbers in between belong to documents paid long ago."""
    own = np.flatnonzero(made.number_of == np.arange(len(made)))
    series, (scope, period) = who.customers.series[made.customer[own]], _periods(who, made.customer[own], made.issue[own])
    burst = np.where(made.burst[own] >= 0, draws.bits("burst", len(made))[made.burst[own]], draws.bits("place", len(own)))
    order = np.lexsort((burst, made.issue[own], period, series))
    same_burst = np.zeros(len(own), dtype=np.bool_)
    sorted_burst = made.burst[own][order]
    same_burst[1:] = (sorted_burst[1:] == sorted_burst[:-1]) & (sorted_burst[1:] >= 0)
    gap = 1 + draws.below("gap", len(own), np.where(scope[order] == 0, 4, 2))
    total = np.cumsum(np.where(same_burst, 1, gap))
    start = np.ones(len(own), dtype=np.bool_)
    start[1:] = (series[order][1:] != series[order][:-1]) | (period[order][1:] != period[order][:-1])
    before = np.maximum.accumulate(np.where(start, total, 0)) if len(own) else total
    first = np.array([s.style.first for s in who.series], dtype=np.int64)[series[order]]
    counts = np.zeros(len(made), dtype=np.int64)
    counts[own[order]] = first + total - before
    return counts[made.number_of]
