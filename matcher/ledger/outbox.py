"""How each document that was sent to an ERP stands: a fold over what was sent, what the ERP answered, and what its lists show.

A document is sent until it is answered. An answer counts until the document is sent again; only acceptance lasts. Where the ERP says
nothing, its next list of open items does: a document of which every part is off the open amounts is booked.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.amounts import total
from matcher.frames import Schema
from matcher.ledger.booked import Posted, confirmed
from matcher.states import Answered, Sent

ANSWER: Schema = {
    "batch": pl.Int64(),
    "target": pl.String(),
    "external_id": pl.String(),
    "result": pl.String(),  # `states.Answered`
    "erp_number": pl.String(),  # '' where the ERP told none
    "message": pl.String(),  # the ERP's words, or a person's reason
    "source": pl.String(),  # name of the file; '' when a person found out
    "digest": pl.String(),  # SHA-256 of the file: what is read again says nothing new
}
"""What is known of documents that were sent."""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a document stands.

    Attributes:
        sent_in: the latest batch that sent it.
        answered_in: the batch of the answer that counts; None where there is none.
        number: the ERP's.
        message: the ERP's words, or a person's reason.
        listed_on: the day of the list that shows it as booked, where nothing else does.
    """

    state: Sent
    sent_in: int
    answered_in: int | None = None
    number: str = ""
    message: str = ""
    listed_on: date | None = None


_MEANS = {
    Answered.ACCEPTED: Sent.ACCEPTED, Answered.REJECTED: Sent.REJECTED, Answered.UNKNOWN: Sent.UNKNOWN, Answered.NEVER_ARRIVED: Sent.NEW,
}  # fmt: skip


def standings(exports: pl.DataFrame, answers: pl.DataFrame, listed: Mapping[str, date] | None = None) -> dict[str, Standing]:
    """How each document of one target stands, by its external id, in the order in which they were sent first.

    Args:
        exports: ``batch``, ``external_id``, ``record`` and ``decision_id`` of all that was sent to the target.
        answers: columns of `ANSWER`, of the same target.
        listed: decisions that a list of open items shows as booked, with its day.
    """
    rows = exports.sort("batch", maintain_order=True).select("external_id", "batch", "record", "decision_id").iter_rows()
    sent: dict[str, tuple[int, str]] = {key: (batch, decision if record != "reversal" else "") for key, batch, record, decision in rows}
    said: dict[str, list[tuple[int, str, str, str]]] = {}
    for key, *answer in answers.sort("batch").select("external_id", "batch", "result", "erp_number", "message").iter_rows():
        said.setdefault(key, []).append((answer[0], answer[1], answer[2], answer[3]))
    return {key: _standing(batch, said.get(key, ()), (listed or {}).get(decision)) for key, (batch, decision) in sent.items()}


def _standing(sent_in: int, said: Sequence[tuple[int, str, str, str]], listed_on: date | None) -> Standing:
    number = next((number for _, _, number, _ in reversed(said) if number), "")
    accepted = [one for one in said if one[1] == Answered.ACCEPTED]
    counting = accepted[-1:] or [one for one in said if one[0] > sent_in][-1:]
    made = Standing(Sent.SENT, sent_in, number=number)
    for batch, result, _, message in counting:
        made = Standing(_MEANS[Answered(result)], sent_in, batch, number, message)
    if listed_on and made.state in (Sent.SENT, Sent.UNKNOWN):
        return Standing(Sent.ACCEPTED, sent_in, made.answered_in, number, made.message, listed_on)
    return made


def of_state(found: Mapping[str, Standing], *states: Sent) -> frozenset[str]:
    """The external ids that stand so."""
    return frozenset(key for key, one in found.items() if one.state in states)


def listed_as_booked(
    versions: pl.DataFrame, decisions: pl.DataFrame, allocations: pl.DataFrame, sent: pl.DataFrame, days: Mapping[int, date],
    wanted: Collection[str],
) -> dict[str, date]:  # fmt: skip
    """The decisions in force that the ERP's lists show as booked, part by part, with the day of the list that showed the last of them.

    Args:
        versions, decisions, allocations, sent: as `booked.booked` takes them.
        days: of the lists, by their batches.
        wanted: the decisions that are asked for.
    """
    undone = decisions.filter(pl.col("reverses") != "").group_by(decision_id="reverses").agg(undone_in=pl.col("batch").min())
    ours = allocations.filter(pl.col("decision_id").is_in(list(wanted))).join(undone, on="decision_id", how="anti")
    items = ours.filter((pl.col("item_amount") != 0) | (pl.col("adjustment") != 0)).select("item_id", "decision_id").unique()
    if not items.height or not versions.height:
        return {}
    postings = (
        allocations.join(items.select("item_id").unique(), on="item_id", how="semi")
        .group_by("decision_id", "item_id")
        .agg(settled=total(pl.col("item_amount") + pl.col("adjustment")))
        .join(decisions.select("decision_id", "batch", "ordinal"), on="decision_id")
        .join(undone, on="decision_id", how="left")
        .join(sent.group_by("decision_id").agg(sent_in=pl.col("batch").min()), on="decision_id", how="left")
        .sort("item_id", "batch", "ordinal", "decision_id")
    )
    listed: dict[str, list[tuple[int, int, int]]] = {}
    for item, *version in versions.select("item_id", "batch", "amount", "open_amount").sort("item_id", "batch").iter_rows():
        listed.setdefault(item, []).append((version[0], version[1], version[2]))
    held: dict[tuple[str, str], int | None] = {}
    for (item,), rows in postings.group_by("item_id", maintain_order=True):
        posted = [Posted(*row) for row in rows.select("batch", "settled", "undone_in", "sent_in").iter_rows()]
        since = confirmed(listed.get(str(item), []), posted)
        held |= {(decision, str(item)): batch for decision, batch in zip(rows["decision_id"], since, strict=True)}
    return _whole(items.sort("decision_id", "item_id").iter_rows(), held, days)


def _whole(parts: Iterable[tuple[str, str]], held: Mapping[tuple[str, str], int | None], days: Mapping[int, date]) -> dict[str, date]:
    """The decisions of which every part is booked."""
    found: dict[str, list[int | None]] = {}
    for item, decision in parts:
        found.setdefault(decision, []).append(held.get((decision, item)))
    whole = {decision: [batch for batch in batches if batch is not None] for decision, batches in found.items() if None not in batches}
    return {decision: max(days[batch] for batch in batches) for decision, batches in whole.items() if all(b in days for b in batches)}
