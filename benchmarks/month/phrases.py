"""What payers write around a number, by language; one set for each noise model. {r} is the number, {d} a date, {c} a customer number."""

from collections.abc import Mapping

_Phrases = Mapping[str, tuple[str, ...]]

_NORDIC = ("Faktura {r}", "{r}", "Fakt.nr {r}", "Betaling {r}", "Faktura {r} {d}")
_A: _Phrases = {
    "de": ("Rechnung {r}", "RE-Nr. {r} vom {d}", "{r}", "Rg {r} Kd-Nr. {c}", "Zahlung {r}", "Rechnungsnummer {r} vielen Dank", "{r} {d}"),
    "fr": ("Facture {r}", "FACT {r} du {d}", "{r}", "Règlement facture {r}", "Client {c} facture {r}"),
    "nl": ("Factuur {r}", "{r}", "Betaling factuur {r} d.d. {d}", "factuurnr {r} klant {c}"),
    "it": ("Fattura {r}", "Saldo fatt. {r} del {d}", "{r}", "Pagamento ft {r}"),
    "es": ("Factura {r}", "Pago fra. {r}", "{r}", "Fra {r} de fecha {d}", "Cliente {c} Fra {r}"),
    "en": ("Invoice {r}", "INV {r} dated {d}", "{r}", "Payment of {r}", "Inv no {r} acct {c}", "Settlement {r} thank you"),
    "sv": _NORDIC,
    "no": _NORDIC,
    "da": _NORDIC,
    "fi": ("Lasku {r}", "{r}", "Laskunro {r}", "Lasku {r} pvm {d}"),
    "pl": ("Faktura {r}", "zapłata za {r}", "{r}", "fakt. {r} z dnia {d}"),
    "sl": ("Račun {r}", "Plačilo {r}", "{r}", "Plačilo po računu {r} {d}"),
    "zh": ("货款 {r}", "付发票{r}", "INV {r}", "PAYMENT FOR INVOICE {r}", "{r}"),
    "ja": ("INVOICE {r}", "ご請求 {r}", "{r}", "INV NO {r}"),
    "ru": ("Оплата по счету {r}", "PAYMENT INVOICE {r}", "Счет {r} от {d}", "{r}"),
}
_B: _Phrases = {
    "de": ("Ihre Rechnung {r}", "R{r}", "Beleg {r} / Debitor {c}", "{d} {r}", "Überweisung zu {r}", "{r} abzgl. nichts"),
    "fr": ("V/facture {r}", "Paiement {r}", "Réf. {r}", "{d} - {r}", "Compte {c} - pièce {r}"),
    "nl": ("Uw factuur {r}", "Ref {r}", "{c} / {r}", "Fact. {r}"),
    "it": ("Vs fattura {r}", "Rif. {r}", "Bonifico per {r}", "{r} cliente {c}"),
    "es": ("Su factura {r}", "Ref: {r}", "Transferencia {r}", "Abono {r} cta {c}"),
    "en": ("Your invoice {r}", "Ref: {r}", "{c} {r}", "Bill {r} of {d}", "BACS {r}", "SUPPLIER PYMT {r}"),
    "sv": ("Er faktura {r}", "Avser {r}", "Ref {r}"),
    "no": ("Deres faktura {r}", "Gjelder {r}", "Ref {r}"),
    "da": ("Jeres faktura {r}", "Vedr. {r}", "Ref {r}"),
    "fi": ("Laskunne {r}", "Viite {r}", "Maksu {r}"),
    "pl": ("Wasza faktura {r}", "FV nr {r}", "tytułem {r}"),
    "sl": ("Vaš račun {r}", "Po računu {r}", "Sklic {r}"),
    "zh": ("支付货款{r}", "合同款 {r}", "TRADE PAYMENT {r}"),
    "ja": ("PAYMENT {r}", "お支払い {r}"),
    "ru": ("За товар по счету {r}", "INV {r} GOODS", "по инв. {r}"),
}
TEXTS: Mapping[str, _Phrases] = {"a": _A, "b": _B, "both": {language: (*texts, *_B[language]) for language, texts in _A.items()}}

NOTHING: _Phrases = {
    "de": ("Zahlung", "", "Danke", "Warenlieferung", "siehe Schreiben"),
    "fr": ("Règlement", "", "Paiement fournisseur"),
    "en": ("Payment", "", "Goods", "Thank you", "Supplier payment"),
    "zh": ("货款", "", "PAYMENT FOR GOODS"),
    "ru": ("Оплата за товар", "", "GOODS"),
}
"""Texts that name nothing; languages that are not listed use the English ones."""

