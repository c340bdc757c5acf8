"""The process that stories fork commands from, where what is told is not about how a process starts."""

from collections.abc import Iterator

import pytest
from faults.harness import Server


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()
