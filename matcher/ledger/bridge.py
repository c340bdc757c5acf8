"""From what customers owed on one day to what they owe on another: every step between the two, in figures that add up by construction.

Opening and closing are sums of the relation of movements up to a day, and each step is a part of the same rows between the two days. No
figure has another source, so nothing has to be plugged.
"""

from datetime import date
from enum import StrEnum

import polars as pl

from matcher.amounts import total
from matcher.errors import MatcherError
from matcher.frames import Schema
from matcher.ledger.conversion import ClosingRates
from matcher.states import DocumentType, MovementKind


class Step(StrEnum):
    """A line of the bridge.

    Attributes:
        word: as people are told.
    """

    word: str

    def __new__(cls, value: str, word: str) -> "Step":
        """A word of files, and people's."""
        made = str.__new__(cls, value)
        made._value_, made.word = value, word
        return made

    OPENING = "opening", "opening balance"
    INVOICES = "invoices", "invoices"
    DEBIT_NOTES = "debit_notes", "debit notes"
    CREDIT_NOTES = "credit_notes", "credit notes"
    ERP_CREDITS = "erp_credits", "credits on account in the ERP"
    RECEIPTS = "receipts", "receipts on documents"
    UNAPPLIED = "unapplied", "receipts not yet applied"
    DISCOUNTS = "discounts", "discounts"
    WRITE_OFFS = "write_offs", "write-offs"
    WITHHOLDING_TAX = "withholding_tax", "tax withheld"
    EXCHANGE_DIFFERENCES = "exchange_differences", "exchange differences"
    OTHER_ADJUSTMENTS = "other_adjustments", "other adjustments"
    SET_OFFS = "set_offs", "set-offs"
    REFUNDS = "refunds", "refunds"
    RETURNS = "returns", "returned by the bank"
    REVERSALS = "reversals", "taken back"
    ERP = "erp", "changed in the ERP"
    EXCHANGE_EFFECT = "exchange_effect", "change of exchange rates"
    CLOSING = "closing", "closing balance"


STEPS = tuple(step.value for step in Step if step not in (Step.OPENING, Step.CLOSING))
"""What lies between opening and closing."""
BRIDGE: Schema = {
    "entity": pl.String(),
    "customer_id": pl.String(),
    "currency": pl.String(),
    "step": pl.String(),  # `Step`
    "reason": pl.String(),  # of an adjustment, as decided; else empty
    "amount": pl.Int64(),  # minor units; what raises the receivables is above zero
    "movements": pl.Int64(),  # how many rows of the relation it is the sum of
}
"""Columns of `bridge`."""

_OF_KIND = {
    MovementKind.CASH: Step.RECEIPTS,
    MovementKind.UNAPPLIED: Step.UNAPPLIED,
    MovementKind.SET_OFF: Step.SET_OFFS,
    MovementKind.REFUND: Step.REFUNDS,
    MovementKind.RETURN: Step.RETURNS,
    MovementKind.REVERSAL: Step.REVERSALS,
    MovementKind.ERP: Step.ERP,
}
_OF_REASON = {
    "discount": Step.DISCOUNTS,
    "discount_unearned": Step.DISCOUNTS,
    "write_off": Step.WRITE_OFFS,
    "bad_debt": Step.WRITE_OFFS,
    "withholding_tax": Step.WITHHOLDING_TAX,
    "exchange_difference": Step.EXCHANGE_DIFFERENCES,
}
_OF_TYPE = {
    DocumentType.DEBIT_NOTE: Step.DEBIT_NOTES,
    DocumentType.CREDIT_NOTE: Step.CREDIT_NOTES,
    DocumentType.ON_ACCOUNT: Step.ERP_CREDITS,
}


def bridge(moved: pl.DataFrame, items: pl.DataFrame, first: date, last: date) -> pl.DataFrame:
    """What was open before a first day, what moved up to a last day, and what is open then, by customer and currency.

    Args:
        moved: columns of `frames.MOVEMENT`.
        items: item_id and document_type of all documents.
        first: its movements are the first ones that are shown as steps.
        last: its movements are the last ones.

    Returns:
        The columns of `BRIDGE`, in the order of `Step` within each entity, customer and currency. Opening and closing are always
        there; a step only where something moved. A customer with whom nothing was open and nothing moved has no rows.
    """
    day, keys = pl.col("effective_date"), ["entity", "customer_id", "currency"]
    told = {"amount": total(pl.col("amount")), "movements": pl.len().cast(pl.Int64)}
    lean = moved.select(*keys, "item_id", "amount", "kind", "reason", "effective_date")
    inside = lean.filter(day >= first, day <= last)
    typed = inside.join(items.select("item_id", "document_type").unique("item_id"), on="item_id", how="left")
    steps = typed.select(*keys, "amount", step=_step(), reason=_reason()).group_by(*keys, "step", "reason").agg(**told)
    balances = [
        lean.filter(days).group_by(keys).agg(**told).with_columns(step=pl.lit(step.value), reason=pl.lit("")).select(steps.columns)
        for step, days in ((Step.OPENING, day < first), (Step.CLOSING, day <= last))
    ]
    return _complete(pl.concat([*balances, steps]), keys)


