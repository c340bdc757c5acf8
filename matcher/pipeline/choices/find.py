"""The choices for one receipt of the books."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from itertools import chain
from typing import Any, NamedTuple

import polars as pl
from rapidfuzz import fuzz

from matcher import terms
from matcher.frames import State
from matcher.ledger.fold import fold
from matcher.matching.explanations import encoding
from matcher.matching.names.forms import fold as plain
from matcher.matching.names.forms import general_words, name_form
from matcher.model import Allocation
from matcher.pipeline import naming
from matcher.pipeline.choices import habitual
from matcher.pipeline.choices.habitual import Habits
from matcher.pipeline.choices.records import Choice, OpenItem, Share
from matcher.pipeline.choices.ways import ways
from matcher.pipeline.learned import Habit, Standing
from matcher.pipeline.session import Session
from matcher.states import LineState
from matcher.store import candidates, near
from matcher.store.candidates import NamedCustomer

BEST = 5
"""Choices that a person is shown."""

_LIKELY = 3
_TOGETHER = 100
"""Lines that are looked up together."""
_CUSTOMERS, _ITEMS, _ALIKE = 400, 600, 25
"""Customers and items of theirs that are looked at; items of the amount, or that a number may mean, that still say something."""
_ENOUGH = 70
"""Share in per cent of a customer's name that a payer's words hold."""
_SHORTEST = 3
_WORD = re.compile(r"[^\W_]+")
_CJK = re.compile(r"[\u2e80-\uffff]")


def choices(session: Session, line_id: str) -> tuple[Choice, ...]:
    """What a person may choose for a line, numbered from 1 in this order: what is proposed, then what came next to it, then what is found.

    The same books give the same choices. Of money going out, and of a line of which nothing is left, there are none but the proposal.
    """
    return of_lines(session, [line_id]).get(line_id, ())


def of_lines(session: Session, line_ids: Sequence[str]) -> dict[str, tuple[Choice, ...]]:
    """The same for several lines, which are looked up together: by line. A line that does not count has none."""
    found: dict[str, tuple[Choice, ...]] = {}
    for start in range(0, len(line_ids), _TOGETHER):
        found |= _of_some(session, line_ids[start : start + _TOGETHER])
    return found


class _Asked(NamedTuple):
    """What is looked up for a line.

    Attributes:
        line: its row. beside: items of the recorded runner-up. named: items that its text names.
        likely: customers whose money it may be, with the words for why. known: names of customers that were found.
        wanted: all items that may be chosen for it.
    """

    line: Mapping[str, Any]
    beside: Sequence[str]
    named: Sequence[str]
    likely: Sequence[tuple[str, str]]
    known: Mapping[str, str]
    wanted: Collection[str]


def _of_some(session: Session, line_ids: Sequence[str]) -> dict[str, tuple[Choice, ...]]:
    facts = near.facts(session.store, line_ids)
    state = fold(facts, date.max, session.config.books.base_currency)
    rows = {row["line_id"]: row for row in state.lines.filter(pl.col("line_id").is_in(list(line_ids))).iter_rows(named=True)}
    placed = dict(state.allocations.group_by("line_id").agg("item_id").iter_rows())
    asked = {line_id: _asked(session, rows[line_id], placed.get(line_id, ())) for line_id in line_ids if line_id in rows}
    look = _look(session, list(asked), {item for one in asked.values() for item in one.wanted})
    items, names = _Items(look), dict(look.customers.select("customer_id", "name").iter_rows())
    habits = _habits(session, {customer for one in asked.values() for customer, _ in one.likely})
    return {line_id: _choices(look, one, items, names, habits) for line_id, one in asked.items()}


def _habits(session: Session, customers: Collection[str]) -> Habits:
    """How these customers name documents, as far as it counts."""
    found: dict[str, list[Habit]] = {}
    for habit in naming.references(session, customers) if customers else ():
        if habit.standing == Standing.COUNTS:
            found.setdefault(habit.customer_id, []).append(habit)
    return found


def _asked(session: Session, line: Mapping[str, Any], placed: Sequence[str]) -> _Asked:
    recorded = encoding.decode(line["runner_up"])
    # of a line that was posted before, what is recorded beside its posting is no choice any more
    beside = [share.item_id for share in recorded.shares] if recorded and line["state"] != LineState.POSTED else []
    if line["pending"] <= 0:
        return _Asked(line, beside, (), (), {}, {*beside, *placed})
    found = _found_customers(session, line)
    named = _named(session, line)
    likely = _likely(line, found)
    of_amount = candidates.items_of_amount(session.store, line["pending"], line["currency"], _ALIKE)
    theirs = candidates.items_of(session.store, [customer for customer, _ in likely], line["currency"], _ITEMS)
    known = {one.customer_id: one.name for one in found}
    return _Asked(line, beside, named, likely, known, {*beside, *placed, *named, *of_amount, *theirs})


def _choices(look: State, asked: _Asked, items: "_Items", names: Mapping[str, str], habits: Habits) -> tuple[Choice, ...]:
    line, called = asked.line, {**names, **asked.known}
    first = _recorded(look, line, asked.beside, items, called)
    if line["pending"] <= 0:
        return _best(first, ())
    possible = [item for item in items.of(line, asked.wanted).values() if item.open and item.currency == line["currency"]]
    text = f"{line['remittance_information']} | {line['creditor_reference']}"
    likely = habitual.first(asked.likely, habits, text)
    of_habit = habitual.ways(line["pending"], line["entity"], possible, likely, habits, called, text)
    return _best(first, chain(of_habit, ways(line["pending"], line["entity"], possible, set(asked.named), likely, called)))


def _best(first: Iterator[Choice], more: Iterator[Choice] | Sequence[Choice]) -> tuple[Choice, ...]:
    kept: dict[object, Choice] = {}
    for one in (*first, *more):
        kept.setdefault(one.key, one)
        if len(kept) == BEST:
            break
    return tuple(kept.values())


def _look(session: Session, line_ids: Sequence[str], item_ids: Collection[str]) -> State:
    return fold(near.facts(session.store, line_ids, sorted(item_ids)), date.max, session.config.books.base_currency)


def _recorded(look: State, line: Mapping[str, Any], beside: Sequence[str], known: "_Items", names: Mapping[str, str]) -> Iterator[Choice]:
    """The proposal, and the runner-up that was recorded with it where all that it asks for is still open."""
    mine = (pl.col("line_id") == line["line_id"]) & (pl.col("state") == LineState.PROPOSED)
    rows = look.allocations.filter(mine).sort("ordinal").iter_rows(named=True)
    shares = [Allocation(a["item_id"], a["amount"], a["item_amount"], a["adjustment"], a["adjustment_reason"]) for a in rows]
    items = known.of(line, {*beside, *(share.item_id for share in shares)})
    if shares:
        yield _of(line, line["customer_id"], shares, items, names, "proposed", proposed=True)
    recorded = encoding.decode(line["runner_up"]) if beside else None
    if recorded is None or not recorded.shares:
        return
    wanted: dict[str, int] = {}
    for share in recorded.shares:
        wanted[share.item_id] = wanted.get(share.item_id, 0) + share.item_amount + share.adjustment
    if all(item_id in items and 0 < amount <= items[item_id].open for item_id, amount in wanted.items()) and any(
        share.amount for share in recorded.shares
    ):
        why = "came next to what is proposed" if shares else "came nearest to a proposal"
        yield _of(line, recorded.customer_id, recorded.shares, items, names, why)


def _of(
    line: Mapping[str, Any], customer: str, shares: Sequence[Allocation], items: Mapping[str, OpenItem], names: Mapping[str, str], why: str,
    *, proposed: bool = False,
) -> Choice:  # fmt: skip
    made: list[Share] = []
    for share in shares:
        before = next((one for one in reversed(made) if one.item.item_id == share.item_id), None)
        item = (replace(before.item, open=before.left) if before else items.get(share.item_id)) or OpenItem(
            share.item_id, "", customer, "", line["booking_date"], None, line["currency"], 0
        )
        settled = share.item_amount if item.currency != line["currency"] else None
        made.append(Share(item, share.amount, share.adjustment, share.adjustment_reason, settled))
    whose = customer or (made[0].item.customer_id if made else "")
    return Choice(whose, names.get(whose, ""), tuple(made), line["pending"] - sum(s.cash for s in made), why, proposed)


class _Items:
    """Items and credits with what is open of them, each made into a record for the lines that may pay it."""

    def __init__(self, look: State) -> None:
        columns = ("item_id", "document_no", "customer_id", "entity", "issue_date", "due_date", "currency", "open", "amount")
        self._rows = {
            row[0]: row for row in look.items.select(*columns, "discount_ppm", "discount_date", "terms", "purchase_order").iter_rows()
        }
        credits = look.credits.select("item_id", "document_no", "customer_id", "entity", "issue_date", "currency", "open")
        self._credits = {row[0]: OpenItem(row[0], row[1], row[2], row[3], row[4], None, row[5], row[6]) for row in credits.iter_rows()}

    def of(self, line: Mapping[str, Any], item_ids: Collection[str]) -> dict[str, OpenItem]:
        """The ones that exist of these ids, in the order of the ids, with the discount that the line's day still earns."""
        found = {}
        for item_id in sorted(item_ids):
            if item_id in self._rows:
                row = self._rows[item_id]
                item, (amount, ppm, day, text) = replace(OpenItem(*row[:8]), purchase_order=row[-1]), row[8:-1]
                steps = terms.steps(text, item.issue_date, ppm, day) if item.open == amount > 0 else ()
                rate = next((rate for rate, until in steps if line["booking_date"] <= until), 0)
                found[item_id] = replace(item, discount=terms.of_amount(amount, rate)) if rate else item
            elif item_id in self._credits:
                found[item_id] = self._credits[item_id]
        return found

    @property
    def ids(self) -> tuple[str, ...]:
        """Of all of them."""
        return (*self._rows, *self._credits)


