"""Drawn worlds: one seed one world, every knob does something, and a truth in which money is neither made nor lost."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from truths import assert_no_item_is_over_allocated, assert_read_by_the_product, by_line, rows

from benchmarks.month.damage import one_slip
from benchmarks.month.files import Files
from benchmarks.month.kinds import KINDS
from benchmarks.month.knobs import Knobs
from benchmarks.month.month import Settings, Source, generate
from benchmarks.worlds import draw
from benchmarks.worlds.prior import FAMILIES, world
from matcher import money

LINES = 900
SOLD = {"matched", "partial"}
"""Outcomes of lines whose whole amount goes to items."""


@pytest.fixture(scope="module", params=[(1, "normal"), (2, "normal"), (3, "hard"), (9, "normal"), (12, "hard")], ids=str)
def drawn(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    seed, family = request.param
    place = tmp_path_factory.mktemp(f"{family}-{seed}")
    draw.write(world(seed, LINES, family), place)
    return place


def test_same_seed_same_bytes(drawn: Path, tmp_path: Path) -> None:
    about = json.loads((drawn / "world.json").read_text())
    draw.write(world(about["seed"], LINES, about["family"]), tmp_path)
    names = sorted(path.name for path in drawn.iterdir())
    assert [name for name in names if (tmp_path / name).read_bytes() != (drawn / name).read_bytes()] == []
    assert names == ["customers.csv", "items.csv", "lines.csv", "matcher.toml", "rates.csv", "repeats.csv", "truth.csv", "world.json"]


def test_families_and_seeds_differ() -> None:
    drawn = [world(seed, LINES, family) for seed in (1, 2) for family in FAMILIES]
    assert len({repr(one.source) for one in drawn}) == 4


def test_truth_conserves_the_money_of_every_line(drawn: Path) -> None:
    over = {kind.name for kind in KINDS if kind.outcome == "overpaid"}
    for line, paid in by_line(rows(drawn, "truth.csv")):
        amount = money.parse(line["line_amount"], line["currency"])
        rest = amount - sum(money.parse(row["amount"], line["currency"]) for row in paid)
        if line["kind"] in over:
            assert rest > 0, line
        elif line["expected_outcome"] in SOLD:
            assert (rest, bool(paid)) == (0, True), line
        else:
            assert not paid, line


def test_no_item_is_allocated_more_than_it_has_open(drawn: Path) -> None:
    items = assert_no_item_is_over_allocated(drawn)
    paid = [row for row in rows(drawn, "truth.csv") if row["item_id"]]
    assert all(items[row["item_id"]]["issue_date"] < row["booking_date"] for row in paid)


def test_files_are_in_the_layouts_of_the_product(drawn: Path) -> None:
    assert_read_by_the_product(drawn)
    numbers = [(row["entity"], row["document_no"]) for row in rows(drawn, "items.csv") if row["document_type"] != "instalment"]
    assert len(set(numbers)) == len(numbers)


def test_sizes_go_from_a_few_items_to_very_many() -> None:
    sizes = [
        one.lines * one.source.knobs.items_per_line // 100
        for family in FAMILIES
        for one in (world(seed, 3_000, family) for seed in range(1, 120))
    ]
    assert min(sizes) < 100
    assert max(sizes) > 100_000
    assert {world(seed, 3_000).source.knobs.companies for seed in range(1, 120)} >= {1, 3, 10}


NOISE = replace(
    Source.of(Settings(1)).noise,
    matched=Source.of(Settings(1)).noise.matched | {"list_partly_named": 20, "list_short_paid": 20, "list_over_paid": 20, "list_group": 20},
    unmatched=Source.of(Settings(1)).noise.unmatched | {"deposit": 90, "unknown_document": 90, "customer_other": 90, "returned": 90},
)
"""The first fixed model with the kinds that only worlds have."""


def made(place: Path, **knobs: Any) -> Path:
    Files(generate(Settings(LINES, 5), Source("test", NOISE, 100, replace(Knobs(), **knobs)))).write(place)
    return place


def repeated(place: Path) -> float:
    """Share of items whose customer has another one of that amount."""
    items = Counter((row["customer_id"], row["amount"]) for row in rows(place, "items.csv"))
    return sum(count for count in items.values() if count > 1) / sum(items.values())


def own_amounts(place: Path) -> float:
    """Share of customers' money that pays nothing, in advance or for something else, and has the amount of a document of theirs."""
    amounts = {row["amount"].lstrip("-") for row in rows(place, "items.csv")} | {row["open_amount"] for row in rows(place, "items.csv")}
    lines = [
        row["line_amount"] for row in rows(place, "truth.csv") if row["kind"] in ("deposit", "returned", "customer_other", "prepayment")
    ]
    return sum(amount in amounts for amount in lines) / len(lines)


