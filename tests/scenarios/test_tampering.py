"""Whoever can write the books file changes something in it, in every way that we know of; `verify` notices each.

The triggers are put back after every change, so that it is the contents that tell, and not the missing triggers.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import duckdb
import polars as pl
import pytest
from support import CONFIG as TWO_ACCOUNTS
from support import NOW, copy_of, customers_file, items_file, lines_file, new_books, write

from matcher.books import Books
from matcher.errors import MatcherError
from matcher.journal import chain
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.pipeline.ingest import IngestOptions
from matcher.store import Store, journal, open_store, seals
from matcher.store.database import APPEND_ONLY, REPLACED, migrate, migrations

BATCHES = Path(__file__).parents[2] / "fixtures" / "banks" / "camt" / "batch_less_charges.xml"
CONFIG = TWO_ACCOUNTS + '[[account]]\nid = "reserve"\nnumber = "DE88500700100175526303"\nentity = "1"\ncurrency = "EUR"\n'
KEY = "a key of more than thirty-two characters"
HEADER = "account,booking_date,amount,currency,counterparty_name,remittance_information,bank_reference,balance\n"


def filled(folder: Path, config: str = CONFIG) -> Books:
    """Books in which every table has rows: postings, proposals, reversals, a statement from quarantine, repeated lines, exports."""
    books = new_books(folder / "books", config)
    files = folder / "files"
    files.mkdir()
    items = [
        {"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-2026-0000{n}", "amount": f"{n}00.00", "due_date": f"2026-10-{n:02d}"}
        for n in range(1, 8)
    ]
    twins = [{"item_id": f"T{n}", "customer_id": "C2", "document_no": f"RE-2026-0010{n}", "amount": "77.00"} for n in (1, 2)]
    books.import_files("customers", [customers_file(files, [{"customer_id": "C1", "name": "Alster GmbH"}])])
    books.import_files("customers", [customers_file(files, [{"customer_id": "C2", "name": "Ostsee Handel KG"}], "c2.csv")])
    books.import_files("items", [items_file(files, items + twins)])
    books.import_files("rates", [write(files, "rates.csv", "date,currency,per_base\n2026-10-01,USD,1.10\n")])
    booked = (
        "entry_id,account,date,amount,currency,reference,kind\nGL-1,giro,2026-10-05,77.00,EUR,B9,\nGL-2,giro,2026-09-30,9.00,EUR,,balance\n"
    )
    books.import_files("book", [write(files, "book.csv", booked)])
    advised = "advice_id,currency,total,document_no,net\nRA-1,EUR,500.00,RE-2026-00005,500.00\nRA-2,EUR,9.00,RE-2026-00006,600.00\n"
    books.import_remittance([write(files, "advice.csv", advised)])
    rows = [f"giro,2026-10-0{n},{n}00.00,EUR,Alster GmbH,RE-2026-0000{n},B{n},{sum(range(n + 1))}00.00\n" for n in range(1, 5)]
    rows.append("giro,2026-10-05,77.00,EUR,OSTSEE HANDEL KG,thank you,,1077.00\n")
    first = write(files, "first.csv", HEADER + "".join(rows[:4]))
    books.ingest([first])
    books.ingest([write(files, "second.csv", HEADER + "".join(rows[2:]))])
    broken = [{"account": "service", "amount": "1.00", "balance": balance} for balance in ("11.00", "12.00", "99.00")]
    books.ingest([lines_file(files, broken, "broken.csv")])
    books.ingest([BATCHES], IngestOptions(account="reserve"))
    books.run()
    held = next(row.statement_id for row in books.statements() if row.state == "quarantined")
    books.accept_statement(held, reason="the bank sent it so")
    paid = books.state().lines.filter(pl.col("bank_reference") == "B2")["line_id"][0]
    books.undo(paid, reason="a deposit")
    books.allocate(paid, [AllocationRequest("I2", "150.00", "50.00", "discount")], reason="agreed")
    books.dispute([AllocationRequest("I7", "100.00", "", "")], reason="price")
    books.proof(date(2026, 10, 31), errors=["book=1.00:a cent"], keep=True)
    books.export("receipts", folder / "receipts.jsonl")
    books.resolve([f"{books.outbox().documents[0].external_id}=accepted:P-1"], reason="seen there")
    return books


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Books:
    return filled(tmp_path_factory.mktemp("original"))


@pytest.fixture(scope="module")
def signed(tmp_path_factory: pytest.TempPathFactory) -> Books:
    folder = tmp_path_factory.mktemp("signed")
    key = write(folder, "journal.key", KEY + "\n")
    return filled(folder, CONFIG + f'[journal]\nkey_file = "{key}"\nsigned_from = 1\n')


@pytest.fixture(scope="module")
def noted(signed: Books) -> str:
    """The head of the signed books."""
    return signed.head().hash


@pytest.fixture(scope="module")
def exported(signed: Books, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of the signed books, as it was sent to an auditor."""
    path = tmp_path_factory.mktemp("auditor") / "journal.jsonl"
    signed.export("journal", path)
    return path


