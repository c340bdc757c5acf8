"""The advices of the books as a run needs them: bound to receipts, their rows resolved to items."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl

from matcher.frames import State
from matcher.matching.advised import AdvisedRow, BoundAdvice
from matcher.pipeline.remittance import records
from matcher.pipeline.remittance.binding import Bond, Sender, bind, sender_of
from matcher.pipeline.remittance.documents import DocumentNumbers
from matcher.pipeline.remittance.records import KeptAdvice
from matcher.remittance.records import Advice, AdviceKind, AdviceRow, IssuedDocument
from matcher.states import AllocationState, DocumentType, LineState
from matcher.store import Store, advices

BASIS = "advice"

_DOCUMENT = ("item_id", "entity", "customer_id", "document_no", "payment_reference", "currency", "amount", "open")


def about_lines(store: Store, state: State, items: pl.DataFrame) -> dict[str, tuple[BoundAdvice, ...]]:
    """The advices about each line that waits whole; empty, at no cost, while the books have none.

    Args:
        store: of the books.
        state: with everything that is known.
        items: what may be paid: `State.items`, and credits.
    """
    if not advices.any_advice(store):
        return {}
    kept, _ = records.kept(advices.stored(store))
    world = World(state, items, kept)
    whole = (pl.col("state") != LineState.POSTED) & (pl.col("pending") == pl.col("amount"))
    waiting = dict(state.lines.filter(whole).select("line_id", "entity").iter_rows())
    return {line: tuple(world.resolved(bond, waiting[line]) for bond in bonds) for line, bonds in world.bonds.items() if line in waiting}


class World:
    """The advices before the books: which lines they are about, and what their rows mean.

    Attributes:
        bonds: the advices about each line that has any.
        paid: the items that each line paid which was posted by an advice.
    """

    def __init__(self, state: State, items: pl.DataFrame, kept: Sequence[KeptAdvice]) -> None:
        self._customers = {
            row[0]: row[1:]
            for row in state.customers.select(
                "customer_id", "customer_no", "name", "trade_name", "alias", "account", "parent_id"
            ).iter_rows()
        }
        self._by_number = {number: customer for customer, (number, *_) in self._customers.items() if number}
        self._families: dict[str, set[str]] = defaultdict(set)
        for customer, (*_, parent) in self._customers.items():
            if parent:
                self._families[parent] |= {customer, parent}
        self._numbers = DocumentNumbers(_meant(items, kept))
        self._owners = frozenset(self._numbers.owner.values())
        self._credits = _credit_notes(items) if any(one.advice.kind == AdviceKind.PAYOUT for one in kept) else {}
        credits_only = state.lines.filter(pl.col("amount") > 0)
        senders = {one.key: self._sender(one.advice) for one in kept}
        documents = {one.key: self.items_named(one.advice) for one in kept}
        self.paid = _paid_by_advices(state)
        self.bonds: Mapping[str, list[Bond]] = bind(credits_only, kept, senders, self.paid, documents)

    def customer(self, written: str) -> str:
        """The customer of that id or number; '' when it is neither. One without a master record is known by its documents."""
        return written if written in self._customers or written in self._owners else self._by_number.get(written, "")

    def resolved(self, bond: Bond, entity: str) -> BoundAdvice:
        """An advice about a receipt of a legal entity, with the items of its rows."""
        advice = bond.kept.advice
        payout = advice.kind == AdviceKind.PAYOUT
        rows = tuple(self.row(row, advice, entity) for row in advice.rows)
        doubt = (bond.doubt if bond.by != "amount" else "") or self._stranger(advice, rows, payout)
        return BoundAdvice(bond.kept.key, advice.advice_id, file_name(advice.place), bond.by, payout, rows, doubt)

    def row(self, row: AdviceRow, advice: Advice, entity: str) -> AdvisedRow:
        """A row with the one item that it is about, as far as there is one."""
        item, kind, doubt = self._item(row, advice, entity) if row.document_no else (None, "", "")
        if advice.kind == AdviceKind.PAYOUT and row.net < 0 and item is not None and item.amount > 0:
            # the provider names the invoice that was paid back
            noted = self._credits.get((item.customer_id, entity, advice.currency, row.gross), [])
            doubt = f"document {row.document_no} was paid back, and its customer has no credit note of that amount"
            if len(noted) == 1:
                doubt = f"the refund of document {row.document_no} is taken for the credit note of its customer and amount, {noted[0][1]}"
            return AdvisedRow(
                row.document_no, noted[0][0] if len(noted) == 1 else "", "", row.gross, row.discount, row.deduction, row.net, row.reason,
                row.reason_text, doubt,
            )  # fmt: skip
        return AdvisedRow(
            row.document_no, item.item_id if item else "", kind, row.gross, row.discount, row.deduction, row.net, row.reason,
            row.reason_text, doubt,
        )  # fmt: skip

    def items_named(self, advice: Advice) -> frozenset[str]:
        """Ids of the items that have a number which the advice lists."""
        return frozenset(one.item_id for row in advice.rows for one in self._numbers.named(row.document_no).documents)

    def _item(self, row: AdviceRow, advice: Advice, entity: str) -> tuple[IssuedDocument | None, str, str]:
        named = f"document {row.document_no}"
        found = self._numbers.named(row.document_no)
        here = [one for one in found.documents if one.entity == entity]
        if not here:
            elsewhere = sorted({one.entity for one in found.documents})
            what = f"{named} is of legal entity {elsewhere[0]}" if elsewhere else f"{named} is not in the books"
            return None, "", what
        owner = self.customer(row.customer) or self.customer(advice.customer_id)
        theirs = [one for one in here if self._related(owner, one.customer_id)] if owner else here
        if not theirs:
            return None, "", f"{named} is customer {here[0].customer_id}'s, not {owner}'s"
        same = [one for one in theirs if one.currency == advice.currency]
        if not same:
            return None, "", f"{named} is in {theirs[0].currency}"
        if len({one.customer_id for one in same}) > 1:
            return None, "", f"{named} is the number of {len(same)} items"
        for chosen in (same, [one for one in same if one.open_amount], [one for one in same if one.open_amount == row.gross]):
            if len(chosen) == 1:
                return chosen[0], found.kind, ""
        return None, "", f"{named} is the number of {len(same)} items"

    def _related(self, one: str, other: str) -> bool:
        return one == other or any(one in family and other in family for family in self._families.values())

    def _stranger(self, advice: Advice, rows: Sequence[AdvisedRow], payout: bool) -> str:
        """Why the documents are not one payer's; '' when they are. A provider pays for many."""
        if payout or self.customer(advice.customer_id):
            return ""
        if advice.customer_id:
            return f"its customer {advice.customer_id} is not in the books"
        owners = sorted({self._numbers.owner[row.item_id] for row in rows if row.item_id})
        apart = [other for other in owners[1:] if not self._related(owners[0], other)]
        return f"its documents are of customers {owners[0]} and {apart[0]}" if apart else ""

    def _sender(self, advice: Advice) -> Sender:
        customers: Iterable[str] = ()
        if advice.kind == AdviceKind.PAYER:
            named = self.customer(advice.customer_id)
            owners = {one.customer_id for row in advice.rows for one in self._numbers.named(row.document_no).documents}
            unsaid = not (advice.customer_id or advice.payer_name or advice.payer_account)
            customers = [named] if named else sorted(owners) if unsaid and len(owners) == 1 else []
        about = [self._customers[customer] for customer in customers if customer in self._customers]
        return sender_of(advice, (("|".join((name, trade, alias)), account) for _, name, trade, alias, account, _ in about))


