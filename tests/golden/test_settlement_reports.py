"""Every settlement file in fixtures/settlements reads as the payouts beside it say.

Regenerate one on purpose with `python tests/golden/test_settlement_reports.py --generate FILE...`.
"""

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from matcher.remittance.records import IssuedDocument
from matcher.remittance.settlements import read
from matcher.remittance.settlements.library import shipped
from matcher.remittance.settlements.records import ADDED
from matcher.remittance.settlements.schema import Report, fold, plain
from matcher.remittance.settlements.sheet import decode, is_header

FILES = Path(__file__).resolve().parents[2] / "fixtures" / "settlements"
NAMED = ("R-2026-0102", "R-2026-0301", "R-2026-0401", "R-2026-0402", "R-2026-0501", "R-2026-0499", "R-2026-0702")
"""Documents of the books, which texts in the files name. Their currency counts where a file says none."""


def inputs() -> list[Path]:
    return sorted(FILES.glob("*.csv"))


def expectation(path: Path) -> Path:
    return path.with_name(path.name + ".expected.json")


def observed(path: Path) -> str:
    currency = "USD" if path.stem == "square" else "EUR"
    documents = [IssuedDocument(number, "1", "C1", number, "", currency, 100, 100) for number in NAMED]
    file = read(path.read_bytes(), path.name, documents)
    assert file is not None
    return json.dumps(asdict(file), ensure_ascii=False, indent=1, default=str) + "\n"


@pytest.mark.parametrize("path", inputs(), ids=lambda p: p.stem)
def test_reads_as_expected(path: Path) -> None:
    assert expectation(path).read_text(encoding="utf-8") == observed(path)


def test_every_report_has_a_file_and_says_where_it_was_seen() -> None:
    assert [path.stem for path in inputs()] == list(shipped())
    assert all(report.document for report in shipped().values())


def _is_of(cells: list[str], report: Report) -> bool:
    titles = [fold(plain(cell)) for cell in cells]
    added = ADDED if report.layout == "records" and titles[0] == "ch" else ()
    return is_header([*titles, *added], report)


@pytest.mark.parametrize("path", inputs(), ids=lambda p: p.stem)
def test_a_file_is_of_one_report(path: Path) -> None:
    text = decode(path.read_bytes()) or ""
    lines = csv.reader(line for line in text.splitlines() if "," in line)
    heads = {report.name for cells in lines for report in shipped().values() if _is_of(cells, report)}
    assert heads == {path.stem}


if __name__ == "__main__":
    for name in sys.argv[2:]:
        expectation(Path(name)).write_text(observed(Path(name)), encoding="utf-8")
