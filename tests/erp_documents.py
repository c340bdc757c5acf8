"""Single documents for the tests of targets, the files that a target makes of them, and what it reads of an answer."""

import csv
import io
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from erp_month import exported

from matcher.exports.erp import Answer, ExportBatch, Rendering, load, settings_of
from matcher.exports.erp.exporting import _check_settings, _why_not
from matcher.exports.erp.records import Adjustment, BankLine, Customer, Document, Kind, Part
from matcher.journal.chain import GENESIS, Head
from matcher.parsers.base import Source
from matcher.pipeline import answer_files

GOLDEN = Path(__file__).parent / "golden" / "targets"
HOSTILE = (
    '=HYPERLINK("http://x")',
    "+49 40 1234",
    'a;b,c"d"',
    "two\nlines\r\nthree\ttabs",
    "Grüße, Straße",
    "华东机械有限公司",
    "bell\x07 nul\x00",
)
ONE = Customer("C-1", "21", "Ostsee GmbH")
DAY = date(2026, 3, 5)
EXTERNAL_ID = "0123456789abcdef0123"


def line(amount: int, text: str = "INV-1", **more: Any) -> BankLine:
    return BankLine("l1", "1", DAY, DAY, amount, "B-77", "E2E", "Ostsee GmbH", "DE1", text, **more)


def part(no: str, cash: int, *cleared: tuple[str, int], kind: str = "", item: str = "", **more: Any) -> Part:
    kind = kind or ("invoice" if cash >= 0 else "credit_note")
    made = Part(item or f"K-{no}", no, kind, ONE, "EUR", cash, cash, tuple(Adjustment(*one) for one in cleared))
    return replace(made, **more)


def document(amount: int, *parts: Part, kind: Kind = Kind.RECEIPT, text: str = "INV-1", **more: Any) -> Document:
    applied = sum(one.cash for one in parts)
    made = Document(
        EXTERNAL_ID, kind, 1, "1", "d1", "engine", "R1", DAY, ONE, "EUR", amount, applied, amount - applied, parts,
        line(amount, text) if amount or kind == Kind.APPLICATION else None,
    )  # fmt: skip
    return replace(made, **more)


def why_not(target: str, table: Mapping[str, object], one: Document) -> str:
    """Why the target has no form for a document; '' when it has."""
    made = load(target)
    return _why_not(made, settings_of(made, table), one)


def files(target: str, table: Mapping[str, object], *documents: Document, name: str = "receipts.csv") -> dict[str, bytes]:
    """The files that a target makes of documents, none of which it refuses and for which its settings lack nothing."""
    made = load(target)
    settings = settings_of(made, table)
    assert [said for one in documents if (said := _why_not(made, settings, one))] == []
    _check_settings(made, settings, documents)
    assert made.render is not None
    control = ExportBatch("b", "Books", date(2026, 3, 31), len(documents), {})
    found = made.render(Rendering(documents, settings, control, name, lambda: Head(0, GENESIS)))
    return {file.name: b"".join(file.chunks()) for file in found}


def rows(data: bytes, delimiter: str = ",", encoding: str = "utf-8") -> list[dict[str, str]]:
    """A CSV file as its cells by title."""
    return list(csv.DictReader(io.StringIO(data.decode(encoding), newline=""), delimiter=delimiter))


def cases(target: str) -> list[Path]:
    """The golden cases of a target."""
    found = sorted(path.parent for path in GOLDEN.glob(f"{target}/*/target.toml"))
    assert found
    return found


def told(case: Path) -> tuple[Document, ...]:
    """The documents that a golden case tells."""
    (main,) = (path.name for path in case.iterdir() if path.stem == "receipts")
    return exported(case.parent.name, main, tomllib.loads((case / "target.toml").read_text(encoding="utf-8"))).documents


def moved(documents: Sequence[Document], *kinds: Kind) -> Counter[tuple[str, str]]:
    """Money by customer and currency of documents of these kinds; of all when none is named."""
    found: Counter[tuple[str, str]] = Counter()
    for one in documents:
        if not kinds or one.kind in kinds:
            found[one.customer.id, one.currency] += one.amount
    return Counter({key: value for key, value in found.items() if value})


def minor(text: str) -> int:
    """Cents of a decimal text; 0 for an empty cell."""
    value = Decimal(text or "0") * 100
    assert value == value.to_integral_value(), text
    return int(value)


def answered(target: str, data: bytes, name: str = "answer.csv") -> list[Answer]:
    """What `matcher ack --target TARGET` reads of a file, which must be without fault."""
    session: Any = SimpleNamespace(config=SimpleNamespace(target={}))
    found, _, faults = answer_files.read(session, Source.of(data, name), target, ())
    assert faults == []
    return found
