"""Errors that a person stated for a proof and that are kept: the proofs of later days know them, until they are put right or withdrawn.

An error of a line or an entry that is wrong as a whole, or of a pair whose amounts differ, holds for as long as these are in the proof as
they were: once they are reversed, corrected or paired there is nothing left to correct. Any other error holds until it is withdrawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.frames import Schema
from matcher.ledger.proof.records import StatedError

PROOF_ERROR: Schema = {
    "batch": pl.Int64(), "error_id": pl.String(), "account": pl.String(), "currency": pl.String(), "side": pl.String(),
    "amount": pl.Int64(), "text": pl.String(), "of_id": pl.String(),
    "line_id": pl.String(), "entry_id": pl.String(), "day": pl.Date(), "withdrawn": pl.Boolean(),
    "actor": pl.String(), "at": pl.String(),
}  # fmt: skip
"""What was stated and withdrawn: one row each. `day` is the first day whose proof has the error, or has it no more; minor units."""


@dataclass(frozen=True, slots=True)
class KeptError:
    """An error that is kept.

    Attributes:
        error: as stated, with its id.
        currency: of its amount.
        line_id, entry_id: the pair whose amounts differ by it; '' for none.
        first: the day from which proofs have it.
        ended: the day from which they have it no more, because it was withdrawn; None while it stands.
    """

    error: StatedError
    currency: str
    line_id: str
    entry_id: str
    first: date
    ended: date | None = None


def kept_errors(rows: pl.DataFrame) -> dict[str, list[KeptError]]:
    """By account, in the order in which they were stated. `rows`: columns of `PROOF_ERROR`, in the order in which they were kept."""
    ended = {row["error_id"]: row["day"] for row in rows.filter("withdrawn").iter_rows(named=True)}
    found: dict[str, list[KeptError]] = {}
    for row in rows.filter(~pl.col("withdrawn")).iter_rows(named=True):
        error = StatedError(row["side"], row["amount"], row["text"], row["of_id"], row["error_id"], row["actor"], row["at"][:10])
        one = KeptError(error, row["currency"], row["line_id"], row["entry_id"], row["day"], ended.get(row["error_id"]))
        found.setdefault(row["account"], []).append(one)
    return found


def standing(
    kept: Iterable[KeptError], day: date, open_ids: Sequence[tuple[str, int]], pairs: Sequence[tuple[str, str]]
) -> list[StatedError]:
    """The errors that the proof of a day has.

    Args:
        kept: of one account.
        day: of the proof.
        open_ids: lines and entries that are neither paired nor reversed, with their amounts.
        pairs: lines and entries that are the same money with an error on one side.
    """
    left, apart = set(open_ids), set(pairs)

    def holds(one: KeptError) -> bool:
        if one.line_id:
            return (one.line_id, one.entry_id) in apart
        return not one.error.of or (one.error.of, -one.error.amount) in left

    return [one.error for one in kept if one.first <= day and (one.ended is None or day < one.ended) and holds(one)]


def said_anew(said: Iterable[StatedError], kept: Sequence[StatedError]) -> list[StatedError]:
    """Of the errors that are stated now those that are not kept already: another word for one that is does not count twice."""
    named = {(one.side, one.amount, one.of) for one in kept if one.of}
    plain = {(one.side, one.amount, one.text) for one in kept}
    return [one for one in said if (one.side, one.amount, one.of) not in named and (one.side, one.amount, one.text) not in plain]
