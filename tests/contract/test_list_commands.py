"""Every list in every form, on narrow pages and in files; and that one option has one name."""

import io
import os
import pty
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from desk import Desk
from python_calamine import CalamineWorkbook
from support import filled

from matcher.books import Books
from matcher.cli.main import main
from matcher.codes import NEEDS_PERSON, USAGE
from matcher.display.widths import width
from matcher.languages import LANGUAGES

FORMS = ("table", "csv", "tsv", "json", "md", "html", "xlsx")
LISTS = (
    "run --dry-run", "status", "queue", "show LINE", "explain LINE", "customer C1", "aging", "aging --detail", "statement list",
    "statement show STATEMENT", "statement diff STATEMENT", "statement conflicts --all", "inspect ../lines.csv", "ingest ../lines.csv",
    "import items ../items.csv --dry-run", "rules show", "rules show payer-likely", "rules trust", "verify", "profile list",
    "close 2026-08 --dry-run", "kpi --month 2026-10", "kpi --explain", "behaviour", "behaviour --customer C1", "forecast --shares",
    "exposure", "team", "dunning --detail --as-of 2026-10-31", "interest I1 --as-of 2026-10-31",
    "declare-overdue --days 1 --as-of 2026-10-31", "placement --agency Nord --older-than 1 --as-of 2026-10-31",
)  # fmt: skip
ITEM = {"entity": "1", "document_type": "invoice", "currency": "EUR", "customer_id": "C1"}
RUN = "from matcher.cli import program; program()"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    items = [
        ITEM
        | {"item_id": "I1", "document_no": "RE-2026-0001", "issue_date": "2026-09-01", "due_date": "2026-10-01", "amount": "1234567.89"},
        ITEM | {"item_id": "I2", "document_no": "RE-2026-0002", "issue_date": "2026-05-01", "due_date": "2026-06-01", "amount": "70.00"},
    ]
    customers = [
        {"customer_id": "C1", "name": "Domkapitel zu Regensburg, Verwaltung der Stiftungen"},
        {"customer_id": "C2", "name": "昆山裕丰印染"},
    ]
    lines = [
        {"account": "giro", "booking_date": f"2026-10-0{day}", "currency": "EUR", "amount": amount, "counterparty_name": name,
         "remittance_information": text, "bank_reference": f"B{day}", "balance": balance}
        for day, amount, name, text, balance in (
            (1, "70.00", "DOMKAPITEL ZU REGENSBURG, VERWALTUNG DER STIFTUNGEN", "RE-2026-0002", "170.00"),
            (2, "1234500.00", "昆山裕丰印染有限公司昆山裕丰印染", "货款 转账 Abschlag auf die Rechnung vom 1. September", "1234670.00"),
            (3, "-9.00", "Bank", "Entgelt", "1234661.00"),
        )
    ]  # fmt: skip
    made = filled(tmp_path_factory.mktemp("lists"), items=items, customers=customers, lines=lines)
    made.run()
    return made.directory


