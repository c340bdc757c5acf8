"""What the ERP's open amounts already hold of our postings.

An ERP that is told of a receipt books it, and its next snapshot shows the item with less open: our posting must not be taken off a
second time. When a posting is undone after the ERP has booked it, the item is open again before the ERP says so.

A snapshot does not say why an amount fell. A fall is taken for postings of ours that the ERP had not booked yet only where it equals
one or several of them to the cent, the oldest first; any other change is the ERP's own. What cannot be otherwise is the exception: a
posting counts as booked as far as the item would be open by less than nothing without it.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import polars as pl

from matcher.amounts import total
from matcher.frames import Schema, empty

VERSION: Schema = {
    "item_id": pl.String(),
    "batch": pl.Int64(),  # that brought this version of the item
    "amount": pl.Int64(),  # of the document
    "open_amount": pl.Int64(),  # as the ERP says; 0 when it says closed
    "closed_date": pl.Date(),
}
"""All versions of the items that a later snapshot changed, in order of item and batch."""

SENT: Schema = {"decision_id": pl.String(), "batch": pl.Int64()}
"""Decisions whose receipt an export handed to the ERP, and the first batch that did. Only those that were undone are asked for."""

BOOKED: Schema = {"item_id": pl.String(), "batch": pl.Int64(), "booked": pl.Int64()}
"""What a version's open amount holds of our postings, those undone since included; minor units, signed as settled. No row: nothing."""

BOOKED_OF: Schema = {"item_id": pl.String(), "decision_id": pl.String(), "booked": pl.Int64()}
"""What the latest version holds of one decision's posting, where it holds anything; minor units, signed as settled."""

_SEARCHED = 12
"""Postings of one item that are tried in every combination; of more only the oldest ones, the newest one and all together are."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What one decision settled of an item, signed, and the batches that decided, undid and sent it; None where that has not happened."""

    batch: int
    settled: int
    undone_in: int | None = None
    sent_in: int | None = None


@dataclass(slots=True)
class _Posting:
    """What one decision settled of an item, as a positive amount, and how much of it the ERP has booked."""

    amount: int
    booked: int = 0
    undone: bool = False
    sent: bool = False

    @property
    def pending(self) -> int:
        """What the ERP has still to book, as a fall: what is posted, and the reversal (negative) of what it booked and is undone."""
        return -self.booked if self.undone else self.amount - self.booked

    @property
    def fall(self) -> int:
        """What the next snapshot may fall by for it. A receipt that was sent and then undone may have been booked all the same."""
        return self.amount if self.undone and self.sent and not self.booked else self.pending


def booked(versions: pl.DataFrame, decisions: pl.DataFrame, allocations: pl.DataFrame, sent: pl.DataFrame | None = None) -> pl.DataFrame:
    """The columns of `BOOKED`, for every version of the items that a snapshot changed after we had posted on them.

    Args:
        versions: columns of `VERSION`.
        decisions: `frames.DECISION` columns, all of them.
        allocations: `frames.ALLOCATION` columns, of all decisions, reversed ones too.
        sent: columns of `SENT`; none where nothing was exported.
    """
    if not versions.height or not allocations.height:
        return empty(BOOKED)
    history = _changed_after(versions, decisions, allocations)
    if not history.height:
        return empty(BOOKED)
    postings = _postings(history, decisions, allocations, empty(SENT) if sent is None else sent)
    plain, others = _plain(_changes(history), postings)
    parts = [
        history.join(plain, on="item_id").select(
            "item_id", "batch", booked=pl.when(pl.col("batch") > pl.col("posted_in")).then("booked").otherwise(0)
        )
    ]
    if others.height:
        whole = history.join(others, on="item_id", how="semi", maintain_order="left")
        parts.append(_followed(whole, postings.join(others, on="item_id", how="semi", maintain_order="left")))
    return pl.concat(parts).sort("item_id", "batch")


