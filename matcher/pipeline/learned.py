"""What the books have learned of payers' accounts and names: from which receipts, whether it counts, and what was revoked."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from matcher import frames
from matcher.journal.decisions import refused_items
from matcher.matching import learn, naming
from matcher.matching.candidates import customer_accounts
from matcher.matching.keys import account_key
from matcher.pipeline.session import Session
from matcher.states import DecisionKind
from matcher.store import learned as store_learned


class Standing(StrEnum):
    """Whether what was learned counts."""

    COUNTS = "counts"
    ONE_MORE = "one_more"  # one more confirmed payment, and it does
    CONFLICT = "conflict"  # it was confirmed for another customer too
    ON_RECORD = "on_record"  # the account is on the customer's record: nothing has to be learned
    SELDOM = "seldom"  # of a way to name documents: too many of the payer's payments name them otherwise
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Habit:
    """A payer's account or name that persons confirmed for a customer, or a way in which he names his documents.

    Attributes:
        kind: ``account``, ``name`` or ``reference``; `value` as the bank wrote it last, `key` without signs and case.
        lines: receipts that were confirmed, the oldest first; `counted` of them count since the latest revocation.
        by: who confirmed; `first` and `last`: when, ISO 8601.
        others: customers for whom it was confirmed, too.
        revocation: id of the decision that revokes it; '' for none. `revoked_by`, `revoked_at`, `reason` are of that.
        payments: of a ``reference``, how many of the payer's confirmed payments there are in all since the revocation.
    """

    kind: str
    value: str
    key: str
    entity: str
    customer_id: str
    lines: tuple[str, ...]
    counted: int
    by: tuple[str, ...]
    first: str
    last: str
    others: tuple[str, ...]
    on_record: bool
    revocation: str = ""
    revoked_by: str = ""
    revoked_at: str = ""
    reason: str = ""
    payments: int = 0

    @property
    def standing(self) -> Standing:
        """Whether it counts."""
        if not self.counted:
            return Standing.REVOKED
        if self.others:
            return Standing.CONFLICT
        if self.kind == naming.REFERENCE:
            if naming.counts(self.counted, self.payments):
                return Standing.COUNTS
            return Standing.ONE_MORE if naming.counts(self.counted + 1, self.payments + 1) else Standing.SELDOM
        if self.on_record:
            return Standing.ON_RECORD
        return Standing.COUNTS if self.counted >= learn.LEAST else Standing.ONE_MORE


@dataclass(frozen=True, slots=True)
class Revoked:
    """A decision that revokes."""

    decision_id: str
    actor: str
    at: str
    reason: str


def revoked(decisions: pl.DataFrame) -> pl.DataFrame:
    """What is revoked; columns of `learn.REVOCATION`. `decisions`: with ``live``, as in `State.decisions` or of the store."""
    rows = decisions.filter(pl.col("live")).select("classified", "refused", "customer_id", "batch").iter_rows()
    return frames.of_rows([(kind, refused_items(text)[0], customer, batch) for kind, text, customer, batch in rows], learn.REVOCATION)


def settled(lines: pl.DataFrame, decisions: pl.DataFrame, kinds: Collection[str]) -> pl.DataFrame:
    """The lines that decisions of these kinds in force settled, with ``confirmed_in``. Both as in a `State`."""
    confirming = decisions.filter(pl.col("live") & pl.col("kind").is_in(kinds)).group_by("line_id").agg(confirmed_in=pl.col("batch").max())
    return lines.join(confirming, on="line_id", maintain_order="left")


def revocations_of(decisions: pl.DataFrame) -> pl.DataFrame:
    """What a state's decisions revoke."""
    return revoked(decisions.filter(pl.col("kind") == DecisionKind.REVOKE))


