"""Small books for tests: say what the bank, the ERP and the journal hold, get the `State` they make together.

    books = Books(as_of=date(2026, 3, 31))
    books.item("I1", amount=100_00)
    books.line("L1", 60_00, customer="C1")
    books.post("D1", "L1", {"I1": 60_00})
    state = books.state()

Everything that a fold derives (open, applied, pending, state) is computed here the naive way, from the posted decisions.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

import polars as pl
from hypothesis import strategies as st

from matcher.frames import CUSTOMER, STATE_ALLOCATION, STATE_CREDIT, STATE_DECISION, STATE_ITEM, STATE_LINE, Schema, State

DAY = date(2026, 3, 10)
_DEFAULTS: dict[type, Any] = {pl.String: "", pl.Boolean: False}

Row = dict[str, Any]


@dataclass(frozen=True)
class Part:
    """One allocation: cash in the line's currency, the same in the item's (default: equal), and what was cleared without cash."""

    amount: int
    adjustment: int = 0
    reason: str = ""
    item_amount: int | None = None


@dataclass
class Books:
    as_of: date = date(2026, 3, 31)
    base_currency: str = "EUR"
    lines: dict[str, Row] = field(default_factory=dict)
    items: dict[str, Row] = field(default_factory=dict)
    customers: dict[str, Row] = field(default_factory=dict)
    decisions: dict[str, Row] = field(default_factory=dict)
    allocations: list[Row] = field(default_factory=list)

    def customer(self, customer_id: str, name: str, **more: Any) -> None:
        self.customers[customer_id] = {"customer_id": customer_id, "name": name, **more}

    def item(
        self, item_id: str, amount: int, *, customer: str = "C1", due: date | None = DAY, issue: date = date(2026, 2, 8), **more: Any
    ) -> None:
        """An open item with nothing settled before these books."""
        self.items[item_id] = {
            "item_id": item_id, "entity": "1", "customer_id": customer, "document_type": "invoice" if amount > 0 else "credit_note",
            "document_no": f"N-{item_id}", "issue_date": issue, "due_date": due, "currency": "EUR", "amount": amount, "open_amount": amount,
            "status": "open", "disputed_amount": 0,
        } | more  # fmt: skip

    def line(self, line_id: str, amount: int, *, customer: str = "", outcome: str = "unexplained", day: date = DAY, **more: Any) -> None:
        """A bank line that nobody has decided yet."""
        self.lines[line_id] = {
            "line_id": line_id, "statement_id": "S1", "account": "1", "entity": "1", "booking_date": day, "value_date": day,
            "amount": amount, "currency": "EUR", "bank_reference": f"B-{line_id}", "state": "none", "outcome": outcome,
            "customer_id": customer,
        } | more  # fmt: skip

    def post(self, decision_id: str, line_id: str, parts: Mapping[str, int | Part] = {}, outcome: str = "matched", **more: Any) -> None:
        """A live decision; without parts the receipt stays on account."""
        self._decide(decision_id, line_id, parts, outcome, "posted", more)

    def propose(self, decision_id: str, line_id: str, parts: Mapping[str, int | Part], outcome: str = "matched", **more: Any) -> None:
        """A proposal of the latest run: it changes no amount."""
        self._decide(decision_id, line_id, parts, outcome, "proposed", more)

    def undo(self, decision_id: str) -> None:
        """Reverses a posted decision: the line and its items are as they were without it."""
        line_id = self.decisions[decision_id]["line_id"]
        self.decisions[decision_id]["live"] = False
        self.allocations = [a for a in self.allocations if a["decision_id"] != decision_id]
        self._journal(f"undo-{decision_id}", line_id, {"kind": "undo", "reverses": decision_id})
        rest = [d for d in self.decisions.values() if d["line_id"] == line_id and d["live"] and d["kind"] != "undo"]
        self.lines[line_id] |= {"state": "posted" if rest else "none", "decision_id": rest[-1]["decision_id"] if rest else ""}

    def _journal(self, decision_id: str, line_id: str, more: Row) -> None:
        self.decisions[decision_id] = {
            "batch": len(self.decisions) + 1, "ordinal": 0, "decision_id": decision_id, "kind": "match", "line_id": line_id,
            "actor": "engine", "effective_date": self.lines[line_id]["booking_date"], "rule": "ref-exact@1", "live": True,
        } | more  # fmt: skip

    def _decide(self, decision_id: str, line_id: str, parts: Mapping[str, int | Part], outcome: str, state: str, more: Row) -> None:
        line = self.lines[line_id]
        by = {"run_by": "" if state != "posted" or more.get("actor", "engine") != "engine" else "m.keller"}
        facts = {"customer_id": line["customer_id"], "outcome": outcome, "confidence": 999_500, "margin": 400_000} | by | more
        if state == "posted":
            self._journal(decision_id, line_id, facts)
        line |= {"state": state, "rule": "ref-exact@1", "decision_id": decision_id if state == "posted" else "", "actor": "engine"} | facts
        for ordinal, (item_id, given) in enumerate(parts.items()):
            part = given if isinstance(given, Part) else Part(given)
            self.allocations.append({
                "decision_id": decision_id, "ordinal": ordinal, "line_id": line_id, "item_id": item_id, "amount": part.amount,
                "currency": line["currency"], "item_amount": part.amount if part.item_amount is None else part.item_amount,
                "adjustment": part.adjustment, "adjustment_reason": part.reason, "item_open": self.items[item_id]["amount"], "state": state,
                "actor": more.get("actor", "engine"), "rule": "ref-exact@1", "outcome": outcome,
                "effective_date": line["booking_date"], **by,
            })  # fmt: skip

    def state(self) -> State:
        posted = [a for a in self.allocations if a["state"] == "posted"]
        lines = []
        for line in self.lines.values():
            applied = sum(a["amount"] for a in posted if a["line_id"] == line["line_id"])
            lines.append(line | {"applied": applied, "used": 0, "pending": line["amount"] - applied})
        items = []
        for item in self.items.values():
            cash = sum(a["item_amount"] for a in posted if a["item_id"] == item["item_id"])
            adjustment = sum(a["adjustment"] for a in posted if a["item_id"] == item["item_id"])
            settled = {"settled_cash": cash, "settled_adjustment": adjustment, "open_before": item["open_amount"]}
            settled |= {"listed_open": item["open_amount"]}
            items.append(item | settled | {"open": item["open_amount"] - cash - adjustment})
        return State(
            as_of=self.as_of,
            base_currency=self.base_currency,
            lines=frame(lines, STATE_LINE),
            items=frame(items, STATE_ITEM),
            allocations=frame(self.allocations, STATE_ALLOCATION),
            customers=frame(list(self.customers.values()), CUSTOMER),
            decisions=frame(list(self.decisions.values()), STATE_DECISION),
            credits=frame(
                [_credit(line) for line in lines if line["state"] == "posted" and line["customer_id"] and line["pending"] > 0], STATE_CREDIT
            ),
        )


def _credit(line: Row) -> Row:
    same = {name: line[name] for name in ("line_id", "entity", "customer_id", "currency")}
    about = {"item_id": f"U-{line['line_id']}", "document_no": line["bank_reference"], "issue_date": line["booking_date"]}
    return same | about | {"amount": -line["amount"], "open": -line["pending"], "posted": True}


def frame(rows: list[Row], schema: Schema) -> pl.DataFrame:
    full = [{name: row.get(name, _DEFAULTS.get(type(kind))) for name, kind in schema.items()} for row in rows]
    return pl.DataFrame(full, schema=schema)


def shuffled(state: State, seed: int) -> State:
    """The same state with the rows of every frame in another order."""
    names = ("lines", "items", "allocations", "customers", "decisions", "excluded", "credits")
    return replace(state, **{name: getattr(state, name).sample(fraction=1, shuffle=True, seed=seed) for name in names})


CURRENCIES = ("EUR", "JPY", "KWD")


@st.composite
def random_books(draw: st.DrawFn) -> Books:
    """Books that a month could leave: three currencies, credits and debits, items paid in part and in full, proposals, undone decisions."""
    books = Books(as_of=date(2026, 3, 31))
    days = st.dates(date(2025, 10, 1), books.as_of)
    for number in range(draw(st.integers(0, 6))):
        currency = draw(st.sampled_from(CURRENCIES))
        issue, due = draw(days), draw(st.none() | st.dates(date(2025, 10, 1), date(2026, 6, 30)))
        amount = draw(st.integers(1, 10**6)) * draw(st.sampled_from((1, 1, 1, -1)))
        customer = draw(st.sampled_from(("C1", "C2")))
        books.item(
            f"I{number}", amount, customer=customer, issue=issue, due=due, currency=currency, disputed_amount=draw(st.integers(0, 5))
        )
    for number in range(draw(st.integers(0, 6))):
        amount = draw(st.integers(1, 10**6)) * draw(st.sampled_from((1, 1, 1, -1)))
        name, customer = f"L{number}", draw(st.sampled_from(("", "C1", "C2")))
        books.line(name, amount, customer=customer, day=draw(days), currency=draw(st.sampled_from(CURRENCIES)))
        for step in range(draw(st.integers(0, 2))):
            random_decision(draw, books, name, f"D{number}.{step}")
    return books


def random_decision(draw: st.DrawFn, books: Books, line_id: str, decision_id: str) -> None:
    """Decides a line within the conservation rules: no more than it has left, no item beyond zero."""
    state, line = books.state(), books.lines[line_id]
    pending = line["amount"] - sum(a["amount"] for a in books.allocations if a["line_id"] == line_id and a["state"] == "posted")
    fits = pl.col("currency") == line["currency"], pl.col("open").sign() == (1 if pending > 0 else -1)
    parts: dict[str, int | Part] = {}
    for item_id, left in state.items.filter(*fits).select("item_id", "open").iter_rows():
        if not pending or draw(st.booleans()):
            continue
        cash = draw(st.integers(1, min(abs(pending), abs(left)))) * (1 if pending > 0 else -1)
        cleared = draw(st.sampled_from((0, 0, left - cash)))
        parts[item_id] = Part(cash, cleared, "fee" if cleared else "")
        pending -= cash
    kind = draw(st.sampled_from(("post", "post", "post", "propose", "undo")))
    if kind == "propose" and line["state"] == "none" and parts:
        books.propose(decision_id, line_id, parts)
    elif kind != "propose":
        books.post(decision_id, line_id, parts, outcome="matched" if parts else "on_account")
        if kind == "undo":
            books.undo(decision_id)
