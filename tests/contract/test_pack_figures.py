"""Figures of the pack, computed again by SQL over the raw tables of the books, from their definitions alone.

The demo month, worked and closed, and a generated month as a run leaves it. Nothing of the program but the tables is used for the SQL.
"""

import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import openpyxl
import pytest
from desk import FIXTURES, Desk, prepared

from benchmarks.generate import main as generate

DEMO = FIXTURES / "demo"
FIRST, LAST = date(2026, 10, 1), date(2026, 10, 31)
LIVE = """WITH mine AS (FROM raw.line WHERE booking_date BETWEEN $first AND $last),
live AS (FROM log.decision WHERE effective_date <= $last AND kind NOT IN ('undo', 'approve', 'dismiss')
    AND decision_id NOT IN (SELECT reverses FROM log.decision WHERE reverses <> '')),
settled AS (FROM live WHERE kind IN ('match', 'accept', 'allocate', 'on_account', 'set_off', 'refund', 'return', 'classify')
    QUALIFY row_number() OVER (PARTITION BY line_id ORDER BY batch DESC, ordinal DESC) = 1),
found AS (FROM work.finding),
fate AS (SELECT l.line_id, l.account, l.currency, l.amount, CASE
    WHEN s.kind = 'classify' THEN 'not receivable' WHEN s.kind = 'on_account' THEN 'on account'
    WHEN s.kind = 'match' THEN 'posted by a rule' WHEN s.kind IS NOT NULL THEN 'posted by a person'
    WHEN f.state = 'proposed' THEN 'proposed'
    WHEN f.outcome IN ('non_receivable', 'outgoing') OR (f.outcome IS NULL AND l.amount < 0) THEN 'not receivable'
    ELSE 'unexplained' END AS fate
    FROM mine AS l LEFT JOIN settled AS s USING (line_id) LEFT JOIN found AS f USING (line_id)),
posted AS (SELECT a.*, d.effective_date FROM log.allocation AS a JOIN live AS d USING (decision_id)),
item AS (SELECT i.*, i.open_amount - coalesce(p.settled, 0) AS left_open FROM raw.item AS i LEFT JOIN (
    SELECT item_id, sum(item_amount + adjustment) AS settled FROM posted GROUP BY item_id) AS p USING (item_id)
    WHERE i.issue_date <= $last),
payer AS (SELECT line_id, customer_id FROM settled WHERE customer_id <> ''
    UNION ALL SELECT line_id, arg_max(customer_id, batch) FROM log.credit
    WHERE line_id NOT IN (SELECT line_id FROM settled) GROUP BY line_id),
credit AS (SELECT l.entity, l.currency,
        l.amount - coalesce(sum(p.amount) FILTER (p.line_id = l.line_id AND p.item_id <> 'U-' || l.line_id), 0)
        + coalesce(sum(p.item_amount) FILTER (p.item_id = 'U-' || l.line_id), 0) AS rest
    FROM raw.line AS l JOIN payer USING (line_id) LEFT JOIN posted AS p ON p.line_id = l.line_id OR p.item_id = 'U-' || l.line_id
    WHERE l.booking_date <= $last AND l.amount > 0 AND payer.customer_id <> '' AND l.line_id NOT IN (
        SELECT line_id FROM settled WHERE kind IN ('classify', 'return')) GROUP BY l.line_id, l.entity, l.currency, l.amount)
"""
Figures = dict[Any, Any]


@dataclass(frozen=True)
class Told:
    """The pack of October as its workbook tells it, and the books' tables."""

    sheets: dict[str, list[tuple[Any, ...]]]
    file: Path

    def sql(self, query: str) -> list[tuple[Any, ...]]:
        """Rows of a query over the raw tables."""
        with duckdb.connect(str(self.file), read_only=True) as connection:
            given = {name: value for name, value in (("first", FIRST), ("last", LAST)) if f"${name}" in LIVE + query}
            return connection.execute(LIVE + query, given).fetchall()

    def rows(self, sheet: str) -> Iterator[dict[str, Any]]:
        """The rows of a table by its headings."""
        head, *rows = self.sheets[sheet][3:]
        for row in rows:
            if not any(cell is not None for cell in row):
                return
            yield dict(zip(head, row, strict=True))

    def fall(self, sheet: str, title: str) -> dict[str, int]:
        """The steps of waterfalls whose title begins so, added up by currency and step: minor units."""
        sums: Counter[str] = Counter()
        for row in self.rows(sheet):
            if row["figure"].startswith(title):
                sums[f"{row['currency']} {row['step']}"] += _minor(row["change"] if row["level"] is None else row["level"])
        return dict(sums)


def _minor(amount: float | None, places: int = 2) -> int:
    return round((amount or 0) * 10**places)


