"""The dunning list of the books, as letters and as rows of an export, and what was sent of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from math import ceil

import polars as pl

from matcher import frames, money
from matcher.credit_control.dunning import Dunning, DunningLetter, Least, dunning
from matcher.credit_control.interest import ItemInterest
from matcher.credit_control.payment_code import epc
from matcher.credit_control.swiss_code import swiss
from matcher.frames import Schema, State
from matcher.ledger.conversion import ClosingRates
from matcher.pipeline import lookup
from matcher.pipeline.actions import item_notes
from matcher.pipeline.actions.base import Decided, Look
from matcher.pipeline.actions.item_notes import ItemNote
from matcher.pipeline.credit_control import interest
from matcher.pipeline.credit_control.receipts_waiting import ReceiptsWaiting, Waiting, receipts_waiting
from matcher.pipeline.credit_control.statements import sender_of
from matcher.pipeline.rates import of_base
from matcher.pipeline.remittance import records
from matcher.pipeline.remittance.told import World
from matcher.pipeline.session import Session
from matcher.pipeline.set_aside import with_credits
from matcher.pipeline.view import asked_for, base_currency, present, whole
from matcher.states import DecisionKind, LineState
from matcher.store import advices, journal
from matcher.store.journal import Known

DUNNING: Schema = {
    "as_of": pl.Date(),
    "entity": pl.String(),
    "customer_id": pl.String(),
    "name": pl.String(),
    "currency": pl.String(),
    "letter_level": pl.Int64(),
    "letter_amount": pl.Int64(),
    "credits": pl.Int64(),
    "item_id": pl.String(),
    "document_no": pl.String(),
    "issue_date": pl.Date(),
    "due_date": pl.Date(),
    "days_late": pl.Int64(),
    "open_amount": pl.Int64(),
    "amount": pl.Int64(),
    "level": pl.Int64(),
    "last_level": pl.Int64(),
    "last_sent": pl.Date(),
    "interest": pl.Int64(),
    "fixed_sum": pl.Int64(),
    "fixed_currency": pl.String(),
    "payment_reference": pl.String(),
    "our_account": pl.String(),
    "payment_code": pl.String(),
    "note": pl.String(),
    "receipts_waiting": pl.Int64(),
    "waiting_amount": pl.Int64(),
}
"""Columns of `export dunning`: one row for each document; the columns from letter_level to credits are of the letter that it stands in."""

DUNNING_AMOUNTS = dict.fromkeys(("letter_amount", "credits", "open_amount", "amount", "interest", "waiting_amount"), "currency") | {
    "fixed_sum": "fixed_currency"
}


@dataclass(frozen=True, slots=True)
class DunningList:
    """The dunning list of a day, with what goes with each document and letter.

    Attributes:
        interest: proposals by the document's id.
        accounts: our account by letter: legal entity and currency.
        codes: text of the payment code by letter: customer, legal entity, currency.
        waiting: receipts that are here and not applied yet.
    """

    as_of: date
    dunning: Dunning
    interest: dict[str, ItemInterest]
    accounts: dict[tuple[str, str], str]
    codes: dict[tuple[str, str, str], str]
    waiting: ReceiptsWaiting


def listing(session: Session, as_of: date, customer: str = "", known: Known | None = None) -> DunningList:
    """The dunning list of a day.

    Raises:
        MatcherError: ``customer.*``, ``config.invalid``.
    """
    customer_id = lookup.customer(session, customer) if customer else ""
    then = asked_for(session, as_of, known).known
    return of_state(session, whole(session, as_of, then), customer_id, then)


def of_state(session: Session, state: State, customer_id: str = "", known: Known | None = None) -> DunningList:
    """The same of a state."""
    levels = session.config.dunning.levels
    least = _least(session, state, known)
    found = dunning(state, levels, announced(session, state, known), customer_id, least=least)
    ids = [item.item_id for letter in found.letters for item in letter.items]
    proposals = {one.item_id: one for one in interest.of_state(session, state, ids)}
    accounts, codes = {}, {}
    for letter in found.letters:
        sender = sender_of(session, letter.entity)
        number = next((number for number, currency in sender.accounts if currency == letter.currency), "")
        accounts[letter.entity, letter.currency] = number
        reference = reference_of(letter)
        codes[letter.customer_id, letter.entity, letter.currency] = swiss(
            sender.address, number, letter.amount, letter.currency, reference
        ) or epc(sender.name, number, letter.amount, letter.currency, reference)
    return DunningList(state.as_of, found, proposals, accounts, codes, receipts_waiting(session.store, state, known))


def _least(session: Session, state: State, known: Known | None) -> dict[str, Least]:
    """What is asked for at least in each currency: matcher.toml says it in the base currency. Without a rate nothing is too little."""
    section = session.config.dunning
    if not section.least_amount and not section.least_total:
        return {}
    base = base_currency(session, known)
    rates = ClosingRates(of_base(session, base, known.batch if known else None), base, state.as_of)
    found = {}
    for currency in state.items["currency"].unique():
        if currency == base or currency in rates.rates:
            per = Fraction(1) if currency == base else Fraction(rates.rates[currency].per_base)
            unit = per * 10 ** money.scale(currency)
            found[currency] = Least(ceil(Fraction(section.least_amount) * unit), ceil(Fraction(section.least_total) * unit))
    return found


def reference_of(letter: DunningLetter) -> str:
    """What a payer of a letter is asked to write: the payment reference of its one document, else the numbers of all."""
    if len(letter.items) == 1 and letter.items[0].payment_reference:
        return letter.items[0].payment_reference
    return " ".join(item.document_no or item.item_id for item in letter.items)


def announced(session: Session, state: State, known: Known | None = None) -> dict[str, str]:
    """The advice that announces the payment of an item, by the item's id: of those that wait for their money, and are not too old."""
    if not advices.any_advice(session.store):
        return {}
    kept, _ = records.kept(advices.stored(session.store, known.batch if known else None))
    books = present(session) if known is None else state
    world = World(books, with_credits(books), kept)
    posted = set(books.lines.filter(pl.col("state") == LineState.POSTED)["line_id"])
    used = {bond.kept.key for line, bonds in world.bonds.items() if line in posted for bond in bonds}
    oldest = state.as_of - timedelta(session.config.dunning.advice_days)
    # one that names no day is of the day on which it came in
    came = {batch.batch: date.fromisoformat(batch.at[:10]) for batch in journal.batches(session.store)}
    found: dict[str, str] = {}
    for one in kept:
        if one.key not in used and (one.advice.date or came[one.batch]) >= oldest:
            for item in sorted(world.items_named(one.advice)):
                found.setdefault(item, one.advice.advice_id)
    return found


