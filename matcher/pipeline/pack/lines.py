"""First page: what became of every line of the month, and how far the days of each account are covered and proven."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

import polars as pl

from matcher import money
from matcher.amounts import shown, total
from matcher.exports.pack.record import Calendar, Check, Checks, Column, Day, Kind, Section, Table, Waterfall
from matcher.exports.pack.record import Step as Fall
from matcher.ledger.chain import Gap
from matcher.pipeline.pack.month import Month
from matcher.states import ENGINE, NOT_RECEIVABLE, REST, AllocationState, DecisionKind, LineState, Outcome, StatementState

FATES = {
    "by_rule": "posted by a rule",
    "by_person": "posted by a person",
    "on_account": "on account",
    "proposed": "proposed",
    "unexplained": "unexplained",
    "not_receivable": "not receivable",
    "excluded": "excluded",
}
"""What becomes of a line, and its heading. Each line has exactly one."""
WAITING = ("proposed", "unexplained")
PLACED = ("by_rule", "by_person", "on_account")


def fate() -> pl.Expr:
    """What became of a line that counts: a word of `FATES`. ``decided`` is the kind of the decision on it."""
    posted, outcome = pl.col("state") == LineState.POSTED, pl.col("outcome")
    return (
        pl.when(posted & (outcome == Outcome.NON_RECEIVABLE) & (pl.col("decided") != DecisionKind.RETURN))
        .then(pl.lit("not_receivable"))
        .when(posted & (outcome == Outcome.ON_ACCOUNT))
        .then(pl.lit("on_account"))
        .when(posted & (pl.col("actor") == ENGINE))
        .then(pl.lit("by_rule"))
        .when(posted)
        .then(pl.lit("by_person"))
        .when(pl.col("state") == LineState.PROPOSED)
        .then(pl.lit("proposed"))
        .when(outcome.is_in(NOT_RECEIVABLE))
        .then(pl.lit("not_receivable"))
        .otherwise(pl.lit("unexplained"))
    )


def fated(month: Month) -> pl.DataFrame:
    """Lines of the month with their fate: line_id, account, currency, amount, applied, used, pending, fate."""
    columns = ("line_id", "account", "currency", "amount", "applied", "used", "pending")
    kinds = month.state.decisions.select("decision_id", decided="kind")
    decided = month.lines.join(kinds, on="decision_id", how="left", maintain_order="left").with_columns(pl.col("decided").fill_null(""))
    counted = decided.select(*columns, fate=fate())
    return pl.concat([counted, month.excluded.select(*columns, fate=pl.lit("excluded"))])


def section(month: Month) -> Section:
    """What became of the lines, in counts and amounts, with the sum that must be what came in."""
    rows = fated(month)
    accounts = _accounts(month, rows)
    came = rows.group_by("account", "currency").agg(came_n=pl.len().cast(pl.Int64), came=shown(pl.col("amount")))
    counts = {f"{name}_n": (pl.col("fate") == name).sum().cast(pl.Int64) for name in FATES}
    amounts = {name: shown(pl.col("amount").filter(pl.col("fate") == name)) for name in FATES}
    by_account = rows.group_by("account", "currency").agg(**counts, **amounts)
    frame = (
        accounts.join(by_account, on=["account", "currency"], how="left")
        .join(came, on=["account", "currency"], how="left")
        .with_columns(pl.col(*counts, *amounts, "came_n", "came").fill_null(0))
        .sort("currency", "account")
    )
    both = (Column("account", "account"), Column("currency", "currency"))
    in_number = Table(
        "Lines",
        "How many lines",
        (*both, *(Column(f"{name}_n", words, Kind.COUNT, total=True) for name, words in FATES.items()),
         Column("came_n", "lines in", Kind.COUNT, total=True, strong=True)),
        frame,
        shown=100, whole=True,
    )  # fmt: skip
    in_money = Table(
        "Amounts",
        "For how much: money in less money out",
        (*both, *(Column(name, words, Kind.AMOUNT, total=True) for name, words in FATES.items()),
         Column("came", "lines in", Kind.AMOUNT, total=True, strong=True)),
        frame,
        shown=100, whole=True,
    )  # fmt: skip
    return Section(
        "lines",
        "What became of the lines",
        (in_number, in_money, Checks("", tuple(_checks(frame)))),
        "matcher export matches, one row for each line and allocation",
        "Every line of a statement is in exactly one column.",
        breaks=False,
    )


def _accounts(month: Month, rows: pl.DataFrame) -> pl.DataFrame:
    """Our accounts, also those without a line, and any that matcher.toml no longer has."""
    known = [(name, one.currency) for name, one in month.settings.accounts.items()]
    found = set(known) | set(rows.select("account", "currency").unique().iter_rows())
    return pl.DataFrame(sorted(found), schema={"account": pl.String(), "currency": pl.String()}, orient="row")


def _checks(frame: pl.DataFrame) -> Iterable[Check]:
    sums = frame.group_by("currency").agg(
        came=shown(pl.col("came")), placed=shown(pl.sum_horizontal(pl.col(*FATES).cast(pl.Int128))),
        n=pl.col("came_n").sum(), placed_n=pl.sum_horizontal(*(f"{name}_n" for name in FATES)).sum(),
    ).sort("currency")  # fmt: skip
    for currency, came, placed, n, placed_n in sums.iter_rows():
        said = f"{placed_n} of {n} lines, {money.grouped(placed, currency)} of {money.grouped(came, currency)} {currency}"
        yield Check("every line has one place, and the amounts add up to what came in", (came, n) == (placed, placed_n), said, ties=True)


def cash_falls(month: Month) -> list[Waterfall]:
    """By currency: from the lines of the month to the cash that documents got of them."""
    credited = month.state.credits.group_by("line_id").agg(rest=-total(pl.col("open")))
    on_credits = pl.col("item_id").str.starts_with(REST)
    posted = month.state.allocations.filter(pl.col("state") == AllocationState.POSTED)
    paid = posted.group_by("line_id").agg(
        documents=total(pl.col("amount").filter(~on_credits)), back=total(pl.col("amount").filter(on_credits))
    )
    columns = ("documents", "back", "rest")
    rows = (
        fated(month)
        .join(paid, on="line_id", how="left")
        .join(credited, on="line_id", how="left")
        .with_columns(pl.col(columns).fill_null(0))
    )
    return [_cash_fall(mine, str(currency)) for (currency,), mine in rows.sort("currency").group_by("currency", maintain_order=True)]


def _cash_fall(rows: pl.DataFrame, currency: str) -> Waterfall:
    amount, fates = pl.col("amount"), pl.col("fate")
    placed, no_receivable = fates.is_in(PLACED), fates == "not_receivable"
    sums = rows.select(
        came=shown(amount),
        paid_out=shown(amount.filter(no_receivable, amount < 0)),
        came_in=shown(amount.filter(no_receivable, amount > 0)),
        excluded=shown(amount.filter(fates == "excluded")),
        waiting=shown(amount.filter(fates.is_in(WAITING))),
        rest=shown(pl.col("rest").filter(placed)),
        used=shown(pl.col("used").filter(placed)),
        back=shown(pl.col("back").filter(placed)),
        other=shown((pl.col("pending") - pl.col("rest")).filter(placed)),
        documents=shown(pl.col("documents")),
    ).row(0, named=True)
    steps = (
        Fall("lines of the month", sums["came"], level=True),
        Fall("paid out, no receivables", -sums["paid_out"]),
        Fall("came in, no receivables", -sums["came_in"]),
        Fall("excluded", -sums["excluded"]),
        Fall("waiting for a person", -sums["waiting"]),
        Fall("left on account", -sums["rest"]),
        Fall("used by refunds and set-offs", -sums["used"]),
        Fall("paid back to customers", -sums["back"]),
        Fall("returned by the bank, with its fees", -sums["other"]),
        Fall("cash on documents", sums["documents"], level=True),
    )
    kept = tuple(step for step in steps if step.amount or step.level)
    return Waterfall(f"Bank {currency}", f"From the bank to the documents, {currency}", currency, kept)


def statements(month: Month) -> Section:
    """Which days each account's statements cover, and what proves them."""
    days = tuple(month.first + timedelta(n) for n in range((month.last - month.first).days + 1))
    mine = month.statements.filter(pl.col("first_day") <= month.last, pl.col("last_day") >= month.first)
    rows = []
    for account in month.settings.accounts:
        told = month.statements.filter(pl.col("account") == account)
        gaps = [gap for gap in month.gaps if gap.account == account]
        rows.append((account, tuple(_day(day, told, gaps) for day in days)))
    proof = pl.col("opening") + pl.col("credit") - pl.col("debit") - pl.col("closing")
    listed = mine.with_columns(
        credit=pl.col("credit").abs(), debit=pl.col("debit").abs()
    ).with_columns(difference=proof, words=pl.col("state")).sort("account", "first_day", "last_day", "statement_id")  # fmt: skip
    table = Table(
        "Statements",
        "Statements",
        (
            Column("account", "account"), Column("number", "number"), Column("first_day", "first day", Kind.DATE),
            Column("last_day", "last day", Kind.DATE), Column("count", "lines", Kind.COUNT, total=True),
            Column("opening", "opening", Kind.AMOUNT), Column("credit", "credit", Kind.AMOUNT, total=True),
            Column("debit", "debit", Kind.AMOUNT, total=True), Column("closing", "closing", Kind.AMOUNT, strong=True),
            Column("difference", "difference", Kind.AMOUNT), Column("currency", "currency"), Column("state", "state", Kind.WORD),
            Column("reason", "reason", workbook=True), Column("file", "file", workbook=True),
        ),
        listed,
        shown=100, whole=True,
        note="The difference is opening + credit - debit - closing; it is empty where the bank stated no two balances.",
    )  # fmt: skip
    return Section(
        "statements",
        "Statements",
        (Calendar("Days covered", days, tuple(rows)), Checks("", tuple(_proofs(month, rows))), table),
        "matcher statement list; matcher status",
        breaks=False,
    )


