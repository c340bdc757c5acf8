"""A desk with an ERPNext to call."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from live.desk import Desk
from live.erpnext_stub import ErpNext


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    system = ErpNext()
    with system.serve() as url:
        yield Desk(tmp_path, system, url, monkeypatch)
        assert system.mistakes == []
