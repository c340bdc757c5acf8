"""The bench that fault tests share. Without a C compiler they are skipped, but never where MATCHER_NEEDS_CC says that there must be one."""

import os
from collections.abc import Iterator

import pytest

from faults.harness import compiler
from faults.trials import Bench


@pytest.fixture(scope="session")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    """Stages and server, made once for each process of the suite."""
    if compiler() is None:
        if os.environ.get("MATCHER_NEEDS_CC"):
            pytest.fail("no C compiler (cc or gcc), and MATCHER_NEEDS_CC is set")
        pytest.skip("faults are injected by a C library, and there is no C compiler (cc or gcc)")
    made = Bench(tmp_path_factory.mktemp("bench"))
    yield made
    made.server.close()