_COUNTING = {StatementState.BALANCED: Day.BALANCED, StatementState.ACCEPTED: Day.ACCEPTED, StatementState.UNPROVEN: Day.UNPROVEN}


def _day(day: date, statements: pl.DataFrame, gaps: Sequence[Gap]) -> Day:
    """How a day of an account stands: by the best statement that covers it, else by those on both sides of it."""
    covering = statements.filter(pl.col("first_day") <= day, pl.col("last_day") >= day)["state"].to_list()
    for state, word in _COUNTING.items():
        if state in covering:
            return word
    if StatementState.QUARANTINED in covering:
        return Day.QUARANTINED
    counting = statements.filter(pl.col("state").is_in([state.value for state in _COUNTING]))
    before = counting.filter(pl.col("last_day") < day).sort("last_day", "first_day")
    later = counting.filter(pl.col("first_day") > day).sort("first_day", "last_day")
    if not before.height or not later.height:
        return Day.NONE
    days = dict(counting.select("statement_id", "last_day").iter_rows())
    starts = dict(counting.select("statement_id", "first_day").iter_rows())
    if any(days.get(gap.earlier, date.max) < day < starts.get(gap.later, date.min) for gap in gaps):
        return Day.GAP
    proven = before["closing"][-1] is not None and later["opening"][0] is not None
    return Day.QUIET if proven else Day.NONE


