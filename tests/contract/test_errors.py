"""Every code that a user can get: what the command line says, how it ends, and that the books have not changed.

The bad inputs are in fixtures/errors/cases.toml; what needs more than a file (a second process, a damaged book) is a test of its
own here, marked with the code it raises. A code of the catalogue with neither fails `test_every_code_is_raised_somewhere`.
"""

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

import duckdb
import openpyxl
import polars as pl
import pytest
from click.testing import Result
from desk import FIXTURES, ROOT, Desk, prepared
from support import copy_of

from matcher import codes, codes_page, sandbox
from matcher.codes import CATALOGUE
from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.ofx.second_reader import ReadingDifference

ERRORS = FIXTURES / "errors"
PAGE: dict[str, Any] = tomllib.loads((ERRORS / "cases.toml").read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = PAGE["case"]
NOTES: list[dict[str, Any]] = PAGE["note"]

Test = TypeVar("Test", bound=Callable[..., None])
COVERED: set[str] = set()
ELSEWHERE = {
    "engine.unreachable": "unit/test_spark.py",
    "rate.missing": "scenarios/test_receivables.py",
    "rate.base": "scenarios/test_receivables.py",
    "drill.differs": "scenarios/test_drill.py",
    "drill.failed": "scenarios/test_drill.py",
    "file.changed": "unit/test_files.py",
    "file.special": "unit/test_files.py",
    "actor.unknown": "scenarios/test_system.py",
    **dict.fromkeys(("answer.amount", "answer.changed", "answer.item", "answer.unclear"), "scenarios/test_account_statements.py"),
    "evidence.changed": "scenarios/test_evidence_bundle.py",
    "book.missing": "contract/test_proving.py",
    "document.encrypted": "scenarios/test_advice_files.py",
    "document.scan": "scenarios/test_advice_files.py",
    "invoice.missing": "unit/test_einvoices.py",
    "invoice.several": "unit/test_einvoices.py",
    "parser.failed": "scenarios/test_books.py",
    "sample.differs": "scenarios/test_audit_sample.py",
    "sample.unfinished": "scenarios/test_audit_sample.py",
    "target.failed": "unit/test_erp_targets.py",
    "target.payload_changed": "unit/test_erp_targets.py",
    "target.no_form": "scenarios/test_outbox.py",
    "target.setting": "scenarios/test_outbox.py",
    "ack.contradicts": "scenarios/test_outbox.py",
    "ack.unknown": "scenarios/test_outbox.py",
    "ack.unreadable": "scenarios/test_outbox.py",
    **dict.fromkeys(("api.answer", "api.denied", "api.limited", "api.secret", "api.unreachable", "push.busy"), "live/test_push.py"),
    **dict.fromkeys(("pull.control", "pull.page"), "live/test_pull.py"),
    "books.unconfirmed": "scenarios/test_system.py",
    "books.unreadable": "scenarios/test_system.py",
    "books.unwritable": "scenarios/test_system.py",
    "memory.short": "scenarios/test_system.py",
    "screen.failed": "scenarios/test_system.py",
    "system.refused": "scenarios/test_system.py",
}
"""Codes that only the operating system, another package or a file made by code raises, and the tests that bring them about."""
START = (
    ("init", "."),
    ("import", "customers", "customers.csv"),
    ("import", "items", "items.csv"),
    ("ingest", "october.csv"),
    ("run", "--as-of", "2026-10-31"),
)


def covers(code: str) -> Callable[[Test], Test]:
    """Marks the test that raises a code which no file can."""

    def mark(test: Test) -> Test:
        COVERED.add(code)
        return test

    return mark


@pytest.fixture(scope="module")
def start(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books with a statement that was run over; copied, never used."""
    folder = tmp_path_factory.mktemp("start") / "books"
    shutil.copytree(ERRORS / "books", folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        prepared(Desk(folder, monkeypatch), START)
    return folder


@pytest.fixture
def desk(start: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    folder = tmp_path / "books"
    copy_of(start, folder)
    return Desk(folder, monkeypatch)


@pytest.fixture(scope="module")
def shared(start: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Desk, str]]:
    """One copy for all refused inputs, with what it holds: each of them must leave it so for the next."""
    folder = tmp_path_factory.mktemp("shared") / "books"
    copy_of(start, folder)
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Desk(folder, monkeypatch)
        yield desk, desk.contents()


def refused(result: Result, code: str, where: str = "", hint: str = "") -> None:
    """The one line on stderr: code first, then the place, the next step at the end; nothing on stdout."""
    entry = CATALOGUE[code]
    lines = result.stderr.splitlines()
    assert len(lines) == 1, result.stderr
    assert lines[0].startswith(f"{code}: {where}: " if where else f"{code}: ")
    assert lines[0].endswith(hint or entry.next_step)
    assert result.exit_code == entry.exit_code
    assert result.stdout == ""


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['code']}-{case['run'][0]}")
def test_a_refused_input_says_what_and_where_and_changes_nothing(case: dict[str, Any], shared: tuple[Desk, str]) -> None:
    desk, contents = shared
    path = str(ERRORS / case["file"]) if "file" in case else ""
    result = desk.run(*(word.replace("{file}", path) for word in case["run"]))
    refused(result, case["code"], f"{path}:{case['line']}" if "line" in case else path, case.get("hint", ""))
    assert desk.contents() == contents


@pytest.mark.parametrize("case", NOTES, ids=lambda case: case["code"])
def test_a_note_is_said_and_the_money_is_read(case: dict[str, Any], shared: tuple[Desk, str]) -> None:
    desk, _ = shared
    path = str(ERRORS / case["file"])
    found = json.loads(desk.run("inspect", path, "--format", "json").stdout)
    said = {(p["code"], p["line"], p["severity"]) for p in found["problems"]}
    assert (case["code"], case["line"], case["severity"]) in said
    assert found["outcome"] == case.get("outcome", "read" if case["severity"] == "info" else "read_with_warnings")
    assert [s["transactions"] for s in found["statements"]] == case["transactions"]


@covers("note.neutral")
def test_rows_that_move_no_money_are_left_out_and_counted() -> None:
    layout = (ERRORS / "books" / "profiles" / "no-currency.toml").read_text(encoding="utf-8")
    layout += '[[special]]\ncolumn = "remittance_information"\nwords = ["VOID"]\nmeans = "neutral"\n'
    rows = b"Acct,Posted,Sum,Narrative\n7700123456,2026-10-19,120.00,Tuning\n7700123456,2026-10-20,80.00,VOID\n"
    options = ParseOptions(currency="USD", profile="no-currency", profiles={"no-currency": layout})
    found = inspect(Source.of(rows, "void.csv"), options)
    assert ("note.neutral", "info") in {(p["code"], p["severity"]) for p in found["problems"]}
    assert [s["transactions"] for s in found["statements"]] == [1]


@covers("note.sheet")
def test_a_sheet_that_repeats_another_is_left_out_and_named() -> None:
    book = openpyxl.Workbook()
    for cells in (("account", "booking_date", "amount", "currency"), ("giro", "2026-10-19", 120, "EUR")):
        book.active.append(cells)
    book.copy_worksheet(book.active)
    out = io.BytesIO()
    book.save(out)
    found = inspect(Source.of(out.getvalue(), "twice.xlsx"), ParseOptions())
    assert ("note.sheet", "warning") in {(p["code"], p["severity"]) for p in found["problems"]}
    assert [s["transactions"] for s in found["statements"]] == [1]


@covers("file.too_large")
def test_a_line_without_end(desk: Desk) -> None:
    path = desk.folder / "long.sta"
    path.write_bytes((ERRORS / "unbalanced.sta").read_bytes().replace(b"OR-2026-107", b"9" * (2 << 20)))
    before = desk.contents()
    refused(desk.run("ingest", str(path)), "file.too_large", str(path))
    assert desk.contents() == before


@covers("extra.missing")
def test_a_full_screen_needs_its_package(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "textual", None)
    refused(desk.run("review"), "extra.missing")


@covers("books.busy")
def test_books_that_another_process_holds(desk: Desk) -> None:
    before = desk.contents()
    hold = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"
    holder = subprocess.Popen([sys.executable, "-c", hold, str(desk.file)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        for command in (("run",), ("status", "--wait", "0"), ("ingest", "october.csv")):
            result = desk.run(*command)
            refused(result, "books.busy", str(desk.file))
            assert f"process {holder.pid} " in result.stderr
    assert desk.contents() == before


@covers("books.damaged")
@pytest.mark.shape
def test_a_books_file_that_is_no_database(desk: Desk) -> None:
    desk.file.write_bytes(b"\0" * 4096)
    refused(desk.run("status"), "books.damaged", str(desk.file))
    assert desk.file.read_bytes() == b"\0" * 4096


@covers("books.newer")
@pytest.mark.shape
def test_books_of_a_newer_version(desk: Desk) -> None:
    with duckdb.connect(str(desk.file)) as connection:
        connection.execute("INSERT INTO meta.migration VALUES ('9999_later.sql', '')")
    before = desk.contents()
    refused(desk.run("run"), "books.newer", str(desk.file))
    assert desk.contents() == before


@covers("books.foreign")
@pytest.mark.shape
def test_a_books_file_that_holds_more_than_ours(desk: Desk) -> None:
    with duckdb.connect(str(desk.file)) as connection:
        connection.execute("CREATE MACRO main.md5(x) AS 'always the same'")
    before = desk.contents()
    result = desk.run("run")
    refused(result, "books.foreign", str(desk.file))
    assert "macro main.md5 is not this program's" in result.stderr
    assert desk.contents() == before


@covers("encryption.key")
@covers("encryption.unavailable")
@pytest.mark.shape
def test_encrypted_books_without_a_key_or_without_the_module(desk: Desk) -> None:
    desk.monkeypatch.setitem(sys.modules, "keyring", None)
    for name in ("MATCHER_KEY", "MATCHER_KEY_FILE"):
        desk.monkeypatch.delenv(name, raising=False)
    refused(desk.run("init", "new", "--encrypt"), "encryption.key")
    desk.monkeypatch.setenv("MATCHER_KEY", "sixteen or more characters")
    desk.monkeypatch.setitem(sandbox.SETTINGS, "extension_directories", [str(desk.folder)])
    result = desk.run("init", "new", "--encrypt")
    assert result.exit_code == CATALOGUE["encryption.unavailable"].exit_code
    assert result.stderr.startswith("encryption.unavailable: ")
    assert not (desk.folder / "new").exists()


@covers("encryption.mismatch")
@covers("encryption.wrong_key")
@pytest.mark.shape
def test_books_and_matcher_toml_that_disagree_on_encryption(desk: Desk) -> None:
    path = desk.folder / "matcher.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("[books]", "[books]\nencryption = true"), encoding="utf-8")
    # DuckDB's own module, which the program never takes: it serves to see what happens to keys
    desk.monkeypatch.setattr("matcher.store.hardening.load_module", lambda c: c.execute("SET force_mbedtls_unsafe = true"))
    desk.monkeypatch.setenv("MATCHER_KEY", "sixteen or more characters")
    refused(desk.run("run"), "encryption.mismatch", str(desk.file))
    desk.file.unlink()
    desk.do("init", ".")
    desk.monkeypatch.setenv("MATCHER_KEY", "sixteen or more characters of another key")
    refused(desk.run("run"), "encryption.wrong_key", str(desk.file))


@covers("config.invalid")
@pytest.mark.parametrize("broken", ['[books]\nname = "x"\n', "[books\n", '[books]\nname = "x"\nbase_currency = "EUR"\ncolour = "red"\n'])
def test_a_matcher_toml_that_is_not_valid(desk: Desk, broken: str) -> None:
    before = desk.contents()
    path = desk.folder / "matcher.toml"
    path.write_text(broken, encoding="utf-8")
    refused(desk.run("status"), "config.invalid", f"{path}:1" if broken == "[books\n" else str(path))
    assert desk.contents() == before


def test_an_account_whose_layout_does_not_exist(desk: Desk) -> None:
    before = desk.contents()
    path = desk.folder / "matcher.toml"
    good = path.read_text(encoding="utf-8")
    for name, hint in (("canonicl", "perhaps 'canonical' or "), ("zzzzzz", "`matcher profile list` lists the shipped ones")):
        path.write_text(re.sub(r"^(currency = .*)$", rf'\1\nprofile = "{name}"', good, count=1, flags=re.MULTILINE), encoding="utf-8")
        result = desk.run("ingest", str(desk.folder / "october.csv"))
        refused(result, "config.invalid", str(path))
        assert f"profile: there is no layout {name!r}; {hint}" in result.stderr
    assert desk.contents() == before


DEEP = (
    "a = " + "[" * 5_000 + "]" * 5_000,
    ".".join("a" * 400_000) + " = 1",
    "a = " + "{b=" * 3_000 + "1" + "}" * 3_000,
    f"a = {'9' * 5_000}",
)


@pytest.mark.parametrize("bad", [*DEEP, "# " + "x" * (1 << 20), b"# \xff", "folder", "pipe", "device", "dangling"], ids=range(10))
@pytest.mark.parametrize(("name", "code"), [("rules.toml", "rules.invalid"), ("profiles/bad.toml", "profile.invalid")])
def test_a_file_of_ones_own_that_cannot_be_read(desk: Desk, name: str, code: str, bad: str | bytes) -> None:
    before = desk.contents()
    _put(desk.folder / name, bad)
    result = desk.run("ingest" if "/" in name else "run", *([str(ERRORS / "currency_mixed.csv")] if "/" in name else []))
    assert (result.exit_code, result.stderr.partition(":")[0], result.stderr.count("\n")) == (2, code, 1)
    assert desk.contents() == before


UNREADABLE = [*((bad, "config.invalid") for bad in (*DEEP, "# " + "x" * (1 << 20), b"# \xff")),
              *((kind, "books.missing") for kind in ("folder", "pipe", "device", "dangling"))]  # fmt: skip


@pytest.mark.parametrize(("bad", "code"), UNREADABLE, ids=range(10))
def test_a_matcher_toml_that_cannot_be_read(desk: Desk, bad: str | bytes, code: str) -> None:
    before = desk.contents()
    (desk.folder / "matcher.toml").unlink()
    _put(desk.folder / "matcher.toml", bad)
    result = desk.run("--books", str(desk.folder), "status")
    assert (result.exit_code, result.stderr.partition(":")[0]) == (2, code)
    assert desk.contents() == before


def _put(path: Path, bad: str | bytes) -> None:
    """Puts something into the place of a file of settings."""
    match bad:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "device":
            path.symlink_to("/dev/zero")
        case "dangling":
            path.symlink_to(path.parent / "nowhere")
        case bytes():
            path.write_bytes(bad)
        case _:
            path.write_text(bad, encoding="utf-8")


@covers("layout.invalid")
def test_a_layout_of_a_list_that_is_not_valid(desk: Desk) -> None:
    (desk.folder / "layouts" / "mine.toml").write_text('name = "mine"\nkind = "bills"\n')
    refused(desk.run("import", "items", str(ERRORS / "totals.csv")), "layout.invalid", "mine.toml")
    refused(desk.run("layout", "list"), "layout.invalid", "mine.toml")


@covers("profile.invalid")
def test_a_layout_of_ones_own_that_is_not_valid(desk: Desk) -> None:
    (desk.folder / "profiles" / "mine.toml").write_text('name = "mine"\nbank = "x"\n', encoding="utf-8")
    before = desk.contents()
    refused(desk.run("ingest", str(ERRORS / "currency_mixed.csv")), "profile.invalid", "mine.toml")
    assert desk.contents() == before


@covers("rules.invalid")
@pytest.mark.parametrize(
    ("name", "place", "what"),
    [
        ("rules_unknown_point.toml", "", "evidence.payer_nam: there is no such key; perhaps 'payer_name' is meant"),
        ("rules_not_toml.toml", ":3", "is not valid TOML"),
        ("rules_unplaced.toml", "", "rule house-bank: a rule of one's own names the rule that it stands before or after"),
    ],
)
def test_rules_that_are_not_valid(desk: Desk, name: str, place: str, what: str) -> None:
    before = desk.contents()
    result = desk.run("rules", "check", str(ERRORS / name))
    refused(result, "rules.invalid", f"{ERRORS / name}{place}")
    assert what in result.stderr
    shutil.copy(ERRORS / name, desk.folder / "rules.toml")
    refused(desk.run("run"), "rules.invalid", f"{desk.folder / 'rules.toml'}{place}")
    assert desk.contents() == before


@covers("rules.unreachable")
@covers("rules.example")
@covers("rules.unmeasured")
@covers("rules.differs")
@pytest.mark.usefixtures("companies_once")
def test_rules_that_are_valid_and_odd(desk: Desk) -> None:
    def found(name: str, status: int) -> set[tuple[str, str]]:
        result = desk.run("rules", "check", str(ERRORS / name), "--format", "json")
        assert result.exit_code == status, result.output
        return {(row["code"], row["rule"]) for row in map(json.loads, result.stdout.splitlines())}

    odd = found("rules_odd.toml", codes.NEEDS_PERSON)
    assert {("rules.unreachable", "late-comer"), ("rules.example", "late-comer"), ("rules.unmeasured", "named-rounding")} <= odd
    wider = found("rules_wider.toml", codes.DONE)
    assert {("rules.differs", "named-fee"), ("rules.unmeasured", "named-fee")} <= wider
    assert not {code for code, _ in wider} & {"rules.example", "rules.unreachable"}
    assert desk.run("rules", "test", "late-comer", "--rules", str(ERRORS / "rules_odd.toml")).exit_code == codes.NEEDS_PERSON
    assert desk.run("rules", "test", "named-fee", "--rules", str(ERRORS / "rules_wider.toml")).exit_code == codes.DONE


@covers("rule.unknown")
def test_a_rule_that_is_not_there(desk: Desk) -> None:
    refused(desk.run("rules", "show", "nobody"), "rule.unknown")
    refused(desk.run("rules", "test", "nobody"), "rule.unknown")


@covers("statement.unbalanced")
def test_a_statement_that_does_not_add_up_is_kept_aside(desk: Desk) -> None:
    before = desk.matches()
    result = desk.run("ingest", str(ERRORS / "unbalanced.sta"))
    assert result.exit_code == codes.NEEDS_PERSON
    assert f"warning: statement.unbalanced: {ERRORS / 'unbalanced.sta'}:" in result.stderr
    assert "quarantined" in result.stdout
    assert desk.matches() == before
    status = desk.run("status")
    assert status.exit_code == codes.NEEDS_PERSON
    assert status.stderr.startswith("statement.unbalanced: account giro: statement ")
    corrected = desk.folder / "corrected.sta"
    corrected.write_bytes((ERRORS / "unbalanced.sta").read_bytes().replace(b"21794,60", b"21974,60"))
    desk.do("ingest", str(corrected))
    assert desk.run("status").exit_code == codes.DONE


@covers("statement.gap")
def test_a_missing_statement_blocks_the_close(desk: Desk) -> None:
    assert desk.run("status").exit_code == 0
    desk.do("ingest", str(ERRORS / "after_a_gap.csv"))
    status = desk.run("status")
    assert status.exit_code == codes.NEEDS_PERSON
    assert status.stderr == "statement.gap: account giro: -524.60 EUR are missing between 2026-10-14 and 2026-11-02\n"


@covers("statement.overlap")
def test_days_that_were_read_before_add_only_new_lines(desk: Desk) -> None:
    printed = desk.do("ingest", str(ERRORS / "overlap.csv"))
    assert f"info: statement.overlap: {ERRORS / 'overlap.csv'}: 2 of its 3 lines were read before and are not added again" in printed
    assert "1 new line, 2 already known.\n" in printed


def comma_statement(folder: Path, account: str = "7700123456", currency: str = "USD") -> Path:
    """A statement with decimal commas: `1.500` is fifteen hundred there, and one and a half to the second reader."""
    text = (FIXTURES / "banks" / "ofx" / "decimal_comma.ofx").read_text(encoding="ascii")
    path = folder / "comma.ofx"
    path.write_text(text.replace("30211-7", account).replace("<CURDEF>BRL", f"<CURDEF>{currency}"), encoding="ascii")
    return path


@covers("statement.reissued")
def test_days_that_come_again_in_another_format_are_kept_aside(desk: Desk) -> None:
    before = desk.matches()
    path = comma_statement(desk.folder, "DE02120300000000202051", "EUR")
    result = desk.run("ingest", str(path))
    assert result.exit_code == codes.NEEDS_PERSON
    assert f"warning: statement.reissued: {path}:" in result.stderr
    assert desk.matches() == before


@covers("statement.conflict")
def test_a_reference_that_comes_again_with_another_amount_waits_for_a_person(desk: Desk) -> None:
    before = desk.matches()
    result = desk.run("ingest", str(ERRORS / "other_amount.csv"))
    assert result.exit_code == codes.NEEDS_PERSON
    assert f"warning: statement.conflict: {ERRORS / 'other_amount.csv'}:2: line " in result.stderr
    assert desk.matches() == before
    assert desk.run("statement", "conflicts").exit_code == codes.NEEDS_PERSON
    assert desk.run("status").stderr.startswith("statement.conflict: account giro: 1 lines do not count")


@covers("snapshot.older")
def test_a_list_of_an_earlier_day_is_taken_and_both_days_are_named(desk: Desk) -> None:
    desk.do("import", "items", "--partial", "--snapshot-date", "2026-10-31", str(ERRORS / "items_2199-12-31.csv"))
    later = desk.run("import", "items", "--partial", "--snapshot-date", "2026-09-30", str(ERRORS / "items_2199-12-31.csv"))
    assert later.exit_code == codes.DONE
    said = "warning: snapshot.older: this list is of 30 Sep 2026, and one of "
    assert said in later.stderr


@covers("item.ambiguous")
def test_a_number_that_fits_two_items_is_answered_with_both(desk: Desk) -> None:
    row = "I9,1,C1,invoice,RE-2026-107,2026-09-18,2026-10-18,EUR,1450.00"
    (desk.folder / "more.csv").write_text(
        f"{(desk.folder / 'items.csv').read_text(encoding='utf-8').splitlines()[0]}\n{row}\n", encoding="utf-8"
    )
    desk.do("import", "items", "--partial", "more.csv")
    said = desk.do("allocate", "f29b", "107", "--reason", "told", status=2)
    assert said.startswith("item.ambiguous: ")
    assert ("OR-2026-107 (I2)" in said, "RE-2026-107 (I9)" in said) == (True, True)


@covers("policy.limit")
def test_more_than_a_person_may_clear_is_refused(desk: Desk) -> None:
    toml = desk.folder / "matcher.toml"
    toml.write_text(
        f'{toml.read_text(encoding="utf-8")}\n[policy.limits.bad_debt]\npercent = 10\n[policy.people.anna]\namount = "500.00"\n',
        encoding="utf-8",
    )
    assert desk.do("write-off", "OR-2026-107=145.01", "--reason", "bad_debt", status=4).startswith(
        "policy.limit: 145.01 EUR of OR-2026-107"
    )
    assert desk.do("write-off", "OR-2026-107=500.01", "--reason", "damage", status=4).startswith("policy.limit: 500.01 EUR")
    desk.do("write-off", "OR-2026-107=145.00", "--reason", "bad_debt")
    # nor in small steps, nor for one reason after the other
    assert desk.do("write-off", "OR-2026-107=0.01", "--reason", "bad_debt", status=4).startswith(
        "policy.limit: 145.01 EUR of OR-2026-107 in all"
    )
    assert desk.do("write-off", "OR-2026-107=355.01", "--reason", "damage", status=4).startswith("policy.limit: 500.01 EUR")


@covers("policy.people")
@covers("policy.role")
@covers("policy.approver")
@covers("policy.disputed")
@covers("approval.waits")
@covers("approval.self")
@covers("approval.unknown")
def test_what_needs_another_person_or_is_not_for_this_one(desk: Desk) -> None:
    toml = desk.folder / "matcher.toml"
    people = '[policy.roles.clerk]\nmay = ["approve", "write_off", "on_account", "undo"]\n[policy.people.anna]\nrole = "clerk"\n'
    people += "[policy.people.ben]\n[policy.people.emil]\napprove_up_to = 1\n"
    policy = f'[policy]\npeople_only = true\nfour_eyes_for = ["on_account"]\nwrite_off_disputed = false\n{people}'
    toml.write_text(f"{toml.read_text(encoding='utf-8')}\n{policy}", encoding="utf-8")
    items = (desk.folder / "items.csv").read_text(encoding="utf-8").splitlines()
    disputed = [items[0] + ",disputed_amount", *(f"{row},{'5.00' if row.startswith('I2') else ''}" for row in items[1:])]
    (desk.folder / "disputed.csv").write_text("\n".join(disputed) + "\n", encoding="utf-8")
    desk.do("import", "items", "disputed.csv")
    desk.do("on-account", "ref:B4", "--customer", "C2")
    waits = json.loads(desk.run("queue", "--to-approve", "--format", "json").stdout)["decision_id"]
    before = desk.contents()
    refused(desk.run("write-off", "I2=1.00", "--reason", "rounding"), "policy.disputed")
    refused(desk.run("note", "ref:B4", "asked"), "policy.role")
    refused(desk.run("--actor", "eve", "note", "ref:B4", "asked"), "policy.people")
    refused(desk.run("--actor", "ben", "classify", "ref:B4", "--as", "other"), "approval.waits")
    refused(desk.run("approve", waits), "approval.self")
    refused(desk.run("--actor", "emil", "approve", waits), "policy.approver")
    refused(desk.run("--actor", "ben", "approve", "I1"), "approval.unknown")
    assert desk.contents() == before


@covers("rule.contradicted")
def test_a_rule_that_a_decision_contradicts_is_not_accepted(desk: Desk) -> None:
    head = "account,booking_date,amount,currency,counterparty_name,remittance_information,bank_reference"
    rows = [f"{{account}},2026-10-{day},12.90,EUR,Sparbank Nord,Vermittlung,V{day}" for day in range(10, 14)]
    account = json.loads(desk.run("show", "ref:B4", "--format", "json").stdout.splitlines()[0])["account"]
    text = "\n".join([head, *(row.format(account=account) for row in rows), ""])
    (desk.folder / "alike.csv").write_text(text, encoding="utf-8")
    desk.do("ingest", "alike.csv")
    desk.do("classify", "ref:V10", "ref:V11", "ref:V12", "--as", "fee")
    desk.do("on-account", "ref:V13", "--customer", "C2")
    rule = json.loads(desk.run("rules", "propose", "--format", "json").stdout)["rule"]
    before = desk.contents()
    refused(desk.run("rules", "accept", rule), "rule.contradicted")
    assert desk.contents() == before


@covers("decision.changed")
def test_a_proposal_that_is_no_longer_what_was_shown(desk: Desk) -> None:
    desk.do("queue")
    desk.do("reject", "1")
    before = desk.contents()
    refused(desk.run("accept", "1"), "decision.changed")
    assert desk.contents() == before


@covers("period.blocked")
def test_a_month_that_is_not_over_is_not_closed(desk: Desk) -> None:
    assert "period.blocked: 2099-12 stays open" in desk.do("close", "2099-12", status=1)


@covers("period.reviewer")
def test_one_person_does_not_close_a_month_that_two_close(desk: Desk) -> None:
    toml = desk.folder / "matcher.toml"
    toml.write_text(f"{toml.read_text(encoding='utf-8')}\n[policy]\nclose_by = 2\n", encoding="utf-8")
    assert desk.do("close", "2026-10", "--as-reviewer", status=4).startswith("period.reviewer: nobody has prepared 2026-10")
    desk.do("close", "2026-10", status=1)
    assert desk.do("close", "2026-10", "--as-reviewer", status=4).startswith("period.reviewer: anna has prepared 2026-10")
    desk.do("--actor", "bela", "close", "2026-10", "--as-reviewer")
    assert desk.do("--actor", "bela", "reopen", "2026-10", "--reason", "x", status=4).startswith("period.reviewer: bela closed 2026-10")


@covers("line.posted")
def test_lines_with_postings_are_not_taken_out_unasked(desk: Desk) -> None:
    desk.run("ingest", str(ERRORS / "other_amount.csv"))
    listed = [json.loads(text) for text in desk.run("statement", "conflicts", "--format", "json").stdout.splitlines()]
    (waiting,) = [row["line_id"] for row in listed if row["counts"] == "no"]
    before = desk.contents()
    refused(desk.run("statement", "settle", waiting, "--keep", "this", "--reason", "corrected by the bank"), "line.posted")
    assert desk.contents() == before


@covers("note.second_reader")
def test_what_the_second_reader_reads_wrongly_is_told_and_the_file_is_taken(desk: Desk) -> None:
    result = desk.run("ingest", "--verify", str(comma_statement(desk.folder)))
    assert result.exit_code == codes.DONE
    assert "info: note.second_reader: " in result.stderr
    assert "3 new lines" in result.stderr


@covers("verify.disputed")
def test_a_file_that_the_second_reader_may_read_rightly_is_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    path, before = comma_statement(desk.folder), desk.contents()
    disputed = ReadingDifference(0, "amount of entry 1 (line 43)", "12.50", "1250.00", "unclear", "the file writes one amount only")
    monkeypatch.setattr("matcher.pipeline.ingest.second_opinion", lambda source, options: [disputed])
    refused(desk.run("ingest", "--verify", str(path)), "verify.disputed", str(path))
    assert desk.contents() == before


@covers("verify.failed")
def test_a_journal_that_was_tampered_with(desk: Desk) -> None:
    assert desk.run("verify").exit_code == 0
    desk.tamper("log.batch", "UPDATE log.batch SET actor = 'nobody' WHERE batch = 2")
    result = desk.run("verify")
    assert result.exit_code == codes.NEEDS_PERSON
    assert result.stderr.startswith("verify.failed: 2 of ")
    for line in ("FAILS: batch 2", "FAILS: not checked"):
        assert line in result.stdout


def test_a_noted_head_is_looked_for(desk: Desk) -> None:
    printed = desk.do("verify", "--head")
    number, head = re.fullmatch(r"batch (\d+) ([0-9a-f]{64})\n", printed).groups()
    assert f"holds (batch {number}, 0 follow)" in desk.do("verify", "--expect", head)
    desk.do("run")
    assert f"holds (batch {number}, 1 follow)" in desk.do("verify", "--expect", head)
    result = desk.run("verify", "--expect", "f" * 64, "-O", "csv")
    assert result.exit_code == codes.NEEDS_PERSON
    assert result.stderr.startswith("verify.failed: ")
    assert f"FAILS: no batch has the hash {'f' * 64}" in result.stdout
    refused(desk.run("run", "--precision", "nan"), "usage.option", hint="See matcher run --help.")
    refused(desk.run("queue", "--limit", "9" * 20), "usage.option", hint="See matcher queue --help.")
    refused(desk.run("verify", "--expect", "f"), "usage.option")


def test_a_missing_statement_is_said_by_verify_with_its_next_step(desk: Desk) -> None:
    desk.do("ingest", str(ERRORS / "after_a_gap.csv"))
    result = desk.run("verify")
    assert result.exit_code == codes.NEEDS_PERSON
    assert result.stderr.startswith("statement.gap: account giro: statement ")
    assert result.stderr.endswith("Ingest the missing statement.\n")


@pytest.mark.parametrize("form", ["csv", "parquet", "json", "jsonl"])
def test_an_export_says_which_journal_it_was_made_of(desk: Desk, form: str) -> None:
    head = desk.do("verify", "--head").split()
    path = desk.folder / f"matches.{form}"
    assert f"Journal head: batch {head[1]}, {head[2]}.\n" in desk.run("export", "matches", "-o", str(path)).stderr
    if form == "parquet":
        about = pl.read_parquet_metadata(path)
        assert (about["matcher.journal_batch"], about["matcher.journal_hash"]) == (head[1], head[2])
    bytes_of = path.read_bytes()
    desk.do("export", "matches", "-o", str(path))
    assert path.read_bytes() == bytes_of


def test_receipts_hold_the_head_that_holds_them(desk: Desk) -> None:
    desk.do("export", "receipts", "-o", str(desk.folder / "r.jsonl"))
    head = desk.do("verify", "--head").split()
    header = json.loads((desk.folder / "r.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert (header["journal_batch"], header["journal_hash"]) == (int(head[1]), head[2])
    written = (desk.folder / "r.jsonl").read_bytes()
    desk.do("export", "receipts", "--all", "-o", str(desk.folder / "r.jsonl"))
    assert (desk.folder / "r.jsonl").read_bytes() == written
    desk.do("export", "receipts", "--all", "-o", str(desk.folder / "r.csv"))
    about = json.loads((desk.folder / "r.batch.json").read_text(encoding="utf-8"))["header"]
    assert (about["journal_batch"], about["journal_hash"]) == (int(head[1]), head[2])


@covers("books.altered")
@pytest.mark.shape
def test_proposals_that_were_changed_from_outside_are_not_acted_on(desk: Desk) -> None:
    before = desk.contents()
    line = json.loads(desk.do("queue", "--format", "json").splitlines()[0])["line_id"]
    with duckdb.connect(str(desk.file)) as connection:
        connection.execute("UPDATE work.finding SET customer_id = 'C9'")
    altered = desk.contents()
    assert altered != before
    for command in ("accept", "reject"):
        refused(desk.run(command, line), "books.altered", str(desk.folder))
    assert desk.contents() == altered


@covers("journal.key")
def test_a_key_that_cannot_be_read(desk: Desk) -> None:
    before = desk.contents()
    path = desk.folder / "matcher.toml"
    path.write_text(path.read_text(encoding="utf-8") + '\n[journal]\nkey_file = "nowhere.key"\n', encoding="utf-8")
    for command in ("run", "verify"):
        refused(desk.run(command), "journal.key", str(desk.folder / "nowhere.key"))
    assert desk.run("status").exit_code == codes.DONE
    assert desk.contents() == before


READING = (
    ("verify",), ("verify", "--head"), ("status",), ("queue",), ("show", "ab"), ("explain", "ab"), ("aging",),
    ("rules", "backtest"), ("statement", "list"), ("statement", "conflicts"), ("statement", "show", "ab"), ("statement", "diff", "ab"),
    ("export", "matches", "-o", "matches.csv"), ("export", "aging", "-o", "aging.csv"), ("export", "discrepancies", "-o", "d.csv"),
)  # fmt: skip
WRITING = (
    ("run",), ("run", "--dry-run"), ("ingest", "october.csv"), ("import", "items", "items.csv"), ("accept", "ab"), ("undo", "ab"),
    ("export", "receipts", "-o", "r.csv"), ("statement", "accept", "ab", "--reason", "x"),
)  # fmt: skip


@pytest.mark.parametrize("command", [*READING, *WRITING], ids=" ".join)
def test_books_without_their_file_are_not_begun_anew(desk: Desk, command: tuple[str, ...]) -> None:
    desk.file.unlink()
    before = sorted(desk.folder.rglob("*"))
    refused(desk.run(*command), "books.missing", str(desk.folder), f"new books are made by `matcher init {desk.folder}`.")
    assert sorted(desk.folder.rglob("*")) == before


@pytest.mark.shape
def test_an_empty_file_is_no_set_of_books(desk: Desk) -> None:
    desk.file.write_bytes(b"")
    for command in (("verify",), ("status",), ("run",)):
        refused(desk.run(*command), "books.damaged", str(desk.file))
    assert desk.file.read_bytes() == b""


@pytest.mark.shape
def test_a_damaged_block_is_found_wherever_it_is(desk: Desk) -> None:
    """Every block of the file is damaged in turn. What a command does not read it may answer; verify reads everything that is in use."""
    with duckdb.connect(str(desk.file), read_only=True) as connection:
        ((size,),) = connection.execute("SELECT block_size FROM pragma_database_size()").fetchall()
    whole = desk.file.read_bytes()
    answers = set()
    for place in range(3 * 4096 + 200, len(whole), size):
        damaged = bytearray(whole)
        damaged[place : place + 32] = bytes(byte ^ 0xFF for byte in damaged[place : place + 32])
        desk.file.write_bytes(damaged)
        result = desk.run("verify")
        answers.add((result.exit_code, result.stderr.partition(":")[0]))
    assert (codes.INTERNAL, "books.damaged") in answers
    assert answers <= {(codes.DONE, ""), (codes.INTERNAL, "books.damaged")}


@covers("internal")
def test_what_nobody_foresaw_ends_without_a_traceback(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object, **more: object) -> None:
        raise ZeroDivisionError("a cell's contents")

    before = desk.contents()
    monkeypatch.setattr("matcher.pipeline.run.decide_all", fail)
    result = desk.run("run")
    refused(result, "internal")
    assert "ZeroDivisionError at " in result.stderr
    assert "a cell's contents" not in result.stderr
    assert desk.contents() == before


def test_every_code_is_raised_somewhere() -> None:
    for code, place in ELSEWHERE.items():
        text = (ROOT / "tests" / place).read_text(encoding="utf-8").replace("\\.", ".")
        assert re.search(rf'"{re.escape(code)}["?:]|{re.escape(code)}: ', text), code
    tested = COVERED | set(ELSEWHERE) | {case["code"] for case in CASES} | {case["code"] for case in NOTES}
    assert set() == set(CATALOGUE) - tested
    assert set() == tested - set(CATALOGUE)


def test_every_input_belongs_to_a_case() -> None:
    source = Path(__file__).read_text(encoding="utf-8")
    named = {case.get("file") for case in (*CASES, *NOTES)}
    inputs = {path.name for path in ERRORS.iterdir() if path.is_file() and path.name != "cases.toml"}
    assert set() == {name for name in inputs - named if f'"{name}"' not in source and f"'{name}'" not in source}


def test_the_page_of_codes_is_the_catalogue() -> None:
    assert (ROOT / "docs" / "errors.md").read_text(encoding="utf-8") == codes_page.page()


@covers("account.changed")
@pytest.mark.parametrize(
    ("before", "after"), [('id = "giro"', 'id = "other"'), ('entity = "1"', 'entity = "2"'), ('currency = "EUR"', 'currency = "SEK"')]
)
def test_an_account_keeps_its_id_entity_and_currency(before: str, after: str, desk: Desk) -> None:
    """Or its lines would come in again under the new one, and be posted twice."""
    path = desk.folder / "matcher.toml"
    head, giro, rest = path.read_text(encoding="utf-8").partition('[[account]]\nid = "giro"')
    account, gap, others = (giro + rest).partition("\n\n")
    second = '[[entity]]\nid = "2"\nname = "Another GmbH"\n\n'
    path.write_text(head + second + account.replace(before, after) + gap + others, encoding="utf-8")
    refused(
        desk.run("ingest", str(ERRORS / "after_a_gap.csv"), "--account", "giro" if "giro" not in before else "other"),
        "account.changed",
        str(path),
    )
