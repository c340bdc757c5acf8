"""Books that an earlier version made: they are brought up to date when they are first opened, by whoever opens them."""

from pathlib import Path

import pytest
from support import CONFIG

from matcher.books import Books, init
from matcher.store import database


@pytest.mark.parametrize("kept", range(1, len(database.migrations())))
def test_books_of_each_earlier_version_are_brought_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: int) -> None:
    steps = database.migrations()
    (tmp_path / "matcher.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setattr(database, "migrations", lambda: steps[:kept])
    init(tmp_path)
    monkeypatch.undo()
    books = Books(tmp_path)
    assert books.status().to_dict()
    assert books.verify()
