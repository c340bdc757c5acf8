"""Who may run which command: every command is classified here, and one without a class fails."""

from collections.abc import Iterator
from datetime import date
from hashlib import sha256
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from support import copied, filled
from teller import Teller

from matcher.books import Books, init
from matcher.cli import main
from matcher.errors import MatcherError
from matcher.pipeline.actions.requests import AllocationRequest
from matcher.states import ROLES, Work
from matcher.store import database, journal, open_store

READS: dict[str, tuple[str, ...]] = {
    "inspect": ("lines.csv",),
    "profile list": (),
    "profile new": ("odd.csv", "-o", "odd.toml"),
    "layout list": (),
    "layout new": ("items.csv", "-o", "odd.toml"),
    "statement list": (),
    "statement show": ("{statement}",),
    "statement diff": ("{statement}",),
    "statement conflicts": (),
    "status": (),
    "show": ("ref:B1",),
    "customer": ("C1",),
    "queue": (),
    "items": (),
    "log": (),
    "advices": (),
    "decisions export": ("again.csv",),
    "learned list": (),
    "explain": ("ref:B1",),
    "rules show": (),
    "rules backtest": (),
    "rules challenge": ("--only", "twin"),
    "rules trust": (),
    "rules propose": (),
    "rules sample": (),
    "aging": (),
    "export": ("aging", "-o", "aging.csv"),
    "verify": (),
    "outbox": (),
    "drill": (),
    "sample": ("--month", "2026-10", "--materiality", "100"),
    "help": (),
    "account-statement": ("C1", "-o", "statements"),
    "behaviour": (),
    "bridge": ("--month", "2026-10"),
    "declare-overdue": (),
    "dunning": (),
    "evidence": ("RE-1", "-o", "evidence.zip"),
    "exposure": (),
    "forecast": (),
    "interest": ("RE-1",),
    "kpi": (),
    "placement": ("--agency", "Nord"),
    "proof": (),
    "report": ("--month", "2026-10", "-o", "pack"),
    "team": (),
}
"""Commands that an auditor may run, each with words for it."""
EXITS = {"inspect": 0, "proof": 2}
"""How those end that do not end with 0."""
READS_NO_BOOKS = {"rules check", "rules test"}
"""Commands that look at rules.toml alone."""
WRITES: dict[str, tuple[Work, tuple[str, ...]]] = {
    "init": (Work.SETUP, ("books",)),
    "ingest": (Work.IMPORT, ("lines.csv",)),
    "import": (Work.IMPORT, ("items", "items.csv")),
    "statement accept": (Work.IMPORT, ("{statement}", "--reason", "so")),
    "statement reject": (Work.IMPORT, ("{statement}", "--reason", "so")),
    "statement settle": (Work.IMPORT, ("ref:B1", "--keep", "this", "--reason", "so")),
    "run": (Work.RUN, ()),
    "review": (Work.DECIDE, ()),
    "accept": (Work.DECIDE, ("ref:B1",)),
    "reject": (Work.DECIDE, ("ref:B1",)),
    "allocate": (Work.DECIDE, ("ref:B1", "RE-1")),
    "on-account": (Work.DECIDE, ("ref:B1", "--customer", "C1")),
    "set-off": (Work.DECIDE, ("GS-1", "RE-1")),
    "write-off": (Work.DECIDE, ("RE-1", "--reason", "bad_debt")),
    "refund": (Work.DECIDE, ("ref:B2", "GS-1")),
    "return": (Work.DECIDE, ("ref:B2", "--of", "ref:B1")),
    "classify": (Work.DECIDE, ("ref:B2", "--as", "fee")),
    "hold": (Work.DECIDE, ("ref:B1", "--until", "2026-12-01")),
    "assign": (Work.DECIDE, ("ref:B1", "--owner", "ben")),
    "note": (Work.DECIDE, ("ref:B1", "asked")),
    "undo": (Work.DECIDE, ("ref:B1",)),
    "decisions apply": (Work.DECIDE, ("waits.csv",)),
    "learned revoke": (Work.DECIDE, ("X", "--customer", "C1", "--reason", "so")),
    "rules accept": (Work.DECIDE, ("fee-giro-1",)),
    "rules decline": (Work.DECIDE, ("fee-giro-1",)),
    "rules sample right": (Work.DECIDE, ("ref:B1",)),
    "rules sample wrong": (Work.DECIDE, ("ref:B1",)),
    "dispute": (Work.DECIDE, ("RE-1", "--reason", "price")),
    "promise": (Work.DECIDE, ("RE-1", "--until", "2026-12-01")),
    "dunning-hold": (Work.DECIDE, ("RE-1", "--until", "2026-12-01")),
    "ack": (Work.SEND, ("lines.csv",)),
    "push": (Work.SEND, ("--target", "erpnext")),
    "pull": (Work.IMPORT, ("--target", "erpnext")),
    "approve": (Work.APPROVE, ("abc",)),
    "close": (Work.CLOSE, ("2026-10",)),
    "reopen": (Work.CLOSE, ("2026-10", "--reason", "so")),
}
"""Commands that only a role with the area may run."""
ALSO: tuple[tuple[Work, tuple[str, ...]], ...] = (
    (Work.SEND, ("export", "receipts", "-o", "receipts.jsonl")),
    (Work.DECIDE, ("proof", "--error", "book=1.00:a cent", "--keep")),
    (Work.SEND, ("export", "aging", "--new", "-o", "aging.csv")),
    (Work.DECIDE, ("dunning", "--sent")),
    (Work.RUN, ("run", "--dry-run")),
    (Work.IMPORT, ("ingest", "lines.csv", "--dry-run")),
    (Work.DECIDE, ("accept", "ref:B1", "--dry-run")),
    (Work.DECIDE, ("review", "--web")),
    (Work.SETUP, ("profile", "new", "odd.csv", "-o", "books/profiles/odd.toml")),
    (Work.SETUP, ("layout", "new", "items.csv", "-o", "books/layouts/odd.toml")),
)
"""Further words of commands that change something, or would."""
PEOPLE = "[policy]\nauto_post = false\n" + "".join(f'[policy.people.{role}]\nrole = "{role}"\n' for role in ROLES)
REFUSED = [(*name.split(), *words) for name, (_, words) in WRITES.items()] + [words for _, words in ALSO]


