"""Books with one receipt that the engine has posted, for stories of what happens around a command."""

from pathlib import Path

from support import filled, write

from matcher.books import Books

ITEM = {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00401", "amount": "1190.00"}
LINE = {"amount": "1190.00", "remittance_information": "RE-2026-00401", "bank_reference": "B1", "counterparty_name": "Brandt GmbH"}


def one_posted(folder: Path) -> None:
    made = filled(folder, items=[ITEM], customers=[{"customer_id": "C1", "name": "Brandt GmbH"}], lines=[LINE])
    assert made.run().posted == 1
    (decision,) = made.state().decisions["decision_id"]
    write(folder, "decision", str(decision))


def decided(books: Books) -> str:
    """Id of the one decision that the books begin with."""
    return (books.directory.parent / "decision").read_text(encoding="utf-8")
