"""How much of a document or message is read: none of these is near what an advice has."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """Limits of one file.

    Attributes:
        size: bytes of a PDF or a message.
        pages: of a PDF.
        characters: of the text of all pages, or of a message's bodies.
        objects: of one page of a PDF, forms within forms counted.
        memory: bytes that the process may take that opens a file of a binary kind.
        seconds: of that process.
        answer: bytes that it may answer.
        parts: of a message, nested ones counted.
        lines: of a message as it is sent.
        marks: of those, lines that may be between two parts.
        documents: attached PDF documents and messages that are read.
        depth: messages within messages.
        cells: of the tables of a message.
    """

    size: int = 25 << 20
    pages: int = 200
    characters: int = 400_000
    objects: int = 200_000
    memory: int = 1 << 30
    seconds: int = 20
    answer: int = 64 << 20
    parts: int = 200
    lines: int = 500_000
    marks: int = 2_000
    documents: int = 10
    depth: int = 3
    cells: int = 100_000


BOUNDS = Bounds()
"""What is used; tests use less."""
