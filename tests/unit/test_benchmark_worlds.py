"""Drawn worlds: one seed one world, every knob does something, and a truth in which money is neither made nor lost."""

import csv
import itertools
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.month.files import Files
from benchmarks.month.kinds import KINDS
from benchmarks.month.knobs import Knobs
from benchmarks.month.month import Settings, Source, generate
from benchmarks.worlds import draw
from benchmarks.worlds.prior import FAMILIES, world
from matcher import config, money
from matcher.openitems import readers

Row = dict[str, str]
LINES = 900
SOLD = {"matched", "partial"}
"""Outcomes of lines whose whole amount goes to items."""


def rows(place: Path, name: str) -> list[Row]:
    with (place / name).open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def by_line(truth: list[Row]) -> Iterator[tuple[Row, list[Row]]]:
    for _, group in itertools.groupby(truth, key=lambda row: (row["account"], row["bank_reference"])):
        found = list(group)
        yield found[0], [row for row in found if row["item_id"]]


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
    assert names == ["customers.csv", "items.csv", "lines.csv", "matcher.toml", "rates.csv", "truth.csv", "world.json"]


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
    items = {row["item_id"]: row for row in rows(drawn, "items.csv")}
    taken: dict[str, int] = defaultdict(int)
    for row in rows(drawn, "truth.csv"):
        if row["item_id"]:
            item = items[row["item_id"]]
            taken[row["item_id"]] += money.parse(row["item_amount"], item["currency"]) + money.parse(row["adjustment"], item["currency"])
            assert item["status"] != "closed"
            assert item["issue_date"] < row["booking_date"]
    for item_id, settled in taken.items():
        opened = money.parse(items[item_id]["open_amount"], items[item_id]["currency"])
        assert 0 < settled * (1 if opened > 0 else -1) <= abs(opened), item_id


def test_files_are_in_the_layouts_of_the_product(drawn: Path) -> None:
    config.load(drawn / "matcher.toml")
    for name, reader in (("items.csv", readers.items), ("customers.csv", readers.customers), ("rates.csv", readers.rates)):
        assert reader((drawn / name).read_bytes(), name).height == len(rows(drawn, name))
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
