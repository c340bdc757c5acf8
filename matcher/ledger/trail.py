"""Puts the statements of an account in the order in which their balances follow on each other, with as few breaks as possible.

Days give the order as far as they can: a statement that begins earlier and ends earlier comes first. Statements of the same days are
ordered by their balances, as edges of a graph that is walked once (Euler), and by their numbers where balances prove these.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise

from matcher.ledger.sequence import Number

_REPAIR = 4
"""Statements before and after a break that are tried in another order: a bank that books an entry a day back shifts a few at most."""

SPREAD = 10
"""Numbers for each statement of one span of days, or for each day, at most: a bank does not send more of which nearly all are missing."""


@dataclass(frozen=True, slots=True)
class Step:
    """One statement on the way of an account's balance.

    Attributes:
        statement_id: of the statement.
        first, last: its days.
        opening, closing: balances before and after the entries that it alone brought, minor units.
        number: its number, None where the bank gives none that can be read.
    """

    statement_id: str
    first: date
    last: date
    opening: int
    closing: int
    number: Number | None = None


def _key(step: Step) -> tuple[date, date, Number, int, int, str]:
    return (step.first, step.last, step.number or (0, 0), step.opening, step.closing, step.statement_id)


def ordered(steps: Iterable[Step]) -> list[Step]:
    """The statements of one account in the order in which their balances lead from one to the next, whatever order they are given in."""
    groups = [list(group) for _, group in groupby(sorted(steps, key=_key), key=lambda step: (step.first, step.last))]
    in_order: list[Step] = []
    for place, group in enumerate(groups):
        ahead = {step.opening for step in groups[place + 1]} if place + 1 < len(groups) else set()
        in_order += _in_group(group, in_order[-1] if in_order else None, ahead)
    return _repaired(in_order)


def _in_group(group: Sequence[Step], before: Step | None, ahead: set[int]) -> list[Step]:
    """The statements of one span of days in their order.

    An order without any break from the day before to the day after cannot hide a missing entry, whatever the numbers say.
    """
    by_balance = _by_balance(group, before.closing if before else None, ahead)
    if before is not None and by_balance[-1].closing in ahead and _joined([before, *by_balance]):
        return by_balance
    return _by_number(group) or by_balance


def _by_number(group: Sequence[Step]) -> list[Step]:
    """The statements by their numbers, if balances prove these: where one number follows the other, so do the balances."""
    numbered = sorted(((step.number, step) for step in group if step.number is not None), key=lambda pair: pair[0])
    if len(numbered) < len(group) or len({number for number, _ in numbered}) < len(group):
        return []
    if numbered[-1][0][0] - numbered[0][0][0] > SPREAD * len(group):
        return []  # the bank began again at 1
    next_to = [(a, b) for (m, a), (n, b) in pairwise(numbered) if n in ((m[0] + 1, n[1]), (m[0], m[1] + 1))]
    return [step for _, step in numbered] if next_to and all(a.closing == b.opening for a, b in next_to) else []


def _by_balance(group: Sequence[Step], entry: int | None, ahead: set[int]) -> list[Step]:
    """The statements of one span of days as trails through their balances, the one that goes on from `entry` first.

    The one that leads to an opening balance of the days `ahead` comes last.
    """
    if len(group) == 1:
        return list(group)
    leaving: dict[int, list[Step]] = defaultdict(list)
    for step in sorted(group, key=_key, reverse=True):
        leaving[step.opening].append(step)
    surplus = Counter(step.opening for step in group)
    surplus.subtract(step.closing for step in group)
    starts = []
    if entry is not None and leaving[entry]:
        surplus[entry] -= 1
        starts.append(entry)
    starts += [step.opening for step in sorted({s.opening: s for s in group}.values(), key=_key) for _ in range(surplus[step.opening])]
    trails = [trail for start in starts if (trail := _walk(leaving, start))]
    for trail in trails:
        _take_in_cycles(leaving, trail)
    for step in sorted(group, key=_key):  # circles that touch no trail
        if leaving[step.opening]:
            trail = _walk(leaving, step.opening)
            _take_in_cycles(leaving, trail)
            trails.append(trail)
    kept = 1 if starts and starts[0] == entry else 0
    trails[kept:] = sorted(trails[kept:], key=lambda trail: (trail[-1].closing in ahead, _key(trail[0])))
    return [step for trail in trails for step in trail]


def _walk(leaving: dict[int, list[Step]], balance: int) -> list[Step]:
    """Takes statements that go on from a balance until none does."""
    trail: list[Step] = []
    while leaving[balance]:
        trail.append(leaving[balance].pop())
        balance = trail[-1].closing
    return trail


def _take_in_cycles(leaving: dict[int, list[Step]], trail: list[Step]) -> None:
    """Puts circles of statements that are left over where the trail passes their balance."""
    place = 0
    while place < len(trail):
        trail[place:place] = _walk(leaving, trail[place].opening)
        place += 1
    trail += _walk(leaving, trail[-1].closing)


def _repaired(steps: list[Step]) -> list[Step]:
    """Tries, around each break, whether statements whose days lie within each other's lead on in another order without any break.

    A bank may book an entry of a later statement on an earlier day. The statement before and the one after stay where they are, so
    that a missing statement never disappears by this.
    """
    for place in range(1, len(steps)):
        if steps[place - 1].closing == steps[place].opening:
            continue
        for reach in range(1, _REPAIR + 1):
            low, high = max(1, place - reach), min(len(steps), place + reach)
            window = steps[low:high]
            entry = steps[low - 1].closing
            tried = _by_balance(window, entry, {steps[high].opening} if high < len(steps) else set())
            if _joined([steps[low - 1], *tried, *steps[high : high + 1]]) and _in_time(tried):
                steps[low:high] = tried
                break
    return steps


def _joined(steps: Sequence[Step]) -> bool:
    return all(a.closing == b.opening for a, b in pairwise(steps))


def _in_time(steps: Sequence[Step]) -> bool:
    """Whether none comes before one that begins and ends earlier than it does."""
    return not any(b.first < a.first and b.last < a.last for place, a in enumerate(steps) for b in steps[place + 1 :])
