"""What customers owe: the way from the ERP's list to the control account, aging, top debtors, and the bridge from the month before."""

from collections.abc import Iterable, Sequence

import polars as pl

from matcher import money
from matcher.amounts import shown, total
from matcher.exports.pack.record import Bars, Check, Checks, Column, Kind, Section, Step, Table, Waterfall
from matcher.frames import State
from matcher.ledger import bridge as steps_of
from matcher.ledger.aging import aging, base_totals, labels
from matcher.ledger.bridge import Step as Moved
from matcher.ledger.conversion import ClosingRates
from matcher.ledger.receivables import receivables
from matcher.pipeline.pack.lines import cash_falls
from matcher.pipeline.pack.month import Month

TOP = 10
MOST_DOCUMENTS = 50_000
"""Of the aging in a workbook: more are for a file of their own."""
_BY = ("entity", "currency")


def tie_out(month: Month) -> Section:
    """From what the ERP lists to what customers owe, and from the bank to the cash on documents."""
    falls = [_from_the_list(month, entity, currency) for entity, currency in _books(month.state)]
    return Section(
        "tie-out",
        "From the ERP to the bank",
        (*falls, *cash_falls(month), Checks("", tuple(_agreement(month)))),
        "matcher status; matcher export aging; matcher export matches",
        "What the ERP lists, less what is posted here and not in its list yet, is what is aged; with the unapplied receipts it is what the "
        "control account must show.",
        breaks=False,
    )


def _books(state: State) -> list[tuple[str, str]]:
    """Legal entities and currencies with anything open or listed."""
    return [(one.entity, one.currency) for one in receivables(state)]


def _from_the_list(month: Month, entity: str, currency: str) -> Waterfall:
    mine = (pl.col("entity") == entity) & (pl.col("currency") == currency)
    items = month.state.items.filter(mine)
    # a document of which the ERP has booked nothing of ours: what is open before our postings is what it lists
    plain = pl.col("open_before") == pl.col("listed_open")
    sums = items.select(
        listed=shown(pl.col("listed_open")),
        cash=shown(pl.col("settled_cash").filter(plain)),
        cleared=shown(pl.col("settled_adjustment").filter(plain)),
        other=shown((pl.col("open") - pl.col("listed_open")).filter(~plain)),
        open=shown(pl.col("open")),
    ).row(0, named=True)
    unapplied = int(month.state.credits.filter(mine).select(shown(pl.col("open"))).item())
    steps = (
        Step("the ERP's list", sums["listed"], level=True),
        Step("cash posted, not in the list yet", -sums["cash"]),
        Step("cleared without cash, not in the list yet", -sums["cleared"]),
        Step("booked by the ERP in part, or changed since", sums["other"]),
        Step("open items, aged", sums["open"], level=True),
        Step("unapplied receipts", unapplied),
        Step("customers owe", sums["open"] + unapplied, level=True),
    )
    kept = tuple(step for step in steps if step.amount or step.level)
    name = _named(month, entity)
    return Waterfall(f"ERP {entity} {currency}", f"From the ERP's list to the control account: {name}, {currency}", currency, kept)


def _named(month: Month, entity: str) -> str:
    return month.settings.entities.get(entity, entity)


def _agreement(month: Month) -> Iterable[Check]:
    """The same sum by three ways: movements, items with credits, buckets."""
    moved = _sums(month.state.movements, "amount")
    aged = _sums(month.owed, "open_total")
    for one in receivables(month.state):
        key = (one.entity, one.currency)
        counts = (one.total, moved.get(key, 0), aged.get(key, 0))
        said = ", ".join(money.grouped(amount, one.currency) for amount in dict.fromkeys(counts))
        name = _named(month, one.entity)
        what = f"{name}: open items with credits, aging and movements come to the same"
        yield Check(what, len(set(counts)) == 1, f"{said} {one.currency}", ties=True)


def _sums(frame: pl.DataFrame, amount: str) -> dict[tuple[str, str], int]:
    grouped = frame.group_by(*_BY).agg(shown(pl.col(amount)).alias("sum"))
    return {(entity, currency): int(minor) for entity, currency, minor in grouped.iter_rows()}


def aged(month: Month) -> Section:
    """Aging by customer, with the largest debtors and what they owed a month before."""
    now, before = month.owed, month.before.owed
    every = aging(month.state, month.buckets)
    buckets = labels(month.buckets)
    overdue = pl.sum_horizontal(pl.col(buckets[1:]).cast(pl.Int128)).cast(pl.Int64)
    frame = now.with_columns(overdue=overdue).sort("entity", "currency", "customer_id")
    largest = frame.sort("entity", "currency", "overdue", "customer_id", descending=[False, False, True, False])
    columns = (
        Column("entity", "entity"), Column("customer_id", "customer"), Column("name", "name", Kind.WIDE), Column("currency", "currency"),
        *_amounts(buckets, total=True),
    )  # fmt: skip
    table = Table(
        "Aging", "By customer, the largest overdue first", columns, largest,
        note="Credits are never set off against debts inside a bucket. Disputed amounts are part of the buckets.",
        empty="Nothing is open.",
    )  # fmt: skip
    charts = [_bars(now, before, buckets, currency) for currency in sorted(now["currency"].unique())]
    return Section(
        "aging",
        "Aged open items",
        (*charts, _totals(now, before, buckets), *_in_base_currency(month, every), _top(frame, before), table, _documents(month, every)),
        "matcher aging; matcher export aging",
        "Age is counted from the due date to the last day of the month.",
    )


