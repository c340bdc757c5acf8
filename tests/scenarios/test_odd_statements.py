"""Statements that must not be booked on the wrong account, held up by one odd entry, or told apart by the numbers of their rows."""

from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import CONFIG, new_books, write

from matcher.cli import main
from matcher.errors import MatcherError
from matcher.pipeline.ingest import IngestOptions

DAY = date(2026, 12, 31)
CARD = """
[books]
name = "Card"
base_currency = "CAD"
[[entity]]
id = "1"
name = "Northgate Supply Ltd"
[[account]]
id = "card"
number = "5191230567984561"
entity = "1"
currency = "CAD"
"""


def card(folder: Path, month: str, amounts: list[str], references: list[str]) -> Path:
    rows = "".join(
        f"5191230567984561,2026-{month}-1{n},-{amount},CAD,{ref}\n" for n, (ref, amount) in enumerate(zip(references, amounts, strict=True))
    )
    return write(folder, f"card-{month}-{len(amounts)}.csv", f"account,booking_date,amount,currency,bank_reference\n{rows}")


@pytest.mark.parametrize("order", [["1", "2", "3"], ["3", "2", "1"]])
def test_row_numbers_that_begin_again_are_no_references(tmp_path: Path, order: list[str]) -> None:
    books = new_books(tmp_path / "books", CARD)
    books.ingest([card(tmp_path, "03", ["3.27", "8.10", "9.99"], order)])
    (april,) = books.ingest([card(tmp_path, "04", ["11.90", "1.00", "2.00"], order)])
    assert [(s.new, s.known, s.conflicting) for s in april.statements] == [(3, 0, 0)]
    assert [p.code for p in april.problems if "numbers of the rows" in p.message] == ["note.identity"]
    lines = books.state(DAY).lines
    assert lines.height == 6
    assert set(lines["bank_reference"]) == {""}


@pytest.mark.parametrize("references", [["7", "8", "9"], ["001", "002", "003"], ["1", "3", "2"], ["1", "2", "2"], ["A1", "A2", "A3"]])
def test_what_does_not_count_the_rows_is_the_bank_s_reference(tmp_path: Path, references: list[str]) -> None:
    books = new_books(tmp_path / "books", CARD)
    books.ingest([card(tmp_path, "03", ["3.27", "8.10", "9.99"], references)])
    assert sorted(books.state(DAY).lines["bank_reference"]) == sorted(references)


@pytest.mark.parametrize("references", [["001", "002", "003"], ["A1", "A2", "A3"], ["T-3", "T-2", "T-1"], ["0", "1", "2"]])
@pytest.mark.parametrize("together", [True, False])
def test_references_that_begin_again_in_the_next_file_hold_no_line(tmp_path: Path, references: list[str], together: bool) -> None:
    books = new_books(tmp_path / "books", CARD)
    march = card(tmp_path, "03", ["3.27", "8.10", "9.99"], references)
    april = card(tmp_path, "04", ["11.90", "1.00"], references[:2] if references[0] < references[1] else references[1:])
    for files in ([march, april],) if together else ([march], [april]):
        books.ingest(files)
    assert books.state(DAY).lines.height == 5
    assert [line for line in books.conflicts() if line.counts == "no"] == []


def test_a_reference_told_again_with_another_amount_is_still_a_conflict(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CARD)
    books.ingest([card(tmp_path, "03", ["3.27", "8.10", "9.99"], ["A1", "A2", "A3"])])
    # the same days: the bank tells these entries again
    books.ingest([card(tmp_path, "03", ["3.27", "8.20"], ["A1", "A2"])])
    # another numbering
    books.ingest([card(tmp_path, "04", ["7.00", "6.00", "5.00", "4.00"], ["A3", "X", "A9", "A10"])])
    waiting = [line.amount for line in books.conflicts() if line.counts == "no"]
    assert sorted(waiting) == [-820, -700]


