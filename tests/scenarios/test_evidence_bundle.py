"""A bundle of evidence holds all that the books know of a claim, is the same bytes each time, and shows when it was changed."""

import csv
import io
import json
import subprocess
import zipfile
from datetime import date
from hashlib import sha256
from pathlib import Path

import pytest
from support import Row, filled
from teller import Teller

from matcher.books import Books

CUSTOMERS: list[Row] = [
    {"customer_id": "K10", "name": "Wiesental <Holzbau> GmbH", "country": "DE"},
    {"customer_id": "K20", "name": "Tischlerei Amrum KG", "country": "DE"},
]
ITEMS: list[Row] = [
    {"item_id": "F1", "customer_id": "K10", "document_no": "FA-7001", "amount": "864.00", "due_date": "2026-09-20"},
    {"item_id": "F2", "customer_id": "K10", "document_no": "FA-7002", "amount": "310.50"},
    {"item_id": "F3", "customer_id": "K20", "document_no": "FA-7003", "amount": "55.00"},
]
LINES: list[Row] = [
    {
        "bank_reference": "B1",
        "booking_date": "2026-10-06",
        "amount": "500.00",
        "counterparty_name": "=Holzbau",
        "remittance_information": "x",
    },
    {"bank_reference": "B2", "booking_date": "2026-10-07", "amount": "55.00", "counterparty_name": "Amrum", "remittance_information": "y"},
]
DAY = date(2026, 10, 31)


