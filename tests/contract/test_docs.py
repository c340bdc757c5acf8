"""Pages that repeat what the program knows are held equal to it.

After a change of the rulebook, write the tables anew with `python tests/contract/test_docs.py --write`, and read the difference.
"""

import re
import sys
import tomllib
from collections.abc import Iterable

from desk import ROOT

from matcher.matching import candidates
from matcher.matching.decisions import assignment, decide
from matcher.matching.explanations import build
from matcher.rules import classes, rulebook
from matcher.rules.rulebook import Rule
from matcher.rules.vocabulary import BASES, DIFFERENCES, EVIDENCE

DOCS = ROOT / "docs"
MATCHING = DOCS / "matching.md"
BOOK = rulebook.default()


def tables() -> dict[str, Iterable[Iterable[str]]]:
    """Rows of each table of the page on matching that repeats the rulebook, by the first word of its header."""
    return {
        "basis": ((f"`{word}`", one.words) for word, one in BASES.items()),
        "difference": ((f"`{word}`", one.words) for word, one in DIFFERENCES.items()),
        "evidence": ((f"`{word}`", str(BOOK.evidence[word]), one.words) for word, one in EVIDENCE.items()),
        "rule": map(_rule, BOOK.rule),
        "evidence class": ((f"`{one.name}`", one.words, _words(_rules(one.name))) for one in classes.CLASSES),
        "right postings asked for": ((_share(share), _share(least)) for share, least in BOOK.calibration.bar),
    }


def _rules(name: str) -> list[str]:
    return [rule for rule, found in classes.of_rules(BOOK).items() if found == name]


def _rule(rule: Rule) -> tuple[str, ...]:
    steps = BOOK.calibration.rule[rule.id]
    least, most = _share(steps[0][1]), _share(steps[-1][1])
    needs = "; ".join(_words(group) for group in rule.needs)
    needs += f"{'; ' if needs else ''}{rule.items} item{'s' if rule.items > 1 else ''} at most" if rule.items < 10_000 else ""
    post = {"post": "yes", "propose": "no", "shadow": "no, only noted"}[rule.mode] + (
        f", with log-odds of {rule.min_log_odds}" if rule.min_log_odds else ""
    )
    span = least if least == most else f"{least} to {most}"
    return (f"`{rule.name}`", post, _words(rule.basis), _words(rule.difference), needs, _words(rule.without), span, rule.title)


def _words(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _share(millionths: int) -> str:
    """Cut, never rounded up to a certainty."""
    return f"{millionths // 10_000}.{millionths % 10_000 // 10:03d} %"


def rewritten(page: str) -> str:
    """The page with those tables written anew."""
    for first, rows in tables().items():
        body = "".join("| " + " | ".join(cells) + " |\n" for cells in rows)
        (table,) = re.finditer(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)*)", page, re.MULTILINE)
        page = page[: table.start(1)] + body + page[table.end(1) :]
    return re.sub(r"It was measured on: [^\n]*?\. A share", f"It was measured on: {BOOK.calibration.measured}. A share", page)


def test_the_tables_of_the_page_on_matching_are_the_rulebook_s() -> None:
    page = MATCHING.read_text(encoding="utf-8")
    assert rewritten(page).splitlines() == page.splitlines()


def test_a_table_that_is_out_of_date_is_seen() -> None:
    page = MATCHING.read_text(encoding="utf-8")
    stale = page.replace("| `amount_sum` |", "| `amount_sums` |")
    assert stale != page
    assert rewritten(stale) == page


def test_the_bounds_that_the_page_names() -> None:
    page = " ".join(MATCHING.read_text(encoding="utf-8").split())
    limits = BOOK.limits
    for sentence in (
        "A key that more than five documents carry" if candidates.KEY_CAP == 5 else "",
        "For the six customers that most speaks for" if build.MAX_CUSTOMERS == 6 else "",
        "its twelve best explanations are kept" if build.MAX_EXPLANATIONS == 12 else "",
        "an amount that at most five items have" if build.RARE_AMOUNT_MAX_ITEMS == 5 else "",
        f"among {limits.subset_items} open items at most, a set of three among {limits.triple_items}",
        f"At most {limits.rounding} of the smallest unit are missing",
        f"From one whole unit to {limits.fee} of the base currency, at the day's rate, and at most {limits.fee_share // 10_000} % of the open amount",
        f"from {limits.exchange_low / 10_000} % below to {limits.exchange_high / 10_000} % above what is open",
        f"within {limits.duplicate_days} days, the line is a `duplicate`",
        f"a bound of {assignment.MAX_STEPS:,} steps",
        f"(at most {decide.CONTEST_POINTS} points less)",
        f"Below a confidence of {decide.PROPOSE_PPM / 1_000_000} nothing is proposed",
        f"Posting goes in rounds, {decide.MOST_ROUNDS} at most",
    ):
        assert sentence
        assert sentence in page


def rows(page: str, first: str) -> list[list[str]]:
    """Cells of the table of a page whose header begins with `first`."""
    text = (DOCS / page).read_text(encoding="utf-8")
    table = re.search(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", text, re.MULTILINE)
    assert table is not None
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table[1].splitlines()]


def test_every_dependency_has_its_reason() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    names = {re.split(r"[>=<\[ ]", entry)[0] for entry in declared}
    assert {cells[0] for cells in rows("decisions.md", "library")} <= names


if __name__ == "__main__" and "--write" in sys.argv:
    MATCHING.write_text(rewritten(MATCHING.read_text(encoding="utf-8")), encoding="utf-8")