def beside(place: Path) -> float:
    """Share of batches without a list that have the amount of one item."""
    amounts = {row["open_amount"] for row in rows(place, "items.csv")}
    lines = [line["line_amount"] for line, _ in by_line(rows(place, "truth.csv")) if line["kind"] == "batch_unlisted"]
    return sum(amount in amounts for amount in lines) / len(lines)


def respelt(place: Path) -> float:
    """Share of second payments whose text is not that of another line."""
    bank = {(row["account"], row["bank_reference"]): row["remittance_information"] for row in rows(place, "lines.csv")}
    times = Counter(bank.values())
    texts = [bank[row["account"], row["bank_reference"]] for row in rows(place, "truth.csv") if row["kind"] == "duplicate"]
    return sum(times[text] == 1 for text in texts) / len(texts)


def closed_as_issued(place: Path) -> float:
    """Share of lines that name a closed document with its number as issued."""
    numbers = {row["document_no"] for row in rows(place, "items.csv") if row["status"] == "closed"}
    bank = {(row["account"], row["bank_reference"]): row["remittance_information"] for row in rows(place, "lines.csv")}
    texts = [bank[row["account"], row["bank_reference"]] for row in rows(place, "truth.csv") if row["kind"] == "closed_item"]
    return sum(any(number in text for number in numbers) for text in texts) / len(texts)


def foreign_numbers(place: Path) -> float:
    """Share of texts with one of the words that stand before somebody else's number."""
    texts = [row["remittance_information"] for row in rows(place, "lines.csv")]
    return sum("Filiale" in text or "Zählernr." in text or "PLZ" in text for text in texts) / len(texts)


def unknown_customers(place: Path) -> float:
    """Share of items of customers that the master data lacks."""
    known = {row["customer_id"] for row in rows(place, "customers.csv")}
    items = rows(place, "items.csv")
    return sum(row["customer_id"] not in known for row in items) / len(items)


def other_entity(place: Path) -> float:
    """Share of items whose customer's master record names another legal entity."""
    entity = {row["customer_id"]: row["entity"] for row in rows(place, "customers.csv")}
    items = [row for row in rows(place, "items.csv") if entity.get(row["customer_id"])]
    return sum(entity[row["customer_id"]] != row["entity"] for row in items) / len(items)


def oldest(place: Path) -> float:
    """Share of payments of one of several equal amounts that pay the item that is due first."""
    items = {row["item_id"]: row for row in rows(place, "items.csv")}
    due: dict[tuple[str, str], list[str]] = defaultdict(list)
    for row in items.values():
        if row["status"] == "open":
            due[row["customer_id"], row["open_amount"]].append(row["due_date"])
    paid = [items[row["item_id"]] for row in rows(place, "truth.csv") if row["kind"] == "no_reference_twins"]
    return sum(row["due_date"] == min(due[row["customer_id"], row["open_amount"]], default="") for row in paid) / len(paid)


@pytest.mark.parametrize(
    ("measured", "knobs"),
    [
        (repeated, {"fixed_price": 1000, "fixed_share": 1000}),
        (repeated, {"price_list": 1000}),
        (repeated, {"multiples": 1000}),
        (repeated, {"hot": 1000}),
        (own_amounts, {"own_amounts": 1000}),
        (beside, {"beside": {"batch_unlisted": 1000}}),
        (respelt, {"duplicate_respelt": 1000}),
        (foreign_numbers, {"collisions": 800}),
        (unknown_customers, {"unlisted": 300}),
        (other_entity, {"foreign_master": 500}),
        (other_entity, {"shared_customers": 500}),
        (oldest, {"oldest_first": 1000}),
    ],
    ids=lambda given: getattr(given, "__name__", None) or next(iter(given)),
)
def test_a_knob_makes_more_of_what_it_is_for(measured: Callable[[Path], float], knobs: dict[str, Any], tmp_path: Path) -> None:
    before, after = measured(made(tmp_path / "before")), measured(made(tmp_path / "after", **knobs))
    assert before < 1
    assert after > before + 0.1, (before, after)


