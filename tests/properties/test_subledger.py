"""Whatever the ERP, the bank and people do, the sub-ledger agrees with accounts that are added up apart from it."""

from pathlib import Path

import pytest
from effort import DEEP
from ledger_histories import play

EVENTS, EVERY = (2000, 25) if DEEP else (60, 20)


@pytest.mark.parametrize("seed", range(5 if DEEP else 2))
def test_every_figure_is_that_of_the_independent_accounts_in_a_random_history(tmp_path: Path, seed: int) -> None:
    played = play(tmp_path, seed, EVENTS, EVERY)
    assert sum(played.done.values()) > EVENTS / 2
