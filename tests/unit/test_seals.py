"""Digests of what is in the books are the same however many rows are read at a time."""

from pathlib import Path

import pytest
from posted import one_posted
from support import copied, items_file

from matcher.store import database, seals
from matcher.store.database import REPLACED


def test_rows_that_are_read_piece_by_piece_have_the_digests_of_those_that_are_read_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    books = copied(tmp_path, one_posted)
    more = [{"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-{n}", "amount": "7.00"} for n in range(2, 6)]
    books.import_files("items", [items_file(tmp_path, more)], partial=True)
    with books.reading() as session:
        at_once = seals.by_batch(session.store), [seals.standing(session.store, table) for table in REPLACED]
        monkeypatch.setattr(seals, "FEW", -1)
        monkeypatch.setattr(database, "PIECE", 2)
        assert (seals.by_batch(session.store), [seals.standing(session.store, table) for table in REPLACED]) == at_once
    assert sorted(rows for rows, _ in at_once[0]["raw.item"].values()) == [1, 4]