def _commands(group: click.Group, path: str = "") -> Iterator[str]:
    for name, command in group.commands.items():
        if not isinstance(command, click.Group) or command.invoke_without_command:
            yield f"{path}{name}"
        if isinstance(command, click.Group):
            yield from _commands(command, f"{path}{name} ")


def _made(folder: Path, policy: str) -> None:
    items = [
        {"item_id": f"I{n}", "customer_id": "C1", "document_no": f"RE-{n}", "amount": amount}
        for n, amount in ((1, "100.00"), (2, "7000.00"), (3, "300.00"))
    ]
    items.append({"item_id": "G1", "customer_id": "C1", "document_no": "GS-1", "document_type": "credit_note", "amount": "-40.00"})
    lines = [
        {"amount": "100.00", "bank_reference": "B1", "counterparty_name": "Brandt GmbH", "remittance_information": "danke"},
        {"amount": "-40.00", "bank_reference": "B2", "counterparty_name": "Brandt GmbH", "remittance_information": "Erstattung"},
        {"amount": "7000.00", "bank_reference": "B3", "counterparty_name": "Brandt GmbH", "remittance_information": "danke"},
    ]
    books = filled(folder, items=items, customers=[{"customer_id": "C1", "name": "Brandt GmbH"}], lines=lines)
    (folder / "odd.csv").write_text("Tag;Betrag;Text\n01.10.2026;1,00;a\n", encoding="utf-8")
    toml = books.directory / "matcher.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + policy, encoding="utf-8")
    books.run()
    books.export_decisions(folder / "waits.csv")


def _books(folder: Path, policy: str = PEOPLE) -> Books:
    return copied(folder, _made, policy)


@pytest.fixture(scope="module")
def unchanged(tmp_path_factory: pytest.TempPathFactory) -> Books:
    """One set of books for all that must leave them as they are."""
    return _books(tmp_path_factory.mktemp("audited"))


@pytest.fixture
def audit(unchanged: Books, monkeypatch: pytest.MonkeyPatch) -> Teller:
    made = Teller(unchanged, monkeypatch)
    made.actor = "auditor"
    return made


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Teller:
    made = Teller(_books(tmp_path), monkeypatch)
    made.actor = "auditor"
    return made