def test_a_knob_hurts_the_numbers_of_closed_documents(tmp_path: Path) -> None:
    assert closed_as_issued(made(tmp_path / "before")) > 0.8
    assert closed_as_issued(made(tmp_path / "after", closed_damaged=1000)) < 0.5


def test_sizes_and_numbers_follow_their_knobs(tmp_path: Path) -> None:
    place = made(
        tmp_path, companies=1, customers=40, items_per_line=400, first_customer_number=103, order_styles=(4,), countries=(1,) + (0,) * 26
    )
    items = rows(place, "items.csv")
    assert {row["entity"] for row in items} == {"1"}
    assert len(rows(place, "customers.csv")) == 40
    assert {row["country"] for row in rows(place, "customers.csv")} == {"DE"}
    assert min(int(row["customer_no"]) for row in rows(place, "customers.csv")) == 103
    assert sum(row["status"] != "closed" for row in items) == LINES * 4
    assert all(row["purchase_order"].isdigit() for row in items if row["purchase_order"])


def test_payments_for_two_customers_and_of_any_kind_twice(tmp_path: Path) -> None:
    place = made(tmp_path, duplicate_of_any=True, free_unnamed=False, borrowed=0)
    owner = {row["item_id"]: row["customer_id"] for row in rows(place, "items.csv")}
    groups = [{owner[row["item_id"]] for row in paid} for line, paid in by_line(rows(place, "truth.csv")) if line["kind"] == "list_group"]
    assert groups
    assert {len(group) for group in groups} == {2}
    bank = {(row["account"], row["bank_reference"]): row["remittance_information"] for row in rows(place, "lines.csv")}
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in rows(place, "truth.csv"):
        kinds[bank[row["account"], row["bank_reference"]]].add(row["kind"])
    assert any(
        "duplicate" in found and found & {"no_reference_unique", "no_reference_twins", "typo", "purchase_order"} for found in kinds.values()
    )


def test_no_item_carries_the_order_of_a_payment_in_advance(tmp_path: Path) -> None:
    settings = Settings(LINES, 5, month="2026-02")
    Files(generate(settings, Source("test", NOISE, 100, Knobs(order_styles=(0,))))).write(tmp_path)
    orders = {row["purchase_order"] for row in rows(tmp_path, "items.csv")}
    bank = {(row["account"], row["bank_reference"]): row["remittance_information"] for row in rows(tmp_path, "lines.csv")}
    texts = [bank[row["account"], row["bank_reference"]] for row in rows(tmp_path, "truth.csv") if row["kind"] == "prepayment"]
    assert texts
    assert {text.split()[-1] for text in texts} & orders == set()


def test_instalments_are_paid_in_order(tmp_path: Path) -> None:
    place = made(tmp_path, instalments_in_order=True)
    paid = {row["item_id"] for row in rows(place, "truth.csv")}
    plans: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in rows(place, "items.csv"):
        if row["document_type"] == "instalment":
            plans[row["entity"], row["document_no"]].append(row)
    for plan in plans.values():
        states = [row["status"] for row in sorted(plan, key=lambda row: row["due_date"])]
        assert states == sorted(states), plan
        assert min((row for row in plan if row["status"] != "closed"), key=lambda row: row["due_date"])["item_id"] in paid


def test_slips_of_the_pen_are_told_from_other_numbers() -> None:
    slips = (("RE-2041", "RE-2041"), ("RE-2041", "RE-2047"), ("RE-2041", "RE-204"), ("RE-2041", "RE-20041"), ("RE-2041", "RE-2014"))
    assert [pair for pair in slips if not one_slip(*pair)] == []
    others = (("RE-2041", "RE-2174"), ("RE-2041", "RE-20"), ("RE-2041", "RE-1240"), ("RE-2041", "RE-2130"), ("2041", "3051"))
    assert [pair for pair in others if one_slip(*pair)] == []


def test_numbers_nobody_was_given_are_no_slips_of_the_customers_own(tmp_path: Path) -> None:
    place = made(tmp_path)
    numbers = {row["document_no"] for row in rows(place, "items.csv")}
    bank = {(row["account"], row["bank_reference"]): row["remittance_information"] for row in rows(place, "lines.csv")}
    texts = [bank[row["account"], row["bank_reference"]] for row in rows(place, "truth.csv") if row["kind"] == "unknown_document"]
    assert texts
    assert [text for text in texts if numbers & set(text.replace(",", " ").split())] == []
