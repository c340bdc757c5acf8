"""Which bank lines are which entries of the cash book.

What tells more goes first: a reference, a sum of entries with one reference, a name, a text, and last amount and day alone. What may be
several is none: it stays on the lists, where a person sees it. What a line was classified as does not matter.
"""

from collections import defaultdict
from dataclasses import dataclass, field

import polars as pl

from matcher.ledger.proof import keyed, slips
from matcher.ledger.proof.sums import Record, sums

GROUP = {"group": pl.Int64(), "side": pl.String(), "id": pl.String(), "by": pl.String()}
"""What `paired` finds: members of a group, ``bank`` or ``book``, and what says that they belong together."""

BY_REFERENCE, BY_NAME, BY_TEXT = "the same reference", "the same name", "the same text"
BY_DAY = "amount and day alone"
BY_PARTS, BY_SUM = "sum of records with one reference", "sum alone"
REVERSED = "reversed in the book"
_SIDES = ("bank", "book")
_FAR = (0, 1, 3, 5, 10, 31, 92, 366)
_NEAR = (0, 1, 3, 5, 10, 31)
_BY_DAY = (0, 1, 3, 5, 10)
"""Days apart, narrow first: with a reference, with a name, and with nothing but the amount."""
_MOST_COMPARED = 400
"""Pairs of lines and entries of one account and amount whose words are compared one by one."""


@dataclass
class _Work:
    """Lines and entries that are not paired yet, and the groups that were found."""

    lines: pl.DataFrame
    entries: pl.DataFrame
    found: list[pl.DataFrame] = field(default_factory=list)
    count: int = 0

    def take(self, members: pl.DataFrame, by: str, sides: tuple[str, str] = _SIDES) -> None:
        """Takes groups: columns of `keyed.PAIRS`; `sides` says what its sides 0 and 1 are."""
        if members.is_empty():
            return
        named = members.with_columns(
            pl.col("group") + self.count,
            pl.when(pl.col("side") == 0).then(pl.lit(sides[0])).otherwise(pl.lit(sides[1])).alias("side"),
            pl.lit(by).alias("by"),
        )
        self.found.append(named.select(list(GROUP)))
        self.count = named["group"].max() + 1  # type: ignore[assignment,operator]
        self.lines = self.lines.join(named.filter(pl.col("side") == "bank"), on="id", how="anti")
        self.entries = self.entries.join(named.filter(pl.col("side") == "book"), on="id", how="anti")


def paired(lines: pl.DataFrame, entries: pl.DataFrame) -> pl.DataFrame:
    """Groups of lines and entries that are the same money, and of entries that cancel each other: columns of `GROUP`.

    Each line and each entry is in one group at most. The amounts of a group are equal, but for slips of the pen (`slips`).

    Args:
        lines: as `evidence.of_lines` gives them.
        entries: as `evidence.of_entries` gives them.
    """
    # a reference that comes again each month says little of a line of another season
    alone = {own: (pl.len().over("account", own) == 1) & pl.col(own).str.contains(r"\d") for own in ("reference", "document")}
    work = _Work(lines.sort("id"), entries.sort("id").with_columns(rule.alias(f"lone_{own}") for own, rule in alone.items()))
    doubtful = _by_references(work)
    _reversed_by_reference(work)
    _by_references(work)
    _parts_by_reference(work)
    _by_references(work)
    for found, by in slips.slips(work.lines, work.entries):
        work.take(found, by)
    doubt = work.lines.select("id").join(doubtful, on="id", how="semi"), work.entries.select("id").join(doubtful, on="id", how="semi")
    # what may be another's by its reference is nobody's by less
    work.lines, work.entries = work.lines.join(doubt[0], on="id", how="anti"), work.entries.join(doubt[1], on="id", how="anti")
    _by_names(work)
    _reversed_by_words(work)
    _by_day(work)
    _by_sums(work)
    return pl.concat(work.found).sort("group", "side", "id") if work.found else pl.DataFrame(schema=GROUP)


def _keyed(frame: pl.DataFrame, key: pl.Expr) -> pl.DataFrame:
    made = frame.select("id", "account", "amount", "date", key.alias("key"), "words")
    return made.filter(pl.col("key") != "")


