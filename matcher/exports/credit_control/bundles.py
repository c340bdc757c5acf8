"""A bundle of evidence: a ZIP archive whose members are named with their SHA-256. The same members make the same bytes.

``SHA256SUMS`` is what ``sha256sum -c`` reads (https://www.gnu.org/software/coreutils/manual/html_node/sha2-utilities.html).
"""

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from matcher.errors import MatcherError

SUMS = "SHA256SUMS"
MANIFEST = "manifest.json"
_MADE = (1980, 1, 1, 0, 0, 0)
"""When every member was made, as far as the archive says: nothing in it depends on the clock."""
_MOST_BYTES = 256 << 20
"""Of all members together, as a bundle is checked."""


class Member(NamedTuple):
    """A member of a bundle, and what is wrong with it; '' where nothing is."""

    name: str
    size: int
    sha256: str
    wrong: str = ""


def archive(members: Mapping[str, bytes]) -> bytes:
    """The bytes of the archive: members in the order of their names, not compressed, then their sums."""
    stream = io.BytesIO()
    sums = "".join(f"{sha256(members[name]).hexdigest()}  {name}\n" for name in sorted(members))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED) as made:
        for name, data in (*sorted(members.items()), (SUMS, sums.encode())):
            entry = zipfile.ZipInfo(name, _MADE)
            entry.create_system, entry.external_attr = 3, 0o600 << 16
            made.writestr(entry, data)
    return stream.getvalue()


def check(path: Path) -> list[Member]:
    """Holds the members of a bundle against its sums and its manifest: changed, missing and added ones are named.

    Raises:
        MatcherError: ``file.missing``, ``file.malformed`` for what is no bundle, ``file.too_large``.
    """
    try:
        with zipfile.ZipFile(path) as opened:
            if sum(entry.file_size for entry in opened.infolist()) > _MOST_BYTES:
                raise MatcherError("file.too_large", f"its members have more than {_MOST_BYTES >> 20} MB", str(path))
            entries = [(entry.filename, opened.read(entry)) for entry in opened.infolist()]
    except FileNotFoundError:
        raise MatcherError("file.missing", "there is no such file", str(path)) from None
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, ValueError) as error:
        raise MatcherError("file.malformed", f"it is no bundle of evidence ({type(error).__name__})", str(path)) from error
    held = dict(entries)
    if SUMS not in held:
        raise MatcherError("file.malformed", f"it is no bundle of evidence: there is no {SUMS}", str(path))
    return list(_compared(entries, dict(_sums(held[SUMS])), _listed(held.get(MANIFEST, b""))))


def _sums(text: bytes) -> Iterator[tuple[str, str]]:
    for line in text.decode("utf-8", "replace").splitlines():
        digest, _, name = line.partition("  ")
        if name:
            yield name, digest


def _listed(manifest: bytes) -> Mapping[str, str]:
    """The hashes of the members as the manifest has them; none where it cannot be read, which its own hash tells."""
    try:
        return {str(one["name"]): str(one["sha256"]) for one in json.loads(manifest)["members"]}
    except (ValueError, KeyError, TypeError, RecursionError):
        return {}


def _compared(entries: list[tuple[str, bytes]], sums: Mapping[str, str], listed: Mapping[str, str]) -> Iterator[Member]:
    """Each member, held against the sums and against the manifest, which must say the same."""
    names = [name for name, _ in entries]
    known = listed.keys() | {MANIFEST} if listed else sums.keys()
    for name, data in entries:
        if name == SUMS and names.count(name) == 1:
            continue
        digest = sha256(data).hexdigest()
        wrong = "it is there twice" if names.count(name) > 1 else "it was added" if name not in sums or name not in known else ""
        same = sums.get(name) == digest == listed.get(name, digest)
        yield Member(name, len(data), digest, wrong or ("" if same else "it was changed"))
    for name in sorted((sums.keys() | listed.keys()) - set(names)):
        yield Member(name, 0, sums.get(name) or listed[name], "it is missing")
