"""Advices in PDF: ten layouts in four languages, printed by `advices`, and what is read of each.

The documents are made anew each time, byte for byte the same; what is expected is in fixtures/remittance/documents. After a change that is
meant, `PYTHONPATH=tests:. python tests/golden/test_advice_layouts.py` writes it again; look at the difference.
"""

import json
import random
from dataclasses import asdict
from pathlib import Path

import pytest
from advice_layouts import BY_NAME, LAYOUTS, facts_for
from advices import Facts, Layout, issued

from matcher.remittance.documents.pdf import read_pdf

EXPECTED = Path(__file__).parents[2] / "fixtures" / "remittance" / "documents"
ROWS = 17


def facts(layout: Layout) -> Facts:
    return facts_for(layout, random.Random(layout.name), ROWS)


def told(layout: Layout) -> str:
    one = facts(layout)
    read = read_pdf(layout.render(one), f"{layout.name}.pdf", issued(one, "RE-2026-0000"))
    return json.dumps(asdict(read) if read else None, ensure_ascii=False, indent=1, default=str) + "\n"


@pytest.mark.parametrize("name", BY_NAME)
def test_a_layout_is_read(name: str) -> None:
    assert told(BY_NAME[name]) == (EXPECTED / f"{name}.json").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", BY_NAME)
def test_what_is_expected_is_what_was_printed(name: str) -> None:
    """The expected file is no mere copy of what is read."""
    layout, one = BY_NAME[name], facts(BY_NAME[name])
    (advice,) = json.loads((EXPECTED / f"{name}.json").read_text(encoding="utf-8"))["advices"]
    has_gross = "gross" in {what for _, what in layout.columns}
    assert [(row["gross"], row["discount"], row["deduction"], row["net"]) for row in advice["rows"]] == [
        (row.gross if has_gross else row.net, row.discount, row.deduction, row.net) for row in one.rows
    ]
    assert (advice["total"], advice["currency"]) == (one.total, one.currency)
    assert [row["document_no"] for row in advice["rows"]] == [layout.spell(row.document_no) for row in one.rows]


def test_a_layout_is_printed_the_same_each_time() -> None:
    assert [layout.render(facts(layout)) for layout in LAYOUTS] == [layout.render(facts(layout)) for layout in LAYOUTS]


if __name__ == "__main__":
    EXPECTED.mkdir(parents=True, exist_ok=True)
    for layout in LAYOUTS:
        (EXPECTED / f"{layout.name}.json").write_text(told(layout), encoding="utf-8")
