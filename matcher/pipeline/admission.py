"""Admission check for statements: the same money is never counted from two of them, in the books or in one command."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from matcher.ledger.chain import StatementSpan, adjoining_days, common_days, contradicts, loose_ends
from matcher.pipeline.renamed import compare
from matcher.pipeline.session import Session
from matcher.states import Exclusion
from matcher.store import facts, reissues
from matcher.store.staged_lines import StagedLines, Twin


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a statement is quarantined.

    Attributes:
        missing: lines read before of wholly told days that it lacks.
        new: how many of its entries were not read then.
        changed: lines read before that it seems to tell with another text or day; `rewritten` counts its entries that do.
        returned: lines that a person has taken back and that it tells.
        twins: lines like entries of it on a day on which its balances do not go on from those of the statement that told them.
    """

    missing: Sequence[str] = ()
    new: int = 0
    changed: Sequence[str] = ()
    rewritten: int = 0
    returned: Sequence[str] = ()
    twins: Sequence[str] = ()

    @property
    def message(self) -> str:
        """What is the matter, in a sentence."""
        if self.missing:
            return (
                f"of days read before, {self.new} entries are new here and {len(self.missing)} read then are not here "
                f"(lines {_named(self.missing)})"
            )
        if self.changed:
            return (
                f"{self.rewritten} entries have the amount of entries of its days that were read before and that it lacks, with another "
                f"text or day (lines {_named(self.changed)})"
            )
        if self.returned:
            return f"{len(self.returned)} of its entries were taken back by a person (lines {_named(self.returned)})"
        if self.twins:
            return (
                f"it shares a day with a statement read before, and their balances do not join; {len(self.twins)} of its entries of that "
                f"day look like entries read then (lines {_named(self.twins)}): ingest what lies between, then accept it with --add"
            )
        return "its balances are not those of the statement of the same days that was read before"


def _named(line_ids: Sequence[str]) -> str:
    return f"{', '.join(line_ids[:3])}{', ...' if len(line_ids) > 3 else ''}"


Stated = Mapping[int, tuple[date | None, date | None]]
"""By a statement's number the first and last day that it says it is of."""


def admit(
    session: Session, entries: StagedLines, statements: Sequence[tuple[StatementSpan, int]], stated: Stated, renamed: dict[int, int]
) -> dict[int, Objection]:
    """Which of the staged statements must not count, and why.

    A statement that adjoins another one has entries of its own on their common day. One that contradicts days
    imported before is quarantined. Each is tried in the order given, and one that does not fit yet is tried again after the others: its
    neighbour may be among them.

    Args:
        session: of the command.
        entries: of all staged statements.
        statements: fact and number of each staged statement that has entries, by days and contents, whatever the order of the files.
        stated: what they say of their days.
        renamed: takes, by number, how many entries of a statement were read before under another reference.
    """
    known = facts.statement_facts(session.store)
    aside = reissues.excluded(session.store)
    superseded = [line_id for line_id, outcome in aside.items() if outcome == Exclusion.SUPERSEDED]
    settled: dict[str, list[int]] = {}
    waiting = list(statements)
    while waiting:
        doubts: dict[int, Objection] = {}
        for fact, number in waiting:
            earlier = settled.setdefault(fact.account, [])
            if superseded and (returned := entries.repeated_lines(number, superseded)):
                doubts[number] = Objection(returned=returned)
                continue
            if days := adjoining_days(fact, known):
                for day in days:
                    entries.shift_occurrences(number, day, earlier)
            elif (twins := _twins(entries, fact, number, known, earlier)) is not None:
                if twins:
                    doubts[number] = Objection(twins=twins)
                    continue
            elif doubt := _doubt(session, entries, fact, number, known, earlier, aside):
                doubts[number] = doubt
                continue
            else:
                found = compare(entries, fact, stated.get(number, (None, None)), number, known, earlier, list(aside))
                if found.missing or found.doubtful:
                    doubts[number] = Objection(found.missing, found.new, found.doubtful, len(found.doubtful))
                    continue
                if found.same:
                    entries.take_as_known(number, found.same)
                    renamed[number] = len(found.same)
            earlier.append(number)
            known.append(fact)
        if len(doubts) == len(waiting):
            return doubts
        waiting = [statement for statement in waiting if statement[1] in doubts]
    return {}


def _doubt(
    session: Session,
    entries: StagedLines,
    fact: StatementSpan,
    number: int,
    known: Sequence[StatementSpan],
    earlier: list[int],
    aside: dict[str, str],
) -> Objection | None:
    days = _overlap(fact, known)
    if days is None:
        return None
    lacks, new = entries.compare(number, fact.account, common_days(fact, known), earlier)
    missing = [line_id for line_id in lacks if line_id not in aside]
    if missing and (new or _inside(session, fact, missing)):
        return Objection(missing, new)
    if contradicts(fact, known):
        return Objection()
    changed, rewritten = entries.doubtful(number, fact.account, days, earlier, list(aside))
    return Objection(changed=changed, rewritten=rewritten) if changed else None


def _twins(
    entries: StagedLines, fact: StatementSpan, number: int, known: Sequence[StatementSpan], earlier: list[int]
) -> Sequence[str] | None:
    """Known lines that may be or may not be entries of a statement that shares a day with theirs and does not join it.

    Returns:
        None where there is no such entry; none where the running balances show all of them to be others, which are then counted on.
    """
    found: Sequence[str] | None = None
    for day, alike in loose_days(entries, fact, number, known, earlier):
        if not all(twin.another for twin in alike):
            return [twin.line_id for twin in alike]
        entries.shift_occurrences(number, day, earlier)
        found = ()
    return found


def loose_days(
    entries: StagedLines, fact: StatementSpan, number: int, known: Sequence[StatementSpan], earlier: list[int]
) -> Iterator[tuple[date, list[Twin]]]:
    """Days that a statement shares with others and that no balance joins, with its entries that look like known lines of the day.

    A day is left out where these are, by their sum, what a longer download of it repeats.
    """
    for day, sums in loose_ends(fact, known):
        alike = entries.on_day(number, day, earlier)
        if alike and sum(twin.amount for twin in alike) not in sums:
            yield day, alike


def _overlap(fact: StatementSpan, known: Sequence[StatementSpan]) -> tuple[date, date] | None:
    """The statement's days, if a known one of its account tells of any of them; None else."""
    first, last = fact.first_day, fact.last_day
    if first is None or last is None:
        return None
    near = (k for k in known if k.account == fact.account and k.first_day is not None and k.last_day is not None)
    return (first, last) if any(k.first_day <= last and k.last_day >= first for k in near if k.first_day and k.last_day) else None


def _inside(session: Session, fact: StatementSpan, missing: Sequence[str]) -> bool:
    """Whether a proven statement lacks lines of days between its first and its last: no shorter download does that."""
    if not fact.proven or fact.first_day is None or fact.last_day is None:
        return False
    booked = reissues.lines_of(session.store, missing)["booking_date"].to_list()
    return any(fact.first_day < day < fact.last_day for day in booked)
