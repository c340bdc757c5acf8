"""Any document: a target names it as one that it has no form for, or its files pass the system's checks and have all of its money."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest
import test_target_business_central as business_central
import test_target_erpnext as erpnext
import test_target_netsuite as netsuite
import test_target_odoo as odoo
from erp_documents import document, files, part, rows, why_not
from hypothesis import example, given
from hypothesis import strategies as st

from matcher.exports.erp.records import Document, Kind, Part

Sums = Counter[tuple[str, str]]
_CENTS = st.integers(1, 500_00)
_REASONS = st.sampled_from(["fee", "bad_debt"])


def _erpnext(made: Mapping[str, bytes]) -> Sums:
    journal = rows(made.get("receipts.journal.csv", b""))
    erpnext.check_journal(journal)
    found = erpnext.check_payments(rows(made["receipts.csv"]))
    for row in journal:
        if row["accounts.account"] == "Bank":
            debit, credit = (erpnext.minor(row[f"accounts.{side}_in_account_currency"]) for side in ("debit", "credit"))
            found["C-1", "EUR"] += debit - credit
    return found


def _odoo(made: Mapping[str, bytes]) -> Sums:
    odoo.check_entries(rows(made.get("receipts.entries.csv", b"")))
    return odoo.check_payments(rows(made["receipts.csv"]))


def _business_central(made: Mapping[str, bytes]) -> Sums:
    return business_central.check(rows(made["receipts.csv"]))


def _netsuite(made: Mapping[str, bytes]) -> Sums:
    found = netsuite.check_payments(rows(made["receipts.csv"]))
    found.update(netsuite.check_journal(rows(made.get("receipts.journal.csv", b""))))
    return found


TARGETS: dict[str, tuple[Mapping[str, object], Callable[[Mapping[str, bytes]], Sums]]] = {
    "erpnext": (erpnext.TABLE, _erpnext),
    "odoo": (odoo.TABLE | {"reasons": {"fee": "4970", "bad_debt": "2400"}}, _odoo),
    "business-central": (business_central.TABLE, _business_central),
    "netsuite": (netsuite.TABLE | {"accounts": {"1": "Bank"}}, _netsuite),
}


@st.composite
def _parts(draw: st.DrawFn, kinds: tuple[str, ...], sign: int) -> tuple[Part, ...]:
    made = []
    for number in range(draw(st.integers(0, 3))):
        kind = draw(st.sampled_from(kinds))
        cash = draw(_CENTS) * sign * (-1 if kind == "credit_note" else 1)
        cleared = [(draw(_REASONS), draw(st.integers(1, 99)) * (1 if cash > 0 else -1))] if draw(st.booleans()) else []
        made.append(part(f"D{number}", cash, *cleared, kind=kind))
    return tuple(made)


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Of every kind, with what its parts and its amount may be there."""
    match draw(st.sampled_from(list(Kind))):
        case Kind.RECEIPT:
            parts = draw(_parts(("invoice", "invoice", "credit_note"), 1))
            return document(max(sum(one.cash for one in parts), 1) + draw(st.sampled_from([0, 7_00])), *parts)
        case Kind.APPLICATION:
            return document(0, part("D", draw(_CENTS)), kind=Kind.APPLICATION, receipt="f" * 20)
        case Kind.REFUND:
            parts = draw(_parts(("credit_note",), 1))
            return document(sum(one.cash for one in parts) - draw(st.sampled_from([0, 3_00])) or -1, *parts, kind=Kind.REFUND)
        case Kind.RETURN:
            parts = draw(_parts(("invoice",), -1))
            return document(
                sum(one.cash for one in parts) - draw(st.sampled_from([0, 3_00])) or -1, *parts, kind=Kind.RETURN, receipt="f" * 20
            )
        case Kind.SET_OFF:
            cents = draw(_CENTS)
            return document(0, part("D", cents), part("C", -cents), kind=Kind.SET_OFF)
        case Kind.WRITE_OFF:
            return document(0, part("D", 0, (draw(_REASONS), draw(_CENTS))), kind=Kind.WRITE_OFF)
        case Kind.REVERSAL:
            return _taken_back(draw(documents().filter(lambda one: one.kind != Kind.REVERSAL)))


def _taken_back(one: Document) -> Document:
    parts = tuple(
        replace(
            old,
            cash=-old.cash,
            item_amount=-old.item_amount,
            adjustments=tuple(replace(each, amount=-each.amount) for each in old.adjustments),
        )
        for old in one.parts
    )
    return replace(
        one, kind=Kind.REVERSAL, reversed_kind=one.kind, reverses=one.external_id, external_id="e" * 20, parts=parts, amount=-one.amount,
        applied=-one.applied, unapplied=-one.unapplied,
    )  # fmt: skip


@pytest.mark.parametrize("target", TARGETS)
@given(one=documents())
@example(one=document(5_00, part("A", 10_00, ("fee", 1)), part("C", -5_00)))
@example(one=_taken_back(document(5_00, part("A", 4_00, ("fee", 1)))))
def test_a_document_is_refused_or_told_with_all_its_money(target: str, one: Document) -> None:
    table, check = TARGETS[target]
    if why_not(target, table, one):
        return
    made = files(target, table, one)
    found = Counter({key: value for key, value in check(made).items() if value})
    assert found == Counter({("C-1", "EUR"): one.amount} if one.amount else {})
    if not one.amount:
        assert sum(len(rows(data)) for data in made.values()) > 0
