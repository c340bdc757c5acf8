"""Errors of a proof that are kept for later proofs, and withdrawn."""

from collections.abc import Sequence
from datetime import date

from matcher import frames
from matcher.errors import MatcherError
from matcher.frames import Schema
from matcher.ledger.periods import Locks
from matcher.ledger.proof.kept import PROOF_ERROR, kept_errors
from matcher.ledger.proof.records import AccountProof, Proof, StatedError
from matcher.pipeline.session import Session
from matcher.store import journal, proof_errors

COMMAND = "proof"
"""Of the batches that keep and withdraw errors."""
_GIVEN: Schema = {name: kind for name, kind in PROOF_ERROR.items() if name not in ("batch", "actor", "at")}


def keep(session: Session, proof: Proof) -> tuple[str, ...]:
    """Keeps the errors that were stated for a proof, for all proofs of its day and later; gives their ids.

    Raises:
        MatcherError: ``usage.option`` where none was stated that is not kept already; ``period.locked`` for a day of a closed month.
    """
    _check_open(session, proof.as_of)
    batch = session.next_batch
    rows: list[tuple[object, ...]] = []
    for one in proof.accounts:
        for error in one.errors:
            if not error.id:
                name = f"E{batch}-{len(rows) + 1}"
                pair = _pair(one, error)
                rows.append(
                    (name, one.account, one.currency, error.side, error.amount, error.text, error.of, *pair, proof.as_of, False)
                )  # fmt: skip
    if not rows:
        raise MatcherError("usage.option", "no error was stated that is not kept already", hint="State it with --error.")
    proof_errors.append(session.store, batch, frames.of_rows(rows, _GIVEN))
    ids = tuple(str(row[0]) for row in rows)
    session.commit(COMMAND, {"kept_errors": list(ids), "as_of": proof.as_of.isoformat()})
    return ids


def withdraw(session: Session, error_ids: Sequence[str], day: date) -> None:
    """Says that errors are none from a day on.

    Raises:
        MatcherError: ``usage.option`` for what is no error that stands; ``period.locked`` for a day of a closed month.
    """
    _check_open(session, day)
    kept = [(account, one) for account, ones in kept_errors(proof_errors.read(session.store)).items() for one in ones]
    found = {one.error.id: (account, one) for account, one in kept if one.ended is None}
    if unknown := [name for name in error_ids if name not in found]:
        there = f"There are {', '.join(found)}." if found else "None is kept."
        raise MatcherError("usage.option", f"{unknown[0]!r} is no kept error of a proof", hint=there)
    rows = []
    for name in dict.fromkeys(error_ids):
        account, one = found[name]
        error = one.error
        rows.append(
            (name, account, one.currency, error.side, error.amount, error.text, error.of, one.line_id, one.entry_id, day, True)
        )  # fmt: skip
    proof_errors.append(session.store, session.next_batch, frames.of_rows(rows, _GIVEN))
    session.commit(COMMAND, {"withdrawn_errors": [row[0] for row in rows], "as_of": day.isoformat()})


def _check_open(session: Session, day: date) -> None:
    closed = Locks(journal.periods(session.store)).closing(day)
    if closed is not None:
        what = f"{day.isoformat()} is in {closed.month}, which is closed"
        raise MatcherError("period.locked", what, hint="Give a later day with --as-of.")


def _pair(proof: AccountProof, error: StatedError) -> tuple[str, str]:
    """The line and the entry whose amounts differ by an error; '' for both where there is no such pair."""
    change = error.amount if error.side == "book" else -error.amount
    for slip in proof.slips:
        if slip.stated and slip.difference == change and error.of in ("", slip.line_id, slip.entry_id):
            return slip.line_id, slip.entry_id
    return "", ""
