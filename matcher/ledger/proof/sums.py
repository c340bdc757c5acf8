"""One record that is several of the other side: a collective credit booked one by one, a deposit slip that the bank has in parts."""

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

DAYS = 5
"""Most days between a record and its parts, where nothing but the sum tells."""
WINDOWS = (DAYS, 2, 0)
MOST_PARTS = 5
MOST_RECORDS = 12
"""Records among which parts are looked for, and parts of one sum: more would add up to anything by chance."""
MOST_AROUND = 60
"""Records of the days around that are looked at."""
MOST_TARGETS = 4_000
"""Records of which parts are looked for; a bound for books in which nearly nothing is paired."""


class Record(NamedTuple):
    """A line or an entry that is not paired. `amount` in minor units; `words` say whose money it is."""

    side: int
    id: str
    account: str
    day: date
    amount: int
    words: frozenset[str] = frozenset()


class Sum(NamedTuple):
    """A record, and the records of the other side that add up to it."""

    whole: Record
    parts: tuple[Record, ...]


def sums(records: Sequence[Record]) -> list[Sum]:
    """Records with the one set of parts that adds up to them. Where two sets do, or a record may be in two sums, nothing is found.

    First all records of a day, then any few of the days around. A record whose words name another one is no part.
    """
    found = _undisputed(_whole_days(records))
    taken = {(record.side, record.id) for one in found for record in (one.whole, *one.parts)}
    return found + _undisputed(_few([record for record in records if (record.side, record.id) not in taken]))


def _undisputed(found: Iterable[Sum]) -> list[Sum]:
    listed = list(found)
    used = Counter((record.side, record.id) for one in listed for record in (one.whole, *one.parts))
    return [one for one in listed if all(used[record.side, record.id] == 1 for record in (one.whole, *one.parts))]


def _whole_days(records: Sequence[Record]) -> Iterator[Sum]:
    days: dict[tuple[int, str, date, bool], list[Record]] = defaultdict(list)
    for record in records:
        days[record.side, record.account, record.day, record.amount > 0].append(record)
    by_sum: dict[tuple[int, str, int], list[tuple[Record, ...]]] = defaultdict(list)
    for (side, account, _, _), parts in sorted(days.items()):
        if len(parts) > 1:
            by_sum[side, account, sum(part.amount for part in parts)].append(tuple(sorted(parts)))
    for record in records:
        near = [
            parts
            for parts in by_sum.get((1 - record.side, record.account, record.amount), ())
            if abs((parts[0].day - record.day).days) <= DAYS and all(_agree(record, part) for part in parts)
        ]
        if len(near) == 1:
            yield Sum(record, near[0])


def _few(records: Sequence[Record]) -> Iterator[Sum]:
    pools: dict[tuple[int, str, bool], list[Record]] = defaultdict(list)
    for record in records:
        pools[record.side, record.account, record.amount > 0].append(record)
    for pool in pools.values():
        pool.sort(key=lambda record: (record.day, record.id))
    days = {key: [record.day.toordinal() for record in pool] for key, pool in pools.items()}
    for record in sorted(records, key=lambda one: (-abs(one.amount), one))[:MOST_TARGETS]:
        key = (1 - record.side, record.account, record.amount > 0)
        near = _near(record, pools.get(key, []), days.get(key, []))
        if parts := _only_set([abs(one.amount) for one in near], abs(record.amount)):
            yield Sum(record, tuple(near[place] for place in parts))


def _near(record: Record, pool: Sequence[Record], days: Sequence[int]) -> list[Record]:
    """Records of the other side that may be parts: of the widest window that has not too many of them."""
    day = record.day.toordinal()
    for window in WINDOWS:
        first, end = bisect_left(days, day - window), bisect_right(days, day + window)
        if end - first > MOST_AROUND:
            continue
        found = pool[first:end]
        smaller = [one for one in found if abs(one.amount) < abs(record.amount) and _agree(record, one)]
        if len(smaller) <= MOST_RECORDS:
            return smaller
    return []


def _agree(one: Record, other: Record) -> bool:
    return not one.words or not other.words or bool(one.words & other.words)


def _only_set(amounts: Sequence[int], target: int) -> tuple[int, ...]:
    """Places of the one set of two amounts or more that adds up to the target; () for none, and for more than one."""
    if sum(amounts) < target:
        return ()
    reached: dict[tuple[int, int], list[tuple[int, ...]]] = {(0, 0): [()]}
    for place, amount in enumerate(amounts):
        fresh: dict[tuple[int, int], list[tuple[int, ...]]] = {}
        for (count, total), sets in reached.items():
            if count < MOST_PARTS and total + amount <= target:
                fresh[count + 1, total + amount] = [(*one, place) for one in sets]
        _add(reached, fresh)
    exact = [one for (count, total), sets in reached.items() if total == target and count > 1 for one in sets]
    return exact[0] if len(exact) == 1 else ()


def _add(reached: dict[tuple[int, int], list[tuple[int, ...]]], fresh: Mapping[tuple[int, int], list[tuple[int, ...]]]) -> None:
    """Two sets of one sum are enough to know that it is not the only one."""
    for key, sets in fresh.items():
        reached[key] = (reached.get(key, []) + sets)[:2]
