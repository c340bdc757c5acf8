"""The generated month: the same everywhere, of every kind, and with a truth in which money is neither made nor lost."""

import hashlib
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

import numpy as np
import pytest
from truths import assert_no_item_is_over_allocated, assert_read_by_the_product, assert_scores_as_perfect, by_line, minor, rows

from benchmarks.generate import main
from benchmarks.month import references
from benchmarks.month.draws import Dice, Draws, quotas
from benchmarks.month.kinds import KINDS
from benchmarks.month.payers import NAMES
from benchmarks.month.scripts import latin_letters
from matcher import config

Row = dict[str, str]
LINES = 3000


def generate(place: Path, *options: str) -> Path:
    assert main(["--lines", str(LINES), "--seed", "11", "-o", str(place), *options]) == 0
    return place


@pytest.fixture(scope="module")
def month(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return generate(tmp_path_factory.mktemp("a"))


@pytest.fixture(scope="module")
def other(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The held-out model, hard, with hot amounts and remittance advices."""
    return generate(tmp_path_factory.mktemp("b"), "--noise", "b", "--difficulty", "hard", "--hot-share", "0.5", "--remittance")


@pytest.fixture(params=["month", "other"])
def either(request: pytest.FixtureRequest) -> Path:
    found: Path = request.getfixturevalue(request.param)
    return found


def test_same_seed_same_bytes(month: Path, tmp_path: Path) -> None:
    again = generate(tmp_path / "again")
    names = sorted(path.name for path in month.iterdir())
    assert names == ["customers.csv", "items.csv", "lines.csv", "matcher.toml", "month.json", "rates.csv", "truth.csv"]
    assert [name for name in names if (again / name).read_bytes() != (month / name).read_bytes()] == []


def test_bytes_do_not_depend_on_machine_or_library(tmp_path: Path) -> None:
    # a change of these digests makes figures measured before it incomparable
    main(["--lines", "600", "--seed", "3", "-o", str(tmp_path)])
    found = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()[:16] for name in ("lines.csv", "items.csv", "truth.csv")}
    assert found == {"lines.csv": "b130147721bd097c", "items.csv": "5743e26e133ec0ff", "truth.csv": "336bd1273acf9523"}


def test_both_fixed_months_keep_their_bytes(month: Path, other: Path) -> None:
    # knobs that only worlds turn leave them alone
    found = [hashlib.sha256(b"".join(path.read_bytes() for path in sorted(place.iterdir()))).hexdigest()[:16] for place in (month, other)]
    assert found == ["5ca1098c251d1f5e", "b12291c18820da65"]


def test_another_seed_is_another_month(month: Path, tmp_path: Path) -> None:
    main(["--lines", str(LINES), "--seed", "12", "-o", str(tmp_path)])
    assert (tmp_path / "lines.csv").read_bytes() != (month / "lines.csv").read_bytes()


def test_every_kind_is_there(either: Path) -> None:
    found = {row["kind"] for row in rows(either, "truth.csv")}
    assert found == {kind.name for kind in KINDS if not kind.worlds}


def test_ways_to_write_a_payer_are_there(month: Path) -> None:
    assert {row["payer_name"] for row in rows(month, "truth.csv")} == set(NAMES)


def test_lines_and_shares(month: Path) -> None:
    truth = list(by_line(rows(month, "truth.csv")))
    assert len(truth) == len(rows(month, "lines.csv")) == LINES
    credits = [line for line, _ in truth if not line["line_amount"].startswith("-")]
    assert len(credits) == LINES * 83 // 100
    assert sum(bool(paid) for _, paid in truth) == len(credits) * 73 // 100
    assert 1.8 <= sum(row["status"] != "closed" for row in rows(month, "items.csv")) / LINES <= 1.9


def test_truth_and_lines_tell_the_same_amounts(either: Path) -> None:
    lines = {(row["account"], row["bank_reference"]): row for row in rows(either, "lines.csv")}
    assert len(lines) == LINES
    for line, _ in by_line(rows(either, "truth.csv")):
        own = lines[line["account"], line["bank_reference"]]
        assert (own["amount"], own["currency"], own["booking_date"]) == (line["line_amount"], line["currency"], line["booking_date"])


def test_truth_conserves_the_money_of_every_line(either: Path) -> None:
    whole = {kind.name for kind in KINDS if kind.outcome in ("matched", "partial")}
    for line, paid in by_line(rows(either, "truth.csv")):
        amount, applied = minor(line["line_amount"], line["currency"]), sum(minor(row["amount"], line["currency"]) for row in paid)
        rest = amount - applied
        if line["kind"] in whole:
            assert (rest, bool(paid)) == (0, True), line
        elif line["kind"] == "overpayment":
            assert rest > 0
            assert applied > 0
        else:
            assert not paid, line


def test_no_item_is_allocated_more_than_it_has_open(either: Path) -> None:
    items = assert_no_item_is_over_allocated(either)
    paid = [row for row in rows(either, "truth.csv") if row["item_id"]]
    assert all(items[row["item_id"]]["issue_date"] < row["booking_date"] for row in paid)


def test_payments_settle_whole_items_unless_their_kind_says_less(either: Path) -> None:
    opened = {row["item_id"]: row["open_amount"] for row in rows(either, "items.csv")}
    currency = {row["item_id"]: row["currency"] for row in rows(either, "items.csv")}
    for row in rows(either, "truth.csv"):
        if row["item_id"] and row["kind"] not in ("part_payment", "discount_late"):
            code = currency[row["item_id"]]
            assert minor(row["item_amount"], code) + minor(row["adjustment"], code) == minor(opened[row["item_id"]], code), row


def test_discounts_are_in_time_in_grace_or_late(month: Path) -> None:
    items = {row["item_id"]: row for row in rows(month, "items.csv")}
    days: dict[str, list[int]] = defaultdict(list)
    for row in rows(month, "truth.csv"):
        if row["kind"].startswith("discount"):
            item = items[row["item_id"]]
            days[row["kind"]].append((date.fromisoformat(row["booking_date"]) - date.fromisoformat(item["discount_date"])).days)
            rate = int(item["discount_pct"])
            cut = minor(item["open_amount"], item["currency"]) - minor(row["amount"], item["currency"])
            assert cut == (minor(item["amount"], item["currency"]) * rate + 50) // 100
    grace = config.load(month / "matcher.toml").policy.discount_grace_days
    assert max(days["discount_in_terms"]) <= 0
    assert 0 < min(days["discount_grace"]) <= max(days["discount_grace"]) <= grace
    assert min(days["discount_late"]) > grace


def test_everything_due_up_to_a_day_leaves_only_later_items(either: Path) -> None:
    items = {row["item_id"]: row for row in rows(either, "items.csv")}
    left: dict[str, list[Row]] = defaultdict(list)
    for row in items.values():
        if row["status"] != "closed":
            left[row["customer_id"]].append(row)
    checked = 0
    for line, paid in by_line(rows(either, "truth.csv")):
        if line["kind"] == "all_due":
            ids = {row["item_id"] for row in paid}
            customer = items[paid[0]["item_id"]]["customer_id"]
            last = max(items[one]["due_date"] for one in ids)
            assert {row["item_id"] for row in left[customer] if row["due_date"] <= last} == ids
            checked += 1
    assert checked


def test_readable_numbers_stand_in_the_text(month: Path) -> None:
    numbers = {row["item_id"]: row["document_no"] for row in rows(month, "items.csv")}
    texts = {(row["account"], row["bank_reference"]): row for row in rows(month, "lines.csv")}
    for line, paid in by_line(rows(month, "truth.csv")):
        text = texts[line["account"], line["bank_reference"]]
        if line["kind"] in ("readable", "list", "list_netted"):
            assert all(numbers[row["item_id"]] in text["remittance_information"] for row in paid)
        elif line["kind"] in ("typo", "typo_other", "truncated", "ocr_swap", "no_reference_unique", "purchase_order"):
            everything = text["remittance_information"] + text["end_to_end_id"] + text["creditor_reference"]
            if line["kind"] != "ocr_swap":  # a number without 0, 1, 5 or 8 cannot be read wrongly
                assert numbers[paid[0]["item_id"]] not in everything, line


def test_typos_hit_another_number_only_where_they_should(month: Path) -> None:
    numbers = {row["document_no"].removeprefix("CN-") for row in rows(month, "items.csv") if row["status"] != "closed"}
    texts = {(row["account"], row["bank_reference"]): row["remittance_information"] for row in rows(month, "lines.csv")}
    hits: dict[str, list[bool]] = defaultdict(list)
    for line, _ in by_line(rows(month, "truth.csv")):
        if line["kind"] in ("typo", "typo_other"):
            text = texts[line["account"], line["bank_reference"]]
            hits[line["kind"]].append(any(number in text for number in numbers if len(number) > 6))
    assert all(hits["typo_other"])
    assert not any(hits["typo"])


def test_references_are_unique_and_stand_on_their_item(month: Path) -> None:
    given = [row["payment_reference"] for row in rows(month, "items.csv") if row["payment_reference"]]
    assert len(set(given)) == len(given) > LINES // 10
    numbers = [(row["entity"], row["document_no"]) for row in rows(month, "items.csv") if row["document_type"] != "instalment"]
    assert len(set(numbers)) == len(numbers)


def test_duplicates_repeat_an_earlier_payment(month: Path) -> None:
    seen: dict[tuple[str, ...], str] = {}
    lines = {(row["account"], row["bank_reference"]): row for row in rows(month, "lines.csv")}
    truth = [line for line, _ in by_line(rows(month, "truth.csv"))]
    for line in truth:
        row = lines[line["account"], line["bank_reference"]]
        key = (row["account"], row["amount"], row["remittance_information"], row["creditor_reference"])
        if line["kind"] == "duplicate":
            assert seen[key] < row["booking_date"]
        seen.setdefault(key, row["booking_date"])


def test_half_of_the_amounts_on_four_price_points(other: Path) -> None:
    amounts = Counter(row["amount"] for row in rows(other, "items.csv") if row["currency"] == "EUR")
    total, hot = sum(amounts.values()), sum(amounts[price] for price in ("49.00", "99.00", "299.00", "1190.00"))
    assert 0.4 < hot / total < 0.6


def test_advices_add_up_to_their_payment(other: Path) -> None:
    advices: dict[str, list[Row]] = defaultdict(list)
    for row in rows(other, "remittance.csv"):
        advices[row["payment_reference"]].append(row)
    texts = " ".join(row["remittance_information"] for row in rows(other, "lines.csv"))
    for number, parts in advices.items():
        assert number in texts
        currency = parts[0]["currency"]
        assert sum(minor(row["net"], currency) for row in parts) == minor(parts[0]["total"], currency)
    known = {line["identifiable"] for line, _ in by_line(rows(other, "truth.csv")) if line["kind"] == "advice_only"}
    assert (len(advices) > 0, known) == (True, {"yes"})


def test_balances_run_over_the_lines_of_each_account(month: Path) -> None:
    before: dict[str, int] = {}
    for row in rows(month, "lines.csv"):
        balance = minor(row["balance"], row["currency"])
        if row["account"] in before:
            assert balance == before[row["account"]] + minor(row["amount"], row["currency"])
        before[row["account"]] = balance


def test_files_are_in_the_layouts_of_the_product(either: Path) -> None:
    found = assert_read_by_the_product(either)
    assert len({account.currency for account in found.account}) >= 6


def test_the_truth_itself_scores_as_perfect(either: Path) -> None:
    assert_scores_as_perfect(either)


def test_small_months_work(tmp_path: Path) -> None:
    for lines in (1, 7, 60):
        assert main(["--lines", str(lines), "-o", str(tmp_path / str(lines))]) == 0
        assert len(rows(tmp_path / str(lines), "lines.csv")) == lines


def test_check_digits_of_published_examples() -> None:
    assert references.rf("539007547034") == "RF18539007547034"
    assert references.qrr("21000000000313947143000901") == "210000000003139471430009017"
    assert references.ogm("0108068171") == "+++010/8068/17183+++"
    assert references.finnish("1234567") == "12345672"
    assert references.dutch("000056789012345") == "5000056789012345"
    assert references.kid("60224") == "0000000602243"
    assert references.danish("00404040000066") == "+71<004040400000669+88341207<"


def test_draws_do_not_move_when_others_are_added() -> None:
    assert Draws(1).bits("x", 3).tolist() == Draws(1).bits("x", 5).tolist()[:3]
    assert Draws(1).bits("x", 3).tolist() != Draws(1).bits("y", 3).tolist()
    # splitmix64 from 0, as published
    assert [Dice(0).below(1 << 53), Dice(1).below(10)] == [0xE220A8397B1DCDAF >> 11, Dice(1).below(10)]


def test_quotas_add_up_and_keep_the_least() -> None:
    assert quotas(10, (5, 3, 2)).tolist() == [5, 3, 2]
    assert quotas(100, (97, 1, 1, 1, 0), least=5).tolist() == [85, 5, 5, 5, 0]
    assert quotas(2, (1, 1, 1), least=1).sum() == 2
    assert int(quotas(1_000_003, np.arange(1, 40, dtype=np.int64)).sum()) == 1_000_003


def test_russian_names_in_latin_letters() -> None:
    assert latin_letters("Щёкино Юг") == "Shchekino Yug"
