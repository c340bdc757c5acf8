"""Whether the books are what the journal sealed: the chain, every row that a batch appended, proposals, signatures."""

import sys
from collections.abc import Sequence

from matcher import ids
from matcher.errors import MatcherError
from matcher.journal import chain
from matcher.journal.chain import JournalEntry
from matcher.pipeline import since
from matcher.pipeline.check import Check
from matcher.pipeline.session import Session
from matcher.pipeline.since import Noted
from matcher.store import facts, journal, lines, seals
from matcher.store.database import REPLACED


def checks(session: Session, noted: Noted | None = None) -> tuple[list[Check], list[Check]]:
    """All checks of what was sealed, in a fixed order; and those of `noted`, heads that were noted outside the books."""
    batches = journal.batches(session.store)
    linked, (rows, altered) = _chain(batches), _rows(session, batches)
    results = [
        linked,
        rows,
        _replaced(session, batches),
        _line_ids(session),
        _statement_ids(session),
    ]
    if session.key is not None or session.config.journal.signed_from or any(batch.signature for batch in batches):
        results.append(_signatures(session, batches))
    return results, since.checks(batches, min(_unlinked(batches), altered), noted) if noted else []


def require_proposals(session: Session, line_ids: Sequence[str]) -> None:
    """Refuses to act on proposals for these lines that are not those of the latest run.

    Raises:
        MatcherError: ``books.altered``, ``journal.key``.
    """
    key = session.key
    for table in ("work.finding", "work.proposal"):
        batch = journal.latest_with(session.store, table)
        what = _altered(session, table, batch, line_ids)
        if not what and batch is not None and batch.hash != chain.content_hash(batch):
            what = f"the record of batch {batch.batch} is not what its hash says"
        if not what and batch is not None and key is not None and not _signed(session, batch, key):
            what = f"batch {batch.batch} is not signed with this key"
        if what:
            raise MatcherError("books.altered", what, str(session.directory))


def _signed(session: Session, batch: JournalEntry, key: bytes) -> bool:
    """Whether a batch has the signature it must have: one of before the books had a key has none."""
    if batch.signature:
        return chain.signed_by(batch, key)
    first = session.config.journal.signed_from
    return batch.batch < first if first else not journal.signed(session.store, before=batch.batch)


def _altered(session: Session, table: str, batch: JournalEntry | None, line_ids: Sequence[str] = ()) -> str:
    """How a table that runs put anew differs from what the latest of them sealed; '' when it does not. `line_ids`: see `seals.standing`."""
    standing = seals.standing(session.store, table, line_ids)
    if batch is None:
        return f"{table} has rows, and no run made them" if any(rows for rows, _ in standing.values()) else ""
    sealed = _sealed(batch)
    if any(sealed.get(name) != digest for name, digest in standing.items()):
        return f"{table} is not as batch {batch.batch} left it"
    return ""


def _sealed(batch: JournalEntry) -> dict[str, tuple[int, str]]:
    """What a batch sealed; nothing when its record is no longer readable, which the chain tells."""
    try:
        return batch.sealed()
    except (ValueError, TypeError, AttributeError):
        return {}


def _chain(batches: list[JournalEntry]) -> Check:
    """Recomputes the batches' hashes from the first one on."""
    broken = _unlinked(batches)
    return Check("journal: the hash chain", len(batches), f"batch {batches[broken - 1].batch}" if broken <= len(batches) else "")


def _unlinked(batches: list[JournalEntry]) -> int:
    """Place of the first batch that is not what it was, from 1; one more than there are batches when all are."""
    previous = chain.GENESIS
    for number, batch in enumerate(batches, start=1):
        if (batch.batch, batch.previous_hash, batch.hash) != (number, previous, chain.content_hash(batch)):
            return number
        previous = batch.hash
    return len(batches) + 1


def _rows(session: Session, batches: list[JournalEntry]) -> tuple[Check, int]:
    """Reads every table whole and compares the rows of each batch with its seal; with the first batch that differs in any of them."""
    name, checked, first = "journal: every row is as it was sealed", 0, sys.maxsize
    sealed = {batch.batch: _sealed(batch) for batch in batches}
    failure = ""
    for table, stored in seals.by_batch(session.store).items():
        checked += sum(rows for rows, _ in stored.values())
        expected = {number: contents[table] for number, contents in sealed.items() if table in contents}
        differ = sorted(number for number in stored.keys() | expected.keys() if stored.get(number) != expected.get(number))
        if differ and not failure:
            failure = f"{table} of batch {differ[0]}"
        first = min([first, *differ[:1]])
    return Check(name, checked, failure), first


def _replaced(session: Session, batches: list[JournalEntry]) -> Check:
    """Compares what the latest run found and proposed with what it sealed."""
    failure, checked = "", 0
    for table in REPLACED:
        made = [batch for batch in batches if seals.part(table, "0") in _sealed(batch)]
        failure = failure or _altered(session, table, made[-1] if made else None)
        checked += journal.count(session.store, table)
    return Check("journal: proposals are as the run left them", checked, failure)


def _line_ids(session: Session) -> Check:
    """Recomputes every line's key and id from what the bank said."""
    checked, wrong = 0, list[str]()
    for table in ("raw.line", "raw.quarantined_line"):
        for count, others in lines.misnamed(session.store, table):
            checked += count
            wrong += others
    return Check("lines: every id is that of its contents", checked, f"line_id {min(wrong)}" if wrong else "")


def _statement_ids(session: Session) -> Check:
    """Recomputes every statement's id from its file and its place there."""
    rows = facts.statement_places(session.store)
    wrong = [name for name, file_id, ordinal in rows if ids.of("statement", file_id, ordinal) != name]
    return Check("statements: every id is that of its place in a file", len(rows), f"statement_id {wrong[0]}" if wrong else "")


def _signatures(session: Session, batches: list[JournalEntry]) -> Check:
    """Checks every signature. Batches of before the books had a key are told, those of a later time must be signed."""
    name, key = "journal: every batch is signed with the key", session.key
    signed = [batch for batch in batches if batch.signature]
    if key is None:
        what = f"not checked: {len(signed)} batches are signed, and no key is named" if signed else "not checked: no key is named"
        return Check(name, len(batches), what)
    first = session.config.journal.signed_from or (signed[0].batch if signed else 0)
    if not signed:
        return Check(name, len(batches), "no batch is signed yet" if batches else "", f"{len(batches)} batches without a signature")
    wrong = [batch.batch for batch in batches if (batch.signature or batch.batch >= first) and not chain.signed_by(batch, key)]
    before = sum(not batch.signature for batch in batches)
    return Check(name, len(batches), f"batch {wrong[0]}" if wrong else "", f"{before} before the key was set" if before else "")


def expected(session: Session, expect: str) -> Check:
    """Whether a hash that was noted outside the books is in the chain."""
    batches = journal.batches(session.store)
    name = "journal: the expected hash is in the chain"
    numbers = {chain.GENESIS: 0} | {batch.hash: batch.batch for batch in batches}
    if expect not in numbers:
        return Check(name, len(batches), f"no batch has the hash {expect}")
    number = numbers[expect]
    return Check(name, len(batches), note=f"batch {number}, {len(batches) - number} follow")
