"""All that the policy refuses: exit status 4, one line, in the log with the code and the person, and the books hold what they held."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from support import filled, items_file
from teller import Teller

from matcher.codes import CATALOGUE, POLICY

CUSTOMERS = [{"customer_id": "C1", "name": "Brandt GmbH"}, {"customer_id": "C2", "name": "Olsen AS"}]
ITEMS = [
    {"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-{n}", "amount": amount, "disputed_amount": disputed}
    for n, amount, disputed in ((1, "1190.00", ""), (2, "80.00", ""), (3, "500.00", "100.00"), (4, "7000.00", ""), (5, "44.00", ""))
] + [{"item_id": "G1", "customer_id": "C1", "document_no": "GS-1", "document_type": "credit_note", "amount": "-900.00"}]
LINES = [
    {"amount": "7000.00", "bank_reference": "B1", "counterparty_name": "Wer", "remittance_information": "?"},
    {"amount": "80.00", "bank_reference": "B2", "counterparty_name": "Brandt GmbH", "remittance_information": "danke"},
    {"amount": "-600.00", "bank_reference": "B4", "counterparty_name": "Brandt GmbH", "remittance_information": "Erstattung"},
    {"amount": "44.00", "bank_reference": "B5", "counterparty_name": "Brandt GmbH", "remittance_information": "RE-5"},
]  # fmt: skip
POLICY_TOML = """
[policy]
auto_post = false
close_by = 2
four_eyes_above = 1000
people_only = true
write_off_disputed = false
[policy.limits.fee]
amount = 15
[policy.people.ada]
amount = 20
total = 25
refund = 500
[policy.people.ben]
[policy.people.dora]
role = "approver"
[policy.people.emil]
approve_up_to = 1
[policy.people.petra]
role = "auditor"
"""


class Refusal(NamedTuple):
    """A command of a person, and the code that refuses it. `{waits}`: the decision that waits."""

    code: str
    actor: str
    command: str


REFUSALS = (
    Refusal("policy.people", "eve", "note ref:B2 asked"),
    Refusal("policy.role", "petra", "run"),
    Refusal("policy.role", "dora", "note ref:B2 asked"),
    Refusal("policy.limit", "ada", "write-off I1=15.01 --reason fee"),  # the limit of the reason
    Refusal("policy.limit", "ada", "write-off I1=20.01 --reason rounding"),  # of the person, for a document
    Refusal("policy.limit", "ada", "refund ref:B4 GS-1"),  # of the person, for a refund
    Refusal("policy.disputed", "ben", "write-off I3=1.00 --reason rounding"),
    Refusal("approval.waits", "ben", "classify ref:B1 --as other"),
    Refusal("approval.self", "ADA", "approve {waits}"),
    Refusal("approval.unknown", "ben", "approve abcdef"),
    Refusal("policy.approver", "emil", "approve {waits}"),
    Refusal("decision.changed", "ada", "accept 1"),
    Refusal("item.posted", "ada", "import items {currency} --partial"),
    Refusal("items.closing", "ada", "import items {cut}"),
    Refusal("period.locked", "ben", "reopen 2026-09 --reason late"),
    Refusal("period.reviewer", "ben", "close 2026-09 --as-reviewer"),
)


class Office(NamedTuple):
    """Books in which each of these is refused."""

    desk: Teller
    words: dict[str, str]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with pytest.MonkeyPatch.context() as monkeypatch:
        books = filled(tmp_path_factory.mktemp("refusals"), items=ITEMS, customers=CUSTOMERS, lines=LINES)
        config = books.directory / "matcher.toml"
        config.write_text(config.read_text("utf-8") + POLICY_TOML, encoding="utf-8")
        desk = Teller(books, monkeypatch)
        desk.do("run")
        desk.do("allocate", "ref:B2", "I2")
        desk.do("allocate", "ref:B1", "I4")
        (waits,) = desk.told("queue", "--to-approve")
        desk.do("queue")
        desk.do("reject", "ref:B5", actor="ben")  # not what ada was shown as number 1
        changed = items_file(desk.folder, [{**ITEMS[1], "currency": "USD"}], "currency.csv")
        cut = items_file(desk.folder, ITEMS[:1], "cut.csv")
        yield Office(desk, {"waits": waits["decision_id"], "currency": str(changed), "cut": str(cut)})


def test_the_table_has_every_refusal() -> None:
    assert {one.code for one in REFUSALS} == {code.id for code in CATALOGUE.values() if code.exit_code == POLICY}
    assert len({one.code for one in REFUSALS}) >= 13


@pytest.mark.parametrize("refusal", REFUSALS, ids=lambda one: f"{one.code}-{one.actor}")
def test_each_ends_with_4_in_one_line_is_logged_and_changes_nothing(refusal: Refusal, office: Office, tmp_path: Path) -> None:
    desk, file, log = office.desk, Path("books") / "books.duckdb", tmp_path / "log"
    desk.monkeypatch.chdir(desk.folder)
    before, held = file.read_bytes(), desk.told("log", "--limit", "1000")
    result = desk.run("--log", str(log), *refusal.command.format(**office.words).split(), actor=refusal.actor)
    lines = result.stderr.splitlines()
    assert (result.exit_code, len(lines), result.stdout) == (POLICY, 1, ""), result.output
    assert lines[0].startswith(f"{refusal.code}: ")
    assert file.read_bytes() == before
    assert desk.told("log", "--limit", "1000") == held
    ended = log.read_text(encoding="utf-8").splitlines()[-1]
    assert f'exit=4 code={refusal.code} actor="{refusal.actor}"' in ended
    for words in ("Brandt", "danke", "Erstattung"):
        assert words not in ended


def test_the_page_has_every_refusal() -> None:
    page = (Path(__file__).parents[2] / "docs" / "audit.md").read_text(encoding="utf-8")
    assert [one.code for one in REFUSALS if f"| `{one.code}` |" not in page] == []
