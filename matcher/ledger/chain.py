"""The chain of an account's statements: closing(n) = opening(n+1). What is missing between them, and which continue a day.

Invariant 4 of docs/architecture.md. Pure: statements in, findings out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import pairwise

from matcher.ledger import sequence, trail
from matcher.ledger.trail import Step, ordered


@dataclass(frozen=True, slots=True)
class Repetition:
    """Entries of a statement that an earlier read one had brought: of which, how many, and their sum in minor units."""

    statement_id: str
    count: int
    amount: int


@dataclass(frozen=True, slots=True)
class StatementSpan:
    """What the chain needs of a statement. Balances in minor units, None when the bank gave none.

    Attributes:
        first_day, last_day: as `span` tells them; None where nothing in the statement has a day.
        count: booked entries.
        format: of its file.
        number: as the bank writes it.
        repeats: entries that were known when it was read, by the statement that had brought them.
    """

    statement_id: str
    account: str
    first_day: date | None
    last_day: date | None
    opening: int | None
    closing: int | None
    count: int = 0
    format: str = ""
    number: str = ""
    repeats: tuple[Repetition, ...] = ()

    @property
    def proven(self) -> bool:
        """Whether the bank stated both balances."""
        return self.opening is not None and self.closing is not None

    def same_span(self, other: "StatementSpan") -> bool:
        """Whether both tell of the same days, balances and number of entries: one statement sent twice."""
        mine = (self.account, self.first_day, self.last_day, self.opening, self.closing, self.count)
        return mine == (other.account, other.first_day, other.last_day, other.opening, other.closing, other.count)


def span(
    booked: tuple[date | None, date | None], stated: tuple[date | None, date | None], balances: tuple[date | None, date | None]
) -> tuple[date | None, date | None]:
    """First and last day of a statement, the only place that says so: by its entries, else by what it says, else by its balances.

    Args:
        booked: first and last day on which an entry was booked.
        stated: first and last day that the statement names.
        balances: days of its opening and its closing balance.

    Returns:
        Both days, or neither where the statement holds no day at all.
    """
    first = next((day for day in (booked[0], stated[0], *balances, stated[1], booked[1]) if day is not None), None)
    last = next((day for day in (booked[1], stated[1], *reversed(balances), stated[0], booked[0]) if day is not None), None)
    return (first, last) if first is None or last is None else (first, max(first, last))


@dataclass(frozen=True, slots=True)
class Gap:
    """What is missing between two statements of an account that should follow on each other.

    Attributes:
        account: of both.
        earlier, later: their ids.
        closing: balance after the earlier one, minor units.
        opening: balance before the entries that only the later one has. Equal to `closing` where a number alone is missing.
        missing: numbers of the statements that lie between them, as text; '' where the bank's numbers do not tell.
    """

    account: str
    earlier: str
    later: str
    closing: int
    opening: int
    missing: str = ""

    @property
    def difference(self) -> int:
        """What the missing entries add up to, minor units."""
        return self.opening - self.closing


def adjoining_days(statement: StatementSpan, known: Iterable[StatementSpan]) -> tuple[date, ...]:
    """The days on which a statement goes on where a known one of its account ended, and on which it ends where a known one begins.

    Its entries of such a day are further entries, not repetitions, even when they look the same: the balances prove it. None where
    any known statement tells of other days of it, or does not lead to it or on from it.
    """
    if not statement.proven or statement.first_day is None or statement.last_day is None:
        return ()
    first, last = statement.first_day, statement.last_day
    near = [
        k
        for k in known
        if k.account == statement.account
        and k.first_day is not None
        and k.last_day is not None
        and k.last_day >= first
        and k.first_day <= last
    ]
    if not near or any(statement.same_span(k) for k in near) or not _one_trail([statement, *near]):
        return ()
    before = [k for k in near if k.last_day == first]
    after = [k for k in near if k.first_day == last]
    if not all(k in before or k in after for k in near):
        return ()
    on_from = any(k.closing == statement.opening for k in before)
    leads_to = any(k.opening == statement.closing for k in after)
    if first == last:
        return (first,) if on_from or leads_to else ()
    if (before and not on_from) or (after and not leads_to):
        return ()
    return (*((first,) if before else ()), *((last,) if after else ()))


def loose_ends(statement: StatementSpan, known: Iterable[StatementSpan]) -> list[tuple[date, set[int]]]:
    """Days on which a statement begins where known ones of its account ended, or ends where they begin, and no balance joins them.

    Returns:
        Each such day, with what the entries that the statement repeats on it must add up to if it is a longer download of the day.
        None where both tell of other days in common, or begin with one balance: then what they tell of these decides.
    """
    if not statement.proven or statement.first_day is None or statement.last_day is None:
        return []
    first, last = statement.first_day, statement.last_day
    near = [
        k
        for k in known
        if k.account == statement.account
        and k.first_day is not None
        and k.last_day is not None
        and k.first_day <= last
        and k.last_day >= first
    ]
    before, after = [k for k in near if k.last_day == first], [k for k in near if k.first_day == last and k.last_day != first]
    if len(before) + len(after) < len(near) or any(statement.same_span(k) or not k.proven for k in near):
        return []
    # from the same balance the bank tells the same day again: what looks alike is the same
    if any(k.first_day == first and k.opening == statement.opening for k in near):
        return []
    assert statement.opening is not None
    assert statement.closing is not None
    repeated_at_first = {k.closing - statement.opening for k in before if k.closing is not None}
    repeated_at_last = {statement.closing - k.opening for k in after if k.opening is not None}
    return [(day, sums) for day, sums in ((first, repeated_at_first), (last, repeated_at_last)) if sums and 0 not in sums]


def _one_trail(statements: Iterable[StatementSpan]) -> bool:
    """Whether the balances lead through all these statements, each once: two that both go on from one balance cannot both be right.

    Euler's condition: one balance at most is left once more often than it is reached, and none twice more often.
    """
    degree: Counter[int] = Counter()
    for fact in statements:
        if fact.opening is not None and fact.closing is not None:
            degree[fact.opening] += 1
            degree[fact.closing] -= 1
    return sum(n for n in degree.values() if n > 0) <= 1


def neighbours(statement: StatementSpan, known: Iterable[StatementSpan]) -> list[str]:
    """Ids of the known statements that share a day with this one and end where it begins, or begin where it ends."""
    if not statement.proven:
        return []
    return [
        k.statement_id
        for k in known
        if k.account == statement.account
        and k.proven
        and (
            (k.last_day == statement.first_day and k.closing == statement.opening and k.opening != statement.opening)
            or (k.first_day == statement.last_day and k.opening == statement.closing and k.closing != statement.closing)
        )
    ]


def contradicts(statement: StatementSpan, known: Iterable[StatementSpan]) -> bool:
    """Whether a known statement tells of exactly the same days between two other balances.

    Then it is a further statement of the day whose neighbour is missing, or one of the two is wrong; entries that look alike prove
    nothing. A longer or shorter download of the days shares one of its balances.
    """
    if not statement.proven or statement.first_day is None:
        return False
    days = (statement.account, statement.first_day, statement.last_day)
    same = [k for k in known if k.proven and (k.account, k.first_day, k.last_day) == days]
    return bool(same) and all(k.opening != statement.opening and k.closing != statement.closing for k in same)


def common_days(statement: StatementSpan, known: Iterable[StatementSpan]) -> list[tuple[date, date]]:
    """Spans of days, first and last, of which a statement tells and a known one of its account has told wholly.

    Compared are statements that both have balances, and statements of different formats.

    The first or last day of one of them may be told in part, so it counts only where both begin or end on it.
    """
    first, last = statement.first_day, statement.last_day
    if first is None or last is None:
        return []
    spans = []
    for other in known:
        if other.account != statement.account or other.first_day is None or other.last_day is None:
            continue
        if not (statement.proven and other.proven) and statement.format == other.format:
            continue  # parts of a table that was cut up tell of common days and share no entry
        start, end = max(first, other.first_day), min(last, other.last_day)
        start += timedelta(first != other.first_day)
        end -= timedelta(last != other.last_day)
        if start <= end:
            spans.append((start, end))
    return spans


def breaks(statements: Sequence[StatementSpan]) -> list[Gap]:
    """What is missing in the accounts' chains, by account and day. The order in which the statements are given does not matter.

    A statement without balances breaks no chain and closes none. One that repeats known entries goes on from where they end; two
    that share days and repeat nothing must lead on from one balance to the next, else what lies between them is missing. Where the
    balances join, a missing number is a missing statement only if the account's numbers otherwise follow one by one.
    """
    by_account: dict[str, list[StatementSpan]] = {}
    for fact in statements:
        by_account.setdefault(fact.account, []).append(fact)
    return [gap for account, facts in sorted(by_account.items()) for gap in _gaps(account, facts)]


def in_order(facts: Sequence[StatementSpan]) -> list[Step]:
    """The statements of one account that make up its chain, in the order in which their balances follow on each other."""
    return ordered(_steps(facts))


def _gaps(account: str, facts: Sequence[StatementSpan]) -> list[Gap]:
    """What is missing in one account's chain.

    Of statements that brought no entry at all it cannot be told whether a longer one repeats them; where the chain fails with them
    it is tried without.
    """
    steps = _steps(facts)
    gaps = _between(account, ordered(steps), facts)
    idle = {fact.statement_id for fact in facts if fact.count and sum(r.count for r in fact.repeats) >= fact.count}
    inner = {s.statement_id for s in steps if s.statement_id in idle and any(_inside(s, other) for other in steps)}
    if not gaps or not inner:
        return gaps
    without = _between(account, ordered(s for s in steps if s.statement_id not in inner), facts)
    return min(gaps, without, key=len)


def _between(account: str, steps: Sequence[Step], facts: Sequence[StatementSpan]) -> list[Gap]:
    missing = [_missing(before, after, facts) for before, after in pairwise(steps)]
    counted = sequence.counts_one_by_one([(step.number, step.last) for step in steps], sum(map(bool, missing)))
    return [
        Gap(account, before.statement_id, after.statement_id, before.closing, after.opening, sequence.worded(numbers))
        for (before, after), numbers in zip(pairwise(steps), missing, strict=True)
        if before.closing != after.opening or (numbers and counted)
    ]


def _steps(facts: Iterable[StatementSpan]) -> list[Step]:
    """The statements that take part in the account's chain, each with the balances around the entries that it alone brought.

    Left out are those without balances or days, those that repeat other proven ones wholly, those that a longer one repeats wholly,
    and those without entries of days that a longer one tells.
    """
    whole = {fact.statement_id: _whole(fact) for fact in facts if fact.proven and fact.first_day is not None}
    repeats = {fact.statement_id: [r for r in fact.repeats if r.statement_id in whole] for fact in facts if fact.statement_id in whole}
    counts = {fact.statement_id: fact.count for fact in facts}
    repeated = {name: sum(r.count for r in rows) for name, rows in repeats.items()}
    chained = {name: step for name, step in whole.items() if not counts[name] or repeated[name] < counts[name]}
    covered: dict[str, set[str]] = {}
    tellers: dict[str, str] = {}
    for name, step in sorted(chained.items(), key=lambda pair: (pair[1].first, pair[1].last, pair[0])):
        for r in repeats[name]:
            other = r.statement_id
            if other not in tellers and _inside(whole[other], step) and r.count == counts[other] - repeated[other]:
                covered.setdefault(name, set()).add(other)  # the trail goes through this one, and through no second one that has them
                tellers[other] = name
    silent = {name for name, step in chained.items() if not counts[name] and _told(step, chained.values(), covered, whole)}
    return [
        _cut(step, [(whole[teller], r.amount) for r in repeats[name] if (teller := _teller(r.statement_id, tellers)) != name])
        for name, step in chained.items()
        if name not in tellers and name not in silent
    ]


def _teller(name: str, tellers: Mapping[str, str]) -> str:
    """The statement on the trail that tells of a statement's entries: a longer one that repeats it wholly, or it."""
    while name in tellers:
        name = tellers[name]
    return name


