"""Every outcome, state, status and kind that the code compares with is one that books can hold, and screens have words for each."""

import ast
import re
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

import pytest

from matcher import states
from matcher.cli import explain
from matcher.states import (
    AllocationState,
    CloseState,
    ConflictState,
    DatedBy,
    DecisionKind,
    DocumentType,
    Exclusion,
    ItemStatus,
    LineClass,
    LineState,
    MovementKind,
    Outcome,
    PeriodAction,
    StatementState,
)

MATCHER = Path(__file__).resolve().parents[2] / "matcher"
KNOWN: dict[str, tuple[type[StrEnum], ...]] = {
    "outcome": (Outcome, Exclusion),
    "state": (LineState, AllocationState, StatementState, ConflictState, CloseState),
    "status": (ItemStatus,),
    "ruling": (StatementState,),
    "document_type": (DocumentType,),
    "kind": (DecisionKind,),
}
OF_THE_BOOKS = ("journal", "ledger", "exports", "openitems", "store", "pipeline", "books.py", "cli")
"""Where ``kind`` is a decision's; elsewhere it is that of a reference, of a payer or of a bank's entry."""
OTHER_KINDS = {
    "return",  # of a bank's entry
    "book", "customers", "items", "rates",  # of an import
    "statement",  # of a file
    "schema",  # of what a books file consists of
}  # fmt: skip
ELSEWHERE = {"unapplied"}  # a document type of the aging ledger alone
ENUMS = {name for name, one in vars(states).items() if isinstance(one, type) and issubclass(one, StrEnum) and one is not StrEnum}


def subject(node: ast.expr) -> str:
    """What an expression is about: `x.state`, `x["state"]`, `pl.col("state")` and `state` are all about the state."""
    if isinstance(node, ast.Attribute):
        return node.attr
    if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
        return str(node.slice.value)
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "pl.col" and isinstance(node.args[0], ast.Constant):
        return str(node.args[0].value)
    return node.id if isinstance(node, ast.Name) else ""


def literals(node: ast.expr) -> Iterator[str]:
    parts = node.elts if isinstance(node, ast.Tuple | ast.List | ast.Set) else [node]
    yield from (part.value for part in parts if isinstance(part, ast.Constant) and isinstance(part.value, str))


def comparisons(tree: ast.AST) -> Iterator[tuple[str, str]]:
    """Subject and literal of every comparison, `is_in`, and SQL condition."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare):
            sides = [node.left, *node.comparators]
            pairs = [(one, other) for one in sides for other in sides if one is not other]
            pairs += [
                pair
                for one, other in pairs
                if isinstance(one, ast.Tuple) and isinstance(other, ast.Tuple)
                for pair in zip(one.elts, other.elts, strict=True)
            ]
            yield from ((subject(one), word) for one, other in pairs for word in literals(other))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "is_in" and node.args:
            yield from ((subject(node.func.value), word) for word in literals(node.args[0]))
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            for name, words in re.findall(r"\b(\w+) (?:=|<>|IN|NOT IN) (\'\w+\'|\(\'[^)]*\))", node.value):
                yield from ((name, word) for word in re.findall(r"\'(\w+)\'", words))


def compared() -> Iterator[tuple[str, str, str]]:
    for path in sorted(MATCHER.rglob("*.py")):
        place = path.relative_to(MATCHER)
        if place.parts[0] in OF_THE_BOOKS or place.parts[0] == "matching":
            for name, word in comparisons(ast.parse(path.read_text(encoding="utf-8"))):
                if name in KNOWN and word and (name != "kind" or place.parts[0] not in ("matching", "openitems")):
                    yield str(place), name, word


def test_every_word_that_is_compared_with_is_one_that_books_can_hold() -> None:
    unknown = [
        (place, name, word)
        for place, name, word in compared()
        if not any(word in set(one) for one in KNOWN[name]) and word not in ELSEWHERE and (name != "kind" or word not in OTHER_KINDS)
    ]
    assert unknown == []


def test_the_test_sees_a_word_that_is_none() -> None:
    source = """
x = pl.col("state") == "post"
y = (row["kind"], row["outcome"]) == (DecisionKind.EXCLUDE, "superseeded")
z = ~pl.col("outcome").is_in(["out", "non_receivable"])
w = "SELECT 1 FROM raw.statement WHERE state NOT IN ('gone', 'report') AND kind = 'excluding'"
"""
    found = {(name, word) for name, word in comparisons(ast.parse(source)) if name in KNOWN}
    assert found >= {("state", "post"), ("outcome", "superseeded"), ("outcome", "out"), ("state", "gone"), ("kind", "excluding")}


def test_words_of_an_enumeration_are_its_members() -> None:
    """`Outcome.OUTGOIN` would be found by mypy; what is asked of a member is one of its properties."""
    used: set[tuple[str, str]] = set()
    for path in MATCHER.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id in ENUMS:
                used.add((node.value.id, node.attr))
    assert [pair for pair in sorted(used) if not hasattr(getattr(states, pair[0]), pair[1])] == []


@pytest.mark.parametrize(("words", "known"), [(explain._SAID, LineState), (explain._ACTS, DecisionKind)])
def test_a_screen_has_words_for_every_state_of_a_line_and_every_decision(words: dict[str, str], known: type[StrEnum]) -> None:
    never_said = {LineState.EXCLUDED, DecisionKind.PROPOSAL}
    assert set(words) == set(known) - never_said


@pytest.mark.parametrize(
    ("words", "kept"),
    [
        (Outcome, "matched partial overpaid duplicate closed_item on_account non_receivable outgoing unexplained"),
        (Exclusion, "conflict refused superseded"),
        (LineState, "posted proposed none excluded"),
        (
            DecisionKind,
            "match accept allocate on_account set_off refund return classify write_off listed reject hold assign note revoke undo exclude "
            "proposal submit approve dismiss check dispute promise dunning_hold dun answer",
        ),
        (StatementState, "balanced unproven quarantined report accepted rejected replaced"),
        (ItemStatus, "open part_paid closed"),
        (DocumentType, "invoice credit_note debit_note instalment on_account"),
        (LineClass, "fee interest tax own_transfer payroll supplier booked_elsewhere other"),
        (MovementKind, "issue cash adjustment set_off unapplied refund return erp reversal"),
        (PeriodAction, "prepare close reopen"),
        (DatedBy, "option column name today title"),
    ],
)
def test_words_that_books_keep_do_not_change(words: type[StrEnum], kept: str) -> None:
    assert [one.value for one in words] == kept.split()


def test_what_is_asked_of_a_word() -> None:
    assert states.NOT_RECEIVABLE == ("non_receivable", "outgoing")
    assert states.SURPLUS == ("overpaid", "duplicate", "closed_item")
    assert states.ANSWERED == ("duplicate", "closed_item")
    assert states.DOUBTED == ("conflict", "refused")
    assert states.SETTLING == ("match", "accept", "allocate", "on_account", "set_off", "refund", "return", "classify")
    assert states.CONFIRMING == ("accept", "allocate", "on_account")
    assert states.ACCEPTABLE == ("quarantined", "report", "rejected")
    assert states.NOT_COUNTING == ("quarantined", "report", "rejected", "replaced")
    assert states.SET_APART == ("quarantined", "report")
