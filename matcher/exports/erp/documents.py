"""Which documents an ERP has to get: the part that all targets share.

A posted decision is a document: the first live decision of a bank line is the ``receipt``, it brings the whole line's money and
leaves what it does not apply on account; a later one on the same line is an ``application``, it brings no money and takes from
the rest. So each cent of a line is in exactly one place: summed over the line's documents, amount = the line's amount,
applied = what is applied, unapplied = what is pending. Money going out is a ``refund``, what the bank takes back a ``return``; a
decision on no line is a ``set_off`` or a ``write_off``, and brings no money. So everything that a decision of ours moves on the
customers' accounts is in exactly one document.

A document that was sent is never changed. If its decision is reversed, or the decision now amounts to something else, a
``reversal`` takes it back under an id of its own and a new version follows.
"""

import hashlib
from datetime import date

import polars as pl

from matcher.amounts import total, totals
from matcher.exports.erp.base import SENT, ExportBatch, ExportRequest
from matcher.frames import State
from matcher.states import NOT_RECEIVABLE, SETTLING, AllocationState, DecisionKind, LineState

SENT_FIELDS = [name for name in SENT if name != "batch_id"]
_SEPARATOR = "\x1f"
_LINE_FIELDS = (
    "account", "booking_date", "value_date", "bank_reference", "end_to_end_id", "counterparty_name", "counterparty_account",
    "remittance_information",
)  # fmt: skip


def external_id(entity: str, decision_id: str, version: int) -> str:
    """Stable id of a document: the first 20 hex digits of SHA-256 over entity, decision id and version, joined by U+001F."""
    return _digest(_SEPARATOR.join((entity, decision_id, str(version))))


def allocations(state: State) -> pl.DataFrame:
    """The posted allocations, each with its item, in the order in which documents list them."""
    items = state.items.select("item_id", "document_no", item_entity="entity", item_customer="customer_id", item_currency="currency")
    moves = (pl.col("amount") != 0) | (pl.col("adjustment") != 0)  # that the ERP lists a credit itself, it need not be told
    posted = state.allocations.filter((pl.col("state") == AllocationState.POSTED) & moves).join(items, on="item_id", how="left")
    posted = posted.with_columns(pl.col("document_no").fill_null(""), pl.col("item_currency").fill_null(pl.col("currency")))
    return posted.select(
        "decision_id", "line_id", "item_id", "document_no", "ordinal", "currency", "item_entity", "item_customer", "item_currency",
        "item_amount", "adjustment_reason", amount_applied="amount", adjustment_amount="adjustment",
    ).sort("decision_id", "item_id", "ordinal")  # fmt: skip