BATCH = (
    "Sammelzahlung",
    "Diverse Rechnungen",
    "Various invoices",
    "Collective payment",
    "Règlement groupé",
    "Verzamelbetaling",
    "Pago varios",
    "{n} invoices",
    "{n} Rechnungen",
)
UP_TO = (
    "Alle fälligen Rechnungen bis {d}",
    "All invoices due to {d}",
    "Statement {d}",
    "Solde au {d}",
    "Kontoauszug zum {d}",
    "Balance per {d}",
    "Sammelzahlung",
)
OTHERS = ("{r} + {n} others", "{r} und {n} weitere", "{r} + {n} more invoices", "{r} et {n} autres", "{r} u.a. ({n})", "{r} +{n}")
ADVICE = ("Avis {r}", "Remittance advice {r}", "As per advice {r}", "Zahlungsavis Nr. {r}", "Avis de paiement {r}", "RA {r}")
ORDERS = ("Order {r}", "Bestellung {r}", "PO {r}", "Commande {r}", "Bestell-Nr. {r}", "{r}", "Ordine {r}")
CUSTOMER_NUMBERS = ("Kundennummer {r}", "Customer no {r}", "Kd {r}", "{r}", "Client {r}", "acct {r}")
PREPAYMENTS = ("Anzahlung Auftrag {r}", "Prepayment order {r}", "Deposit {r}", "Acompte commande {r}", "Proforma {r}", "Vorkasse {r}")
RANGES = ("{a} - {b}", "{a} bis {b}", "{a} to {b}", "{a}-{t}", "{a} .. {b}", "von {a} bis {b}")
PARTS = ("{r} Teilzahlung", "{r} part payment", "{r}", "Acompte {r}", "{r} 1. Rate", "on account of {r}")
FEES = ("Gutschrift Entgelt", "Refund of charges", "Fee correction 09/2026", "Erstattung Kontoführung")
INTEREST = ("Zinsen 3. Quartal", "Credit interest", "Intérêts créditeurs", "Habenzinsen")
TAXES = ("Erstattung Umsatzsteuer", "VAT refund period 08/26", "Steuernr. 22 815 08154", "Remboursement TVA")
TRANSFERS = ("Übertrag", "Cash pooling", "Own transfer", "Liquidity", "Virement interne")
PAYOUTS = ("Payout {r}", "Settlement batch {r}", "Auszahlung {r}", "Merchant settlement {r}")
UNRELATED = (
    "Miete Oktober",
    "Schadenregulierung {r}",
    "Rückzahlung {r}",
    "Deposit return",
    "Claim {r}",
    "Ref {r}",
    "Spende",
    "Order cancelled {r}",
    "Leasing {r}",
    "Invoice {r}",
    "{r}",
)
DEPOSITS = ("Anzahlung", "Vorauszahlung", "Akontozahlung", "Deposit", "Payment on account", "Acompte", "à valoir", "Advance payment")
GOES_ON = ("", "", "", " u.a.", " etc.", " ...", " et al.", " lt. Avis", " as per list", " ff.", " usw.", " +")
OTHER_PURPOSES = (
    "Miete Halle {r}",
    "Schadenregulierung {r}",
    "Darlehen {r} Tilgung",
    "Kaution",
    "Provision {r}",
    "Insurance claim {r}",
    "Rent unit {r}",
    "Licence fee contract {r}",
    "Leergut {r}",
    "Messe Standgebühr",
)
RETURNS = (
    "Retoure SEPA Überweisung {r} AC01 Kontonummer fehlerhaft",
    "RETURN PAYMENT {r} ACCOUNT CLOSED",
    "Rücküberweisung {r} MS03",
    "RETURNED TRANSFER {r} AC04",
    "Rückgabe Überweisung vom 05.10. {r}",
)
NUMBERS_OF_OTHERS = (
    "Auftrag {r}", "Kd-Nr. {r}", "PLZ {r}", "Vertrag {r}", "LS {r}", "Menge {r}", "Filiale {r}", "Contract {r}", "Delivery note {r}",
    "Account {r}", "Projekt {r}", "Tel. {r}", "Zählernr. {r}",
)  # fmt: skip
OUTGOING = ("Rechnung {r}", "Salary October", "Supplier {r}", "Rent", "Card payment", "Tax October", "Account fee", "Invoice {r}")
