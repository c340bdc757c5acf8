"""Bank and cash book held against each other, from what the books hold."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from matcher import money
from matcher.config import Config
from matcher.errors import MatcherError
from matcher.frames import UNSUMMED
from matcher.ledger import chain
from matcher.ledger.fold import Placed
from matcher.ledger.periods import first_day, last_day
from matcher.ledger.proof import evidence
from matcher.ledger.proof.assemble import RECORD, Material, prove
from matcher.ledger.proof.balances import BALANCE
from matcher.ledger.proof.cash import CashProof, prove_month
from matcher.ledger.proof.kept import kept_errors
from matcher.ledger.proof.pairing import paired
from matcher.ledger.proof.records import Proof, StatedError
from matcher.matching.names.forms import name_form
from matcher.matching.names.plain import name_marks
from matcher.pipeline.session import Session
from matcher.pipeline.view import asked_for, placed
from matcher.states import DecisionKind, Exclusion, LineState
from matcher.store import cash_book, facts, proof_errors
from matcher.store.journal import Known

_ERROR = re.compile(r"(?:(?P<account>[^:=]+):)?(?P<side>book|bank)=(?P<amount>[-+]?[\d.]+)(?:@(?P<of>[^:]+))?:(?P<text>.+)", re.DOTALL)


_READ = (*evidence.LINE, "statement_id")
"""Columns of lines that a proof reads, of those that sums do without."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a person says for a proof.

    Attributes:
        accounts: ids or numbers of the accounts to prove; () for all that the cash book has entries of.
        balances: book balances on the day, ``ACCOUNT=AMOUNT``.
        errors: ``book=AMOUNT:TEXT`` or ``bank=AMOUNT:TEXT``, with ``@ID`` of a line or entry behind the amount, and ``ACCOUNT:`` in front
            where several accounts are proven.
    """

    accounts: Sequence[str] = ()
    balances: Sequence[str] = ()
    errors: Sequence[str] = ()


def proof(session: Session, as_of: date, said: Said | None = None, known: Known | None = None) -> Proof:
    """The proof on a day. A day of a closed month is told as it was known when the month was closed.

    Raises:
        MatcherError: ``book.missing`` without a cash book; ``account.unknown``; ``usage.option`` for what cannot be read.
    """
    return prove(_material(session, as_of, said or Said(), known), as_of)


def cash(session: Session, month: str, said: Said | None = None, known: Known | None = None) -> tuple[Proof, tuple[CashProof, ...]]:
    """The proof on the last day of a month (YYYY-MM), and the four columns of each account. Raises MatcherError: as `proof`."""
    last = last_day(month)
    return prove_month(_material(session, last, said or Said(), known), first_day(month) - timedelta(1), last)


def has_book(session: Session) -> bool:
    """Whether a cash book was imported."""
    return not cash_book.entries(session.store).is_empty() or not cash_book.balances(session.store).is_empty()


def _material(session: Session, day: date, said: Said, known: Known | None) -> Material:
    asked_then = asked_for(session, day, known)
    then = asked_then.known
    batch = then.batch if then else None
    entries, balances = cash_book.entries(session.store, batch), cash_book.balances(session.store, batch)
    asked = [_account(session.config, name) for name in said.accounts]
    stated = _stated(session.config, said.balances)
    having = {*entries["account"], *balances["account"], *stated}
    if not having:
        raise MatcherError("book.missing", "no entry of a cash book was imported")
    # what came later tells when an item in transit was cleared
    state = placed(session, date.max, then, tuple(name for name in UNSUMMED if name not in _READ))
    currencies = {one.id: one.currency for one in session.config.account if one.id in (asked or having)}
    spans: dict[str, list[chain.StatementSpan]] = {}
    for span in facts.statement_facts(session.store, batch):
        spans.setdefault(span.account, []).append(span)
    without = () if asked else tuple(sorted(set(state.lines["account"]) - set(currencies)))
    return Material(
        _records(state, entries), _groups(state, entries), balances.select(pl.col(name).cast(kind) for name, kind in BALANCE.items()),
        {account: chain.in_order(spans.get(account, [])) for account in currencies}, currencies, stated,
        _errors(currencies, said.errors), kept_errors(proof_errors.read(session.store, batch)), asked_then.old_after_days,
        _hints(state, spans, currencies, day), without,
    )  # fmt: skip


def _account(config: Config, name: str) -> str:
    found = next((one for one in config.account if one.id == name), None) or config.find_account(name, "")
    if found is None:
        raise MatcherError("account.unknown", f"account {name!r} is not in matcher.toml")
    return found.id


def _stated(config: Config, given: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for text in given:
        name, sign, amount = text.rpartition("=")
        if not sign:
            raise MatcherError("usage.option", f"{text!r} is not ACCOUNT=AMOUNT")
        account = _account(config, name.strip())
        if account in found:
            raise MatcherError("usage.option", f"the balance of account {account} is given twice")
        currency = next(one.currency for one in config.account if one.id == account)
        found[account] = money.parse(amount, currency)
    return found


def _errors(currencies: Mapping[str, str], given: Sequence[str]) -> dict[str, list[StatedError]]:
    found: dict[str, list[StatedError]] = {}
    for text in given:
        said = _ERROR.fullmatch(text)
        if said is None:
            hint = "As in --error 'book=180.00:cheque 1402 booked as 1,204.00'; @ID behind the amount names a line or an entry."
            raise MatcherError("usage.option", f"{text!r} is not book=AMOUNT:TEXT or bank=AMOUNT:TEXT", hint=hint)
        account = said["account"] or (next(iter(currencies)) if len(currencies) == 1 else "")
        if account not in currencies:
            raise MatcherError("usage.option", f"{text!r} does not say of which account", hint="Name one account with --account.")
        error = StatedError(said["side"], money.parse(said["amount"], currencies[account]), said["text"].strip(), said["of"] or "")
        found.setdefault(account, []).append(error)
    return found


def _records(state: Placed, entries: pl.DataFrame) -> pl.DataFrame:
    """Lines that count, and all entries: columns of `RECORD`."""
    said = state.decisions.filter(pl.col("live") & (pl.col("kind") == DecisionKind.CLASSIFY)).select("line_id", "classified")
    classified = state.lines.join(said.unique("line_id", keep="last", maintain_order=True), on="line_id", how="left", maintain_order="left")
    posted = pl.when(pl.col("state") == LineState.POSTED).then("outcome").otherwise(pl.lit(""))
    what = pl.coalesce("classified", pl.when(pl.col("kind") != "").then("kind"), posted)
    lines = classified.select(
        pl.lit("bank").alias("side"), pl.col("line_id").alias("id"), "account", pl.col("booking_date").alias("date"), "amount",
        what.alias("what"), pl.col("counterparty_name").alias("name"), pl.col("remittance_information").alias("text"),
        pl.col("bank_reference").alias("reference"), pl.col("other_line").alias("other_leg"), "statement_id",
    )  # fmt: skip
    legs = _legs(entries)
    booked = entries.join(legs, on="entry_id", how="left", maintain_order="left").select(
        pl.lit("book").alias("side"), pl.col("entry_id").alias("id"), "account", "date", "amount",
        pl.when(pl.col("leg").is_not_null()).then(pl.lit("own_transfer")).otherwise(pl.lit("")).alias("what"),
        pl.col("counterparty_name").alias("name"), pl.col("description").alias("text"),
        pl.coalesce(pl.when(pl.col("reference") != "").then("reference"), "document_no").alias("reference"),
        pl.col("leg").fill_null("").alias("other_leg"), pl.lit("").alias("statement_id"),
    )  # fmt: skip
    return pl.concat([frame.select(pl.col(name).cast(kind) for name, kind in RECORD.items()) for frame in (lines, booked)])


def _legs(entries: pl.DataFrame) -> pl.DataFrame:
    """Entries that are one leg of a transfer, with the other: the same document or reference on two of our accounts, opposite amounts."""
    keyed = entries.with_columns(pl.coalesce(pl.when(pl.col("document_no") != "").then("document_no"), "reference").alias("key"))
    named = keyed.filter(pl.col("key") != "").select("entry_id", "account", "currency", "amount", "key")
    others = named.with_columns(-pl.col("amount")).rename({"entry_id": "leg", "account": "leg_account"})
    single = named.filter(pl.len().over("currency", "key", "amount") == 1)
    both = single.join(others, on=["currency", "key", "amount"]).filter(pl.col("account") != pl.col("leg_account"))
    return both.filter((pl.len().over("entry_id") == 1) & (pl.len().over("leg") == 1)).select("entry_id", "leg")


def _groups(state: Placed, entries: pl.DataFrame) -> pl.DataFrame:
    texts = pl.concat([state.lines["counterparty_name"], entries["counterparty_name"], entries["description"]])
    names = name_marks(texts.filter(texts != ""))
    name_form.cache_clear()  # each name was looked at once, and what is known of them is 200 MB
    return paired(evidence.of_lines(state.lines.select(evidence.LINE), names), evidence.of_entries(entries, names))


def _hints(
    state: Placed, spans: Mapping[str, Sequence[chain.StatementSpan]], currencies: Mapping[str, str], day: date
) -> dict[str, list[str]]:
    """What of the bank's movements the books lack, by account."""
    found: dict[str, list[str]] = {}
    for account, currency in currencies.items():
        ended = {span.statement_id for span in spans.get(account, ()) if span.last_day is not None and span.last_day <= day}
        for gap in chain.breaks(list(spans.get(account, ()))):
            if gap.earlier in ended and gap.difference:
                amount = money.render(gap.difference, currency)
                found.setdefault(account, []).append(f"bank lines of {amount} {currency} are missing between two statements")
        doubted = state.excluded.filter(
            (pl.col("account") == account) & (pl.col("booking_date") <= day) & (pl.col("outcome") == Exclusion.CONFLICT)
        )
        if doubted.height:
            amount = money.render(int(doubted["amount"].cast(pl.Int128).sum()), currency)
            text = f"lines of {amount} {currency} do not count because of their bank reference; see `matcher statement conflicts`"
            found.setdefault(account, []).append(text)
    return found