def documents(state: State, job: ExportRequest) -> pl.DataFrame:
    """The documents to send now: the columns of `SENT` plus those of the line, actor, rule and ``reverses``.

    Left out is what the ERP has acknowledged, and what takes effect after the export's day. A line that an earlier export told as of
    a later day is told as of that day: what the ERP has of it and what it gets now must come to the line's amount. Reversals come first,
    that of a receipt after those of what used its money: an ERP takes no receipt back whose money pays something.
    Nothing goes out on a line of which something is in doubt, or is in the ERP and was refused to be taken back.
    """
    day, last = job.as_of or state.as_of, _last_sent(job)
    latest_days = job.sent.group_by(place=_place()).agg(told_as_of=pl.col("as_of").max())
    until = pl.max_horizontal(pl.lit(day), "told_as_of")
    now = _current(state, latest_days, until).join(last, on="decision_id", how="left")
    never, back = pl.col("sent_version").is_null(), (pl.col("sent_record") == "reversal").fill_null(False)
    same = (pl.col("payload_hash") == pl.col("sent_hash")).fill_null(False) & ~back
    next_free = pl.when(back | pl.col("sent_refused")).then(1).otherwise(2)  # 2 leaves room for the reversal
    version = pl.when(never).then(1).when(same).then("sent_version").otherwise(pl.col("sent_version") + next_free)
    forward = now.with_columns(version=version, as_of=pl.lit(day))

    booked = last.filter(~back, ~pl.col("sent_refused"))
    standing = job.sent.join(booked, on=["decision_id", "version"], how="semi")
    standing = standing.unique("decision_id", keep="first").join(state.decisions.select("decision_id"), on="decision_id", how="semi")
    void = standing.join(forward.filter(same), on="decision_id", how="anti")
    columns = [*SENT_FIELDS, "reverses"]
    # what was told as of a later day, and stands as it was told, belongs to that day's file
    forward = forward.filter(~same | (pl.col("effective_date") <= day))
    rows = pl.concat(
        [_reversals(void, state, day).select(columns), _unconfirmed(job, day).select(columns), _numbered(forward).select(columns)]
    )
    new = rows.filter(~pl.col("external_id").is_in(job.acknowledged))
    if job.again is not None:
        new = new.filter(~pl.col("external_id").is_in(job.sent["external_id"].implode()) | pl.col("external_id").is_in(job.again))
    in_doubt = job.unknown | _refused_reversals(job)
    if in_doubt:
        asked = job.sent.filter(pl.col("external_id").is_in(in_doubt)).select(place=_place())
        new = new.filter(~_place().is_in(asked["place"].implode()))
    receipts = job.sent.filter(pl.col("record") == "receipt")["external_id"]
    return _explained(new, state).sort(
        pl.col("record") != "reversal", "account", "booking_date", "line_id", pl.col("reverses").is_in(receipts.implode()),
        "effective_date", "decision_id", "version",
    )  # fmt: skip


def as_sent(state: State, job: ExportRequest, ids: frozenset[str]) -> pl.DataFrame:
    """Documents that were sent before, whatever became of their decisions since; columns as of `documents`."""
    rows = job.sent.filter(pl.col("external_id").is_in(ids)).unique("external_id", keep="last", maintain_order=True)
    before = [
        external_id(entity, decision, version - 1) if record == "reversal" else ""
        for entity, decision, version, record in rows.select("entity", "decision_id", "version", "record").iter_rows()
    ]
    told = rows.with_columns(pl.Series("reverses", before, dtype=pl.String)).select(*SENT_FIELDS, "reverses")
    return _explained(told, state).sort("record", "external_id")


def batch(to_send: pl.DataFrame, state: State, job: ExportRequest) -> ExportBatch:
    """The control figures of documents."""
    day = job.as_of or state.as_of
    parts = [job.books, day.isoformat(), *to_send["external_id"], *to_send["payload_hash"]]
    return ExportBatch(_digest(_SEPARATOR.join(parts)), job.books, day, to_send.height, totals(to_send, "amount"))


def sent(to_send: pl.DataFrame, control: ExportBatch) -> pl.DataFrame:
    """The documents in the columns of `SENT`, for the caller to keep."""
    return to_send.with_columns(batch_id=pl.lit(control.batch_id)).select(*SENT)


def _place() -> pl.Expr:
    """What money stands together on: the bank line, or the decision where there is none."""
    return pl.when(pl.col("line_id") == "").then("decision_id").otherwise("line_id")


