"""What an import of remittance advices did, for whoever asked for it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NotProven:
    """An advice that does not add up, which is kept and never used: where it stands, and why."""

    place: str
    why: str

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        return {"place": self.place, "why": self.why}


@dataclass(frozen=True, slots=True)
class RemittanceResult:
    """What an import took in.

    Attributes:
        files: that were read.
        advices, rows: in them, without what is unproven.
        new: advices that the books did not know.
        known: those that they knew word for word, and that count once.
        replaced: new ones that take the place of an earlier one of the same sender and number.
        found, not_found: documents of the rows that the books know, and the numbers of those that they do not, sorted.
        unproven: what does not add up.
        notes: what a person should know, a sentence each.
    """

    files: int
    advices: int
    rows: int
    new: int
    known: int
    replaced: int
    found: int
    not_found: tuple[str, ...]
    unproven: tuple[NotProven, ...]
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        counts = {name: getattr(self, name) for name in ("files", "advices", "rows", "new", "known", "replaced")}
        return {
            "kind": "remittance",
            **counts,
            "documents_found": self.found,
            "documents_not_found": list(self.not_found),
            "unproven": [one.to_dict() for one in self.unproven],
            "notes": list(self.notes),
        }