def in_base_currency(
    moved: pl.DataFrame, items: pl.DataFrame, first: date, last: date, opening: ClosingRates, closing: ClosingRates
) -> pl.DataFrame:
    """The same in the base currency: opening and closing at the rates of their own days, item by item as the aging has them; each step at
    the closing rate of the last day. What is left is what the rates did: a step of its own, with the cents of rounding.

    Args:
        moved, items, first, last: as of `bridge`.
        opening: rates of the day before the first one.
        closing: rates of the last day.

    Raises:
        MatcherError: ``rate.missing`` for a currency with anything open or moved.
    """
    keys = ["entity", "customer_id"]
    own = bridge(moved, items, first, last)
    ends = pl.col("step").is_in([Step.OPENING.value, Step.CLOSING.value])
    _check_rates(own.filter((pl.col("step") == Step.OPENING.value) & (pl.col("amount") != 0)), opening)
    _check_rates(own.filter(pl.col("amount") != 0), closing)
    day = pl.col("effective_date")
    balances = [
        _balances(moved.filter(days), rates, step)
        for step, days, rates in ((Step.OPENING, day < first, opening), (Step.CLOSING, day <= last, closing))
    ]
    steps = closing.converted(own.filter(~ends, pl.col("amount") != 0), ["amount"]).select(*keys, "step", "reason", "amount", "movements")
    parts = pl.concat([*balances, steps])
    way = pl.when(pl.col("step") == Step.CLOSING.value).then(1).otherwise(-1)
    effect = parts.group_by(keys).agg(amount=total(pl.col("amount") * way)).filter(pl.col("amount") != 0)
    effect = effect.with_columns(step=pl.lit(Step.EXCHANGE_EFFECT.value), reason=pl.lit(""), movements=pl.lit(0, pl.Int64))
    sums = (
        pl.concat([parts, effect.select(parts.columns)])
        .group_by(*keys, "step", "reason")
        .agg(amount=total(pl.col("amount")), movements=pl.col("movements").sum())
        .with_columns(currency=pl.lit(closing.base))
    )
    wanted = [*keys, "currency"]
    return _complete(sums.select(*wanted, "step", "reason", "amount", "movements"), wanted)


def _check_rates(rows: pl.DataFrame, rates: ClosingRates) -> None:
    if missing := rates.missing(rows["currency"].unique()):
        named = ", ".join(missing)
        raise MatcherError("rate.missing", f"there is no rate for {named} on {rates.day.isoformat()} or before")


def _balances(moved: pl.DataFrame, rates: ClosingRates, step: Step) -> pl.DataFrame:
    """What is open after these movements, each item converted by itself, by legal entity and customer."""
    keys = ["entity", "customer_id"]
    items = moved.group_by(*keys, "item_id", "currency").agg(amount=total(pl.col("amount")), movements=pl.len().cast(pl.Int64))
    counted = items.group_by(keys).agg(movements=pl.col("movements").sum())
    converted = rates.converted(items.filter(pl.col("amount") != 0), ["amount"]).group_by(keys).agg(amount=total(pl.col("amount")))
    both = counted.join(converted, on=keys, how="left").with_columns(pl.col("amount").fill_null(0))
    return both.select(*keys, "amount", "movements", step=pl.lit(step.value), reason=pl.lit("")).select(
        *keys, "step", "reason", "amount", "movements"
    )


def by_entity(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `bridge` added up over the customers of each legal entity and currency; customer_id is empty."""
    keys = ["entity", "customer_id", "currency"]
    sums = rows.with_columns(customer_id=pl.lit("")).group_by(*keys, "step", "reason")
    return _ordered(sums.agg(amount=total(pl.col("amount")), movements=pl.col("movements").sum()))


def _complete(sums: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """The sums with an opening and a closing for everybody who has either or a step; without those who have nothing but zeros."""
    nothing = (pl.col("amount") == 0) & pl.col("step").is_in([Step.OPENING.value, Step.CLOSING.value])
    parties = sums.filter(~nothing).select(keys).unique()
    both = pl.DataFrame({"step": [Step.OPENING.value, Step.CLOSING.value]}).with_columns(reason=pl.lit(""))
    wanted = parties.join(both, how="cross")
    zeros = wanted.join(sums, on=[*keys, "step", "reason"], how="anti").with_columns(
        amount=pl.lit(0, pl.Int64), movements=pl.lit(0, pl.Int64)
    )
    return _ordered(pl.concat([sums.join(parties, on=keys, how="semi"), zeros.select(sums.columns)]))


def _ordered(sums: pl.DataFrame) -> pl.DataFrame:
    places = {step.value: place for place, step in enumerate(Step)}
    place = pl.col("step").replace_strict(places, return_dtype=pl.Int64)
    return sums.sort("entity", "customer_id", "currency", place, "reason").select(*BRIDGE)


def _step() -> pl.Expr:
    """The step of a movement inside the days: documents by their type, adjustments by their reason, the others by their kind."""
    kind, amount = pl.col("kind"), pl.col("amount")
    types = {word.value: step.value for word, step in _OF_TYPE.items()}
    # a credit of a system that has no type for it
    untyped = pl.when(amount < 0).then(pl.lit(Step.CREDIT_NOTES.value)).otherwise(pl.lit(Step.INVOICES.value))
    issued = pl.col("document_type").replace_strict(types, default=None, return_dtype=pl.String).fill_null(untyped)
    adjusted = pl.col("reason").replace_strict(
        {word: step.value for word, step in _OF_REASON.items()}, default=Step.OTHER_ADJUSTMENTS.value, return_dtype=pl.String
    )
    others = kind.replace_strict({word.value: step.value for word, step in _OF_KIND.items()}, default=None, return_dtype=pl.String)
    return pl.when(kind == MovementKind.ISSUE).then(issued).when(kind == MovementKind.ADJUSTMENT).then(adjusted).otherwise(others)


def _reason() -> pl.Expr:
    return pl.when(pl.col("kind") == MovementKind.ADJUSTMENT).then("reason").otherwise(pl.lit(""))
