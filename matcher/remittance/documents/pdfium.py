"""The words of a PDF document with their places, by PDFium. Runs only in the process that `apart` confines.

PDFium is used without forms and scripts: actions, JavaScript, embedded files and links are never looked at. Words are cut here, since
its own text has blanks where none are printed.
"""

import json
from collections.abc import Iterator

import pypdfium2 as pdfium
import pypdfium2.raw as raw

_HUNDREDTHS = 100
_WORD_GAP = 0.15
"""Of a character's height: a wider gap ends a word."""

Box = tuple[float, float, float, float]


class Ended(Exception):
    """That the document is not read, with the word for why."""


def read(data: bytes, max_pages: int, max_characters: int, max_objects: int) -> str:
    """One line "ok", and a line for each page: words and their boxes as JSON.

    Raises:
        Ended: "encrypted", "damaged", "pages", "characters" or "objects".
    """
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        code = getattr(error, "err_code", None)
        raise Ended("encrypted" if code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY) else "damaged") from None
    if len(document) > max_pages:
        raise Ended("pages")
    told, left = ["ok"], max_characters
    for number in range(len(document)):
        try:
            page = document[number]
        except pdfium.PdfiumError:
            raise Ended("damaged") from None
        if raw.FPDFPage_CountObjects(page) > max_objects:
            raise Ended("objects")
        text = page.get_textpage()
        left -= text.count_chars()
        if left < 0:
            raise Ended("characters")
        words = [(word, *map(round, box)) for word, box in _words(page, text)]
        picture = any(object.type in (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_PATH) for object in page.get_objects(max_depth=2))
        told.append(json.dumps({"words": words, "picture": picture}, ensure_ascii=False))
        text.close()
        page.close()
    return "\n".join(told) + "\n"


def _words(page: pdfium.PdfPage, text: pdfium.PdfTextPage) -> Iterator[tuple[str, Box]]:
    """Words with left, right, top and bottom in hundredths of a point, as the page is shown."""
    word, box = "", (0.0, 0.0, 0.0, 0.0)
    for character, mine in _characters(page, text):
        height = max(mine[3] - mine[2], box[3] - box[2]) if word else mine[3] - mine[2]
        apart = word and (
            character.isspace()
            or not -0.5 * height < mine[0] - box[1] < _WORD_GAP * height
            or abs((mine[2] + mine[3]) - (box[2] + box[3])) > height
        )
        if apart:
            yield word, box
            word = ""
        if character.isspace():
            continue
        box = (min(box[0], mine[0]), max(box[1], mine[1]), min(box[2], mine[2]), max(box[3], mine[3])) if word else mine
        word += character
    if word:
        yield word, box


def _characters(page: pdfium.PdfPage, text: pdfium.PdfTextPage) -> Iterator[tuple[str, Box]]:
    turn, (width, height) = page.get_rotation(), page.get_size()
    left, bottom, _, _ = page.get_bbox()
    for index in range(text.count_chars()):
        if raw.FPDFText_IsGenerated(text, index) == 1:
            yield " ", (0.0, 0.0, 0.0, 0.0)
            continue
        code = raw.FPDFText_GetUnicode(text, index)
        character = " " if code < 32 else chr(code) if code < 0xD800 or 0xDFFF < code < 0x110000 else "�"
        x0, y0, x1, y1 = text.get_charbox(index, loose=True)
        shown = _turned((x0 - left, x1 - left, y0 - bottom, y1 - bottom), turn, width, height)
        yield character, tuple(_HUNDREDTHS * edge for edge in shown)  # type: ignore[misc]


def _turned(box: Box, turn: int, width: float, height: float) -> Box:
    """A box of the page's own coordinates (from the lower left corner) as it is shown, from the upper left corner."""
    x0, x1, y0, y1 = box
    if turn == 90:
        return y0, y1, x0, x1
    if turn == 180:
        return width - x1, width - x0, y0, y1
    if turn == 270:
        return width - y1, width - y0, height - x1, height - x0
    return x0, x1, height - y1, height - y0
