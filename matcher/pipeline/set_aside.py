"""Lines that a run does not match with open items, and what it says of them: returns, own transfers, refunds, what is no receivable."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

import polars as pl

from matcher import frames
from matcher.config import Config
from matcher.frames import State
from matcher.journal import decisions
from matcher.journal.decisions import Draft
from matcher.matching import classify
from matcher.matching.names.plain import Keys, name_keys
from matcher.matching.own_transfers import own_transfers
from matcher.matching.payer import certain_payer
from matcher.matching.refunds import Refund, refunds
from matcher.matching.returns import Returned, returns
from matcher.matching.sisters import DOCUMENT, named_elsewhere
from matcher.pipeline.selection import APPROVAL
from matcher.states import REST, DecisionKind, DocumentType, ItemStatus, LineState, Outcome

TAKEN = "its money was used as a credit; what is left of it is one"


def with_credits(state: State, *, undecided: bool = False) -> pl.DataFrame:
    """The open items, and what is left of posted receipts as items of the ERP's kind of credit; of `undecided` ones too if asked for."""
    rests = (state.credits if undecided else state.credits.filter("posted")).unique("item_id", keep="none")
    if not rests.height:
        return state.items
    known = {
        "document_type": pl.lit(DocumentType.ON_ACCOUNT), "open_amount": pl.col("amount"), "listed_open": pl.lit(0, pl.Int64),
        "status": pl.lit(ItemStatus.OPEN), "document_no": pl.lit(""),
    }  # fmt: skip
    full = rests.with_columns(**known)
    blank = {
        name: pl.lit("" if kind == pl.String() else None, kind).alias(name)
        for name, kind in state.items.schema.items()
        if name not in full.columns
    }
    return pl.concat([state.items, full.with_columns(**blank).select(state.items.columns)])


class Aside(NamedTuple):
    """What is set aside.

    Attributes:
        findings: `frames.FINDING` of each line.
        proposals: of refunds, in the order of lines.
        taken_back: the line that took a line back, by the latter's id, as far as it is certain or a person has said so.
    """

    findings: pl.DataFrame
    proposals: list[Draft]
    taken_back: Mapping[str, str]


def set_aside(config: Config, state: State, undecided: pl.DataFrame, submitted: Collection[str] = (), keys: Keys = name_keys) -> Aside:
    """Looks at the lines that nobody has decided.

    Args:
        state: of the books, with everything that is known.
        undecided: those of its lines that the run looks at.
        submitted: lines on which a decision waits for another person.
        keys: gives names with their keys.
    """
    accounts, names = [account.number for account in config.account], [entity.name for entity in config.entity]
    # what is left of a line that others have taken money of is a credit: no document is looked for that the whole of it pays
    taken = undecided.filter(pl.col("used") != 0).select("line_id", outcome=pl.lit(Outcome.ON_ACCOUNT), reason=pl.lit(TAKEN))
    undecided = undecided.join(taken, on="line_id", how="anti") if taken.height else undecided
    waits = undecided.filter(pl.col("line_id").is_in(list(submitted))).select(
        "line_id", outcome=pl.lit(Outcome.UNEXPLAINED), reason=pl.lit(APPROVAL)
    )
    undecided = undecided.join(waits, on="line_id", how="anti") if waits.height else undecided
    own = classify.ours(undecided, accounts, names, state.customers, keys)
    plain = classify.non_receivable(undecided, own)
    told = state.decisions.filter(pl.col("live") & (pl.col("kind") == DecisionKind.RETURN) & (pl.col("other_line") != ""))
    before = dict(told.select("other_line", "line_id").iter_rows())
    refused = rejected(state)
    back = _without_refused(returns(state.lines, undecided.select("line_id"), list(before)), refused)
    strange = plain.filter(pl.col("outcome") == Outcome.NON_RECEIVABLE).select("line_id")
    held = back.held.join(undecided, on="line_id", how="semi").join(strange, on="line_id", how="anti")
    rest = undecided.join(back.found, on="line_id", how="anti").join(held, on="line_id", how="anti")
    ours = classify.own_side(rest, own)
    paired = own_transfers(rest, ours, {account.id: account.number for account in config.account})
    away = rest.filter((pl.col("amount") < 0) & ~pl.col("line_id").is_in(ours.implode())).join(paired, on="line_id", how="anti")
    found = refunds(away, with_credits(state, undecided=True), state.customers, keys)
    paid_back = [one for one in found if (one.line_id, frozenset(share.item_id for share in one.allocations)) not in refused]
    repaid = [(r.line_id, Outcome.OUTGOING, LineState.PROPOSED, r.customer_id, r.reason, "") for r in paid_back]
    none = pl.lit(LineState.NONE).alias("state")
    parts = [
        _shaped(taken.with_columns(none)),
        _shaped(waits.with_columns(none)),
        _shaped(back.found),
        _shaped(held.with_columns(none, pl.lit(Outcome.UNEXPLAINED).alias("outcome"))),
        _shaped(paired.with_columns(none)),
        _shaped(pl.DataFrame(repaid, schema={name: pl.String() for name in _SAID}, orient="row")),
        _shaped(plain.with_columns(none)),
    ]
    said = pl.concat(parts).unique("line_id", keep="first", maintain_order=True)
    findings = _findings(_with_payer(said, state, keys, back.found, held))
    return Aside(findings, _drafts(paid_back, undecided), before | dict(back.taken_back))