def _demo(desk: Desk) -> None:
    (desk.folder / "matcher.toml").write_bytes((DEMO / "matcher.toml").read_bytes())
    statements = sorted(map(str, (DEMO / "statements").iterdir()))
    commands = [["init", "."], *(["import", kind, str(DEMO / f"{kind}.csv")] for kind in ("customers", "items", "rates"))]
    commands += [["ingest", *statements], ["run", "--as-of", LAST.isoformat()]]
    commands += [["accept", *"368d86 5ab794 561e1f 8606c9 c2e057 b45641".split(), "--reason", "confirmed"]]
    commands += [["return", "ref:261029000042", "--of", "ref:261021000039"], ["on-account", "ref:261009000014", "--customer", "C1001"]]
    commands += [["refund", "ref:261023000041", "U-ref:261009000014"], ["on-account", "546365", "--customer", "C1012"]]
    commands += [["classify", "ref:261014000019", "--with", "d63995", "--as", "own_transfer"]]
    prepared(desk, [*commands, ["undo", "368d86", "--reason", "not ours"], ["close", "2026-10", "--force", "--reason", "for the test"]])


def _generated(desk: Desk) -> None:
    assert generate(["--lines", "400", "--seed", "11", "-o", str(desk.folder)]) == 0
    (desk.folder / "month.json").unlink()
    commands = [["init", "."], *(["import", kind, f"{kind}.csv"] for kind in ("customers", "items", "rates"))]
    prepared(desk, [*commands, ["ingest", "lines.csv"], ["run", "--as-of", LAST.isoformat()]])


