"""The frames of documents put together as records."""

from collections.abc import Iterable, Mapping
from typing import Any

import polars as pl

from matcher.exports.erp.base import ExportRequest
from matcher.exports.erp.documents import allocations
from matcher.exports.erp.records import Adjustment, BankLine, Customer, Document, Kind, Part, columns
from matcher.frames import State
from matcher.states import REST

Row = dict[str, Any]
_ITEM = ("document_no", "document_type", "customer_id", "currency", "issue_date", "due_date", "extra")


def records(to_send: pl.DataFrame, state: State, job: ExportRequest) -> tuple[Document, ...]:
    """The documents of `documents.documents`, in their order."""
    return _Assembling(to_send, state, job).made()


class _Assembling:
    """Looks up what documents name."""

    def __init__(self, to_send: pl.DataFrame, state: State, job: ExportRequest) -> None:
        self.to_send, self.job = to_send, job
        self.parts = _by_decision(_allocated(to_send, state, job).iter_rows(named=True))
        items = state.items.filter(pl.col("item_id").is_in([row["item_id"] for rows in self.parts.values() for row in rows]))
        self.items = {row["item_id"]: row for row in items.select("item_id", *_ITEM).iter_rows(named=True)}
        names = state.customers.select("customer_id", "customer_no", "name").iter_rows()
        self.customers = {key: Customer(key, no, name) for key, no, name in names}
        self.kinds = dict(job.sent.select("external_id", "record").iter_rows())
        self.receipts = self._receipts()
        decisions = state.decisions.filter(pl.col("decision_id").is_in(to_send["decision_id"].implode()), pl.col("other_line") != "")
        self.other_lines: Mapping[str, str] = dict(decisions.select("decision_id", "other_line").iter_rows())
        rests = {item[len(REST) :] for rows in self.parts.values() for row in rows if (item := row["item_id"]).startswith(REST)}
        found = state.lines.filter(pl.col("line_id").is_in(to_send["line_id"].implode()) | pl.col("line_id").is_in(list(rests)))
        about = ("line_id", "amount", "customer_id", "currency", "bank_reference")
        self.lines: Mapping[str, Row] = {row["line_id"]: row for row in found.select(about).iter_rows(named=True)}

    def made(self) -> tuple[Document, ...]:
        return tuple(self._document(row) for row in self.to_send.iter_rows(named=True))

    def _receipts(self) -> dict[str, str]:
        """External id of the document that brought the money of each line: the latest of all that were sent or are now."""
        keys = ("line_id", "external_id", "version", "record")
        every = pl.concat([self.job.sent.select(keys), self.to_send.select(keys)]).filter(
            pl.col("record") == Kind.RECEIPT, ~pl.col("external_id").is_in(self.job.rejected)
        )
        return dict(every.sort("version", maintain_order=True).select("line_id", "external_id").iter_rows())

    def _customer(self, key: str | None) -> Customer:
        return self.customers.get(key or "", Customer(key or ""))

    def _document(self, row: Row) -> Document:
        kind, decision = Kind(row["record"]), row["decision_id"]
        sign = -1 if kind == Kind.REVERSAL else 1
        about = self.other_lines.get(decision, "") if kind == Kind.RETURN else row["line_id"] if kind == Kind.APPLICATION else ""
        receipt = self.receipts.get(about, "")
        return Document(
            row["external_id"], kind, row["version"], row["entity"], decision, row["actor"], row["rule"], row["effective_date"],
            self._customer(row["customer_id"]), row["currency"], row["amount"], row["applied"], row["unapplied"],
            parts=self._parts(self.parts.get(decision, ()), sign), line=self._line(row), reverses=row["reverses"],
            reversed_kind=Kind(self.kinds.get(row["reverses"], Kind.RECEIPT)) if row["reverses"] else None,
            reverses_number=self.job.numbers.get(row["reverses"], ""), receipt=receipt, receipt_number=self.job.numbers.get(receipt, ""),
        )  # fmt: skip

    def _line(self, row: Row) -> BankLine | None:
        if not row["line_id"] or row["booking_date"] is None:
            return None
        whole = self.lines.get(row["line_id"], {}).get("amount", abs(row["amount"]))
        return BankLine(
            row["line_id"], row["account"], row["booking_date"], row["value_date"], whole, row["bank_reference"], row["end_to_end_id"],
            row["counterparty_name"], row["counterparty_account"], row["remittance_information"],
        )  # fmt: skip

    def _parts(self, rows: Iterable[Row], sign: int) -> tuple[Part, ...]:
        by_item: dict[str, list[Row]] = {}
        for row in rows:
            by_item.setdefault(row["item_id"], []).append(row)
        return tuple(self._part(item, found, sign) for item, found in sorted(by_item.items()))

    def _part(self, item_id: str, rows: list[Row], sign: int) -> Part:
        cash, settled = (sign * sum(row[name] for row in rows) for name in ("amount_applied", "item_amount"))
        reasons = dict.fromkeys(row["adjustment_reason"] for row in rows if row["adjustment_amount"])
        cleared = tuple(
            Adjustment(reason, sign * sum(row["adjustment_amount"] for row in rows if row["adjustment_reason"] == reason))
            for reason in reasons
        )
        item = self.items.get(item_id)
        if item is None:
            line = item_id.removeprefix(REST)
            left = self.lines.get(line, {})
            receipt = self.receipts.get(line, "")
            return Part(
                item_id, left.get("bank_reference", ""), "unapplied", self._customer(left.get("customer_id")),
                left.get("currency") or rows[0]["item_currency"], cash, settled, cleared,
                receipt=receipt, receipt_number=self.job.numbers.get(receipt, ""),
            )  # fmt: skip
        return Part(
            item_id, item["document_no"], item["document_type"], self._customer(item["customer_id"]), item["currency"], cash, settled,
            cleared, item["issue_date"], item["due_date"], columns(item["extra"]),
        )  # fmt: skip


def _allocated(to_send: pl.DataFrame, state: State, job: ExportRequest) -> pl.DataFrame:
    """What the documents' decisions put on items; of reversed decisions too, which the state has no more."""
    names = (
        "decision_id", "item_id", "ordinal", "item_currency", "amount_applied", "item_amount", "adjustment_amount", "adjustment_reason",
    )  # fmt: skip
    standing = allocations(state).select(names)
    gone = job.allocations.join(standing, on="decision_id", how="anti").select(
        "decision_id", "item_id", "ordinal", "item_amount", "adjustment_reason", item_currency="currency", amount_applied="amount",
        adjustment_amount="adjustment",
    ).filter((pl.col("amount_applied") != 0) | (pl.col("adjustment_amount") != 0))  # fmt: skip
    every = pl.concat([standing, gone.select(names)]).join(to_send.select("decision_id").unique(), on="decision_id", how="semi")
    return every.sort("decision_id", "item_id", "ordinal")


def _by_decision(rows: Iterable[Row]) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["decision_id"], []).append(row)
    return found
