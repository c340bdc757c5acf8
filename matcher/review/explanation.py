"""Why a line stands as it does: what was recorded with its decision or finding, put back into words."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import polars as pl

from matcher.amounts import total
from matcher.frames import State
from matcher.matching.explanations import encoding
from matcher.matching.explanations.encoding import RecordedExplanation
from matcher.model import Allocation
from matcher.pipeline import lookup
from matcher.pipeline.session import Session
from matcher.pipeline.view import any_line, near_state
from matcher.review import cells
from matcher.review.decision import LineDecision, decisions_on
from matcher.rules.rulebook import Rulebook
from matcher.rules.vocabulary import BASES, DIFFERENCES, Evidence
from matcher.states import LineState
from matcher.store import journal

_LINE = (
    "line_id", "account", "entity", "booking_date", "value_date", "amount", "currency", "counterparty_name", "counterparty_account",
    "remittance_information", "creditor_reference", "end_to_end_id", "bank_reference",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ItemPart:
    """What an explanation gives to an item. Minor units.

    Attributes:
        currency: of the item, for `open`, `adjustment` and `left`; `applied` is in the line's currency.
        open: before the decision: what is open now and what this and later decisions took.
        applied: cash of the line; `adjustment` is cleared without cash, for `reason`.
        left: open after it.
        settled_by: for an item that had nothing open: who closed it.
    """

    item_id: str
    document_no: str
    customer_id: str
    issue_date: date | None
    due_date: date | None
    currency: str
    open: int
    applied: int
    adjustment: int
    reason: str
    left: int
    settled_by: str = ""

    def to_dict(self, currency: str) -> dict[str, object]:
        """As a machine is told. `currency`: of the line, in which `applied` is."""
        return {
            "item_id": self.item_id, "document_no": self.document_no, "customer_id": self.customer_id,
            "issue_date": cells.day(self.issue_date), "due_date": cells.day(self.due_date), "currency": self.currency,
            "open": cells.amount(self.open, self.currency), "applied": cells.amount(self.applied, currency), "applied_currency": currency,
            "adjustment": cells.amount(self.adjustment, self.currency), "reason": self.reason,
            "left": cells.amount(self.left, self.currency), "settled_by": self.settled_by,
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class ExplanationView:
    """One explanation. `rule` is an id, with its version where a decision was made by it; `points` is the sum of the evidence."""

    rule: str
    title: str
    basis: str
    difference: str
    customer_id: str
    points: int
    evidence: tuple[Evidence, ...]
    items: tuple[ItemPart, ...]
    note: str = ""

    @property
    def basis_words(self) -> str:
        """How the set of items was found."""
        return BASES[self.basis].words if self.basis in BASES else ""

    @property
    def difference_words(self) -> str:
        """What lies between the sum of the items and the amount."""
        return DIFFERENCES[self.difference].words if self.difference in DIFFERENCES else ""

    def to_dict(self, currency: str) -> dict[str, object]:
        """As a machine is told. `currency`: of the line."""
        return {
            "rule": self.rule, "title": self.title, "basis": self.basis, "basis_words": self.basis_words, "difference": self.difference,
            "difference_words": self.difference_words, "customer_id": self.customer_id, "points": self.points, "note": self.note,
            "evidence": [{"kind": evidence.kind, "points": evidence.points, "words": evidence.words} for evidence in self.evidence],
            "items": [item.to_dict(currency) for item in self.items],
        }  # fmt: skip


@dataclass(frozen=True, slots=True)
class LineExplanation:
    """Why a line stands as it does.

    Attributes:
        line: its columns of `State.lines`, or of `State.excluded` when it does not count.
        customer_name: of the line's customer; '' when it has none or it is not in the customer master.
        decided_by: ``engine``, or the person who decided; '' when nothing has looked at the line since it came or was taken back.
        chosen: the explanation that is posted or proposed; None for a line without any.
        runner_up: the best other explanation, when one is chosen.
        nearest: for a line without an explanation, the candidate that came nearest.
        blocked_by: the one test that failed: of the nearest candidate, or what keeps a proposal from being posted.
        log_odds: points of the chosen explanation against all others together, and against none of them being right.
        confidence, margin: millionths.
        calibration: how confidence was read from the log-odds.
        replaced_by: of a line that is excluded: the lines or the statement that count instead.
        history: all decisions on the line, oldest first.
    """

    line: dict[str, Any]
    customer_name: str
    decided_by: str
    chosen: ExplanationView | None
    runner_up: ExplanationView | None
    nearest: ExplanationView | None
    blocked_by: str
    log_odds: int | None
    confidence: int | None
    margin: int | None
    calibration: str
    replaced_by: str
    history: tuple[LineDecision, ...]

    def head(self) -> dict[str, object]:
        """Everything that is one value, as a machine is told."""
        line, currency = self.line, self.line["currency"]
        return {
            **{name: cells.day(line[name]) if name.endswith("_date") else line[name] for name in _LINE},
            **{name: cells.amount(line[name], currency) for name in ("amount", "applied", "pending")},
            "customer_id": line["customer_id"], "customer_name": self.customer_name, "state": line["state"], "outcome": line["outcome"],
            "decided_by": self.decided_by, "decision_id": line["decision_id"], "reason": line["reason"], "blocked_by": self.blocked_by,
            "confidence": cells.share(self.confidence), "margin": cells.share(self.margin), "log_odds": self.log_odds,
            "calibration": self.calibration, "replaced_by": self.replaced_by,
        }  # fmt: skip

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        ways = {"chosen": self.chosen, "runner_up": self.runner_up, "nearest": self.nearest}
        explanations: dict[str, object] = {name: way and way.to_dict(self.line["currency"]) for name, way in ways.items()}
        return {**self.head(), **explanations, "decisions": [event.to_dict() for event in self.history]}


def explanation(session: Session, typed_id: str, book: Rulebook) -> LineExplanation:
    """Why the line of that id, or of that beginning of an id, stands as it does.

    Raises:
        MatcherError: ``line.unknown`` or ``line.ambiguous``.
    """
    line_id = lookup.line(session, typed_id)
    recorded = [encoding.decode(text) for text in journal.runners_up(session.store, line_id)]
    items = {share.item_id for runner_up in recorded if runner_up for share in runner_up.shares}
    state = near_state(session, [line_id], sorted(items))
    return _explained(state, line_id, book)


def _explained(state: State, line_id: str, book: Rulebook) -> LineExplanation:
    line = any_line(state, line_id)
    parts = _Parts(state, line, book)
    history = decisions_on(state, line_id)
    kind = next((event.kind for event in history if event.decision_id == line["decision_id"]), "")
    recorded = encoding.decode(line["runner_up"])
    aside = line["state"] == LineState.EXCLUDED
    settled = line["state"] in ("posted", "proposed")
    by_person = (settled or aside) and kind not in ("", "match")
    names = state.customers.filter(pl.col("customer_id") == line["customer_id"])["name"]
    return LineExplanation(
        line=line,
        customer_name=names[0] if len(names) else "",
        decided_by=line["actor"] if by_person else "engine" if line["reason"] else "",
        chosen=parts.chosen() if settled else None,
        runner_up=parts.way(recorded) if recorded and settled else None,
        nearest=parts.way(recorded) if recorded and not settled else None,
        blocked_by=line["blocked_by"],
        log_odds=line["log_odds"],
        confidence=line["confidence"],
        margin=line["margin"],
        calibration=_calibration(line, book),
        replaced_by=line["counts_instead"] if aside else "",
        history=history,
    )


def _calibration(line: dict[str, Any], book: Rulebook) -> str:
    if line["confidence"] is None or line["log_odds"] is None:
        return ""
    table = book.calibration
    if table.confidence(line["rule"].partition("@")[0], line["log_odds"]) != line["confidence"]:
        return "read from the log-odds by an earlier calibration"
    return f"read from the log-odds by calibration {table.version}, measured on {table.measured}"


class _Parts:
    """What the state holds about one line and the items it names."""

    def __init__(self, state: State, line: dict[str, Any], book: Rulebook) -> None:
        self.state, self.line, self.book = state, line, book
        self.titles = {rule.id: rule.title for rule in book.rule}
        order = state.decisions.select("decision_id", "batch", "ordinal")
        mine = order.filter(pl.col("decision_id") == line["decision_id"]).row(0) if line["decision_id"] else None
        posted = state.allocations.filter(pl.col("state") == "posted").join(order, on="decision_id", suffix="_decision")
        since = pl.lit(mine is not None)
        if mine is not None:
            since = (pl.col("batch") > mine[1]) | ((pl.col("batch") == mine[1]) & (pl.col("ordinal_decision") >= mine[2]))
        self.posted = posted.with_columns(since.alias("since"))

    def chosen(self) -> ExplanationView:
        """The explanation that is posted or proposed; a person's allocation has items and no evidence."""
        mine = (pl.col("line_id") == self.line["line_id"]) & (pl.col("state") == self.line["state"])
        if self.line["decision_id"]:
            mine &= pl.col("decision_id") == self.line["decision_id"]
        rows = self.state.allocations.filter(mine).sort("ordinal").iter_rows(named=True)
        shares = tuple(Allocation(a["item_id"], a["amount"], a["item_amount"], a["adjustment"], a["adjustment_reason"]) for a in rows)
        evidence = encoding.evidence_of(self.line["evidence"])
        points = sum(points for _, points in evidence)
        recorded = RecordedExplanation(
            self.line["rule"], self.line["basis"], self.line["difference"], self.line["customer_id"], points, evidence, shares
        )
        return self.way(recorded)

    def way(self, recorded: RecordedExplanation) -> ExplanationView:
        """An explanation with words, and with what its items had open."""
        evidence = tuple(Evidence.of(kind, points, recorded.basis) for kind, points in recorded.evidence)
        title = self.titles.get(recorded.rule.partition("@")[0], "")
        items: list[ItemPart] = []
        for share in recorded.shares:
            before = sum(one.item_amount + one.adjustment for one in recorded.shares[: len(items)] if one.item_id == share.item_id)
            items.append(self._item(share, recorded.customer_id, before))
        return ExplanationView(
            recorded.rule,
            title,
            recorded.basis,
            recorded.difference,
            recorded.customer_id,
            recorded.points,
            evidence,
            tuple(items),
            recorded.note,
        )

    def _item(self, share: Allocation, customer: str, given: int) -> ItemPart:
        """A share with what its item had open; `given`: what shares before it give of the same item."""
        rows = self.state.items.filter(pl.col("item_id") == share.item_id)
        if not rows.height:
            currency = self.line["currency"]
            return ItemPart(
                share.item_id, "", customer, None, None, currency, 0, share.amount, share.adjustment, share.adjustment_reason, 0
            )
        row = rows.row(0, named=True)
        posted = self.posted.filter(pl.col("item_id") == share.item_id)
        taken = posted.filter("since").select(total(pl.col("item_amount") + pl.col("adjustment"))).item()
        before = row["open"] + taken - given
        return ItemPart(
            share.item_id, row["document_no"], row["customer_id"], row["issue_date"], row["due_date"], row["currency"], before,
            share.amount, share.adjustment, share.adjustment_reason, before - share.item_amount - share.adjustment,
            "" if before else _settled_by(posted, row["closed_date"]),
        )  # fmt: skip


def _settled_by(posted: pl.DataFrame, closed: date | None) -> str:
    """Who closed an item: lines with their rule or person, else the ERP."""
    rows = posted.sort("batch", "ordinal_decision").select("line_id", "effective_date", "rule", "actor", "decision_id").iter_rows()
    lines = [f"line {line_id[:10]} of {day} ({rule or actor})" for line_id, day, rule, actor, _ in rows]
    return ", ".join(lines) if lines else f"the ERP{f' on {closed}' if closed else ''}"
