"""Statements as tables: delimited text, workbooks and Parquet. The banks' layouts are data in `matcher/parsers/profiles`.

`schema` is what a layout may say; `detect` finds the layout of a file and `layout` binds it; `rows` reads one row, `reading` a table,
`columnar` plain tables in bulk; `survey` decides what only a whole column can tell; `balance` proves the result.
"""

from matcher.parsers.csv.parser import PARSER, CsvParser

__all__ = ["PARSER", "CsvParser"]
