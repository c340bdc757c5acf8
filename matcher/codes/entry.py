"""One entry of the catalogue, and the exit codes."""

from dataclasses import dataclass
from typing import Literal

Treatment = Literal["refuse", "quarantine", "accept"]

DONE, NEEDS_PERSON, USAGE, BAD_INPUT, POLICY, BUSY, INTERNAL = 0, 1, 2, 3, 4, 5, 70
"""Exit codes of the contract, section 2."""


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of the catalogue.

    Attributes:
        id: stable dotted name, area first.
        exit_code: exit status when it ends a command.
        meaning: what it says, for the catalogue page.
        next_step: what the user does now; a full sentence.
        at_ingest: what `ingest` does with a file that has this problem: refuse it (nothing changes), keep it aside in
            quarantine, or accept it and say so.
    """

    id: str
    exit_code: int
    meaning: str
    next_step: str
    at_ingest: Treatment = "refuse"


def bad(id: str, meaning: str, next_step: str) -> Code:
    """An input that cannot be used."""
    return Code(id, BAD_INPUT, meaning, next_step)


def policy(id: str, meaning: str, next_step: str) -> Code:
    """What the policy refuses."""
    return Code(id, POLICY, meaning, next_step)


def note(id: str, meaning: str, next_step: str = "Nothing to do.", at_ingest: Treatment = "accept") -> Code:
    """What is said of an input that is used, or kept aside."""
    return Code(id, NEEDS_PERSON if at_ingest != "accept" else DONE, meaning, next_step, at_ingest)
