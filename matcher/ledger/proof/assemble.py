"""Puts the proof together: where every line and entry is on a day, the balances, and what is behind a difference."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

import polars as pl

from matcher import money
from matcher.errors import MatcherError
from matcher.ledger.proof import pairing, slips
from matcher.ledger.proof.balances import Balance, Source, book_balance, statement_balance
from matcher.ledger.proof.kept import KeptError, said_anew, standing
from matcher.ledger.proof.records import PLACED, AccountProof, Proof, Slip, StatedError, Transit, TransitList
from matcher.ledger.trail import Step

RECORD = {
    "side": pl.String(), "id": pl.String(), "account": pl.String(), "date": pl.Date(), "amount": pl.Int64(), "what": pl.String(),
    "name": pl.String(), "text": pl.String(), "reference": pl.String(), "other_leg": pl.String(), "statement_id": pl.String(),
}  # fmt: skip
"""Columns of a line (side ``bank``) or an entry (``book``) for `prove`; an entry is of no statement."""

PAIRED, CANCELLED, SLIP, ERROR = "paired", "reversed", "slip", "error"
_NINE = 9


@dataclass(frozen=True, slots=True)
class Material:
    """What a proof is made of.

    Attributes:
        records: columns of `RECORD`: all lines that count and all entries, also those after the day.
        groups: columns of `pairing.GROUP`.
        balances: columns of `balances.BALANCE`.
        steps: each account's chain.
        currencies: of the accounts to prove, in their order.
        stated: book balances for just the day, by account; minor units.
        errors: what a person says is wrong, by account.
        kept: what persons said before, by account.
        old_after: days after which an item in transit is old.
        hints: sentences on what may be behind a difference, by account.
        without: accounts of which the cash book says nothing.
    """

    records: pl.DataFrame
    groups: pl.DataFrame
    balances: pl.DataFrame
    steps: Mapping[str, Sequence[Step]]
    currencies: Mapping[str, str]
    stated: Mapping[str, int] = field(default_factory=dict)
    errors: Mapping[str, Sequence[StatedError]] = field(default_factory=dict)
    kept: Mapping[str, Sequence[KeptError]] = field(default_factory=dict)
    old_after: int = 90
    hints: Mapping[str, Sequence[str]] = field(default_factory=dict)
    without: tuple[str, ...] = ()


def prove(material: Material, day: date) -> Proof:
    """The proof on a day. A pair of which one side came later is an item in transit on the day, and says when it was cleared.

    Raises:
        MatcherError: ``usage.option`` for a stated error that names no item in transit, or another amount than the item's.
    """
    placed = _placed(material, day)
    proofs, frames = [], []
    for account, currency in material.currencies.items():
        rows = placed.filter(pl.col("account") == account)
        before = _standing(material.kept.get(account, ()), rows, day)
        errors = (*before, *said_anew(_resolved(material.errors.get(account, ()), rows, currency), before))
        rows = _with_errors(rows, errors)
        proofs.append(_account(material, account, rows, errors, day))
        frames.append(rows.with_columns(pl.lit(currency).alias("currency")))
    listed = pl.col("list").is_in(list(_ORDER))
    old = ((pl.col("age") > material.old_after) & listed).alias("old")
    shown = pl.concat(frames) if frames else placed.clear().with_columns(pl.lit("").alias("currency"))
    order = [pl.col("account"), _place(), "date", "side", "id"]
    final = shown.with_columns(old).sort(order).select(pl.col(name).cast(kind) for name, kind in PLACED.items())
    return Proof(day, tuple(proofs), final, material.without)


def _place() -> pl.Expr:
    return pl.col("list").replace_strict(_ORDER, default=len(_ORDER), return_dtype=pl.Int64)


_ORDER = {which.value: place for place, which in enumerate(TransitList)}


def _placed(material: Material, day: date) -> pl.DataFrame:
    """Records up to the day with the place of each: columns of `PLACED` but currency and old, and what `_account` needs beside."""
    records = material.records.join(material.groups, on=["side", "id"], how="left", maintain_order="left")
    grouped = records.filter(pl.col("group").is_not_null())
    ends = grouped.group_by("group").agg(pl.col("date").max().alias("end"))
    ids = grouped.group_by("group", "side").agg(pl.col("id").sort().str.join(" ").alias("ids"), pl.col("date").max().alias("last"))
    other = ids.with_columns(pl.when(pl.col("side") == "bank").then(pl.lit("book")).otherwise(pl.lit("bank")).alias("side"))
    own = ids.select("group", "side", pl.col("ids").alias("own_ids"))
    until = records.filter(pl.col("date") <= day)
    full = (
        until.join(ends, on="group", how="left").join(other, on=["group", "side"], how="left").join(own, on=["group", "side"], how="left")
    )
    done = (pl.col("end") <= day).fill_null(value=False)
    credit, bank = pl.col("amount") > 0, pl.col("side") == "bank"
    open_list = (
        pl.when(bank & credit).then(pl.lit(TransitList.BANK_CREDIT.value)).when(bank).then(pl.lit(TransitList.BANK_DEBIT.value))
        .when(credit).then(pl.lit(TransitList.BOOK_RECEIPT.value)).otherwise(pl.lit(TransitList.BOOK_PAYMENT.value))
    )  # fmt: skip
    place = (
        pl.when(~done).then(open_list).when(pl.col("by") == pairing.REVERSED).then(pl.lit(CANCELLED))
        .when(pl.col("by").is_in(slips.SLIPS)).then(pl.lit(SLIP)).otherwise(pl.lit(PAIRED))
    )  # fmt: skip
    return full.with_columns(
        place.alias("list"),
        (pl.lit(day) - pl.col("date")).dt.total_days().alias("age"),
        pl.coalesce("ids", "own_ids", pl.lit("")).alias("matched_with"),
        pl.col("by").fill_null("").alias("matched_by"),
        pl.when(~done).then("end").alias("cleared"),
    )


def _standing(kept: Sequence[KeptError], rows: pl.DataFrame, day: date) -> list[StatedError]:
    """The errors kept of an account that the proof of a day has."""
    if not kept:
        return []
    left = rows.filter(~pl.col("list").is_in([PAIRED, CANCELLED, SLIP])).select("id", "amount").rows()
    return standing(kept, day, left, [(slip.line_id, slip.entry_id) for slip in _slips(rows, ())])


def _resolved(errors: Sequence[StatedError], rows: pl.DataFrame, currency: str) -> tuple[StatedError, ...]:
    """The errors with whole ids of what they name."""
    found = []
    for error in errors:
        if not error.of:
            found.append(error)
            continue
        mine = rows.filter((pl.col("side") == error.side) & ~pl.col("list").is_in([PAIRED, CANCELLED]))
        named = mine.filter(pl.col("id").str.starts_with(error.of) | (pl.col("reference") == error.of))
        exact = named.filter((pl.col("id") == error.of) | (pl.col("reference") == error.of))
        named = exact if exact.height == 1 else named
        if named.height != 1:
            raise MatcherError(
                "usage.option", f"{error.of!r} is no item in transit of the {error.side}", hint="Its id stands in the proof."
            )
        name, amount, place = named.select("id", "amount", "list").row(0)
        if place != SLIP and amount != -error.amount:
            needed = money.render(-amount, currency)
            raise MatcherError("usage.option", f"{error.of!r} is taken back by {error.side}={needed}, not by another amount")
        found.append(replace(error, of=name))
    return tuple(found)


def _with_errors(rows: pl.DataFrame, errors: Sequence[StatedError]) -> pl.DataFrame:
    named = [error.of for error in errors if error.of]
    wrong = pl.col("id").is_in(named) & (pl.col("list") != SLIP)
    return rows.with_columns(pl.when(wrong).then(pl.lit(ERROR)).otherwise("list").alias("list"))


def _account(material: Material, account: str, rows: pl.DataFrame, errors: Sequence[StatedError], day: date) -> AccountProof:
    mine = material.records.filter(pl.col("account") == account)
    lines, entries = mine.filter(pl.col("side") == "bank"), mine.filter(pl.col("side") == "book")
    steps = material.steps.get(account, ())
    bank = statement_balance(steps, lines, day)
    recorded = material.balances.filter(pl.col("account") == account)
    book = book_balance(material.stated.get(account), recorded, entries, day, steps[0] if steps else None)
    if bank.amount is None and book.source == Source.MOVEMENTS:
        bank = Balance(int(lines.filter(pl.col("date") <= day)["amount"].cast(pl.Int128).sum()), Source.MOVEMENTS)
    settled = rows.filter(pl.col("list").is_in([PAIRED, CANCELLED]))
    by = settled.group_by("matched_by").agg(pl.col("group").n_unique()).sort("matched_by").rows()
    made = AccountProof(
        account, material.currencies[account], day, bank, book, _transits(rows, material.old_after), _slips(rows, errors), tuple(errors),
        settled.height, tuple(by),
    )  # fmt: skip
    return replace(made, hints=(*material.hints.get(account, ()), *_hints(made, steps))) if made.difference else made


_FIELDS = ("list", "id", "date", "amount", "age", "what", "name", "text", "reference", "cleared", "matched_with", "other_leg")


def _transits(rows: pl.DataFrame, old_after: int) -> tuple[Transit, ...]:
    listed = rows.filter(pl.col("list").is_in(list(_ORDER)))
    ordered = listed.sort(_place(), "date", "id").select(_FIELDS)
    return tuple(
        Transit(TransitList(which), name, when, amount, age, age > old_after, *rest)
        for which, name, when, amount, age, *rest in ordered.iter_rows()
    )


def _slips(rows: pl.DataFrame, errors: Sequence[StatedError]) -> tuple[Slip, ...]:
    found = rows.filter(pl.col("list") == SLIP)
    bank = (
        found.filter(pl.col("side") == "bank").join(found.filter(pl.col("side") == "book"), on="group", suffix=".book").sort("date", "id")
    )
    columns = ("id", "id.book", "date", "date.book", "amount", "amount.book", "by")
    made = [Slip(*row) for row in bank.select(columns).iter_rows()]
    for error in errors:
        change = error.amount if error.side == "book" else -error.amount
        for place, slip in enumerate(made):
            if not slip.stated and slip.difference == change and error.of in ("", slip.line_id, slip.entry_id):
                made[place] = replace(slip, stated=True)
                break
    return tuple(made)


def _hints(proof: AccountProof, steps: Sequence[Step]) -> list[str]:
    """What an accountant looks at when an amount is left."""
    found: list[str] = []
    rest = proof.unexplained
    if not rest:
        return found
    if rest % 2 == 0:
        halves = [one.id for one in proof.transits if abs(one.amount) * 2 == abs(rest)]
        found += [f"{item_id} is half of what nothing explains: it may stand on the wrong side" for item_id in halves[:3]]
    if rest % _NINE == 0:
        found.append("what nothing explains divides by nine: two digits of an amount may be transposed")
    first = steps[0].first if steps else None
    early = [one for one in proof.transits if one.list.side == "book" and first is not None and one.day < first]
    if early:
        n, amount = len(early), money.render(sum(one.amount for one in early), proof.currency)
        found.append(f"{n} booked items of {amount} {proof.currency} are older than the first statement: the bank may have had them before")
    return found
