"""What all decisions share: the lines and items they are about as records, their days, and how they are appended."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.frames import State
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.ledger import unapplied
from matcher.ledger.fold import fold
from matcher.ledger.movements import Facts
from matcher.ledger.periods import Locks
from matcher.model import Allocation
from matcher.pipeline.actions import four_eyes, rulings
from matcher.pipeline.actions.checks import otherwise
from matcher.pipeline.item_snapshots import ItemSnapshot, item_snapshots, latest_decisions
from matcher.pipeline.session import Session
from matcher.pipeline.trust import OTHERWISE
from matcher.states import DecisionKind, LineState, Outcome
from matcher.store import approvals, near


class Line(NamedTuple):
    """A bank line at the time of a decision. Amounts are minor units; `pending` is what no document and nobody else has taken.

    `payer` is the customer whose money it certainly is; '' when nobody knows.
    """

    line_id: str
    account: str
    entity: str
    currency: str
    booking_date: date
    amount: int
    pending: int
    state: str
    outcome: str
    customer_id: str
    payer: str
    other_line: str
    bank_reference: str
    counterparty_name: str
    counterparty_account: str
    instructed_amount: int | None
    instructed_currency: str
    charges: int | None


class Effect(NamedTuple):
    """What a decision does to an item: minor units. `cash` in the line's currency, the rest in the item's."""

    item_id: str
    document_no: str
    customer_id: str
    cash: int
    cash_currency: str
    adjustment: int
    reason: str
    open_before: int
    open_after: int
    currency: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "item_id": self.item_id, "document_no": self.document_no, "customer_id": self.customer_id,
            "cash": money.render(self.cash, self.cash_currency), "cash_currency": self.cash_currency,
            "adjustment": money.render(self.adjustment, self.currency), "reason": self.reason,
            "open_before": money.render(self.open_before, self.currency), "open_after": money.render(self.open_after, self.currency),
            "currency": self.currency,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision that was appended.

    Attributes:
        line_id: '' when it is on no line.
        said: in words: what was done, for whom, and what is left.
        effects: what it does to items.
        left: what the line has left, minor units of `currency`.
        learned: what the books learned of the payer by it, in a sentence; '' for nothing.
    """

    decision_id: str
    kind: str
    line_id: str
    outcome: str
    customer_id: str
    effective_date: date
    said: str
    effects: tuple[Effect, ...] = ()
    left: int = 0
    currency: str = ""
    learned: str = ""

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {
            "decision_id": self.decision_id, "kind": self.kind, "line_id": self.line_id, "outcome": self.outcome,
            "customer_id": self.customer_id, "effective_date": self.effective_date.isoformat(), "said": self.said, "learned": self.learned,
            "left": money.render(self.left, self.currency) if self.currency else "", "currency": self.currency,
            "items": [effect.to_dict() for effect in self.effects],
        }  # fmt: skip