def _proofs(month: Month, rows: Sequence[tuple[str, tuple[Day, ...]]]) -> Iterable[Check]:
    for account, days in rows:
        known = {gap.later: gap for gap in month.gaps if gap.account == account}
        currency = month.settings.accounts[account].currency
        firsts = dict(month.statements.select("statement_id", "first_day").iter_rows())
        gaps = [gap for later, gap in known.items() if (firsts.get(later) or date.max) <= month.last]
        said = [f"{money.grouped(gap.difference, currency)} {currency} are missing" for gap in gaps]
        said += [f"not covered: {spans}"] if (spans := _spans(month, days, Day.NONE)) else []
        said += [f"in quarantine: {spans}"] if (spans := _spans(month, days, Day.QUARANTINED)) else []
        said += [f"not proven by two balances: {spans}"] if (spans := _spans(month, days, Day.UNPROVEN)) else []
        yield Check(f"statements of account {account}", not said, "; ".join(said) or "every day is covered, and the balances join")


def _spans(month: Month, days: Sequence[Day], wanted: Day) -> str:
    """The days of a kind, as spans in words."""
    spans: list[list[date]] = []
    for place, day in enumerate(days):
        if day != wanted:
            continue
        at = month.first + timedelta(place)
        if spans and spans[-1][-1] == at - timedelta(1):
            spans[-1][1:] = [at]
        else:
            spans.append([at])
    return ", ".join(" to ".join(day.isoformat() for day in span) for span in spans)
