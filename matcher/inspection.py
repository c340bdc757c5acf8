"""What `matcher inspect` says of a file: read without any books, nothing kept."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from matcher import money
from matcher.errors import MatcherError
from matcher.model import Problem, Transaction
from matcher.openitems import einvoices
from matcher.parsers import registry
from matcher.parsers.base import ParseOptions, RowBatch, Source
from matcher.parsers.ofx.second_reader import second_opinion
from matcher.parsers.tally import FileTally, StatementTally

ANNOUNCING = ("camt.052", "camt.054")
"""Formats that list announced entries beside booked ones, without telling them apart in their sums."""


def inspect(
    source: Source, options: ParseOptions, format_name: str = "", *, transactions: bool = False, verify: bool = False
) -> dict[str, Any]:
    """The contract's object for one file (section 2); a file that cannot be read is an object with outcome ``reject``.

    With `verify` an OFX file is read with ofxparse as well: ``verification`` lists where the two readings differ and who is right.
    An electronic invoice has no statements, and ``invoice`` says what it claims (`EInvoice.to_dict`).
    """
    if not format_name and (found := _invoice(source)):
        return found
    tally = FileTally()
    rows: list[dict[str, Any]] = []
    for event in tally.watch(registry.read(source, options, format_name)):
        if transactions and isinstance(event, RowBatch):
            rows += (_row(row, event.statement) for row in records(event))
    report: dict[str, Any] = {
        "file": source.name,
        "format": tally.info.format if tally.info else "",
        "encoding": tally.info.encoding if tally.info else "",
        "outcome": tally.outcome,
        "statements": [
            _statement(tally.statements[number], tally.info.format if tally.info else "") for number in sorted(tally.statements)
        ],
        "problems": [_problem(problem) for problem in tally.problems],
    }
    if transactions:
        report["transactions"] = rows
    if verify and report["format"].startswith("ofx"):
        report["verification"] = [asdict(difference) for difference in second_opinion(source, options)]
    return report


def _invoice(source: Source) -> dict[str, Any] | None:
    """The object for an electronic invoice, or for one that cannot be read; None for any other file."""
    if not einvoices.may_be_invoice(source.head()):
        return None
    with source.open() as stream:
        data = stream.read()
    if not einvoices.is_invoice(data):
        return None
    try:
        invoice = einvoices.read(data, source.name)
    except MatcherError as error:
        # a PDF without an invoice is any document, and what to do with it is said of all of them
        other = error.code == "invoice.missing" or (error.code == "file.malformed" and data.lstrip().startswith(b"%PDF"))
        return None if other else unreadable(source.name, error)
    report = {"file": source.name, "format": invoice.syntax, "encoding": "", "outcome": "read", "statements": [], "problems": []}
    return report | {"invoice": invoice.to_dict()}


def records(batch: RowBatch) -> Iterator[Transaction]:
    """The rows of a batch as records, whatever its form."""
    return batch.records()


def unreadable(name: str, error: MatcherError) -> dict[str, Any]:
    """The object for a file that cannot even be opened."""
    problem = Problem(error.code, "fatal", error.what)
    return {"file": name, "format": "", "encoding": "", "outcome": "reject", "statements": [], "problems": [_problem(problem)]}


def _statement(tally: StatementTally, format_id: str) -> dict[str, Any]:
    # a report or notification lists announced entries as it lists booked ones: all are shown, though books count only booked ones
    entries = tally.booked.plus(tally.pending) if format_id.startswith(ANNOUNCING) else tally.booked
    return {
        "account": tally.start.account,
        "currency": tally.currency,
        "opening": tally.opening and (tally.opening.exact or money.render(tally.opening.amount, tally.currency)),
        "closing": tally.closing and (tally.closing.exact or money.render(tally.closing.amount, tally.currency)),
        "transactions": entries.count,
        "credit": tally.text(entries.credit, entries.credit_excess),
        "debit": tally.text(entries.debit, entries.debit_excess),
        "first_booking_date": entries.first_booking_date and entries.first_booking_date.isoformat(),
        "last_booking_date": entries.last_booking_date and entries.last_booking_date.isoformat(),
        "balanced": tally.balanced,
    }


def _problem(problem: Problem) -> dict[str, Any]:
    return {"code": problem.code, "severity": problem.severity, "line": problem.line, "message": problem.message}


def _row(row: Transaction, statement: int) -> dict[str, Any]:
    entry: dict[str, Any] = {"statement": statement}
    for name, value in row._asdict().items():
        if name in ("raw", "exact", "details"):
            continue
        if name in ("amount", "charges", "balance"):
            value = None if value is None else (row.exact if name == "amount" and row.exact else money.render(value, row.currency))
        elif name == "instructed_amount":
            value = None if value is None else money.render(value, row.instructed_currency)
        elif name.endswith("_date"):
            value = value and value.isoformat()
        entry[name] = value
    entry["details"] = [_row(part, statement) for part in row.details]
    return entry