def copy(books: Books, folder: Path) -> Books:
    return Books(copy_of(books.directory, folder / "books"), actor="ada", clock=lambda: NOW)


def tamper(books: Books, *statements: str, again: bool = False) -> None:
    """Changes the file with a plain connection; with `again` the whole chain is computed anew by the program's own functions."""
    with duckdb.connect(str(books.directory / "books.duckdb")) as connection:
        connection.execute("BEGIN")
        for name, table in connection.execute("SELECT trigger_name, schema_name || '.' || table_name FROM duckdb_triggers()").fetchall():
            connection.execute(f"DROP TRIGGER {name} ON {table}")
        for statement in statements:
            connection.execute(statement)
        if again:
            compute_again(Store(connection))
        migrate(connection, migrations(), {name for name, _ in migrations()})
        connection.execute("COMMIT")


def compute_again(store: Store) -> None:
    """Seals what stands in the tables now as if it had always stood there."""
    rows = seals.by_batch(store)
    batches, previous = journal.batches(store), chain.Head(0, chain.GENESIS)
    made = []
    for batch in batches:
        contents = {table: found[batch.batch] for table, found in rows.items() if batch.batch in found}
        for table in REPLACED:
            contents |= seals.standing(store, table) if seals.part(table, "0") in batch.sealed() else {}
        text = chain.seal(previous, asdict(batch), {}, contents).contents
        one = replace(batch, contents=text, previous_hash=previous.hash)
        one = replace(one, hash=chain.content_hash(one))
        made.append(replace(one, signature=""))
        previous = chain.Head(one.batch, one.hash)
    store.run("DELETE FROM log.batch")
    store.append("log.batch", pl.DataFrame([asdict(one) for one in made]))


def failures(books: Books, expect: str = "", since: str = "") -> list[str]:
    return [check.name for check in books.verify(expect, since=since) if check.failure]


