"""Ways to change what a legal entity is decided on, so that certain postings would be wrong: pure functions on its columns."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

import polars as pl

from matcher.amounts import total
from matcher.frames import State
from matcher.matching.entity import EntityInput
from matcher.states import ENGINE, REST, AllocationState, DecisionKind, LineState

TEXTS = ("remittance_information", "creditor_reference", "end_to_end_id")
"""What the payer wrote on a line."""

APART = timedelta(days=9)
"""Between an item and its twin, which is older. Equal items of one day are interchangeable, and paying either of them is right."""

TWIN = "twin of "
"""What the id of a twin begins with."""

_MOVED = ("amount", "open_amount", "open", "listed_open")


def by_chance(text: str) -> str:
    """A key that puts texts in an order which has nothing to do with them, and is the same each time."""
    return sha256(text.encode()).hexdigest()


def before_postings(state: State) -> State:
    """The books before the engine's postings: their lines undecided, and what they gave to items given back.

    What persons decided stands, and so do postings whose rest was used for something else since.
    """
    own = (pl.col("kind") == DecisionKind.MATCH) & (pl.col("actor") == ENGINE) & pl.col("live")
    posted = state.lines.filter(pl.col("used") == 0).select("line_id", "decision_id")
    taken = state.decisions.filter(own).select("decision_id").join(posted, on="decision_id", how="semi")
    given = state.allocations.filter(pl.col("state") == AllocationState.POSTED).join(taken, on="decision_id", how="semi")
    back = given.group_by("item_id").agg(back=total(pl.col("item_amount") + pl.col("adjustment")))
    cash = given.group_by("line_id").agg(cash=total(pl.col("amount")))
    sign = pl.col("amount").sign()
    # a list that came since has closed them: what it closed without our posting stays closed
    opened = pl.min_horizontal((pl.col("open") + pl.col("back")) * sign, pl.col("amount").abs()).clip(lower_bound=0) * sign
    listed = pl.max_horizontal(pl.col("listed_open") * sign, opened * sign) * sign
    touched = pl.col("back").is_not_null()
    items = state.items.join(back, on="item_id", how="left").with_columns(
        pl.when(touched).then(opened).otherwise("open").alias("open"),
        pl.when(touched).then(listed).otherwise("listed_open").alias("listed_open"),
    )
    undecided = pl.col("decision_id").is_in(taken["decision_id"].implode()) & (pl.col("decision_id") != "")
    lines = state.lines.join(cash, on="line_id", how="left").with_columns(
        pl.when(undecided).then(pl.lit(LineState.NONE)).otherwise("state").alias("state"),
        pl.when(undecided).then(pl.col("pending") + pl.col("cash").fill_null(0)).otherwise("pending").alias("pending"),
        pl.when(undecided).then(pl.col("applied") - pl.col("cash").fill_null(0)).otherwise("applied").alias("applied"),
    )
    again = lines.filter(undecided).select("line_id")
    return replace(
        state,
        lines=lines.drop("cash").sort("line_id"),
        items=items.drop("back").sort("item_id"),
        allocations=state.allocations.join(taken, on="decision_id", how="anti"),
        decisions=state.decisions.join(taken, on="decision_id", how="anti"),
        credits=state.credits.join(again, on="line_id", how="anti"),
    )


def only_lines(job: EntityInput, line_ids: Collection[str], taken: Mapping[str, int]) -> EntityInput:
    """With these lines alone. `taken`: what the others have taken from items, in minor units of the item's currency."""
    gone = pl.col("item_id").replace_strict(taken, default=0, return_dtype=pl.Int64) if taken else pl.lit(0, pl.Int64)
    lines = job.lines.filter(pl.col("line_id").is_in(list(line_ids)))
    return replace(job, lines=lines, items=job.items.with_columns(open=pl.col("open") - gone))


def without(job: EntityInput, item_ids: Collection[str]) -> EntityInput:
    """Without these items and the other instalments of their documents: whoever paid them has nothing left to pay."""
    paid = pl.col("item_id").is_in(list(item_ids))
    document = ["customer_id", "document_no"]
    numbered = job.items.filter(paid & (pl.col("document_no") != "")).select(document).unique()
    return replace(job, items=job.items.filter(~paid).join(numbered, on=document, how="anti", maintain_order="left"))


def with_twins(job: EntityInput, item_ids: Collection[str]) -> EntityInput:
    """With a twin beside each of these items that is a document and has something open."""
    documents = pl.col("item_id").is_in(list(item_ids)) & ~pl.col("item_id").str.starts_with(REST) & (pl.col("open") != 0)
    return replace(job, items=pl.concat([job.items, twins(job.items.filter(documents))]).sort("item_id"))


def twins(items: pl.DataFrame) -> pl.DataFrame:
    """A second item for each: same customer and amount, another number, nine days older."""
    return items.with_columns(
        (pl.lit(TWIN) + pl.col("item_id")).alias("item_id"),
        # letters alone, or a number in somebody's text might be its
        pl.Series("document_no", list(map(_letters, items["item_id"])), pl.String()),
        pl.col("issue_date", "due_date").dt.offset_by(f"-{APART.days}d"),
        pl.lit("").alias("purchase_order"),
        pl.lit("").alias("payment_reference"),
    )


def _letters(item_id: str) -> str:
    return "TWIN-" + "".join(chr(ord("A") + int(digit, 16)) for digit in by_chance(item_id)[:12])


def blanked(lines: pl.DataFrame) -> pl.DataFrame:
    """The lines as if their payers had written nothing."""
    return lines.with_columns(pl.lit("").alias(name) for name in TEXTS)


def blank(job: EntityInput) -> EntityInput:
    """With lines whose payers wrote nothing."""
    return replace(job, lines=blanked(job.lines))


def shuffled(job: EntityInput) -> EntityInput:
    """Payers wrote nothing, and the amounts of open items are those of other customers' items of their currency and kind."""
    still = pl.col("open") != 0
    moved = exchanged(job.items.filter(still), _MOVED, ("currency", "document_type"))
    return replace(blank(job), items=pl.concat([job.items.filter(~still), moved]).sort("item_id"))


def exchanged(items: pl.DataFrame, moved: Sequence[str], within: Sequence[str]) -> pl.DataFrame:
    """Items with the amounts of other customers' items; the same items give the same result.

    Args:
        items: item_id, customer_id, the columns that move and those of the groups.
        moved: columns that are exchanged together.
        within: columns of the groups in which they are. Where most of a group is one customer's, items that would only get an amount
            of the same customer's are left out.
    """
    ids, customers = items["item_id"].to_list(), items["customer_id"].to_list()
    key = {text: by_chance(text) for text in {*ids, *customers}}
    ordered = items.with_columns(
        pl.Series("_customer", [key[customer] for customer in customers], pl.String()),
        pl.Series("_item", [key[item] for item in ids], pl.String()),
    ).sort("_customer", "_item")
    # a customer's items stand together: as many places on as the largest has items, the item is another customer's
    largest = pl.len().over(*within, "customer_id").max().over(within)
    place, size = pl.int_range(pl.len()).over(within), pl.len().over(within)
    ordered = ordered.with_columns(_from=(place + largest) % size, _place=place)
    source = ordered.select(*within, pl.col("_place").alias("_from"), *moved, pl.col("customer_id").alias("_of"))
    kept = ordered.drop(*moved).join(source, on=[*within, "_from"], how="left", maintain_order="left")
    return kept.filter(pl.col("_of") != pl.col("customer_id")).select(items.columns)
