"""Evidence as compact text for the journal, and back into words for a person."""

from matcher import money
from matcher.matching.records import Explanation
from matcher.rules.vocabulary import EVIDENCE


def evidence_text(one: Explanation | None) -> str:
    """Evidence as recorded: ``kind=points`` separated by blanks."""
    return " ".join(f"{kind}={points:+d}" for kind, points in one.evidence) if one else ""


def evidence_rows(text: str) -> list[tuple[str, int]]:
    """Words and points of recorded evidence."""
    pairs = (part.partition("=") for part in text.split())
    return [(EVIDENCE.get(kind, kind), int(points)) for kind, _, points in pairs]


def shares_text(one: Explanation | None, currency: str) -> str:
    """An explanation in one line: rule, points and what each item would get."""
    if one is None:
        return ""
    shares = ", ".join(f"{s.item_id} {money.render(s.amount, currency)}" for s in one.shares)
    return f"{one.rule} {one.points:+d}: {shares}"
