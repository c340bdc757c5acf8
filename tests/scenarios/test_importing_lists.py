"""A list as an ERP exports it comes in with one command; one that is not known, with a layout that the program proposes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from support import copied, customers_file, new_books

from matcher.books import Books
from matcher.cli.main import main
from matcher.codes import BAD_INPUT, DONE, USAGE
from matcher.errors import MatcherError

LISTS = Path(__file__).resolve().parents[2] / "fixtures" / "open_items"
CONFIG = """[books]
name = "Nordwerk"
base_currency = "EUR"

[[entity]]
id = "1"
name = "Nordwerk GmbH"

[[account]]
id = "1"
number = "DE02120300000000202051"
entity = "1"
currency = "EUR"
"""
ODD = "Vorgang;Wer;Wann;Wieviel\nA-1;Domkapitel Erlenstein;01.02.2026;1.234,50\nA-2;Blue Ridge Water Inc.;15.02.2026;99,00\n"


def with_customers(folder: Path) -> None:
    books = new_books(folder / "books", CONFIG)
    rows = [{"customer_id": "10001", "name": "Domkapitel Erlenstein"}, {"customer_id": "10002", "name": "Blue Ridge Water Inc."}]
    books.import_files("customers", [customers_file(folder, rows)])


@pytest.fixture
def books(tmp_path: Path) -> Books:
    return copied(tmp_path, with_customers)


def run(books: Books, *words: str) -> Result:
    return CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", *words])


def test_a_list_of_sap_comes_in_with_one_command_and_twice_changes_nothing(books: Books) -> None:
    first = run(books, "import", "items", str(LISTS / "sap-fbl5n-bars.txt"), "-O", "json")
    told = json.loads(first.stdout)
    assert (first.exit_code, told["new"], told["layouts"]) == (DONE, 3, ["sap-fbl5n"])
    assert told["notes"] == ["3 totals of the list agreed with its rows"]
    again = json.loads(run(books, "import", "items", str(LISTS / "sap-fbl5n-bars.txt"), "-O", "json").stdout)
    assert (again["new"], again["changed"], again["closed"]) == (0, 0, 0)


def test_the_screen_says_the_layout_and_what_was_made_of_the_list(books: Books) -> None:
    result = run(books, "import", "items", str(LISTS / "sap-fbl5n-bars.txt"), "--dry-run")
    assert "Read with the layout sap-fbl5n.\n3 totals of the list agreed with its rows.\n" in result.stderr


def test_a_proposed_layout_in_the_books_brings_the_list_in(books: Books, tmp_path: Path) -> None:
    file = tmp_path / "odd.csv"
    file.write_text(ODD, encoding="utf-8")
    before = run(books, "import", "items", str(file))
    assert (before.exit_code, before.stderr.split(":")[0]) == (BAD_INPUT, "layout.unknown")
    layouts = books.directory / "layouts"
    layouts.mkdir()
    (layouts / "mine.toml").write_text("")  # as a shell leaves it for `> layouts/mine.toml`
    proposal = run(books, "layout", "new", str(file), "--name", "mine")
    assert "10002  invoice  A-2  2026-02-15  99.00" in proposal.stderr
    (layouts / "mine.toml").write_text(proposal.stdout, encoding="utf-8")
    assert run(books, "import", "items", str(file)).exit_code == DONE
    assert books.state().items.sort("item_id")["customer_id"].to_list() == ["10001", "10002"]
    assert [
        row["from"] for row in map(json.loads, run(books, "layout", "list", "-O", "json").stdout.splitlines()) if row["name"] == "mine"
    ] == ["books"]


def test_a_layout_is_proposed_without_any_books(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "odd.csv").write_text(ODD, encoding="utf-8")
    result = CliRunner().invoke(main, ["layout", "new", "odd.csv", "-o", "mine.toml"])
    assert result.exit_code == DONE
    assert "document_no" in (tmp_path / "mine.toml").read_text(encoding="utf-8")


def test_a_layout_that_does_not_exist_is_named_with_the_nearest(books: Books) -> None:
    result = run(books, "import", "items", str(LISTS / "sap-fbl5n.csv"), "--layout", "sap-fbl5")
    assert result.exit_code == USAGE
    assert "Perhaps sap-fbl5n" in result.stderr


def test_where_books_have_several_entities_a_proposed_layout_says_which_in_two_lines(tmp_path: Path) -> None:
    second = '\n[[entity]]\nid = "2"\nname = "Nordwerk AG"\n'
    made = new_books(tmp_path / "books", CONFIG.replace("\n[[account]]", second + "\n[[account]]"))
    file = str(LISTS / "kingdee.csv")
    assert run(made, "import", "items", file).exit_code == BAD_INPUT
    toml = run(made, "layout", "new", file, "--name", "mine").stdout
    (made.directory / "layouts").mkdir()
    own = toml.replace("# [values.entity]", "[values.entity]").replace('# "1" = ["宁波', '"2" = ["宁波')
    (made.directory / "layouts" / "mine.toml").write_text(own, encoding="utf-8")
    assert run(made, "import", "items", file).exit_code == DONE
    assert set(made.state().items["entity"]) == {"2"}


@pytest.mark.parametrize("form", ["xml", "html"])
def test_a_file_for_excel_that_is_text_is_a_workbook(books: Books, tmp_path: Path, form: str) -> None:
    lines = [("Open invoices",), ("Customer", "Invoice", "Date", "Amount Remaining"), ("10001", "INV-1", "2026-09-21", "1250.50")]
    cells = [[f'<Cell><Data ss:Type="{_kind(cell)}">{cell}</Data></Cell>' for cell in line] for line in lines]
    rows = "".join(f"<Row>{''.join(line)}</Row>" for line in cells)
    texts = {
        "xml": '<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        f'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="A"><Table>{rows}</Table></Worksheet></Workbook>',
        "html": "<html><table>"
        + "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in line) + "</tr>" for line in lines)
        + "</table></html>",
    }
    file = tmp_path / "open.xls"
    file.write_text(texts[form], encoding="utf-8")
    assert run(books, "import", "items", str(file)).exit_code == DONE
    assert books.state().items.select("customer_id", "document_no", "amount").row(0) == ("10001", "INV-1", 125050)


def _kind(cell: str) -> str:
    return "Number" if cell.replace(".", "").isdecimal() else "String"


def test_rates_have_no_layout(books: Books) -> None:
    with pytest.raises(MatcherError) as error:
        books.import_files("rates", [LISTS / "sap-fbl5n.csv"], layout="sap-fbl5n")
    assert error.value.code == "usage.option"


def test_a_bank_s_list_is_not_taken_for_open_items(books: Books, tmp_path: Path) -> None:
    statement = tmp_path / "bank.csv"
    statement.write_text("account,booking_date,amount,currency,counterparty_name,bank_reference\n1,2026-03-16,5.00,EUR,Acme,77\n")
    result = run(books, "import", "items", str(statement))
    assert result.exit_code == BAD_INPUT
    assert "Use `matcher ingest`." in result.stderr


def test_what_is_not_understood_of_terms_is_said(books: Books, tmp_path: Path) -> None:
    file = tmp_path / "terms.csv"
    file.write_text("Kundennr.;Rechnungsnr.;Datum;Betrag;Zahlungsbedingung\n10001;R1;21.09.2026;10,00;ZB30\n", encoding="utf-8")
    assert "1 item has terms that are not understood ('ZB30')" in run(books, "import", "items", str(file)).stderr


def test_entity_says_whose_a_list_is_that_does_not_say_it(tmp_path: Path) -> None:
    second = '\n[[entity]]\nid = "2"\nname = "Nordwerk AG"\n'
    made = new_books(tmp_path / "books", CONFIG.replace("\n[[account]]", second + "\n[[account]]"))
    (tmp_path / "ours.csv").write_text("Kundennr;Rechnungsnr;Datum;Betrag\nC1;R1;21.09.2026;10,00\n")
    (tmp_path / "plain.csv").write_text(
        "item_id,customer_id,document_type,document_no,issue_date,currency,amount\nI2,C1,invoice,R2,2026-09-21,EUR,20.00\n"
    )
    (tmp_path / "code.csv").write_text("Buchungskreis;Kundennr;Rechnungsnr;Datum;Betrag\n1000;C1;R3;21.09.2026;10,00\n")
    (tmp_path / "other.csv").write_text("Buchungskreis;Kundennr;Rechnungsnr;Datum;Betrag\n1;C1;R4;21.09.2026;10,00\n")
    words = ("import", "items", "--partial")
    refused = run(made, *words, str(tmp_path / "ours.csv"))
    assert (refused.exit_code, "--entity" in refused.stderr) == (BAD_INPUT, True)
    for name in ("ours", "plain", "code"):
        assert run(made, *words, str(tmp_path / f"{name}.csv"), "--entity", "2").exit_code == DONE
    assert set(made.state().items["entity"]) == {"2"}
    contradicted = run(made, *words, str(tmp_path / "other.csv"), "--entity", "2")
    assert (contradicted.exit_code, "value.unknown" in contradicted.stderr) == (BAD_INPUT, True)
    assert run(made, *words, str(tmp_path / "ours.csv"), "--entity", "9").exit_code == USAGE
    assert run(made, "import", "customers", str(tmp_path / "ours.csv"), "--entity", "2").exit_code == USAGE
