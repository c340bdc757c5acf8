"""What a written name says, and its form in Latin letters."""

import pytest
from parties import customers

from matcher.matching.names.forms import NameForm, fold, latin_words, name_form, name_key
from matcher.matching.names.matching import LEAST, customer_names
from matcher.matching.names.similarity import Weights, similarity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Kröger & Sohn GmbH", "SOHN KROEGER"),
        ("Smørbrød Fabrikken A/S", "SMORBROD FABRIKKEN AS"),
        ("Århus Køleteknik ApS", "Aarhus Koeleteknik"),
        ("L’Atelier Vert S.à r.l.", "LATELIER VERT"),
        ("Bäckerei Nord Gesellschaft mit beschränkter Haftung", "BAECKEREI NORD GMBH"),
        ("Wisła Meble Sp. z o.o.", "WISLA MEBLE SPOLKA Z OGRANICZONA ODPOWIEDZIALNOSCIA"),
        ("Wisła Meble Sp. k.", "Wisla Meble"),
        ("Vltava Sklo s. r. o.", "Vltava Sklo s.r.o."),
        ("Tuuli Konepaja Oyj", "TUULI KONEPAJA"),
        ("Firma Anton Berg e.K.", "Berg, Anton"),
        ("ООО «Кедрпром»", "Кедрпром ООО"),
        ("Общество с ограниченной ответственностью «Кедрпром»", "ООО Кедрпром"),
        ("株式会社三光電機", "三光電機㈱"),
        ("주식회사 한빛무역", "(주)한빛무역"),
        ("上海华信贸易有限公司", "上海华信贸易有限责任公司"),
        ("上海华信贸易（集团）有限公司", "上海华信贸易(集团)有限公司"),
        ("臺灣積體電路製造股份有限公司", "台湾积体电路制造"),
    ],
)
def test_spellings_of_one_name_have_one_key(one: str, other: str) -> None:
    assert name_key(one) == name_key(other) != ""


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("上海华信贸易有限公司", "上海华新贸易有限公司"),
        ("深圳市腾达科技有限公司", "深圳市腾飞科技有限公司"),
        ("A & B Bau GmbH", "Bau GmbH"),
        ("GmbH", "AG"),
    ],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@pytest.mark.parametrize(
    ("name", "words", "legal"),
    [
        ("Nordlicht Anlagenbau GmbH & Co. KG", ("nordlicht", "anlagenbau"), "gmbh kg"),
        ("Harbour Foods Co., Ltd.", ("harbour", "foods"), "ltd"),
        ("Harbour Foods Pvt. Ltd.", ("harbour", "foods"), "ltd"),
        ("Skog Möbler Aktiebolag", ("skog", "mobler"), "ab"),
        ("Jadran Oprema j.d.o.o.", ("jadran", "oprema"), "jdoo"),
        ("泰鑫精密制造(上海)有限责任公司", ("上海", "泰鑫", "精密", "制造"), "有限责任公司"),
        ("深圳市南山区腾达科技有限公司", ("深圳", "腾达", "科技"), "有限公司"),
        ("厦门恒泰进出口股份有限公司", ("厦门", "恒泰", "进出口"), "股份有限公司"),
    ],
)
def test_words_and_legal_form(name: str, words: tuple[str, ...], legal: str) -> None:
    form = name_form(name)
    assert (form.words, form.legal) == (words, legal)


@pytest.mark.parametrize(
    ("name", "branch"),
    [
        ("Nordlicht GmbH Zweigniederlassung Wien", "branch"),
        ("上海华信贸易有限公司深圳分公司", "深圳"),
        ("上海华信贸易有限公司(深圳分公司)", "深圳"),
        ("三光商事株式会社大阪支店", "大阪"),
        ("上海华信贸易有限公司", ""),
    ],
)
def test_branches(name: str, branch: str) -> None:
    assert name_form(name).branch == branch


@pytest.mark.parametrize(
    ("name", "person"),
    [
        ("Anna Keller", True),
        ("KELLER, ANNA", True),
        ("Anna Keller GmbH", False),
        ("Keller Logistik", False),
        ("Martin Metallbau", False),
        ("李明", True),
        ("李明贸易", False),
    ],
)
def test_persons(name: str, person: bool) -> None:
    assert name_form(name).person is person