def rejected(state: State) -> frozenset[tuple[str, frozenset[str]]]:
    """Lines with sets of items that a person refused for them. A refused return is refused as the rest of the returned line."""
    refused = state.decisions.filter(pl.col("live") & (pl.col("kind") == DecisionKind.REJECT))
    rows = refused.select("line_id", "refused").iter_rows()
    return frozenset((line_id, frozenset(decisions.refused_items(items))) for line_id, items in rows)


def _without_refused(back: Returned, refused: frozenset[tuple[str, frozenset[str]]]) -> Returned:
    """What a person has refused to be a return of another line waits without a partner."""
    pairs = back.found.select("line_id", "other_line").iter_rows()
    no = [line_id for line_id, other in pairs if (line_id, frozenset((f"{REST}{other}",))) in refused]
    if not no:
        return back
    gone = pl.col("line_id").is_in(no)
    found = back.found.with_columns(
        state=pl.when(gone).then(pl.lit(LineState.NONE)).otherwise("state"),
        other_line=pl.when(gone).then(pl.lit("")).otherwise("other_line"),
        reason=pl.when(gone).then(pl.lit("a person has refused the line that it seems to take back")).otherwise("reason"),
    )
    others = {line_id: other for other, line_id in back.taken_back.items() if line_id in no}
    held = back.held.filter(~pl.col("line_id").is_in(list(others.values())))
    return back._replace(found=found, held=held, taken_back={line: by for line, by in back.taken_back.items() if by not in no})


_SAID = ("line_id", "outcome", "state", "customer_id", "reason", "other_line")


def _shaped(rows: pl.DataFrame) -> pl.DataFrame:
    missing = [pl.lit("").alias(name) for name in _SAID if name not in rows.columns]
    return rows.with_columns(missing).select(pl.col(name).cast(pl.String()) for name in _SAID)


def _with_payer(said: pl.DataFrame, state: State, keys: Keys, *of_customers: pl.DataFrame) -> pl.DataFrame:
    """Names the customer of returned lines, and of lines that were taken back, where account or name make it certain."""
    asked = pl.concat(rows.select("line_id") for rows in of_customers)
    lines = state.lines.join(asked, on="line_id", how="semi")
    if lines.is_empty():
        return said
    nothing = pl.DataFrame(schema={"line_id": pl.String(), "customer_id": pl.String()})
    payers = certain_payer(lines, state.customers, nothing, keys).rename({"customer_id": "certain"})
    named = said.join(payers, on="line_id", how="left", maintain_order="left")
    known = pl.when(pl.col("customer_id") == "").then(pl.col("certain").fill_null("")).otherwise(pl.col("customer_id"))
    return named.with_columns(known.alias("customer_id")).drop("certain")


def _findings(said: pl.DataFrame) -> pl.DataFrame:
    filled = {name: None if kind == pl.Int64() else "" for name, kind in frames.FINDING.items() if name not in _SAID}
    return said.with_columns(pl.lit(value, frames.FINDING[name]).alias(name) for name, value in filled.items()).select(*frames.FINDING)


def _drafts(paid_back: Sequence[Refund], lines: pl.DataFrame) -> list[Draft]:
    chosen = lines.filter(pl.col("line_id").is_in([refund.line_id for refund in paid_back]))
    known = {row[0]: row[1:] for row in chosen.select("line_id", "currency", "booking_date").iter_rows()}
    return [
        Draft(
            kind=DecisionKind.PROPOSAL,
            line_id=refund.line_id,
            currency=known[refund.line_id][0],
            effective_date=known[refund.line_id][1],
            customer_id=refund.customer_id,
            outcome=Outcome.OUTGOING,
            reason=refund.reason,
            allocations=refund.allocations,
        )
        for refund in paid_back
    ]


def elsewhere(findings: pl.DataFrame, lines: pl.DataFrame, documents: pl.DataFrame, config: Config) -> pl.DataFrame:
    """The findings, where an unexplained line names a document of another legal entity with that as their reason."""
    if len(config.entity) < 2:
        return findings
    unexplained = findings.filter(
        (pl.col("state") == LineState.NONE) & (pl.col("outcome") == Outcome.UNEXPLAINED) & (pl.col("other_line") == "")
    )
    told = named_elsewhere(lines.join(unexplained, on="line_id", how="semi"), documents, {e.id: e.name for e in config.entity})
    if told.is_empty():
        return findings
    new = findings.join(told.rename({"reason": "sister"}), on="line_id", how="left", maintain_order="left")
    better = (pl.coalesce("sister", name).alias(name) for name in ("reason", "blocked_by"))
    return new.with_columns(better).select(*frames.FINDING)


__all__ = ["DOCUMENT", "Aside", "elsewhere", "rejected", "set_aside", "with_credits"]
