"""What a statement tells otherwise than its days were told before: entries only before, only now, and changed ones.

Pure: the lines that one side lacks go in, the differences come out. Who is right is a person's to say.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

Line = dict[str, Any]
"""A bank line with the columns of `matcher.frames.LINE`, as far as they tell entries apart."""

_IDENTITIES = ("counterparty_account", "end_to_end_id", "creditor_reference")
_NOT_ALNUM = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class StatementChange:
    """One entry that the two tell otherwise: `before` is None for one that is only new, `now` for one that is only old."""

    before: Line | None
    now: Line | None

    @property
    def change(self) -> Literal["only before", "only now", "changed"]:
        """What differs, in a word."""
        if self.before is None:
            return "only now"
        return "changed" if self.now is not None else "only before"


def differences(gone: Sequence[Line], new: Sequence[Line], spans: Iterable[tuple[date, date]]) -> list[StatementChange]:
    """Pairs the lines that the statement lacks with its new entries; what finds no partner stands alone. By day.

    A pair has one bank reference; or one day and amount, where nothing tells that they are two; or, on wholly told days, one day
    and text. Of days that may be told in part (outside `spans`) a line that is merely lacking is no difference.

    Args:
        gone: lines that were told before and that the statement lacks, in a fixed order.
        new: entries of the statement that were not told before, in a fixed order.
        spans: first and last day of times that were told wholly by both.
    """
    whole = {id(line) for line in gone if any(first <= line["booking_date"] <= last for first, last in spans)}
    unpaired = list(gone)
    free = {id(line): line for line in new}
    changes: list[StatementChange] = []
    for alike, may_be_one, partly in _RULES:
        near: dict[object, list[Line]] = {}
        for line in free.values():
            near.setdefault(alike(line), []).append(line)
        waiting, unpaired = [line for line in unpaired if partly or id(line) in whole], []
        for line in waiting:
            partners = [n for n in near.get(alike(line), ()) if alike(line) and id(n) in free and may_be_one(line, n)]
            if partners:
                partner = max(partners, key=lambda n: _alike_at_first(_text(line), _text(n)))
                changes.append(StatementChange(line, free.pop(id(partner))))
            else:
                unpaired.append(line)
    changes += [StatementChange(line, None) for line in unpaired] + [StatementChange(None, line) for line in free.values()]
    return sorted(changes, key=_order)


def contradictory(changes: Sequence[StatementChange]) -> bool:
    """Whether accepting the statement without taking anything back could count money twice."""
    words = {change.change for change in changes}
    return "changed" in words or {"only before", "only now"} <= words


def _text(line: Line) -> str:
    return _NOT_ALNUM.sub("", f"{line['counterparty_account']}{line['counterparty_name']}{line['remittance_information']}").casefold()


def _alike_at_first(text: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    return next((n for n, (a, b) in enumerate(zip(text, other, strict=False)) if a != b), min(len(text), len(other)))


def _reference(line: Line) -> object:
    return line["bank_reference"]


def _payment(line: Line) -> object:
    return (line["booking_date"], line["amount"])


def _day_and_text(line: Line) -> object:
    return (line["booking_date"], _text(line)) if _text(line) else None


def _nothing_tells_them_apart(line: Line, now: Line) -> bool:
    if line["bank_reference"] and now["bank_reference"]:
        return False
    return all(not line[name] or not now[name] or line[name] == now[name] for name in _IDENTITIES)


def _always(line: Line, now: Line) -> bool:
    return True


_RULES: tuple[tuple[Callable[[Line], object], Callable[[Line, Line], bool], bool], ...] = (
    (_reference, _always, True),
    (_payment, _nothing_tells_them_apart, True),
    (_payment, _always, False),
    (_day_and_text, _always, False),
)
"""What makes a pair, surest first: what both have alike, what else must hold, and whether it holds on days told in part too."""


def _order(change: StatementChange) -> tuple[date, str, str]:
    line = change.before or change.now
    assert line is not None
    return (
        line["booking_date"],
        "" if change.before is None else change.before["line_id"],
        "" if change.now is None else change.now["line_id"],
    )
