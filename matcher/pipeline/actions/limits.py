"""How much a person may clear without cash: by reason, and by person. The stricter limit wins."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from matcher import money, reasons
from matcher.config import Config, Limit
from matcher.errors import MatcherError
from matcher.model import Allocation
from matcher.pipeline.item_snapshots import ItemSnapshot
from matcher.reasons import Reason


def known_reasons(config: Config) -> dict[str, Reason]:
    """The shipped reasons, and those that matcher.toml adds or changes."""
    own = {
        code: Reason(code, disputed=section.disputed, dunnable=section.dunnable, gl_account=section.gl_account)
        for code, section in config.reasons.items()
    }
    return reasons.SHIPPED | own


def check(config: Config, actor: str, allocations: Iterable[Allocation], items: Mapping[str, ItemSnapshot]) -> None:
    """Refuses reasons that are not listed, and amounts above the limits of the reason or the person.

    Raises:
        MatcherError: ``reason.unknown``, ``policy.limit``.
    """
    known = known_reasons(config)
    totals: dict[tuple[str, str], int] = {}
    for a in allocations:
        if a.adjustment and a.adjustment_reason.strip():
            reasons.check(a.adjustment_reason, known)
            key = (a.item_id, a.adjustment_reason)
            totals[key] = totals.get(key, 0) + abs(a.adjustment)
    for (item_id, code), cleared in totals.items():
        item = items[item_id]
        for whose, limit in ((f"reason {code}", config.policy.limits.get(code)), (actor, config.policy.people.get(actor))):
            if limit is not None and (most := _most(limit, item)) is not None and cleared > most:
                has, may = money.render(cleared, item.currency), money.render(most, item.currency)
                what = f"{has} {item.currency} of {item.document_no or item_id} are more than the {may} that {whose} may clear"
                raise MatcherError("policy.limit", what)


def _most(limit: Limit, item: ItemSnapshot) -> int | None:
    """Minor units of the item that a limit allows; None for any."""
    bounds = []
    if limit.amount is not None:
        bounds.append(int(limit.amount.scaleb(money.scale(item.currency))))
    if limit.percent is not None:
        bounds.append(int(Decimal(abs(item.amount)) * limit.percent / 100))
    return min(bounds) if bounds else None
