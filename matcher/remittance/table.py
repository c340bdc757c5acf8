"""The table of the contract that always works: one row per document, as CSV, Parquet or XLSX."""

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from matcher.errors import MatcherError
from matcher.openitems.faults import refuse
from matcher.openitems.sheets import raw_sheets
from matcher.openitems.tables import Column, one_sheet, text_table, typed
from matcher.remittance.reason_codes import UNKNOWN, reason_of
from matcher.remittance.records import Advice, AdviceFile, AdviceKind, AdviceRow, IssuedDocument, Unproven

COLUMNS = (
    Column("advice_id", required=True),
    Column("payment_reference"),
    Column("customer_id"),
    Column("date", "date"),
    Column("currency", "currency", required=True),
    Column("total", "amount"),
    Column("document_no"),  # empty in the row of a fee, which is about no document
    Column("gross", "amount"),
    Column("discount", "amount"),
    Column("deduction", "amount"),
    Column("reason"),
    Column("net", "amount", required=True),
)
_SAME = ("payment_reference", "date", "currency", "total")
_TELLING = frozenset({"advice_id", "document_no", "net"})
_WORKBOOK = b"PK\x03\x04"
_ARCHIVES = (b"PAR1", _WORKBOOK)

_Row = tuple[dict[str, Any], str]
"""Cells by column, and the row's place."""


def read(data: bytes, name: str, documents: Sequence[IssuedDocument]) -> AdviceFile | None:
    """The advices of a table; None for a file without the columns ``advice_id``, ``document_no`` and ``net``.

    A row without ``gross`` has the net amount and what was taken off; an advice without ``total`` has the sum of its rows.

    Raises:
        MatcherError: ``layout.ambiguous`` as `tables.one_sheet`, and as `tables.typed`, with all that is wrong in one error.
    """
    del documents
    packed = data.startswith(_ARCHIVES)
    if not packed and not _TELLING.issubset(_header(data)):
        return None
    try:
        table = text_table(data, name)
    except MatcherError:
        if packed:
            return None  # a workbook of another layout, or no table at all: another reader's
        raise
    if not _TELLING.issubset(table.frame.columns):
        return None
    if data.startswith(_WORKBOOK):
        one_sheet(raw_sheets(data, name), name)
    frame, found = typed(table, COLUMNS)
    refuse(table, found)
    cells = frame.select(column.name for column in COLUMNS).iter_rows(named=True)
    rows: list[_Row] = sorted(zip(cells, table.places(range(frame.height)), strict=True), key=_key)
    made = [_advice([*members], name) for _, members in groupby(rows, key=_key)]
    return AdviceFile(tuple(one for one in made if isinstance(one, Advice)), tuple(one for one in made if isinstance(one, Unproven)))


def _header(data: bytes) -> set[str]:
    first = data[:65_536].decode("utf-8-sig", "replace").lstrip("\r\n").partition("\n")[0]
    return {cell.strip().strip('"') for cell in first.split(",")}


def _key(row: _Row) -> tuple[str, str]:
    return row[0]["advice_id"], row[0]["customer_id"]


def _advice(members: Sequence[_Row], name: str) -> Advice | Unproven:
    head, place = members[0]
    rows = tuple(_row(cells, place) for cells, place in members)
    for column in _SAME:
        if any(cells[column] != head[column] for cells, _ in members):
            what = f"advice {head['advice_id']}: its rows say different things of its {column.replace('_', ' ')}"
            return Unproven(place, what, head["advice_id"], rows)
    total = sum(row.net for row in rows) if head["total"] is None else head["total"]
    return Advice(
        head["advice_id"], AdviceKind.PAYER, head["payment_reference"], head["customer_id"], "", "", head["date"], head["currency"], total,
        rows, name,
    )  # fmt: skip


def _row(cells: dict[str, Any], place: str) -> AdviceRow:
    discount, deduction, net = cells["discount"] or 0, cells["deduction"] or 0, cells["net"]
    gross = net + discount + deduction if cells["gross"] is None else cells["gross"]
    reason = reason_of(cells["reason"]) or (UNKNOWN if deduction else "")
    return AdviceRow(cells["document_no"], gross, discount, deduction, reason, net, cells["reason"], place=place)