@pytest.fixture
def desk(books: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setenv("COLUMNS", "")
    return Desk(books, monkeypatch)


@cache
def words(books: Path, command: str) -> list[str]:
    made = Books(books)
    named = {"LINE": made.queue().lines[0].line_id, "STATEMENT": made.statements()[0].statement_id}
    return [named.get(word, word) for word in command.split()]


@pytest.mark.parametrize("command", LISTS)
def test_every_list_fits_a_narrow_page_and_makes_a_web_page_and_a_workbook(
    command: str, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    argv = words(desk.folder, command)
    monkeypatch.setenv("COLUMNS", "80")
    plain, page, book = (desk.run(*argv, "-O", form) for form in ("table", "html", "xlsx"))
    assert [line for line in plain.stdout.splitlines() if width(line) > 80] == []
    assert page.stdout.startswith("<!DOCTYPE html>")
    assert CalamineWorkbook.from_filelike(io.BytesIO(book.stdout_bytes)).sheet_names
    assert (page.exit_code, book.exit_code) == (plain.exit_code, plain.exit_code)
    assert (page.stderr, book.stderr) == (plain.stderr, plain.stderr)


@pytest.mark.parametrize("form", ["csv", "tsv", "md", "json"])
def test_a_page_of_several_lists_has_every_form(form: str, desk: Desk) -> None:
    for command in ("status", "explain LINE"):
        result = desk.run(*words(desk.folder, command), "--format", form)
        assert result.exit_code == 0
        assert result.stdout.count("\n") > (form != "json")


@pytest.mark.parametrize(
    ("ending", "form"),
    [(".txt", "table"), (".csv", "csv"), (".tsv", "tsv"), (".json", "json"), (".jsonl", "json"), (".md", "md"), (".html", "html"),
     (".htm", "html"), (".xlsx", "xlsx")],
)  # fmt: skip
def test_a_file_s_ending_says_its_form(ending: str, form: str, desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / f"aging{ending.upper()}"
    result = desk.run("aging", "-o", str(file))
    assert (result.stdout, result.stderr) == ("", f"{file} written.\n")
    assert file.read_bytes() == desk.run("aging", "-O", form).stdout_bytes
    assert oct(file.stat().st_mode)[-3:] == "600"


def test_a_form_that_is_named_counts_more_than_the_ending(desk: Desk, tmp_path: Path) -> None:
    desk.do("aging", "-o", str(tmp_path / "aging.txt"), "-O", "csv")
    assert (tmp_path / "aging.txt").read_text().startswith("entity,customer_id,name,currency,not_due")
    assert desk.do("aging", "-o", "-", "--format", "csv").startswith("entity,customer_id,name,currency,not_due")


def test_a_file_is_written_whole_or_not_at_all(desk: Desk, tmp_path: Path) -> None:
    file = tmp_path / "line.md"
    file.write_text("what stood there")
    desk.do("explain", "ffffffffffffffff", "-o", str(file), status=USAGE)
    assert file.read_text() == "what stood there"
    assert [path.name for path in tmp_path.iterdir()] == ["line.md"]
    assert desk.do("status", "--fail-if-waiting", "-o", str(file), status=NEEDS_PERSON).endswith(f"{file} written.\n")
    assert file.read_text().startswith("## Lines\n")


def test_that_a_file_cannot_be_written_is_found_out_before_anything_is_recorded(desk: Desk, tmp_path: Path) -> None:
    before = desk.contents()
    result = desk.run("run", "-o", str(tmp_path / "nowhere" / "run.csv"))
    assert result.stderr.startswith("file.unwritable: ")
    assert desk.contents() == before
    assert result.exit_code == USAGE


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (("aging", "-o", "aging.pdf"), "usage.option: aging.pdf: the file must end with .txt, .csv, .tsv, .json, .jsonl, .md, "),
        (("aging", "-O", "pdf"), "usage.option: Invalid value for '-O' / '--format': 'pdf' is not one of 'table', 'csv', 'tsv', "),
        (("accept", "aa", "-O", "csv"), "usage.option: Invalid value for '-O' / '--format': 'csv' is not one of 'table', 'json'."),
        (("ingest", "../lines.csv", "--format", "mt9"), "usage.option: Invalid value for '-O' / '--format': 'mt9' is not one of table,"),
    ],
)  # fmt: skip
def test_a_form_that_does_not_exist_is_refused(argv: tuple[str, ...], said: str, desk: Desk) -> None:
    result = desk.run(*argv)
    assert result.exit_code == USAGE
    assert result.stderr.startswith(said)


def test_a_statement_s_format_is_named_by_read_as(desk: Desk) -> None:
    asked = ("ingest", "../lines.csv", "--dry-run")
    read = desk.run(*asked, "--read-as", "csv", "-O", "csv")
    assert read.stdout.startswith("file,account,number,")
    # as scripts of earlier versions have it: --format named the statement's format, --output the form
    assert desk.run(*asked, "--format", "csv").stdout == read.stdout
    assert desk.run(*asked, "--output", "csv").stdout == read.stdout
    assert desk.run(*asked, "--format", "camt", "--output", "csv").stderr == desk.run(*asked, "--read-as", "camt", "-O", "csv").stderr
    assert "XML" in desk.run("inspect", "../lines.csv", "--read-as", "camt").stderr
    shown = desk.do("ingest", "--help")
    assert "--output" not in shown
    assert "-O, --format FORM" in shown


def on_terminal(books: Path, *argv: str, **environment: str) -> tuple[int, str]:
    """Exit status, and what a terminal of 100 columns gets."""
    terminal, side = pty.openpty()
    settings = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "COLUMNS")}
    settings |= {"MATCHER_BOOKS": str(books), "TERM": "xterm", "COLUMNS": "100"} | environment
    with subprocess.Popen([sys.executable, "-c", RUN, *argv], stdin=side, stdout=side, stderr=side, cwd=books, env=settings) as child:
        os.close(side)
        got = b""
        try:
            while part := os.read(terminal, 65536):
                got += part
        except OSError:  # the other side is closed
            pass
    os.close(terminal)
    return child.returncode, got.decode()


def test_colour_is_for_terminals_that_show_it(books: Path) -> None:
    assert "\x1b[31m" in on_terminal(books, "aging", "--detail", "--as-of", "2027-03-01")[1]
    for environment in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        status, shown = on_terminal(books, "aging", "--detail", "--as-of", "2027-03-01", **environment)
        assert (status, "\x1b" in shown, "RE-2026-0001" in shown) == (0, False, True)


def test_a_workbook_is_not_shown_on_a_terminal(books: Path) -> None:
    said = "usage.option: a workbook cannot be shown on a terminal. Write it to a file: -o FILE.xlsx\r\n"
    assert on_terminal(books, "aging", "-O", "xlsx") == (USAGE, said)


def _helps(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, command in group.commands.items():
        yield from _helps(command, (*path, name)) if isinstance(command, click.Group) else [(*path, name)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_help_fits_a_narrow_page(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    wide = {
        " ".join(path): line
        for path in _helps(main)
        for line in CliRunner().invoke(main, ["--lang", language, *path, "--help"]).stdout.splitlines()
        if width(line) > 80
    }
    assert wide == {}
