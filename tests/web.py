"""`matcher review --web` as a program of its own, and the browser's side of it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support import filled

CUSTOMERS = [{"customer_id": "C1", "name": "Brandt GmbH"}, {"customer_id": "C2", "name": "Olsen AS"}]
ITEMS = [
    {"item_id": "I1", "customer_id": "C1", "document_no": "RE-2026-00400", "amount": "1190.00"},
    {"item_id": "I2", "customer_id": "C2", "document_no": "RE-2026-00403", "amount": "77.50"},
]
LINES = [
    {"amount": "1190.00", "counterparty_name": "Brandt GmbH", "remittance_information": "Rechnung", "bank_reference": "B1"},
    {"amount": "5.00", "counterparty_name": "Olsen AS", "remittance_information": "thanks", "bank_reference": "B2"},
]


def made(folder: Path) -> None:
    """Books with a proposal, and a receipt without one."""
    filled(folder, items=ITEMS, customers=CUSTOMERS, lines=LINES).run()


@dataclass
class Served:
    """A server at work.

    Attributes:
        process: of it.
        address: that it has printed.
    """

    process: subprocess.Popen[str]
    address: str

    @property
    def origin(self) -> str:
        """Of its pages."""
        return self.address.split("/?", 1)[0]

    def end(self, number: int = signal.SIGINT) -> tuple[int, str]:
        """Sends a signal. Gives the exit status, and what it has said since the address."""
        self.process.send_signal(number)
        said, _ = self.process.communicate(timeout=30)
        return self.process.returncode, said


@contextmanager
def served(books: Path, *options: str) -> Iterator[Served]:
    """The command on these books, as ada; ended at the end."""
    command = [sys.executable, "-m", "matcher", "--books", str(books), "--actor", "ada", "review", "--web", *options]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=os.environ | {"NO_COLOR": "1"}
    ) as process:
        try:
            assert process.stdout is not None
            first = process.stdout.readline()
            assert first.startswith("Open http://127.0.0.1:"), first
            assert "Ctrl-C ends it" in process.stdout.readline()
            yield Served(process, first.split()[1])
        finally:
            process.kill()
