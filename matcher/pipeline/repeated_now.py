"""Whether lines that a run proposed as what lines like them were would be proposed so still."""

from collections.abc import Sequence
from datetime import date

from matcher.pipeline import view
from matcher.pipeline.booked import like_earlier
from matcher.pipeline.session import Session
from matcher.store import classified, open_items


def repeated_now(session: Session, line_ids: Sequence[str]) -> dict[str, str]:
    """What each of these lines is by what persons have said of lines like it until now; without those that are like none any more."""
    store = session.store
    earlier, places = classified.on_accounts_of(store, line_ids)
    items: list[str] = []
    for (entity, currency), amounts in places.items():
        open_items.look(store, open_items.Wanted(entity=entity, currency=currency))
        items += open_items.with_open(store, amounts)
    state = view.near_state(session, sorted({*earlier, *line_ids}), items)
    return dict(like_earlier(state, date.max, ()).select("line_id", "classified").iter_rows())
