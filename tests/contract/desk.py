"""A desk for contract tests: books in a folder of their own, and the command line run on them inside this process."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import duckdb
import pytest
from click.testing import CliRunner, Result
from support import once_for_bytes, tamper

from matcher.cli import main

ROOT = Path(__file__).resolve().parents[2]
FIXTURES = ROOT / "fixtures"


@dataclass(frozen=True)
class Desk:
    """Books in `folder`; every command runs there, as a named person."""

    folder: Path
    monkeypatch: pytest.MonkeyPatch

    def run(self, *args: str) -> Result:
        """Runs a command and gives its outcome."""
        self.monkeypatch.chdir(self.folder)
        self.monkeypatch.setenv("MATCHER_BOOKS", str(self.folder))
        self.monkeypatch.setenv("MATCHER_ACTOR", "anna")
        return CliRunner().invoke(main, list(args), prog_name="matcher")

    def do(self, *args: str, status: int = 0) -> str:
        """Runs a command that must end with `status`, and gives what it printed."""
        result = self.run(*args)
        assert result.exit_code == status, result.output
        return result.output

    @property
    def file(self) -> Path:
        """The books file."""
        return self.folder / "books.duckdb"

    def tamper(self, table: str, sql: str) -> None:
        """Changes an append-only table with DuckDB itself, and puts its triggers back so that the file looks untouched."""
        tamper(self.file, table, sql)

    def contents(self) -> str:
        """A hash over every row of every table: equal when, and only when, the books hold the same."""
        return _contents(self.file)

    def matches(self) -> bytes:
        """What `export matches` writes."""
        path = self.folder / "matches_now.csv"
        self.do("export", "matches", "-o", str(path), "--as-of", "2026-12-31")
        return path.read_bytes()


@once_for_bytes
def _contents(file: Path) -> str:
    with duckdb.connect(str(file), read_only=True) as connection:
        sql = "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY ALL"
        tables = [row[0] for row in connection.execute(sql).fetchall()]
        digest = sha256()
        for table in tables:
            rows = sorted(map(repr, connection.execute(f"FROM {table}").fetchall()))
            digest.update(f"{table} {len(rows)}\n{rows}\n".encode())
    return digest.hexdigest()


def prepared(desk: Desk, commands: Sequence[Sequence[str]]) -> Desk:
    """The desk after these commands, each of which must succeed."""
    for command in commands:
        desk.do(*command)
    return desk