class Desk(Teller):
    """A teller with the library's own view of the books."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch) -> None:
        super().__init__(books, monkeypatch)
        self.books = books


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    made = Desk(filled(tmp_path, items=ITEMS, customers=CUSTOMERS, lines=LINES), monkeypatch)
    made.do("allocate", "ref:B1", "FA-7001", "--reason", "called him")
    made.do("allocate", "ref:B2", "FA-7003")
    made.do("dispute", "FA-7001=64", "--reason", "price", "--note", "says 800 was agreed")
    return made


def opened(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as bundle:
        return {entry.filename: bundle.read(entry) for entry in bundle.infolist()}


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode())))


def test_a_bundle_holds_what_the_books_know_of_a_claim(desk: Desk) -> None:
    desk.do("evidence", "FA-7001", "--as-of", "2026-10-31", "-o", "claim.zip")
    held = opened(desk.folder / "claim.zip")
    assert [(row["item_id"], row["open"], row["disputed_amount"], row["days_past_due"]) for row in rows(held["items.csv"])] == [
        ("F1", "364.00", "0.00", "41")
    ]
    assert [(row["kind"], row["amount"]) for row in rows(held["movements.csv"])] == [("issue", "864.00"), ("cash", "-500.00")]
    (receipt,) = rows(held["receipts.csv"])
    assert (receipt["bank_reference"], receipt["applied"], receipt["counterparty_name"]) == ("B1", "500.00", "'=Holzbau")
    story = [row["said"] for row in rows(held["decisions.csv"])]
    assert story[0] == "imported FA-7001: 864.00 EUR, 864.00 EUR open"
    assert story[-1] == "recorded that 64.00 EUR of FA-7001 are disputed (price)"
    # 864.00 for 16 days at 10.52, 364.00 for 25: 398.44 + 262.28
    assert [row["interest"] for row in rows(held["interest.csv"])] == ["6.61"]
    assert {row["name"] for row in rows(held["sources.csv"])} == {"items.csv", "lines.csv"}
    digest = sha256((desk.folder / "items.csv").read_bytes()).hexdigest()
    assert {row["name"]: row["sha256"] for row in rows(held["sources.csv"])}["items.csv"] == digest
    assert b"FA-7003" not in b"".join(held.values())
    assert b"Wiesental &lt;Holzbau&gt; GmbH" in held["index.html"]


def test_the_dispute_of_a_later_day_stands_in_a_later_bundle(desk: Desk) -> None:
    desk.books.evidence(desk.folder / "later.zip", ["F1"], date(2026, 11, 1))
    (note,) = rows(opened(desk.folder / "later.zip")["notes.csv"])
    assert (note["kind"], note["amount"], note["code"], note["reason"]) == ("dispute", "64.00", "price", "says 800 was agreed")


def test_the_manifest_names_each_member_and_the_journal_s_head(desk: Desk) -> None:
    head = desk.books.head()
    desk.books.evidence(desk.folder / "claim.zip", customer="K10", as_of=DAY)
    held = opened(desk.folder / "claim.zip")
    told = json.loads(held["manifest.json"])
    assert (told["journal_batch"], told["journal_hash"], told["customer_id"]) == (head.batch, head.hash, "K10")
    assert {one["name"]: one["sha256"] for one in told["members"]} == {
        name: sha256(data).hexdigest() for name, data in held.items() if name not in ("manifest.json", "SHA256SUMS")
    }
    assert len(json.loads(held["evidence.json"])["items"]) == 2


def test_the_same_books_and_day_give_the_same_bytes(desk: Desk) -> None:
    for name in ("a.zip", "b.zip"):
        desk.books.evidence(desk.folder / name, ["F1"], DAY)
    assert (desk.folder / "a.zip").read_bytes() == (desk.folder / "b.zip").read_bytes()
    desk.do("evidence", "F1", "--as-of", "2026-10-31", "-o", "c.zip", "--lang", "de")
    assert (desk.folder / "c.zip").read_bytes() == (desk.folder / "a.zip").read_bytes()


def test_sha256sum_reads_the_sums(desk: Desk) -> None:
    desk.books.evidence(desk.folder / "claim.zip", ["F1"], DAY)
    with zipfile.ZipFile(desk.folder / "claim.zip") as bundle:
        bundle.extractall(desk.folder / "claim")
    done = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=desk.folder / "claim", capture_output=True, check=False)
    assert (done.returncode, done.stdout.count(b": OK")) == (0, 10)


def test_a_bundle_that_was_changed_shows_it(desk: Desk) -> None:
    desk.books.evidence(desk.folder / "claim.zip", ["F1"], DAY)
    assert "holds" in desk.do("evidence", "--check", "claim.zip")
    held = opened(desk.folder / "claim.zip")
    held["items.csv"] = held["items.csv"].replace(b"364.00", b"464.00")
    held["more.txt"] = b"?"
    del held["notes.csv"]
    with zipfile.ZipFile(desk.folder / "other.zip", "w") as bundle:
        for name, data in held.items():
            bundle.writestr(name, data)
    said = desk.do("evidence", "--check", "other.zip", status=1)
    assert [word in said for word in ("it was changed", "it was added", "it is missing", "evidence.changed: 3 members")] == [True] * 4


def test_sums_that_were_written_anew_do_not_agree_with_the_manifest(desk: Desk) -> None:
    desk.books.evidence(desk.folder / "claim.zip", ["F1"], DAY)
    held = opened(desk.folder / "claim.zip")
    held["items.csv"] = held["items.csv"].replace(b"364.00", b"464.00")
    held["more.txt"] = b"?"
    del held["notes.csv"]
    held["SHA256SUMS"] = "".join(f"{sha256(held[name]).hexdigest()}  {name}\n" for name in held if name != "SHA256SUMS").encode()
    with zipfile.ZipFile(desk.folder / "other.zip", "w") as bundle:
        for name, data in held.items():
            bundle.writestr(name, data)
    said = desk.do("evidence", "--check", "other.zip", status=1)
    assert [word in said for word in ("it was changed", "it was added", "it is missing", "evidence.changed: 3 members")] == [True] * 4


def test_what_is_no_bundle_or_no_claim_is_refused(desk: Desk) -> None:
    (desk.folder / "x.zip").write_bytes(b"PK")
    assert "file.malformed" in desk.do("evidence", "--check", "x.zip", status=3)
    assert "file.missing" in desk.do("evidence", "--check", "y.zip", status=3)
    assert "of 2 customers" in desk.do("evidence", "F1", "F3", "-o", "z.zip", status=2)
    assert "must end with .zip" in desk.do("evidence", "F1", "-o", "z.tar", status=2)
    assert "name the file" in desk.do("evidence", "F1", status=2)
    assert "name items" in desk.do("evidence", "-o", "z.zip", status=2)
