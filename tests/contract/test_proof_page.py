"""docs/proof.md is run: its files are taken in, and what its commands print is what stands there.

After a change that is meant to show, write the new output with `PYTHONPATH=tests:tests/contract:. python tests/contract/test_proof_page.py
--write`, and read the difference.
"""

import os
import re
import sys
import tempfile
from pathlib import Path

import pytest
from test_readme import rewritten

from matcher.books import init

PAGE = Path(__file__).resolve().parents[2] / "docs" / "proof.md"
CONFIG = """\
[books]
name = "Northgate"
base_currency = "EUR"

[[entity]]
id = "1"
name = "Northgate Holdings Ltd"

[[account]]
id = "main"
number = "DE02120300000000202051"
entity = "1"
currency = "EUR"
"""


def run(text: str, folder: Path) -> str:
    """The page with the output of now, from its files in a folder."""
    (folder / "matcher.toml").write_text(CONFIG, encoding="utf-8")
    init(folder)
    for name, rows in zip(("bank.csv", "book.csv"), re.findall(r"^```csv\n(.*?)^```$", text, re.MULTILINE | re.DOTALL), strict=True):
        (folder / name).write_text(rows, encoding="utf-8")
    return rewritten(text, folder)


def test_the_page_shows_what_the_commands_print(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("MATCHER_BOOKS", "MATCHER_ACTOR", "COLUMNS"):
        monkeypatch.setenv(name, "")  # restored afterwards
    monkeypatch.setenv("MATCHER_ACTOR", "anna")
    monkeypatch.chdir(tmp_path)
    text = PAGE.read_text(encoding="utf-8")
    assert run(text, tmp_path).splitlines() == text.splitlines()


if __name__ == "__main__" and "--write" in sys.argv:
    os.environ["MATCHER_ACTOR"] = "anna"
    with tempfile.TemporaryDirectory() as scratch:
        PAGE.write_text(run(PAGE.read_text(encoding="utf-8"), Path(scratch)), encoding="utf-8")