class Look:
    """The few lines and items that a command is about, as of now.

    Attributes:
        session: the command's.
        facts: what they are folded from.
        state: everything that is known of them, whatever its date.
        locks: closed months.
    """

    def __init__(self, session: Session, line_ids: Collection[str], item_ids: Collection[str] = (), facts: Facts | None = None) -> None:
        self.session = session
        self.facts = facts or near.facts(session.store, list(line_ids), list(item_ids))
        self.state: State = fold(self.facts, date.max, session.config.books.base_currency)
        self.locks = Locks(self.facts.periods)
        self._after = latest_decisions(self.state)

    @cached_property
    def today(self) -> date:
        """The day of the command."""
        return date.fromisoformat(self.session.at[:10])

    def line(self, line_id: str) -> Line:
        """A line that counts.

        Raises:
            MatcherError: ``decision.state`` when it is excluded, ``line.unknown``.
        """
        for row in self.state.lines.filter(pl.col("line_id") == line_id).select(Line._fields).iter_rows():
            return Line._make(row)
        for outcome in self.state.excluded.filter(pl.col("line_id") == line_id)["outcome"]:
            what = f"line {line_id} is excluded ({outcome}) and does not count"
            raise MatcherError("decision.state", what, hint="See `matcher show LINE` and `matcher statement conflicts`.")
        raise MatcherError("line.unknown", f"no line has the id {line_id!r}")

    def items(self, item_ids: Collection[str]) -> dict[str, ItemSnapshot]:
        """The items and credits with these ids that exist."""
        return item_snapshots(self.state, item_ids)

    def proposed(self, line_id: str) -> tuple[Allocation, ...]:
        """What the engine proposes for a line."""
        rows = self.state.allocations.filter((pl.col("line_id") == line_id) & (pl.col("state") == LineState.PROPOSED)).sort("ordinal")
        columns = ("item_id", "amount", "item_amount", "adjustment", "adjustment_reason", "item_open")
        return tuple(Allocation(*row) for row in rows.select(columns).iter_rows())

    def after(self, line_id: str) -> str:
        """Id of the latest decision on a line, or on no line; '' when there is none."""
        return self._after.get(line_id, "")

    def open_day(self, *days: date) -> date:
        """The latest of these days, or the first open day after it where it is locked."""
        return max(self.locks.first_open, *days)

    def draft(self, kind: DecisionKind, line: Line, reason: str, allocations: Sequence[Allocation] = (), **more: Any) -> Draft:
        """A decision on a line. It takes effect on the day the bank booked the line, unless `effective_date` says another one."""
        fields: dict[str, Any] = {"effective_date": self.open_day(line.booking_date), "after": self.after(line.line_id)} | more
        return Draft(kind, line.line_id, line.currency, reason=reason, allocations=tuple(allocations), **fields)

    def rests_decided(self, item_ids: Iterable[str], reason: str) -> list[Draft]:
        """Decisions that put lines on account of which nobody had decided yet, and whose rest another decision takes."""
        lines = [self.line(line_id) for item in item_ids if (line_id := unapplied.line_of(item))]
        return [
            self.draft(DecisionKind.ON_ACCOUNT, line, reason, customer_id=line.payer, outcome=Outcome.ON_ACCOUNT)
            for line in dict.fromkeys(lines)
            if line.state != LineState.POSTED
        ]

    def credit_decided(self, line_id: str) -> bool:
        """Whether somebody has put the rest of a line on a customer's account: what takes it then does so on its own day."""
        on_account = (pl.col("line_id") == line_id) & (pl.col("kind") == DecisionKind.ON_ACCOUNT) & pl.col("live")
        return self.state.decisions.filter(on_account).height > 0


def append(
    look: Look,
    command: str,
    drafts: Sequence[Draft],
    summary: dict[str, object] | None = None,
    *,
    approved: Draft | None = None,
    taken_by: str = "",
) -> list[Decided]:
    """Checks the drafts one after the other, so that two of one command cannot spend the same cent, and appends them.

    What the policy wants another person to approve is kept as waiting instead, and moves nothing.

    Args:
        look: the lines and items that they are about.
        command: for the journal.
        drafts: in their order.
        summary: goes into the batch's summary.
        approved: the approval that ends the waiting of these drafts, which `taken_by` had taken.

    Raises:
        MatcherError: ``decision.amount``; ``usage.option`` when a line is named twice; ``policy.*`` and ``approval.*`` for what the
            policy does not allow.
    """
    session = look.session
    lines = [draft.line_id for draft in drafts if draft.line_id]
    only_once([draft.line_id for draft in drafts if draft.line_id and not draft.reverses])
    rulings.check(look, drafts, approved=[approved.reverses] if approved else [])
    items = look.items({a.item_id for d in drafts for a in d.allocations})
    told, left = _checked(look, drafts, items)
    groups = [] if approved else four_eyes.needed(look, drafts)
    waiting = {place for group in groups for place in group}
    posted = [draft for place, draft in enumerate(drafts) if place not in waiting]
    submitted = [_submit(look, drafts[group[0]]) for group in groups]
    made, allocations = _built(session, [*posted, *submitted], approved, taken_by)
    if answered := otherwise(look.state, posted):
        summary = {OTHERWISE: answered} | (summary or {})
    names = list(made["decision_id"])
    if groups:
        kept = [[four_eyes.encode(drafts[place]) for place in group] for group in groups]
        summary = {approvals.SUBMITTED: dict(zip(names[len(posted) :], kept, strict=True))} | (summary or {})
    session.commit(command, {"lines": sorted(set(lines))} | (summary or {}), made, allocations)
    places = [place for place in range(len(drafts)) if place not in waiting]
    results = [_decided(name, drafts[place], told[place], left[place]) for name, place in zip(names, places, strict=False)]
    for name, draft, group in zip(names[len(posted) :], submitted, groups, strict=False):
        results.append(_decided(name, draft, tuple(effect for place in group for effect in told[place]), 0))
    return results


