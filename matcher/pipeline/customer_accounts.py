"""What a run says of customers' accounts beside its postings: whose the money of undecided lines is, and what credits are offered for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import polars as pl

from matcher.amounts import total
from matcher.frames import State
from matcher.matching.decisions.policy import Policy
from matcher.matching.entity import EntityInput
from matcher.matching.names.plain import Keys, name_keys
from matcher.matching.offers import offers
from matcher.matching.payer import certain_payer
from matcher.pipeline.recording import Records
from matcher.states import DecisionKind, LineState

_ITEM = ("item_id", "entity", "customer_id", "currency", "document_no", "issue_date", "due_date", "open", "open_amount")


@dataclass(frozen=True)
class CustomerAccounts:
    """What is needed of the books once they are decided.

    Attributes:
        payers: line_id, customer_id: whose the money of undecided receipts certainly is.
        known: the same as the books have it.
        credits: what is left of receipts that were posted before the run.
        items: open items before the run.
        refused: lines with sets of items that are not proposed.
    """

    payers: pl.DataFrame
    known: pl.DataFrame
    credits: pl.DataFrame
    items: pl.DataFrame
    refused: frozenset[tuple[str, frozenset[str]]]

    @classmethod
    def of(
        cls, state: State, known: pl.DataFrame, work: Sequence[EntityInput], policy: Policy, until: date, keys: Keys = name_keys
    ) -> "CustomerAccounts":
        """From the state before the run, what is to be decided, and `frames.CREDIT` as the books have it.

        What is left of lines after the day `until` is not offered: the run says nothing of them, and what one before it said stands.
        """
        columns = ("line_id", "entity", "counterparty_account", "counterparty_name")
        nothing = pl.DataFrame(schema={"line_id": pl.String(), "customer_id": pl.String()})
        # nobody looks for what these pay, and their payer is certain all the same
        taken = state.lines.filter(pl.col("used") != 0, pl.col("state") != LineState.POSTED, pl.col("amount") > 0)
        lines = pl.concat([taken.select(columns), *(job.lines.select(columns) for job in work)])
        taught = pl.concat([job.taught.select("line_id", "customer_id") for job in work]) if work else nothing
        returned = _returned(state)
        payers = certain_payer(lines, state.customers, taught, keys) if lines.height else nothing
        latest = known.group_by("line_id", maintain_order=True).agg(pl.col("customer_id").last())
        credits = state.credits.filter("posted", pl.col("issue_date") <= until)
        items = state.items.join(credits.select("customer_id").unique(), on="customer_id", how="semi").select(_ITEM)
        return cls(payers.join(returned, on="line_id", how="anti"), latest, credits, items, policy.rejected | policy.undone)

    def news(self, records: Records) -> pl.DataFrame:
        """Whose the money of undecided lines is, where that is not what the books say: line_id, customer_id ('' for nobody's)."""
        undecided = records.findings.filter(pl.col("state") != LineState.POSTED).select("line_id")
        now = self.payers.join(undecided, on="line_id", how="semi")
        before = self.known.join(undecided, on="line_id", how="semi").rename({"customer_id": "before"})
        both = now.join(before, on="line_id", how="full", coalesce=True).with_columns(pl.col("customer_id", "before").fill_null(""))
        return both.filter(pl.col("customer_id") != pl.col("before")).select("line_id", "customer_id").sort("line_id")

    def with_offers(self, records: Records) -> Records:
        """The records with what credits are offered for."""
        if not self.credits.height:
            return records
        settled = records.allocations.group_by("item_id").agg(settled=total(pl.col("item_amount") + pl.col("adjustment")))
        left = self.items.join(settled, on="item_id", how="left").with_columns(pl.col("open") - pl.col("settled").fill_null(0))
        found, proposed = offers(self.credits, left, records.proposals["item_id"].unique().to_list(), self.refused)
        return records._replace(
            findings=pl.concat([records.findings, found]).sort("line_id"),
            proposals=pl.concat([records.proposals, proposed.select(records.proposals.columns)]),
        )


def _returned(state: State) -> pl.DataFrame:
    """Lines that the bank took back."""
    taken = state.decisions.filter(pl.col("live"), pl.col("kind") == DecisionKind.RETURN, pl.col("other_line") != "")
    return taken.select(line_id="other_line").unique()