def _current(state: State, latest_days: pl.DataFrame, until: pl.Expr) -> pl.DataFrame:
    """One row for each live decision that brings money or applies some, and takes effect by the day `until` of its line."""
    posted = allocations(state)
    parts = posted.group_by("decision_id", "line_id").agg(applied=total(pl.col("amount_applied")), parts=_parts_text())
    touched = pl.col("line_id").is_in(parts["line_id"].implode())
    decided_line = pl.col("state") == LineState.POSTED
    # what is none of the receivables ledger's business is not sent unless it touches an item
    lines = state.lines.filter(touched | (decided_line & ~pl.col("outcome").is_in(NOT_RECEIVABLE)))
    decided = pl.concat([parts.select("decision_id", "line_id"), _bringing(state, lines.filter(decided_line))]).unique()
    order = state.decisions.select("decision_id", "kind", "batch", "ordinal", "effective_date", decided_customer="customer_id")
    facts = lines.select("entity", "currency", payer="customer_id", line_amount="amount", place="line_id")
    rows = (
        decided.with_columns(place=_place())
        .join(order, on="decision_id")
        .join(pl.concat([facts, _on_no_line(posted)]), on="place")
        .join(parts, on=["decision_id", "line_id"], how="left")
        .join(latest_days, on="place", how="left")
        .filter(pl.col("effective_date") <= until)
        # Effective date first: what is known as of an earlier day is then always the beginning of what is known later.
        .sort("place", "effective_date", "batch", "ordinal", "decision_id")
        .with_columns(first=pl.int_range(pl.len()).over("place") == 0, applied=pl.col("applied").fill_null(0))
        .filter(pl.col("first") | pl.col("parts").is_not_null())
        .with_columns(amount=pl.when("first").then("line_amount").otherwise(0))
        .with_columns(
            unapplied=pl.col("amount") - pl.col("applied"),
            record=_record(),
            role=pl.when("first").then(pl.lit("receipt")).otherwise(pl.lit("application")),
            customer_id=pl.when(pl.col("decided_customer") != "").then("decided_customer").otherwise("payer"),
            reverses=pl.lit(""),
        )
    )
    # Only what the ERP books is hashed: a corrected name or document number is no reason to take a receipt back.
    booked = ["role", "entity", "line_id", "customer_id", "currency", "amount", "unapplied", "effective_date", "parts"]
    return rows.with_columns(payload_hash=_hashes(rows, booked))


def _bringing(state: State, lines: pl.DataFrame) -> pl.DataFrame:
    """Decisions that bring the money of these lines to the customer who has it: on account first, and applied weeks later.

    Of those for another customer none is meant any more: the money has changed hands.
    """
    whose = lines.select("line_id", "customer_id", latest="decision_id")
    placed = state.decisions.filter(pl.col("live") & pl.col("kind").is_in(SETTLING)).select("decision_id", "line_id", "customer_id")
    found = placed.join(whose, on=["line_id", "customer_id"]).select("decision_id", "line_id")
    return pl.concat([found, whose.select("line_id", decision_id="latest").select("decision_id", "line_id")])


def _on_no_line(posted: pl.DataFrame) -> pl.DataFrame:
    """The facts that a line would give, for decisions on none: of the first item that they name."""
    return (
        posted.filter(pl.col("line_id") == "")
        .sort("decision_id", "ordinal")
        .group_by("decision_id", maintain_order=True)
        .agg(pl.col("item_entity", "item_currency", "item_customer").first())
        .select(
            entity=pl.col("item_entity").fill_null(""), currency="item_currency", payer=pl.col("item_customer").fill_null(""),
            line_amount=pl.lit(0, pl.Int64), place="decision_id",
        )
    )  # fmt: skip


def _record() -> pl.Expr:
    """What a document is, by its decision and its turn on the line."""
    kind, first = pl.col("kind"), pl.col("first")
    nowhere = pl.col("line_id") == ""
    taken_back = (kind == DecisionKind.RETURN) & pl.col("parts").is_not_null()
    return (
        pl.when(nowhere & (kind == DecisionKind.WRITE_OFF))
        .then(pl.lit("write_off"))
        .when(nowhere)
        .then(pl.lit("set_off"))
        .when(taken_back)
        .then(pl.lit("return"))
        .when(first & (pl.col("line_amount") < 0) | (kind == DecisionKind.REFUND))
        .then(pl.lit("refund"))
        .when(first)
        .then(pl.lit("receipt"))
        .otherwise(pl.lit("application"))
    )


def _last_sent(job: ExportRequest) -> pl.DataFrame:
    latest = job.sent.sort("decision_id", "version", "as_of").unique("decision_id", keep="last", maintain_order=True)
    return latest.select(
        "decision_id",
        "version",
        sent_version="version",
        sent_record="record",
        sent_hash="payload_hash",
        sent_refused=pl.col("external_id").is_in(job.rejected),
    )


