"""OFX, QFX and QBO files.

`tokens` cuts a file into elements, `statement` keeps what belongs to a statement, `rows` and `runs` make transactions.
"""

from matcher.parsers.ofx.parser import PARSER

__all__ = ["PARSER"]