def _paid_by_advices(state: State) -> dict[str, frozenset[str]]:
    """The lines that were posted by an advice, with the items that they paid."""
    posted = state.lines.filter((pl.col("state") == LineState.POSTED) & (pl.col("basis") == BASIS))["line_id"]
    paid: dict[str, set[str]] = {line: set() for line in posted}
    theirs = state.allocations.filter((pl.col("state") == AllocationState.POSTED) & pl.col("line_id").is_in(posted.implode()))
    for line, item in theirs.select("line_id", "item_id").iter_rows():
        paid[line].add(item)
    return {line: frozenset(items) for line, items in paid.items()}


def file_name(place: str) -> str:
    """A file without its folders, as it is named to a person."""
    return re.split(r"[/\\]", place)[-1]


def _meant(items: pl.DataFrame, kept: Sequence[KeptAdvice]) -> list[IssuedDocument]:
    """The items that a row of an advice may mean; of a million only those are looked at one by one that end with a number of the rows."""
    written = pl.DataFrame({"no": sorted({row.document_no for one in kept for row in one.advice.rows})}, schema={"no": pl.String()})
    ends = written.select(_end(pl.col("no")).alias("no"))["no"].unique().implode()
    every = written.select(_digits(pl.col("no")).alias("no"))["no"].unique().implode()
    columns = ("document_no", "payment_reference")
    alike = pl.any_horizontal(
        *(_end(pl.col(name)).is_in(ends) & (_end(pl.col(name)) != "") for name in columns),
        *(_digits(pl.col(name)).is_in(every) & (_digits(pl.col(name)) != "") for name in columns),
    )
    return [IssuedDocument(*row) for row in items.filter(alike.fill_null(value=False)).sort("item_id").select(_DOCUMENT).iter_rows()]


def _credit_notes(items: pl.DataFrame) -> dict[tuple[str, str, str, int], list[tuple[str, str]]]:
    """Id and number of the credit notes with something open, by customer, legal entity, currency and what is open."""
    noted: dict[tuple[str, str, str, int], list[tuple[str, str]]] = defaultdict(list)
    ours = items.filter((pl.col("open") < 0) & (pl.col("document_type") == DocumentType.CREDIT_NOTE)).sort("item_id")
    for item_id, number, *key in ours.select("item_id", "document_no", "customer_id", "entity", "currency", "open").iter_rows():
        noted[key[0], key[1], key[2], key[3]].append((item_id, number))
    return noted


def _end(text: pl.Expr) -> pl.Expr:
    return text.str.extract(r"(\d+)\D*$", 1).fill_null("").str.strip_chars_start("0")


def _digits(text: pl.Expr) -> pl.Expr:
    return text.str.replace_all(r"\D", "").str.strip_chars_start("0")