def _numbered(forward: pl.DataFrame) -> pl.DataFrame:
    keys = forward.select("entity", "decision_id", "version").iter_rows()
    return forward.with_columns(pl.Series("external_id", [external_id(*key) for key in keys], dtype=pl.String))


def _reversals(void: pl.DataFrame, state: State, day: date) -> pl.DataFrame:
    """Documents that take back those of `void`: dated like the decision that undid them, else on the day of the export."""
    undone = _undoing(state).select("decision_id", undone_on="effective_date")
    rows = void.join(undone, on="decision_id", how="left").with_columns(
        *(-pl.col(name) for name in ("amount", "applied", "unapplied")),
        record=pl.lit("reversal"),
        reverses="external_id",
        version=pl.col("version") + 1,
        effective_date=pl.col("undone_on").fill_null(day),
        as_of=pl.lit(day),
    )
    numbered = _numbered(rows)
    return numbered.with_columns(payload_hash=_hashes(numbered, ["record", "reverses", "amount"]))


def _unconfirmed(job: ExportRequest, day: date) -> pl.DataFrame:
    """Reversals that were sent and that the ERP has not confirmed: sent again as they were."""
    rows = job.sent.filter(pl.col("record") == "reversal", pl.col("effective_date") <= day).unique("external_id", keep="first")
    undone = [
        external_id(entity, decision, version - 1)
        for entity, decision, version in rows.select("entity", "decision_id", "version").iter_rows()
    ]
    return rows.with_columns(pl.Series("reverses", undone, dtype=pl.String), as_of=pl.lit(day))


def _refused_reversals(job: ExportRequest) -> frozenset[str]:
    """Reversals that the ERP has refused and that are not sent again now: it still has what they take back.

    Not those of a document that it has refused or never got: there is nothing to take back.
    """
    refused = job.rejected - job.again if job.again is not None else frozenset[str]()
    rows = job.sent.filter(pl.col("record") == "reversal", pl.col("external_id").is_in(refused)) if refused else job.sent.clear()
    keys = rows.select("external_id", "entity", "decision_id", "version").iter_rows()
    return frozenset(key for key, entity, decision, version in keys if external_id(entity, decision, version - 1) not in job.rejected)


def _undoing(state: State) -> pl.DataFrame:
    """For each reversed decision the latest one that undid it."""
    undoing = state.decisions.filter(pl.col("reverses") != "").sort("batch", "ordinal").unique("reverses", keep="last", maintain_order=True)
    return undoing.select("effective_date", "actor", "rule", decision_id="reverses")


def _explained(to_send: pl.DataFrame, state: State) -> pl.DataFrame:
    """The documents with the facts of their line and with who decided."""
    back = pl.col("record") == "reversal"
    who = pl.concat(
        [
            state.decisions.select("decision_id", "actor", "rule", back=False),
            _undoing(state).select("decision_id", "actor", "rule", back=True),
        ]
    )
    # a reversal may be of a line that no longer counts
    facts = pl.concat([state.lines.select("line_id", *_LINE_FIELDS), state.excluded.select("line_id", *_LINE_FIELDS)])
    rows = to_send.with_columns(back=back).join(who, on=["decision_id", "back"], how="left").join(facts, on="line_id", how="left")
    return rows.with_columns(pl.col(pl.String).fill_null(""))


def _parts_text() -> pl.Expr:
    fields = ("item_id", "amount_applied", "item_amount", "adjustment_amount", "adjustment_reason")
    return pl.concat_str([pl.col(name).cast(pl.String) for name in fields], separator=_SEPARATOR).str.join(_SEPARATOR)


def _hashes(frame: pl.DataFrame, columns: list[str]) -> pl.Series:
    texts = frame.select(pl.concat_str([pl.col(name).cast(pl.String).fill_null("") for name in columns], separator=_SEPARATOR)).to_series()
    return pl.Series("payload_hash", [_digest(text) for text in texts], dtype=pl.String)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:20]
