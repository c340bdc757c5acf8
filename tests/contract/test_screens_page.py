"""The page of screens shows what the commands print. Its `--write` makes it anew, with PYTHONPATH=tests:tests/contract:. as the others."""

import os
import re
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import NOW, copied

from matcher.books import Books, init
from matcher.cli.main import main
from matcher.display.widths import width

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "screens.md"
DEMO = ROOT / "fixtures" / "demo"
_BLOCK = re.compile(r"```\n\$ matcher (.+?)  # (\d+) columns\n(.*?)```\n", re.DOTALL)


def october(folder: Path) -> None:
    """The shipped month, matched, before anybody has decided anything."""
    home = folder / "books"
    home.mkdir()
    (home / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
    init(home)
    books = Books(home, actor="anna", clock=lambda: NOW)
    books.import_files("customers", [DEMO / "customers.csv"])
    books.import_files("items", [DEMO / "items.csv"])
    books.import_files("rates", [DEMO / "rates.csv"])
    books.ingest(sorted((DEMO / "statements").iterdir()))
    books.run()


def rewritten(page: str) -> str:
    """The page with what each command prints now; MATCHER_BOOKS names the books."""

    def printed(found: re.Match[str]) -> str:
        command, columns = found[1], found[2]
        os.environ["COLUMNS"] = columns
        result = CliRunner().invoke(main, command.split(), prog_name="matcher")
        assert result.exit_code == 0, result.output
        shown = "\n".join(line.rstrip() for line in result.stdout.splitlines())
        return f"```\n$ matcher {command}  # {columns} columns\n{shown}\n```\n"

    return _BLOCK.sub(printed, page)


def test_the_page_shows_what_is_printed_and_nothing_is_wider_than_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_BOOKS", str(copied(tmp_path, october).directory))
    monkeypatch.setenv("COLUMNS", "80")
    page = PAGE.read_text(encoding="utf-8")
    assert rewritten(page) == page
    blocks = _BLOCK.findall(page)
    assert len(blocks) == 9
    assert [line for _, columns, shown in blocks for line in shown.splitlines() if width(line) > int(columns)] == []


if __name__ == "__main__" and "--write" in sys.argv:
    import tempfile

    with tempfile.TemporaryDirectory() as name:
        october(Path(name))
        os.environ["MATCHER_BOOKS"] = str(Path(name) / "books")
        PAGE.write_text(rewritten(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
