"""What tells money in from money out in an unknown table: two columns, signs, or a word; the running balance proves it."""

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from matcher.parsers.csv.figures import value
from matcher.parsers.csv.guess import CREDIT, DEBIT
from matcher.parsers.csv.proposal import Draft, used
from matcher.parsers.csv.text import fold
from matcher.parsers.csv.words import fields_of

_NEUTRAL = {"不计收支", "/", "中性交易", "neutral", "none"}
_MOST_WORDS = 4
_TITLE = re.compile(r"direction|sign|debit|credit|soll|haben|d/c|c/d|dr/cr|cr/dr|in/out")


def find(draft: Draft) -> None:
    """Says how the amounts are signed."""
    if "credit" in draft.columns:
        draft.style = "split"
        negative = {is_negative(cell) for cell in draft.cells("debit") if re.search("[1-9]", cell)}
        if negative == {True}:
            draft.notes["debit_sign"] = "the first rows show negative debits"
        elif True in negative:
            draft.notes["style"] = "CHECK some debits are negative: they are read as money that came back"
        return
    if any(map(is_negative, draft.cells("amount"))):
        return
    for place in range(draft.body.width):
        if place not in used(draft.columns) and _by_known_words(draft, place):
            return
    for place in range(draft.body.width):
        if place not in used(draft.columns) and _by_balance(draft, place):
            return
    seen = _two_words(draft)
    draft.notes["style"] = f"CHECK no amount is negative: is money out written as positive (then reversed = true)?{seen}"


def _two_words(draft: Draft) -> str:
    """The columns that hold two words only: one of them may be the direction, in words that are not known here."""
    body, found = draft.body, []
    for place in range(body.width):
        words = list(dict.fromkeys(cell for cell in body.column(place) if cell))
        if len(words) == 2 and len(body.rows) > 2 and not any(c.isdigit() for word in words for c in word) and body.title(place):
            found.append(f"{body.title(place)!r} holds {' and '.join(words)}")
    return f" Or does a column say it (style = 'indicator')? {'; '.join(found)}" if found else ""


def is_negative(cell: str) -> bool:
    """Whether a figure is written as money out."""
    return cell.lstrip("' ").startswith(("-", "−", "(")) or re.search(r"\d *(?:[-−]|d[rb]\.?)$", cell, re.IGNORECASE) is not None


def _by_known_words(draft: Draft, place: int) -> bool:
    words = list(dict.fromkeys(cell for cell in draft.body.column(place) if cell))
    neutral = [word for word in words if fold(word) in _NEUTRAL]
    words = [word for word in words if word not in neutral]
    known = [word for word in words if fold(word) in CREDIT | DEBIT]
    title = fold(draft.body.title(place))
    named = "indicator" in fields_of(title) or title in ("direction", "sign")
    if not words or len(words) > _MOST_WORDS or not (len(known) == len(words) or (known and named)):
        return False
    sides = {"credit": [w for w in words if fold(w) in CREDIT], "debit": [w for w in words if fold(w) in DEBIT]}
    if not all(sides.values()) and not named and _TITLE.search(title) is None:
        # one word in every row is as well the side of a balance
        return False
    draft.style, draft.columns["indicator"], draft.neutral, draft.words = "indicator", place, neutral, sides
    if len(known) < len(words) or not all(sides.values()):
        draft.notes["words"] = "CHECK which words mean money in and which money out; seen: " + ", ".join(words)
        draft.words = {side: listed or [f"?{side}"] for side, listed in sides.items()}
    return True


def _by_balance(draft: Draft, place: int) -> bool:
    """Whether each word of a column goes with one direction of the balance: in any language, the balance says what it means."""
    cells = draft.body.column(place)
    words = list(dict.fromkeys(cell for cell in cells if cell))
    if not 2 <= len(words) <= _MOST_WORDS or any(any(c.isdigit() for c in word) for word in words):
        return False
    signs = _signs(draft)
    sides: dict[str, set[int]] = {word: set() for word in words}
    for cell, sign in zip(cells, signs, strict=True):
        if cell and sign:
            sides[cell].add(sign)
    if not all(len(side) == 1 for side in sides.values()) or {1} not in sides.values() or {-1} not in sides.values():
        return False
    draft.style, draft.columns["indicator"] = "indicator", place
    draft.words = {"credit": [w for w in words if sides[w] == {1}], "debit": [w for w in words if sides[w] == {-1}]}
    draft.notes["words"] = "the running balance shows which words mean money in"
    return True


def _signs(draft: Draft) -> Sequence[int]:
    """For each row 1 or -1 as the balance goes up or down by its amount; 0 where it does neither."""
    amount, balance = draft.columns.get("amount"), draft.columns.get("balance")
    rows = draft.body.rows
    if not isinstance(amount, int) or not isinstance(balance, int):
        return [0] * len(rows)
    sums = [value(cell) for cell in draft.body.column(amount)]
    balances = [value(cell) for cell in draft.body.column(balance)]
    steps = [after - before if before is not None and after is not None else None for before, after in pairwise(balances)]
    down = [_sign(step, sums[n + 1]) for n, step in enumerate(steps)]
    up = [_sign(None if step is None else -step, sums[n]) for n, step in enumerate(steps)]
    return [0, *down] if sum(map(bool, down)) >= sum(map(bool, up)) else [*up, 0]


def _sign(step: Decimal | None, amount: Decimal | None) -> int:
    if not step or not amount or abs(step) != abs(amount):
        return 0
    return 1 if step > 0 else -1
