"""What programs read has a schema, and keeps to it on books that the schemas were not made from."""

import json
from pathlib import Path
from typing import Any

import click
import pytest
import schemas
from desk import Desk
from jsonschema import Draft202012Validator
from support import filled

from matcher.cli.main import main

DECISIONS = {
    "reject", "allocate", "on-account", "set-off", "write-off", "refund", "return", "classify", "assign", "approve", "decisions apply",
    "learned revoke", "dispute", "promise", "dunning-hold",
}  # fmt: skip
"""Commands that print a record of `decision.json` as `accept` does."""
CALLING = {"push", "pull"}
"""Commands that call an ERP: they print records of `ack.json` and of `import.json`."""
ELSEWHERE = {
    "rules test", "rules backtest", "rules challenge", "rules diff", "rules check", "rules propose", "statement diff",
    "statement conflicts", "advices",
}  # fmt: skip
"""Lists about files and rules in the making, without a schema."""


@pytest.fixture(scope="module")
def printed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, schemas.Records]:
    folder = tmp_path_factory.mktemp("demo")
    (folder / "matcher.toml").write_bytes((schemas.DEMO / "matcher.toml").read_bytes())
    with pytest.MonkeyPatch.context() as monkeypatch:
        return schemas.printed(Desk(folder, monkeypatch))


def stored(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((schemas.SCHEMAS / f"{name}.json").read_text(encoding="utf-8"))
    return found


def test_each_schema_is_what_the_command_prints(printed: dict[str, schemas.Records]) -> None:
    words = schemas.known_words()
    assert [name for name, said in words.items() if not said] == []
    for name, records in printed.items():
        made = schemas.with_words(schemas.schema(name, records), words)
        assert schemas.text_of(made) == (schemas.SCHEMAS / f"{name}.json").read_text(encoding="utf-8"), "see tests/contract/schemas.py"
        for record in records:
            Draft202012Validator(made).validate(record)


def test_every_file_is_of_a_command() -> None:
    assert {path.stem for path in schemas.SCHEMAS.glob("*.json")} == {*schemas.PRINTED, "names"}


def test_every_command_that_prints_records_has_a_schema() -> None:
    described = {" ".join(schemas.command_words(command)) for commands in schemas.PRINTED.values() for command in commands}
    found = {name for name, command in _commands(main) if any(option.name == "output" for option in command.params)}
    assert found - described - DECISIONS - CALLING - ELSEWHERE == set()


def _commands(group: click.Group, before: str = "") -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        whole = f"{before} {name}".strip()
        found += _commands(command, whole) if isinstance(command, click.Group) else [(whole, command)]
    return found


def test_other_books_keep_to_the_schemas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    items = [
        {"item_id": "I1", "entity": "1", "document_type": "invoice", "currency": "EUR", "customer_id": "C1", "document_no": "RE-1001",
         "issue_date": "2026-09-01", "amount": "119.00"},
        {"item_id": "I2", "entity": "1", "document_type": "credit_note", "currency": "EUR", "customer_id": "C1", "document_no": "GS-7",
         "issue_date": "2026-09-02", "amount": "-19.00"},
        {"item_id": "I3", "entity": "1", "document_type": "invoice", "currency": "EUR", "customer_id": "C1", "document_no": "RE-1002",
         "issue_date": "2026-09-03", "due_date": "2026-10-03", "amount": "38.00"},
    ]  # fmt: skip
    lines = [
        {"account": "giro", "booking_date": "2026-10-01", "currency": "EUR", "amount": "100.00", "bank_reference": "B1",
         "remittance_information": "RE-1001 GS-7"},
        {"account": "giro", "booking_date": "2026-10-02", "currency": "EUR", "amount": "7.00", "bank_reference": "B2"},
        {"account": "giro", "booking_date": "2026-10-02", "currency": "EUR", "amount": "-3.00", "bank_reference": "B3"},
    ]  # fmt: skip
    made = filled(tmp_path, items=items, customers=[{"customer_id": "C1", "name": "Nordhafen Logistik GmbH"}], lines=lines)
    desk = Desk(made.directory, monkeypatch)
    for name, command in {
        "run": "run", "queue": "queue", "status": "status", "items": "items", "aging": "aging", "aging-detail": "aging --detail",
        "log": "log", "customer": "customer C1", "show": "show ref:B1", "explain": "explain ref:B2",
        "decision": "on-account ref:B2 --customer C1", "statement-list": "statement list",
        "verify": "verify", "close": "close 2026-10 --dry-run",
    }.items():  # fmt: skip
        told = desk.run(*command.split(), "--format", "json")
        records = [json.loads(line) for line in told.stdout.splitlines()]
        assert records, told.output
        faults = [f"{command}: {fault.json_path}: {fault.message}" for one in records for fault in _faults(name, one)]
        assert faults == []


def _faults(name: str, record: dict[str, Any]) -> list[Any]:
    return list(Draft202012Validator(stored(name)).iter_errors(record))
