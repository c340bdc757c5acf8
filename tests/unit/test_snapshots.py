"""Of an item that came in several times the books know the latest state, since when, and what they knew before."""

from pathlib import Path

from support import filled, items_file

from matcher import frames
from matcher.store import journal


def test_the_latest_of_several_snapshots_counts_and_the_earlier_ones_are_kept(tmp_path: Path) -> None:
    first = [{"item_id": i, "customer_id": "C1", "document_no": i, "amount": "100.00", "open_amount": "100.00"} for i in ("A", "B", "C")]
    books = filled(tmp_path, items=first)
    part_paid = {**first[1], "open_amount": "60.00", "status": "part_paid"}
    books.import_files(
        "items",
        [items_file(tmp_path, [first[0], part_paid, {**first[2], "item_id": "D", "document_no": "D"}], "2.csv")],
        allow_closing=True,
    )
    with books.reading() as session:
        now, before = (journal.items(session.store, until) for until in (None, 1))
        told = journal.facts(session.store, without=("extra", "raw", "seen"))
    columns = ("item_id", "open_amount", "status", "first_seen", "seen")
    assert now.select(columns).rows() == [
        ("A", 100_00, "open", 1, 1),
        ("B", 60_00, "part_paid", 1, 2),
        ("C", 0, "closed", 1, 2),
        ("D", 100_00, "open", 2, 2),
    ]
    assert before.select(columns).rows() == [(i, 100_00, "open", 1, 1) for i in ("A", "B", "C")]
    assert now.columns == list(frames.ITEM)
    assert told.items.equals(now.drop("extra", "seen"))
    assert told.lines.columns == [name for name in frames.LINE if name != "raw"]
