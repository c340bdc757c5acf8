"""What a payer or a file name hides reaches no terminal as it is; data in a pipe is what was stored; an id may hold none of it."""

import csv
import io
import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner
from desk import Desk
from support import CONFIG, CUSTOMER_COLUMNS, ITEM_COLUMNS, LINE_COLUMNS, table, write

from matcher.books import Books, init
from matcher.cli import main
from matcher.codes import USAGE
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest

EVIL = (
    "Orgel\x1b]0;owned\x07\x1b[2J\x1b[8m\x9b31m\x9d0;t\x9c\u202eRTL\u2066iso\u2069\u200bzero\u200d\u00ad\ufeff\u2028\U000e0041tag\x7f\x08"
    "\x0b\x0c\x00 99.00".replace("\x00", "")
)
ODD = "-17\x1b[2J\u202e\u200b\x9b"
STEERING = re.compile(
    "[\x00-\x08\x0b-\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e0fff]"
    "|\x1b(?!\\[[0-9;]*m)"
)
"""Anything but what a coloured table is made of."""

PROGRAM = """
import json, sys
from matcher.cli import main
for argv in json.loads(sys.argv[1]):
    print("$ next", flush=True)
    try:
        main(argv, prog_name="matcher")
    except SystemExit:
        pass
"""
NAMED = ("odd\x1b]0;x\x07\u202e\x9b2J.csv", "no \x1b[2J such.csv")
ITEM = {"entity": "1", "document_type": "invoice", "issue_date": "2026-09-01", "currency": "EUR", "customer_id": "C1"}


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Books in which every text that comes from outside holds something hidden."""
    folder = tmp_path_factory.mktemp("hidden")
    write(folder, "matcher.toml", CONFIG.replace("Nordkai Handel GmbH", "Nordkai \\u009b31m\\u202e GmbH"))
    items = [
        ITEM | {"item_id": "I1", "document_no": f"XA{ODD}", "amount": "100.00", "payment_reference": f"XB{ODD}", "purchase_order": ODD},
        ITEM | {"item_id": "I2", "document_no": "RE-2026-0002", "amount": "70.00"},
    ]
    customers = [{"customer_id": "C1", "name": f"Domkapitel {EVIL}", "trade_name": EVIL}]
    told = [("55.55", "Spende", "=1+1", "155.55"), ("70.00", "Domkapitel", "RE-2026-0002", "225.55"), ("-9.00", "Domkapitel", "", "216.55")]
    lines = [
        {"account": "giro", "booking_date": f"2026-10-1{n}", "currency": "EUR", "amount": amount, "counterparty_name": f"{name} {EVIL}",
         "remittance_information": f"{text} {EVIL}", "end_to_end_id": EVIL, "bank_reference": f"B{n}{EVIL}", "transaction_code": EVIL,
         "balance": balance}
        for n, (amount, name, text, balance) in enumerate(told)
    ]  # fmt: skip
    init(folder)
    made = Books(folder, actor="ada")
    made.import_files("items", [write(folder, "items.csv", table(ITEM_COLUMNS, items))])
    made.import_files("customers", [write(folder, "customers.csv", table(CUSTOMER_COLUMNS, customers))])
    made.ingest([write(folder, NAMED[0], table(LINE_COLUMNS, lines))])
    made.run()
    return folder


@pytest.fixture(scope="module")
def waiting(books: Path) -> str:
    """Id of a line that waits for a person."""
    return Books(books).queue().lines[0].line_id


@pytest.fixture
def desk(books: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    return Desk(books, monkeypatch)


def commands(books: Path) -> list[list[str]]:
    """Every kind of page, message and error in which something hidden has to be shown."""
    made = Books(books, actor="ada")
    lines, statement = made.state().lines["line_id"].to_list(), made.statements()[0].statement_id
    odd = str(books / NAMED[0])
    listing = [["queue"], ["aging", "--detail"], ["aging"], ["status"], ["statement", "list"], ["inspect", odd], ["verify"]]
    pages = [*(["show", line] for line in lines), *(["explain", line] for line in lines), ["statement", "show", statement]]
    formed = [[*page, "--format", form] for page in (*listing, *pages) for form in ("csv", "json")]
    messages = [
        ["inspect", NAMED[1]], ["ingest", NAMED[1]], ["import", "items", odd], ["show", EVIL], ["queue", EVIL], ["queue", "--as-of", EVIL],
        ["rules", "check", NAMED[1]], ["rules", "show", EVIL], ["statement", "show", EVIL], ["allocate", lines[0], f"{EVIL}=1"],
        ["export", "matches", "-o", NAMED[1]], ["export", "aging", "-o", f"{EVIL}/x.csv"], ["profile", "new", odd], ["undo", EVIL],
        ["ingest", odd], ["ingest", odd, "--output", "csv"], ["accept", lines[0], "--reason", EVIL], ["--books", EVIL, "queue"],
        ["--actor", EVIL, "run"], ["export", "receipts", "-o", NAMED[1], "--target", EVIL], [EVIL],
    ]  # fmt: skip
    return [*listing, *pages, *formed, *messages]


def on_terminal(books: Path, run: Sequence[Sequence[str]]) -> str:
    """What a terminal of 200 columns gets from these commands, stdout and stderr together."""
    terminal, side = pty.openpty()
    environment = os.environ | {"MATCHER_BOOKS": str(books), "MATCHER_ACTOR": "ada", "COLUMNS": "200", "TERM": "xterm-256color"}
    argv = [sys.executable, "-c", PROGRAM, json.dumps(run)]
    with subprocess.Popen(argv, stdin=side, stdout=side, stderr=side, cwd=books, env=environment) as child:
        os.close(side)
        got = b"".join(_until_closed(terminal))
    os.close(terminal)
    assert child.returncode == 0
    return got.decode()


def _until_closed(terminal: int) -> Iterator[bytes]:
    while True:
        try:
            part = os.read(terminal, 65536)
        except OSError:  # the other side is closed
            return
        if not part:
            return
        yield part


def test_a_terminal_gets_nothing_that_steers_it(books: Path) -> None:
    typed = commands(books)
    screens = on_terminal(books, typed).split("$ next\r\n")[1:]
    assert len(screens) == len(typed)
    for screen in screens:
        # a spinner hides and shows the cursor, and clears its own line
        page = re.sub("\x1b\\[(\\?25[lh]|[12]?K|1A)", "", screen)
        found = STEERING.search(page)
        assert not found, (found, page[max(0, found.start() - 200) : found.end() + 20])
    for shown in ("\\x1b", "\\x9b31m", "\\u202e", "\\u200b", "\\U000e0041"):
        assert sum(shown in screen for screen in screens) > 20


def test_tables_and_messages_in_a_pipe_hold_nothing_hidden_either(desk: Desk) -> None:
    for argv in commands(desk.folder):
        result = desk.run(*argv)
        told = result.stderr if "csv" in argv or argv[:2] == ["profile", "new"] or argv[0] == "export" else result.output
        assert not STEERING.search(told), (argv, told)
        assert "\x1b" not in told
        assert not result.stderr.startswith("internal"), (argv, result.stderr)


def test_csv_in_a_pipe_is_what_was_stored(books: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stored = {row["line_id"]: row for row in Books(books).state().lines.iter_rows(named=True)}
    argv = [sys.executable, "-m", "matcher", "--books", str(books), "queue", "--format", "csv"]
    argv[1:3] = ["-c", "from matcher.cli import program; program()"]
    for locale in ({}, {"PYTHONIOENCODING": "latin-1"}, {"PYTHONUTF8": "0", "LC_ALL": "POSIX", "PYTHONCOERCECLOCALE": "0"}):
        done = subprocess.run(argv, capture_output=True, env=os.environ | locale, check=True)
        rows = list(csv.DictReader(io.StringIO(done.stdout.decode("utf-8"), newline="")))
        assert rows
        for row in rows:
            assert row["payer"] == stored[row["line_id"]]["counterparty_name"]
            assert row["text"].removeprefix("'") == stored[row["line_id"]]["remittance_information"]


def test_json_means_what_was_stored_and_hides_nothing(desk: Desk) -> None:
    stored = [line.text for line in Books(desk.folder).queue().lines]
    text = desk.do("queue", "--format", "json").split("\n1 Nov 2026: ")[0]
    rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    assert [row["text"] for row in rows] == stored


def test_a_table_on_a_pipe_is_utf_8_whatever_the_locale(books: Path) -> None:
    argv = [sys.executable, "-c", "from matcher.cli import program; program()", "--books", str(books), "inspect", "chinese.csv"]
    row = {"account": "华信", "booking_date": "2026-10-01", "currency": "EUR", "amount": "1.00", "counterparty_name": "华信贸易"}
    write(books, "chinese.csv", table(LINE_COLUMNS, [row]))
    done = subprocess.run(argv, capture_output=True, env=os.environ | {"PYTHONIOENCODING": "latin-1"}, cwd=books, check=False)
    assert done.returncode == 0, done.stderr
    assert "华信".encode() in done.stdout


def test_exports_keep_texts_as_they_came(books: Path, tmp_path: Path) -> None:
    made = Books(books, actor="ada")
    stored = set(made.state().lines["bank_reference"])
    made.export("matches", tmp_path / "m.csv")
    with (tmp_path / "m.csv").open(encoding="utf-8", newline="") as stream:
        assert {row["bank_reference"] for row in csv.DictReader(stream)} == stored
    made.export("matches", tmp_path / "m.jsonl")
    with (tmp_path / "m.jsonl").open(encoding="utf-8", newline="\n") as stream:
        assert {json.loads(line)["bank_reference"] for line in stream} == stored


def test_a_file_whose_name_is_no_text_is_read_and_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, "matcher.toml", CONFIG)
    init(tmp_path)
    row = {"account": "giro", "booking_date": "2026-10-01", "currency": "EUR", "amount": "1.00"}
    item = ITEM | {"item_id": "I", "document_no": "1", "amount": "1"}
    for kind, text in (("lines", table(LINE_COLUMNS, [row])), ("items", table(ITEM_COLUMNS, [item]))):
        name = os.fsdecode(os.fsencode(str(tmp_path / kind)) + b"\xff.csv")
        Path(name).write_text(text, encoding="utf-8")
        desk = Desk(tmp_path, monkeypatch)
        printed = desk.do(*(("ingest",) if kind == "lines" else ("import", "items")), name)
        assert "internal" not in printed
    assert "\\udcff.csv" in desk.do("statement", "list")


REASONS = {
    "accept": lambda books, line, why: books.accept([line], reason=why),
    "reject": lambda books, line, why: books.reject([line], reason=why),
    "allocate": lambda books, line, why: books.allocate(line, [AllocationRequest("I1", "1.00")], reason=why),
    "adjustment": lambda books, line, why: books.allocate(line, [AllocationRequest("I1", "1.00", "1.00", why)]),
    "undo": lambda books, line, why: books.undo(line, reason=why),
    "accept_statement": lambda books, line, why: books.accept_statement("x", reason=why),
    "reject_statement": lambda books, line, why: books.reject_statement("x", reason=why),
    "settle": lambda books, line, why: books.settle(line, "this", reason=why),
    "import": lambda books, line, why: books.import_files("items", [books.directory / "items.csv"], reason=why),
}


@pytest.mark.parametrize("way", REASONS)
@pytest.mark.parametrize("hidden", ["\x1b[2J", "\u202e", "\u200b", "\n", "\x9b", "\udcff"], ids=ascii)
def test_a_reason_that_a_person_types_hides_nothing(books: Path, waiting: str, way: str, hidden: str) -> None:
    made = Books(books, actor="ada")
    with pytest.raises(MatcherError) as refused:
        REASONS[way](made, waiting, f"agreed {hidden} by phone")
    assert (refused.value.code, refused.value.exit_code) == ("usage.option", USAGE)
    assert f"U+{ord(hidden[0]):04X}" in str(refused.value)


@pytest.mark.parametrize("name", ["ann\x1b[2Ja", "ann\u200ba", "ann\udcffa", " ", "an\u0303a", "ada ", "a\u00a0da"], ids=ascii)
def test_who_decides_has_a_plain_name(books: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MatcherError) as refused:
        Books(books, actor=name)
    assert refused.value.code == "usage.option"
    monkeypatch.setenv("MATCHER_ACTOR", name)
    with pytest.raises(MatcherError):
        Books(books)


@pytest.mark.parametrize("bad", ["1\\u001b", "\\u202e1", "1\\u200b", "1 ", "", "Se\\u0301"])
@pytest.mark.parametrize("key", ["entity", "account"])
def test_an_id_of_the_configuration_hides_nothing(tmp_path: Path, key: str, bad: str) -> None:
    config = CONFIG.replace('id = "2"', f'id = "{bad}"') if key == "entity" else CONFIG.replace('id = "service"', f'id = "{bad}"')
    write(tmp_path, "matcher.toml", config)
    with pytest.raises(MatcherError) as refused:
        Books(tmp_path, actor="ada")
    assert refused.value.code == "config.invalid"
    assert f"{key}.1.id" in str(refused.value)


def test_the_command_line_refuses_them_with_its_status(books: Path) -> None:
    result = CliRunner().invoke(main, ["--books", str(books), "--actor", "a\u202eb", "run"])
    assert result.exit_code == USAGE
    assert result.stderr.startswith("usage.option: the actor ")
