"""The ERP's own credit for what is left of a receipt of ours is the same credit: it is recognised, said, and never counted twice."""

from datetime import date, timedelta
from typing import Any, NamedTuple

import polars as pl

from matcher import money
from matcher.journal.decisions import Draft
from matcher.ledger.fold import fold
from matcher.model import Allocation
from matcher.pipeline.item_snapshots import latest_decisions
from matcher.pipeline.session import Session
from matcher.states import DecisionKind, DocumentType, ItemStatus, Outcome
from matcher.store import journal, near, outbox

EARLIER, LATER = timedelta(5), timedelta(45)
"""How far the ERP's date of a credit may be from the day on which the bank booked the receipt."""


class ListedCredit(NamedTuple):
    """A credit of the ERP that is the rest of a receipt. `amount`: minor units, above zero."""

    item_id: str
    document_no: str
    customer_id: str
    line_id: str
    amount: int
    currency: str

    def said(self) -> str:
        """In words."""
        name = self.document_no or self.item_id
        amount = f"{money.render(self.amount, self.currency)} {self.currency}"
        return f"{name} over {amount} is what is left of receipt {self.line_id} of {self.customer_id}: it is counted once"


def recognised(session: Session, listed: pl.DataFrame, new: pl.DataFrame) -> tuple[list[ListedCredit], list[Draft]]:
    """The credits that a list brings and that are rests of receipts, each with the decision that says so.

    A credit on account is one by customer, currency, amount and date; a credit note only where it names the receipt's bank reference or
    the document that was exported for it. A credit on account that was listed before the bank told of the receipt is one as well.

    Args:
        session: of the import.
        listed: items of the list, columns of `frames.ITEM`.
        new: those that it brings for the first time.
    """
    again = listed.filter(pl.col("document_type") == DocumentType.ON_ACCOUNT, pl.col("status") != ItemStatus.CLOSED)
    again = again.filter(~pl.col("item_id").is_in(journal.credits_listed(session.store)))
    candidates = pl.concat([new, again]).filter(pl.col("open_amount") < 0).unique("item_id", maintain_order=True)
    if not candidates.height:
        return [], []
    lines = journal.lines_of_customers(session.store, candidates["customer_id"].unique().to_list())
    if not lines:
        return [], []
    state = fold(near.facts(session.store, lines), date.max, session.config.books.base_currency)
    sent = outbox.external_ids(session.store, state.credits["line_id"].unique().to_list())
    after = latest_decisions(state)
    rests = state.credits.sort("issue_date", "item_id").to_dicts()
    found, drafts = [], []
    for item in candidates.sort("issue_date", "item_id").iter_rows(named=True):
        same = [rest for rest in rests if _alike(item, rest) and _is_of(item, rest, sent.get(rest["line_id"], ()))]
        if not same:
            continue
        rest = same[0]
        rests.remove(rest)
        found.append(
            ListedCredit(item["item_id"], item["document_no"], item["customer_id"], rest["line_id"], -rest["open"], rest["currency"])
        )
        share = Allocation(rest["item_id"], 0, rest["open"], item_open=rest["amount"])
        day = max(rest["issue_date"], item["issue_date"])
        about: dict[str, Any] = {"customer_id": rest["customer_id"], "outcome": Outcome.ON_ACCOUNT, "after": after.get(rest["line_id"], "")}
        why = f"listed by the ERP as {item['item_id']}"
        about["counts_instead"] = item["item_id"]
        drafts.append(Draft(DecisionKind.LISTED, rest["line_id"], rest["currency"], day, reason=why, allocations=(share,), **about))
    return found, drafts


def _alike(item: dict[str, Any], rest: dict[str, Any]) -> bool:
    same = ("customer_id", "entity", "currency")
    return all(item[name] == rest[name] for name in same) and item["open_amount"] == rest["open"]


def _is_of(item: dict[str, Any], rest: dict[str, Any], sent: tuple[str, ...]) -> bool:
    texts = [str(item[name]) for name in ("item_id", "document_no", "payment_reference", "extra")]
    names = [name for name in (str(rest["document_no"]), *sent) if len(name) >= 6]
    if any(name in text for name in names for text in texts):
        return True
    booked, issued = rest["issue_date"], item["issue_date"]
    return bool(item["document_type"] == DocumentType.ON_ACCOUNT and booked - EARLIER <= issued <= booked + LATER)
