"""Stories of a set of books: reading twice, twins, quarantine, the ERP answering, two processes, a process that is killed."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import polars as pl
import pytest
from faults.harness import Job, Server
from support import CONFIG, filled, items_file, lines_file, new_books, tamper, write

from matcher import money
from matcher.errors import MatcherError
from matcher.model import FileInfo, StatementEnd, StatementStart, Transaction
from matcher.parsers import registry
from matcher.parsers.base import Event, ParseOptions, RowBatch, Source
from matcher.pipeline.ingest import IngestOptions

DAY = date(2026, 10, 31)
OFX = """OFXHEADER:100
DATA:OFXSGML
VERSION:102
SECURITY:NONE
ENCODING:USASCII
CHARSET:1252
COMPRESSION:NONE
OLDFILEUID:NONE
NEWFILEUID:NONE

<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>12030000<ACCTID>DE02120300000000202051<ACCTTYPE>CHECKING</BANKACCTFROM>
<BANKTRANLIST><DTSTART>20261001<DTEND>20261031
{rows}
</BANKTRANLIST><LEDGERBAL><BALAMT>{closing}<DTASOF>20261031</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>
"""


def balanced(rows: list[tuple[str, str, str]], opening: float) -> list[dict[str, str]]:
    """Canonical rows (day, amount, text) with a running balance."""
    found, balance = [], opening
    for day, amount, text in rows:
        balance += float(amount)
        found.append({"booking_date": day, "amount": amount, "remittance_information": text, "balance": f"{balance:.2f}"})
    return found


def test_twins_of_one_day_stay_and_a_statement_that_goes_on_adds_its_own(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    morning = balanced([("2026-10-01", "10.00", "coffee"), ("2026-10-01", "10.00", "coffee")], 100)
    evening = balanced([("2026-10-01", "10.00", "coffee"), ("2026-10-02", "5.00", "tea")], 120)
    books.ingest([lines_file(tmp_path, morning, "a.csv")])
    (result,) = books.ingest([lines_file(tmp_path, evening, "b.csv")])
    # the evening file opens with the balance that the morning file closed with: its coffee is a third one
    assert [(s.state, s.new, s.known) for s in result.statements] == [("balanced", 2, 0)]
    both = balanced([("2026-10-01", "10.00", "coffee")] * 3 + [("2026-10-02", "5.00", "tea")], 100)
    (again,) = books.ingest([lines_file(tmp_path, both, "c.csv")])
    assert [(s.new, s.known) for s in again.statements] == [(0, 4)]
    assert books.state(DAY).lines["amount"].sum() == 35_00


def test_one_reference_with_two_amounts_is_kept_and_told(tmp_path: Path) -> None:
    rows = [{"amount": "10.00", "bank_reference": "X1"}, {"amount": "-0.50", "bank_reference": "X1"}]
    (result,) = new_books(tmp_path / "books").ingest([lines_file(tmp_path, rows)])
    assert [(s.new, s.conflicting) for s in result.statements] == [(2, 2)]


def test_a_statement_that_does_not_add_up_is_kept_aside_and_counts_nowhere(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    good = (
        ":20:1\n:25:12030000/0000202051\n:28C:1/1\n:60F:C261001EUR100,00\n:61:2610021002C10,00NTRFNONREF\n:86:one\n"
        ":62F:C261002EUR110,00\n-\n"
    )
    (result,) = books.ingest([write(tmp_path, "good.sta", good)])
    assert [s.state for s in result.statements] == ["balanced"]
    bad = good.replace("28C:1/1", "28C:2/1").replace("C261001EUR100,00", "C261002EUR110,00").replace("EUR110,00\n-", "EUR999,00\n-")
    (result,) = books.ingest([write(tmp_path, "bad.sta", bad)])
    assert [s.state for s in result.statements] == ["quarantined"]
    assert books.state(DAY).lines.height == 1
    assert [block.code for block in books.blocks()] == ["statement.unbalanced"]
    (held,) = (row.statement_id for row in books.statements() if row.state == "quarantined")
    with pytest.raises(MatcherError, match=r"decision\.state.*reason"):
        books.accept_statement(held, reason=" ")
    done = books.accept_statement(held[:6], reason="the bank confirmed by telephone")
    assert (done.new, done.known) == (1, 0)
    assert books.state(DAY).lines["amount"].to_list() == [10_00, 10_00]
    assert books.blocks() == []
    assert [c.name for c in books.verify() if c.failure] == []
    with pytest.raises(MatcherError, match=r"decision\.state.*accepted"):
        books.accept_statement(held, reason="again")


def test_a_missing_statement_breaks_the_chain_until_it_comes(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    books.ingest([lines_file(tmp_path, balanced([("2026-10-01", "10.00", "a")], 0), "1.csv")])
    books.ingest([lines_file(tmp_path, balanced([("2026-10-03", "30.00", "c")], 30), "3.csv")])
    assert [(b.code, "20.00 EUR" in b.message) for b in books.blocks()] == [("statement.gap", True)]
    books.ingest([lines_file(tmp_path, balanced([("2026-10-02", "20.00", "b")], 10), "2.csv")])
    assert books.blocks() == []


def test_one_bad_file_keeps_the_good_ones_of_the_command_out_too(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    good = lines_file(tmp_path, [{"amount": "10.00"}], "good.csv")
    with pytest.raises(MatcherError, match=r"amount\.decimals: .*bad\.csv:2"):
        books.ingest([good, lines_file(tmp_path, [{"amount": "10.001"}], "bad.csv")])
    assert books.state(DAY).lines.height == 0
    assert books.ingest([good])[0].statements[0].new == 1


def test_a_dry_run_does_everything_and_keeps_nothing(tmp_path: Path) -> None:
    items = [{"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00001", "amount": "10.00"}]
    books = filled(tmp_path, items=items, lines=[{"amount": "10.00", "remittance_information": "RE-2026-00001"}])
    assert books.run(DAY, dry_run=True).posted == 1
    assert books.state(DAY).decisions.height == 0
    other = lines_file(tmp_path, [{"amount": "7.00"}], "other.csv")
    assert books.ingest([other], dry_run=True)[0].statements[0].new == 1
    assert books.ingest([other])[0].statements[0].new == 1


def test_the_erp_books_what_we_posted_and_it_is_not_taken_off_twice(tmp_path: Path) -> None:
    item = {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00001", "amount": "100.00"}
    customer = [{"customer_id": "C1", "name": "Alster GmbH", "account": "DE1"}]
    line = {"amount": "60.00", "remittance_information": "RE-2026-00001", "counterparty_account": "DE1"}
    books = filled(tmp_path, items=[item], customers=customer, lines=[line])
    books.run(DAY)

    def still_open(row: dict[str, str]) -> int:
        books.import_files("items", [items_file(tmp_path, [row])])
        return int(books.state().items["open"][0])

    assert books.state().items["open"].to_list() == [40_00]
    assert still_open(item | {"open_amount": "100.00"}) == 40_00  # the ERP has not booked it yet
    assert still_open(item | {"open_amount": "40.00"}) == 40_00  # now it has
    assert still_open(item | {"open_amount": "15.00"}) == 15_00  # and the customer paid 25.00 elsewhere
    assert still_open(item | {"open_amount": "0.00", "status": "closed"}) == 0
    assert [c.name for c in books.verify() if c.failure] == []


def test_an_item_that_a_snapshot_no_longer_lists_is_closed_unless_it_is_partial(tmp_path: Path) -> None:
    one = {"item_id": "I1", "customer_id": "C1", "document_no": "R1", "amount": "100.00"}
    two = {"item_id": "I2", "customer_id": "C1", "document_no": "R2", "amount": "50.00"}
    other_company = {"item_id": "I3", "customer_id": "C1", "document_no": "R3", "amount": "70.00", "entity": "2"}
    books = filled(tmp_path, items=[one, two, other_company])
    changed = books.import_files("items", [items_file(tmp_path, [two | {"disputed_amount": "5.00"}])], partial=True)
    assert (changed.new, changed.changed, changed.closed) == (0, 1, 0)
    changed = books.import_files("items", [items_file(tmp_path, [two])], allow_closing=True)
    assert (changed.changed, changed.closed) == (1, 1)
    assert books.aging()["item_id"].to_list() == ["I2", "I3"]
    assert books.aging(DAY)["item_id"].to_list() == ["I1", "I2", "I3"]  # what a later list says changes no earlier day


def test_what_a_person_decides_stays_decided(tmp_path: Path) -> None:
    dues = ("2026-09-01", "2026-10-01")
    items = [
        {"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-0000{n}", "amount": "77.00", "due_date": due}
        for n, due in enumerate(dues, 1)
    ]
    customer = [{"customer_id": "C1", "name": "Alster GmbH"}]
    line = {"amount": "77.00", "counterparty_name": "ALSTER GMBH"}
    books = filled(tmp_path, items=items, customers=customer, lines=[line])
    books.run(DAY)
    (line_id,) = (line.line_id for line in books.queue(DAY).lines)
    books.reject([line_id[:6]], reason="not theirs")
    first = books.state(DAY).allocations["item_id"].to_list()
    books.run(DAY)
    assert books.state(DAY).allocations["item_id"].to_list() != first
    books.undo(line_id)
    books.run(DAY)
    (decided,) = books.accept([line_id], reason="they called")
    state = books.state(DAY)
    assert state.lines.select("state", "outcome", "reason", "actor").row(0) == ("posted", "matched", "they called", "ada")
    books.undo(decided.decision_id, reason="the bank took it back")
    assert books.state(DAY).items["open"].to_list() == [77_00, 77_00]
    books.run(DAY)
    assert [line.state for line in books.queue(DAY).lines] == ["proposed"]
    assert [c.name for c in books.verify() if c.failure] == []


def test_no_run_posts_again_what_a_person_took_back(tmp_path: Path) -> None:
    items = [{"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00001", "amount": "77.00"}]
    books = filled(tmp_path, items=items, lines=[{"amount": "77.00", "remittance_information": "RE-2026-00001"}])
    assert books.run(DAY).posted == 1
    (line_id,) = books.state(DAY).lines["line_id"]
    books.undo(line_id, reason="a deposit, not this invoice")
    for _ in range(2):
        assert books.run(DAY).posted == 0
        assert [(line.state, line.reason) for line in books.queue(DAY).lines] == [("proposed", "a person has taken this posting back")]
    books.accept([line_id], reason="it was this invoice after all")
    assert books.state(DAY).items["open"].to_list() == [0]


def test_allocating_by_hand_is_bounded_by_line_and_item(tmp_path: Path) -> None:
    items = [{"item_id": f"I{n}", "customer_id": "C1", "document_no": f"R{n}", "amount": "50.00"} for n in (1, 2)]
    books = filled(tmp_path, items=items, lines=[{"amount": "70.00"}])
    from matcher.pipeline.actions.requests import AllocationRequest

    (line_id,) = books.state(DAY).lines["line_id"]
    for wanted in (
        [AllocationRequest("I1", "50.01")],
        [AllocationRequest("I1", "50.00"), AllocationRequest("I2", "20.01")],
        [AllocationRequest("I1", "45.00", "5.01", "fee")],
    ):
        with pytest.raises(MatcherError, match=r"decision\.amount"):
            books.allocate(line_id, wanted)
    books.allocate(line_id, [AllocationRequest("R1", "48.00", "2.00", "discount"), AllocationRequest("I2")])
    state = books.state(DAY)
    assert state.lines.select("applied", "pending", "outcome").row(0) == (70_00, 0, "partial")
    assert state.items["open"].to_list() == [0, 28_00]


def test_the_journal_tells_when_it_was_tampered_with(tmp_path: Path) -> None:
    items = [{"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00001", "amount": "10.00"}]
    books = filled(tmp_path, items=items, lines=[{"amount": "10.00", "remittance_information": "RE-2026-00001"}])
    books.run(DAY)
    tamper(tmp_path / "books" / "books.duckdb", "log.decision", "UPDATE log.decision SET actor = 'eve'")
    assert [c.name for c in books.verify() if c.failure][:1] == ["journal: every row is as it was sealed"]


def test_a_second_process_is_told_who_has_the_books(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    books.state()
    code = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", code, str(tmp_path / "books" / "books.duckdb")]
    holder = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(MatcherError, match=rf"books\.busy.*process {holder.pid}") as caught:
            books.run(DAY)
        assert caught.value.exit_code == 5
    finally:
        holder.kill()
        holder.communicate()


KILLED_AT = """
import os, signal
from pathlib import Path
from matcher.store import database
connect, done = database.connect, []
class Counted:
    def __init__(self, connection): self._connection = connection
    def __getattr__(self, name): return getattr(self._connection, name)
    def execute(self, sql, *more): return self._counted(sql, self._connection.execute(sql, *more))
    def sql(self, sql, **more): return self._counted(sql, self._connection.sql(sql, **more))
    def _counted(self, sql, found):
        done.append(sql.split()[0])
        Path("statements").write_text(" ".join(done))
        if len(done) == {nth}: os.kill(os.getpid(), signal.SIGKILL)
        return found
