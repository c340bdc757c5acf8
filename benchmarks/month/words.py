"""Building blocks of invented names in Latin script: syllables, lines of business, people, and what abbreviations are usual."""

from collections.abc import Mapping

STARTS = (
    "Nord Alt Bren Hal Vel Kor Tam Lind Ost Gran Mar Sel Rav Dor Fal Hel Jan Kes Lor Mor Nim Ort Pel Quen Ros Sten Tor Ull Var Wes "
    "Xan Yar Zel Ard Bir Cal Den Elm Fyr Gar Hav Ing Jor Kal Lau Mel Nor Olm Par Rin Sol Tre Und Vin Wal Zor Bas Cor Dan Erl"
).split()
MIDDLES = ("", "", "", "a", "e", "i", "o", "an", "en", "er", "el", "in", "ar", "ov", "is", "um")
ENDS = (
    "heim berg tal hof ford wick dale mont vale sund vik lund ara ello ino ecki ovic inen salo maa quist stad burg feld bach combe "
    "ton mere ridge court brück stätt hausen mark sen borg næs fjord vall ås rün dorf au ice esse anne elle ière oux ac iz ão"
).split()

_BUSINESS = {
    "de": (
        "Metallbau|Logistik|Elektrotechnik|Maschinenbau|Großhandel|Möbelwerke|Gebäudetechnik|Verpackungen|Anlagenbau|"
        "Spedition|Druckerei|Kältetechnik|Förderanlagen|Werkzeuge"
    ),
    "fr": ("Matériaux|Électricité|Transports|Emballages|Mécanique|Négoce|Menuiserie|Équipements|Distribution|Textiles|Chaudronnerie"),
    "nl": "Logistiek|Installatietechniek|Groothandel|Bouwmaterialen|Verpakkingen|Machinebouw|Kwekerij|Scheepsbouw",
    "it": "Meccanica|Trasporti|Forniture|Ceramiche|Imballaggi|Arredamenti|Impianti|Tessile|Qualità Alimentare",
    "es": "Suministros|Construcción|Logística|Maquinaria|Alimentación|Electrónica|Cerámicas|Envases|Distribución",
    "en": ("Engineering|Logistics|Supplies|Packaging|Tools|Fasteners|Interiors|Foods|Marine|Electrical|Printing|Holdings|Industries"),
    "sv": "Verkstad|Bygg|Förpackning|Elteknik|Transport|Möbler|Skogsråvara|Kylteknik",
    "no": "Rørteknikk|Bygg|Sjømat|Maskin|Transport|Elektro",
    "da": "Maskinfabrik|Køleteknik|Emballage|Møbler|Entreprise|Fødevarer",
    "fi": "Konepaja|Sähkö|Kuljetus|Rakennus|Pakkaus|Metsätyö",
    "pl": "Handel|Transport|Budownictwo|Narzędzia|Opakowania|Usługi Techniczne|Części",
    "sl": "Trgovina|Gradnje|Proizvodnja|Prevozništvo|Oprema|Inženiring",
}
BUSINESS: Mapping[str, tuple[str, ...]] = {language: tuple(words.split("|")) for language, words in _BUSINESS.items()}

FIRST_NAMES = (
    "Anna Jonas Marta Pavel Ingrid Luca Sofie Henri Clara Milan Greta Tomas Elena Oskar Irene Nils Paula Viktor Jana Felix Nora Emil"
).split()
SURNAMES = (
    "Bergmann Lindqvist Moreau Novák Hartley Rossetti Jansen Kowalska Virtanen Olsen Weber Dubois Santos Marić Keller Byrne Ferreira Holm "
    "Krüger Nyström"
).split()

SHORT_FORMS: Mapping[str, str] = {
    "Gesellschaft": "Ges.", "Maschinenbau": "Masch.bau", "Elektrotechnik": "E-Technik", "Großhandel": "GH", "Logistik": "Log.",
    "Engineering": "Eng.",
    "Industries": "Ind.", "Logistics": "Log.", "Holdings": "Hldgs", "Transports": "Transp.", "Distribution": "Distr.",
    "Distribución": "Distr.",
    "Construcción": "Constr.", "Électricité": "Élec.", "Équipements": "Équip.", "Gebäudetechnik": "Geb.technik", "Groothandel": "Grooth.",
    "Installatietechniek": "Inst.techn.", "Electrical": "Elec.", "Limited": "Ltd", "Aktiebolag": "AB", "Verpackungen": "Verp.",
    "Meccanica": "Mecc.",
    "Trading": "Trd.", "Technology": "Tech.", "International": "Int.", "Electronics": "Elec.", "Machinery": "Mach.", "Budownictwo": "Bud.",
}  # fmt: skip

PROVIDERS = ("Paywell Payments", "Kartio Settlement", "Swiftbill Europe", "Mercado Pagos Rápidos", "Nordkort Acquiring")
TAX_OFFICES = ("Finanzamt Nord", "Revenue Commissioners Refunds", "Skattekontoret", "Direction des Impôts", "Agenzia Tributi")
STRANGERS = (
    "Versicherung Alte Mark",
    "Hausverwaltung",
    "Stadtwerke",
    "Auction House",
    "Solicitors Client Account",
    "Pensionskasse",
    "Stiftung",
    "Energie",
)
