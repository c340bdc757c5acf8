"""Accounting apart from the product: knows the files that were made for it and the files that it wrote, and none of its code.

One currency with two places. Amounts are whole cents here.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

Row = Mapping[str, str]


def cents(text: str) -> int:
    """Cents of a decimal text with two places; '' is nothing."""
    if not text:
        return 0
    sign, digits = (-1, text[1:]) if text[0] == "-" else (1, text)
    whole, _, rest = digits.partition(".")
    if len(rest) != 2 or not (whole + rest).isdigit():
        raise ValueError(f"{text!r} is no amount with two places")
    return sign * int(whole + rest)


def text(amount: int) -> str:
    """Decimal text of cents."""
    return f"{'-' if amount < 0 else ''}{abs(amount) // 100}.{abs(amount) % 100:02d}"


def table(path: Path) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@dataclass(frozen=True, slots=True)
class Document:
    """One document of a receipts file: its cash for each item in cents, adjustments included in `settled`."""

    external_id: str
    record: str
    reverses: str
    line_id: str
    amount: int
    applied: int
    settled: tuple[tuple[str, int], ...]


def receipts(path: Path) -> tuple[list[Document], list[str], str]:
    """The documents of a JSON Lines file, what is wrong with its control figures, and its day."""
    records = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    header, *bodies, trailer = records
    documents = [
        Document(
            one["external_id"], one["record"], one["reverses"], one["line_id"], cents(one["amount"]), cents(one["applied"]),
            tuple((a["item_id"], cents(a["item_amount"]) + cents(a["adjustment_amount"])) for a in one["allocations"]),
        )
        for one in bodies
    ]  # fmt: skip
    wrong = []
    total = sum(one.amount for one in documents)
    for place in (header, trailer):
        if place["count"] != len(documents) or sum(map(cents, place["control_totals"].values())) != total:
            wrong.append(f"control figures of the {place['record']}: {place['count']}, {place['control_totals']}")
    if len({one.external_id for one in documents}) != len(documents):
        wrong.append("a document stands twice in a file")
    return documents, wrong, header["as_of"]


class Received:
    """An ERP that takes every file at once and whole: what all files together say."""

    def __init__(self) -> None:
        self._standing: dict[str, Document] = {}
        self._seen: dict[str, Document] = {}

    def take(self, documents: Iterable[Document]) -> Iterator[str]:
        """Takes a file; gives what is wrong with it."""
        for one in documents:
            if (before := self._seen.get(one.external_id)) is not None:
                # a line's receipt may be told again with its names put right, never with other money
                if (before.amount, before.settled) != (one.amount, one.settled):
                    yield f"document {one.external_id} was sent with two contents"
                continue
            self._seen[one.external_id] = one
            if one.record != "reversal":
                self._standing[one.external_id] = one
            elif self._standing.pop(one.reverses, None) is None:
                yield f"reversal {one.external_id} is of a document that does not stand"

    def by_item(self) -> dict[tuple[str, str], int]:
        """Settled for each line and item."""
        found: dict[tuple[str, str], int] = defaultdict(int)
        for one in self._standing.values():
            for item_id, settled in one.settled:
                found[one.line_id, item_id] += settled
        return {key: settled for key, settled in found.items() if settled}

    def by_line(self) -> dict[str, int]:
        """Money of each line that has a document."""
        found: dict[str, int] = defaultdict(int)
        for one in self._standing.values():
            found[one.line_id] += one.amount
        return dict(found)


@dataclass
class Ledger:
    """What the books have been given: lines that count by reference, documents' amounts, and what the ERP changed by itself.

    Attributes:
        lines: amount of each line by bank reference.
        items: amount of each document that the books know of.
        credits: what the ERP took off by itself, as far as a snapshot has told it.
        unclear: items whose snapshots can be read in two ways; only bounds are looked at there.
        compared: how many open amounts were compared to the cent.
    """

    lines: dict[str, int] = field(default_factory=dict)
    items: dict[str, int] = field(default_factory=dict)
    credits: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    unclear: set[str] = field(default_factory=set)
    compared: int = 0

    def check(self, matches: Sequence[Row], aging: Sequence[Row]) -> Iterator[str]:
        """What is wrong with the two exports of one moment."""
        yield from self._lines(matches)
        open_amounts = {row["item_id"]: cents(row["open_amount"]) for row in aging if row["document_type"] != "unapplied"}
        if len(open_amounts) + sum(row["document_type"] == "unapplied" for row in aging) != len(aging):
            yield "an item stands twice in the aging"
        settled = posted_by_item(matches)
        for item_id, amount in self.items.items():
            free = amount - self.credits[item_id] - settled[item_id]
            if not min(0, amount) <= free <= max(0, amount):
                yield f"item {item_id} of {text(amount)}: posted {text(settled[item_id])}, credited {text(self.credits[item_id])}"
            shown = open_amounts.pop(item_id, 0)
            if not min(0, amount) <= shown <= max(0, amount):
                yield f"item {item_id} of {text(amount)} has {text(shown)} open"
            if item_id not in self.unclear:
                self.compared += 1
                if shown != free:
                    yield f"item {item_id} of {text(amount)} has {text(shown)} open instead of {text(free)}"
        if open_amounts:
            yield f"items in the aging that nobody knows: {sorted(open_amounts)}"
        yield from self._unapplied(matches, [row for row in aging if row["document_type"] == "unapplied"])

    def _lines(self, matches: Sequence[Row]) -> Iterator[str]:
        found = {row["line_id"]: (row["bank_reference"], cents(row["line_amount"])) for row in matches}
        if sorted(found.values()) != sorted(self.lines.items()):
            lost = set(self.lines.items()) - set(found.values())
            yield f"lines are lost or doubled: {len(found)} for {len(self.lines)}; lost {sorted(lost)}"
        for line_id, applied in applied_by_line(matches).items():
            amount = found[line_id][1]
            if not min(0, amount) <= applied <= max(0, amount):
                yield f"line {line_id} of {text(amount)} has {text(applied)} applied"

    def _unapplied(self, matches: Sequence[Row], rows: Sequence[Row]) -> Iterator[str]:
        amounts = {row["line_id"]: cents(row["line_amount"]) for row in matches}
        applied, taken = applied_by_line(matches), posted_by_item(matches)
        for row in rows:
            line_id = row["item_id"].removeprefix("U-")
            # what is left of a receipt may settle a document together with another receipt: then it stands there, below zero
            rest = amounts[line_id] - applied.get(line_id, 0) + taken.get(row["item_id"], 0)
            if -cents(row["open_amount"]) != rest:
                yield f"line {line_id} has {row['open_amount']} unapplied instead of {text(-rest)}"
        if len({row["item_id"] for row in rows}) != len(rows):
            yield "an unapplied receipt stands twice in the aging"


def posted(matches: Iterable[Row]) -> list[Row]:
    """The rows that are decided and stand on an item."""
    return [row for row in matches if row["state"] == "posted" and row["item_id"]]


def applied_by_line(matches: Iterable[Row]) -> dict[str, int]:
    """Cash applied for each line."""
    found: dict[str, int] = defaultdict(int)
    for row in posted(matches):
        found[row["line_id"]] += cents(row["amount_applied"])
    return found


def posted_by_item(matches: Iterable[Row]) -> dict[str, int]:
    """Cash and adjustments posted on each item."""
    found: dict[str, int] = defaultdict(int)
    for row in posted(matches):
        found[row["item_id"]] += cents(row["amount_applied"]) + cents(row["adjustment_amount"])
    return found


def check_received(received: Received, matches: Sequence[Row]) -> Iterator[str]:
    """Whether all files sent so far come to what is posted."""
    wanted: dict[tuple[str, str], int] = defaultdict(int)
    amounts, lines = {}, set()
    for row in matches:
        amounts[row["line_id"]] = cents(row["line_amount"])
        if row["state"] == "posted":
            lines.add(row["line_id"])
            if row["item_id"]:
                wanted[row["line_id"], row["item_id"]] += cents(row["amount_applied"]) + cents(row["adjustment_amount"])
    if received.by_item() != {key: settled for key, settled in wanted.items() if settled}:
        yield "the documents sent do not come to what is posted"
    for line_id, amount in received.by_line().items():
        if amount != (amounts[line_id] if line_id in lines else 0):
            yield f"the documents of line {line_id} come to {text(amount)}"


def check_discrepancies(rows: Iterable[Row], aging: Sequence[Row]) -> Iterator[str]:
    """Whether each row's figures add up, and agree with the aging."""
    open_amounts = {row["item_id"]: cents(row["open_amount"]) for row in aging}
    parts: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for row in rows:
        after = cents(row["open_after"])
        if row["item_id"] and cents(row["open_before"]) - cents(row["cash_applied"]) - cents(row["adjustment"]) != after:
            yield f"discrepancy of item {row['item_id']} does not add up"
        if row["item_id"] and row["type"] == "partial":
            parts[row["item_id"]].append((cents(row["open_before"]), after))
    # of several payments of one document each begins at most where the one before ended, and the last leaves what the aging says
    for item_id, steps in parts.items():
        steps.sort(key=lambda step: -abs(step[1]))
        if any(abs(begins) > abs(ended) for (_, ended), (begins, _) in pairwise(steps)):
            yield f"discrepancies of item {item_id} are no row of payments: {steps}"
        if open_amounts.get(item_id, 0) != steps[-1][1]:
            yield f"discrepancies of item {item_id} leave {text(steps[-1][1])} open, the aging otherwise"
