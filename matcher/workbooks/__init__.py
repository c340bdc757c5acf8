"""Workbooks that other people made, opened within bounds: XLSX as a rule, and the binary XLS that some banks still send.

The library that reads workbooks lays every sheet out as a full rectangle, so that one cell far away, or one text that a million cells
refer to, takes more memory than any machine has. What a workbook asks for is therefore known before that library sees it. An XLSX file
is read as a stream here, part by part, and handed on as a new archive of nothing but the parts that were looked at: what was counted is
what is read, whatever its ZIP directory or its markup says in two ways. A binary workbook is opened in another process first, one that
may take only so much memory.
"""

from matcher.workbooks.bounds import BOUNDS, MAX_COLUMNS, MAX_ROWS, Bounds
from matcher.workbooks.opening import sheets

__all__ = ["BOUNDS", "MAX_COLUMNS", "MAX_ROWS", "Bounds", "sheets"]
