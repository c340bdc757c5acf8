"""docs/add_a_bank.md is true: its example reads its file, and every key is explained."""

import re
from pathlib import Path

from matcher.inspection import inspect
from matcher.model import TransactionKind
from matcher.parsers.base import ParseOptions, Source
from matcher.parsers.csv import schema

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "add_a_bank.md").read_text(encoding="utf-8")


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found
    return found[1]


def test_the_example_reads_its_file() -> None:
    options = ParseOptions(profiles={"gb-harbour-vale": block("toml")})
    found = inspect(Source.of(block("csv").encode("cp1252")), options, "csv", transactions=True)
    assert found["format"] == "csv:gb-harbour-vale"
    assert found["outcome"] == "read"
    (statement,) = found["statements"]
    assert (statement["account"], statement["currency"], statement["transactions"]) == ("GB12HVBK10203012345678", "GBP", 2)
    assert (statement["opening"], statement["closing"], statement["balanced"]) == ("1000.00", "2163.60", True)
    first, second, announced = found["transactions"]
    assert (first["counterparty_name"], first["counterparty_account"]) == ("Fenwick Ltd", "10203011223344")
    assert (first["remittance_information"], first["kind"], first["amount"]) == ("Invoice 881, paid in full", "transfer", "1250.00")
    assert (second["amount"], second["balance"], second["value_date"]) == ("-86.40", "2163.60", "2026-03-05")
    assert announced["pending"] is True


def test_every_key_is_explained() -> None:
    parts = (
        schema.Profile,
        schema.Columns,
        schema.Amounts,
        schema.Dates,
        schema.Balances,
        schema.Rows,
        schema.Cells,
        schema.Special,
        schema.Facts,
    )
    missing = [name for part in parts for name in part.model_fields if not re.search(rf"[`.\[]{name}[`\]]", PAGE)]
    assert missing == []
    means = schema.Special.model_fields["means"].annotation
    words = [*getattr(means, "__args__", ()), *(kind for kind in TransactionKind.__args__ if kind)]
    assert [word for word in words if f"`{word}`" not in PAGE] == []
