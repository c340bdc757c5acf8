"""A list of open items that was cut off closes nothing; and every command reads the configuration anew."""

import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import CliRunner
from support import Row, filled, items_file

from matcher.cli import main
from matcher.codes import POLICY
from matcher.errors import MatcherError


def invoices(count: int, *, currency: str = "EUR", amount: str = "1000.00", first: int = 0, entity: str = "1") -> list[Row]:
    return [
        {"item_id": f"{currency}{n}", "customer_id": "C1", "document_no": f"RE-2026-{n:05}", "currency": currency, "amount": amount,
         "entity": entity}
        for n in range(first, first + count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        (invoices(8), invoices(1), "7 of 8 open items (7000.00 of 8000.00 EUR)"),
        (invoices(5), invoices(3), "2 of 5 open items (2000.00 of 5000.00 EUR)"),
        (
            [*invoices(19), *invoices(1, first=90, amount="9000.00")],
            invoices(19),
            "1 of 20 open items (9000.00 of 28000.00 EUR)",
        ),
        ([*invoices(1), *invoices(3, currency="USD")], invoices(1), "3 of 4 open items (3000.00 of 3000.00 USD)"),
    ],
)
def test_a_list_that_closes_too_much_is_refused_until_a_person_says_otherwise(
    tmp_path: Path, before: Sequence[Row], after: Sequence[Row], said: str
) -> None:
    books = filled(tmp_path, items=before)
    file = items_file(tmp_path, after, "next.csv")
    with pytest.raises(MatcherError) as refused:
        books.import_files("items", [file])
    assert (refused.value.code, refused.value.exit_code, refused.value.where) == ("items.closing", POLICY, str(file))
    assert refused.value.what.startswith(said)
    assert books.state().items.filter(books.state().items["open"] == 0).is_empty()
    assert books.import_files("items", [file], partial=True).closed == 0
    done = CliRunner().invoke(main, ["--books", str(books.directory), "--actor", "ada", "import", "items", str(file), "--allow-closing"])
    assert done.exit_code == 0, done.output
    assert books.state().items.filter(books.state().items["open"] != 0).height == len(after)
    with books.reading() as session:
        ((summary,),) = session.store.run("SELECT summary FROM log.batch ORDER BY batch DESC LIMIT 1")
    assert json.loads(summary)["closed_items"].startswith(said)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (invoices(5), invoices(4)),
        ([*invoices(9), *invoices(1, currency="USD")], invoices(9)),
        ([*invoices(2), {"item_id": "X", "customer_id": "C1", "document_no": "X", "amount": "5.00", "open_amount": "0.00"}], invoices(2)),
    ],
    ids=["a fifth", "the only one in its currency", "closed already"],
)
def test_what_an_ordinary_month_closes_is_let_in(tmp_path: Path, before: Sequence[Row], after: Sequence[Row]) -> None:
    books = filled(tmp_path, items=before)
    books.import_files("items", [items_file(tmp_path, after, "next.csv")])
    assert books.state().items.filter(books.state().items["open"] != 0).height == len(after)


def test_what_our_receipts_have_settled_may_vanish(tmp_path: Path) -> None:
    lines = [{"amount": "1000.00", "remittance_information": f"RE-2026-{n:05}", "bank_reference": f"B{n}"} for n in range(3)]
    books = filled(tmp_path, items=invoices(4), lines=lines)
    assert books.run().posted == 3
    books.import_files("items", [items_file(tmp_path, invoices(1, first=3), "next.csv")])
    assert books.state().items.filter(books.state().items["open"] != 0)["item_id"].to_list() == ["EUR3"]


def test_a_snapshot_speaks_for_the_companies_that_it_lists(tmp_path: Path) -> None:
    books = filled(tmp_path, items=invoices(4))
    result = books.import_files("items", [items_file(tmp_path, invoices(1, first=50, entity="2"), "other.csv")])
    assert (result.new, result.closed) == (1, 0)


def test_a_configuration_that_changes_meanwhile_is_the_one_that_decides_and_is_named(tmp_path: Path) -> None:
    books = filled(tmp_path, items=invoices(4))
    config = books.directory / "matcher.toml"
    config.write_text(config.read_text() + "\n[policy]\nclosing_percent = 50\n")
    books.import_files("items", [items_file(tmp_path, invoices(2), "next.csv")])
    with books.reading() as session:
        ((named,),) = session.store.run("SELECT config_hash FROM log.batch ORDER BY batch DESC LIMIT 1")
    assert named == sha256(config.read_bytes()).hexdigest()
    config.write_text("[books]\nname = 1\n")
    with pytest.raises(MatcherError) as refused:
        books.run()
    assert refused.value.code == "config.invalid"
