"""The columns of postings in the DATEV format, version 13: https://developer.datev.de/datev/platform/de/dtvf/formate/buchungsstapel."""

_BEFORE = (
    "Umsatz (ohne Soll/Haben-Kz)", "Soll/Haben-Kennzeichen", "WKZ Umsatz", "Kurs", "Basis-Umsatz", "WKZ Basis-Umsatz", "Konto",
    "Gegenkonto (ohne BU-Schlüssel)", "BU-Schlüssel", "Belegdatum", "Belegfeld 1", "Belegfeld 2", "Skonto", "Buchungstext", "Postensperre",
    "Diverse Adressnummer", "Geschäftspartnerbank", "Sachverhalt", "Zinssperre", "Beleglink",
)  # fmt: skip
_BETWEEN = (
    "KOST1 - Kostenstelle", "KOST2 - Kostenstelle", "Kost-Menge", "EU-Land u. UStID (Bestimmung)", "EU-Steuersatz (Bestimmung)",
    "Abw. Versteuerungsart", "Sachverhalt L+L", "Funktionsergänzung L+L", "BU 49 Hauptfunktionstyp", "BU 49 Hauptfunktionsnummer",
    "BU 49 Funktionsergänzung",
)  # fmt: skip
_AFTER = (
    "Stück", "Gewicht", "Zahlweise", "Forderungsart", "Veranlagungsjahr", "Zugeordnete Fälligkeit", "Skontotyp", "Auftragsnummer",
    "Buchungstyp", "USt-Schlüssel (Anzahlungen)", "EU-Land (Anzahlungen)", "Sachverhalt L+L (Anzahlungen)", "EU-Steuersatz (Anzahlungen)",
    "Erlöskonto (Anzahlungen)", "Herkunft-Kz", "Buchungs GUID", "KOST-Datum", "SEPA-Mandatsreferenz", "Skontosperre", "Gesellschaftername",
    "Beteiligtennummer", "Identifikationsnummer", "Zeichnernummer", "Postensperre bis", "Bezeichnung SoBil-Sachverhalt",
    "Kennzeichen SoBil-Buchung", "Festschreibung", "Leistungsdatum", "Datum Zuord. Steuerperiode", "Fälligkeit", "Generalumkehr (GU)",
    "Steuersatz", "Land", "Abrechnungsreferenz", "BVV-Position", "EU-Land u. UStID (Ursprung)", "EU-Steuersatz (Ursprung)",
    "Abw. Skontokonto",
)  # fmt: skip

TITLES = (
    *_BEFORE,
    *(title for number in range(1, 9) for title in (f"Beleginfo - Art {number}", f"Beleginfo - Inhalt {number}")),
    *_BETWEEN,
    *(title for number in range(1, 21) for title in (f"Zusatzinformation - Art {number}", f"Zusatzinformation- Inhalt {number}")),
    *_AFTER,
)
"""Of all 125 columns, in their order, as DATEV writes them."""

POSITIONS = dict(enumerate(TITLES, 1))
"""Titles by the numbers of the fields in the description."""

_TEXT_FIELDS = {
    2, 3, 6, 9, 11, 12, 14, 16, *range(20, 39), 40, 42, *range(48, 88), 91, 95, 96, 98, 102, 103, 105, 107, 109, 110, 112, 118, 120, 121,
    123,
}  # fmt: skip
TEXTS = frozenset(POSITIONS[number] for number in _TEXT_FIELDS)
"""Columns of text, which stand in quotation marks."""

MOST_TEXT = 60
"""Characters of a posting's text."""

ID, PART, REVERSES = "matcher", "matcher row", "matcher reverses"
"""What the notes of a posting are about: the document's id, which of its rows this is, and the id of what it takes back."""
