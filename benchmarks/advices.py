"""Remittance advices for a written month: `python -m benchmarks.advices MONTH_DIR --share 12 --seed N -o remittance.csv`.

A share of the receipts gets an advice, those for several documents four times as often as those for one, as in life. Some advices are
wrong: the total is not the receipt's, a document is another customer's or another one of the same customer, or there is no such document.
The same share of second payments of what was paid before has one too, about the documents of the first. The bank lines stay as they are.
"""

import argparse
import csv
import re
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256
from pathlib import Path

from benchmarks.worlds.draw import REPEATS

HEADER = (
    "advice_id", "payment_reference", "customer_id", "date", "currency", "total", "document_no", "gross", "discount", "deduction", "reason",
    "net",
)  # fmt: skip
_SEVERAL = 4
"""How much likelier a receipt for several documents has an advice than one for a single document."""
_WRONG = 5
"""Advices of a hundred that are wrong."""
_TAIL = ("total", "foreign", "invented", "mistyped")
OVER = "over"
"""Fault of an advice about more money than its documents take: its total is not the receipt's."""
AGAIN = "again"
"""Fault of an advice about a second payment: what it lists is paid already."""

_NUMBER = re.compile(r"AV\d+")

Row = Mapping[str, str]


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes the table of docs/files.md and prints how many advices it holds."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.advices", description=__doc__)
    parser.add_argument("month", type=Path, metavar="MONTH_DIR", help="a directory that benchmarks.generate or benchmarks.second wrote")
    parser.add_argument("--share", type=int, default=12, metavar="PERCENT", help="of the receipts that pay documents (default: 12)")
    parser.add_argument("--seed", type=int, default=1, metavar="N")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="FILE")
    parser.add_argument("--told", type=Path, metavar="FILE", help="write the lines that have an advice, with what is wrong with it")
    given = parser.parse_args(arguments)
    month = _Month(given.month)
    chosen = month.chosen(given.share, given.seed)
    with given.out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(HEADER)
        for place, line in enumerate(chosen):
            writer.writerows(month.advice(line, place, given.seed))
    if given.told:
        with given.told.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.writer(stream, lineterminator="\n")
            writer.writerow(("account", "bank_reference", "documents", "fault"))
            writer.writerows((*line, len(month.paid(line)), month.fault(line, given.seed)) for line in chosen)
    wrong = sum(bool(month.fault(line, given.seed)) for line in chosen)
    print(f"{given.out}: {len(chosen)} advices, {wrong} of them wrong", file=sys.stderr)
    return 0


def _draw(*words: object) -> int:
    return int.from_bytes(sha256("\n".join(map(str, words)).encode()).digest()[:8])


