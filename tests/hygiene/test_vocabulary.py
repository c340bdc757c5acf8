"""The vocabulary of the rulebook and the code say the same words: none is only promised, none is made up on the way."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from matcher.matching.explanations.advised import ADVISED, BASIS
from matcher.matching.references.numbers import RANK
from matcher.rules import rulebook
from matcher.rules.vocabulary import BASES, DIFFERENCES, EVIDENCE

MATCHING = Path(__file__).resolve().parents[2] / "matcher" / "matching"
KIND = re.compile(r"(?:advice|reference|payer|amount|difference|set|twin|date|text)_[a-z_]+")


def words(source: str) -> Iterator[str]:
    """Kinds of evidence that a module names, as a literal or as a part of one with a kind of reference."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and KIND.fullmatch(node.value):
            yield node.value
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant) and node.values[0].value == "reference_":
            yield from (f"reference_{kind}" for kind in RANK)


def first_words(source: str, names: frozenset[str]) -> Iterator[str]:
    """Literals in the first argument of calls of these names."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names and node.args:
            found = [node.args[0]] if not isinstance(node.args[0], ast.IfExp) else [node.args[0].body, node.args[0].orelse]
            yield from (part.value for part in found if isinstance(part, ast.Constant) and isinstance(part.value, str))
        if isinstance(node, ast.Yield) and isinstance(node.value, ast.Tuple) and isinstance(node.value.elts[0], ast.Constant):
            yield str(node.value.elts[0].value)


def all_of(find: str, *names: str) -> set[str]:
    sources = [path.read_text(encoding="utf-8") for path in sorted(MATCHING.rglob("*.py"))]
    if find == "evidence":
        return {word for source in sources for word in words(source)}
    return {word for source in sources for word in first_words(source, frozenset(names))}


def test_every_kind_of_evidence_is_made_somewhere_and_no_other() -> None:
    assert all_of("evidence") ^ set(EVIDENCE) == set()


def test_every_basis_is_made_somewhere_and_no_other() -> None:
    assert (all_of("basis", "ItemSet") | {BASIS}) ^ set(BASES) == set()


def test_every_difference_is_made_somewhere_and_no_other() -> None:
    assert ((all_of("difference", "Difference", "_cleared") | {ADVISED}) - set(BASES)) ^ set(DIFFERENCES) == set()


@pytest.mark.parametrize("group", ["basis", "difference"])
def test_every_basis_and_every_difference_has_a_rule(group: str) -> None:
    known = {"basis": BASES, "difference": DIFFERENCES}[group]
    assert {word for rule in rulebook.default().rule for word in getattr(rule, group)} == set(known)


def test_a_word_that_is_made_up_is_seen() -> None:
    assert set(words('x = ["amount_odd", "amounts", f"reference_{k}"]')) == {"amount_odd", *(f"reference_{k}" for k in RANK)}
    assert list(first_words('ItemSet("odd" if x else "even", 1)', frozenset({"ItemSet"}))) == ["odd", "even"]
