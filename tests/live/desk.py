"""A few receipts and invoices whose documents go to a stub by the command line."""

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from support import CONFIG, copied, items_file, lines_file, new_books

from live.erpnext_stub import ErpNext
from live.stub import Call, Trouble
from matcher.cli import main
from matcher.exports.erp.live import wire
from matcher.pipeline.actions.requests import AllocationRequest

NAMES = ("INV-1", "INV-2", "INV-3", "INV-4")


class _Start:
    """A system from which books are begun. Those of one kind that are set up alike and hold the same are equal, whatever their address."""

    def __init__(self, system: Any, url: str) -> None:
        self.system, self.url = system, url
        self.kind = (
            type(system),
            repr({name: value for name, value in vars(system).items() if isinstance(value, bool | int | str | dict | list)}),
        )

    def __hash__(self) -> int:
        return hash(self.kind)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Start) and other.kind == self.kind


def _begun(folder: Path, start: _Start) -> None:
    """Books with the system's lists, and the receipts."""
    system = start.system
    books = new_books(folder / "books", CONFIG + system.table(start.url))
    books.pull(system.target, system.lists)
    if "items" not in system.lists:
        rows = [{"item_id": name, "customer_id": "C1", "document_no": name, "amount": "100.00"} for name in NAMES]
        books.import_files("items", [items_file(folder, rows)])
    books.ingest([lines_file(folder, [{"amount": "100.00", "bank_reference": f"R{n}"} for n in (1, 2, 3)])])


class Desk:
    """Three receipts and four invoices of 100.00, and a system with the invoices."""

    def __init__(self, folder: Path, system: Any, url: str, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.system, self.pauses = folder, system, list[float]()
        for name in NAMES:
            system.invoice(name, "C1", 100_00)
        for name, text in system.secrets.items():
            patch.setenv(name, text)
        patch.setattr(wire, "pause", self.pauses.append)
        self.target: str = system.target
        copied(folder, _begun, _Start(system, url))
        self.books = new_books(folder / "books", CONFIG + system.table(url))
        system.calls.clear()
        self.lines = dict(self.books.state().lines.select("bank_reference", "line_id").iter_rows())

    def do(self, *words: str, status: int = 0) -> str:
        found = CliRunner().invoke(main, ["--books", str(self.books.directory), "--actor", "ada", *words])
        assert found.exit_code == status, f"{found.exit_code} {found.output}"
        return found.output

    def push(self, *words: str, status: int = 0) -> str:
        return self.do("push", "--target", self.target, *words, status=status)

    def pay(self, reference: str, item: str) -> None:
        self.books.allocate(self.lines[reference], [AllocationRequest(item)])

    def states(self) -> dict[str, str]:
        every = [one for word in ("", "accepted") for one in self.books.outbox(target=self.target, state=word).documents]
        return {next(ref for ref, line in self.lines.items() if line == one.line_id): str(one.state) for one in every if one.line_id}

    def writes(self) -> list[Call]:
        return [call for call in self.system.calls if call.writes]


def once(*troubles: Trouble, writes: bool = True) -> Any:
    """What happens to the next calls that book, or to the next ones that ask: these troubles, one each, and then none."""
    left = list(troubles)
    return lambda call: left.pop(0) if left and call.writes == writes else Trouble.NONE


def always(trouble: Trouble) -> Any:
    """The same happens to every call."""
    return lambda call: trouble


__all__ = ["Desk", "ErpNext", "always", "once"]
