"""The chain of an account's statements: closing(n) = opening(n+1). Gaps and overlaps, and which statements continue a day.

Invariant 4 of docs/architecture.md. Pure: statements in, findings out.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal


@dataclass(frozen=True, slots=True)
class StatementFact:
    """What the chain needs of a statement. Balances in minor units, None when the bank gave none."""

    statement_id: str
    account: str
    first_day: date | None
    last_day: date | None
    opening: int | None
    closing: int | None
    count: int = 0
    format: str = ""

    @property
    def proven(self) -> bool:
        """Whether the bank stated both balances."""
        return self.opening is not None and self.closing is not None

    def same_span(self, other: "StatementFact") -> bool:
        """Whether both tell of the same days, balances and number of entries: one statement sent twice."""
        mine = (self.account, self.first_day, self.last_day, self.opening, self.closing, self.count)
        return mine == (other.account, other.first_day, other.last_day, other.opening, other.closing, other.count)


@dataclass(frozen=True, slots=True)
class Link:
    """A break between two statements of an account that follow each other.

    Attributes:
        kind: ``gap`` (balance or days missing between them) or ``overlap`` (they cover common days and disagree on nothing).
        difference: opening of the later minus closing of the earlier one, minor units; None for an overlap.
    """

    kind: Literal["gap", "overlap"]
    account: str
    earlier: str
    later: str
    difference: int | None


def _order(fact: StatementFact) -> tuple[date, date, str]:
    return (fact.first_day or date.min, fact.last_day or date.min, fact.statement_id)


def adjoining_day(statement: StatementFact, known: Iterable[StatementFact]) -> date | None:
    """The day on which a statement goes on where a known one of its account ended, or ends where a known one begins; else None.

    Then its entries of that common day are further entries, not repetitions, even when they look the same: the balances prove it.
    """
    if not statement.proven or statement.first_day is None or statement.last_day is None:
        return None
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
        return None
    if all(k.last_day == first for k in near) and any(k.closing == statement.opening for k in near):
        return first
    if all(k.first_day == last for k in near) and any(k.opening == statement.closing for k in near):
        return last
    return None


def _one_trail(statements: Iterable[StatementFact]) -> bool:
    """Whether the balances lead through all these statements, each once: two that both go on from one balance cannot both be right.

    Euler's condition: one balance at most is left once more often than it is reached, and none twice more often.
    """
    degree: Counter[int] = Counter()
    for fact in statements:
        if fact.opening is not None and fact.closing is not None:
            degree[fact.opening] += 1
            degree[fact.closing] -= 1
    return sum(n for n in degree.values() if n > 0) <= 1


def neighbours(statement: StatementFact, known: Iterable[StatementFact]) -> list[str]:
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


def contradicts(statement: StatementFact, known: Iterable[StatementFact]) -> bool:
    """Whether a known statement tells of exactly the same days between two other balances.

    Then it is a further statement of the day whose neighbour is missing, or one of the two is wrong; entries that look alike prove
    nothing. A longer or shorter download of the days shares one of its balances.
    """
    if not statement.proven or statement.first_day is None:
        return False
    days = (statement.account, statement.first_day, statement.last_day)
    same = [k for k in known if k.proven and (k.account, k.first_day, k.last_day) == days]
    return bool(same) and all(k.opening != statement.opening and k.closing != statement.closing for k in same)


def common_days(statement: StatementFact, known: Iterable[StatementFact]) -> list[tuple[date, date]]:
    """Spans of days, first and last, of which a statement tells and a known one of its account has told wholly.

    Compared are statements that both have balances, and statements of different formats.

    The first or last day of one of them may be told in part, so it counts only where both begin or end on it.
    """
    first, last = statement.first_day, statement.last_day
    if first is None or last is None:
        return []
    found = []
    for other in known:
        if other.account != statement.account or other.first_day is None or other.last_day is None:
            continue
        if not (statement.proven and other.proven) and statement.format == other.format:
            continue  # parts of a table that was cut up tell of common days and share no entry
        start, end = max(first, other.first_day), min(last, other.last_day)
        start += timedelta(first != other.first_day)
        end -= timedelta(last != other.last_day)
        if start <= end:
            found.append((start, end))
    return found


def breaks(statements: Sequence[StatementFact]) -> list[Link]:
    """Gaps and overlaps in the chains of all accounts, in order. Statements without balances cannot break a chain."""
    found: list[Link] = []
    by_account: dict[str, list[StatementFact]] = {}
    for fact in sorted(statements, key=_order):
        by_account.setdefault(fact.account, []).append(fact)
    for account, chain in sorted(by_account.items()):
        proven = [f for f in chain if f.opening is not None and f.closing is not None]
        latest: StatementFact | None = None
        for fact in proven:
            if latest is not None:
                assert fact.opening is not None
                assert latest.closing is not None
                covered = any(fact.same_span(other) for other in proven if other is not fact and _order(other) < _order(fact))
                overlapping = fact.first_day is not None and latest.last_day is not None and fact.first_day <= latest.last_day
                if fact.opening == latest.closing:
                    pass
                elif covered or overlapping:
                    found.append(Link("overlap", account, latest.statement_id, fact.statement_id, None))
                else:
                    found.append(Link("gap", account, latest.statement_id, fact.statement_id, fact.opening - latest.closing))
            if latest is None or _order_end(fact) >= _order_end(latest):
                latest = fact
    return found


def _order_end(fact: StatementFact) -> date:
    return fact.last_day or fact.first_day or date.min
