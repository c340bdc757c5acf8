"""Target ``generic``: receipts as JSON Lines, CSV or a workbook, for a system that has no target of its own.

JSON Lines: a header record, one record for each document, a trailer record that repeats count and control totals. CSV and workbook: one
row for each allocation with the document's columns repeated, and a sibling ``NAME.batch.json`` with header and trailer. The page
docs/files.md describes every field.
"""

import json
from collections.abc import Iterator
from pathlib import PurePath

import polars as pl

from matcher.amounts import render
from matcher.errors import MatcherError
from matcher.exports.erp.base import Export, ExportBatch, ExportRequest, File, Target
from matcher.exports.erp.documents import allocations, batch, documents, sent
from matcher.exports.tables import Report, csv_chunks, json_lines
from matcher.frames import State
from matcher.journal.chain import Head

FORMAT = "matcher.receipts/1"

DOCUMENT = (
    "record", "external_id", "version", "reverses", "payload_hash", "entity", "decision_id", "effective_date", "actor", "rule", "line_id",
    "account", "booking_date", "value_date", "bank_reference", "end_to_end_id", "counterparty_name", "counterparty_account",
    "remittance_information", "customer_id", "currency", "amount", "applied", "unapplied",
)  # fmt: skip
"""Fields of a document, in order."""

ALLOCATION = ("item_id", "document_no", "amount_applied", "item_currency", "item_amount", "adjustment_amount", "adjustment_reason")
"""Fields of an allocation, in order. amount_applied is in the document's currency, the other two amounts in the item's."""


def run(state: State, job: ExportRequest) -> Export:
    """Makes the export.

    Raises:
        MatcherError: ``usage.option`` when the file name ends with another form, or there are more rows than a sheet takes.
    """
    layout = _LAYOUTS.get(PurePath(job.file_name).suffix.lower())
    if layout is None:
        raise MatcherError("usage.option", f"{job.file_name!r} must end with {' or '.join(_LAYOUTS)}", job.file_name)
    to_send = documents(state, job)
    control = batch(to_send, state, job)
    parts = (
        allocations(state)
        .drop("currency")
        .join(to_send.select("decision_id", "currency", "record").filter(pl.col("record") != "reversal"), on="decision_id")
    )
    files = layout(job, control, to_send, parts)
    return Export(control, sent(to_send, control), files)


_OF_DOCUMENT = dict.fromkeys(("amount", "applied", "unapplied"), "currency")
_OF_ALLOCATION = {"amount_applied": "currency", "item_amount": "item_currency", "adjustment_amount": "item_currency"}


def _texts(to_send: pl.DataFrame, parts: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Documents and allocations with amounts as decimal text."""
    return render(to_send, _OF_DOCUMENT).select(*DOCUMENT), render(parts, _OF_ALLOCATION).select("decision_id", *ALLOCATION)


TARGET = Target(
    "generic", "receipts as JSON Lines (.jsonl), CSV (.csv) or a workbook (.xlsx) with header, trailer and control totals",
    (".jsonl", ".csv", ".xlsx"), run=run,
)  # fmt: skip


def _header(control: ExportBatch, head: Head) -> dict[str, object]:
    figures = {"count": control.count, "control_totals": control.control_totals, "journal_batch": head.batch, "journal_hash": head.hash}
    return {
        "record": "header",
        "format": FORMAT,
        "batch_id": control.batch_id,
        "books": control.books,
        "as_of": control.as_of.isoformat(),
    } | figures


def _trailer(control: ExportBatch) -> dict[str, object]:
    return {"record": "trailer", "batch_id": control.batch_id, "count": control.count, "control_totals": control.control_totals}


def _json_lines(job: ExportRequest, control: ExportBatch, to_send: pl.DataFrame, given: pl.DataFrame) -> tuple[File, ...]:
    rendered, parts = _texts(to_send, given)
    grouped = parts.group_by("decision_id", maintain_order=True).agg(allocations=pl.struct(*ALLOCATION))
    none = pl.Series([[]], dtype=grouped.schema["allocations"])
    lists = pl.when(pl.col("record") == "reversal").then(none).otherwise(pl.col("allocations").fill_null(none))
    rows = rendered.join(grouped, on="decision_id", how="left", maintain_order="left").with_columns(allocations=lists)

    def chunks() -> Iterator[bytes]:
        yield _json(_header(control, job.head())) + b"\n"
        yield from json_lines(rows)
        yield _json(_trailer(control)) + b"\n"

    return (File(job.file_name, chunks),)


def _joined(documents_: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """A row for each allocation, and one for each document without any, in the order of `documents`: reversals first."""
    none = [pl.lit(None, parts.schema[field]).alias(field) for field in ALLOCATION]
    takes = documents_.filter(pl.col("record") == "reversal").with_columns(none)
    gives = documents_.filter(pl.col("record") != "reversal").join(parts, on="decision_id", how="left", maintain_order="left_right")
    return pl.concat([takes, gives])


def _csv(job: ExportRequest, control: ExportBatch, to_send: pl.DataFrame, parts: pl.DataFrame) -> tuple[File, ...]:
    rows = _joined(*_texts(to_send, parts))
    return _batch(job, control), File(job.file_name, lambda: csv_chunks(rows))


def _workbook(job: ExportRequest, control: ExportBatch, to_send: pl.DataFrame, parts: pl.DataFrame) -> tuple[File, ...]:
    from matcher.exports.report_sheets import workbook

    rows = _joined(to_send.select(*DOCUMENT), parts.select("decision_id", *ALLOCATION))
    # a document's own amounts stand in the row of each of its allocations, and are no sum
    report = Report(rows, _OF_DOCUMENT | _OF_ALLOCATION, columns=(*DOCUMENT, *ALLOCATION), totals=("amount_applied",))
    made = workbook(report, "receipts")
    return _batch(job, control), File(job.file_name, lambda: iter([made]))


def _batch(job: ExportRequest, control: ExportBatch) -> File:
    """Header and trailer, in a file beside a table."""
    sibling = PurePath(job.file_name).with_suffix(".batch.json").name

    def about() -> Iterator[bytes]:
        yield _json({"header": _header(control, job.head()), "trailer": _trailer(control)}, indent=1) + b"\n"

    return File(sibling, about)


def _json(value: dict[str, object], indent: int | None = None) -> bytes:
    separators = None if indent else (",", ":")
    return json.dumps(value, ensure_ascii=False, indent=indent, separators=separators).encode()


_LAYOUTS = {".jsonl": _json_lines, ".csv": _csv, ".xlsx": _workbook}
