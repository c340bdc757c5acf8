"""The catalogue of codes as a page: `python -m matcher.codes_page > docs/errors.md`. A test holds the page and the catalogue equal."""

import sys
from collections.abc import Iterator

from matcher.codes import CATALOGUE, Code

_AREAS = {
    "file": "Files",
    "column": "Columns, rows and cells",
    "row": "Columns, rows and cells",
    "amount": "Columns, rows and cells",
    "date": "Columns, rows and cells",
    "currency": "Columns, rows and cells",
    "value": "Columns, rows and cells",
    "account": "Accounts",
    "statement": "Statements",
    "note": "Notes of the readers",
}
"""Heading by the first part of a code; the others are about books and use."""

_TREATMENT = {
    "refuse": "refused, nothing changes",
    "quarantine": "kept aside in quarantine",
    "accept": "read, and said",
}

_HEAD = """\
# What can go wrong, and what to do

Every message begins with a code. A code never changes its meaning, so scripts may rely on it; the words behind it may change.
An error is one line on stderr: code, file and line where there is one, what is wrong, and the next step.

`fixtures/errors/` holds a small bad input for each code that a file can cause; the tests run them through the command line.
A file with an error is refused whole and changes nothing; with `ingest --quarantine` what can be read of it is kept aside for a
person instead. `matcher inspect FILE` shows everything that a reader noticed in a file, without any books.

This page is generated from `matcher/codes/`: `python -m matcher.codes_page > docs/errors.md`.

| exit status | meaning |
|---|---|
| 0 | done |
| 1 | done, and something needs a person; also when only the listing of work that is done could not be shown |
| 2 | wrong usage or configuration |
| 3 | bad input, nothing changed |
| 4 | refused by policy |
| 5 | the books are in use by another process |
| 70 | internal error; also damaged books and too little memory |
| 130, 143, 137 | ended by Ctrl-C, by a request to end (SIGTERM), or killed: the command did all of its work or nothing |

Where whoever reads the output closes it early, as `head` does, the command goes on and ends with its own status.
"""


def page() -> str:
    """The whole page, in Markdown."""
    parts: dict[str, list[Code]] = {}
    for code in CATALOGUE.values():
        parts.setdefault(_AREAS.get(code.id.partition(".")[0], "Books and use"), []).append(code)
    return _HEAD + "".join("".join(_part(title, codes)) for title, codes in parts.items())


def _part(title: str, codes: list[Code]) -> Iterator[str]:
    yield f"\n## {title}\n\n"
    if title == "Books and use":
        yield "| code | exit | meaning | what to do |\n|---|---|---|---|\n"
        for code in codes:
            yield f"| `{code.id}` | {code.exit_code} | {_cell(code.meaning)} | {_cell(code.next_step)} |\n"
    else:
        yield "| code | exit | meaning | at `ingest` the file is | what to do |\n|---|---|---|---|---|\n"
        for code in codes:
            yield f"| `{code.id}` | {code.exit_code} | {_cell(code.meaning)} | {_TREATMENT[code.at_ingest]} | {_cell(code.next_step)} |\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(page())