def _whole(fact: StatementSpan) -> Step:
    assert fact.first_day is not None
    assert fact.last_day is not None
    assert fact.opening is not None
    assert fact.closing is not None
    return Step(fact.statement_id, fact.first_day, fact.last_day, fact.opening, fact.closing, sequence.read(fact.number))


def _cut(step: Step, repeated: Iterable[tuple[Step, int]]) -> Step:
    """A statement without the entries that it repeats: at its beginning those of statements before it, at its end those of later ones."""
    opening, closing = step.opening, step.closing
    for other, amount in repeated:
        if (other.first, other.last) <= (step.first, step.last):
            opening += amount
        else:
            closing -= amount
    return replace(step, opening=opening, closing=closing)


def _inside(step: Step, other: Step) -> bool:
    """Whether all days of a statement are days of another one."""
    return step is not other and other.first <= step.first and step.last <= other.last


def _told(step: Step, others: Iterable[Step], covered: Mapping[str, set[str]], whole: Mapping[str, Step]) -> bool:
    """Whether a statement without entries lies in the middle of a longer one, by its days or by balances that the longer one passes."""
    for other in others:
        if other.first < step.first and step.last < other.last:
            return True
        passed = {balance for name in covered.get(other.statement_id, ()) for balance in (whole[name].opening, whole[name].closing)}
        if _inside(step, other) and step.opening in passed:
            return True
    return False


def _missing(before: Step, after: Step, facts: Iterable[StatementSpan]) -> list[sequence.Number]:
    """First and last number missing between two statements; a statement that takes no part in the chain may have one of them.

    None where so many would be missing that the bank rather began again at 1 between the two.
    """
    if before.number and after.number and after.number[0] - before.number[0] > trail.SPREAD * ((after.last - before.first).days + 1):
        return []
    there = {
        number
        for fact in facts
        if fact.first_day and fact.last_day and before.first <= fact.last_day and fact.first_day <= after.last
        if (number := sequence.read(fact.number)) is not None
    }
    return sequence.between(before.number, after.number, there)
