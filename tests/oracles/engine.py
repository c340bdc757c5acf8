"""The naive engine: nested loops over every line, item and customer. Slow and plain; the oracle that other engines are tested against."""

from collections.abc import Iterable

import polars as pl

from matcher.matching import candidates as rules
from matcher.matching.candidates import Candidates
from matcher.matching.keys import item_keys, line_keys

_REFERENCE = {
    "line_id": pl.String(),
    "item_id": pl.String(),
    "source": pl.String(),
    "key": pl.String(),
    "item_count": pl.Int64(),
    "class": pl.String(),
}
_Row = dict[str, str]


class ReferenceEngine:
    """Answers the same questions as `DuckDBEngine`, one pair at a time."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """See `matcher.engines.base.Engine`. Names are looked up line by line, as if nobody else had paid."""
        keys = line_keys(lines).rows(named=True)
        accounts = _equal(rules.line_accounts(lines).rows(named=True), rules.customer_accounts(customers).rows(named=True), "account")
        numbers = _equal(keys, rules.customer_numbers(customers).rows(named=True), "key")
        found = [(*pair, kind, 100, 100) for kind, pairs in (("account", accounts), ("number", numbers)) for pair in pairs]
        for line in lines.iter_slices(1):
            found += rules.line_payers(line, customers).rows()
        return Candidates(
            _references(keys, item_keys(items).rows(named=True)), pl.DataFrame(sorted(found), schema=rules.PAYER, orient="row")
        )

    def share(self, book: object, grace_days: int) -> None:
        """Nobody else looks at the receipts."""

    def stages(self) -> tuple[()]:
        """There is no cluster."""
        return ()


def _references(lines: list[_Row], items: list[_Row]) -> pl.DataFrame:
    found = []
    for line in lines:
        hits = [i for i in items if i["entity"] == line["entity"] and i["key"] == line["key"]]
        item_count = len({i["document"] for i in hits})
        if item_count <= rules.KEY_CAP:
            found += [
                (line["line_id"], i["item_id"], i["source"], line["key"], item_count, _class(line["class"], i["class"])) for i in hits
            ]
    return pl.DataFrame(sorted(found), schema=_REFERENCE, orient="row")


def _class(line: str, item: str) -> str:
    if line == item == "whole":
        return "whole"
    if item == "tail":
        return "tail"
    return "run" if "run" in (line, item) else "digits"


def _equal(lines: Iterable[_Row], customers: list[_Row], key: str) -> set[tuple[str, str]]:
    """Lines and customers of the same legal entity, or of all, with an equal key."""
    return {
        (line["line_id"], customer["customer_id"])
        for line in lines
        for customer in customers
        if line[key] == customer[key] and customer["entity"] in ("", line["entity"])
    }
