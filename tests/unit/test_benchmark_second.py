"""The second family of invented books: the same everywhere, and with a truth in which money is neither made nor lost."""

import hashlib
from pathlib import Path

import pytest
from truths import assert_no_item_is_over_allocated, assert_read_by_the_product, assert_scores_as_perfect, by_line, minor, rows

from benchmarks.second import accounts, writing
from benchmarks.second.__main__ import main
from benchmarks.second.chance import Chance
from benchmarks.second.numbering import STYLES
from benchmarks.second.phrases import TONGUES
from benchmarks.second.world import draw
from matcher import config

Row = dict[str, str]
LINES = 400
WHOLE = ("matched", "partial")


def write(place: Path, seed: int, lines: int = LINES) -> Path:
    assert main(["--lines", str(lines), "--seed", str(seed), "-o", str(place)]) == 0
    return place


@pytest.fixture(scope="module", params=[3, 16, 29])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("world"), request.param)


def test_same_seed_same_bytes(world: Path, tmp_path: Path) -> None:
    seed = config.load(world / "matcher.toml").books.name.removeprefix("World ")
    again = write(tmp_path / "again", int(seed))
    names = sorted(path.name for path in world.iterdir())
    assert names == ["customers.csv", "items.csv", "lines.csv", "matcher.toml", "rates.csv", "truth.csv", "world.json"]
    assert [name for name in names if (again / name).read_bytes() != (world / name).read_bytes()] == []


def test_bytes_do_not_depend_on_machine_or_library(tmp_path: Path) -> None:
    # a change of these digests makes figures measured before it incomparable
    write(tmp_path, 5, 300)
    found = {name: hashlib.sha256((tmp_path / name).read_bytes()).hexdigest()[:16] for name in ("lines.csv", "items.csv", "truth.csv")}
    assert found == {"lines.csv": "435ba0ed5938866b", "items.csv": "c07302a72c1fe5b1", "truth.csv": "9562102d00489be4"}


def test_knobs_differ_from_seed_to_seed() -> None:
    worlds = [draw(seed, 1000) for seed in range(40)]
    assert len({world.homes for world in worlds}) > 20
    assert {len(world.homes) for world in worlds} == {1, 2, 3, 4, 5, 6}
    assert len({world.silent for world in worlds}) > 30


def test_lines_are_as_many_as_asked_for(world: Path) -> None:
    assert len(rows(world, "lines.csv")) == LINES == len(list(by_line(rows(world, "truth.csv"))))


def test_truth_and_lines_tell_the_same_amounts(world: Path) -> None:
    lines = {(row["account"], row["bank_reference"]): row for row in rows(world, "lines.csv")}
    assert len(lines) == LINES
    for line, _ in by_line(rows(world, "truth.csv")):
        own = lines[line["account"], line["bank_reference"]]
        assert (own["amount"], own["currency"], own["booking_date"]) == (line["line_amount"], line["currency"], line["booking_date"])


def test_truth_conserves_the_money_of_every_line(world: Path) -> None:
    for line, paid in by_line(rows(world, "truth.csv")):
        rest = minor(line["line_amount"], line["currency"]) - sum(minor(row["amount"], line["currency"]) for row in paid)
        if line["expected_outcome"] in WHOLE:
            assert (rest, bool(paid)) == (0, True), line
        elif line["expected_outcome"] == "overpaid":
            assert rest > 0
            assert paid
        else:
            assert not paid, line


def test_no_item_is_allocated_more_than_it_has_open(world: Path) -> None:
    assert_no_item_is_over_allocated(world)


def test_matched_lines_settle_their_items(world: Path) -> None:
    items = {row["item_id"]: row for row in rows(world, "items.csv")}
    left = {item_id: minor(row["open_amount"], row["currency"]) for item_id, row in items.items()}
    for line, paid in by_line(rows(world, "truth.csv")):
        for row in paid:
            currency = items[row["item_id"]]["currency"]
            left[row["item_id"]] -= minor(row["item_amount"], currency) + minor(row["adjustment"], currency)
        if line["expected_outcome"] in ("matched", "overpaid"):
            assert [left[row["item_id"]] for row in paid] == [0] * len(paid), line
        elif line["expected_outcome"] == "partial":
            assert any(left[row["item_id"]] > 0 for row in paid), line


