"""Opens PDF documents and Outlook messages in a process of its own, which is bounded and may fail as badly as it likes.

The libraries that read these formats walk structures that a stranger made. The other process has a bound on memory, time, files and
what it answers, and its answer is checked like any other input.
"""

import importlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import dataclass

from matcher.errors import MatcherError
from matcher.remittance.documents.bounds import Bounds

_KINDS = {"pdf": ("pypdfium2", "a PDF document"), "msg": ("olefile", "an Outlook message")}

_MODULES = {"pdf": "pdfium", "msg": "outlook"}

_ENDS = {
    "encrypted": ("document.encrypted", "the document is encrypted"),
    "damaged": ("file.malformed", "the file is damaged, or is not what its first bytes say"),
    "pages": ("file.too_large", "the document has more pages than an advice may"),
    "characters": ("file.too_large", "the document has more text than an advice may"),
    "objects": ("file.too_large", "a page of the document has more parts than an advice may"),
    "parts": ("file.too_large", "the message has more parts than an advice may"),
}
"""How the other process may end, and what is said then."""


@dataclass(frozen=True, slots=True)
class RawWord:
    """A word of a page: its text, and its box in hundredths of a point from the upper left corner."""

    text: str
    left: int
    right: int
    top: int
    bottom: int


@dataclass(frozen=True, slots=True)
class RawPage:
    """A page: its words in the order of the file, and whether it shows a picture."""

    words: tuple[RawWord, ...]
    picture: bool


@dataclass(frozen=True, slots=True)
class RawMessage:
    """An Outlook message: its bodies, and its attachments with their names."""

    body: str
    html: str
    attachments: tuple[tuple[str, bytes], ...]
    messages: tuple["RawMessage", ...]


def pages(data: bytes, bounds: Bounds) -> tuple[RawPage, ...]:
    """The words of a PDF document, by page.

    Raises:
        MatcherError: ``extra.missing``, ``file.too_large``, ``file.malformed`` or ``document.encrypted``.
    """
    answer = _ask("pdf", data, bounds, (bounds.pages, bounds.characters, bounds.objects))
    try:
        return tuple(_page(line, bounds) for line in answer.splitlines())
    except (ValueError, TypeError, KeyError, RecursionError):
        raise MatcherError(*_ENDS["damaged"]) from None


def message(data: bytes, bounds: Bounds) -> RawMessage:
    """The bodies and attachments of an Outlook message.

    Raises:
        MatcherError: ``extra.missing``, ``file.too_large`` or ``file.malformed``.
    """
    answer = _ask("msg", data, bounds, (bounds.parts, bounds.depth, bounds.characters))
    try:
        return _message(json.loads(answer))
    except (ValueError, TypeError, KeyError, RecursionError):
        raise MatcherError(*_ENDS["damaged"]) from None


def _page(line: str, bounds: Bounds) -> RawPage:
    told = json.loads(line)
    words = []
    for text, *box in told["words"]:
        left, right, top, bottom = (min(max(int(edge), -(10**7)), 10**7) for edge in box)
        words.append(RawWord(str(text)[: bounds.characters], left, right, top, bottom))
    return RawPage(tuple(words), bool(told["picture"]))


def _message(told: dict[str, object]) -> RawMessage:
    attachments, messages = told["attachments"], told["messages"]
    if not isinstance(attachments, list) or not isinstance(messages, list):
        raise ValueError(told)
    files = tuple((str(name), bytes.fromhex(data)) for name, data in attachments)
    return RawMessage(str(told["body"]), str(told["html"]), files, tuple(map(_message, messages)))


def _ask(kind: str, data: bytes, bounds: Bounds, numbers: tuple[int, ...]) -> str:
    """What the other process answers."""
    library, what = _KINDS[kind]
    if len(data) > bounds.size:
        raise MatcherError("file.too_large", f"{what} may have {bounds.size >> 20} MB")
    if importlib.util.find_spec(library) is None:
        hint = 'Install it: pip install "matcher-recon[documents]".'
        raise MatcherError("extra.missing", f"{what} is read by the package {library}", hint=hint)
    limits = (bounds.memory, bounds.seconds, bounds.answer)
    # -P: a file in the accountant's folder that is named like a module must not be taken for it
    command = [sys.executable or "python3", "-P", "-m", __name__, kind, *map(str, (*limits, *numbers))]
    with tempfile.TemporaryFile() as answer:
        try:
            done = subprocess.run(
                command, input=data, stdout=answer, stderr=subprocess.DEVNULL, check=False, timeout=2 * bounds.seconds, env=_environment()
            )
        except subprocess.TimeoutExpired:
            raise MatcherError("file.too_large", f"{what} takes more time to read than an advice may") from None
        if done.returncode or answer.tell() > bounds.answer:
            raise MatcherError("file.too_large", f"{what} takes more memory or time to read than an advice may")
        answer.seek(0)
        told = answer.read().decode("utf-8", "replace")
    end, _, rest = told.partition("\n")
    if end != "ok":
        raise MatcherError(*_ENDS.get(end, _ENDS["damaged"]))
    return rest


def _environment() -> dict[str, str]:
    """What a Python needs to start and no more; secrets of the accountant's environment stay here."""
    return {name: os.environ[name] for name in ("PATH", "PYTHONPATH", "SYSTEMROOT", "VIRTUAL_ENV", "TEMP", "TMP") if name in os.environ}


def confine(memory: int, seconds: int, answer: int) -> None:
    """Bounds this process: memory, time, what it writes; from here on it opens no further file and starts no other process."""
    with suppress(ImportError):  # there is no such module, and no such limit, on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_FSIZE, (answer, answer))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))


def _answer(kind: str, memory: int, seconds: int, answer: int, *numbers: int) -> int:
    """What the other process does: reads standard input, writes one line with how it ended, then what it found."""
    data = sys.stdin.buffer.read()
    reader = importlib.import_module(f"matcher.remittance.documents.{_MODULES[kind]}")
    confine(memory, seconds, answer)
    try:
        told = reader.read(data, *numbers)
    except MemoryError:
        return 1
    except reader.Ended as ended:
        told = f"{ended}\n"
    sys.stdout.buffer.write(told.encode("utf-8", "replace"))
    sys.stdout.buffer.flush()
    return 0


if __name__ == "__main__":
    sys.exit(_answer(sys.argv[1], *map(int, sys.argv[2:])))
