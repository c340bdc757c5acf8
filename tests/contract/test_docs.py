"""Pages that repeat what the program knows are held equal to it."""

import re
import tomllib

from desk import ROOT

from matcher.matching import candidates, decide, score, subset
from matcher.rules import rulebook

DOCS = ROOT / "docs"


def rows(page: str, first: str) -> list[list[str]]:
    """Cells of the table of a page whose header begins with `first`."""
    text = (DOCS / page).read_text(encoding="utf-8")
    table = re.search(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def test_the_evidence_and_its_points() -> None:
    shown = {cells[0].strip("`"): int(cells[1]) for cells in rows("matching.md", "evidence")}
    assert shown == rulebook.default().evidence.model_dump()


def test_the_rules_and_their_bars() -> None:
    shown = [
        (name.strip("`"), posts == "yes", int(points), float(sure), title)
        for name, posts, points, sure, title in rows("matching.md", "rule")
    ]
    assert shown == [(rule.name, rule.posts, rule.points, rule.confidence, rule.title) for rule in rulebook.default().rule]


def test_the_bounds_that_the_page_names() -> None:
    page = " ".join((DOCS / "matching.md").read_text(encoding="utf-8").split())
    assert candidates.KEY_CAP == 5
    assert "more than five items carry" in page
    assert f"no more than {subset.MAX_ITEMS} open items and {subset.MAX_SUMS:,} sums" in page
    assert f"the same amount within {decide.DUPLICATE_DAYS} days" in page
    assert f"Below {decide.PROPOSE_POINTS} points nothing is proposed" in page
    assert f"much alike ({score.ALIKE} of 100), and no other customer's is ({score.ALIKE_MARGIN} behind)" in page


def test_every_dependency_has_its_reason() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[>=<\[ ]", entry)[0] for entry in declared}
    assert {cells[0] for cells in rows("decisions.md", "library")} <= names
