"""The naive engine: nested loops over every line and item. Slow and plain; the oracle that other engines are tested against."""

import polars as pl

from matcher.matching import candidates as rules
from matcher.matching.candidates import Candidates
from matcher.matching.normalise import item_keys, line_keys


class ReferenceEngine:
    """Answers the same questions as `DuckDBEngine`, one pair at a time."""

    def candidates(self, lines: pl.DataFrame, items: pl.DataFrame, customers: pl.DataFrame) -> Candidates:
        """See `matcher.engines.base.Engine`."""
        return Candidates(
            _references(line_keys(lines).rows(named=True), item_keys(items).rows(named=True)),
            _customers(rules.line_accounts(lines), rules.customer_accounts(customers), "account"),
            _customers(rules.line_names(lines), rules.customer_names(customers), "name"),
        )


def _references(lines: list[dict[str, str]], items: list[dict[str, str]]) -> pl.DataFrame:
    found = []
    for line in lines:
        hits = [i for i in items if i["entity"] == line["entity"] and i["key"] == line["key"]]
        carriers = len({i["item_id"] for i in hits})
        if carriers <= rules.KEY_CAP:
            found += [(line["line_id"], i["item_id"], i["source"], line["key"], carriers, _class(line["class"], i["class"])) for i in hits]
    schema = {
        "line_id": pl.String(),
        "item_id": pl.String(),
        "source": pl.String(),
        "key": pl.String(),
        "carriers": pl.Int64(),
        "class": pl.String(),
    }
    return pl.DataFrame(sorted(found), schema=schema, orient="row")


def _class(line: str, item: str) -> str:
    if line == item == "whole":
        return "whole"
    if item == "tail":
        return "tail"
    return "run" if "run" in (line, item) else "digits"


def _customers(lines: pl.DataFrame, customers: pl.DataFrame, key: str) -> pl.DataFrame:
    found = {
        (line["line_id"], customer["customer_id"])
        for line in lines.rows(named=True)
        for customer in customers.rows(named=True)
        if line[key] == customer[key] and customer["entity"] in ("", line["entity"])
    }
    return pl.DataFrame(sorted(found), schema={"line_id": pl.String(), "customer_id": pl.String()}, orient="row")
