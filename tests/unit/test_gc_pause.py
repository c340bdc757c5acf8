"""The garbage collector is as it was when the work is done, and when it fails."""

import gc

import pytest

from matcher.gc_pause import gc_paused


def test_the_thresholds_come_back() -> None:
    before = gc.get_threshold()
    with gc_paused(123_456):
        assert gc.get_threshold()[0] == 123_456
    assert gc.get_threshold() == before


def test_they_come_back_after_an_error() -> None:
    before = gc.get_threshold()
    with pytest.raises(ZeroDivisionError), gc_paused(0):
        raise ZeroDivisionError
    assert gc.get_threshold() == before