def _hits(lines: pl.DataFrame, place: str, keys: pl.DataFrame, on: list[str]) -> pl.DataFrame:
    """Lines that have one of the keys, with it; a line that has two of them may be either's, and is left out."""
    exploded = lines.select("id", "account", "amount", "date", pl.col(place).alias("key"), "words").explode("key")
    hit = exploded.filter(pl.col("key") != "").join(keys, on=on, how="semi")
    return hit.filter(pl.len().over("id") == 1).select(list(keyed.KEYED))


_PLACES = (("reference", "whole"), ("document", "whole"), ("reference", "inside"), ("document", "inside"))


def _by_references(work: _Work) -> pl.DataFrame:
    """Pairs by references, the entry's in the line's. Gives the ids of those that may be several's by their reference."""
    doubtful = [pl.DataFrame(schema={"id": pl.String()})]
    for own, place in _PLACES:
        entries = _keyed(work.entries, pl.col(own))
        entries = entries.filter(pl.col("key").str.len_chars() >= 4) if place == "inside" else entries
        lines = _hits(work.lines, place, entries, ["account", "amount", "key"])
        if lines.is_empty():
            continue
        lone = work.entries.filter(f"lone_{own}").select("id")
        for known, windows in ((entries.join(lone, on="id", how="semi"), _FAR), (entries.join(lone, on="id", how="anti"), _NEAR)):
            work.take(keyed.pairs(lines, known, windows, twins=True), BY_REFERENCE)
        same = ["account", "amount", "key"]
        left = lines.join(work.lines, on="id", how="semi"), entries.join(work.entries, on="id", how="semi")
        doubtful += [left[0].join(left[1], on=same, how="semi").select("id"), left[1].join(left[0], on=same, how="semi").select("id")]
    return pl.concat(doubtful).unique()


def _reversed_by_reference(work: _Work) -> None:
    """Entries that cancel each other: one account, reference and amount, and opposite signs; or the one names the other's id."""
    for own in ("reference", "document"):
        _cancel(work, work.entries.with_columns(pl.col(own).alias("key")))
    named = work.entries.with_columns(pl.col("id").str.to_lowercase().str.replace_all(r"[^\p{L}\p{N}]", "").alias("key"))
    naming = work.entries.select("id", "account", "amount", "inside").explode("inside")
    found = naming.join(named, left_on=["account", "inside"], right_on=["account", "key"], suffix=".other")
    pairs = found.filter((pl.col("amount") == -pl.col("amount.other")) & (pl.col("id") != pl.col("id.other"))).select("id", "id.other")
    _take_pairs(work, pairs, REVERSED, ("book", "book"))


def _cancel(work: _Work, entries: pl.DataFrame) -> None:
    size = pl.col("amount").abs()
    both = (pl.col("amount") > 0).n_unique().over("account", "key", "size") == 2
    groups = entries.filter(pl.col("key") != "").with_columns(size.alias("size")).filter(both).sort("account", "key", "size", "date", "id")
    rows, waiting = list[tuple[str, str]](), defaultdict[tuple[object, ...], list[tuple[str, int]]](list)
    for name, amount, *group in groups.select("id", "amount", "account", "key", "size").iter_rows():
        stack = waiting[tuple(group)]
        if stack and (stack[-1][1] > 0) != (amount > 0):
            rows.append((stack.pop()[0], name))
        else:
            stack.append((name, amount))
    _take_pairs(work, pl.DataFrame(rows, schema=["id", "id.other"], orient="row"), REVERSED, ("book", "book"))


def _take_pairs(work: _Work, pairs: pl.DataFrame, by: str, sides: tuple[str, str] = _SIDES) -> None:
    """Takes pairs, ``id`` and ``id.other``, of which neither side is in another."""
    if pairs.is_empty():
        return
    if sides[0] == sides[1]:  # either may name the other
        pairs = pairs.select(pl.min_horizontal("id", "id.other").alias("id"), pl.max_horizontal("id", "id.other").alias("id.other"))
    once = pairs.unique()
    names = pl.concat([once["id"], once["id.other"]]) if sides[0] == sides[1] else None
    if names is not None:
        single = names.to_frame("id").filter(pl.len().over("id") == 1)["id"].implode()
        lone = once.filter(pl.col("id").is_in(single) & pl.col("id.other").is_in(single))
    else:
        lone = once.filter((pl.len().over("id") == 1) & (pl.len().over("id.other") == 1))
    numbered = lone.sort("id", "id.other").with_row_index("group").with_columns(pl.col("group").cast(pl.Int64))
    members = [numbered.select("group", pl.lit(side, pl.Int8).alias("side"), pl.col(name).alias("id"))
               for side, name in ((0, "id"), (1, "id.other"))]  # fmt: skip
    work.take(pl.concat(members), by, sides)


