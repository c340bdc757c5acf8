"""Tables of banks that no layout knows: what `profile new` proposes reads each of them right, with no edit but the bank's name."""

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from matcher.inspection import inspect
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.csv.propose import propose

TABLES = Path(__file__).resolve().parents[2] / "fixtures" / "tables"
EXPECTED: dict[str, dict[str, str]] = tomllib.loads((TABLES / "index.toml").read_text(encoding="utf-8"))
WORDS = ("Kestrel", "Paper Mill", "Owl Books", "INV 2026-0117", "2026-0119 2026-0120")


@pytest.mark.parametrize("name", EXPECTED)
def test_a_proposed_layout_reads_the_whole_table(name: str) -> None:
    source, expected = Source.of((TABLES / name).read_bytes(), name), EXPECTED[name]
    layouts = {"my-bank": propose(source).toml}
    # as `ingest --account` gives it: the account's own currency stands where the file names none
    options = ParseOptions(account="1", currency=expected["currency"], profile="my-bank", profiles=layouts)
    found = inspect(source, options, transactions=True)
    assert [problem["message"] for problem in found["problems"] if problem["severity"] != "info"] == []
    assert {statement["currency"] for statement in found["statements"]} == {expected["currency"]}
    sums = {side: sum(Decimal(statement[side]) for statement in found["statements"]) for side in ("credit", "debit")}
    assert sums == {side: Decimal(expected[side]) for side in ("credit", "debit")}
    assert len(found["transactions"]) == 7
    read = " ".join(f"{row['counterparty_name']} {row['remittance_information']}" for row in found["transactions"])
    assert [word for word in WORDS if word not in read] == []


def test_every_table_has_its_expectation() -> None:
    assert sorted(path.name for path in TABLES.iterdir() if path.name != "index.toml") == sorted(EXPECTED)
