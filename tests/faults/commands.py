"""The commands that faults are tried on, the books that each one finds, and which exit statuses the documents allow after a fault."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from support import CONFIG, customers_file, items_file, lines_file, new_books, write

from matcher.books import Books
from matcher.codes import INTERNAL, NEEDS_PERSON, USAGE

FOREVER = date(9999, 12, 31)

EXIT = {
    "none": (),
    "disk full": (USAGE, NEEDS_PERSON),
    "I/O error": (USAGE, NEEDS_PERSON, INTERNAL),
    "I/O error on reading": (USAGE, INTERNAL),
    "Ctrl-C": (130,),
    "SIGTERM": (-15,),
    "kill -9": (-9,),
    "half a write": (),
    "out of memory": (USAGE, INTERNAL, 127, -6, -11),
}
"""Exit status after a fault that the command could not get over, by kind of fault; negative is the signal that ended it. A command that did
get over it ends as without the fault. 127, -6 and -11 are how native code ends that cannot allocate: nothing is left to say it with."""

_WRITING = ("books.unwritable", "books.unconfirmed", "file.unwritable", "system.refused")
CODES = {
    "disk full": {USAGE: _WRITING, NEEDS_PERSON: ("books.unconfirmed",)},
    "I/O error": {USAGE: _WRITING, NEEDS_PERSON: ("books.unconfirmed",), INTERNAL: ("books.damaged",)},
    "I/O error on reading": {
        USAGE: ("books.unreadable", "books.unwritable", "config.invalid", "file.missing", "system.refused"),
        INTERNAL: ("books.damaged",),
    },
    "out of memory": {INTERNAL: ("memory.short",), USAGE: ("system.refused",)},
}
"""Codes that may stand on the screen for it, by exit status: never `internal`."""

BALANCED = (
    ":20:1\n:25:12030000/0000202051\n:28C:1/1\n:60F:C261001EUR100,00\n:61:2610021002C10,00NTRFNONREF\n:86:one\n"
    ":62F:C261002EUR{closing},00\n-\n"
)


@dataclass(frozen=True, slots=True)
class Command:
    """A command under test.

    Attributes:
        name: of the command.
        arguments: what is typed; {books} is replaced, and names of lines by their ids.
        stage: the books that it finds.
        writes: files that it makes beside the books.
    """

    name: str
    arguments: str
    stage: str
    writes: tuple[str, ...] = ()


COMMANDS = (
    Command("init", "init {books}", "nothing"),
    Command("import items", "import items items.csv", "empty"),
    Command("import customers", "import customers customers.csv", "empty"),
    Command("ingest", "ingest lines.csv", "imported"),
    Command("run", "run", "ingested"),
    Command("accept", "accept {proposed}", "ran"),
    Command("reject", "reject {proposed}", "ran"),
    Command("allocate", "allocate {unexplained} I3=30.00", "ran"),
    Command("undo", "undo {posted}", "ran"),
    Command("statement accept", "statement accept {held} --reason bank", "ran"),
    Command("statement reject", "statement reject {held} --reason bank", "ran"),
    Command("statement settle", "statement settle {conflict} --keep this --reason final --undo", "ran"),
    Command("export matches", "export matches -o out.csv", "ran", ("out.csv",)),
    Command("export aging", "export aging -o out.parquet", "ran", ("out.parquet",)),
    Command("export discrepancies", "export discrepancies -o out.jsonl", "ran", ("out.jsonl",)),
    Command("export receipts", "export receipts --all -o out.jsonl", "ran", ("out.jsonl",)),
    Command("export receipts as CSV", "export receipts --all -o out.csv", "sent", ("out.csv", "out.batch.json")),
)

ITEMS = [
    {"item_id": f"I{n}", "customer_id": customer, "document_no": f"RE-2026-{n:05d}", "amount": amount}
    for n, (customer, amount) in enumerate(
        [("C1", "119.00"), ("C2", "77.00"), ("C2", "77.00"), ("C1", "250.00"), ("C2", "310.00"), ("C1", "59.50")], 1
    )
]
CUSTOMERS = [
    {"customer_id": "C1", "name": "Alster Werft GmbH", "account": "DE19"},
    {"customer_id": "C2", "name": "Bille Kontor GmbH"},
]
LINES = [
    {"amount": "119.00", "remittance_information": "RE-2026-00001", "counterparty_account": "DE19", "bank_reference": "B1"},
    {"amount": "77.00", "counterparty_name": "BILLE KONTOR GMBH", "bank_reference": "B2"},
    {"amount": "250.00", "remittance_information": "RE-2026-00004", "counterparty_account": "DE19", "bank_reference": "B3"},
    {"amount": "33.33", "remittance_information": "unknown", "bank_reference": "B4"},
    {"amount": "-5.00", "remittance_information": "fee", "bank_reference": "B5"},
]
LATER = [{"amount": "120.00", "remittance_information": "RE-2026-00001", "counterparty_account": "DE19", "bank_reference": "B1"}]


def build(folder: Path) -> dict[str, str]:
    """Makes every stage as a folder below `folder`; gives the ids that stand for the names in `Command.arguments`."""
    now = folder / "nothing"
    now.mkdir()
    items_file(now, ITEMS), customers_file(now, CUSTOMERS), lines_file(now, LINES)
    lines_file(now, LATER, "later.csv"), write(now, "held.sta", BALANCED.format(closing=999))
    names: dict[str, str] = {}

    def next_stage(name: str, act: Callable[[Books, Path], object]) -> None:
        nonlocal now
        shutil.copytree(now, folder / name)
        now = folder / name
        act(new_books(now / "books", CONFIG), now)

    def imported(books: Books, at: Path) -> None:
        books.import_files("items", [at / "items.csv"])
        books.import_files("customers", [at / "customers.csv"])

    def ran(books: Books, at: Path) -> None:
        books.ingest([at / "later.csv"])
        books.ingest([at / "held.sta"])
        books.run()

    next_stage("empty", lambda books, at: books.state())
    next_stage("imported", imported)
    next_stage("ingested", lambda books, at: books.ingest([at / "lines.csv"]))
    next_stage("ran", ran)
    state = new_books(now / "books").state(FOREVER)
    by_reference = dict(state.lines.select("bank_reference", "line_id").iter_rows())
    names |= {"posted": by_reference["B1"], "proposed": by_reference["B2"], "unexplained": by_reference["B4"]}
    (names["conflict"],) = state.excluded["line_id"]
    (names["held"],) = (row.statement_id for row in new_books(now / "books").statements() if row.state == "quarantined")

    def sent(books: Books, at: Path) -> None:
        books.export("receipts", at / "sent.csv")
        books.undo(names["posted"])

    next_stage("sent", sent)
    return names
