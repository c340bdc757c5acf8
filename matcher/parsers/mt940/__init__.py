"""MT940 and MT942 files.

`text` finds the fields of a file, `fields` and `details` read them, `entry` and `statements` make transactions of them.
"""

from matcher.parsers.mt940.parser import PARSER

__all__ = ["PARSER"]
