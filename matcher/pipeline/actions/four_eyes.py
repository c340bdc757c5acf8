"""Which decisions another person approves, and how one is kept until then."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from matcher import money
from matcher.errors import MatcherError
from matcher.journal.decisions import Draft
from matcher.ledger import unapplied
from matcher.model import Allocation
from matcher.pipeline import rulebooks
from matcher.policy_settings import ELSEWHERE
from matcher.rules import classes
from matcher.states import SETTLING, DecisionKind

if TYPE_CHECKING:
    from matcher.pipeline.actions.base import Look

_MOVING = (*SETTLING, DecisionKind.WRITE_OFF)


def together(drafts: Sequence[Draft]) -> list[list[int]]:
    """Places of the drafts that stand or fall together: of two lines that are paired, of a rest and what takes it."""
    group = list(range(len(drafts)))
    by_line = {draft.line_id: place for place, draft in enumerate(drafts) if draft.line_id}
    for place, draft in enumerate(drafts):
        named = [draft.other_line, *(unapplied.line_of(share.item_id) for share in draft.allocations)]
        for other in (by_line[line_id] for line_id in named if line_id in by_line):
            one, two = group[place], group[other]
            group = [min(one, two) if number in (one, two) else number for number in group]
    return [[place for place, number in enumerate(group) if number == first] for first in sorted(set(group))]


def needed(look: "Look", drafts: Sequence[Draft]) -> list[list[int]]:
    """Places of the drafts that another person approves, those together that stand or fall together."""
    policy = look.session.config.policy
    if policy.four_eyes_above is None and not policy.four_eyes_for and not policy.four_eyes_classes:
        return []
    check_classes(look)
    return [group for group in together(drafts) if any(_needs(look, drafts[place]) for place in group)]


def _needs(look: "Look", draft: Draft) -> bool:
    policy = look.session.config.policy
    if draft.kind not in _MOVING:
        return False
    if draft.kind in policy.four_eyes_for or (ELSEWHERE in policy.four_eyes_for and elsewhere(look, draft)):
        return True
    if policy.four_eyes_classes and draft.basis and _class(look, draft) in policy.four_eyes_classes:
        return True
    above = policy.four_eyes_above
    return above is not None and size(look, draft) > int(above.scaleb(money.scale(draft.currency)))


def size(look: "Look", draft: Draft) -> int:
    """How much money a decision is about, minor units of its currency: cash, or what it clears without; without either, all of its line."""
    cash, cleared = sum(share.amount for share in draft.allocations), sum(share.adjustment for share in draft.allocations)
    if draft.allocations:
        return max(abs(cash), abs(cleared), *(abs(share.amount) for share in draft.allocations))
    line = look.line(draft.line_id)
    return abs(line.pending if draft.kind == DecisionKind.ON_ACCOUNT else line.amount)


def elsewhere(look: "Look", draft: Draft) -> bool:
    """Whether money goes on the account of another customer than the payer."""
    if draft.kind != DecisionKind.ON_ACCOUNT:
        return False
    from matcher.pipeline.actions import payers

    line = look.line(draft.line_id)
    payer = payers.of_line(look, line) or line.customer_id
    return payer not in ("", draft.customer_id)


def _class(look: "Look", draft: Draft) -> str:
    known = classes.of_rules(rulebooks.of_books(look.session.directory).book)
    return known.get(draft.rule.partition("@")[0]) or classes.of_shape(draft.basis, draft.difference)


def check_classes(look: "Look") -> None:
    """Refuses classes of evidence that do not exist. Raises MatcherError: ``config.invalid``."""
    names = [one.name for one in classes.CLASSES]
    for name in look.session.config.policy.four_eyes_classes:
        if name not in names:
            raise MatcherError("config.invalid", f"policy.four_eyes_classes: {name!r} is none of {', '.join(names)}", "matcher.toml")


def encode(draft: Draft) -> dict[str, Any]:
    """A draft as JSON can hold it."""
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in draft._asdict().items()}
    return told | {"allocations": [list(share) for share in draft.allocations]}


def decode(told: Mapping[str, Any]) -> Draft:
    """A draft that was kept."""
    until = date.fromisoformat(told["until"]) if told["until"] else None
    shares = tuple(Allocation(*share) for share in told["allocations"])
    return Draft(**{**told, "effective_date": date.fromisoformat(told["effective_date"]), "until": until, "allocations": shares})