def test_neighbouring_numbers_of_a_bank_that_come_again_are_a_conflict(tmp_path: Path) -> None:
    """The bank tells two entries again, with later days and one of them with another amount: nothing begins anew."""
    books = new_books(tmp_path / "books", CARD)
    books.ingest([card(tmp_path, "03", ["3.27", "8.10"], ["BR88107", "BR88108"])])
    books.ingest([card(tmp_path, "04", ["3.27", "8.20"], ["BR88107", "BR88108"])])
    assert [line.amount for line in books.conflicts() if line.counts == "no"] == [-820]


MT940 = ":20:X\n:25:{account}\n:28C:1/1\n:60F:C260301EUR100,00\n:61:2603020302C10,00NTRFNONREF\n:86:TEST\n:62F:C260302EUR110,00\n-\n"


@pytest.mark.parametrize("account", ["DE44120300000202059999", "DE02990300000000202051", "12030000/99202051", "9902120300000000202051"])
def test_a_statement_of_another_account_whose_number_contains_ours_is_refused(tmp_path: Path, account: str) -> None:
    books = new_books(tmp_path / "books", CONFIG.replace("DE02120300000000202051", "0000202051"))
    assert books.ingest([write(tmp_path, "ours.sta", MT940.format(account="12030000/0000202051"))])[0].statements[0].new == 1
    books = new_books(tmp_path / "other", CONFIG.replace("DE02120300000000202051", "12030000202051"))
    with pytest.raises(MatcherError) as refused:
        books.ingest([write(tmp_path, "other.sta", MT940.format(account=account))])
    assert refused.value.code == "account.unknown"


CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>
<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-03-02T18:00:00</CreDtTm></GrpHdr>
<Stmt><Id>S1</Id><CreDtTm>2026-03-02T18:00:00</CreDtTm><Acct><Id><IBAN>DE02120300000000202051</IBAN></Id><Ccy>EUR</Ccy></Acct>
<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1000.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>
<Bal><Tp><CdOrPrtry><Cd>CLBD</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">1070.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-02</Dt></Dt></Bal>
<Ntry><Amt Ccy="USD">20.00</Amt><CdtDbtInd>DBIT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>
<Ntry><Amt Ccy="EUR">70.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>2026-03-02</Dt></BookgDt></Ntry>
</Stmt></BkToCstmrStmt></Document>
"""


def test_an_entry_in_another_currency_is_kept_aside_and_the_others_are_read(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books")
    path = write(tmp_path, "mixed.xml", CAMT)
    with pytest.raises(MatcherError) as refused:
        books.ingest([path])
    assert refused.value.code == "currency.mixed"
    (result,) = books.ingest([path], IngestOptions(quarantine=True))
    assert {s.currency: (s.state, s.new) for s in result.statements}["USD"] == ("quarantined", 0)
    assert "USD" not in set(books.state(DAY).lines["currency"])
    odd = next(row.statement_id for row in books.statements() if row.currency == "USD")
    assert [line.amount for line in books.statement(odd).lines] == [-20_00]
    with pytest.raises(MatcherError) as refused:
        books.accept_statement(odd, reason="it is ours")
    assert refused.value.code == "currency.mixed"
    assert [c for c in books.verify() if c.failure] == []


OFX = (
    "OFXHEADER:100\nDATA:OFXSGML\nVERSION:102\n\n<OFX><BANKMSGSRSV1><STMTTRNRS><STMTRS><CURDEF>EUR<BANKACCTFROM><BANKID>1"
    "<ACCTID>DE02120300000000202051<ACCTTYPE>CHECKING</BANKACCTFROM><BANKTRANLIST><DTSTART>202603{first}<DTEND>202603{last}\n{rows}"
    "</BANKTRANLIST><LEDGERBAL><BALAMT>{balance}<DTASOF>202603{last}</LEDGERBAL></STMTRS></STMTTRNRS></BANKMSGSRSV1></OFX>\n"
)


def download(folder: Path, name: str, days: tuple[str, str], balance: str, *rows: tuple[str, str, str, str]) -> Path:
    entries = "".join(
        f"<STMTTRN><TRNTYPE>OTHER<DTPOSTED>202603{day}<TRNAMT>{amount}<FITID>{fitid}<NAME>{who}</STMTTRN>\n"
        for day, amount, fitid, who in rows
    )
    return write(folder, name, OFX.format(first=days[0], last=days[1], rows=entries, balance=balance))


def test_lines_whose_references_are_new_in_each_download_are_told_by_the_balances(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    first = [
        ("05", "80.00", "a1", "GLASHAUS"),
        ("06", "-30.00", "a2", "RENT"),
        ("06", "-4.00", "a3", "BAKER"),
        ("06", "-4.00", "a4", "BAKER"),
    ]
    again = [(day, amount, fitid.replace("a", "b"), who) for day, amount, fitid, who in first]
    books.ingest([download(tmp_path, "1.ofx", ("01", "31"), "42.00", *first)])
    (second,) = books.ingest([download(tmp_path, "2.ofx", ("01", "31"), "49.00", *again, ("09", "7.00", "b5", "KILN"))])
    assert [(s.new, s.known, s.state) for s in second.statements] == [(1, 4, "unproven")]
    (third,) = books.ingest(
        [download(tmp_path, "3.ofx", ("06", "31"), "50.00", *again[1:], ("09", "7.00", "c5", "KILN"), ("10", "1.00", "c6", "X"))]
    )
    assert [(s.new, s.known, s.state) for s in third.statements] == [(1, 4, "unproven")]
    assert sorted(books.state(DAY).lines["amount"]) == [-3000, -400, -400, 100, 700, 8000]


def test_entries_that_look_alike_and_that_the_balance_counts_are_two(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([download(tmp_path, "1.ofx", ("01", "06"), "-4.00", ("06", "-4.00", "a1", "BAKER"))])
    (second,) = books.ingest([download(tmp_path, "2.ofx", ("06", "31"), "-8.00", ("06", "-4.00", "a2", "BAKER"))])
    assert [(s.new, s.state) for s in second.statements] == [(1, "unproven")]


def test_entries_that_look_alike_are_a_question_when_no_balance_tells(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([download(tmp_path, "1.ofx", ("01", "31"), "80.00", ("05", "80.00", "a1", "GLASHAUS"))])
    (second,) = books.ingest(
        [download(tmp_path, "2.ofx", ("01", "31"), "99.00", ("05", "80.00", "b1", "GLASHAUS"), ("07", "7.00", "b2", "KILN"))]
    )
    assert [(s.new, s.state) for s in second.statements] == [(0, "quarantined")]


def test_a_line_that_a_later_download_of_its_days_lacks_is_a_question(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "p1", "GLASHAUS"))])
    (second,) = books.ingest([download(tmp_path, "2.ofx", ("03", "10"), "80.00", ("07", "80.00", "q1", "GLASHAUS"))])
    assert [(s.new, s.state) for s in second.statements] == [(0, "quarantined")]
    (problem,) = [p for p in second.problems if p.code == "statement.reissued"]
    assert "1 read then are not here" in problem.message


def test_a_renamed_download_may_be_given_before_the_one_it_repeats(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    later = download(tmp_path, "2.ofx", ("01", "31"), "87.00", ("05", "80.00", "b1", "GLASHAUS"), ("09", "7.00", "b2", "KILN"))
    earlier = download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "a1", "GLASHAUS"))
    results = books.ingest([later, earlier])
    assert [(s.new, s.known) for r in results for s in r.statements] == [(1, 1), (1, 0)]
    assert [c for c in books.verify() if c.failure] == []


@pytest.mark.parametrize("last", ["05", "06"])
def test_renamed_entries_that_add_up_to_nothing_are_a_question(tmp_path: Path, last: str) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    before, again = ([("05", "80.00", f"{x}1", "GLASHAUS"), (last, "-80.00", f"{x}2", "RETURN")] for x in "ab")
    books.ingest([download(tmp_path, "1.ofx", ("01", last), "500.00", *before)])
    (second,) = books.ingest([download(tmp_path, "2.ofx", ("05", "31"), "507.00", *again, ("09", "7.00", "b3", "KILN"))])
    assert [(s.new, s.state) for s in second.statements] == [(0, "quarantined")]


def test_a_line_that_is_not_there_any_more_is_a_question_even_when_the_balance_counts_another_like_it(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "a1", "GLASHAUS"))])
    rows = [("04", "1.00", "b0", "X"), ("05", "80.00", "b1", "GLASHAUS"), ("09", "7.00", "b2", "KILN")]
    (second,) = books.ingest([download(tmp_path, "2.ofx", ("01", "31"), "168.00", *rows)])
    assert [(s.new, s.state) for s in second.statements] == [(0, "quarantined")]


def test_of_two_downloads_up_to_one_day_the_later_one_gives_the_balance(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    morning, evening = ("10", "80.00", "{}1", "GLASHAUS"), ("10", "7.00", "{}2", "KILN")
    rows = {x: [(day, amount, fitid.format(x), who) for day, amount, fitid, who in (morning, evening)] for x in "ac"}
    books.ingest([download(tmp_path, "1.ofx", ("01", "10"), "80.00", rows["a"][0])])
    books.ingest([download(tmp_path, "2.ofx", ("01", "10"), "87.00", *rows["a"])])
    (third,) = books.ingest([download(tmp_path, "3.ofx", ("01", "11"), "88.00", *rows["c"], ("11", "1.00", "c3", "X"))])
    assert [(s.new, s.known, s.state) for s in third.statements] == [(1, 2, "unproven")]


def test_a_line_that_waits_for_a_person_does_not_come_in_under_another_reference(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "a1", "GLASHAUS"))])
    books.ingest([download(tmp_path, "2.ofx", ("06", "09"), "87.00", ("09", "7.00", "a1", "KILN"))])
    assert books.state(DAY).excluded.height == 1
    (third,) = books.ingest([download(tmp_path, "3.ofx", ("06", "31"), "88.00", ("09", "7.00", "c1", "KILN"), ("10", "1.00", "c2", "X"))])
    assert [(s.new, s.state) for s in third.statements] == [(0, "quarantined")]


def test_a_download_that_goes_on_where_the_last_one_ended_asks_nothing(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "p1", "GLASHAUS"))])
    (second,) = books.ingest(
        [download(tmp_path, "2.ofx", ("05", "10"), "90.00", ("05", "80.00", "p1", "GLASHAUS"), ("07", "10.00", "p2", "X"))]
    )
    assert [(s.new, s.known, s.state) for s in second.statements] == [(1, 1, "unproven")]


def command(folder: Path, *args: object) -> Result:
    return CliRunner().invoke(main, ["--books", str(folder / "books"), *map(str, args)], prog_name="matcher")


def test_one_bad_file_of_a_folder_keeps_out_no_other(tmp_path: Path) -> None:
    new_books(tmp_path / "books", CONFIG)
    (tmp_path / "bank").mkdir()
    download(tmp_path / "bank", "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "p1", "GLASHAUS"))
    write(tmp_path / "bank", "2.qif", "!Type:Bank\nD03/04/2026\nT-10.00\n^\n")
    refused = command(tmp_path, "ingest", tmp_path / "bank")
    assert (refused.exit_code, refused.stderr.split(":")[0]) == (3, "file.unknown")
    kept = command(tmp_path, "ingest", "--keep-going", tmp_path / "bank")
    assert kept.exit_code == 1
    assert "1 new line.\n1 of 2 files was refused; nothing of it was kept.\n" in kept.stderr


def test_what_else_is_wrong_with_a_bad_file_is_said_when_the_others_go_on(tmp_path: Path) -> None:
    new_books(tmp_path / "books", CONFIG)
    head = ":20:1\n:25:DE02120300000000202051\n:28C:1/1\n:60F:C261101EUR0,00\n"
    text = head + ":61:2699021102C1,00NTRFA\n:61:261102X2,00NTRFB\n:62F:C261102EUR3,00\n-\n"
    bad = write(tmp_path, "bad.sta", text)
    kept = command(tmp_path, "ingest", "--keep-going", bad)
    assert [f"bad.sta:{line}: " in kept.stderr for line in (5, 6)] == [True, True], kept.stderr


def test_a_file_that_was_cut_off_can_be_kept_aside(tmp_path: Path) -> None:
    new_books(tmp_path / "books", CONFIG)
    whole = download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "p1", "GLASHAUS"))
    cut = write(tmp_path, "cut.ofx", whole.read_text().split("</BANKTRANLIST>")[0])
    assert command(tmp_path, "ingest", cut).exit_code == 3
    aside = command(tmp_path, "ingest", "--quarantine", cut)
    assert (aside.exit_code, "quarantined" in aside.stdout) == (1, True)


def test_inspect_and_profile_list_know_the_layouts_of_the_books(tmp_path: Path) -> None:
    new_books(tmp_path / "books", CONFIG)
    (tmp_path / "books" / "profiles").mkdir()
    layout = 'name = "own"\nbank = "Harbour"\ncountry = ""\nseen = "ours"\ncurrency = "EUR"\n[columns]\n'
    layout += 'booking_date = ["Tag"]\namount = ["Wert"]\n'
    write(tmp_path / "books" / "profiles", "own.toml", layout)
    table = write(tmp_path, "t.csv", "Tag,Wert\n2026-03-05,7.00\n")
    assert "csv:own" in command(tmp_path, "inspect", table).stdout
    assert "own,Harbour,,books" in command(tmp_path, "profile", "list", "--format", "csv").stdout


def test_the_nearest_account_is_named(tmp_path: Path) -> None:
    new_books(tmp_path / "books", CONFIG)
    statement = download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "p1", "GLASHAUS"))
    other = write(tmp_path, "other.ofx", statement.read_text().replace("202051", "202052"))
    assert "the nearest is 'DE02120300000000202051'" in command(tmp_path, "ingest", other).stderr


def test_a_statement_given_to_import_is_named(tmp_path: Path) -> None:
    new_books(tmp_path / "books", CONFIG)
    statement = download(tmp_path, "1.ofx", ("01", "05"), "80.00", ("05", "80.00", "p1", "GLASHAUS"))
    refused = command(tmp_path, "import", "items", statement)
    assert (refused.exit_code, "this is a bank statement (ofx1), no list of items. Use `matcher ingest`." in refused.stderr) == (3, True)


def swift(number: int, day: str, opening: str, closing: str, *entries: tuple[str, str, str]) -> str:
    rows = "".join(f":61:2603{d}03{d}C{amount}NTRFNONREF\n:86:166?00TRANSFER?20{who}\n" for d, amount, who in entries)
    head = f":20:S{number}\n:25:DE02120300000000202051\n:28C:{number}/1\n:60F:C2603{day}EUR{opening}\n"
    return f"{head}{rows}:62F:C260311EUR{closing}\n-\n"


def test_an_entry_like_one_of_a_day_that_balances_do_not_join_is_a_question_until_the_gap_is_closed(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([write(tmp_path, "1.sta", swift(1, "09", "0,00", "60,00", ("09", "10,00", "RENT"), ("10", "50,00", "OWL")))])
    (third,) = books.ingest([write(tmp_path, "3.sta", swift(3, "10", "67,00", "118,00", ("10", "50,00", "OWL"), ("11", "1,00", "HEN")))])
    (held,) = third.statements
    assert (held.new, held.state) == (0, "quarantined")
    assert "their balances do not join" in next(p.message for p in third.problems if p.code == "statement.reissued")
    books.ingest([write(tmp_path, "2.sta", swift(2, "10", "60,00", "67,00", ("10", "7,00", "FINCH")))])
    books.accept_statement(held.statement_id, reason="two payments of one amount", replace=False)
    assert sorted(books.state(DAY).lines["amount"]) == [1_00, 7_00, 10_00, 50_00, 50_00]
    assert [c for c in books.verify() if c.failure] == []


def test_a_person_may_count_such_an_entry_while_the_gap_is_open(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([write(tmp_path, "1.sta", swift(1, "09", "0,00", "60,00", ("09", "10,00", "RENT"), ("10", "50,00", "OWL")))])
    (third,) = books.ingest([write(tmp_path, "3.sta", swift(3, "10", "67,00", "118,00", ("10", "50,00", "OWL"), ("11", "1,00", "HEN")))])
    books.accept_statement(third.statements[0].statement_id, reason="two payments of one amount", replace=False)
    assert sorted(books.state(DAY).lines["amount"]) == [1_00, 10_00, 50_00, 50_00]
    assert [c.code for c in books.verify() if c.failure] == ["statement.gap"]


TABLE = "account,booking_date,amount,currency,counterparty_name,balance\n"


def test_running_balances_tell_two_like_entries_of_a_shared_day_apart(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    own = "DE02120300000000202051,2026-03-"
    books.ingest([write(tmp_path, "1.csv", f"{TABLE}{own}09,10.00,EUR,Rent,10.00\n{own}10,50.00,EUR,Owl,60.00\n")])
    (second,) = books.ingest([write(tmp_path, "2.csv", f"{TABLE}{own}10,50.00,EUR,Owl,117.00\n{own}11,1.00,EUR,Hen,118.00\n")])
    assert [(s.new, s.known) for s in second.statements] == [(2, 0)]
    assert [c.code for c in books.verify() if c.failure] == ["statement.gap"]
    (third,) = books.ingest([write(tmp_path, "3.csv", f"{TABLE}{own}10,7.00,EUR,Finch,67.00\n")])
    assert [(s.new, s.known) for s in third.statements] == [(1, 0)]
    assert [c for c in books.verify() if c.failure] == []


def test_a_longer_download_of_a_shared_day_repeats_what_its_balances_say(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([write(tmp_path, "1.sta", swift(1, "09", "0,00", "60,00", ("09", "10,00", "RENT"), ("10", "50,00", "OWL")))])
    (longer,) = books.ingest([write(tmp_path, "2.sta", swift(2, "10", "10,00", "61,00", ("10", "50,00", "OWL"), ("11", "1,00", "HEN")))])
    assert [(s.new, s.known) for s in longer.statements] == [(1, 1)]


def test_a_further_entry_on_one_shared_day_says_nothing_of_what_is_repeated_on_another(tmp_path: Path) -> None:
    books = new_books(tmp_path / "books", CONFIG)
    books.ingest([write(tmp_path, "1.sta", swift(1, "09", "0,00", "60,00", ("09", "10,00", "RENT"), ("10", "50,00", "OWL")))])
    books.ingest([write(tmp_path, "3.sta", swift(3, "12", "200,00", "231,00", ("12", "30,00", "HEN"), ("13", "1,00", "FOX")))])
    middle = swift(2, "10", "10,00", "95,00", ("10", "50,00", "OWL"), ("11", "5,00", "CAT"), ("12", "30,00", "HEN"))
    (second,) = books.ingest([write(tmp_path, "2.sta", middle)])
    said = next(p.message for p in second.problems if p.code == "statement.reissued")
    assert "1 of its entries of that day look like entries read then" in said
    books.accept_statement(second.statements[0].statement_id, reason="two payments of one amount", replace=False)
    assert sorted(books.state(DAY).lines["amount"]) == [1_00, 5_00, 10_00, 30_00, 30_00, 50_00]
