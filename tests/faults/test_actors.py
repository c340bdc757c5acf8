"""Three people in three processes on one set of books: a short turn of what `python -m faults actors` plays a thousand times."""

from pathlib import Path

from faults.actors import ACTORS, play

ACTS = 12


def test_three_processes_lose_no_cent_and_nobody_s_decision(tmp_path: Path) -> None:
    told = play(tmp_path, 5, ACTS)
    assert told.wrong == []
    assert sum(told.done.values()) >= ACTS
    assert set(told.made.values()) <= set(ACTORS)
    assert told.made
