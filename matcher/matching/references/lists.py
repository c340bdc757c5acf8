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

AND = re.compile(r"\s*(?:[/,;+&]|\bUND\b|\bAND\b|\bET\b)\s*|\s+")
"""Between the counters of a shortened list: "RE-1234/235/236"."""

TO = re.compile(r"\s*(?:-|–|\.\.+|~|至|到|\bTO\b|\bBIS\b|\bT/M\b|\bAU\b|\bAL\b|\bTHRU\b|\bTHROUGH\b|\bTOT\b)\s*")
"""Between the first and the last counter of a range: "RE-1234 - 1238"."""

AMOUNT = re.compile(r"\d{1,3}(?:[.,' ]\d{3})*[.,]\d{2}(?!\d)|\d+[.,]\d{2}(?!\d)")
"""An amount, which payers write behind a document's number: no counter of a shortened list."""