B1 = "bank_reference = 'B1'"
TEXT = "bank_reference = '' AND remittance_information = 'thank you'"
ACCEPTED = "statement_id IN (SELECT statement_id FROM raw.statement_ruling WHERE ruling = 'accepted')"
GIRO = "account = 'giro' AND opening IS NOT NULL"
INVENTED = (
    "INSERT INTO raw.file SELECT * REPLACE ('f0' AS file_id) FROM raw.file WHERE kind = 'statement' LIMIT 1",
    "INSERT INTO raw.statement SELECT * REPLACE ('feedfeedfeedfeed' AS statement_id, 'f0' AS file_id, 1 AS count, 500000 AS credit, "
    "0 AS debit, 1 AS lines_new, 0 AS lines_known, closing + 500000 AS closing, closing AS opening) "
    f"FROM raw.statement WHERE {GIRO} ORDER BY closing DESC LIMIT 1",
    "INSERT INTO raw.line SELECT * REPLACE ('feed000000000000' AS line_id, 'feedfeedfeedfeed' AS statement_id, 500000 AS amount) "
    f"FROM raw.line WHERE {B1}",
)
CHANGES: dict[str, tuple[str, ...]] = {
    "payer's name": (f"UPDATE raw.line SET counterparty_name = 'Eve Ltd' WHERE {B1}",),
    "payer's account": (f"UPDATE raw.line SET counterparty_account = 'XX99' WHERE {B1}",),
    "text": (f"UPDATE raw.line SET remittance_information = 'RE-2026-00007' WHERE {B1}",),
    "text where it is part of the id": (f"UPDATE raw.line SET remittance_information = 'RE-2026-00007' WHERE {TEXT}",),
    "an empty cell instead of none": (f"UPDATE raw.line SET exchange_rate = ' ' WHERE {B1}",),
    "a date instead of none": (f"UPDATE raw.line SET value_date = booking_date WHERE {B1}",),
    "cells shifted": (f"UPDATE raw.line SET kind = transaction_code || chr(31) || kind, transaction_code = '' WHERE {B1}",),
    "booking date": (f"UPDATE raw.line SET booking_date = booking_date + 1 WHERE {B1}",),
    "bank reference": (f"UPDATE raw.line SET bank_reference = 'B9' WHERE {B1}",),
    "amount": (f"UPDATE raw.line SET amount = amount + 1 WHERE {B1}",),
    "amounts of two lines swapped": (
        "UPDATE raw.line SET amount = CASE bank_reference WHEN 'B1' THEN 20000 ELSE 10000 END WHERE bank_reference IN ('B1', 'B2')",
    ),
    "line and statement raised together": (
        f"UPDATE raw.line SET amount = amount + 100 WHERE {B1}",
        f"UPDATE raw.statement SET credit = credit + 100, closing = closing + 100 WHERE {GIRO}",
    ),
    "currency of a line": (f"UPDATE raw.line SET currency = 'USD' WHERE {B1}",),
    "line deleted": (f"DELETE FROM raw.line WHERE {B1}",),
    "line doubled": (f"INSERT INTO raw.line SELECT * FROM raw.line WHERE {B1}",),
    "line moved to another batch": (f"UPDATE raw.line SET batch = batch + 1 WHERE {B1}",),
    "line id": (f"UPDATE raw.line SET line_id = '0123456789abcdef' WHERE {B1}",),
    "part of a batch entry": ("UPDATE raw.line_detail SET amount = amount + 1",),
    "parts of a batch entry deleted": ("DELETE FROM raw.line_detail",),
    "repeated line forgotten": ("DELETE FROM raw.repeated_line",),
    "repeated line of another one": (f"UPDATE raw.repeated_line SET line_id = (SELECT line_id FROM raw.line WHERE {B1})",),
    "lines of an accepted statement doubled": (f"INSERT INTO raw.line SELECT * FROM raw.line WHERE {ACCEPTED}",),
    "lines of an accepted statement deleted": (f"DELETE FROM raw.line WHERE {ACCEPTED}",),
    "line in quarantine": ("UPDATE raw.quarantined_line SET amount = amount * 10",),
    "quarantine emptied": ("DELETE FROM raw.quarantined_line",),
    "statement invented": INVENTED,
    "state of a statement": ("UPDATE raw.statement SET state = 'balanced' WHERE state = 'quarantined'",),
    "balances of a statement": (f"UPDATE raw.statement SET opening = opening + 5, closing = closing + 5 WHERE {GIRO}",),
    "verdict on a statement": ("UPDATE raw.statement_ruling SET ruling = 'rejected'",),
    "verdict on a statement deleted": ("DELETE FROM raw.statement_ruling",),
    "hash of a file": ("UPDATE raw.file SET file_id = 'f00' WHERE kind = 'items'",),
    "name of a file": ("UPDATE raw.file SET name = 'other.csv'",),
    "item halved": ("UPDATE raw.item SET amount = amount // 2, open_amount = open_amount // 2 WHERE item_id = 'I1'",),
    "item closed": ("UPDATE raw.item SET status = 'closed' WHERE item_id = 'I5'",),
    "item deleted": ("DELETE FROM raw.item WHERE item_id = 'I5'",),
    "item of another customer": ("UPDATE raw.item SET customer_id = 'C2' WHERE item_id = 'I5'",),
    "item invented": ("INSERT INTO raw.item SELECT * REPLACE ('I99' AS item_id) FROM raw.item WHERE item_id = 'I5'",),
    "extra information of an item": ("UPDATE raw.item SET extra = '{\"x\": 1}' WHERE item_id = 'I5'",),
    "customers deleted": ("DELETE FROM raw.customer",),
    "account of a customer": ("UPDATE raw.customer SET account = 'XX99ATTACKER'",),
    "total of an advice": ("UPDATE raw.advice SET total = total + 1",),
    "document of an advice": ("UPDATE raw.advice_row SET document_no = 'RE-2026-00006'",),
    "an advice that does not add up is gone": ("DELETE FROM raw.unproven_advice",),
    "rates doubled": ("UPDATE raw.rate SET per_base = '2.20'",),
    "entry of the cash book gone": ("DELETE FROM raw.book_entry",),
    "balance of the cash book": ("UPDATE raw.book_balance SET amount = amount + 1",),
    "error of a proof": ("UPDATE log.proof_error SET amount = amount + 1",),
    "reference of an entry": ("UPDATE raw.book_entry SET reference = 'B4'",),
    "exports forgotten": ("DELETE FROM log.export",),
    "export of another amount": ("UPDATE log.export SET amount = amount + 1",),
    "decision's actor": ("UPDATE log.decision SET actor = 'eve' WHERE kind = 'allocate'",),
    "decision's customer": ("UPDATE log.decision SET customer_id = 'C2' WHERE kind = 'match'",),
    "reversal deleted": ("DELETE FROM log.decision WHERE kind = 'undo'",),
    "allocation's item": ("UPDATE log.allocation SET item_id = 'I6' WHERE item_id = 'I1'",),
    "allocation's amount": ("UPDATE log.allocation SET amount = amount - 1 WHERE item_id = 'I1'",),
    "allocation without a decision": ("INSERT INTO log.allocation SELECT * REPLACE ('00' AS decision_id) FROM log.allocation LIMIT 1",),
    "finding": ("UPDATE work.finding SET customer_id = 'C1'",),
    "findings forgotten": ("DELETE FROM work.finding",),
    "proposal redirected": ("UPDATE work.proposal SET item_id = 'I7'",),
    "shadow rule's word invented": ("INSERT INTO work.shadow VALUES ('x', 'r@1', 'posted', 1, '', '')",),
    "batch's actor": ("UPDATE log.batch SET actor = 'eve' WHERE batch = 2",),
    "batch's time": ("UPDATE log.batch SET \"at\" = '2020-01-01T00:00:00+00:00' WHERE batch = 2",),
    "batch's summary": ("UPDATE log.batch SET summary = '{}' WHERE batch = 2",),
    "batch's contents": ("UPDATE log.batch SET contents = '{}' WHERE batch = 2",),
    "batch's contents made nonsense": ("UPDATE log.batch SET contents = '[1' WHERE batch = 2",),
    "batch signed by nobody": ("UPDATE log.batch SET signature = 'ab' WHERE batch = 2",),
    "batch deleted in the middle": ("DELETE FROM log.batch WHERE batch = 3",),
    "batch appended without a hash": ("INSERT INTO log.batch SELECT * REPLACE (batch + 90 AS batch) FROM log.batch LIMIT 1",),
    "column added": ("ALTER TABLE raw.rate ADD COLUMN note VARCHAR DEFAULT 'x'",),
    "a function of the file's own": ("CREATE MACRO sha256(x) AS 'the same'",),
    "view in the place of a table": (
        "CREATE TABLE work.kept AS FROM work.shadow",
        "DROP TABLE work.shadow",
        "CREATE VIEW work.shadow AS FROM work.kept",
    ),
}