def opened(*how, **named):
    found = connect(*how, **named)
    found.connection = Counted(found.connection)
    return found
database.connect = opened
"""
"""Notes the statements that the books were given, and kills the process when the n-th of them is done; none for 0."""


def test_a_killed_command_leaves_all_of_itself_or_nothing(server: Server, tmp_path: Path) -> None:
    path = lines_file(tmp_path, [{"amount": f"{n % 997 + 1}.00", "bank_reference": f"B{n}"} for n in range(9_000)])

    def ingest(nth: int) -> tuple[Path, list[str], int]:
        folder = tmp_path / str(nth)
        new_books(folder / "books", CONFIG)
        (ended,) = server.run([Job(folder, ("ingest", str(path)), before=KILLED_AT.format(nth=nth))])
        return folder / "books", (folder / "statements").read_text(encoding="utf-8").split(), ended.status

    _, statements, status = ingest(0)
    begin, commit = statements.index("BEGIN") + 1, statements.index("COMMIT") + 1
    inserts = [nth for nth, word in enumerate(statements, 1) if word == "INSERT"]
    assert (status, statements.count("COMMIT")) == (0, 1)
    assert begin < inserts[0] < inserts[-1] < commit
    found = {}
    for nth in (begin, inserts[0], inserts[len(inserts) // 2], inserts[-1], commit - 1, commit):
        place, done, status = ingest(nth)
        assert (done, status) == (statements[:nth], -signal.SIGKILL)
        books = new_books(place, CONFIG)
        found[nth] = books.state(DAY).lines.height
        assert [c.name for c in books.verify() if c.failure] == []
        (result,) = books.ingest([path])
        assert result.known == (nth == commit)
        assert books.state(DAY).lines.height == 9_000
    assert found == {nth: 9_000 if nth == commit else 0 for nth in found}


def test_an_account_can_be_named_for_a_file_that_names_none_we_know(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    rows = [{"amount": "10.00", "account": "elsewhere"}]
    with pytest.raises(MatcherError, match=r"account\.unknown"):
        books.ingest([lines_file(tmp_path, rows)])
    books.ingest([lines_file(tmp_path, rows)], IngestOptions(account="giro"))
    assert books.state(DAY).lines["account"].to_list() == ["giro"]


def test_two_accounts_of_one_file_go_to_their_own_books_and_not_both_to_a_named_one(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    rows = [{"amount": "10.00"}, {"amount": "20.00", "account": "service"}]
    with pytest.raises(MatcherError, match=r"account\.several"):
        books.ingest([lines_file(tmp_path, rows)], IngestOptions(account="giro"))
    books.ingest([lines_file(tmp_path, rows)])
    found = books.state(DAY).lines.select("account", "entity", "amount").sort("account")
    assert found.rows() == [("giro", "1", 10_00), ("service", "2", 20_00)]


def test_an_ofx_file_comes_in(tmp_path: Path) -> None:
    row = "<STMTTRN><TRNTYPE>CREDIT<DTPOSTED>20261005<TRNAMT>12.50<FITID>F1<NAME>Alster GmbH<MEMO>RE-2026-00001</STMTTRN>"
    books = new_books(tmp_path / "books")
    books.ingest([write(tmp_path, "a.ofx", OFX.format(rows=row, closing="12.50"))])
    line = books.state(DAY).lines.row(0, named=True)
    assert (line["amount"], line["bank_reference"], line["remittance_information"]) == (12_50, "F1", "RE-2026-00001")
    assert isinstance(books.state(DAY).lines, pl.DataFrame)


def mt940(rows: list[tuple[str, str, str]], number: int, opening: str, closing: str, message: str = "940") -> str:
    """A statement of the giro account: rows of (yymmdd, amount, text)."""
    entries = "".join(f":61:{day}{day[2:]}C{amount}NTRFNONREF\n:86:{text}\n" for day, amount, text in rows)
    head = f":20:X{number}\n:25:DE02120300000000202051\n:28C:{number}/1\n"
    if message == "942":
        return head + ":34F:EURD0,\n:34F:EURC0,\n:13D:2610021200+0100\n" + entries + "-\n"
    return head + f":60F:C261001EUR{opening}\n" + entries + f":62F:C261002EUR{closing}\n-\n"


def test_a_day_that_is_told_again_otherwise_waits_for_a_person(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    first = mt940([("261002", "10,00", "one"), ("261002", "20,00", "two")], 1, "100,00", "130,00")
    again = mt940([("261002", "10,00", "one"), ("261002", "25,00", "two")], 1, "100,00", "135,00")
    books.ingest([write(tmp_path, "first.sta", first)])
    (result,) = books.ingest([write(tmp_path, "again.sta", again)])
    assert [s.state for s in result.statements] == ["quarantined"]
    assert [p.code for p in result.problems if p.severity == "warning"] == ["statement.reissued"]
    assert "1 entries are new here and 1 read then are not here" in result.problems[-1].message
    assert [block.code for block in books.blocks()] == ["statement.reissued"]
    assert books.state(DAY).lines["amount"].sum() == 30_00


def test_the_same_days_in_another_format_are_not_counted_twice(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    books.ingest([write(tmp_path, "a.sta", mt940([("261002", "10,00", "one"), ("261002", "20,00", "two")], 1, "100,00", "130,00"))])
    rows = [{"booking_date": "2026-10-02", "amount": amount, "bank_reference": f"B{amount}"} for amount in ("10.00", "20.00")]
    (result,) = books.ingest([lines_file(tmp_path, rows)])
    assert [s.state for s in result.statements] == ["quarantined"]
    assert books.state(DAY).lines["amount"].sum() == 30_00


def test_a_report_of_the_day_adds_nothing_to_what_the_statement_books(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    entries = [("261002", "10,00", "one")]
    (report,) = books.ingest([write(tmp_path, "r.sta", mt940(entries, 1, "", "", "942"))])
    assert [s.state for s in report.statements] == ["report"]
    assert books.state(DAY).lines.height == 0
    assert books.blocks() == []
    (statement,) = books.ingest([write(tmp_path, "s.sta", mt940(entries, 1, "100,00", "110,00"))])
    assert [(s.state, s.new) for s in statement.statements] == [("balanced", 1)]
    assert [c.name for c in books.verify() if c.failure] == []


def test_parts_of_one_table_make_the_same_books_as_the_whole(tmp_path: Path) -> None:
    rows = [{"amount": f"{n}.00", "bank_reference": f"B{n}", "booking_date": f"2026-10-{n % 9 + 1:02d}"} for n in range(1, 40)]
    whole, parts = new_books(tmp_path / "whole"), new_books(tmp_path / "parts")
    whole.ingest([lines_file(tmp_path, rows)])
    parts.ingest([lines_file(tmp_path, rows[n::4], f"{n}.csv") for n in range(4)])
    assert parts.state(DAY).lines.drop("statement_id", "source_line").equals(whole.state(DAY).lines.drop("statement_id", "source_line"))


def test_the_layout_that_an_account_names_settles_the_order_of_day_and_month(tmp_path: Path) -> None:
    text = "Date,Details,Debit,Credit,Balance\n01/02/2026,Alster,,10.00,110.00\n02/02/2026,Bille,5.00,,105.00\n"
    path = write(tmp_path, "boi.csv", text)
    plain = new_books(tmp_path / "plain")
    with pytest.raises(MatcherError, match=r"date\.ambiguous|file\.ambiguous"):
        plain.ingest([path])
    named = new_books(
        tmp_path / "named", CONFIG.replace('currency = "EUR"\n[[account]]', 'currency = "EUR"\nprofile = "ie-boi"\n[[account]]')
    )
    with pytest.raises(MatcherError, match=r"account\.missing"):
        named.ingest([path])
    named.ingest([path], IngestOptions(account="giro"))
    assert sorted(named.state(DAY).lines["amount"].to_list()) == [-5_00, 10_00]


class Semicolons:
    """A reader that another distribution brings: `SEMI;account;day;amount`."""

    name = "semi"

    def recognise(self, head: bytes, source: Source, options: ParseOptions) -> str:
        return "semi" if head.startswith(b"SEMI;") else ""

    def parse(self, source: Source, options: ParseOptions) -> Iterator[Event]:
        yield FileInfo("semi", "ascii")
        _, account, day, amount = source.head().decode("ascii").strip().split(";")
        yield StatementStart(0, account, "EUR")
        yield RowBatch(0, [Transaction(date.fromisoformat(day), money.parse(amount, "EUR"), "EUR")])
        yield StatementEnd(0)


@contextmanager
def installed_reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, reader: object) -> Iterator[None]:
    about = tmp_path / "semi_reader-1.0.dist-info"
    about.mkdir()
    write(about, "METADATA", "Metadata-Version: 2.1\nName: semi-reader\nVersion: 1.0\n")
    write(about, "entry_points.txt", f"[matcher.parsers]\nsemi = {__name__}:Semicolons.reader\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setattr(Semicolons, "reader", reader, raising=False)
    forget = (registry.installed.cache_clear, registry.names.cache_clear, registry.load.cache_clear)
    for one in forget:
        one()
    try:
        yield
    finally:
        for one in forget:
            one()


SEMI = "SEMI;DE02120300000000202051;2026-10-01;12.50\n"


def test_a_reader_of_another_distribution_is_found_by_its_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with installed_reader(tmp_path, monkeypatch, Semicolons()):
        books = new_books(tmp_path / "books")
        books.ingest([write(tmp_path, "a.semi", SEMI)])
        assert books.state(DAY).lines["amount"].to_list() == [12_50]


@pytest.mark.parametrize("part", ["recognise", "parse"])
def test_a_reader_that_fails_is_named_and_stops_no_other(part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> str:
        raise KeyError("of its own")

    with installed_reader(tmp_path, monkeypatch, Semicolons()):
        monkeypatch.setattr(Semicolons, part, fail)
        books = new_books(tmp_path / "books")
        with pytest.raises(MatcherError, match=r"the reader 'semi' of the package semi-reader failed \(KeyError\)") as caught:
            books.ingest([write(tmp_path, "a.semi", SEMI)])
        assert caught.value.code == "parser.failed"
        (read,) = books.ingest([lines_file(tmp_path, [{"amount": "1.00"}])])
        assert read.statements[0].new == 1
        assert [problem.code for problem in read.problems if problem.code == "parser.failed"] == ["parser.failed"] * (part == "recognise")


def test_no_line_is_left_out_because_the_clock_is_behind_the_bank(tmp_path: Path) -> None:
    items = [
        {
            "item_id": "I1",
            "customer_id": "C1",
            "document_no": "RE-2027-00001",
            "amount": "10.00",
            "issue_date": "2027-01-05",
            "due_date": "",
        }
    ]
    line = {"amount": "10.00", "booking_date": "2027-01-20", "remittance_information": "RE-2027-00001"}
    books = filled(tmp_path, items=items, lines=[line])
    assert books.run().posted == 1
    assert books.state().lines["state"].to_list() == ["posted"]
    assert books.run(DAY).considered == 0


def test_the_same_days_in_two_formats_of_one_command_count_once_whatever_their_order(tmp_path: Path) -> None:
    statement = write(tmp_path, "a.sta", mt940([("261002", "10,00", "one"), ("261002", "20,00", "two")], 1, "100,00", "130,00"))
    rows = [{"booking_date": "2026-10-02", "amount": amount, "bank_reference": f"B{amount}"} for amount in ("10.00", "20.00")]
    found = []
    for files in ([statement, lines_file(tmp_path, rows)], [lines_file(tmp_path, rows), statement]):
        books = new_books(tmp_path / f"books{len(found)}")
        states = {result.file: [s.state for s in result.statements] for result in books.ingest(files)}
        assert [state for of_file in states.values() for state in of_file].count("quarantined") == 1
        assert books.state(DAY).lines["amount"].sum() == 30_00
        found.append((states, books.state(DAY).lines["line_id"].to_list()))
    assert found[0] == found[1]


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (0, 2, 1)])
@pytest.mark.parametrize("together", [True, False])
def test_several_statements_of_one_day_each_bring_their_own_twin(tmp_path: Path, order: tuple[int, ...], together: bool) -> None:
    balances = ("100,00", "110,00", "120,00", "130,00")
    texts = [mt940([("261002", "10,00", "coffee")], n + 1, balances[n], balances[n + 1]) for n in range(3)]
    files = [write(tmp_path, f"{n}.sta", texts[n]) for n in order]
    books = new_books(tmp_path / "books")
    if not together and order == (0, 2, 1):
        # the third of the day says nothing of the second: until that one comes it contradicts the first
        books.ingest(files[:1])
        assert [s.state for s in books.ingest(files[1:2])[0].statements] == ["quarantined"]
        books.ingest(files[2:])
        (held,) = (row.statement_id for row in books.statements() if row.state == "quarantined")
        assert books.accept_statement(held, reason="the second one has come").new == 1
        assert books.state(DAY).lines["amount"].sum() == 30_00
        return
    for group in [files] if together else [[file] for file in files]:
        for result in books.ingest(group):
            assert [(s.state, s.new) for s in result.statements] == [("balanced", 1)]
    assert books.state(DAY).lines["amount"].sum() == 30_00
    assert books.blocks() == []


def test_a_second_run_knows_no_more_than_the_first(tmp_path: Path) -> None:
    numbers = (1, 2, 3)
    items = [{"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-0000{n}", "amount": f"{n}17.00"} for n in numbers]
    texts = {1: "RE-2026-00001", 2: "RE-2026-00002", 3: "Lieferung"}
    lines = [
        {"amount": f"{n}17.00", "remittance_information": texts[n], "counterparty_account": "DE77", "counterparty_name": "Zahlstelle Nord"}
        for n in numbers
    ]
    books = filled(tmp_path, items=items, customers=[{"customer_id": "C1", "name": "Alster GmbH"}], lines=lines)
    columns = ("state", "outcome", "rule", "confidence")
    assert books.run(DAY).posted == 2
    first = books.state(DAY).lines.select(columns).rows()
    books.run(DAY)
    assert books.state(DAY).lines.select(columns).rows() == first


@pytest.mark.parametrize(("amount", "text"), [("78.00", "RE-2026-00001 abzgl. Ruecksendung"), ("88.00", "RE-2026-00001")])
def test_what_a_domestic_customer_deducts_is_not_written_off_unasked(tmp_path: Path, amount: str, text: str) -> None:
    items = [{"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00001", "amount": "118.00"}]
    customers = [{"customer_id": "C1", "name": "Alster GmbH", "account": "DE1", "country": "DE"}]
    line = {"amount": amount, "remittance_information": text, "counterparty_account": "DE1", "counterparty_name": "Alster GmbH"}
    books = filled(tmp_path, items=items, customers=customers, lines=[line])
    books.run(DAY)
    posted = books.state(DAY).allocations.filter(pl.col("state") == "posted")
    assert posted["adjustment"].sum() == 0
