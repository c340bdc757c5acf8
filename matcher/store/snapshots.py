"""The lists of open items that were imported, and the day that each speaks of."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.store.database import Store


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A list of open items.

    Attributes:
        batch: of the journal, in which its items were appended.
        day: that it speaks of.
        dated_by: a word of `states.DatedBy`: what told the day.
        partial: whether it holds changes only.
        entities: ids of the legal entities that it lists, sorted: it speaks for no others.
    """

    batch: int
    day: date
    dated_by: str
    partial: bool
    entities: tuple[str, ...]


def append_snapshot(store: Store, batch: int, day: date, dated_by: str, *, partial: bool) -> None:
    """Records the day of the list that a batch takes in. The entities that it lists go into the batch's summary, as ``entities``."""
    row = {"batch": batch, "snapshot_date": day, "dated_by": str(dated_by), "partial": partial}
    store.append("raw.snapshot", pl.DataFrame([row]))


def snapshots(store: Store) -> list[Snapshot]:
    """All lists of open items, in the order in which they came in."""
    rows = store.run(
        """SELECT s.batch, s.snapshot_date, s.dated_by, s.partial, b.summary FROM raw.snapshot AS s JOIN log.batch AS b USING (batch)
        ORDER BY s.batch"""
    )
    return [Snapshot(batch, day, by, partial, _entities(summary)) for batch, day, by, partial, summary in rows]


def _entities(summary: str) -> tuple[str, ...]:
    return tuple(map(str, json.loads(summary).get("entities", ())))


def known_until(before: Iterable[Snapshot]) -> dict[str, date]:
    """For each legal entity the latest day that a list of its open items speaks of."""
    days: dict[str, date] = {}
    for snapshot in before:
        days |= {entity: max(snapshot.day, days.get(entity, date.min)) for entity in snapshot.entities}
    return days
