"""Who decided, and what was let through: rules and people, amounts cleared without cash, closes by force, and who signs."""

import json
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

import polars as pl

from matcher import money
from matcher.amounts import shown
from matcher.exports.pack.record import Column, Fact, Facts, Kind, Section, Signature, SignOff, Table
from matcher.ledger import trust
from matcher.money import PPM
from matcher.pipeline.pack.month import Month
from matcher.pipeline.pack.settings import Limit
from matcher.pipeline.session import Session
from matcher.pipeline.trust import answers_until
from matcher.rules import classes, rulebook
from matcher.states import ENGINE, AllocationState, DecisionKind, MovementKind, PeriodAction


def deciders(session: Session, month: Month) -> Section:
    """What postings of the month rest on, how many of them persons took back, and what people decided."""
    mine = month.lines["line_id"].implode()
    decisions = month.state.decisions.filter(pl.col("line_id").is_in(mine))
    allocations = month.state.allocations.filter(pl.col("state") == AllocationState.POSTED, pl.col("line_id").is_in(mine))
    return Section(
        "deciders",
        "Who decided",
        (_classes(session, month, decisions), _people(month, decisions, allocations)),
        "matcher rules trust; matcher log --actor NAME",
        "A rule belongs to one class of evidence. Precision is the share of its postings of this month that no person has taken back.",
    )


