"""What payers write, by language.

In the phrases {n} is a document's number, {l} a list of them, {d} a date, {a} an amount, {c} the payer's number with us, {o} an order,
{m} a month, {own} a number of the payer's own, {k} a contract, {v} an advice, {g} a credit note, {f} a firm.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Phrases:
    """The phrases of a language, for each thing that a payer may want to say."""

    one: tuple[str, ...]
    many: tuple[str, ...]
    silent: tuple[str, ...]
    month: tuple[str, ...]
    order: tuple[str, ...]
    early: tuple[str, ...]
    advice: tuple[str, ...]
    part: tuple[str, ...]
    less: tuple[str, ...]
    netted: tuple[str, ...]
    known: tuple[str, ...]
    tails: tuple[str, ...]
    dates: tuple[str, ...]
    months: tuple[str, ...]
    glue: tuple[str, ...]


def _phrases(*lists: str, glue: str = "") -> Phrases:
    one, many, silent, month, order, early, advice, part, less, netted, known, tails, dates, months = (
        tuple(part.strip() for part in text.split("|")) for text in lists
    )
    parted = tuple((glue or ", | |,|; | + |/| / | und ").split("|"))
    return Phrases(one, many, silent, month, order, early, advice, part, less, netted, known, tails, dates, months, parted)


_GERMAN = _phrases(
    "Rechnung {n}|RE {n}|Rg.-Nr. {n}|Rechnungsnr. {n} vom {d}|{n}|{n}|Re.Nr.{n}|RNR {n} KNR {c}|Kd.Nr. {c} Rg. {n}|"
    "Zahlung Rg {n} v. {d}|{n} / {c}"
    "|Ihre Rechnung Nr. {n} vom {d} über EUR {a}|{c} {n} {d}|R-Nr: {n}|Rechnung-Nr. {n}, Kunde {c}|{d} {n} {a}|Begleichung Rechnung {n}"
    "|Bitte buchen: {n}|{n} Danke|ReNr {n} vom {d} Projekt {k}",
    "Rechnungen {l}|RE {l}|{l}|{l}|Rg.Nr. {l}|Re {l} Kd {c}|Sammelzahlung {l}|Ihre Rechnungen {l} vom {d}|{c}: {l}",
    "Rechnung|Zahlung|lt. Rechnung||Überweisung|Ihre Rechnung|gem. Rechnung vom {d}|Rechnung {d}|Vielen Dank|"
    "Begleichung offener Posten|siehe Beleg"
    "|Ausgleich Konto {c}|Lieferung vom {d}|Lieferschein {own}",
    "Wartung {m}|Miete {m}|Rate {m}|Abschlag {m}|Beitrag {m}|Pauschale {m}|Vertrag {k} {m}|Leasing {k}|Abo {m}",
    "Bestellung {o}|Best.-Nr. {o}|PO {o}|Auftrag {o}|Ihr Auftrag {o} v. {d}|{o}|Best. {o} {c}",
    "Anzahlung Auftrag {o}|Vorkasse {o}|Vorauszahlung Bestellung {o}|Anzahlung lt. AB {o}|Angebot {o}",
    "Zahlungsavis {v}|Avis {v} vom {d}|lt. Avis {v}|ZA {v}|Zahlungsavis {v} folgt per Mail",
    "Teilzahlung {n}|Akonto {n}|1. Rate {n}|TZ Rechnung {n}|{n} Teilbetrag|Abschlag auf {n}",
    "{t} abzgl. Transportschaden|{t} abz. Bonus|{t} gekürzt wg. Mängel|{t} - Abzug lt. Schreiben vom {d}|{t}",
    "{t} abzgl. {g}|{t} ./. GS {g}|{t} Gutschrift {g} verrechnet|{t} -{g}",
    "Kundennummer {c}|Kd-Nr {c}|KNR. {c}|Debitor {c}|{c}",
    "Beleg {own}|Unser Zeichen {own}|{own}|KV {own}|Kst {own}|Kreditor {own}|Bel.Nr. {own} Laufnr. 1|vom {d}|{d}|Besten Dank|"
    "Tel. {tel}|FIL {site}",
    "%d.%m.%Y|%d.%m.%y|%d.%m.|%d%m%y|%Y-%m-%d|%d%m%Y",
    "Januar|Februar|März|April|Mai|Juni|Juli|August|September|Oktober|November|Dezember",
)
_ENGLISH = _phrases(
    "Invoice {n}|INV {n}|{n}|{n}|Inv No {n}|payment for invoice {n}|Your invoice {n} dated {d}|inv#{n}|{n} acct {c}|A/C {c} {n}|"
    "Invoice no. {n} {d}"
    "|{d} {n} {a}|pymt {n}|Ref {n}|BILL PAYMENT {n}|{c}-{n}|Settlement of {n}|INVOICE {n} PROJECT {k}",
    "Invoices {l}|INV {l}|{l}|{l}|inv nos {l}|payment of invoices {l}|acct {c} {l}|Multiple invoices {l}",
    "Invoice|payment||Invoice payment|Thank you|as per invoice|inv dated {d}|Account {c}|payment on account {c}|supplier payment|"
    "goods {d}|statement",
    "{m} rent|Service fee {m}|Subscription {m}|Retainer {m}|monthly payment {m}|Contract {k} {m}|Lease {k}",
    "PO {o}|Purchase order {o}|Order {o}|our order {o} of {d}|P.O. No. {o}|{o}",
    "Deposit order {o}|Prepayment {o}|Pro forma {o}|advance for PO {o}|Down payment {o}",
    "Remittance {v}|Rem adv {v}|payment advice {v} dated {d}|see remittance {v}|EFT {v}",
    "part payment {n}|on account of {n}|1st instalment {n}|partial {n}|50% of {n}",
    "{t} less damaged goods|{t} less rebate|{t} short delivery deducted|{t} net of claim {own}|{t}",
    "{t} less {g}|{t} less credit note {g}|{t} CN {g} deducted|{t} -{g}",
    "Customer no {c}|Acct {c}|A/C {c}|Customer {c}|{c}",
    "our ref {own}|{own}|voucher {own}|batch {own}|dated {d}|{d}|regards|tel {tel}|Store {site}|dept {site}",
    "%d/%m/%Y|%d/%m/%y|%d %b %Y|%Y-%m-%d|%m/%d/%Y|%d%m%y",
    "January|February|March|April|May|June|July|August|September|October|November|December",
    glue=", | |,|; | & |/| and ",
)
_FRENCH = _phrases(
    "Facture {n}|FACT {n}|{n}|{n}|Fact. n° {n}|Règlement facture {n}|Votre facture {n} du {d}|N° {n} du {d}|RGLT FACT {n}|"
    "Client {c} facture {n}"
    "|{n}/{c}|PAIEMENT {n}|Fac {n} {d} {a}|VIR FACTURE NO {n}",
    "Factures {l}|FACT {l}|{l}|Règlement factures {l}|client {c} {l}|Vos factures {l}",
    "Facture|Règlement||Virement|Votre facture|selon facture du {d}|Paiement fournisseur|Règlement client {c}|merci|Solde",
    "Loyer {m}|Abonnement {m}|Maintenance {m}|Échéance {m}|Contrat {k} {m}|Mensualité {m}",
    "Commande {o}|Bon de commande {o}|BC {o}|CDE {o} du {d}|{o}",
    "Acompte commande {o}|Acompte devis {o}|Avance BC {o}|Acompte 30% {o}",
    "Avis de paiement {v}|Avis {v} du {d}|Bordereau {v}|Relevé {v}",
    "Acompte sur {n}|Règlement partiel {n}|1er versement {n}|Acompte facture {n}",
    "{t} moins avarie|{t} déduction ristourne|{t} retenue litige {own}|{t}",
    "{t} moins avoir {g}|{t} - AV {g}|{t} avoir {g} déduit",
    "Client {c}|N° client {c}|Code client {c}|{c}",
    "Réf {own}|{own}|Dossier {own}|du {d}|{d}|Cordialement|Tél {tel}|Agence {site}",
    "%d/%m/%Y|%d/%m/%y|%d.%m.%Y|%d%m%y",
    "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
    glue=", | |,|; | + |/| et ",
)
_DUTCH = _phrases(
    "Factuur {n}|Fact {n}|{n}|{n}|Factuurnr. {n}|Factuurnummer: {n}|Betaling factuur {n}|Uw factuur {n} d.d. {d}|"
    "Fact.nr {n} klantnr {c}|{c} {n}"
    "|{n} {d}|Betr. {n}|Debiteur {c} factuur {n}",
    "Facturen {l}|Fact {l}|{l}|Betaling facturen {l}|klant {c} {l}|Uw facturen {l}",
    "Factuur|Betaling||Uw factuur|conform factuur {d}|bedankt|factuur d.d. {d}|levering {d}|Klantnr {c}",
    "Huur {m}|Abonnement {m}|Onderhoud {m}|Termijn {m}|Contract {k} {m}|Servicekosten {m}",
    "Bestelling {o}|Order {o}|Ordernr {o}|Inkooporder {o}|PO {o} {d}|{o}",
    "Aanbetaling order {o}|Vooruitbetaling {o}|Aanbetaling offerte {o}|Voorschot {o}",
    "Betaalspecificatie {v}|Specificatie {v} volgt|Avis {v}|Betaaladvies {v} {d}",
    "Deelbetaling {n}|1e termijn {n}|Gedeeltelijke betaling {n}|Voorschot op {n}",
    "{t} minus schade|{t} minus bonus|{t} korting {own}|{t}",
    "{t} minus creditnota {g}|{t} - {g}|{t} verrekend met {g}",
    "Klantnummer {c}|Klantnr {c}|Debiteurnr. {c}|{c}",
    "ons kenmerk {own}|{own}|dossier {own}|d.d. {d}|{d}|mvg|tel {tel}|filiaal {site}",
    "%d-%m-%Y|%d-%m-%y|%d/%m/%Y|%d%m%y",
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december",
    glue=", | |,|; | + |/| en ",
)
_SWEDISH = _phrases(
    "Faktura {n}|Fakt {n}|{n}|{n}|Fakturanr {n}|Betalning faktura {n}|Er faktura {n} {d}|Kundnr {c} faktura {n}|fnr {n}",
    "Fakturor {l}|{l}|Fakt {l}|Betalning {l} kund {c}",
    "Faktura|Betalning||Enl. faktura|Tack|leverans {d}",
    "Hyra {m}|Avgift {m}|Service {m}|Avtal {k} {m}",
    "Order {o}|Beställning {o}|Inköpsorder {o}|{o}",
    "Förskott order {o}|Handpenning {o}|Förskottsbetalning {o}",
    "Betalningsavi {v}|Specifikation {v}|Avi {v} {d}",
    "Delbetalning {n}|Del av {n}|1:a delen {n}",
    "{t} avdrag transportskada|{t} avgår bonus|{t}",
    "{t} avgår kredit {g}|{t} minus {g}",
    "Kundnummer {c}|Kundnr {c}|{c}",
    "vår ref {own}|{own}|ver {own}|{d}|mvh|tel {tel}",
    "%Y-%m-%d|%y%m%d|%d/%m",
    "januari|februari|mars|april|maj|juni|juli|augusti|september|oktober|november|december",
    glue=", | |,|; | + |/| och ",
)
_NORWEGIAN = _phrases(
    "Faktura {n}|Fakt. {n}|{n}|{n}|Fakturanr. {n}|Betaling av faktura {n}|Deres faktura {n} av {d}|Kundenr {c} faktura {n}",
    "Fakturaer {l}|{l}|Fakt. {l}|kundenr {c} {l}",
    "Faktura|Betaling||Takk|iflg. faktura|levering {d}",
    "Husleie {m}|Leie {m}|Serviceavtale {m}|Avtale {k} {m}",
    "Ordre {o}|Bestilling {o}|Innkjøpsordre {o}|{o}",
    "Forskudd ordre {o}|Depositum {o}|Forskuddsbetaling {o}",
    "Betalingsavis {v}|Spesifikasjon {v}|Avis {v} {d}",
    "Delbetaling {n}|Avdrag {n}|Del 1 av {n}",
    "{t} minus transportskade|{t} fratrukket bonus|{t}",
    "{t} minus kreditnota {g}|{t} - {g}",
    "Kundenummer {c}|Kundenr {c}|{c}",
    "vår ref {own}|{own}|bilag {own}|{d}|mvh|tlf {tel}",
    "%d.%m.%Y|%d.%m.%y|%d%m%y",
    "januar|februar|mars|april|mai|juni|juli|august|september|oktober|november|desember",
    glue=", | |,|; | + |/| og ",
)
_FINNISH = _phrases(
    "Lasku {n}|{n}|{n}|Laskunro {n}|Lasku nro {n} pvm {d}|Maksu laskusta {n}|Asiakasnro {c} lasku {n}",
    "Laskut {l}|{l}|Laskut nrot {l}|asiakas {c} {l}",
    "Lasku|Maksu||Kiitos|laskun mukaan|toimitus {d}",
    "Vuokra {m}|Huoltomaksu {m}|Sopimus {k} {m}|Kuukausimaksu {m}",
    "Tilaus {o}|Tilausnro {o}|Ostotilaus {o}|{o}",
    "Ennakkomaksu tilaus {o}|Ennakko {o}|Käsiraha {o}",
    "Maksuerittely {v}|Erittely {v} {d}|Maksuilmoitus {v}",
    "Osamaksu {n}|Osasuoritus {n}|1. erä {n}",
    "{t} vähennetty rahtivaurio|{t} miinus hyvitys|{t}",
    "{t} miinus hyvityslasku {g}|{t} - {g}",
    "Asiakasnumero {c}|As.nro {c}|{c}",
    "viitteemme {own}|{own}|tosite {own}|{d}|terv.|puh {tel}",
    "%d.%m.%Y|%d.%m.|%d.%m.%y",
    "tammikuu|helmikuu|maaliskuu|huhtikuu|toukokuu|kesäkuu|heinäkuu|elokuu|syyskuu|lokakuu|marraskuu|joulukuu",
    glue=", | |,|; | + |/| ja ",
)
_CHINESE = _phrases(
    "发票{n}|货款 {n}|{n}|{n}|付发票号{n}|支付{d}发票{n}货款|发票号码:{n}|{n}货款|客户{c}发票{n}",
    "发票{l}|货款{l}|{l}|付{l}货款|发票号:{l}",
    "货款|付款||往来款|货款 谢谢|支付货款|{d}货款|材料款|合同款",
    "{m}服务费|{m}租金|合同{k} {m}款|{m}货款",
    "订单{o}|采购订单{o}货款|PO{o}|合同号{o}|{o}",
    "预付款 订单{o}|定金 {o}|{o}预付30%|合同{o}预付款",
    "付款通知单{v}|汇款清单{v}|见付款明细{v}",
    "{n}部分货款|{n}首付款|{n}第一期款",
    "{t}扣运费|{t}扣质量款|{t}",
    "{t}扣除红字{g}|{t}减{g}",
    "客户号{c}|客户编号{c}|{c}",
    "凭证{own}|{own}|{d}|电话{tel}|备注 无",
    "%Y%m%d|%Y-%m-%d|%m月%d日|%Y年%m月",
    "1月|2月|3月|4月|5月|6月|7月|8月|9月|10月|11月|12月",
    glue="、|,|，| |/|和",
)
_DANISH = _phrases(
    "Faktura {n}|Fakt. {n}|{n}|{n}|Fakturanr. {n}|Betaling af faktura {n}|Jeres faktura {n} af {d}|Kundenr {c} faktura {n}|Fak {n} d. {d}",
    "Fakturaer {l}|{l}|Fakt. {l}|kundenr. {c} {l}",
    "Faktura|Betaling||Tak|iflg. faktura|levering {d}",
    "Husleje {m}|Leje {m}|Serviceaftale {m}|Abonnement {m}|Aftale {k} {m}",
    "Ordre {o}|Bestilling {o}|Indkøbsordre {o}|Rekv. {o}|{o}",
    "Forudbetaling ordre {o}|Depositum {o}|Acontobetaling {o}",
    "Betalingsadvis {v}|Specifikation {v}|Advis {v} {d}",
    "Delbetaling {n}|Afdrag {n}|Rate 1 {n}",
    "{t} minus transportskade|{t} fratrukket bonus|{t}",
    "{t} minus kreditnota {g}|{t} - {g}",
    "Kundenummer {c}|Kundenr. {c}|Deb.nr. {c}|{c}",
    "vores ref {own}|{own}|bilag {own}|{d}|mvh|tlf {tel}",
    "%d.%m.%Y|%d-%m-%Y|%d%m%y|%d/%m",
    "januar|februar|marts|april|maj|juni|juli|august|september|oktober|november|december",
    glue=", | |,|; | + |/| og ",
)
_ITALIAN = _phrases(
    "Fattura {n}|FT {n}|{n}|Ft. n. {n} del {d}|Saldo fattura {n}|Pagamento fattura n. {n}|Vs. fatt. {n} del {d}|{n} {d}",
    "Fatture {l}|FT {l}|{l}|Saldo fatture {l}|Vs. fatt. {l}",
    "Fattura|Pagamento||Saldo|saldo fattura del {d}|bonifico|grazie",
    "Affitto {m}|Canone {m}|Abbonamento {m}|Contratto {k} {m}",
    "Ordine {o}|ODA {o}|Ns. ordine {o} del {d}|{o}",
    "Acconto ordine {o}|Anticipo {o}|Caparra ordine {o}",
    "Avviso di pagamento {v}|Distinta {v} del {d}",
    "Acconto fattura {n}|Acc.to {n}|1a rata {n}",
    "{t} meno danno|{t} abbuono|{t}",
    "{t} meno NC {g}|{t} - {g}",
    "Cliente {c}|Cod. cliente {c}|{c}",
    "ns. rif. {own}|{own}|prot. {own}|del {d}|{d}|tel. {tel}",
    "%d/%m/%Y|%d.%m.%y|%d/%m/%y",
    "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre",
    glue=", | |,| - | + |/| e ",
)
_SPANISH = _phrases(
    "Factura {n}|Fra. {n}|{n}|Pago factura {n}|S/Fra {n}|Fact. núm. {n} de {d}|Transferencia fra {n}|{n} {d}",
    "Facturas {l}|Fras. {l}|{l}|Pago fras {l}",
    "Factura|Pago||Transferencia|según factura {d}|gracias",
    "Alquiler {m}|Cuota {m}|Mantenimiento {m}|Contrato {k} {m}",
    "Pedido {o}|Ped. {o}|N/pedido {o} {d}|{o}",
    "Anticipo pedido {o}|Señal pedido {o}|A cuenta pedido {o}",
    "Aviso de pago {v}|Relación {v} de {d}|Confirming {v}",
    "Pago a cuenta {n}|1er plazo {n}|Pago parcial {n}",
    "{t} menos daños|{t} menos rappel|{t}",
    "{t} menos abono {g}|{t} - {g}",
    "Cliente {c}|Cód. cliente {c}|{c}",
    "n/ref {own}|{own}|asiento {own}|{d}|saludos|tel {tel}",
    "%d/%m/%Y|%d-%m-%Y|%d/%m/%y",
    "enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre",
    glue=", | |,|; | + |/| y ",
)
_POLISH = _phrases(
    "Faktura {n}|FV {n}|{n}|Zapłata za fakturę {n}|Fakt. nr {n} z {d}|za FV {n}|Płatność {n}",
    "Faktury {l}|FV {l}|{l}|Zapłata za faktury {l}",
    "Faktura|Zapłata||Przelew|za fakturę z {d}|dziękujemy",
    "Czynsz {m}|Abonament {m}|Umowa {k} {m}",
    "Zamówienie {o}|Zam. {o}|ZK {o} z {d}|{o}",
    "Zaliczka zam. {o}|Przedpłata {o}|Zadatek {o}",
    "Awizo {v}|Specyfikacja {v} z {d}",
    "Część faktury {n}|Wpłata częściowa {n}|I rata {n}",
    "{t} minus szkoda|{t} minus bonus|{t}",
    "{t} minus korekta {g}|{t} - {g}",
    "Klient {c}|Nr klienta {c}|{c}",
    "nasz nr {own}|{own}|dow. {own}|z {d}|{d}|tel {tel}",
    "%d.%m.%Y|%d-%m-%Y|%Y-%m-%d",
    "styczeń|luty|marzec|kwiecień|maj|czerwiec|lipiec|sierpień|wrzesień|październik|listopad|grudzień",
    glue=", | |,|; | + |/| i ",
)
TONGUES = {
    "de": _GERMAN, "en": _ENGLISH, "fr": _FRENCH, "nl": _DUTCH, "sv": _SWEDISH, "no": _NORWEGIAN, "da": _DANISH, "fi": _FINNISH,
    "it": _ITALIAN, "es": _SPANISH, "pl": _POLISH, "zh": _CHINESE,
}  # fmt: skip


def phrases(language: str) -> Phrases:
    """The phrases of a language; others write English."""
    return TONGUES.get(language, _ENGLISH)
