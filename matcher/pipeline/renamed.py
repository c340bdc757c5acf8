"""Downloads that give the same entries other references: told by what they say, and proved by the balances they end with.

OFX has no opening balance, so nothing proves a download by itself. But between two of one account the ledger balance moves by what is
new. Where it moves by less, the rest was read before under another reference, or an entry read then is gone.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from matcher.ledger.chain import StatementSpan
from matcher.store.staged_lines import Gone, New, StagedLines

_FORMAT = "ofx"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a download tells of entries that were read before.

    Attributes:
        same: entries that the balances show to be lines read before. doubtful: lines that look like them, and no balance tells.
        missing: lines read before that it lacks although it tells of their days.
        new: how many of its entries are not known.
    """

    same: Sequence[tuple[New, Gone]] = ()
    doubtful: Sequence[str] = ()
    missing: Sequence[str] = ()
    new: int = 0


def compare(
    entries: StagedLines,
    fact: StatementSpan,
    stated: tuple[date | None, date | None],
    number: int,
    known: Sequence[StatementSpan],
    earlier: list[int],
    aside: Sequence[str],
) -> Finding:
    """Compares a staged download with those of its account that were read before.

    Args:
        entries, number: the staged entries, and the download's number among them.
        fact: what it says of itself. stated: the first and last day that it says it is of.
        known: of the statements read before. earlier: numbers of those that are staged as well.
        aside: lines that do not count.
    """
    if not fact.format.startswith(_FORMAT) or fact.proven or fact.first_day is None or fact.last_day is None:
        return Finding()
    first, last = min(stated[0] or fact.first_day, fact.first_day), max(stated[1] or fact.last_day, fact.last_day)
    others = [k for k in known if k.account == fact.account and k.format.startswith(_FORMAT) and not k.proven and k.last_day]
    if not any(k.last_day and k.first_day and k.last_day >= first and k.first_day <= last for k in others):
        return Finding()
    gone, new = entries.told_otherwise(number, fact.account, (first, last), earlier, aside)
    if not gone:
        return Finding()
    pairs = _alike(gone, new)
    paired = {old for _, old in pairs}
    left = [line for line in gone if line.counts and line not in paired]
    moved = _moved(fact, others)
    added, alike = sum(entry.amount for entry in new), sum(entry.amount for entry, _ in pairs)
    doubtful = [old.line_id for _, old in pairs]
    if moved == added:
        # all entries are new, unless some that were read before add up to nothing
        several = min((e.amount for e, _ in pairs), default=1) <= 0 <= max((e.amount for e, _ in pairs), default=-1)
        return Finding(doubtful=doubtful if several else (), missing=_inside([line for line in gone if line.counts], fact), new=len(new))
    if moved is not None:
        if pairs and moved == added - alike and all(line.counts for line in paired):
            return Finding(same=pairs, missing=_inside(left, fact), new=len(new) - len(pairs))
        if moved == added - sum(line.amount for line in gone if line.counts):
            return Finding(missing=[line.line_id for line in gone if line.counts], new=len(new))
    return Finding(doubtful=doubtful, missing=_inside(left, fact), new=len(new))


def _alike(gone: Sequence[Gone], new: Sequence[New]) -> list[tuple[New, Gone]]:
    """Entries and lines of one day, amount, person and text, each once; lines that are set aside after those that count."""
    free: dict[tuple[date, int, tuple[str, ...]], list[Gone]] = {}
    for line in sorted(gone, key=lambda line: line.counts):
        free.setdefault((line.day, line.amount, line.told), []).append(line)
    pairs = []
    for entry in new:
        if entry.referenced and (lines := free.get((entry.day, entry.amount, entry.told))):
            pairs.append((entry, lines.pop()))
    return pairs


def _moved(fact: StatementSpan, others: Sequence[StatementSpan]) -> int | None:
    """By how much the ledger balance has moved since the latest of the other downloads; None when one of the two gives none.

    Of several up to one day it is the one that was read last.
    """
    latest = max(reversed(others), key=lambda k: k.last_day or date.min)
    if fact.closing is None or latest.closing is None or (latest.last_day or date.min) > (fact.last_day or date.min):
        return None
    return fact.closing - latest.closing


def _inside(lines: Sequence[Gone], fact: StatementSpan) -> list[str]:
    """The lines of days between the first and the last of the download's entries: no shorter download lacks those."""
    assert fact.first_day
    assert fact.last_day
    return [line.line_id for line in lines if fact.first_day < line.day < fact.last_day]