class _Month:
    def __init__(self, directory: Path) -> None:
        self.lines = {(row["account"], row["bank_reference"]): row for row in _rows(directory / "lines.csv")}
        self.items = {row["item_id"]: row for row in _rows(directory / "items.csv")}
        self.truth: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in _rows(directory / "truth.csv"):
            if row["item_id"]:
                self.truth[row["account"], row["bank_reference"]].append(row)
        repeats = directory / REPEATS
        pairs = ((row["account"], row["bank_reference"], row["first_reference"]) for row in (_rows(repeats) if repeats.exists() else ()))
        self.first = {(account, second): (account, first) for account, second, first in pairs}

    def paid(self, key: tuple[str, str]) -> list[Row]:
        """What an advice for a line is about: the truth, and for a second payment what the first one paid."""
        return self.truth.get(key) or self.truth.get(self.first.get(key, key), [])

    def fault(self, key: tuple[str, str], seed: int) -> str:
        """What is wrong with the advice for a line: ``total``, ``foreign``, ``invented``, ``mistyped``, `AGAIN`, `OVER` or nothing."""
        if key not in self.truth:
            return AGAIN
        if sum(Decimal(row["item_amount"]) for row in self.truth[key]) < Decimal(self.lines[key]["amount"]):
            return OVER
        draw = _draw(seed, "fault", *key)
        return _TAIL[draw // 100 % len(_TAIL)] if draw % 100 < _WRONG else ""

    def chosen(self, share: int, seed: int) -> list[tuple[str, str]]:
        """The lines with an advice, in the order of the file."""
        fit = [key for key in self.lines if key in self.truth and self._plain(key)]
        order = sorted(fit, key=lambda key: _draw(seed, "line", *key) // (_SEVERAL if len(self.truth[key]) > 1 else 1))
        second = [key for key in self.first if key in self.lines and self.paid(key) and self._plain(key)]
        second.sort(key=lambda key: _draw(seed, "line", *key))
        picked = {*order[: len(self.truth) * share // 100], *second[: len(second) * share // 100]}
        return [key for key in self.lines if key in picked]

    def _plain(self, key: tuple[str, str]) -> bool:
        """Whether an advice in one currency can say it: no documents in another one."""
        currency = self.lines[key]["currency"]
        return all(self.items[row["item_id"]]["currency"] == currency for row in self.paid(key))

    def advice(self, key: tuple[str, str], place: int, seed: int) -> Iterator[tuple[str, ...]]:
        """The rows of an advice. What a bank kept on the way is not in it: the payer does not know."""
        line, wrong, about = self.lines[key], self.fault(key, seed), self.paid(key)
        reference = "" if line["end_to_end_id"] in ("", "NOTPROVIDED") else line["end_to_end_id"]
        number = _NUMBER.search(line["remittance_information"]) if about[0]["kind"] == "advice_only" else None
        sent = date.fromisoformat(line["booking_date"]) - timedelta(_draw(seed, "sent", *key) % 4)
        rows: list[tuple[str, Decimal, Decimal, Decimal, str, Decimal]] = []
        for row in about:
            item = self.items[row["item_id"]]
            kept, paid = Decimal(row["adjustment"] or 0), Decimal(row["item_amount"])
            known = row["reason"] in ("discount", "withholding_tax")
            discount = kept if row["reason"] == "discount" else 0 * kept
            deduction = kept if row["reason"] == "withholding_tax" else 0 * kept
            net = paid if known else paid + kept
            reason = "withholding_tax" if deduction else ""
            rows.append((item["document_no"], net + discount + deduction, discount, deduction, reason, net))
        total = sum((row[-1] for row in rows), Decimal(0))
        if wrong == "total":
            total += rows[0][-1] if len(rows) > 1 else 1
        elif wrong == "foreign":
            rows[0] = (self._foreign(about[0], seed), *rows[0][1:])
        elif wrong == "invented":
            rows[0] = (f"{rows[0][0]}-X7", *rows[0][1:])
        elif wrong == "mistyped":
            rows[0] = (self._mistyped(about[0], seed), *rows[0][1:])
        customer = self.items[about[0]["item_id"]]["customer_id"]
        for document, *amounts in rows:
            yield tuple(
                map(
                    str,
                    (number[0] if number else f"RA{seed}-{place}", reference, customer, sent, line["currency"], total, document, *amounts),
                )
            )

    def _foreign(self, row: Row, seed: int) -> str:
        """The number of another customer's document."""
        own = self.items[row["item_id"]]["customer_id"]
        others = [item["document_no"] for item in self.items.values() if item["customer_id"] != own]
        return others[_draw(seed, "foreign", row["item_id"]) % len(others)]

    def _mistyped(self, row: Row, seed: int) -> str:
        """The number of another document of the same customer; one that does not exist where there is none."""
        own = self.items[row["item_id"]]
        same = [item["document_no"] for item in self.items.values() if item["customer_id"] == own["customer_id"]]
        others = [number for number in same if number != own["document_no"]]
        return others[_draw(seed, "mistyped", row["item_id"]) % len(others)] if others else f"{own['document_no']}-X7"


def _rows(file: Path) -> list[Row]:
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


if __name__ == "__main__":
    sys.exit(main())
