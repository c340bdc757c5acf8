"""BAI2 files.

`records` cuts a file into logical records, `fields` reads them, `levels` proves file, group and account, `runs` reads plain entries.
"""

from matcher.parsers.bai2.parser import PARSER

__all__ = ["PARSER"]