def habits(session: Session, accounts: Collection[str] | None = None) -> list[Habit]:
    """What was confirmed of payers, by kind, key and customer.

    Args:
        session: of the command.
        accounts: only what is known of these account keys; None for all that there is, names too.
    """
    store = session.store
    paid = store_learned.confirmed(store) if accounts is None else store_learned.confirmed_of_accounts(store, accounts)
    if paid.is_empty():
        return []
    rows = store_learned.revocations(store)
    gone, why = revoked(rows), revoked_by(rows)
    known = _on_record(session, paid["customer_id"].unique().to_list())
    kinds = learn.COLUMNS if accounts is None else {learn.ACCOUNT: learn.COLUMNS[learn.ACCOUNT]}
    found: list[Habit] = []
    for kind in kinds:
        told = learn.confirmations(paid, kind, gone)
        facts = told.join(paid.select("line_id", "actor", "at", value=learn.COLUMNS[kind]), on="line_id", maintain_order="left")
        counting: dict[tuple[str, str], set[str]] = {}
        for entity, key, customer in facts.filter("counts").select("entity", "key", "customer_id").iter_rows():
            counting.setdefault((entity, key), set()).add(customer)
        groups = facts.group_by("entity", "key", "customer_id", maintain_order=True).agg(
            pl.col("line_id"), pl.col("counts").sum(), pl.col("actor").unique().sort(), pl.col("at").min().alias("first"),
            pl.col("at").max().alias("last"), pl.col("value").last(),
        )  # fmt: skip
        for row in groups.iter_rows(named=True):
            customer, key = row["customer_id"], row["key"]
            by = why.get((kind, key, customer), Revoked("", "", "", ""))
            others = counting.get((row["entity"], key), set()) - {customer} if row["counts"] else set()
            on_record = kind == learn.ACCOUNT and (customer, key) in known
            found.append(
                Habit(
                    kind, row["value"], key, row["entity"], customer, tuple(row["line_id"]), row["counts"], tuple(row["actor"]),
                    row["first"], row["last"], tuple(sorted(others)), on_record, by.decision_id, by.actor, by.at, by.reason,
                )
            )  # fmt: skip
    return sorted(found, key=lambda one: (one.customer_id, one.kind, one.key, one.entity))


def revoked_by(rows: pl.DataFrame) -> Mapping[tuple[str, str, str], Revoked]:
    """The latest revocation in force of each kind, key and customer."""
    return {
        (row["classified"], refused_items(row["refused"])[0], row["customer_id"]): Revoked(
            row["decision_id"], row["actor"], row["at"], row["reason"]
        )
        for row in rows.filter("live").iter_rows(named=True)
    }


def _on_record(session: Session, customer_ids: Collection[str]) -> frozenset[tuple[str, str]]:
    """Customers and the keys of the accounts that the master data has of them."""
    rows = store_learned.accounts_of(session.store, customer_ids)
    return frozenset(customer_accounts(rows).select("customer_id", "account").iter_rows())


def said(habit: Habit) -> str:
    """Whether it counts, in a sentence."""
    if habit.kind == naming.REFERENCE and habit.standing in _OF_REFERENCES:
        return _OF_REFERENCES[habit.standing].format(n=habit.counted, n2=habit.payments)
    what = "this account" if habit.kind == learn.ACCOUNT else "this name"
    match habit.standing:
        case Standing.COUNTS:
            return f"counts: payments from {what} are taken to be {habit.customer_id}'s"
        case Standing.ONE_MORE:
            return f"one more confirmed payment from {what} and it will post, where a document is named, too"
        case Standing.CONFLICT:
            return f"conflict: confirmed for {', '.join(habit.others)}, too, so it counts for nobody"
        case Standing.ON_RECORD:
            return f"the account is on the record of {habit.customer_id}"
    return f"revoked by {habit.revoked_by} on {habit.revoked_at[:10]}: {habit.reason}"


_OF_REFERENCES = {
    Standing.COUNTS: "counts: {n} of {n2} confirmed payments; it orders the choices and posts nothing",
    Standing.ONE_MORE: "one more confirmed payment and it orders the choices",
    Standing.SELDOM: "does not count: only {n} of {n2} confirmed payments",
}


def news(session: Session, lines: Mapping[str, tuple[str, str, str]]) -> dict[str, str]:
    """What a confirmation has just taught, in a sentence for each line where it taught anything.

    Args:
        session: of the command; the decisions are appended.
        lines: the customer, the payer's account and the payer's name of each line.
    """
    accounts = {account_key(account) for _, account, _ in lines.values()} - {""}
    known = habits(session, accounts) if accounts else []
    names = habits(session) if any(not account_key(account) and name for _, account, name in lines.values()) else []
    found: dict[str, str] = {}
    for line_id, (customer, account, name) in lines.items():
        kind = learn.ACCOUNT if account_key(account) else learn.NAME
        for habit in known if kind == learn.ACCOUNT else names:
            if habit.kind == kind and line_id in habit.lines and habit.customer_id == customer:
                found[line_id] = _news(habit, account or name)
    return {line_id: sentence for line_id, sentence in found.items() if sentence}


def _news(habit: Habit, written: str) -> str:
    what = f"{habit.kind.capitalize()} {written}"
    match habit.standing:
        case Standing.ONE_MORE:
            return (
                f"{what} is now known for {habit.customer_id}: one more confirmed payment and it will post, where a document is named, too."
            )
        case Standing.COUNTS if habit.counted == learn.LEAST:
            return f"{what} is now taken to be {habit.customer_id}'s: it was confirmed {habit.counted} times."
        case Standing.CONFLICT:
            return f"{what} was confirmed for {', '.join(habit.others)}, too: it counts for nobody. See `matcher learned list`."
    return ""
