"""All that the books hold of a claim: documents, what moved them, receipts, decisions, interest, and the files they came from."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath, PureWindowsPath

import polars as pl

from matcher.credit_control.interest import ItemInterest
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.journal.chain import Head
from matcher.ledger.aging import days_past_due
from matcher.pipeline import lookup
from matcher.pipeline.credit_control import interest
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for, whole
from matcher.review.log import LogEntry, story_of
from matcher.states import AllocationState
from matcher.store import evidence as stored
from matcher.store import journal

_ITEM = (
    "item_id", "entity", "customer_id", "document_type", "document_no", "issue_date", "due_date", "days_past_due", "currency", "amount",
    "open", "disputed_amount", "purchase_order", "payment_reference", "terms",
)  # fmt: skip
_MOVEMENT = ("item_id", "effective_date", "kind", "amount", "currency", "reason", "line_id", "decision_id", "recorded")
_RECEIPT = (
    "line_id", "account", "booking_date", "value_date", "line_amount", "line_currency", "bank_reference", "counterparty_name",
    "counterparty_account", "remittance_information", "item_id", "applied", "adjustment", "adjustment_reason", "currency", "decision_id",
)  # fmt: skip
_NOTE = ("item_id", "kind", "amount", "currency", "code", "until", "reason", "actor", "at", "effective_date", "decision_id")
ITEM_AMOUNTS = dict.fromkeys(("amount", "open", "disputed_amount"), "currency")
MOVEMENT_AMOUNTS = {"amount": "currency"}
RECEIPT_AMOUNTS = {"line_amount": "line_currency", "applied": "currency", "adjustment": "currency"}


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: its name without folders, and the SHA-256 of its bytes."""

    kind: str
    name: str
    sha256: str
    size: int
    batch: int


@dataclass(frozen=True, slots=True)
class Evidence:
    """The evidence of a claim. Frames have minor units, and the `*_AMOUNTS` of this module say which.

    Attributes:
        items: the documents as of the day.
        movements: what raised and lowered them until then.
        receipts: the bank lines that paid them, a row for each allocation.
        notes: what was disputed, promised, answered or dunned.
        story: every decision, oldest first, also those after the day.
        head: of the journal, from which all of it was read.
    """

    books: str
    customer_id: str
    name: str
    as_of: date
    items: pl.DataFrame
    movements: pl.DataFrame
    receipts: pl.DataFrame
    notes: pl.DataFrame
    interest: tuple[ItemInterest, ...]
    story: tuple[LogEntry, ...]
    sources: tuple[Source, ...]
    head: Head


def evidence(session: Session, items: Sequence[str], customer: str, as_of: date) -> Evidence:
    """The evidence for these items, or for all that a customer has open, as people name them.

    Raises:
        MatcherError: ``item.*``, ``customer.*``; ``usage.option`` for items of several customers, and where nothing is open.
    """
    state = whole(session, as_of, asked_for(session, as_of).known)
    named = [interest.item_of(session, typed) for typed in items]
    if customer:
        mine = (pl.col("customer_id") == lookup.customer(session, customer)) & (pl.col("open") != 0) & (pl.col("issue_date") <= as_of)
        named += [item for item in state.items.filter(mine)["item_id"] if item not in named]
    rows = state.items.filter(pl.col("item_id").is_in(named)).with_columns(
        days_past_due=days_past_due(state, pl.col("due_date").fill_null(pl.col("issue_date")))
    )
    owners = rows["customer_id"].unique().sort().to_list()
    if len(owners) != 1:
        what = f"the items are of {len(owners)} customers: {', '.join(owners)}" if owners else f"nothing of this is open on {as_of}"
        raise MatcherError("usage.option", what)
    receipts = _receipts(state, named)
    entries = {
        (entry.batch, entry.decision_id, entry.said): entry for item in sorted(named) for entry in story_of(session, item).entries
    }  # fmt: skip
    ordered = sorted(entries.values(), key=lambda entry: (entry.batch, entry.decision_id == "", entry.decision_id, entry.said))
    names = dict(state.customers.select("customer_id", "name").iter_rows())
    found = stored.sources(session.store, named, receipts["line_id"].unique().to_list())
    return Evidence(
        session.config.books.name, owners[0], names.get(owners[0], ""), as_of, rows.select(_ITEM).sort("item_id"),
        state.movements.filter(pl.col("item_id").is_in(named)).select(_MOVEMENT).sort(
            "item_id", "effective_date", "recorded", "kind", "decision_id", "line_id", "reason", "amount"
        ),
        receipts, state.item_notes.filter(pl.col("item_id").is_in(named)).select(_NOTE).sort("item_id", "kind"),
        tuple(interest.of_state(session, state, named)), tuple(ordered),
        tuple(Source(row["kind"], _file_name(row["name"]), row["file_id"], row["size"], row["batch"]) for row in found),
        journal.last_batch(session.store),
    )  # fmt: skip


def _receipts(state: State, items: Sequence[str]) -> pl.DataFrame:
    posted = state.allocations.filter(
        pl.col("item_id").is_in(items), pl.col("state") == AllocationState.POSTED, pl.col("line_id") != ""
    ).select("line_id", "item_id", "decision_id", "adjustment", "adjustment_reason", applied="item_amount")
    lines = state.lines.rename({"amount": "line_amount", "currency": "line_currency"}).drop("decision_id")
    currencies = state.items.select("item_id", "currency")
    joined = posted.join(lines, on="line_id").join(currencies, on="item_id")
    return joined.select(_RECEIPT).sort("booking_date", "line_id", "item_id", "decision_id", "adjustment_reason")


def _file_name(path: str) -> str:
    """Without the folders of the computer it was read on."""
    return PureWindowsPath(PurePath(path).name).name
