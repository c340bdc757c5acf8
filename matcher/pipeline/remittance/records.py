"""Advices between the records that readers make and the rows that the books keep."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import astuple, replace
from hashlib import sha256
from typing import NamedTuple

from matcher.remittance.records import Advice, AdviceKind, AdviceRow, Unproven
from matcher.store import advices as stored
from matcher.store.advices import Stored


class KeptAdvice(NamedTuple):
    """An advice of the books: its key, the journal's batch that brought it, and what it says."""

    key: str
    batch: int
    advice: Advice


class KeptUnproven(NamedTuple):
    """What does not add up, as it is kept."""

    key: str
    batch: int
    unproven: Unproven


def key_of(advice: Advice) -> str:
    """Made of what an advice says, whatever file says it."""
    bare = replace(advice, place="", rows=tuple(replace(row, place="") for row in advice.rows))
    return _digest(astuple(bare))


def key_of_unproven(unproven: Unproven) -> str:
    """Made of what was read, of the file's name and of what is wrong: it is never counted, so that two of them do no harm."""
    return _digest(astuple(unproven))


def sender(advice: Advice) -> str:
    """Who sent it, as far as it says: the first of customer, account and name."""
    return advice.customer_id or advice.payer_account or advice.payer_name


def cells(advice: Advice, key: str) -> tuple[object, ...]:
    """The row of `stored.ADVICE`."""
    return (
        key, advice.advice_id, advice.kind.value, advice.payment_reference, advice.customer_id, advice.payer_name, advice.payer_account,
        advice.date, advice.currency, advice.total, _text(advice.place),
    )  # fmt: skip


def row_cells(rows: Iterable[AdviceRow], key: str) -> list[tuple[object, ...]]:
    """The rows of `stored.ROW`."""
    return [
        (
            key, ordinal, row.document_no, row.gross, row.discount, row.deduction, row.reason, row.reason_text, row.net, row.customer,
            row.reference, _text(row.place),
        )
        for ordinal, row in enumerate(rows)
    ]  # fmt: skip


def unproven_cells(unproven: Unproven, key: str) -> tuple[object, ...]:
    """The row of `stored.UNPROVEN`."""
    return key, _text(unproven.place), unproven.why, unproven.text


def kept(found: Stored) -> tuple[list[KeptAdvice], list[KeptUnproven]]:
    """Rows of the books as records, in their order."""
    rows: dict[str, list[AdviceRow]] = defaultdict(list)
    names = [name for name in stored.ROW if name not in ("advice_key", "ordinal")]
    for key, *values in found.rows.select("advice_key", *names).unique(maintain_order=True).iter_rows():
        rows[key].append(AdviceRow(**dict(zip(names, values, strict=True))))
    advices = [
        KeptAdvice(
            one["advice_key"],
            one["batch"],
            Advice(
                **{name: one[name] for name in stored.ADVICE if name not in ("advice_key", "kind")},
                kind=AdviceKind(one["kind"]),
                rows=tuple(rows[one["advice_key"]]),
            ),
        )
        for one in found.advices.iter_rows(named=True)
    ]
    unproven = [
        KeptUnproven(one["advice_key"], one["batch"], Unproven(one["place"], one["why"], one["text"], tuple(rows[one["advice_key"]])))
        for one in found.unproven.iter_rows(named=True)
    ]
    return advices, unproven


def _digest(values: object) -> str:
    return sha256(json.dumps(values, ensure_ascii=False, default=str).encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _text(name: str) -> str:
    """A file's name whose bytes are no text is kept with their numbers."""
    return name.encode("utf-8", "backslashreplace").decode()