def _built(session: Session, drafts: Sequence[Draft], approved: Draft | None, taken_by: str) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Decisions and allocations: in the name of who took them, with who approved them, and the approval itself."""
    batch, actor, at = session.next_batch, session.actor, session.at
    if approved is None:
        return decisions.build(drafts, batch, actor, at)
    made, allocations = decisions.build(drafts, batch, taken_by, at, actor)
    end, _ = decisions.build([approved], batch, actor, at)
    return pl.concat([made, end.with_columns(ordinal=pl.lit(made.height, pl.Int64))]), allocations


def _submit(look: Look, draft: Draft) -> Draft:
    """The decision that holds another one, and those with it, until another person approves it."""
    return Draft(
        DecisionKind.SUBMIT, draft.line_id, draft.currency, look.today, customer_id=draft.customer_id, reason=draft.reason,
        after=look.after(draft.line_id) + draft.kind + ",".join(share.item_id for share in draft.allocations),
    )  # fmt: skip


def _decided(name: str, draft: Draft, effects: tuple[Effect, ...], left: int) -> Decided:
    facts = (name, draft.kind, draft.line_id, draft.outcome, draft.customer_id, draft.effective_date)
    return Decided(*facts, "", effects, left, draft.currency if draft.line_id else "")


def _checked(look: Look, drafts: Sequence[Draft], items: dict[str, ItemSnapshot]) -> tuple[list[tuple[Effect, ...]], list[int]]:
    """What each draft does to items, and what its line has left, once nothing is spent twice. Raises MatcherError: ``decision.amount``."""
    lines = [draft.line_id for draft in drafts if draft.line_id]
    pending = {
        line_id: amount
        for frame in (look.state.lines, look.state.excluded)
        for line_id, amount in frame.filter(pl.col("line_id").is_in(lines)).select("line_id", "pending").iter_rows()
    }
    spent: dict[str, int] = {}
    opens = {item_id: (item.open, item.currency) for item_id, item in items.items()}
    left_of = dict(pending)
    checked, told = [], []
    for draft in drafts:
        checked.append((draft, pending.get(draft.line_id, 0) - spent.get(draft.line_id, 0)))
        spent[draft.line_id] = spent.get(draft.line_id, 0) + sum(a.amount for a in draft.allocations)
        told.append(tuple(_effects(draft, items, opens)))
        for effect in told[-1]:
            opens[effect.item_id] = (effect.open_after, effect.currency)
            if (credit := unapplied.line_of(effect.item_id)) in left_of:
                left_of[credit] = -effect.open_after
    decisions.conserve(checked, {item_id: (item.open, item.currency) for item_id, item in items.items()})
    return told, [left_of.get(d.line_id, 0) - spent.get(d.line_id, 0) + _given_back(look, d) for d in drafts]


def _given_back(look: Look, draft: Draft) -> int:
    """What a reversal gives back to its line."""
    reversed_shares = (pl.col("decision_id") == draft.reverses) & (pl.col("line_id") == draft.line_id)
    return int(look.facts.allocations.filter(reversed_shares)["amount"].sum()) if draft.reverses else 0


def _effects(draft: Draft, items: dict[str, ItemSnapshot], opens: dict[str, tuple[int, str]]) -> Iterable[Effect]:
    now = dict(opens)
    for a in draft.allocations:
        if a.item_id not in items:
            raise MatcherError("item.unknown", f"there is no item {a.item_id!r}")
        item, (before, currency) = items[a.item_id], now[a.item_id]
        after = before - a.item_amount - a.adjustment
        now[a.item_id] = (after, currency)
        yield Effect(
            a.item_id, item.document_no, item.customer_id, a.amount, draft.currency or currency, a.adjustment, a.adjustment_reason,
            before, after, currency,
        )  # fmt: skip


def needs(named: Sequence[object], what: str) -> None:
    """Refuses a command that names nothing.

    Raises:
        MatcherError: ``usage.option``.
    """
    if not named:
        raise MatcherError("usage.option", f"no {what} was named")


def only_once(line_ids: Sequence[str]) -> None:
    """Refuses a line that is named twice.

    Raises:
        MatcherError: ``usage.option``.
    """
    seen: set[str] = set()
    for line_id in line_ids:
        if line_id in seen:
            raise MatcherError("usage.option", f"line {line_id} is named twice")
        seen.add(line_id)


def text(minor: int, currency: str) -> str:
    """An amount in words."""
    return f"{money.render(minor, currency)} {currency}"