@pytest.fixture(scope="module", params=[_demo, _generated], ids=["demo", "generated"])
def told(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Told:
    folder = tmp_path_factory.mktemp("figures")
    with pytest.MonkeyPatch.context() as monkeypatch:
        desk = Desk(folder, monkeypatch)
        request.param(desk)
        desk.do("report", "--month", "2026-10", "-o", "pack")
    book = openpyxl.load_workbook(io.BytesIO((folder / "pack" / "pack-2026-10.xlsx").read_bytes()), data_only=True)
    return Told({sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}, desk.file)


OTHER_STEPS = (
    "opening balance", "closing balance", "invoices", "debit notes", "credit notes", "credits on account in the ERP",
    "receipts not yet applied", "set-offs", "refunds", "returned by the bank", "taken back", "changed in the ERP",
)  # fmt: skip
"""Steps of the bridge that clear nothing without cash."""
FATES = ("posted by a rule", "posted by a person", "on account", "proposed", "unexplained", "not receivable")


def test_1_how_many_lines_became_what(told: Told) -> None:
    mine = {(row["account"], fate): row[fate] for row in told.rows("Lines") for fate in FATES if row[fate]}
    assert mine == {(account, fate): n for account, fate, n in told.sql("SELECT account, fate, count(*) FROM fate GROUP BY ALL")}


def test_2_for_how_much(told: Told) -> None:
    mine = {(row["account"], fate): _minor(row[fate]) for row in told.rows("Amounts") for fate in FATES if row[fate]}
    found = told.sql("SELECT account, fate, sum(amount)::BIGINT FROM fate GROUP BY ALL HAVING sum(amount) <> 0")
    assert mine == {(account, fate): amount for account, fate, amount in found}


def test_3_what_came_in(told: Told) -> None:
    mine = {row["account"]: (row["lines in"], _minor(money["lines in"])) for row, money in
            zip(told.rows("Lines"), told.rows("Amounts"), strict=True) if row["lines in"]}  # fmt: skip
    assert mine == {account: (n, s) for account, n, s in told.sql("SELECT account, count(*), sum(amount)::BIGINT FROM mine GROUP BY ALL")}


def test_4_what_the_erp_lists_and_what_is_open(told: Told) -> None:
    mine = told.fall("From the ERP to the bank", "From the ERP's list")
    query = "SELECT currency, sum(open_amount)::BIGINT, sum(left_open)::BIGINT FROM item GROUP BY ALL"
    for currency, listed, left in told.sql(query):
        assert mine[f"{currency} the ERP's list"] == listed
        assert mine[f"{currency} open items, aged"] == left


def test_5_the_buckets(told: Told) -> None:
    buckets = ("not due", "1-30", "31-60", "61-90", "91-120", ">120")
    mine = {(row["currency"], bucket): _minor(row[bucket]) for row in _by_currency(told.rows("Aging"), buckets) for bucket in buckets}
    query = """SELECT currency, CASE WHEN late <= 0 THEN 'not due' WHEN late <= 30 THEN '1-30' WHEN late <= 60 THEN '31-60'
        WHEN late <= 90 THEN '61-90' WHEN late <= 120 THEN '91-120' ELSE '>120' END AS bucket, sum(left_open)::BIGINT FROM (
            SELECT *, $last::DATE - coalesce(due_date, issue_date) AS late FROM item) WHERE left_open > 0 GROUP BY ALL"""
    assert {key: amount for key, amount in mine.items() if amount} == {(code, name): amount for code, name, amount in told.sql(query)}


def _by_currency(rows: Iterator[dict[str, Any]], names: tuple[str, ...]) -> list[dict[str, Any]]:
    sums: dict[str, dict[str, Any]] = {}
    for row in rows:
        mine = sums.setdefault(row["currency"], dict.fromkeys(names, 0) | {"currency": row["currency"]})
        for name in names:
            mine[name] += row[name] or 0
    return list(sums.values())


def test_6_what_is_unapplied(told: Told) -> None:
    mine: Counter[str] = Counter()
    for row in told.rows("Unapplied"):
        mine[row["currency"]] += _minor(row["unapplied"])
    query = "SELECT currency, sum(rest)::BIGINT FROM credit GROUP BY ALL HAVING sum(rest) <> 0"
    assert dict(mine) == dict(told.sql(query))


def test_7_cash_and_clearing_in_the_month(told: Told) -> None:
    mine = told.fall("From the last month to this one", "")
    # what was taken back later was cash all the same: the bridge tells its reversal as a step of its own
    query = """SELECT i.currency, sum(a.item_amount)::BIGINT, sum(a.adjustment)::BIGINT FROM log.allocation AS a
        JOIN log.decision AS d USING (decision_id) JOIN item AS i USING (item_id)
        WHERE d.kind IN ('match', 'accept', 'allocate')
        AND greatest(d.effective_date, i.issue_date) BETWEEN $first AND $last GROUP BY ALL"""
    for currency, cash, cleared in told.sql(query):
        steps = {step: amount for step, amount in mine.items() if step.startswith(currency)}
        assert -steps.pop(f"{currency} receipts on documents", 0) == cash
        assert -sum(amount for step, amount in steps.items() if step.removeprefix(f"{currency} ") not in OTHER_STEPS) == cleared


def test_8_what_was_open_when_the_month_began(told: Told) -> None:
    mine = told.fall("From the last month to this one", "")
    # a document counts from its issue; what it had lost before it was listed, from the day on which the ERP closed it, else from its issue
    query = """SELECT currency, sum(CASE WHEN closed_date >= $first THEN amount ELSE open_amount END)::BIGINT FROM item
        WHERE issue_date < $first GROUP BY ALL"""
    assert {code: mine[f"{code} opening balance"] for code, _ in told.sql(query)} == dict(told.sql(query))


def test_9_what_was_cleared_by_reason(told: Told) -> None:
    mine = {
        (row["reason"], row["currency"]): (row["how many"], _minor(row["cleared"])) for row in told.rows("Adjustments") if row["reason"]
    }
    query = """SELECT replace(p.adjustment_reason, '_', ' '), i.currency, count(*), sum(p.adjustment)::BIGINT
        FROM posted AS p JOIN item AS i USING (item_id) WHERE p.adjustment <> 0
        AND p.effective_date BETWEEN $first AND $last GROUP BY ALL"""
    assert mine == {(reason, code): (n, amount) for reason, code, n, amount in told.sql(query)}


def test_10_what_waits_and_how_old_it_is(told: Told) -> None:
    mine = Counter((row["currency"], row["days"], _minor(row["amount"])) for row in told.rows("Waiting") if row["line"])
    query = """SELECT f.currency, $last::DATE - l.booking_date, f.amount FROM fate AS f JOIN mine AS l USING (line_id)
        WHERE fate IN ('proposed', 'unexplained')"""
    assert mine == Counter(told.sql(query))


def test_11_what_statements_end_with(told: Told) -> None:
    mine = [
        (row["account"], _minor(row["opening"]), _minor(row["closing"])) for row in told.rows("Statements") if row["account"] != "total"
    ]
    query = (
        "SELECT account, coalesce(opening, 0), coalesce(closing, 0) FROM raw.statement ORDER BY account, first_day, last_day, statement_id"
    )
    assert mine == told.sql(query)


def test_12_what_rules_posted_and_people_decided(told: Told) -> None:
    rules: Counter[str] = Counter()
    for row in told.rows("Rules"):
        rules[row["currency"]] += _minor(row["amount"])
    posted = "SELECT currency, sum(amount)::BIGINT FROM mine JOIN live USING (line_id) WHERE live.kind = 'match' GROUP BY ALL"
    assert dict(rules) == dict(told.sql(posted))
    people: Counter[str] = Counter()
    for row in told.rows("People") if "No person has decided." not in str(told.sheets["People"][3][0]) else ():
        people[row["decision"]] += row["decisions"]
    decided = (
        "SELECT replace(d.kind, '_', ' '), count(*) FROM log.decision AS d JOIN mine USING (line_id) WHERE actor <> 'engine' GROUP BY ALL"
    )
    assert dict(people) == dict(told.sql(decided))