def rows(made: DunningList) -> pl.DataFrame:
    """The list as rows of `DUNNING`, amounts in minor units."""
    found = []
    for letter in made.dunning.letters:
        account = made.accounts[letter.entity, letter.currency]
        code = made.codes[letter.customer_id, letter.entity, letter.currency]
        waits = made.waiting.of.get((letter.customer_id, letter.entity, letter.currency), Waiting())
        for item in letter.items:
            proposal = made.interest.get(item.item_id)
            notes = "; ".join((*item.notes, *(proposal.notes if proposal else ())))
            of_letter = (letter.entity, letter.customer_id, letter.name, letter.currency, letter.level, letter.amount, letter.credits)
            of_item = (item.item_id, item.document_no, item.issue_date, item.due_date, item.days_late, item.open, item.amount, item.level)
            sent = (item.last_level or None, item.last_sent)
            bears = (proposal.interest, proposal.fixed or None, proposal.fixed_currency) if proposal else (None, None, "")
            found.append(
                (
                    made.as_of,
                    *of_letter,
                    *of_item,
                    *sent,
                    *bears,
                    item.payment_reference,
                    account,
                    code,
                    notes,
                    waits.receipts,
                    waits.amount,
                )
            )
    return frames.of_rows(found, DUNNING)


def record(session: Session, made: DunningList) -> list[Decided]:
    """Records that the letters of a list were sent: each document was dunned at its level.

    Raises:
        MatcherError: ``policy.*`` for what the policy does not allow.
    """
    items = [item for letter in made.dunning.letters for item in letter.items]
    if not items:
        return []
    look = Look(session, [], [item.item_id for item in items])
    now = look.items([item.item_id for item in items])
    notes = [ItemNote(DecisionKind.DUN, now[item.item_id], item.amount, str(item.level)) for item in items]
    return item_notes.append(look, "dunning", notes, {"as_of": made.as_of.isoformat()})
