"""Opens a binary workbook in a process of its own first, which may take only so much memory and may fail as badly as it likes."""

import io
import subprocess
import sys
from contextlib import suppress

from python_calamine import CalamineWorkbook

from matcher.errors import MatcherError
from matcher.workbooks.bounds import Bounds


def try_apart(data: bytes, bounds: Bounds) -> None:
    """Opens a binary workbook in a process of its own, which may fail as badly as it likes.

    Raises:
        MatcherError: ``file.too_large`` when it takes more memory or time than the bounds allow.
    """
    if len(data) > bounds.binary_size:
        raise MatcherError("file.too_large", f"the workbook has more than {bounds.binary_size >> 20} MB")
    # -P: a file in the accountant's folder that is named like a module must not be taken for it
    command = [sys.executable or "python3", "-P", "-m", __name__, str(bounds.memory), str(bounds.seconds), str(bounds.cells)]
    done = subprocess.run(command, input=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise MatcherError("file.too_large", "the workbook takes more memory or time than a statement may")


def _try_here(memory: int, seconds: int, cells: int) -> int:
    """What the other process does: opens the workbook on standard input. Exit status 0 when it can be opened, or is only damaged."""
    data = sys.stdin.buffer.read()
    with suppress(ImportError):  # there is no such module, and no such limit, on Windows
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        for index in range(len(book.sheet_names)):
            sheet = book.get_sheet_by_index(index)
            cells -= (sheet.total_height + 1) * (sheet.total_width + 1)
            if cells < 0:
                return 1
    except MemoryError:
        return 1
    except BaseException:  # noqa: BLE001 - what is wrong with the contents is told by the process that asked
        return 0
    return 0


if __name__ == "__main__":
    sys.exit(_try_here(*map(int, sys.argv[1:4])))
