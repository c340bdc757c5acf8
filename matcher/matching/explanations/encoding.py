"""Explanations as compact text for the journal, and back.

The text is made of the explanation alone, in a fixed order, so that the same explanation always gives the same bytes.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from matcher import money
from matcher.errors import MatcherError
from matcher.matching.records import Explanation
from matcher.model import Allocation

VERSION = 1
"""Of the records that `encode` makes. Records are kept for ever: a change adds a version, and `decode` goes on reading the old ones."""


@dataclass(frozen=True, slots=True)
class RecordedExplanation:
    """An explanation as recorded. Amounts in minor units, as in `Allocation`; `rule` is an id without version, '' when none is about it."""

    rule: str
    basis: str
    difference: str
    customer_id: str
    points: int
    evidence: tuple[tuple[str, int], ...]
    shares: tuple[Allocation, ...]
    note: str = ""


def evidence_text(explanation: Explanation | None) -> str:
    """Evidence as recorded: ``kind=points`` separated by spaces."""
    return _evidence_text(explanation.evidence) if explanation else ""


@lru_cache(maxsize=1 << 16)
def _evidence_text(evidence: tuple[tuple[str, int], ...]) -> str:
    return " ".join([f"{kind}={points:+d}" for kind, points in evidence])


def evidence_of(text: str) -> tuple[tuple[str, int], ...]:
    """Kinds and points of recorded evidence; none for text that is something else."""
    pairs = (part.partition("=") for part in text.split())
    return tuple((kind, int(points)) for kind, sign, points in pairs if sign)


def encode(explanation: Explanation | None) -> str:
    """A whole explanation as recorded, '' for none: a JSON object whose ``v`` is `VERSION`."""
    if explanation is None:
        return ""
    record = {
        "v": VERSION,
        "rule": explanation.rule,
        "basis": explanation.basis,
        "difference": explanation.difference,
        "customer": explanation.customer_id,
        "evidence": evidence_text(explanation),
        "shares": [
            {"item": s.item_id, "amount": s.amount, "item_amount": s.item_amount, "adjustment": s.adjustment, "reason": s.adjustment_reason}
            for s in explanation.shares
        ],
        "note": explanation.note,
    }
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> RecordedExplanation | None:
    """What `encode` recorded, in this version or an earlier one.

    Raises:
        MatcherError: ``books.newer`` when a later version of the program recorded it.
    """
    if not text:
        return None
    record = json.loads(text)
    if record["v"] > VERSION:
        raise MatcherError("books.newer", f"they hold an explanation of version {record['v']}, which this version does not know")
    pairs = evidence_of(record["evidence"])
    shares = tuple(Allocation(s["item"], s["amount"], s["item_amount"], s["adjustment"], s["reason"]) for s in record["shares"])
    points = sum(points for _, points in pairs)
    return RecordedExplanation(
        record["rule"], record["basis"], record["difference"], record["customer"], points, pairs, shares, record["note"]
    )


def shares_text(explanation: Explanation | None, currency: str) -> str:
    """An explanation in one line: rule, points and what each item would get."""
    if explanation is None:
        return ""
    shares = ", ".join(f"{s.item_id} {money.render(s.amount, currency)}" for s in explanation.shares)
    return f"{explanation.rule} {explanation.points:+d}: {shares}"