@pytest.mark.parametrize(
    ("native", "latin"),
    [
        ("上海华信贸易有限公司", "Shanghai Huaxin Maoyi"),
        ("上海华信贸易有限公司", "SHANGHAI HUAXIN TRADING CO., LTD."),
        ("厦门恒泰进出口有限公司", "Xiamen Hengtai Import and Export Co., Ltd."),
        ("重庆联创医疗器械有限公司", "Chongqing Lianchuang Medical Devices"),
        ("株式会社大和電機", "Daiwa Denki K.K."),
        ("ООО «Щучье Хлебпром»", "OOO Shchuchye Khlebprom"),
        ("АО Юрмаш", "AO Yurmash"),
        ("Михаил Жуков", "Mikhail Zhukov"),
    ],
)
def test_latin_letters(native: str, latin: str) -> None:
    assert sorted(latin_words(native)) == sorted(latin_words(latin))


def test_fold_keeps_the_marks_that_make_japanese_letters() -> None:
    assert fold("ガス") == "ガス" != fold("カス")
    assert fold("Ｃａｆé") == "cafe"


def compare(payer: str, customer: str, *others: str) -> tuple[str, int]:
    """Likeness of two names among customers, of whom twenty have names of their own."""
    known = customer_names(customers(customer, *others, *(f"Marke{n} Handel{n}" for n in range(20))))
    return similarity(name_form(payer), name_form(customer), Weights(known["words"].str.split(" ")))


@pytest.mark.parametrize(
    ("payer", "customer"),
    [
        ("上海华新贸易有限公司", "上海华信贸易有限公司"),
        ("深圳市腾飞科技有限公司", "深圳市腾达科技有限公司"),
        ("Anna Keller", "Keller Logistik GmbH"),
        ("Anna Keller", "Anna Keller GmbH"),
        ("李华信", "上海华信贸易有限公司"),
        ("Südwind Energie GmbH", "Nordwind Energie GmbH"),
        ("Lindblad Transport AB", "Lindgren Transport AB"),
    ],
)
def test_different_firms_are_not_alike(payer: str, customer: str) -> None:
    assert compare(payer, customer, payer)[1] == 0


@pytest.mark.parametrize(
    ("payer", "customer", "how", "least"),
    [
        ("Osterwald Kältetechn", "Osterwald Kältetechnik Thun GmbH", "cut", 95),
        ("上海华信贸易有限", "上海华信贸易有限公司", "cut", 95),
        ("Osterwald GmbH, Thun", "Osterwald GmbH", "part", 92),
        ("Osterwald Thun", "Osterwald", "part", 70),
        ("Osterwald Masch. GmbH", "Osterwald Maschinenbau GmbH", "abbreviated", 90),
        ("Osterw. Maschinenbau GmbH", "Osterwald Maschinenbau GmbH", "abbreviated", 90),
        ("Ostervald Maschinenbau GmbH", "Osterwald Maschinenbau GmbH", "alike", 85),
        ("Nordlicht GmbH Niederlassung Wien", "Nordlicht GmbH", "branch", 70),
        ("上海华信贸易有限公司深圳分公司", "上海华信贸易有限公司", "branch", 70),
        ("泰鑫精密制造(上海)有限公司", "上海泰鑫精密制造有限公司", "part", 90),
    ],
)
def test_how_names_meet(payer: str, customer: str, how: str, least: int) -> None:
    found, points = compare(payer, customer)
    assert found == how
    assert points >= least


def test_an_abbreviation_of_the_distinguishing_word_has_a_full_stop() -> None:
    assert compare("Osterw Maschinenbau GmbH", "Osterwald Maschinenbau GmbH")[1] < LEAST


def test_a_word_that_names_another_customer_is_no_misspelling() -> None:
    assert compare("Ostervald Bau", "Osterwald Bau")[1] > 80
    assert compare("Ostervald Bau", "Osterwald Bau", "Ostervald Bau")[1] == 0


def test_other_legal_forms_cost_some_likeness() -> None:
    same = NameForm(("osterwald",), "osterwald", "osterwald", "osterwaldag", "ag", "", "", False)
    assert compare("Bau Osterwald AG", "Osterwald Bau GmbH")[1] < compare("Bau Osterwald GmbH", "Osterwald Bau GmbH")[1]
    assert name_form("Osterwald AG") == same