def booked_of(versions: pl.DataFrame, decisions: pl.DataFrame, allocations: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """What the ERP's latest word on each item holds of each decision; columns of `BOOKED_OF`. Arguments as of `booked`.

    Over the decisions of an item it is the sum that `booked` gives for its latest version.
    """
    if not versions.height or not allocations.height:
        return empty(BOOKED_OF)
    history = _changed_after(versions, decisions, allocations)
    if not history.height:
        return empty(BOOKED_OF)
    postings = _postings(history, decisions, allocations, sent)
    plain, others = _plain(_changes(history), postings)
    parts = [plain.join(postings.select("item_id", "decision_id"), on="item_id").select(*BOOKED_OF)]
    if others.height:
        whole, ours = (frame.join(others, on="item_id", how="semi", maintain_order="left") for frame in (history, postings))
        listed, posted = _by_item(whole, ours)
        names = ours.group_by("item_id", maintain_order=True).agg("decision_id")
        rows = [
            (item_id, decision_id, held)
            for item_id, ids in names.iter_rows()
            for decision_id, held in zip(ids, _held_last(listed[item_id], posted[item_id]), strict=True)
        ]
        parts.append(pl.DataFrame(rows, schema=BOOKED_OF, orient="row"))
    return pl.concat(parts).filter(pl.col("booked") != 0).sort("item_id", "decision_id")


def _changed_after(versions: pl.DataFrame, decisions: pl.DataFrame, allocations: pl.DataFrame) -> pl.DataFrame:
    """The versions of items with a later one than the first posting on them."""
    ours = allocations.select("decision_id", "item_id").join(versions.select("item_id").unique(), on="item_id", how="semi")
    posted = ours.join(decisions.select("decision_id", "batch"), on="decision_id").group_by("item_id").agg(pl.col("batch").min())
    late = versions.join(posted, on="item_id", suffix="_posted").filter(pl.col("batch") > pl.col("batch_posted"))
    return versions.join(late, on="item_id", how="semi", maintain_order="left")


def _changes(history: pl.DataFrame) -> pl.DataFrame:
    """Without the versions that say what the one before said."""
    return history.filter(
        ((pl.col("open_amount") != pl.col("open_amount").shift()) | (pl.col("amount") != pl.col("amount").shift())).fill_null(True)
        | (pl.col("item_id") != pl.col("item_id").shift())
    )


def _postings(history: pl.DataFrame, decisions: pl.DataFrame, allocations: pl.DataFrame, sent: pl.DataFrame) -> pl.DataFrame:
    """One row for each decision and item: item_id, batch, ordinal, settled, undone_in (null while in force), sent_in (null before)."""
    undone = decisions.filter(pl.col("reverses") != "").group_by(decision_id="reverses").agg(undone_in=pl.col("batch").min())
    return (
        allocations.join(history.select("item_id").unique(), on="item_id", how="semi")
        .group_by("decision_id", "item_id")
        .agg(settled=total(pl.col("item_amount") + pl.col("adjustment")))
        .join(decisions.select("decision_id", "batch", "ordinal"), on="decision_id")
        .join(undone, on="decision_id", how="left")
        .join(sent.group_by("decision_id").agg(sent_in=pl.col("batch").min()), on="decision_id", how="left")
        .sort("item_id", "batch", "ordinal", "decision_id")
    )


def _plain(versions: pl.DataFrame, postings: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The items with one posting in force and one change after it, in columns, since a month-end is full of them; and the other items."""
    single = postings.group_by("item_id").agg(pl.len().alias("postings"), *(pl.col(n).first() for n in ("batch", "settled", "undone_in")))
    single = single.rename({"batch": "posted_in"})
    late = pl.col("batch") > pl.col("posted_in")
    changes = (
        versions.join(single.select("item_id", "posted_in"), on="item_id")
        .group_by("item_id")
        .agg(
            pl.col("open_amount").filter(~late).last().alias("before"),
            pl.col("open_amount").filter(late).first().alias("after"),
            late.sum().alias("changes"),
            pl.col("amount").n_unique().alias("amounts"),
        )
    )
    easy = (pl.col("postings") == 1) & (pl.col("changes") <= 1) & (pl.col("amounts") == 1) & pl.col("undone_in").is_null()
    # a figure that is told again says something new only of a posting that it has no room for
    fits = pl.col("settled").abs() <= pl.col("before").abs()
    joined = single.join(changes, on="item_id").with_columns((easy & fits).fill_null(value=False).alias("easy"))
    forced = ((pl.col("settled") - pl.col("after")) * pl.col("settled").sign()).clip(lower_bound=0)
    part = pl.min_horizontal(forced, pl.col("settled").abs()) * pl.col("settled").sign()
    whole = pl.col("before") - pl.col("after") == pl.col("settled")
    amount = pl.when(pl.col("changes") == 0).then(0).when(whole).then("settled").otherwise(part)
    return joined.filter("easy").select("item_id", "posted_in", booked=amount), joined.filter(~pl.col("easy")).select("item_id")


def _followed(versions: pl.DataFrame, postings: pl.DataFrame) -> pl.DataFrame:
    """The other items, each followed through its versions, postings and reversals in the order in which the books came to know them."""
    listed, posted = _by_item(versions, postings)
    rows = [
        (item_id, batch, held)
        for item_id in sorted(listed)
        for (batch, _, _), held in zip(listed[item_id], follow(listed[item_id], posted.get(item_id, [])), strict=True)
    ]
    return pl.DataFrame(rows, schema=BOOKED, orient="row")


def _by_item(versions: pl.DataFrame, postings: pl.DataFrame) -> tuple[dict[str, list[tuple[int, int, int]]], dict[str, list[Posted]]]:
    """The versions of each item, and the postings on it."""
    listed: dict[str, list[tuple[int, int, int]]] = {}
    for item_id, batch, amount, open_amount in versions.select("item_id", "batch", "amount", "open_amount").iter_rows():
        listed.setdefault(item_id, []).append((batch, amount, open_amount))
    posted: dict[str, list[Posted]] = {}
    for item_id, *posting in postings.select("item_id", "batch", "settled", "undone_in", "sent_in").iter_rows():
        posted.setdefault(item_id, []).append(Posted(*posting))
    return listed, posted


def follow(versions: Sequence[tuple[int, int, int]], postings: Sequence[Posted]) -> list[int]:
    """What each version of one item holds of our postings, in minor units.

    Args:
        versions: (batch, document amount, open amount) in order of batch.
        postings: in order of batch.
    """
    return [way * sum(p.booked for p in ours) for _, way, ours in _trace(versions, postings)]


def _held_last(versions: Sequence[tuple[int, int, int]], postings: Sequence[Posted]) -> list[int]:
    """What the last version holds of each posting."""
    *_, (_, way, ours) = _trace(versions, postings)
    return [way * p.booked for p in ours]


def confirmed(versions: Sequence[tuple[int, int, int]], postings: Sequence[Posted]) -> list[int | None]:
    """For each posting the batch of the version that showed it as booked, and booked it stayed; None where none did.

    Arguments as of `follow`.
    """
    since: list[int | None] = [None] * len(postings)
    for batch, _, ours in _trace(versions, postings):
        for place, p in enumerate(ours):
            whole = p.booked == p.amount and not p.undone and postings[place].batch < batch
            since[place] = (since[place] or batch) if whole else None
    return since


def _trace(versions: Sequence[tuple[int, int, int]], postings: Sequence[Posted]) -> Iterator[tuple[int, int, Sequence[_Posting]]]:
    """After each version its batch, the sign of the document, and how the postings stand."""
    if not versions:
        return
    way = -1 if versions[-1][1] < 0 else 1
    ours = [_Posting(posting.settled * way) for posting in postings]
    before: int | None = None
    for batch, amount, open_amount in versions:
        # what was decided before this version came, whatever became of it later
        decided = [p for p, posting in zip(ours, postings, strict=True) if posting.batch < batch]
        for p, posting in zip(ours, postings, strict=True):
            p.undone = posting.undone_in is not None and posting.undone_in < batch
            p.sent = posting.sent_in is not None and posting.sent_in < batch
        listed = open_amount * way
        if before is not None:
            _explain(before - listed, decided)
        _bound(listed, abs(amount), decided)
        before = listed
        yield batch, way, ours


def _explain(fall: int, postings: Sequence[_Posting]) -> None:
    """Marks as booked what equals the fall; a rise is a fall below nothing."""
    waiting = [p for p in postings if p.fall]
    if not fall or not waiting:
        return
    chosen = next((some for some in _choices(waiting) if sum(p.fall for p in some) == fall), ())
    for p in chosen:
        p.booked = 0 if p.undone and p.booked else p.amount


def _choices(waiting: Sequence[_Posting]) -> Iterator[Iterable[_Posting]]:
    """What the ERP may have booked at once: the likeliest first, so that of several that fit the oldest are taken."""
    back = [p for p in waiting if p.undone and p.booked]
    forth = [p for p in waiting if not p.undone]
    late = [p for p in waiting if p.undone and not p.booked]
    for returned in (back, []) if back else ([],):
        for count in range(len(forth) + 1):
            yield [*returned, *forth[:count]]
    if len(waiting) <= _SEARCHED:
        for count in range(1, len(waiting) + 1):
            yield from combinations(waiting, count)
    else:
        yield from ([p] for p in (*forth[-1:], *late))


def _bound(listed: int, amount: int, postings: Sequence[_Posting]) -> None:
    """Holds 0 <= open <= amount, now and whatever is undone later.

    What the ERP lists and has booked of ours is no more than the document: where it is, the ERP has taken a booking back, those undone
    and the newest first. What it lists is no less than what it still has to book.
    """
    beyond = listed + sum(p.booked for p in postings) - amount
    for p in [*(p for p in postings if p.undone), *(p for p in reversed(postings) if not p.undone)]:
        taken = max(0, min(beyond, p.booked))
        p.booked -= taken
        beyond -= taken
    short = sum(p.pending for p in postings) - listed
    for p in postings:
        taken = 0 if p.undone else max(0, min(short, p.pending))
        p.booked += taken
        short -= taken
