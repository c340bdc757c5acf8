"""The movements that small books of `states` make, added up the naive way: issues, cash and what was cleared, each on its day."""

from dataclasses import replace

from states import Books, frame

from matcher.frames import MOVEMENT, State


def moved(books: Books) -> State:
    """The books as of their day, with movements; what is after it is left out, and so is not open or paid yet."""
    state, rows = books.state(), []
    for item in books.items.values():
        same = {name: item[name] for name in ("item_id", "entity", "customer_id", "currency")}
        rows.append(same | {"amount": item["amount"], "effective_date": item["issue_date"], "kind": "issue", "recorded": 1})
        for part in books.allocations:
            if part["item_id"] == item["item_id"] and part["state"] == "posted":
                on = same | {"effective_date": part["effective_date"], "line_id": part["line_id"], "recorded": 1}
                rows.append(on | {"amount": -part["item_amount"], "kind": "cash"})
                rows.append(on | {"amount": -part["adjustment"], "kind": "adjustment", "reason": part["adjustment_reason"]})
    kept = [row for row in rows if row["amount"] and row["effective_date"] <= books.as_of]
    return replace(state, movements=frame(kept, MOVEMENT))


def as_of(books: Books, day: object) -> State:
    """The same as of an earlier day: only lines and items up to it."""
    then = Books(day)  # type: ignore[arg-type]
    then.customers = books.customers
    then.lines = {name: line for name, line in books.lines.items() if line["booking_date"] <= day}
    then.items = {name: item for name, item in books.items.items() if item["issue_date"] <= day}
    then.decisions = {name: one for name, one in books.decisions.items() if one["line_id"] in then.lines}
    then.allocations = [part for part in books.allocations if part["line_id"] in then.lines]
    return moved(then)
