"""A receipt that names a document of another legal entity."""

import polars as pl
import pytest

from matcher.matching.sisters import DOCUMENT, named_elsewhere

DOCUMENTS = pl.DataFrame(
    [("A1", "2", "KS-2026-00417", "RF18 5390"), ("A2", "1", "KM-2026-00417", ""), ("A3", "2", "0417", "")],
    schema=list(DOCUMENT),
    orient="row",
)


@pytest.mark.parametrize(
    ("text", "document"),
    [("ks 2026 00417", "KS-2026-00417"), ("RF185390", "KS-2026-00417"), ("KM-2026-00417", ""), ("0417", ""), ("thank you", "")],
)
def test_the_entity_of_a_named_document_is_told(text: str, document: str) -> None:
    line = {"line_id": "L1", "entity": "1", "remittance_information": text, "creditor_reference": "", "end_to_end_id": ""}
    found = named_elsewhere(pl.DataFrame([line]), DOCUMENTS, {"2": "Kestrel Service GmbH"}).rows()
    told = f"the named document {document} is of entity 2, Kestrel Service GmbH, and the line of entity 1"
    assert found == ([("L1", told)] if document else [])
