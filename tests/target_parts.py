"""Documents of one's own making for tests of targets, and their files."""

import csv
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from matcher.exports.erp import Rendering, load, settings_of
from matcher.exports.erp.base import ExportBatch
from matcher.exports.erp.records import BankLine, Customer, Document, Kind, Part
from matcher.journal.chain import GENESIS, Head

GOLDEN = Path(__file__).parent / "golden"
HOSTILE = (
    "=cmd|' /C calc'!A0", 'a;b,"c"', "two\nlines\ttab", "Müller & Söhne", "华东机械", "nul\x00bell\x07", "half \ud800 pair", "\u2028",
)  # fmt: skip


def table(target: str, case: str) -> dict[str, Any]:
    return tomllib.loads((GOLDEN / "targets" / target / case / "target.toml").read_text(encoding="utf-8"))


def document(*parts: Part, kind: Kind = Kind.RECEIPT, amount: int | None = None, **more: Any) -> Document:
    applied = sum(part.cash for part in parts)
    money = applied if amount is None else amount
    line = BankLine("00000000000000a1", "1", date(2026, 3, 2), None, money, "R1", counterparty_name="Payer", text="INV-1")
    made = Document(
        "0123456789abcdef0123", kind, 1, "1", "d1", "engine", "", date(2026, 3, 2), Customer("C-1001", "21001", "Hafenlogistik"), "EUR",
        money, applied, money - applied, parts, line,
    )  # fmt: skip
    return replace(made, **more)


def on_line(one: Document, **more: Any) -> Document:
    assert one.line is not None
    return replace(one, line=replace(one.line, **more))


def part(cash: int, *cleared: Any, number: str = "INV-1", item: str = "", **more: Any) -> Part:
    made = Part(item or f"AR-{number}", number, "invoice", Customer("C-1001", "21001", "Hafenlogistik"), "EUR", cash, cash, cleared)
    return replace(made, **more)


def rendered(target: str, settings: dict[str, Any], *documents: Document, name: str = "") -> dict[str, bytes]:
    known = load(target)
    assert known.render is not None
    batch = ExportBatch("b" * 20, "books", date(2026, 3, 31), len(documents), {})
    asked = Rendering(documents, settings_of(known, settings), batch, name or f"r{known.endings[0]}", lambda: Head(0, GENESIS))
    return {file.name: b"".join(file.chunks()) for file in known.render(asked)}


def why_not(target: str, settings: dict[str, Any], one: Document) -> str:
    known = load(target)
    assert known.refuses is not None
    return known.refuses(one, settings_of(known, settings))


def answered(target: str, data: bytes, name: str = "answer", settings: dict[str, Any] | None = None) -> list[tuple[str, str, str, str]]:
    known = load(target)
    assert known.read_answer is not None
    found = known.read_answer(data, name, settings_of(known, settings) if settings is not None else None)
    return [(one.external_id, one.result.value, one.number, one.message) for one in found]


def expected_answers(target: str) -> list[tuple[str, ...]]:
    with (GOLDEN / "target_answers" / f"{target}.expected.csv").open(encoding="utf-8", newline="") as stream:
        return [tuple(row.values()) for row in csv.DictReader(stream)]
