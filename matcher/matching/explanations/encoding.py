"""Explanations as compact text for the journal, and back.

The text is made of the explanation alone, in a fixed order, so that the same explanation always gives the same bytes.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

from matcher import money
from matcher.matching.records import Explanation, Share


@dataclass(frozen=True, slots=True)
class RecordedExplanation:
    """An explanation as recorded. Amounts in minor units, as in `Share`; `rule` is an id without version, '' when none is about it."""

    rule: str
    basis: str
    difference: str
    customer_id: str
    points: int
    evidence: tuple[tuple[str, int], ...]
    shares: tuple[Share, ...]
    note: str = ""


def evidence_text(one: Explanation | None) -> str:
    """Evidence as recorded: ``kind=points`` separated by blanks."""
    return _evidence_text(one.evidence) if one else ""


@lru_cache(maxsize=1 << 16)
def _evidence_text(evidence: tuple[tuple[str, int], ...]) -> str:
    return " ".join([f"{kind}={points:+d}" for kind, points in evidence])


def evidence_of(text: str) -> tuple[tuple[str, int], ...]:
    """Kinds and points of recorded evidence; none for text that is something else."""
    pairs = (part.partition("=") for part in text.split())
    return tuple((kind, int(points)) for kind, sign, points in pairs if sign)


def encode(one: Explanation | None) -> str:
    """A whole explanation as recorded, '' for none: rule, basis, difference, customer, evidence, shares, note."""
    if one is None:
        return ""
    shares = [[s.item_id, s.amount, s.item_amount, s.adjustment, s.reason] for s in one.shares]
    record = [one.rule, one.basis, one.difference, one.customer_id, evidence_text(one), shares, one.note]
    return json.dumps(record, ensure_ascii=False, separators=(",", ":"))


def decode(text: str) -> RecordedExplanation | None:
    """What `encode` recorded."""
    if not text:
        return None
    rule, basis, difference, customer_id, evidence, shares, note = json.loads(text)
    pairs = evidence_of(evidence)
    return RecordedExplanation(
        rule, basis, difference, customer_id, sum(points for _, points in pairs), pairs, tuple(Share(*share) for share in shares), note
    )


def shares_text(one: Explanation | None, currency: str) -> str:
    """An explanation in one line: rule, points and what each item would get."""
    if one is None:
        return ""
    shares = ", ".join(f"{s.item_id} {money.render(s.amount, currency)}" for s in one.shares)
    return f"{one.rule} {one.points:+d}: {shares}"


def percent(ppm: int) -> str:
    """Millionths as per cent, exactly: 999500 is ``99.95 %``."""
    whole, rest = divmod(ppm, 10_000)
    return f"{whole}.{f'{rest:04d}'.rstrip('0') or '0'} %"