def _parts_by_reference(work: _Work) -> None:
    """A line that is several entries of one reference, and several lines that are one entry."""
    for own, place in _PLACES:
        entries = _keyed(work.entries, pl.col(own))
        lines = _hits(work.lines, place, entries, ["account", "key"])
        for whole, parts, sides in ((lines, entries, _SIDES), (entries, lines, _SIDES[::-1])):
            grouped = parts.group_by("account", "key", pl.col("amount") > 0).agg(
                pl.col("amount").cast(pl.Int128).sum().cast(pl.Int64).alias("sum"), pl.col("id").sort().alias("parts"), pl.len().alias("n")
            )
            several = grouped.filter(pl.col("n") > 1).select("account", "key", pl.col("sum").alias("amount"), "parts")
            found = whole.select("id", "account", "key", "amount").join(several, on=["account", "key", "amount"])
            lone = found.filter((pl.len().over("account", "key", "amount") == 1) & (pl.len().over("id") == 1)).sort("id")
            numbered = lone.with_row_index("group").with_columns(pl.col("group").cast(pl.Int64))
            members = [numbered.select("group", pl.lit(0, pl.Int8).alias("side"), "id"),
                       numbered.select("group", pl.lit(1, pl.Int8).alias("side"), pl.col("parts").alias("id")).explode("id")]  # fmt: skip
            work.take(pl.concat(members), BY_PARTS, sides)
            entries, lines = entries.join(work.entries, on="id", how="semi"), lines.join(work.lines, on="id", how="semi")


def _by_names(work: _Work) -> None:
    for column, by in (("name", BY_NAME), ("text", BY_TEXT)):
        lines, entries = _keyed(work.lines, pl.col(column)), _keyed(work.entries, pl.col(column))
        work.take(keyed.pairs(lines, entries, _NEAR, twins=True), by)
    for window in (5, _NEAR[-1]):
        _take_pairs(work, _by_words(work, window), BY_NAME)


def _by_words(work: _Work, window: int) -> pl.DataFrame:
    """Lines and entries without a name whose text has a word of the payer's name, or what tells a name without blanks from others."""
    same = ["account", "amount"]
    lines = work.lines.filter(pl.col("words").list.len() > 0)
    entries = work.entries.filter((pl.col("name") == "") & (pl.col("text") != ""))
    many = lines.group_by(same).len("n").join(entries.group_by(same).len("m"), on=same)
    few = many.filter(pl.col("n") * pl.col("m") <= _MOST_COMPARED)
    both = lines.join(few, on=same, how="semi").join(entries, on=same, suffix=".entry")
    near = (pl.col("date") - pl.col("date.entry")).dt.total_days().abs() <= window
    word = pl.col("words").list.set_intersection("described").list.len() > 0
    unbroken = (pl.col("mark").str.len_chars() > 1) & pl.col("text.entry").str.contains(pl.col("mark"), literal=True)
    return both.filter(near & (word | unbroken)).select("id", pl.col("id.entry").alias("id.other"))


def _reversed_by_words(work: _Work) -> None:
    """An entry that says it is a reversal, and the one of the opposite amount and the same name or reference text."""
    key = pl.col("account") + "/" + pl.col("name")
    said = work.entries.filter("reversal").with_columns(-pl.col("amount"))
    others = work.entries.filter(~pl.col("reversal"))
    work.take(keyed.pairs(_keyed(others, key), _keyed(said, key), _NEAR), REVERSED, ("book", "book"))


def _by_day(work: _Work) -> None:
    nothing = pl.lit("-")
    lines, entries = _keyed(work.lines, nothing), _keyed(work.entries, nothing)
    work.take(keyed.pairs(lines, entries, _BY_DAY, agreeing=True), BY_DAY)


def _by_sums(work: _Work) -> None:
    columns = ("id", "account", "date", "amount", "words")
    records = [
        Record(side, name, account, day, amount, frozenset(words))
        for side, frame in enumerate((work.lines, work.entries))
        for name, account, day, amount, words in frame.select(columns).iter_rows()
    ]
    rows = [(group, record.side, record.id) for group, one in enumerate(sums(records)) for record in (one.whole, *one.parts)]
    work.take(pl.DataFrame(rows, schema=keyed.PAIRS, orient="row"), BY_SUM)