def _seen(folder: Path) -> dict[str, str]:
    """Every file of the books, and what is in it."""
    return {str(path.relative_to(folder)): sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def _words(desk: Teller, name: str, words: tuple[str, ...]) -> list[str]:
    statement = Books(desk.folder / "books").statements()[0].statement_id
    return [*name.split(), *(word.format(statement=statement) for word in words)]


def test_every_command_either_reads_or_writes() -> None:
    assert sorted(READS.keys() | WRITES.keys() | READS_NO_BOOKS) == sorted(_commands(main))
    assert READS.keys().isdisjoint(WRITES)


@pytest.mark.parametrize("words", REFUSED, ids=" ".join)
def test_an_auditor_changes_nothing(words: tuple[str, ...], audit: Teller) -> None:
    before = _seen(audit.folder / "books")
    said = audit.do(*_words(audit, "", words), status=4)
    assert "policy.role: the role 'auditor' may not " in said
    assert _seen(audit.folder / "books") == before


@pytest.mark.parametrize("name", READS)
def test_an_auditor_reads_everything_and_leaves_nothing_behind(name: str, audit: Teller) -> None:
    before = _seen(audit.folder / "books")
    result = audit.run(*_words(audit, name, READS[name]))
    assert result.exit_code == EXITS.get(name, 0), result.output
    assert "policy.role" not in result.output
    assert _seen(audit.folder / "books") == before


def test_who_decides_has_numbers_of_the_queue_and_an_auditor_is_told_of_none(desk: Teller) -> None:
    assert "matcher accept" in desk.do("queue", actor="matcher")
    assert list((desk.folder / "books" / ".queue").iterdir())
    assert "matcher accept" not in desk.do("queue")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_is_refused_what_is_not_of_its_areas_and_nothing_else(role: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Teller(_books(tmp_path), monkeypatch)
    wanted = {
        Work.IMPORT: ("ingest", "lines.csv"), Work.RUN: ("run",), Work.DECIDE: ("note", "ref:B1", "asked"),
        Work.APPROVE: ("approve", "abc"), Work.CLOSE: ("close", "2026-10", "--dry-run"),
        Work.SEND: ("export", "receipts", "-o", "receipts.jsonl"), Work.SETUP: ("init", "books"),
    }  # fmt: skip
    assert set(wanted) == set(Work)
    for work, words in wanted.items():
        output = desk.run(*words, actor=role).output
        assert ("policy.role" in output) == (work not in ROLES[role]), output


def test_the_library_refuses_the_same(tmp_path: Path) -> None:
    books = _books(tmp_path)
    auditor = Books(books.directory, actor="Auditor")
    line = auditor.queue(number=True).lines[0].line_id
    auditor.choices(line, number=True)
    before = _seen(books.directory)
    for work in (
        lambda: auditor.run(),
        lambda: auditor.ingest([tmp_path / "lines.csv"]),
        lambda: auditor.allocate(line, [AllocationRequest("I1", "100.00", "", "")]),
        lambda: auditor.hold([line], date(2026, 12, 1)),
        lambda: auditor.export("receipts", tmp_path / "receipts.jsonl"),
        lambda: auditor.close("2026-10"),
        lambda: init(books.directory, actor="auditor"),
    ):
        with pytest.raises(MatcherError) as refused:
            work()
        assert (refused.value.code, refused.value.exit_code) == ("policy.role", 4)
    assert auditor.export("matches", tmp_path / "matches.csv").rows
    assert _seen(books.directory) == before
    assert not (tmp_path / "receipts.jsonl").exists()


def test_an_auditor_does_not_bring_older_books_up_to_date(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    books = _books(tmp_path)
    known = database.migrations()
    further = [*known, ("9999_further.sql", "CREATE TABLE raw.further (word VARCHAR)")]
    monkeypatch.setattr(database, "migrations", lambda: further)
    before = _seen(books.directory)
    with pytest.raises(MatcherError, match="earlier version") as refused:
        Books(books.directory, actor="auditor").statements()
    assert refused.value.code == "policy.role"
    assert _seen(books.directory) == before
    assert Books(books.directory, actor="admin").statements()


@pytest.mark.parametrize(
    ("policy", "actor", "words", "status"),
    [
        ("", "eve", ("note", "ref:B1", "asked"), 0),
        ('[policy]\ndefault_role = "auditor"\n[policy.people.ben]\nrole = "matcher"\n', "eve", ("note", "ref:B1", "asked"), 4),
        ('[policy]\ndefault_role = "auditor"\n[policy.people.ben]\nrole = "matcher"\n', "BEN", ("note", "ref:B1", "asked"), 0),
        ('[policy]\ndefault_role = "auditor"\n[policy.people.ben]\namount = 5\n', "ben", ("note", "ref:B1", "asked"), 4),
        ('[policy.roles.clerk]\nareas = ["decide"]\n[policy.people.ben]\nrole = "clerk"\n', "ben", ("note", "ref:B1", "asked"), 0),
        ('[policy.roles.clerk]\nareas = ["decide"]\n[policy.people.ben]\nrole = "clerk"\n', "ben", ("run",), 4),
        ('[policy.people.ben]\nrole = "matcher"\nareas = ["run", "close"]\n', "ben", ("run",), 0),
        ('[policy.people.ben]\nrole = "matcher"\nareas = ["run", "close"]\n', "ben", ("close", "2026-10"), 4),
        ('[policy.roles.auditor]\namount = 5\n[policy.people.ben]\nrole = "auditor"\n', "ben", ("run",), 4),
        ('[policy.people.ben]\nareas = ["dance"]\n', "ben", ("status",), 2),
        ('[policy]\ndefault_role = "dancer"\n', "ben", ("status",), 2),
        ('[policy.people.ben]\napproves = ["note"]\n', "ben", ("status",), 2),
    ],
)
def test_what_a_role_and_a_person_may(
    policy: str, actor: str, words: tuple[str, ...], status: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Teller(_books(tmp_path, ""), monkeypatch)
    toml = desk.folder / "books" / "matcher.toml"
    toml.write_text(toml.read_text(encoding="utf-8") + policy, encoding="utf-8")
    desk.do(*words, actor=actor, status=status)


APPROVERS = """
[policy]
auto_post = false
four_eyes_above = 50
four_eyes_for = ["write_off", "on_account_elsewhere"]
default_role = "matcher"
[policy.roles.lead]
areas = ["approve"]
approve_up_to = 1000
approves = ["allocate", "accept", "on_account"]
[policy.people.dora]
role = "lead"
[policy.people.emil]
role = "approver"
"""


@pytest.mark.parametrize(
    ("decision", "approver", "code"),
    [
        (("allocate", "ref:B1", "RE-1"), "dora", ""),
        (("allocate", "ref:B1", "RE-1"), "eve", "policy.role"),
        (("allocate", "ref:B3", "RE-2"), "dora", "policy.approver: 7000.00 EUR are more than the 1000.00 that dora may approve"),
        (("allocate", "ref:B3", "RE-2"), "emil", ""),
        (("write-off", "RE-3=20.00", "--reason", "bad_debt"), "dora", "policy.approver: the role 'lead' may not approve what is write off"),
        (("write-off", "RE-3=20.00", "--reason", "bad_debt"), "emil", ""),
        (("write-off", "RE-3=20.00", "--reason", "bad_debt"), "ben", "policy.role"),
    ],
)
def test_only_an_approver_of_the_kind_and_amount_approves(
    decision: tuple[str, ...], approver: str, code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Teller(_books(tmp_path, APPROVERS), monkeypatch)
    desk.do(*decision, actor="ben")
    (waiting,) = desk.told("queue", "--to-approve")
    before = desk.text("aging")
    said = desk.do("approve", str(waiting["decision_id"]), actor=approver, status=4 if code else 0)
    assert code in said
    assert (desk.text("aging") == before) == bool(code)
    assert len(desk.told("queue", "--to-approve")) == bool(code)
    desk.do("verify")


def test_a_change_of_roles_is_in_the_journal(desk: Teller) -> None:
    books = desk.folder / "books"

    def recorded() -> list[str]:
        with open_store(books / "books.duckdb", write=False) as store:
            return [batch.config_hash for batch in journal.batches(store)]

    desk.do("note", "ref:B1", "asked", actor="admin")
    (books / "matcher.toml").write_text((books / "matcher.toml").read_text(encoding="utf-8") + "\n[policy.people.ben]\n", encoding="utf-8")
    desk.do("note", "ref:B1", "asked again", actor="ben")
    *_, first, second = recorded()
    assert first != second
    assert second == sha256((books / "matcher.toml").read_bytes()).hexdigest()


def test_books_that_nobody_made_yet_have_no_roles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATCHER_ACTOR", "auditor")
    assert CliRunner().invoke(main, ["init", str(tmp_path / "new")]).exit_code == 0