def test_balances_run_over_the_lines_of_each_account(world: Path) -> None:
    before: dict[str, int] = {}
    for row in rows(world, "lines.csv"):
        balance = minor(row["balance"], row["currency"])
        if row["account"] in before:
            assert balance == before[row["account"]] + minor(row["amount"], row["currency"])
        before[row["account"]] = balance


def test_files_are_in_the_layouts_of_the_product(world: Path) -> None:
    assert assert_read_by_the_product(world).books.base_currency == "EUR"


def test_the_truth_itself_scores_as_perfect(world: Path) -> None:
    assert_scores_as_perfect(world)


def test_half_of_strangers_money_bears_an_amount_that_is_owed(tmp_path: Path) -> None:
    write(tmp_path, 11, 1200)
    owed = {row["amount"] for row in rows(tmp_path, "items.csv")} | {row["open_amount"] for row in rows(tmp_path, "items.csv")}
    strange = [line for line, _ in by_line(rows(tmp_path, "truth.csv")) if line["kind"].startswith("stray_")]
    assert 0.35 < sum(line["line_amount"] in owed for line in strange) / len(strange) < 0.7


def test_check_digits_of_published_examples() -> None:
    assert accounts.rf("539007547034") == "RF18539007547034"
    assert accounts.qrr("21000000000313947143000901") == "210000000003139471430009017"
    assert accounts.ogm("0108068171") == "+++010/8068/17183+++"
    assert accounts.finnish("1234567") == "12345672"
    assert accounts.dutch("000056789012345") == "5000056789012345"
    assert accounts.kid("60224") == "602243"
    assert accounts.fik("00404040000066") == "004040400000669"


def test_ibans_have_their_check_digits() -> None:
    for country in ("DE", "AT", "CH", "FR", "BE", "NL", "GB", "FI", "SE", "NO", "DK", "IT", "ES", "PL"):
        number = accounts.account(Chance("iban", country), country)
        assert int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1


def test_every_phrase_can_be_said() -> None:
    values = dict.fromkeys("n l d a c o m own k v g t f tel site".split(), "x")
    for spoken in TONGUES.values():
        for phrase in (*spoken.one, *spoken.many, *spoken.silent, *spoken.month, *spoken.order, *spoken.early, *spoken.advice,
                       *spoken.part, *spoken.less, *spoken.netted, *spoken.known, *spoken.tails):  # fmt: skip
            assert "{" not in phrase.format(**values)
        assert len(spoken.months) == 12


def test_every_style_of_numbers_can_be_issued() -> None:
    for style in STYLES:
        text = style.format(p="R", yyyy=2026, yy=26, mm="03", dd="09", n=1, m=2, d=3, c="10001", k=4, big="90", site="11")
        assert any(sign.isdigit() for sign in text)


def test_lists_are_shortened_and_ranges_seen() -> None:
    assert writing.shortened(["RE-1234", "RE-1235", "RE-1248"]) == "RE-1234/35/48"
    assert writing.in_a_row(["F9", "F10", "F11"])
    assert not writing.in_a_row(["F9", "F11", "F12"])
    assert writing.written(Chance(1), "RE-2026-00417", "counter") == "417"
    assert writing.written(Chance(1), "RE-2026-00417", "joined") == "RE202600417"


def test_draws_are_those_of_splitmix() -> None:
    one, two = Chance("a", 1), Chance("a", 1)
    assert [one.below(1000) for _ in range(5)] == [two.below(1000) for _ in range(5)]
    assert Chance("a", 1).fork("b").below(1 << 60) != Chance("a", 1).fork("c").below(1 << 60)
    assert sorted(Chance("s").shuffled(range(20))) == list(range(20))


def test_small_worlds_work(tmp_path: Path) -> None:
    for lines in (1, 7, 60):
        assert len(rows(write(tmp_path / str(lines), 1, lines), "lines.csv")) == lines
