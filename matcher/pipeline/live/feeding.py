"""How customers stand, told to a system that shows it: every row again, under keys that never change. Nothing is recorded of it.

A call writes over what is there, so that one whose answer was lost is simply made again.
"""

from dataclasses import dataclass
from datetime import date

from matcher.exports.erp.exporting import customer_feed
from matcher.pipeline.exports import customers_standing
from matcher.pipeline.live.connecting import Connected
from matcher.progress import SILENT, Progress
from matcher.states import Answered


@dataclass(frozen=True, slots=True)
class Refusal:
    """A row that the system did not take: whose it is, and its words."""

    key: str
    customer_id: str
    currency: str
    message: str


@dataclass(frozen=True, slots=True)
class FedCustomers:
    """What a system was told of customers.

    Attributes:
        as_of: the day of which it speaks.
        rows: how many there are.
        refused: those that the system did not take.
    """

    as_of: date
    rows: int
    refused: tuple[Refusal, ...] = ()


def feed(at: Connected, as_of: date, *, dry_run: bool = False, progress: Progress = SILENT) -> FedCustomers:
    """Tells how customers stood at the end of a day.

    Args:
        at: the system.
        as_of: the day.
        dry_run: call nothing.
        progress: is told of the rows.

    Raises:
        MatcherError: ``target.no_form`` where the system does not show it; ``api.*``: what was told before stays, and the same command
            tells everything again.
    """
    with at.opened(write=False) as session:
        rows = customers_standing(session, as_of)
    whose = {key: (customer, currency) for key, customer, currency in rows.select("key", "customer_id", "currency").iter_rows()}
    progress.stage("telling how customers stand", rows.height)
    refused: list[Refusal] = []
    for call in at.live.feed(customer_feed(rows, at.about.settings), at.about):
        if dry_run:
            continue
        said = list(call.read(at.wire.ask(call.request)))
        if len(said) != len(call.keys):
            said = said[:1] * len(call.keys)
        for key, outcome in zip(call.keys, said, strict=True):
            if outcome.result != Answered.ACCEPTED:
                refused.append(Refusal(key, *whose[key], at.wire.without_secrets(outcome.message)))
        progress.done(len(call.keys))
    return FedCustomers(as_of, rows.height, tuple(refused))
