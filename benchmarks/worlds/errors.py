"""The worklist: every wrong or incomplete posting of some worlds, with its text, its payer, the truth and what was posted."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import polars as pl

from benchmarks.worlds.verdicts import MATCHES, verdicts

Cells = dict[str, str]
_TEXT = ("remittance_information", "creditor_reference", "end_to_end_id")
_TRUE = ("item_id", "amount", "adjustment", "reason")
_GIVEN = ("item_id", "amount_applied", "adjustment_amount", "adjustment_reason")


def worlds_in(directory: Path) -> list[Path]:
    """The worlds in a directory that were posted; itself, or those below it."""
    return sorted(
        {path.parent for path in (*directory.glob(MATCHES), *directory.glob(f"*/{MATCHES}")) if (path.parent / "world.json").exists()}
    )


def _errors(directory: Path, rule: str, kind: str) -> pl.DataFrame:
    lines = verdicts(directory).filter(pl.col("error") != "")
    if rule:
        lines = lines.filter(rule=rule)
    return lines.filter(kind=kind) if kind else lines


def counted(directories: Sequence[Path], rule: str = "", kind: str = "") -> str:
    """How many errors of each sort there are: the kind of line, the rule that posted it, what is wrong; most frequent first."""
    found: Counter[tuple[str, ...]] = Counter()
    for place in directories:
        found.update(_errors(place, rule, kind).select("kind", "rule", "error").iter_rows())
    rows = sorted(found.items(), key=lambda one: (-one[1], one[0]))
    return "\n".join(f"{count:>6}  {kind:<22}{rule:<24}{error}" for (kind, rule, error), count in rows)


def listed(directory: Path, rule: str = "", kind: str = "") -> Iterator[str]:
    """The errors of one world as blocks of text, those of one rule or kind of line where it is named."""
    lines = _errors(directory, rule, kind)
    if not lines.height:
        return
    bank, items = _by(directory / "lines.csv", "account", "bank_reference"), _by(directory / "items.csv", "item_id")
    true, given = _by(directory / "truth.csv", "account", "bank_reference"), _by(directory / MATCHES, "account", "bank_reference")
    names = {row["customer_id"]: row["name"] for rows in _by(directory / "customers.csv", "customer_id").values() for row in rows}
    for row in lines.sort("rule", "kind").iter_rows(named=True):
        key = (row["account"], row["bank_reference"])
        line = bank[key][0]
        posted = [one for one in given[key] if one["state"] == "posted" and one["item_id"]]
        known = "identifiable" if row["identifiable"] == "yes" else "not identifiable"
        about = f"{row['error'].upper()}  rule {row['rule']}  kind {row['kind']} {row['written']}".rstrip()
        yield "\n".join(
            [
                f"{directory.name} {' '.join(key)}  {about}  confidence {row['confidence']}  {known}",
                f"  {line['booking_date']}  {line['amount']} {line['currency']}  {' | '.join(line[name] for name in _TEXT)}",
                f"  payer    {line['counterparty_name']} | {line['counterparty_account']}  ({row['payer_name']}, {row['payer_account']})",
                *(_allocation("truth ", items, names, *(one[name] for name in _TRUE)) for one in true[key]),
                *(_allocation("posted", items, names, *(one[name] for name in _GIVEN)) for one in posted),
            ]
        )


def _allocation(
    who: str, items: dict[tuple[str, ...], list[Cells]], names: dict[str, str], item: str, cash: str, cleared: str, why: str
) -> str:
    if not item:
        return f"  {who}   pays nothing that is open"
    found = items.get((item,), [{}])[0]
    about = " ".join(found.get(name, "") for name in ("document_no", "status"))
    dates = f"issued {found.get('issue_date', '')} due {found.get('due_date', '')}"
    more = f" {found['document_type']}" if found.get("document_type", "invoice") != "invoice" else ""
    order = f" order {found['purchase_order']}" if found.get("purchase_order") else ""
    customer = found.get("customer_id", "")
    adjusted = f" and {cleared} {why}" if cleared.strip("0.") else ""
    return (
        f"  {who}   {cash}{adjusted} on {item} {about}{more} of {found.get('open_amount', '')} {dates}{order}; "
        f"{customer} {names.get(customer, '(not in master data)')}"
    )


def _by(path: Path, *key: str) -> dict[tuple[str, ...], list[Cells]]:
    found: dict[tuple[str, ...], list[Cells]] = {}
    with path.open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(tuple(row[name] for name in key), []).append(row)
    return found
