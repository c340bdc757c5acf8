"""The catalogue of everything that can go wrong or be worth saying. `docs/errors.md` is generated from it.

A code never changes its meaning. Each has a fixture in `fixtures/errors/` or a test that raises it.
"""

from matcher.codes.credit import CREDIT
from matcher.codes.entry import BAD_INPUT, BUSY, DONE, INTERNAL, NEEDS_PERSON, POLICY, USAGE, Code, Treatment
from matcher.codes.invoices import INVOICES
from matcher.codes.reading import READING
from matcher.codes.targets import TARGETS
from matcher.codes.use import USE

__all__ = ["BAD_INPUT", "BUSY", "CATALOGUE", "DONE", "INTERNAL", "NEEDS_PERSON", "POLICY", "USAGE", "Code", "Treatment"]

CATALOGUE: dict[str, Code] = {code.id: code for code in (*READING, *INVOICES, *TARGETS, *USE, *CREDIT)}
if len(CATALOGUE) != len(READING) + len(INVOICES) + len(TARGETS) + len(USE) + len(CREDIT):
    raise ValueError("two entries of the catalogue share an id")
