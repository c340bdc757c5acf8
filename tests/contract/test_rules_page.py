"""The shipped rules keep what they promise: they are on their page, each has examples, and the vocabulary is true of the engine."""

from collections import Counter
from itertools import chain
from pathlib import Path

import pytest
from desk import FIXTURES, ROOT

from matcher.books import Books, init
from matcher.engines.duckdb import DuckDBEngine
from matcher.matching.explanations.build import explanations
from matcher.pipeline import rule_findings, rulebooks, run, view
from matcher.pipeline.examples import company_of
from matcher.rules import rulebook, words
from matcher.rules.review import unreachable
from matcher.rules.vocabulary import BASES, DIFFERENCES, EVERYWHERE, EVIDENCE, bears

BOOK = rulebook.default()


def test_the_page_of_rules_is_the_rulebook() -> None:
    shown = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    generated = shown.partition("<!-- python -m matcher.rules.words -->\n")[2].partition("<!-- end -->")[0]
    assert generated == words.page(BOOK)


def test_every_shipped_rule_shows_what_it_does_and_what_it_leaves_alone() -> None:
    shown = Counter((rule.id, example.expect.applies) for rule in BOOK.rule for example in rule.example)
    assert [(rule.id, applies) for rule in BOOK.rule for applies in (True, False) if not shown[rule.id, applies]] == []


@pytest.mark.usefixtures("companies_once")
def test_nothing_is_wrong_with_the_shipped_rules() -> None:
    assert list(rule_findings.findings(rulebooks.shipped())) == []
    assert list(unreachable(BOOK)) == []


@pytest.mark.usefixtures("companies_once")
def test_the_vocabulary_says_truly_which_evidence_belongs_to_which_explanation(tmp_path: Path) -> None:
    demo = FIXTURES / "demo"
    (tmp_path / "matcher.toml").write_bytes((demo / "matcher.toml").read_bytes())
    init(tmp_path)
    books = Books(tmp_path)
    for kind in ("items", "customers", "rates"):
        books.import_files(kind, [demo / f"{kind}.csv"])
    books.ingest(sorted((demo / "statements").iterdir()))
    with books._session(write=False) as session:
        state = view.whole(session, books.state().as_of)
        month, _ = run.prepare(session, state, BOOK)
        small = (company_of(BOOK, example) for rule in BOOK.rule for example in rule.example)
        found = [
            one
            for company in chain((job.company(DuckDBEngine()) for job in month), small)
            for receipt in company.receipts
            for one in explanations(receipt, company.pool, BOOK, 0)
        ]
    assert len({one.basis for one in found}) >= 8
    for one in found:
        assert [kind for kind, _ in one.evidence if not bears(kind, one.basis, one.difference)] == []
        assert sum(kind in DIFFERENCES[one.difference].evidence for kind, _ in one.evidence) == 1


def test_the_vocabulary_is_closed() -> None:
    of_differences = {kind for one in DIFFERENCES.values() for kind in one.evidence}
    of_bases = {kind for one in BASES.values() for kind in one.evidence}
    assert of_differences | of_bases <= set(EVIDENCE)
    assert not of_differences & of_bases
    bounds = {limit for one in (*BASES.values(), *DIFFERENCES.values()) for limit in one.limits}
    assert bounds | set(EVERYWHERE) | {"duplicate_days", "alike_days", "repeats"} == set(rulebook.Limits.model_fields)