def _documents(month: Month, every: pl.DataFrame) -> Table:
    """One row for each open document and each unapplied receipt, as far as a workbook is the place for them."""
    order = ["entity", "currency", "days_past_due", "customer_id", "item_id"]
    rows = every.sort(order, descending=[False, False, True, False, False])
    whole = rows.height <= MOST_DOCUMENTS
    if not whole:
        rows = rows.filter(pl.col("days_past_due").rank("ordinal", descending=True) <= MOST_DOCUMENTS)
    frame = rows.with_columns(name=pl.col("customer_id").replace_strict(month.names, default="", return_dtype=pl.String()))
    columns = (
        Column("entity", "entity"), Column("customer_id", "customer"), Column("name", "name", Kind.WIDE),
        Column("document_no", "document"), Column("document_type", "type", Kind.WORD), Column("issue_date", "issued", Kind.DATE),
        Column("due_date", "due", Kind.DATE), Column("days_past_due", "days overdue", Kind.COUNT), Column("bucket", "age", Kind.WORD),
        Column("currency", "currency"), Column("open_amount", "open", Kind.AMOUNT, total=whole, strong=True),
        Column("disputed_amount", "of it disputed", Kind.AMOUNT, total=whole), Column("item_id", "item", Kind.ID),
    )  # fmt: skip
    note = "" if whole else f"The {MOST_DOCUMENTS} longest overdue of {every.height}; matcher export aging has all."
    title = "By document, the longest overdue first"
    return Table("Aging by document", title, columns, frame, shown=25, empty="Nothing is open.", note=note)


def _bars(now: pl.DataFrame, before: pl.DataFrame, buckets: Sequence[str], currency: str) -> Bars:
    def sums(frame: pl.DataFrame) -> tuple[int, ...]:
        mine = frame.filter(pl.col("currency") == currency)
        return tuple(int(mine.select(shown(pl.col(name))).item()) for name in (*buckets, "credits", "unapplied"))

    names = (*(name.replace("_", " ") for name in buckets), "credits", "unapplied")
    return Bars(f"By age, {currency}", currency, names, (("last month", sums(before)), ("this month", sums(now))))


def _totals(now: pl.DataFrame, before: pl.DataFrame, buckets: Sequence[str]) -> Table:
    """By legal entity and currency: the buckets of this month, of the one before, and what changed."""
    parts = (*buckets, "credits", "unapplied", "open_total", "disputed")
    sums = [frame.group_by(_BY).agg(shown(pl.col(name)) for name in parts) for frame in (now, before)]
    keys = pl.concat([frame.select(_BY) for frame in sums]).unique()
    this, last = (keys.join(frame, on=_BY, how="left").fill_null(0).sort(_BY) for frame in sums)
    change = this.with_columns(this[name] - last[name] for name in parts)
    words = ("this month", "last month", "change")
    rows = pl.concat(
        frame.with_columns(month=pl.lit(word), place=pl.lit(place))
        for place, (word, frame) in enumerate(zip(words, (this, last, change), strict=True))
    ).sort(*_BY, "place")
    columns = (
        Column("entity", "entity"),
        Column("currency", "currency"),
        Column("month", "of", Kind.WORD),
        *_amounts(buckets, total=False),
    )
    return Table("Aging totals", "By age, with the month before", columns, rows, shown=200, empty="Nothing is open.", whole=True)


def _in_base_currency(month: Month, every: pl.DataFrame) -> tuple[Table, ...]:
    """What is open in each currency, and in the base currency at the closing rate; nothing where there is only one currency."""
    base = month.state.base_currency
    rates = ClosingRates(month.rates, base, month.last)
    rows = base_totals(every, rates).with_columns(base=pl.lit(base))
    if set(rows["currency"]) <= {base}:
        return ()
    converted = rows.filter(pl.col("base_total").is_not_null())
    own, in_base = rows.select("currency", "per_base", "rate_date", "open_total"), converted.select("currency", "base", "base_total")
    frame = own.join(in_base, on="currency", how="left").with_columns(pl.col("base").fill_null(""))
    columns = (
        Column("currency", "currency"), Column("per_base", "rate", Kind.TEXT), Column("rate_date", "of", Kind.DATE),
        Column("base_total", "in the base currency", Kind.AMOUNT, total=True, strong=True), Column("base", "base currency"),
    )  # fmt: skip
    missing = rates.missing(rows["currency"])
    note = f"There is no rate for {', '.join(missing)}: its amounts are not in the total." if missing else ""
    return (Table("Base currency", "What is open, in the base currency", columns, frame, currency="base", note=note),)


