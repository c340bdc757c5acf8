"""Lists on the screen and in files. `with_format` gives a command its options, `show` prints its rows.

`columns` says what a list is made of, `standard` what columns of known names are; `terminal`, `machine`, `markdown`, `webpage` and
`workbook` are the forms; `cells`, `widths` and `fit` are what they share.
"""

from matcher.cli.tables.columns import Column, Kind, Row, Said, Tone
from matcher.cli.tables.output import data_record, for_programs, formatted, page_width, put_line, show, show_facts, with_format
from matcher.cli.tables.standard import counted

__all__ = [
    "Column", "Kind", "Row", "Said", "Tone", "counted", "data_record", "for_programs", "formatted", "page_width", "put_line", "show",
    "show_facts", "with_format",
]  # fmt: skip
