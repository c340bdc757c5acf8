"""How many documents a text in capitals speaks of: counts, and lists that go on or stand elsewhere."""

import re

OTHERS = re.compile(
    r"(?:\+|PLUS|AND|UND|ET|EN|E|Y|OG|OCH|JA|I)\s*(\d{1,3})\s*(?:WEITERE\w*|OTHERS?|MORE|AUTRES|OTR[OA]S|ALTR[IE]|ANDERE|ANDRA|ANDRE|MUUTA|INNE|INNYCH)"
    r"|(?<!\s\d)(?<!\s\d\d)(?<!\s\d\s)(?<!\s\d\d\s)\+\s?(\d{1,2})\s*(?:$|\|)|U\.?\s?A\.?\s*\((\d{1,3})\)"
)
"""How many further documents there are: "and 3 others", "+ 2", "u.a. (4)"."""

TOTAL = re.compile(
    r"\b(\d{1,3})\s*(?:INVOICES|RECHNUNGEN|FACTURES|FACTUREN|FATTURE|FACTURAS|FAKTUR\w*|BILLS|RG|DOCUMENTS|BELEGE)\b|(?:等|共)?(\d{1,3})[张笔份]"
)
"""How many documents there are in all: "5 invoices"."""

GOES_ON = re.compile(
    r"\b(?:U\.?\s?A\.?|ETC|DIV|DIVERSE|DIVERS|VARIOUS|MULTIPLE|SEVERAL|SAMMEL\w*|MEHRERE|PLUSIEURS|VARIE|VARIAS|VERZAMEL\w*|SAMLE\w*|BULK|BATCH|RA|RAMESSA|AVIS\w*|ZAHLUNGSAVIS\w*|"
    r"REMITTANCE ADVICE|SEE ADVICE|ADVICE|BORDEREAU|DISTINTA|SPECIFICATIE|AUFSTELLUNG|WEITERE\w*|OTHERS|AUTRES|OTRAS|ALTRE)\b"
    r"|\bFF\b|\.\.\.|…|等(?!于)|明细|[,;/&+]\s*(?:\||$)|\b(?:UND|AND|ET)\s*(?:\||$)"
)
"""That the list goes on or is elsewhere: "and others", "see advice", an open end."""
