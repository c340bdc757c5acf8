"""The auditor's page and the runbook are run: what their commands print must be what stands there.

After a change that is meant to show, write the new output with `python tests/contract/test_run_pages.py --write`, and read the difference.
"""

import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_readme import ROOT, rewritten

from matcher.cli import main

PAGES = ("audit.md", "runbook.md")
AUDITOR = '\n[policy.people.petra]\nrole = "auditor"\n'
DEMO = ROOT / "fixtures" / "demo"
LATE = "de-eur-2026-10-30.sta"
"""The statement that has not come yet on the runbook's page."""


def begun(page: str, folder: Path) -> None:
    """Makes the books that a page begins with in a folder."""
    books = folder / "books"
    books.mkdir()
    shutil.copy(DEMO / "matcher.toml", books)
    statements = [str(path) for path in sorted((DEMO / "statements").iterdir()) if page == "audit.md" or path.name != LATE]
    for words in (
        ("init", str(books)),
        ("import", "customers", str(DEMO / "customers.csv")),
        ("import", "items", str(DEMO / "items.csv"), "--snapshot-date", "2026-10-31"),
        ("import", "rates", str(DEMO / "rates.csv")),
        ("ingest", *statements),
        ("run", "--as-of", "2026-10-31"),
    ):
        done = CliRunner().invoke(main, ["--books", str(books), "--actor", "anna", *words])
        assert done.exit_code == 0, done.output
    if page == "audit.md":
        toml = books / "matcher.toml"
        toml.write_text(toml.read_text(encoding="utf-8") + AUDITOR, encoding="utf-8")


def run_again(page: str, folder: Path) -> str:
    """The page with what its commands print now."""
    begun(page, folder)
    os.environ["MATCHER_ACTOR"] = "anna"
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return rewritten(text, folder, books="books")


@pytest.mark.parametrize("page", PAGES)
def test_a_page_shows_what_its_commands_print(page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MATCHER_BOOKS", "MATCHER_ACTOR", "COLUMNS"):
        monkeypatch.setenv(name, "")  # restored afterwards, whatever the page sets
    monkeypatch.chdir(tmp_path)
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    assert text.count("```console") >= 5
    assert run_again(page, tmp_path).splitlines() == text.splitlines()


if __name__ == "__main__" and "--write" in sys.argv:
    for name in PAGES:
        os.chdir(ROOT)  # the folder of the page before is gone
        with tempfile.TemporaryDirectory() as scratch:
            (ROOT / "docs" / name).write_text(run_again(name, Path(scratch)), encoding="utf-8")
