"""camt.052, camt.053 and camt.054 files.

`xml_blocks` cuts a file into entries, `shapes` reads entries of one form, `rows` and `statement` make records.
"""

from matcher.parsers.camt.parser import PARSER

__all__ = ["PARSER"]
