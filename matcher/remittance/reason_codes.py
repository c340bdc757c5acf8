"""Why a payer keeps something back, in our own codes: from words, and from the code lists of X12 and UN/EDIFACT."""

import re
import unicodedata

from matcher.reasons import SHIPPED

UNKNOWN = "unknown"

_WORDS = (
    ("discount", r"skonto|cash disc|early pay|prompt pay|escompte|\bdiscount\b|现金折扣|折扣"),
    ("withholding_tax", r"withh|quellensteuer|\bwht\b|\btds\b|retenue a la source|代扣|预扣"),
    ("damage", r"damage|beschadig|defekt|mangel|bruch|endommag|defaut|破损|损坏|质量"),
    ("quantity", r"quantity|short ?(?:age|ship|deliver)|fehlmenge|minderlieferung|menge\b|manquant|quantite|短缺|数量|少发"),
    ("fee", r"\bfees?\b|bank charge|gebuhr|spesen|entgelt|\bfrais\b|commission|provision|手续费|佣金"),
    ("freight", r"freight|shipping|transport|fracht|versand|\bport\b|运费"),
    ("price", r"\bpric|preis|\bprix\b|价格|单价"),
    ("return", r"\breturn|retoure|rucksendung|ruckware|\bretour|退货"),
    ("promotion", r"promo|rebate|bonus|marketing|werbe|\bwkz\b|remise|ristourne|返利|促销|返点"),
    ("duplicate_payment", r"duplicate|doppelt|paid twice|重复"),
    ("already_paid", r"already paid|paid before|bereits (?:be|ge)zahlt|deja (?:paye|regle)|已付|已支付"),
    ("netted", r"\bnett|offset|verrechn|aufrechn|compens|抵扣|对冲|冲抵"),
    ("retention", r"retention|einbehalt|sicherheit|reserve|retenue|garantie|质保金|保留金|保证金"),
    ("penalty", r"penalt|vertragsstrafe|ponale|chargeback|违约金|罚款"),
    ("tax_error", r"\bvat\b|\btax|steuer|\btva\b|税"),
    ("rounding", r"round|rundung|arrondi|尾差"),
)  # fmt: skip
_PATTERNS = tuple((code, re.compile(pattern)) for code, pattern in _WORDS)

ADX = {
    "01": "price", "02": "price", "03": "price", "04": "damage", "05": "damage", "06": "quantity", "09": "price", "10": "freight",
    "11": "return", "12": "return", "13": "return", "14": "return", "15": "return", "18": "unknown", "19": "duplicate_payment",
    "22": "quantity", "24": "discount", "25": "damage", "30": "freight", "31": "freight", "33": "exchange_difference", "42": "quantity",
    "43": "discount", "46": "freight", "48": "fee", "49": "fee", "50": "penalty", "51": "penalty", "52": "netted", "54": "freight",
    "55": "withholding_tax", "56": "promotion", "57": "promotion", "59": "quantity", "71": "promotion", "72": "return",
}  # fmt: skip
"""X12 data element 426 in our codes, as far as they say the same; whatever else it says is `UNKNOWN`."""

AJT = {
    "2": "damage", "3": "damage", "4": "quantity", "5": "price", "9": "price", "10": "fee", "11": "fee", "12": "fee", "13": "netted",
    "14": "quantity", "15": "return", "16": "return", "17": "damage", "19": "promotion", "20": "penalty", "21": "promotion",
    "26": "tax_error", "30": "already_paid", "32": "quantity", "33": "penalty", "35": "return", "38": "promotion", "39": "discount",
    "56": "discount",
}  # fmt: skip
"""UN/EDIFACT data element 4465 in our codes, as far as they say the same."""


def reason_of(text: str) -> str:
    """Our code for what a file writes: the code itself, else by its words; '' for nothing, `UNKNOWN` for what says none of them."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c)).strip()
    if not plain:
        return ""
    code = re.sub(r"[\s-]+", "_", plain)
    return code if code in SHIPPED else next((name for name, pattern in _PATTERNS if pattern.search(plain)), UNKNOWN)
