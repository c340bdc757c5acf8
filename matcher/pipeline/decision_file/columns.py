"""The columns of a decision file, the words that may be filled in, and the key that says what a row was made from."""

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from matcher.states import LINE_CLASSES

FIXED = (
    "booking_date", "amount", "currency", "payer", "text", "account", "proposed_customer", "proposed_documents", "proposed_amounts",
    "difference", "confidence", "why", "choices",
)  # fmt: skip
"""What a row tells: nobody reads these columns back."""

FILLED = ("decision", "documents", "customer", "until", "reason", "owner", "note", "decided_by")
"""What a person fills in."""

KEY = "key"
"""The column that says which line, and which proposal, a row was made from."""

COLUMNS = (*FIXED, *FILLED, KEY)

MOST_CHOICES = 5
_CHOICE = "choice "
_CLASSIFY = "classify as "

WORDS = (
    "accept", "reject", *(f"{_CHOICE}{number}" for number in range(2, MOST_CHOICES + 1)), "on account", "allocate", "hold",
    *(f"{_CLASSIFY}{kind}" for kind in LINE_CLASSES),
)  # fmt: skip
"""What the column ``decision`` may hold."""

_VERSION = "K1"
_NONE = "0"
_ID = r"[0-9a-f]{16}"
_KEY = re.compile(rf"K1-({_ID})-({_ID}|0)-({_ID})-(m?\d{{1,16}})-((?:[0-9a-f]{{8}}(?:\.[0-9a-f]{{8}})*)?)-([0-9a-f]{{6}})")
_DIGEST = 8


@dataclass(frozen=True, slots=True)
class Seen:
    """What a row was made from: a line as it was when the file was written.

    Attributes:
        line_id: the line's.
        decided: id of the latest decision on it that is more than a name or a note; '' for none.
        proposal: see `listed.proposal_key`.
        pending: what the line had left, minor units.
        choices: the beginnings of the choices' digests, in their order.
    """

    line_id: str
    decided: str
    proposal: str
    pending: int
    choices: tuple[str, ...] = ()

    def key(self) -> str:
        """The same as one word. It ends with a check, so that a key that was cut or changed is no key."""
        pending = f"m{-self.pending}" if self.pending < 0 else str(self.pending)
        body = "-".join((_VERSION, self.line_id, self.decided or _NONE, self.proposal, pending, ".".join(self.choices)))
        return f"{body}-{_check(body)}"


def read_key(text: str) -> Seen | None:
    """What a key says; None for a text that is none."""
    match = _KEY.fullmatch(text.strip())
    if not match or _check(text.strip().rpartition("-")[0]) != match[6]:
        return None
    pending = -int(match[4][1:]) if match[4].startswith("m") else int(match[4])
    choices = tuple(match[5].split(".")) if match[5] else ()
    return Seen(match[1], "" if match[2] == _NONE else match[2], match[3], pending, choices)


def _check(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:6]


def short(digest: str) -> str:
    """The beginning of a choice's digest, as a key keeps it."""
    return digest[:_DIGEST]


@dataclass(frozen=True, slots=True)
class FilledRow:
    """A row as it was filled in.

    Attributes:
        number: of the row in its sheet; the header is row 1.
        key: as it stands there.
        cells: what was filled in, by column; columns without anything are left out.
        fault: why a cell that was filled in cannot be read, as code and words; None where all can.
    """

    number: int
    key: str
    cells: Mapping[str, str]
    fault: tuple[str, str] | None = None

    @property
    def mark(self) -> str:
        """Tells one filled-in row from another: the same row filled in alike has the same."""
        text = "\x1f".join((self.key.strip(), *(f"{name}={self.cells[name]}" for name in FILLED if name in self.cells)))
        return hashlib.sha256(text.encode("utf-8", "backslashreplace")).hexdigest()[:16]


def number_of_choice(word: str) -> int:
    """The number of a choice; 0 for another decision."""
    return int(word[len(_CHOICE) :]) if word.startswith(_CHOICE) else 0


def kind_of_line(word: str) -> str:
    """What a line is to be classified as; '' for another decision."""
    return word[len(_CLASSIFY) :] if word.startswith(_CLASSIFY) else ""


def word_meant(text: str) -> str:
    """The decision that a cell means, however its words are spaced and capitalised; '' for none."""
    plain = _plain(text)
    return next((word for word in WORDS if _plain(word) == plain), "")


def _plain(text: str) -> str:
    return re.sub(r"[\s_:-]+", "", text).casefold()


def header_places(header: Sequence[str]) -> dict[str, int]:
    """Where the columns stand; the first of two with one name, whose second is left out."""
    places: dict[str, int] = {}
    for place, text in enumerate(header):
        places.setdefault("_".join(text.replace("\ufeff", "").strip().lower().split()), place)
    return {name: places[name] for name in COLUMNS if name in places}
