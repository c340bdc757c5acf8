"""Countries of the invented customers: language, currency, cities, legal forms, and the shape of bank account numbers there."""

from dataclasses import dataclass
from typing import Literal

Script = Literal["latin", "simplified", "traditional", "cyrillic", "japanese"]


@dataclass(frozen=True, slots=True)
class Country:
    """A country.

    Attributes:
        code: ISO 3166.
        language: of names and of payers' texts.
        currency: of its customers, where the legal entity has an account in it.
        weight: share of the customers, in parts.
        bban: shape of an account number, a letter a bank letter and n a digit; with `iban` two check digits come in front.
        iban: whether account numbers are IBANs.
        scheme: kind of structured reference that items of its customers carry; empty for none.
        withholding_per_mille: tax that its payers keep back; 0 for none.
        cities, legal_forms: as written there.
        script: of its firms' names.
    """

    code: str
    language: str
    currency: str
    weight: int
    bban: str
    iban: bool
    scheme: str
    withholding_per_mille: int
    cities: tuple[str, ...]
    legal_forms: tuple[str, ...]
    script: Script = "latin"


def _country(
    code: str, language: str, currency: str, weight: int, bban: str, scheme: str, cities: str, forms: str,
    *, iban: bool = True, withholding: int = 0, script: Script = "latin",
) -> Country:  # fmt: skip
    return Country(
        code, language, currency, weight, bban, iban, scheme, withholding, tuple(cities.split("|")), tuple(forms.split("|")), script
    )


COUNTRIES: tuple[Country, ...] = (
    _country("DE", "de", "EUR", 210, "n" * 18, "", "Köln|Bremen|Fürth|Münster|Kassel|Jena|Ulm|Gießen",
    "GmbH|GmbH & Co. KG|AG|KG|OHG|UG (haftungsbeschränkt)|e.K."),
    _country("AT", "de", "EUR", 45, "n" * 16, "ref_rf", "Graz|Linz|Wels|Sankt Pölten", "GmbH|AG|OG|KG"),
    _country("CH", "de", "CHF", 60, "n" * 17, "ref_ch_qrr", "Zürich|Chur|Genève|Lugano|Thun", "AG|GmbH|SA|Sàrl"),
    _country("FR", "fr", "EUR", 70, "n" * 23, "ref_rf", "Rouen|Béziers|Orléans|Nîmes|Angers", "SARL|SAS|SA|EURL"),
    _country("BE", "fr", "EUR", 45, "n" * 12, "ref_be_ogm", "Liège|Gent|Namur|Mechelen", "SPRL|BV|SA|NV"),
    _country("NL", "nl", "EUR", 45, "aaaa" + "n" * 10, "ref_nl", "Utrecht|Zwolle|Breda|Delft", "B.V.|N.V.|V.O.F."),
    _country("IT", "it", "EUR", 45, "a" + "n" * 22, "", "Forlì|Parma|Bari|Udine", "S.r.l.|S.p.A.|S.n.c."),
    _country("ES", "es", "EUR", 40, "n" * 20, "", "León|Málaga|Logroño|Vigo", "S.L.|S.A.|S.L.U."),
    _country("PT", "es", "EUR", 12, "n" * 21, "ref_rf", "Évora|Braga|Setúbal", "Lda.|S.A."),
    _country("GB", "en", "GBP", 60, "aaaa" + "n" * 14, "", "Leeds|Hull|Bath|Derby|Perth", "Ltd|Limited|PLC|LLP"),
    _country("IE", "en", "EUR", 15, "aaaa" + "n" * 14, "", "Cork|Galway|Sligo", "Ltd|DAC|PLC"),
    _country("SE", "sv", "SEK", 45, "n" * 20, "ref_se_ocr", "Örebro|Umeå|Gävle|Lund", "AB|HB|Aktiebolag"),
    _country("NO", "no", "NOK", 40, "n" * 11, "ref_no_kid", "Tromsø|Bodø|Molde", "AS|ASA"),
    _country("DK", "da", "EUR", 25, "n" * 14, "ref_dk_fik", "Århus|Vejle|Køge", "A/S|ApS"),
    _country("FI", "fi", "EUR", 35, "n" * 14, "ref_fi", "Jyväskylä|Pori|Oulu", "Oy|Oyj|Ab"),
    _country("PL", "pl", "EUR", 35, "n" * 24, "", "Łódź|Poznań|Gdańsk|Rzeszów", "Sp. z o.o.|S.A.|Sp. k."),
    _country("CZ", "pl", "EUR", 20, "n" * 20, "", "Brno|Plzeň|Zlín", "s.r.o.|a.s."),
    _country("SI", "sl", "EUR", 16, "n" * 15, "ref_si", "Maribor|Celje|Kranj", "d.o.o.|d.d."),
    _country("HR", "sl", "EUR", 16, "n" * 17, "ref_hr", "Zadar|Rijeka|Šibenik", "d.o.o.|j.d.o.o."),
    _country("US", "en", "USD", 50, "n" * 10, "", "Dayton|Boise|Tacoma|Macon", "Inc.|LLC|Corp.|Co.", iban=False),
    _country("IN", "en", "USD", 16, "n" * 14, "", "Pune|Indore|Kochi", "Pvt. Ltd.|Limited", iban=False, withholding=100),
    _country("BR", "es", "USD", 14, "n" * 23, "", "Campinas|Goiânia|Natal", "Ltda.|S.A.", withholding=150),
    _country("TH", "en", "USD", 8, "n" * 10, "", "Rayong|Chiang Mai", "Co., Ltd.", iban=False, withholding=30),
    _country("CN", "zh", "CNY", 50, "n" * 19, "", "", "有限公司|股份有限公司|有限责任公司", iban=False, script="simplified"),
    _country("TW", "zh", "USD", 10, "n" * 14, "", "", "有限公司|股份有限公司", iban=False, script="traditional"),
    _country("JP", "ja", "JPY", 26, "n" * 14, "", "", "株式会社|有限会社", iban=False, script="japanese"),
    _country("KZ", "ru", "EUR", 22, "n" * 16, "", "Алматы|Астана|Караганда|Актобе", "ТОО|АО|ООО", script="cyrillic"),
)  # fmt: skip

CURRENCIES = ("EUR", "USD", "GBP", "CHF", "SEK", "NOK", "CNY", "JPY")
"""Currencies of the month."""

_UNITS_PER_EURO = {
    "EUR": 1_000_000,
    "USD": 1_093_400,
    "GBP": 861_200,
    "CHF": 951_700,
    "SEK": 11_203_000,
    "NOK": 11_660_000,
    "CNY": 7_812_000,
    "JPY": 163_450_000,
}
BASE_RATE = tuple(_UNITS_PER_EURO[code] for code in CURRENCIES)
"""Millionths of each currency for one euro at the start; the daily rates walk from there."""


def account_number(country: Country, digits: str, letters: str) -> str:
    """An account number of the country's shape: `digits` and `letters` are used from their start, check digits are computed.

    Args:
        country: gives the shape.
        digits: at least 25.
        letters: at least four capitals.
    """
    count = country.bban.count("a")
    body = letters[:count] + digits[: len(country.bban) - count]
    if not country.iban:
        return body
    moved = int("".join(str(int(c, 36)) for c in f"{body}{country.code}00"))
    return f"{country.code}{98 - moved % 97:02d}{body}"
