"""Targets as plug-ins: two claimants, one that fails, an id with other contents; files that they write; answers that they read."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from importlib.metadata import EntryPoint, EntryPoints
from typing import Any

import polars as pl
import pytest
from erp_month import state_and_request

from matcher.errors import MatcherError
from matcher.exports import erp
from matcher.exports.erp import SENT, Target, registry, writing
from matcher.exports.erp.answers import answers, fits, generic, layout
from matcher.exports.erp.live import registry as live
from matcher.exports.erp.records import Form, Kind
from matcher.frames import of_rows
from matcher.pipeline.receipts import check_unchanged
from matcher.states import Answered


def boom(*_: Any) -> Any:
    raise ZeroDivisionError


BROKEN = Target("broken", "always fails", (".csv",), render=boom)


class _Dist:
    name = "acme-targets"


def registered(monkeypatch: pytest.MonkeyPatch, *points: tuple[str, str]) -> None:
    made = [EntryPoint(name, value, registry.GROUP) for name, value in points]
    for point in made:
        vars(point).update(dist=_Dist())
    monkeypatch.setattr(registry, "installed", lambda: EntryPoints(made))


def test_two_packages_that_register_one_name_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    registered(monkeypatch, ("sage", "a:T"), ("sage", "b:T"))
    with pytest.raises(MatcherError, match=r"config\.invalid.*two installed packages register a target named 'sage'"):
        registry.load("sage")


@pytest.mark.parametrize("value", ["test_erp_targets:BROKEN", "test_erp_targets:nothing", "no_such_module:T", "test_erp_targets:SENT"])
def test_a_target_that_fails_is_named_with_its_package(monkeypatch: pytest.MonkeyPatch, value: str) -> None:
    state, request = state_and_request("r.csv")
    registered(monkeypatch, ("broken", value))
    with pytest.raises(MatcherError, match=r"target\.failed: .*acme-targets"):
        erp.export(registry.load("broken"), state, request, {}, skip_unsupported=True)


def test_a_live_target_that_fails_is_named_with_its_own_package(monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the same system may be this program's own."""
    point = EntryPoint("generic", "no_such_module:T", live.GROUP)
    vars(point).update(dist=_Dist())
    monkeypatch.setattr(live, "installed", lambda: EntryPoints([point]))
    with pytest.raises(MatcherError, match=r"target\.failed: .*acme-targets"):
        live.load("generic")


def test_an_id_with_other_contents_is_refused() -> None:
    def rows(digest: str) -> pl.DataFrame:
        row = ("x1", "receipt", "d1", 1, digest, "1", "l1", "C1", "EUR", 1, 1, 0, date(2026, 3, 1), date(2026, 3, 31), "b")
        return of_rows([row], SENT)

    check_unchanged(rows("a"), rows("a"))
    with pytest.raises(MatcherError, match=r"target\.payload_changed: .*x1"):
        check_unchanged(rows("b"), rows("a"))


def test_a_reversal_has_the_opposite_of_what_it_takes_back() -> None:
    state, request = state_and_request("r.jsonl")
    made = erp.export(erp.load("generic"), state, request, {}, preview=True).documents
    (back,) = [one for one in made if one.kind == Kind.REVERSAL]
    assert (back.amount, back.reversed_kind, back.reverses_number) == (-300_00, Kind.RECEIPT, "PAY-00012")
    assert [(part.document_no, part.cash, part.extra["voucher_id"]) for part in back.parts] == [("INV-2026-0003", -300_00, "V003")]
    needs = {one.decision_id: one.needs() for one in made}
    assert needs["d01"] == (Form.FEE,)
    assert needs["d08"] == (Form.CREDIT,)
    assert needs["d06"] == (Form.CURRENCIES,)
    (later,) = [one for one in made if one.kind == Kind.APPLICATION]
    (first,) = [one for one in made if one.decision_id == "d03"]
    assert (first.kind, first.unapplied, later.receipt) == (Kind.RECEIPT, 250_00, first.external_id)


def cells(file: erp.File) -> bytes:
    return b"".join(file.chunks())


def test_files_are_written_as_a_system_wants_them() -> None:
    rows = [("=1+1", Decimal("-1234.50"), date(2026, 3, 1), None, 7)]
    assert cells(writing.csv_file("a.csv", ("a", "b", "c", "d", "e"), rows)) == b"a,b,c,d,e\r\n'=1+1,-1234.50,2026-03-01,,7\r\n"
    style = writing.Style(";", ",", "%d.%m.%Y", "cp1252", "\n", header=False, quote_all=True, safe=False)
    assert cells(writing.csv_file("a.csv", ("a", "b", "c", "d", "e"), rows, style)) == b'"=1+1";"-1234,50";"01.03.2026";"";"7"\n'
    one, two = (cells(writing.xlsx_file("a.xlsx", "Receipts", ("a", "b", "c", "d", "e"), rows)) for _ in range(2))
    assert one == two
    record = {"a": Decimal("1.50"), "b": date(2026, 3, 1), "c": ["x\u2028"]}
    assert cells(writing.json_lines_file("a.jsonl", [record])) == b'{"a":"1.50","b":"2026-03-01","c":["x\\u2028"]}\n'
    with pytest.raises(ValueError, match="a row of 1 cells under 2 titles"):
        writing.csv_file("a.csv", ("a", "b"), [("x",)])


def rows_of(*rows: dict[str, str]) -> Iterator[tuple[str, dict[str, str]]]:
    return ((f"f:{number}", row) for number, row in enumerate(rows, 2))


def test_a_layout_says_what_a_result_file_means() -> None:
    how = layout(
        """name = "acme"\notherwise = "rejected"\n[columns]\nexternal_id = ["Ref"]\nresult = ["State"]\nmessage = ["Text"]
        [values.result]\naccepted = ["Gebucht"]""",
        "acme",
    )
    found, faults = answers(rows_of({"REF": "x1", "state": "gebucht"}, {"REF": "x2", "state": "Sperre", "Text": "no"}, {"REF": ""}), how)
    assert [(one.external_id, one.result, one.message) for one in found] == [("x1", Answered.ACCEPTED, ""), ("x2", Answered.REJECTED, "no")]
    assert [(one.code, one.where) for one in faults] == [("ack.unreadable", "f:4")]
    assert fits(["ref"], how)
    assert not fits(["external_id"], generic())
    for wrong in ("name = 1", 'name = "a"\n[columns]\nid = ["x"]', 'name = "a"\notherwise = "so"\n[columns]\nexternal_id = ["x"]'):
        with pytest.raises(MatcherError, match=r"layout\.invalid"):
            layout(wrong, "acme")