def items_of_line(look: State, line: Mapping[str, Any]) -> dict[str, OpenItem]:
    """The items and credits of a state by id, with the discount that each still allows on the line's day."""
    items = _Items(look)
    return items.of(line, items.ids)


def _words(text: str) -> set[str]:
    """Words by which a customer may be looked up: as written and as the names are compared; of Chinese, each two signs that meet."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).casefold()
    words = {word for word in (*_WORD.findall(bare), *name_form(text).words) if len(word) >= _SHORTEST and not word.isdigit()}
    telling = {word for word in words if not _CJK.search(word)} - general_words()
    signs = {word[n : n + 2] for word in words if _CJK.search(word) for n in range(len(word) - 1)}
    return telling | signs


def _found_customers(session: Session, line: Mapping[str, Any]) -> list[NamedCustomer]:
    words = _words(line["counterparty_name"] or line["remittance_information"])
    numbers = {token.lower() for token in _tokens(line)}
    accounts = [line["counterparty_account"]] if line["counterparty_account"] else []
    return candidates.customers(session.store, sorted(words | numbers), accounts, _CUSTOMERS)


def _likely(line: Mapping[str, Any], found: Sequence[NamedCustomer]) -> list[tuple[str, str]]:
    """Customers whose money it may be, each with the words for why, the likeliest first."""
    likely = {line["customer_id"]: "whose money it seems to be"} if line["customer_id"] else {}
    for one in found:
        if line["counterparty_account"] and line["counterparty_account"] in one.account.split("|"):
            likely.setdefault(one.customer_id, "the payer's account is this customer's")
    numbers = {token.lower() for token in _tokens(line)}
    for one in found:
        if {one.customer_id.lower(), one.customer_no.lower()} & numbers - {""}:
            likely.setdefault(one.customer_id, "the text holds the customer's number")
    payer = plain(line["counterparty_name"] or line["remittance_information"])
    ranked = sorted(((_alike(payer, one), one) for one in found), key=lambda pair: (-pair[0], pair[1].customer_id))
    for share, one in ranked:
        if share >= _ENOUGH:
            likely.setdefault(one.customer_id, "the payer is called like the customer")
    return list(likely.items())[:_LIKELY]


def _alike(payer: str, customer: NamedCustomer) -> float:
    """How much of a customer's name a payer's words hold, in per cent."""
    names = filter(None, (customer.name, customer.trade_name, *customer.alias.split("|")))
    return max((_share(payer, " ".join(name_form(name).words) or plain(name)) for name in names), default=0)


def _share(payer: str, name: str) -> float:
    if _CJK.search(name):
        return fuzz.partial_ratio(name, payer)
    return max(fuzz.token_set_ratio(payer, name), fuzz.ratio(payer, name))


def _tokens(line: Mapping[str, Any]) -> set[str]:
    """What may be a number in the bank's texts: capital letters and digits, signs left out."""
    text = " ".join((line["remittance_information"], line["creditor_reference"], line["end_to_end_id"])).upper()
    tokens = set()
    for word in re.findall(r"[A-Z0-9][A-Z0-9./_-]*", unicodedata.normalize("NFKC", text)):
        bare = re.sub(r"[^A-Z0-9]", "", word)
        if sum(c.isdigit() for c in bare) >= _SHORTEST:
            tokens.add(bare)
    return tokens | {digits for token in tokens for digits in re.findall(r"\d{4,}", token)}


def _named(session: Session, line: Mapping[str, Any]) -> list[str]:
    return candidates.items_named(session.store, sorted(_tokens(line)), line["currency"], _ALIKE)