def _classes(session: Session, month: Month, decisions: pl.DataFrame) -> Table:
    own = classes.of_rules(rulebook.default())
    said = answers_until(session, month.batch)
    judged = trust.judgements(decisions, month.state.allocations, said, own)
    taken_back = judged.filter(pl.col("verdict") == "taken back").group_by("class").agg(taken_back=pl.len().cast(pl.Int64))
    refused = judged.filter("checked", pl.col("verdict") != "accepted").group_by("class").agg(refused=pl.len().cast(pl.Int64))
    checked = judged.filter("checked").group_by("class").agg(checked=pl.len().cast(pl.Int64))
    amounts = month.lines.select("line_id", "amount", "currency")
    engine = decisions.filter("live", pl.col("kind") == DecisionKind.MATCH, pl.col("actor") == ENGINE)
    standing = engine.join(amounts, on="line_id").with_columns(trust.class_of(own))
    posted = standing.group_by("class", "currency").agg(posted=pl.len().cast(pl.Int64), amount=shown(pl.col("amount")))
    counted = posted.group_by("class").agg(pl.col("posted").sum())
    shares = (
        counted.join(taken_back, on="class", how="full", coalesce=True)
        .join(checked, on="class", how="full", coalesce=True)
        .join(refused, on="class", how="full", coalesce=True)
        .with_columns(pl.col("posted", "taken_back", "checked", "refused").fill_null(0))
        .with_columns(made=pl.col("posted") + pl.col("taken_back"))
        .with_columns(precision=pl.when(pl.col("made") > 0).then((pl.col("posted") * PPM) // pl.col("made")))
    )
    order = {one.name: place for place, one in enumerate(classes.CLASSES)}
    rows = (
        shares.drop("posted").join(posted, on="class", how="left")
        .with_columns(place=pl.col("class").replace_strict(order, default=len(order), return_dtype=pl.Int64()),
                      pos=pl.col("posted").fill_null(0), amount=pl.col("amount").fill_null(0), currency=pl.col("currency").fill_null(""))
        .sort("place", "class", "currency")
    )  # fmt: skip
    columns = (
        Column("class", "class of evidence", Kind.WORD),
        Column("currency", "currency"),
        Column("pos", "posted", Kind.COUNT, total=True),
        Column("amount", "amount", Kind.AMOUNT, total=True, strong=True),
        Column("made", "posted in all currencies", Kind.COUNT),
        Column("taken_back", "taken back", Kind.COUNT),
        Column("precision", "precision", Kind.SHARE),
        Column("checked", "checked", Kind.COUNT),
        Column("refused", "found wrong", Kind.COUNT),
    )
    percent = f"{float(month.settings.precision):.2%}"
    note = f"What the policy asks for: {percent}."
    return Table("Rules", "Posted by rules", columns, rows, empty="No rule has posted.", note=note)


def _people(month: Month, decisions: pl.DataFrame, allocations: pl.DataFrame) -> Table:
    """By person and kind of decision on the month's lines, and on no line but in the month."""
    elsewhere = month.state.decisions.filter(
        pl.col("line_id") == "", pl.col("effective_date").is_between(month.first, month.last), pl.col("actor") != ENGINE
    )
    cash = allocations.group_by("decision_id", "currency").agg(cash=shown(pl.col("amount")))
    by = pl.concat([decisions.filter(pl.col("actor") != ENGINE), elsewhere]).join(cash, on="decision_id", how="left")
    rows = (
        by.group_by("actor", "kind", pl.col("currency").fill_null(""))
        .agg(n=pl.len().cast(pl.Int64), standing=pl.col("live").sum().cast(pl.Int64), cash=shown(pl.col("cash").fill_null(0)))
        .sort("actor", "kind", "currency")
    )  # fmt: skip
    columns = (
        Column("actor", "who"), Column("kind", "decision", Kind.WORD), Column("n", "decisions", Kind.COUNT),
        Column("standing", "of them in force", Kind.COUNT), Column("cash", "cash moved", Kind.AMOUNT, total=True, strong=True),
        Column("currency", "currency"),
    )  # fmt: skip
    return Table("People", "Decided by people", columns, rows, empty="No person has decided.")


def adjustments(month: Month) -> Section:
    """What was cleared without cash in the month, by reason, against the limits."""
    moved = month.state.movements.filter(
        pl.col("kind") == MovementKind.ADJUSTMENT, pl.col("effective_date").is_between(month.first, month.last)
    )
    documents = month.state.items.select("item_id", "document_no", document_amount="amount").join(moved, on="item_id", how="semi")
    by = month.state.decisions.select("decision_id", "actor", "rule", "run_by", "live").join(moved, on="decision_id", how="semi")
    detail = (
        moved.join(documents, on="item_id", how="left")
        .join(by, on="decision_id", how="left")
        .with_columns(
            name=pl.col("customer_id").replace_strict(month.names, default="", return_dtype=pl.String()),
            cleared=-pl.col("amount"),
            who=pl.when(pl.col("actor") == ENGINE).then("rule").otherwise("actor"),
        )
        .with_columns(over=_over(month.settings.limits))
        .sort(
            "currency",
            "reason",
            pl.col("cleared").abs(),
            "item_id",
            "decision_id",
            "recorded",
            descending=[False, False, True, False, False, False],
        )
    )
    by_reason = (
        detail.group_by("currency", "reason")
        .agg(n=pl.len().cast(pl.Int64), cleared=shown(pl.col("cleared")), largest=pl.col("cleared").abs().max(),
             over=(pl.col("over") != "").sum().cast(pl.Int64))
        .with_columns(
            limit=_limit_of(month.settings.limits, "amount"), percent=_limit_of(month.settings.limits, "percent"),
            gl_account=_limit_of(month.settings.limits, "gl_account"),
        )
        .sort("currency", "reason")
    )  # fmt: skip
    summary = Table(
        "Adjustments", "By reason",
        (Column("reason", "reason", Kind.WORD), Column("n", "how many", Kind.COUNT, total=True),
         Column("cleared", "cleared", Kind.AMOUNT, total=True, strong=True), Column("currency", "currency"),
         Column("largest", "largest", Kind.AMOUNT), Column("limit", "limit of one document"), Column("percent", "limit in per cent"),
         Column("over", "over the limit", Kind.COUNT, total=True), Column("gl_account", "ledger account")),
        by_reason, empty="Nothing was cleared without cash.",
    )  # fmt: skip
    listed = Table(
        "Cleared", "One by one, the largest first",
        (Column("reason", "reason", Kind.WORD), Column("effective_date", "date", Kind.DATE), Column("customer_id", "customer"),
         Column("name", "name", Kind.WIDE), Column("document_no", "document"), Column("document_amount", "document amount", Kind.AMOUNT),
         Column("cleared", "cleared", Kind.AMOUNT, total=True, strong=True), Column("currency", "currency"),
         Column("over", "over the limit", Kind.WORD), Column("who", "by"), Column("decision_id", "decision", Kind.ID, workbook=True)),
        detail, shown=25, empty="Nothing was cleared without cash.",
    )  # fmt: skip
    return Section(
        "adjustments",
        "Cleared without cash",
        (summary, listed),
        "matcher export matches, column adjustment_amount; the limits are those of [policy.limits]",
        "Discounts, fees, differences and write-offs of the month; what was taken back later is told with the month of its reversal.",
        breaks=False,
    )


def _limit_of(limits: Mapping[str, Limit], what: str) -> pl.Expr:
    told = {code: getattr(limit, what) for code, limit in limits.items()}
    return pl.col("reason").replace_strict(told, default="", return_dtype=pl.String()) if told else pl.lit("")


def _over(limits: Mapping[str, Limit]) -> pl.Expr:
    """Whether a row clears more of its document than its reason's limit lets one decision clear: in words, or ''."""
    found = pl.lit("")
    size, whole = pl.col("cleared").abs(), pl.col("document_amount").abs()
    places = pl.col("currency").replace_strict(money.SCALE, default=2, return_dtype=pl.Int64())
    for code, limit in sorted(limits.items()):
        of_it = pl.col("reason") == code
        if limit.amount:
            # in millionths of the unit, so that no limit is rounded
            bound = int((Decimal(limit.amount) * PPM).to_integral_value())
            over = size.cast(pl.Int128) * PPM > pl.lit(bound, pl.Int128) * (pl.lit(10, pl.Int128) ** places).cast(pl.Int128)
            found = pl.when(of_it & over).then(pl.lit("more than the limit")).otherwise(found)
        if limit.percent:
            share = int((Decimal(limit.percent) * PPM).to_integral_value())
            over = size.cast(pl.Int128) * (100 * PPM) > whole.cast(pl.Int128) * share
            found = pl.when(of_it & over).then(pl.lit("more than the limit")).otherwise(found)
    return found


def overrides(month: Month) -> Section:
    """What a person let through that the program would have stopped, since the month before was closed."""
    rows = [*_closes(month), *_imports(month), *_rulings(month)]
    schema = {name: pl.Int64() if name == "batch" else pl.String() for name in ("batch", "what", "detail", "reason", "actor", "at")}
    frame = pl.DataFrame(rows, schema=schema, orient="row").sort("batch", "what", "detail")
    columns = (
        Column("batch", "batch", Kind.COUNT),
        Column("what", "what", Kind.SENTENCE),
        Column("detail", "of what", Kind.WIDE),
        Column("reason", "reason", Kind.WIDE),
        Column("actor", "who"),
        Column("at", "at (UTC)", Kind.MOMENT),
    )
    table = Table("Overrides", "Let through by a person", columns, frame, currency="", empty="Nothing was let through.")
    return Section(
        "overrides",
        "Overrides",
        (table,),
        "matcher log; the journal's batches",
        "Closes by force, months opened again, lists of open items that closed or changed more than they may, rulings on statements.",
        breaks=False,
    )


_Row = tuple[int, str, str, str, str, str]


def _closes(month: Month) -> Iterable[_Row]:
    forced = {batch: json.loads(text).get("unsettled", []) for batch, text in month.events.select("batch", "summary").iter_rows()}
    for row in month.periods.filter(pl.col("batch") > month.after).iter_rows(named=True):
        about = (row["reason"], row["actor"], row["at"])
        if row["action"] == PeriodAction.REOPEN:
            yield (row["batch"], "month opened again", row["month"], *about)
        elif row["action"] == PeriodAction.CLOSE and forced.get(row["batch"]):
            yield (row["batch"], "closed by force", f"{row['month']}: {'; '.join(forced[row['batch']])}", *about)


def _imports(month: Month) -> Iterable[_Row]:
    for batch, command, actor, at, text in month.events.select("batch", "command", "actor", "at", "summary").iter_rows():
        if command != "import items":
            continue
        said: dict[str, Any] = json.loads(text)
        if said.get("allowed_closing"):
            yield (
                batch,
                "list of open items that closed more than it may",
                str(said.get("closed_items", "")),
                said.get("reason", ""),
                actor,
                at,
            )
        if said.get("allowed"):
            changes = "; ".join(f"{item}: {change}" for item, change in sorted(said["allowed"].items()))
            yield (batch, "changed although posted", changes, str(said.get("reason", "")), actor, at)


def _rulings(month: Month) -> Iterable[_Row]:
    words = {"accepted": "statement accepted", "rejected": "statement rejected", "replaced": "statement replaced"}
    for row in month.rulings.iter_rows(named=True):
        what = words.get(row["ruling"], "ruling taken back")
        yield (row["batch"], what, " ".join((row["account"], row["number"] or row["statement_id"])), row["reason"], row["actor"], row["at"])


def sign_off(month: Month) -> Section:
    """Who prepared and who closed the month, and what the pack was made of."""
    closed = month.close
    prepared = month.periods.filter(pl.col("month") == month.name, pl.col("action") == PeriodAction.PREPARE)
    last = prepared.row(-1, named=True) if prepared.height else {"actor": "", "at": ""}
    people = (
        Signature("prepared by", last["actor"] if (closed or month.prepared) else "", last["at"] if (closed or month.prepared) else ""),
        Signature("reviewed and closed by", closed.actor if closed else "", closed.at if closed else ""),
    )
    facts = Facts(
        "",
        (
            Fact("state of the month", state(month)),
            Fact("told as of", month.last.isoformat()),
            Fact("batch of the journal", f"{month.head.batch:,}"),
            Fact("hash of this batch", month.head.hash, own=True),
        ),
    )
    return Section(
        "sign-off",
        "Sign-off",
        (facts, SignOff(people)),
        "matcher close; matcher verify --expect HASH shows that the books still hold all that this batch stands for",
        breaks=False,
    )


def state(month: Month) -> str:
    """How the month stands, in words."""
    if month.close is not None:
        return "closed"
    return "prepared, waits for its reviewer" if month.prepared else "open: figures may still change"
