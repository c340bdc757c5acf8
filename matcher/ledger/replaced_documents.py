"""Documents that the ERP has cancelled and issued again under another number: which open item has taken the place of which.

An ERP seldom says so. What shows it is a document that is open no more, and a new one of the same customer, currency and amount
whose number is the old one with something behind it, or with one character put right. Nothing is decided or stored here; it is found
again from the facts whenever it is asked for. (What a bank tells again is in `matcher.ledger.reissues`.)
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import polars as pl

from matcher import money
from matcher.states import DocumentType

DOCUMENT_COLUMNS = ("item_id", "entity", "customer_id", "document_type", "document_no", "issue_date", "due_date", "currency", "amount")
"""Columns that both lists of documents must have, as in `frames.ITEM`."""

_GROUP = ["customer_id", "currency", "amount"]
_SUFFIX = re.compile(r"[ ]?(?:[-/_.][ ]?[a-z0-9]{1,6}|[(][a-z0-9]{1,6}[)]|[a-z]{1,4}[0-9]?)")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class ReplacedDocument:
    """An item that is open no more, and the new item that stands in its place.

    Attributes:
        item_id, document_no: of the old item.
        by_item_id, by_document_no: of the new one.
        entity: legal entity of the new item.
        customer_id, currency: of both.
        amount: of both, minor units.
        lines: bank lines with postings in force on the old item, in the order of their ids.
    """

    item_id: str
    document_no: str
    by_item_id: str
    by_document_no: str
    entity: str
    customer_id: str
    currency: str
    amount: int
    lines: tuple[str, ...] = ()

    def said(self) -> str:
        """In words, such as ``KM-2026-00417 (A1) was re-issued as KM-2026-00417-1 (A7)``."""
        return f"{self.document_no} ({self.item_id}) was re-issued as {self.by_document_no} ({self.by_item_id})"

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        names = ("item_id", "document_no", "by_item_id", "by_document_no", "entity", "customer_id", "currency")
        plain = {name: getattr(self, name) for name in names}
        return {**plain, "amount": money.render(self.amount, self.currency), "lines": list(self.lines)}


class _Document(NamedTuple):
    item_id: str
    entity: str
    customer_id: str
    document_type: str
    document_no: str
    issue_date: date
    due_date: date | None
    currency: str
    amount: int

    @property
    def number(self) -> str:
        return " ".join(self.document_no.casefold().split())


def replaced_documents(gone: pl.DataFrame, new: pl.DataFrame, postings: pl.DataFrame | None = None) -> list[ReplacedDocument]:
    """Pairs documents that are open no more with new ones, each at most once, the surest first; in the order of the old items' ids.

    A number that differs in digits alone is mostly the next invoice of the same amount: it pairs only with a document of the same
    day. Two instalments that are due on different days never pair.

    Args:
        gone: `DOCUMENT_COLUMNS` of the items that were open and are not any more.
        new: the same of the items that were not there before and are open.
        postings: item_id and line_id of what is posted and in force; None when nobody asks for the lines.
    """
    olds = [_Document(*row) for row in gone.join(new, on=_GROUP, how="semi").select(DOCUMENT_COLUMNS).iter_rows()]
    news = [_Document(*row) for row in new.join(gone, on=_GROUP, how="semi").select(DOCUMENT_COLUMNS).iter_rows()]
    found = sorted(
        (rank, abs((now.issue_date - old.issue_date).days), old.item_id, now.item_id, old, now)
        for old, now in _near(olds, news)
        if (rank := _rank(old, now)) is not None
    )
    taken: set[tuple[str, str]] = set()
    pairs: list[tuple[_Document, _Document]] = []
    for *_, old, now in found:
        if not taken & (ends := {("old", old.item_id), ("new", now.item_id)}):
            taken |= ends
            pairs.append((old, now))
    pairs.sort()
    lines = _lines(postings, [old.item_id for old, _ in pairs])
    return [
        ReplacedDocument(
            old.item_id, old.document_no, now.item_id, now.document_no, now.entity, now.customer_id, now.currency, now.amount,
            tuple(lines.get(old.item_id, ())),
        )
        for old, now in pairs
    ]  # fmt: skip


def _lines(postings: pl.DataFrame | None, item_ids: list[str]) -> dict[str, list[str]]:
    if postings is None or not item_ids:
        return {}
    ours = postings.filter(pl.col("item_id").is_in(item_ids) & (pl.col("line_id") != "")).select("item_id", "line_id").unique()
    lines: dict[str, list[str]] = defaultdict(list)
    for item_id, line_id in ours.sort("item_id", "line_id").iter_rows():
        lines[item_id].append(line_id)
    return lines


def _near(olds: Iterable[_Document], news: Iterable[_Document]) -> Iterator[tuple[_Document, _Document]]:
    """Pairs of one customer, currency and amount whose numbers may be near, each once, without comparing all with all."""
    by_form: dict[tuple[object, ...], list[_Document]] = defaultdict(list)
    for old in olds:
        for form in {old.number, *_shorter(old.number)}:
            by_form[old.customer_id, old.currency, old.amount, form].append(old)
    for now in news:
        near: dict[str, _Document] = {}
        for form in {now.number, *_shorter(now.number), *_without_suffix(now.number)}:
            near |= {old.item_id: old for old in by_form.get((now.customer_id, now.currency, now.amount, form), ())}
        yield from ((old, now) for old in near.values() if old.item_id != now.item_id)


def _shorter(number: str) -> Iterator[str]:
    """A number without one of its characters: two numbers with one character changed, put in or left out have such a form in common."""
    return (number[:place] + number[place + 1 :] for place in range(len(number)))


def _without_suffix(number: str) -> Iterator[str]:
    return (number[:-size] for size in range(1, min(9, len(number))) if _SUFFIX.fullmatch(number[-size:]))


def _rank(old: _Document, now: _Document) -> int | None:
    """How surely one number comes from the other, the surest 0; None when it does not."""
    if DocumentType.INSTALMENT in (old.document_type, now.document_type) and old.due_date != now.due_date:
        return None
    was, is_ = old.number, now.number
    if was == is_:
        return 0
    if was and is_.startswith(was) and _SUFFIX.fullmatch(is_[len(was) :]):
        return 1
    if not _one_character_apart(was, is_):
        return None
    only_digits = _DIGITS.sub("#", was) == _DIGITS.sub("#", is_)
    return None if only_digits and old.issue_date != now.issue_date else 2


def _one_character_apart(one: str, other: str) -> bool:
    """Whether one character changed, put in or left out makes one text the other. Texts of one character are too short to tell."""
    short, long = sorted((one, other), key=len)
    if len(short) < 2 or len(long) - len(short) > 1:
        return False
    same = next((n for n, (a, b) in enumerate(zip(short, long, strict=False)) if a != b), len(short))
    return short[same + (len(short) == len(long)) :] == long[same + 1 :]
