"""A person's verdicts: accept, reject, allocate, undo. Each is one decision in the journal; nothing is ever edited."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.model import Allocation
from matcher.pipeline import lookup, sealed
from matcher.pipeline.item_snapshots import ItemSnapshot, item_snapshots, latest_decisions
from matcher.pipeline.session import Session
from matcher.pipeline.view import any_line, of_lines
from matcher.states import DecisionKind, LineState

_TAKEN_OVER = (
    "customer_id",
    "outcome",
    "rule",
    "confidence",
    "margin",
    "basis",
    "difference",
    "log_odds",
    "evidence",
    "runner_up",
    "blocked_by",
)
"""What a person who accepts a proposal takes over from it."""


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """What a person wants an item to get, in decimal text of the line's currency; empty takes what fits."""

    item: str
    amount: str = ""
    adjustment: str = ""
    adjustment_reason: str = ""


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was appended."""

    decision_id: str
    kind: str
    line_id: str
    outcome: str


def find_line(state: State, line_id: str) -> dict[str, Any]:
    """A line of the state that counts.

    Raises:
        MatcherError: ``decision.state`` when it is excluded.
    """
    line = any_line(state, line_id)
    if line["state"] == LineState.EXCLUDED:
        what = f"line {line['line_id']} is excluded ({line['outcome']}) and does not count"
        raise MatcherError("decision.state", what, hint="See `matcher show LINE` and `matcher statement conflicts`.")
    return line


def find_item(state: State, id_or_number: str, entity: str) -> ItemSnapshot:
    """The item of that id, or the only one of the line's legal entity with that document number.

    Raises:
        MatcherError: ``item.unknown``.
    """
    items = state.items
    rows = items.filter(pl.col("item_id") == id_or_number)
    if not rows.height:
        rows = items.filter((pl.col("document_no") == id_or_number) & (pl.col("entity") == entity))
    if rows.height != 1:
        what = "no open item has" if not rows.height else f"{rows.height} open items have"
        raise MatcherError("item.unknown", f"{what} the id or document number {id_or_number!r}")
    item_id = rows["item_id"][0]
    return item_snapshots(state, [item_id])[item_id]


def accept(session: Session, line_ids: Sequence[str], reason: str) -> list[Decided]:
    """Posts the proposals on these lines, all or none.

    Raises:
        MatcherError: ``line.*``, ``decision.state`` when a line has no proposal, ``decision.amount``; ``usage.option`` without a line;
            ``books.altered`` when the proposals are not those of the latest run.
    """
    _needs(line_ids, "line")
    state, named = of_lines(session, line_ids)
    sealed.require_proposals(session, named)
    drafts = []
    for line_id in named:
        line = find_line(state, line_id)
        shares = state.allocations.filter((pl.col("line_id") == line["line_id"]) & (pl.col("state") == "proposed")).sort("ordinal")
        if not shares.height:
            raise MatcherError("decision.state", f"line {line['line_id']} has no proposal to accept")
        taken = shares.select("item_id", "amount", "item_amount", "adjustment", "adjustment_reason", "item_open").iter_rows()
        allocations = tuple(Allocation(*row) for row in taken)
        fields = {name: line[name] for name in _TAKEN_OVER}
        drafts.append(_draft(state, "accept", line, allocations, reason, **fields))
    return _append(session, state, "accept", drafts)


def reject(session: Session, line_ids: Sequence[str], reason: str) -> list[Decided]:
    """Refuses the proposals on these lines; the same set of items is not proposed for the line again.

    Raises:
        MatcherError: ``line.*``; ``decision.state`` when a line has no proposal; ``usage.option`` and ``books.altered`` as in `accept`.
    """
    _needs(line_ids, "line")
    state, named = of_lines(session, line_ids)
    sealed.require_proposals(session, named)
    drafts = []
    for line_id in named:
        line = find_line(state, line_id)
        refused = state.allocations.filter((pl.col("line_id") == line["line_id"]) & (pl.col("state") == "proposed"))
        if not refused.height:
            raise MatcherError("decision.state", f"line {line['line_id']} has no proposal to reject")
        items = decisions.refusal(refused["item_id"])
        drafts.append(_draft(state, "reject", line, (), reason, outcome="unexplained", refused=items))
    return _append(session, state, "reject", drafts)


def allocate(session: Session, line_id: str, requests: Sequence[AllocationRequest], reason: str) -> list[Decided]:
    """Puts a line's money on items as a person says.

    Raises:
        MatcherError: ``line.*``, ``item.unknown``, ``amount.*``, ``decision.amount``, ``currency.mixed``; ``usage.option`` without an item.
    """
    _needs(requests, "item")
    state, (name,) = of_lines(session, [line_id], [request.item for request in requests])
    line = find_line(state, name)
    currency, pending = line["currency"], line["pending"]
    allocations: list[Allocation] = []
    customers, cleared = [], []
    for request in requests:
        item = find_item(state, request.item, line["entity"])
        if item.entity != line["entity"]:
            raise MatcherError("decision.state", f"item {item.item_id} is of entity {item.entity}, the line of entity {line['entity']}")
        if item.currency != currency:
            raise MatcherError("currency.mixed", f"item {item.item_id} is in {item.currency}, the line in {currency}")
        adjustment = money.parse(request.adjustment, currency) if request.adjustment else 0
        remaining = pending - sum(a.amount for a in allocations)
        fits = min(item.open - adjustment, remaining) if item.open >= 0 else item.open - adjustment
        amount = money.parse(request.amount, currency) if request.amount else fits
        if not amount and not adjustment:
            raise MatcherError("decision.amount", f"nothing is left for item {item.item_id}, or it has nothing open")
        allocations.append(Allocation(item.item_id, amount, amount, adjustment, request.adjustment_reason, item.open_amount))
        customers.append(item.customer_id)
        cleared.append(amount + adjustment == item.open)
    unapplied = pending - sum(a.amount for a in allocations)
    outcome = "overpaid" if unapplied else "matched" if all(cleared) else "partial"
    customer = customers[0] if len(set(customers)) == 1 else ""
    draft = _draft(state, "allocate", line, tuple(allocations), reason, outcome=outcome, customer_id=customer)
    return _append(session, state, "allocate", [draft])


def undo(session: Session, typed_id: str, reason: str) -> list[Decided]:
    """Reverses a decision, named by its id or by its line (then the line's latest decision in force).

    Raises:
        MatcherError: ``decision.unknown``, ``line.*``, ``decision.state`` when it is reversed already.
    """
    line_id, decision_id = lookup.decision(session, typed_id)
    state, _ = of_lines(session, [line_id])
    target = _target(state, line_id, decision_id)
    if not target["live"]:
        raise MatcherError("decision.state", f"decision {target['decision_id']} is reversed already, or is itself a reversal")
    if (target["kind"], target["outcome"]) == (DecisionKind.EXCLUDE, "superseded"):
        hint = (
            "Take the statement in again with `matcher statement accept`, or take out the one in its place with `matcher statement reject`."
        )
        raise MatcherError("decision.state", f"line {target['line_id']} was taken out with its statement", hint=hint)
    if _alone_in_a_settlement(state, target):
        what = f"decision {target['decision_id']} is one of several that settled a conflict"
        raise MatcherError("decision.state", what, hint="Say it otherwise with `matcher statement settle`.")
    line = any_line(state, target["line_id"])
    draft = _draft(state, "undo", line, (), reason, outcome="unexplained", reverses=target["decision_id"])
    return _append(session, state, "undo", [draft])


def _alone_in_a_settlement(state: State, target: dict[str, Any]) -> bool:
    """Whether reversing only this would let two amounts of one reference count unasked: its line would not go back to waiting."""
    if (target["kind"], target["outcome"]) != (DecisionKind.EXCLUDE, "refused"):
        return False
    waits = (pl.col("line_id") == target["line_id"]) & (pl.col("kind") == DecisionKind.EXCLUDE) & (pl.col("outcome") == "conflict")
    return state.decisions.filter(pl.col("live") & waits).is_empty()


def _target(state: State, line_id: str, decision_id: str) -> dict[str, Any]:
    """The decision; where only the line is named, its latest one in force."""
    named = pl.col("decision_id") == decision_id if decision_id else pl.col("live")
    rows = state.decisions.filter((pl.col("line_id") == line_id) & named)
    if not rows.height:
        raise MatcherError("decision.unknown", f"no decision in force on line {line_id}")
    return rows.row(-1, named=True)


def _needs(named: Sequence[object], what: str) -> None:
    if not named:
        raise MatcherError("usage.option", f"no {what} was named")


def _draft(state: State, kind: str, line: dict[str, Any], allocations: tuple[Allocation, ...], reason: str, **fields: Any) -> Draft:
    issued = [item.issue_date for item in item_snapshots(state, [a.item_id for a in allocations]).values()]
    return Draft(
        kind=kind,
        line_id=line["line_id"],
        currency=line["currency"],
        effective_date=max([line["booking_date"], *issued]),
        reason=reason,
        allocations=allocations,
        after=latest_decisions(state).get(line["line_id"], ""),
        **fields,
    )


def _append(session: Session, state: State, command: str, drafts: list[Draft]) -> list[Decided]:
    """Checks the drafts one after the other, so that two of one command cannot spend the same cent, and appends them."""
    pending = {
        line_id: amount for frame in (state.lines, state.excluded) for line_id, amount in frame.select("line_id", "pending").iter_rows()
    }
    facing = item_snapshots(state, {a.item_id for d in drafts for a in d.allocations})
    seen: set[str] = set()
    for draft in drafts:
        if draft.line_id in seen:
            raise MatcherError("usage.option", f"line {draft.line_id} is named twice")
        seen.add(draft.line_id)
    opens = {item_id: (item.open, item.currency) for item_id, item in facing.items()}
    decisions.conserve(((draft, pending[draft.line_id]) for draft in drafts), opens)
    made, shares = decisions.build(drafts, session.next_batch, session.actor, session.at)
    session.commit(command, {"lines": sorted(seen)}, made, shares)
    rows = made.select("decision_id", "kind", "line_id", "outcome").iter_rows()
    return [Decided(*row) for row in rows]
