"""Stories told through the command line: books in a folder, a named person, and a clock that stands on the day of the story."""

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from matcher.books import Books
from matcher.cli import main


class Teller:
    """Runs commands on the books in a folder. Each must end with the exit status that is expected of it."""

    def __init__(self, books: Books, monkeypatch: pytest.MonkeyPatch, day: str = "2026-11-01") -> None:
        self.folder = books.directory.parent
        self.monkeypatch = monkeypatch
        monkeypatch.chdir(self.folder)
        monkeypatch.setenv("MATCHER_BOOKS", str(books.directory))
        monkeypatch.setenv("COLUMNS", "200")
        self.actor = "ada"
        self.on(day)

    def on(self, day: str) -> None:
        """Moves the clock to a day."""
        moment = datetime.fromisoformat(f"{day}T09:00:00").replace(tzinfo=UTC)
        assert Books.__init__.__kwdefaults__ is not None
        self.monkeypatch.setitem(Books.__init__.__kwdefaults__, "clock", lambda: moment)

    def run(self, *args: str, actor: str = "") -> Result:
        """A command and what became of it."""
        self.monkeypatch.setenv("MATCHER_ACTOR", actor or self.actor)
        return CliRunner().invoke(main, list(args), prog_name="matcher")

    def do(self, *args: str, status: int = 0, actor: str = "") -> str:
        """What a command prints."""
        result = self.run(*args, actor=actor)
        assert result.exit_code == status, result.output
        return result.output

    def told(self, *args: str) -> list[dict[str, Any]]:
        """What a command says as JSON, a record a line."""
        return [json.loads(line) for line in self.run(*args, "--format", "json").stdout.splitlines()]

    def rows(self, what: str, *args: str) -> list[dict[str, str]]:
        """The rows of an export."""
        path = self.folder / f"{what}.csv"
        self.do("export", what, "-o", str(path), *args)
        return list(csv.DictReader(io.StringIO(path.read_text(encoding="utf-8"))))

    def text(self, what: str, *args: str) -> bytes:
        """The bytes of an export."""
        self.rows(what, *args)
        return Path(self.folder / f"{what}.csv").read_bytes()

    def waiting(self) -> set[str]:
        """Bank references of the lines in the queue."""
        lines = {row["line_id"]: row["bank_reference"] for row in self.rows("matches")}
        page = self.do("queue", "--format", "csv")
        return {lines[row["line_id"]] for row in csv.DictReader(io.StringIO(page)) if row["line_id"] in lines}

    def open(self, *args: str) -> dict[str, str]:
        """Open amounts of documents by number; of rests of receipts by bank reference."""
        return {row["document_no"]: row["open_amount"] for row in self.rows("aging", *args)}