def _amounts(buckets: Sequence[str], *, total: bool) -> tuple[Column, ...]:
    return (
        *(Column(label, label.replace("_", " "), Kind.AMOUNT, total=total) for label in buckets),
        Column("credits", "credit notes", Kind.AMOUNT, total=total), Column("unapplied", "unapplied", Kind.AMOUNT, total=total),
        Column("open_total", "open in all", Kind.AMOUNT, total=total, strong=True),
        Column("disputed", "of it disputed", Kind.AMOUNT, total=total),
    )  # fmt: skip


def _top(frame: pl.DataFrame, before: pl.DataFrame) -> Table:
    """The largest debtors of each currency."""
    key = ["entity", "customer_id", "currency"]
    earlier = before.select(*key, before="open_total")
    ranked = frame.filter(pl.col("open_total") > 0).sort(
        "currency", "open_total", "entity", "customer_id", descending=[False, True, False, False]
    )
    rows = (
        ranked.group_by("currency", maintain_order=True).head(TOP)
        .join(earlier, on=key, how="left", maintain_order="left")
        .with_columns(pl.col("before").fill_null(0))
        .with_columns(change=pl.col("open_total") - pl.col("before"))
    )  # fmt: skip
    columns = (
        Column("entity", "entity"), Column("customer_id", "customer"), Column("name", "name", Kind.WIDE), Column("currency", "currency"),
        Column("overdue", "overdue", Kind.AMOUNT), Column("open_total", "open in all", Kind.AMOUNT, strong=True),
        Column("before", "last month", Kind.AMOUNT), Column("change", "change", Kind.AMOUNT),
        Column("disputed", "disputed", Kind.AMOUNT),
    )  # fmt: skip
    return Table("Top debtors", f"The {TOP} largest debtors of each currency", columns, rows, empty="Nothing is open.")


def bridged(month: Month) -> Section:
    """From what was open when the month began to what is open when it ends."""
    told = steps_of.bridge(month.state.movements, month.state.items, month.first, month.last)
    rows = _wide(told)
    named = rows.with_columns(name=pl.col("customer_id").replace_strict(month.names, default="", return_dtype=pl.String()))
    falls = [_fall(month, told, entity, currency) for entity, currency in rows.select(_BY).unique().sort(_BY).iter_rows()]
    moved = pl.max_horizontal(pl.col("opening").abs(), pl.col("closing").abs())
    columns = (
        Column("entity", "entity"), Column("customer_id", "customer"), Column("name", "name", Kind.WIDE), Column("currency", "currency"),
        *(
            Column(step.value, step.word, Kind.AMOUNT, total=True, strong=step in (Moved.OPENING, Moved.CLOSING))
            for step in Moved if step.value in rows.columns
        ),
    )  # fmt: skip
    largest = named.sort("entity", "currency", moved, "customer_id", descending=[False, False, True, False])
    table = Table("Bridge", "By customer, the largest first", columns, largest, shown=25, empty="Nothing moved.")
    return Section(
        "bridge",
        "From the last month to this one",
        (*falls, Checks("", tuple(_bridge_checks(month, rows))), table),
        "matcher bridge --month; matcher log tells every movement",
        "Opening, every kind of movement of the month, closing: receivables with unapplied receipts.",
    )


def _wide(told: pl.DataFrame) -> pl.DataFrame:
    """Rows of `bridge` with a column for each step that there is."""
    steps = [step.value for step in Moved if step in (Moved.OPENING, Moved.CLOSING) or step.value in told["step"]]
    sums = (total(pl.col("amount").filter(pl.col("step") == step)).alias(step) for step in steps)
    return told.group_by("entity", "customer_id", "currency").agg(sums).sort("entity", "customer_id", "currency")


_STEPS = {step.value: step for step in Moved}


def _fall(month: Month, told: pl.DataFrame, entity: str, currency: str) -> Waterfall:
    mine = steps_of.by_entity(told.filter(pl.col("entity") == entity, pl.col("currency") == currency))
    steps = []
    for word, reason, amount in mine.select("step", "reason", "amount").iter_rows():
        step = _STEPS[word]
        # an adjustment that has no step of its own is told by its reason
        label = reason.replace("_", " ") if step == Moved.OTHER_ADJUSTMENTS and reason else step.word
        steps.append(Step(label, amount, level=step in (Moved.OPENING, Moved.CLOSING)))
    return Waterfall(f"Bridge {entity} {currency}", f"{_named(month, entity)}, {currency}", currency, tuple(steps))


def _bridge_checks(month: Month, rows: pl.DataFrame) -> Iterable[Check]:
    opening, closing = _sums(rows, "opening"), _sums(rows, "closing")
    was = _sums(month.before.owed, "open_total")
    now = _sums(month.owed, "open_total")
    for entity, currency in sorted(opening.keys() | was.keys() | now.keys()):
        key = (entity, currency)
        pairs = (opening.get(key, 0), was.get(key, 0)), (closing.get(key, 0), now.get(key, 0))
        name = _named(month, entity)
        what = f"{name}: opening and closing are the aging totals of both days"
        said = ", ".join(money.grouped(amount, currency) for pair in pairs for amount in dict.fromkeys(pair))
        yield Check(what, all(one == other for one, other in pairs), f"{said} {currency}", ties=True)
