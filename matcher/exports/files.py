"""Files that are either written whole or not at all."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from matcher.errors import MatcherError


@contextmanager
def atomic(path: Path) -> Iterator[BinaryIO]:
    """A binary stream that becomes the file at `path` when the block ends without an exception.

    The bytes go to a file beside it first and reach the disk before the name changes hands, so a reader sees the old file or
    the new one, never a part. A path that is not a regular file (a pipe, a terminal) is written to directly.

    Raises:
        MatcherError: ``file.unwritable``.
    """
    try:
        if path.exists() and not path.is_file():
            with path.open("wb") as stream:
                yield stream
            return
        target = path.resolve()
        draft = target.with_name(f".{target.name}.{os.getpid()}.part")
        try:
            with draft.open("wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise MatcherError("file.unwritable", f"cannot be written ({error.strerror})", str(path)) from error


def write_bytes(path: Path, chunks: Iterable[bytes]) -> None:
    """Writes the chunks as one file, whole or not at all.

    Raises:
        MatcherError: ``file.unwritable``.
    """
    with atomic(path) as stream:
        stream.writelines(chunks)
