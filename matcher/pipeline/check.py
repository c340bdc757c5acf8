"""What a check of `verify` says."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Check:
    """One check.

    Attributes:
        name: what was recomputed.
        checked: over how many.
        failure: the first that fails, or why it could not be checked; '' when all hold.
        note: what is worth saying of one that holds.
        code: id of the catalogue, of what a failure is.
    """

    name: str
    checked: int
    failure: str = ""
    note: str = ""
    code: str = "verify.failed"
