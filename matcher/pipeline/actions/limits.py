"""How much a person may clear without cash: by reason, and by person. The stricter limit wins."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

import polars as pl

from matcher import actors, money, reasons
from matcher.config import Config
from matcher.errors import MatcherError
from matcher.model import Allocation
from matcher.pipeline.actions import rulings
from matcher.pipeline.actions.base import Look
from matcher.pipeline.item_snapshots import ItemSnapshot
from matcher.policy_settings import Limit
from matcher.reasons import Reason
from matcher.states import AllocationState


def known_reasons(config: Config) -> dict[str, Reason]:
    """The shipped reasons, and those that matcher.toml adds or changes."""
    own = {
        code: Reason(code, disputed=section.disputed, dunnable=section.dunnable, gl_account=section.gl_account)
        for code, section in config.reasons.items()
    }
    return reasons.SHIPPED | own


def check(look: Look, allocations: Iterable[Allocation], items: Mapping[str, ItemSnapshot]) -> None:
    """Refuses reasons that are not listed, and amounts above the limits of the reason or the person.

    What is cleared of a document already counts with it, so that no limit is passed in small steps.

    Raises:
        MatcherError: ``reason.unknown``, ``policy.limit``.
    """
    config, actor = look.session.config, look.session.actor
    known, own = known_reasons(config), rulings.strictest(rulings.allowed(config.policy, actor).limits)
    new = [a for a in allocations if a.adjustment and a.adjustment_reason.strip()]
    for a in new:
        reasons.check(a.adjustment_reason, known)
    cleared = [(a.item_id, a.adjustment_reason, actor, a.adjustment) for a in new]
    posted = look.state.allocations.filter(pl.col("state") == AllocationState.POSTED, pl.col("adjustment") != 0)
    cleared += posted.select("item_id", "adjustment_reason", "actor", "adjustment").rows()
    for item_id in dict.fromkeys(a.item_id for a in new):
        item = items[item_id]
        of_item = [(code, who, amount) for named, code, who, amount in cleared if named == item_id]
        for code in dict.fromkeys(a.adjustment_reason for a in new if a.item_id == item_id):
            _hold(item, f"reason {code}", config.policy.limits.get(code), [amount for why, _, amount in of_item if why == code])
        _hold(item, actor, own, [amount for _, who, amount in of_item if actors.same_person(who, actor)])


def _hold(item: ItemSnapshot, whose: str, limit: Limit | None, amounts: Iterable[int]) -> None:
    cleared = abs(sum(amounts))
    if limit is not None and (most := _most(limit, item)) is not None and cleared > most:
        has, may = money.render(cleared, item.currency), money.render(most, item.currency)
        what = f"{has} {item.currency} of {item.document_no or item.item_id} in all are more than the {may} that {whose} may clear"
        raise MatcherError("policy.limit", what)


def _most(limit: Limit, item: ItemSnapshot) -> int | None:
    """Minor units of the item that a limit allows; None for any."""
    bounds = []
    if limit.amount is not None:
        bounds.append(int(limit.amount.scaleb(money.scale(item.currency))))
    if limit.percent is not None:
        bounds.append(int(Decimal(abs(item.amount)) * limit.percent / 100))
    return min(bounds) if bounds else None