_OF_A_CLOSE = {"log.period", "log.closed_finding", "log.closed_proposal"}
"""Tables that only a closed month fills; these books have none."""


def test_the_untouched_books_hold_and_have_rows_everywhere(original: Books, signed: Books) -> None:
    assert failures(original) == []
    assert failures(signed) == []
    with duckdb.connect(str(original.directory / "books.duckdb"), read_only=True) as connection:
        for table in sorted({*APPEND_ONLY, "work.finding", "work.proposal"} - _OF_A_CLOSE):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchall() > [(0,)], table


def test_dropping_the_triggers_and_putting_them_back_changes_nothing(original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    tamper(books)
    assert failures(books) == []
    tamper(books, again=True)
    assert failures(books, original.head().hash) == []


SHAPES = {"column added", "a function of the file's own", "view in the place of a table"}
"""What no command opens."""
UNSEALED = {"batch's contents made nonsense"}
"""What cannot be sealed anew."""
SAME_HASHES = {"shadow rule's word invented", "batch's contents", "batch signed by nobody", "batch appended without a hash"}
"""What computing the chain anew takes back, or leaves behind the noted head."""


@pytest.mark.parametrize("name", sorted(CHANGES.keys() - SHAPES))
def test_verify_notices(name: str, original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    tamper(books, *CHANGES[name])
    assert failures(books)


ASKING: dict[str, Callable[[Books], object]] = {"verify": Books.verify, "state": Books.state, "run": Books.run, "head": Books.head}


@pytest.mark.shape
@pytest.mark.parametrize("name", sorted(SHAPES))
def test_books_of_another_make_are_not_opened(name: str, original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    tamper(books, *CHANGES[name])
    for ask in ASKING.values():
        with pytest.raises(MatcherError, match=r"books\.foreign"):
            ask(books)


@pytest.mark.parametrize("name", sorted(CHANGES.keys() - SHAPES - UNSEALED))
def test_a_chain_computed_anew_is_noticed_by_the_key_and_by_a_noted_head(
    name: str, signed: Books, noted: str, exported: Path, tmp_path: Path
) -> None:
    books = copy(signed, tmp_path)
    tamper(books, *CHANGES[name], again=True)
    found = {check.name: check.failure for check in books.verify(noted, since=str(exported)) if check.failure}
    assert "journal: every batch is signed with the key" in found
    assert ("journal: the expected hash is in the chain" in found) == (name not in SAME_HASHES)
    assert "exported journal: the hash chain" not in found
    before, now = hashes(signed), hashes(books)
    first = next((number for number, digest in before.items() if now.get(number) != digest), None)
    wanted = "" if first is None else f"batch {first} is another one than was noted"
    if first is not None and first > max(now):
        wanted = f"the journal ends with batch {max(now)}, and batch {first} was noted"
    if first is not None and first not in now and first < max(now):
        wanted = f"batch {first} is not as it was sealed"
    assert found.get(UNCHANGED, "") == wanted


UNCHANGED = "journal: nothing before the noted head has changed"


def hashes(books: Books) -> dict[int, str]:
    with open_store(books.directory / "books.duckdb", write=False) as store:
        return {one.batch: one.hash for one in journal.batches(store)}


@pytest.mark.parametrize("name", ["amount", "batch's actor", "batch deleted in the middle", "allocation without a decision"])
def test_what_was_changed_since_a_head_was_noted_is_named_by_its_batch(name: str, original: Books, tmp_path: Path) -> None:
    """The chain is left as it was: the rows tell."""
    books, head = copy(original, tmp_path), original.head()
    tamper(books, *CHANGES[name])
    (found,) = [check for check in books.verify(since=f"batch {head.batch} {head.hash}") if check.name == UNCHANGED]
    number = int(found.failure.removeprefix("batch ").removesuffix(" is not as it was sealed"))
    sealed = hashes(original)
    earlier = (
        [check for check in books.verify(since=f"batch {number - 1} {sealed[number - 1]}") if check.name == UNCHANGED] if number > 1 else []
    )
    assert [check.failure for check in earlier] == [""] * len(earlier)
    (same,) = [check for check in books.verify(since=f"batch {number} {sealed[number]}") if check.name == UNCHANGED]
    assert same.failure == found.failure


def test_heads_noted_in_any_form_are_read(original: Books, tmp_path: Path) -> None:
    head, sealed = original.head(), hashes(original)
    mail = f"Dear colleague,\nas agreed:\n> Journal head: batch 2, {sealed[2]}.\nand at the month's end\n batch {head.batch} {head.hash}\n"
    original.export("receipts", tmp_path / "receipts.jsonl")
    now = original.head()
    for since in (f"batch {head.batch} {head.hash}", head.hash, str(write(tmp_path, "mail.txt", mail)), str(tmp_path / "receipts.jsonl")):
        (found,) = [check for check in original.verify(since=since) if check.name == UNCHANGED]
        assert (found.failure, found.note) == ("", f"batch {head.batch}, {now.batch - head.batch} follow"), since
    for nothing in ("batch 7", "no such file", str(write(tmp_path, "empty.txt", "nothing noted"))):
        with pytest.raises(MatcherError, match=r"usage\.option"):
            original.verify(since=nothing)
    with pytest.raises(MatcherError, match=r"row\.invalid"):
        original.verify(since=str(write(tmp_path, "odd.jsonl", '{"batch":"1","previous_hash":""}\n')))


def test_heads_of_several_months_narrow_down_where_the_journal_changed(original: Books, tmp_path: Path) -> None:
    books, sealed = copy(original, tmp_path), hashes(original)
    log = write(tmp_path, "heads.txt", "".join(f"batch {number} {sealed[number]}\n" for number in (1, 3, len(sealed))))
    tamper(books, "UPDATE log.batch SET summary = '{}' WHERE batch = 5", again=True)
    (found,) = [check for check in books.verify(since=str(log)) if check.name == UNCHANGED]
    assert found.failure == f"one of the batches 4 to {len(sealed)} is another one than was noted"


def test_an_exported_journal_that_was_altered_itself_is_told(original: Books, tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    original.export("journal", path, known_at="5")
    rows = path.read_text(encoding="utf-8").splitlines()
    assert len(rows) == 5
    write(tmp_path, "part.jsonl", "\n".join(rows[2:]) + "\n")
    assert failures(original, since=str(tmp_path / "part.jsonl")) == []
    rows[2] = rows[2].replace('"actor":"ada"', '"actor":"eve"')
    write(tmp_path, "changed.jsonl", "\n".join(rows) + "\n")
    found = {check.name: check.failure for check in original.verify(since=str(tmp_path / "changed.jsonl")) if check.failure}
    assert found == {"exported journal: the hash chain": "batch 3"}


ODD_MONEY = {
    "more than the item": ("UPDATE log.allocation SET item_amount = item_amount + 1 WHERE item_id = 'I1'",),
    "one item twice": ("UPDATE log.allocation SET item_id = 'I1' WHERE item_id = 'I4'",),
    "more than the line": (
        "UPDATE log.allocation SET amount = amount + 1 WHERE item_id = 'I1'",
    ),
    "against the line's sign": ("UPDATE log.allocation SET amount = -amount WHERE item_id = 'I1'",),
    "item below what is settled": ("UPDATE raw.item SET amount = 1, open_amount = 1 WHERE item_id = 'I1'",),
    "an item that is not there": ("UPDATE log.allocation SET item_id = 'I98' WHERE item_id = 'I1'",),
    "an allocation without a decision": CHANGES["allocation without a decision"],
    "a decision on a line that is not there": (
        "UPDATE log.decision SET line_id = '00' WHERE kind = 'match'", "UPDATE log.allocation SET line_id = '00'",
    ),
    "a reversal of nothing": ("UPDATE log.decision SET reverses = '00' WHERE kind = 'undo'",),
    "a reversal taken away": ("DELETE FROM log.decision WHERE kind = 'undo'",),
    "a line's amount": CHANGES["amount"],
    "two amounts swapped": CHANGES["amounts of two lines swapped"],
    "a payer's text where it makes the id": CHANGES["text where it is part of the id"],
    "a line's day": CHANGES["booking date"],
    "an accepted statement's lines doubled": CHANGES["lines of an accepted statement doubled"],
    "an accepted statement's lines gone": CHANGES["lines of an accepted statement deleted"],
    "repeated lines gone": CHANGES["repeated line forgotten"],
    "repeated lines of another amount": CHANGES["repeated line of another one"],
    "quarantine emptied": CHANGES["quarantine emptied"],
    "an invented statement": INVENTED,
    "a balanced state": ("UPDATE raw.statement SET state = 'balanced' WHERE state = 'quarantined'",),
}  # fmt: skip


@pytest.mark.parametrize("name", ODD_MONEY)
def test_what_breaks_a_sum_is_noticed_in_a_chain_computed_anew(name: str, original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    tamper(books, *ODD_MONEY[name], again=True)
    found = failures(books)
    assert found
    assert not any(check.startswith("journal") for check in found)


def test_a_chain_of_statements_with_a_hole_is_told(original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    later = "giro,2026-11-01,1.00,EUR,Alster GmbH,x,N1,5001.00\ngiro,2026-11-02,1.00,EUR,Alster GmbH,y,N2,5002.00\n"
    books.ingest([write(tmp_path, "later.csv", HEADER + later)])
    failed = [check for check in books.verify() if check.failure]
    assert [(check.name, check.code) for check in failed if check.code == "statement.gap"] == [
        ("statements: each begins where the one before ended", "statement.gap")
    ]


def test_a_tail_that_is_cut_off_is_noticed_by_a_noted_head(original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    head = books.head()
    cut = [f"DELETE FROM {table} WHERE batch = {head.batch}" for table in APPEND_ONLY]
    tamper(books, *cut)
    assert failures(books) == []
    assert failures(books, head.hash) == ["journal: the expected hash is in the chain"]
    (told,) = [check.failure for check in books.verify(since=f"batch {head.batch} {head.hash}") if check.failure]
    assert told == f"the journal ends with batch {head.batch - 1}, and batch {head.batch} was noted"
    earlier = books.head()
    assert earlier.batch == head.batch - 1
    assert failures(original, earlier.hash) == []
    (note,) = [check.note for check in original.verify(earlier.hash) if check.note]
    assert note == f"batch {earlier.batch}, 1 follow"


def test_what_is_no_hash_cannot_be_expected(original: Books) -> None:
    for word in ("7", "batch 7", "0" * 63):
        with pytest.raises(MatcherError, match=r"usage\.option"):
            original.verify(word)


@pytest.mark.shape
def test_missing_and_idle_triggers_are_noticed(original: Books, tmp_path: Path) -> None:
    for number, statements in enumerate((
        ("DROP TRIGGER raw_line_no_update ON raw.line",),
        (
            "DROP TRIGGER raw_line_no_update ON raw.line",
            "CREATE TRIGGER raw_line_no_update AFTER UPDATE ON raw.line FOR EACH STATEMENT INSERT INTO meta.refusal SELECT 'fine'",
        ),
    )):  # fmt: skip
        books = copy(original, tmp_path / str(number))
        with duckdb.connect(str(books.directory / "books.duckdb")) as connection:
            for statement in statements:
                connection.execute(statement)
        for ask in ASKING.values():
            with pytest.raises(MatcherError, match=r"books\.foreign.*trigger raw\.raw_line_no_update is (missing|made otherwise)"):
                ask(books)


ACTS: dict[str, Callable[[Books, str], object]] = {
    "accept": lambda books, line: books.accept([line]),
    "reject": lambda books, line: books.reject([line]),
}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("name", ["finding", "findings forgotten", "proposal redirected"])
def test_nobody_acts_on_a_proposal_that_was_redirected(act: str, name: str, original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    (line,) = (line.line_id for line in books.queue().lines if line.state == "proposed")
    tamper(books, *CHANGES[name])
    with pytest.raises(MatcherError) as caught:
        ACTS[act](books, line)
    assert (caught.value.code, caught.value.exit_code) == ("books.altered", 70)
    books.run()
    assert failures(books) == []
    ACTS[act](books, line)


def test_a_redirected_proposal_with_a_new_seal_is_refused_too(original: Books, signed: Books, tmp_path: Path) -> None:
    redirect = CHANGES["proposal redirected"]
    for number, (start, again) in enumerate(((original, False), (signed, True))):
        books = copy(start, tmp_path / str(number))
        (line,) = (line.line_id for line in books.queue().lines if line.state == "proposed")
        tamper(books, *redirect, again=again)
        with pytest.raises(MatcherError, match=r"books\.altered|journal\.key"):
            books.accept([line])


def test_a_run_whose_record_was_made_anew_without_a_signature_is_not_acted_on(signed: Books, tmp_path: Path) -> None:
    """A later batch of somebody who has the key does not vouch for it."""
    books = copy(signed, tmp_path)
    books.run()
    (line,) = (line.line_id for line in books.queue().lines if line.state == "proposed")
    books.import_files("customers", [customers_file(tmp_path, [{"customer_id": "C77", "name": "Later Ltd"}])])
    tamper(books, *CHANGES["proposal redirected"])
    with duckdb.connect(str(books.directory / "books.duckdb")) as connection:
        store = Store(connection)
        run = journal.latest_with(store, "work.proposal")
        assert run is not None
        contents = run.sealed() | seals.standing(store, "work.proposal")
        made = replace(run, contents=chain.seal(chain.Head(0, ""), asdict(run), {}, contents).contents, signature="")
        made = replace(made, hash=chain.content_hash(made))
        connection.execute("DROP TRIGGER log_batch_no_update ON log.batch")
        values = [made.contents, made.hash, made.batch]
        connection.execute("UPDATE log.batch SET contents = ?, hash = ?, signature = '' WHERE batch = ?", values)
        migrate(connection, migrations(), {name for name, _ in migrations()})
    with pytest.raises(MatcherError, match=r"not signed with this key") as caught:
        books.accept([line])
    assert caught.value.code == "books.altered"


def test_a_proposal_may_be_accepted_after_other_decisions(original: Books, tmp_path: Path) -> None:
    books = copy(original, tmp_path)
    (line,) = (line.line_id for line in books.queue().lines if line.state == "proposed")
    paid = books.state().lines.filter(pl.col("bank_reference") == "B1")["line_id"][0]
    books.undo(paid)
    books.accept([line])
    # what was taken back stands as a proposal again
    assert [line.line_id for line in books.queue().lines if line.state == "proposed"] == [paid]
    assert failures(books) == []


def test_signed_books_ask_for_their_key(signed: Books, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = copy(signed, tmp_path)
    path = books.directory / "matcher.toml"
    path.write_text(CONFIG, encoding="utf-8")
    books = Books(books.directory)
    (failed,) = [check for check in books.verify() if check.failure and check.name.startswith("journal")]
    assert failed.failure == f"not checked: {books.head().batch} batches are signed, and no key is named"
    with pytest.raises(MatcherError, match=r"journal\.key"):
        books.run()
    monkeypatch.setenv("MATCHER_JOURNAL_KEY_FILE", str(write(tmp_path, "other.key", KEY[::-1])))
    assert "journal: every batch is signed with the key" in failures(books)
    with pytest.raises(MatcherError, match=r"journal\.key.*another key"):
        books.run()


def test_signatures_that_were_taken_away_are_noticed(signed: Books, tmp_path: Path) -> None:
    books = copy(signed, tmp_path)
    tamper(books, again=True)
    assert "journal: every batch is signed with the key" in failures(books)
    part = copy(signed, tmp_path / "part")
    tamper(part, "UPDATE log.batch SET signature = '' WHERE batch = 4")
    assert "journal: every batch is signed with the key" in failures(part)
    last = copy(signed, tmp_path / "last")
    tamper(last, f"UPDATE log.batch SET signature = '' WHERE batch = {last.head().batch}")
    with pytest.raises(MatcherError, match=r"journal\.key"):
        last.run()


def test_batches_of_before_the_key_are_told_and_do_not_fail(original: Books, tmp_path: Path) -> None:
    folder = tmp_path / "keyed"
    write(tmp_path, "journal.key", KEY)
    books = copy(original, folder)
    before = books.head().batch
    (books.directory / "matcher.toml").write_text(CONFIG + '[journal]\nkey_file = "../../journal.key"\n', encoding="utf-8")
    books = Books(books.directory, actor="ada")
    books.run()
    assert [check.note for check in books.verify() if check.failure or check.note] == [f"{before} before the key was set"]
    config = CONFIG + '[journal]\nkey_file = "../../journal.key"\nsigned_from = 1\n'
    (books.directory / "matcher.toml").write_text(config, encoding="utf-8")
    assert failures(Books(books.directory)) == ["journal: every batch is signed with the key", "state: lines, items and receivables"]
