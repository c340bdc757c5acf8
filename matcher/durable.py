"""Names on the disk: what must be there after the power comes back."""

import errno
import os
from pathlib import Path

_NO_SYNC = (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS)
"""What file systems answer that cannot bring a folder to the disk; there is nothing to be done about it."""


def sync_folder(folder: Path) -> None:
    """Brings a folder's names to the disk; without it a power failure could take a new name back. Raises OSError."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(number)
