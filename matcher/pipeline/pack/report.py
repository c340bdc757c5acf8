"""Writing a month's pack: the page and the workbook take their names together, or not at all."""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from matcher.errors import MatcherError
from matcher.exports.files import Outbox
from matcher.exports.pack.record import Pack
from matcher.journal.chain import Head
from matcher.pipeline.pack.build import build
from matcher.pipeline.session import Session
from matcher.pipeline.view import known_at
from matcher.progress import SILENT, Progress

PACKAGES = ("jinja2", "pygal")
"""What the page is made with: the extra ``report``."""


@dataclass(frozen=True, slots=True)
class Reported:
    """A pack that was written.

    Attributes:
        files: the page and the workbook.
        month: as in 2026-10. state: in words, whether it is closed.
        head: number and hash of the journal's batch that the pack was made of.
        ties: whether every sum comes out that must.
        failing: what does not hold, in words.
    """

    files: tuple[str, ...]
    month: str
    state: str
    head: Head
    ties: bool
    failing: tuple[str, ...]

    def to_dict(self) -> dict[str, object]:
        """As a machine is told."""
        head = {"batch": self.head.batch, "hash": self.head.hash}
        return {"month": self.month, "state": self.state, "files": list(self.files), "head": head, "ties": self.ties}


def check_packages() -> None:
    """Refuses to begin without the packages that a pack is made with.

    Raises:
        MatcherError: ``extra.missing``.
    """
    for package in PACKAGES:
        if find_spec(package) is None:
            hint = "Install it: pip install 'matcher-recon[report]'."
            raise MatcherError("extra.missing", f"the package {package} is not installed", hint=hint)


def report(session: Session, month: str, directory: Path, known: str = "", progress: Progress = SILENT) -> Reported:
    """Writes the pack of a month into a directory, which is made if it is not there.

    Args:
        session: the command's; it only reads.
        month: as in 2026-10.
        directory: gets ``pack-2026-10.html`` and ``pack-2026-10.xlsx``.
        known: a batch or a day, for what was known then; '' for a closed month as it was closed, and else for now.
        progress: is told how far it is.

    Raises:
        MatcherError: ``usage.option``, ``extra.missing``, ``file.unwritable``.
    """
    check_packages()
    pack = build(session, month, known_at(session, known), progress)
    paths = _written(pack, directory, progress)
    failing = tuple(check.what for check in pack.checks if check.ties and not check.settled)
    return Reported(tuple(str(path) for path in paths), month, pack.state, pack.head, pack.ties, failing)


def _written(pack: Pack, directory: Path, progress: Progress) -> tuple[Path, Path]:
    from matcher.exports.pack import html, xlsx

    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be made ({error.strerror})", str(directory)) from error
    page, book = directory / f"pack-{pack.month}.html", directory / f"pack-{pack.month}.xlsx"
    with Outbox() as outbox:
        progress.stage("writing the workbook")
        workbook = xlsx.workbook(pack)
        outbox.add(book, lambda: [workbook])
        progress.stage("writing the page")
        text = html.page(pack).encode("utf-8", "backslashreplace")
        outbox.add(page, lambda: [text])
        outbox.publish()
    return page, book
