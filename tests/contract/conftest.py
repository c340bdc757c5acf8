"""What examples of rules are about, made once: companies depend on no rule, and making them takes most of the time of a check."""

from copy import deepcopy
from typing import Any

import pytest

from matcher.matching.entity import EntityItems
from matcher.pipeline import examples

_MADE: dict[str, EntityItems] = {}


@pytest.fixture
def companies_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """An example that was seen before gives a copy of its company; one with other cells gives a new one."""
    make = examples.entity_from_rows

    def made(*rows: Any, **how: Any) -> EntityItems:
        key = repr((rows, how))
        if key not in _MADE:
            _MADE[key] = make(*rows, **how)
        return deepcopy(_MADE[key])

    monkeypatch.setattr(examples, "entity_from_rows", made)
