"""Invented names of Chinese, Japanese and Russian-speaking firms, each with the Latin form that banks abroad print."""

from typing import NamedTuple

from benchmarks.month.draws import Dice


class Native(NamedTuple):
    """A firm's name.

    Attributes:
        name: as registered.
        other: the same in the other Chinese script (traditional or simplified), or with another placing of the legal form.
        branch: the name of a branch, or the form with brackets of the other width.
        latin: the Latin form.
        trade: the distinguishing part, registered and Latin.
    """

    name: str
    other: str
    branch: str
    latin: str
    trade: tuple[str, str]


# simplified, traditional, Latin
_CITIES = (
    ("上海", "上海", "Shanghai"), ("深圳", "深圳", "Shenzhen"), ("广州", "廣州", "Guangzhou"), ("苏州", "蘇州", "Suzhou"), ("宁波",
    "寧波", "Ningbo"),
    ("青岛", "青島", "Qingdao"), ("东莞", "東莞", "Dongguan"), ("厦门", "廈門", "Xiamen"), ("台北", "臺北", "Taipei"), ("天津", "天津",
    "Tianjin"),
)  # fmt: skip
_MARKS = (
    ("华", "華", "hua"), ("信", "信", "xin"), ("新", "新", "xin"), ("腾", "騰", "teng"), ("达", "達", "da"), ("飞", "飛", "fei"), ("瑞",
    "瑞", "rui"),
    ("恒", "恆", "heng"), ("泰", "泰", "tai"), ("鑫", "鑫", "xin"), ("源", "源", "yuan"), ("盛", "盛", "sheng"), ("龙", "龍", "long"),
    ("凯", "凱", "kai"), ("润", "潤", "run"), ("博", "博", "bo"), ("远", "遠", "yuan"), ("明", "明", "ming"), ("德", "德", "de"), ("宏",
    "宏", "hong"),
    ("利", "利", "li"), ("丰", "豐", "feng"), ("金", "金", "jin"), ("海", "海", "hai"), ("诚", "誠", "cheng"), ("联", "聯", "lian"),
    ("创", "創", "chuang"), ("优", "優", "you"), ("康", "康", "kang"), ("嘉", "嘉", "jia"), ("永", "永", "yong"), ("兴", "興", "xing"),
    ("富", "富", "fu"), ("顺", "順", "shun"), ("和", "和", "he"), ("亚", "亞", "ya"),
)  # fmt: skip
_TRADES = (
    ("贸易", "貿易", "Trading"), ("科技", "科技", "Technology"), ("电子", "電子", "Electronics"), ("机械", "機械", "Machinery"),
    ("进出口", "進出口", "Import and Export"), ("纺织", "紡織", "Textile"), ("化工", "化工", "Chemical"), ("医疗器械", "醫療器械",
    "Medical Devices"),
    ("物流", "物流", "Logistics"), ("精密制造", "精密製造", "Precision Manufacturing"),
)  # fmt: skip
_FORMS = {"有限公司": "Co., Ltd.", "股份有限公司": "Co., Ltd.", "有限责任公司": "Co., Ltd."}

_KANJI = (
    ("東", "to"), ("和", "wa"), ("光", "ko"), ("栄", "ei"), ("三", "san"), ("大", "dai"), ("協", "kyo"), ("北", "hoku"), ("南", "nan"),
    ("明", "mei"),
    ("信", "shin"), ("昭", "sho"), ("正", "sei"), ("新", "shin"), ("陽", "yo"), ("豊", "ho"), ("松", "sho"), ("高", "ko"), ("青", "sei"),
    ("富", "fu"),
    ("西", "sai"), ("中", "chu"), ("平", "hei"), ("千", "sen"),
)  # fmt: skip
_JAPANESE_TRADES = (
    ("電機", "Denki"),
    ("商事", "Shoji"),
    ("工業", "Kogyo"),
    ("製作所", "Seisakusho"),
    ("物産", "Bussan"),
    ("化学", "Kagaku"),
    ("運輸", "Unyu"),
)

_STEMS = "Север Восток Урал Волга Алтай Балт Кедр Вектор Гранит Олимп Степь Тянь Каспий Заря Маяк Сокол Рубин Янтарь Орион Парус".split()
_ENDINGS = "трейд строй пром снаб сервис техно маш транс агро металл лес хим прибор логистик".split()
_LETTERS = dict(
    zip(
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюя",
        "a b v g d e e zh z i y k l m n o p r s t u f kh ts ch sh shch _ y _ e yu ya".split(),
        strict=True,
    )
)


def chinese(dice: Dice, form: str, *, traditional: bool) -> Native:
    """A Chinese firm; its other form is the name in the other script."""
    city, trade = dice.one(_CITIES), dice.one(_TRADES)
    marks = [dice.one(_MARKS) for _ in range(2 + dice.chance(25))]
    own, foreign = (1, 0) if traditional else (0, 1)

    def spelled(script: int, place: str) -> str:
        legal = form.replace("责任", "責任") if script == 1 else form
        return f"{place}{''.join(m[script] for m in marks)}{trade[script]}{legal}"

    elsewhere = dice.one(_CITIES)[own]
    brackets = f"{''.join(m[own] for m in marks)}{trade[own]}({city[own]}){form}"
    branch = spelled(own, city[own]) + f"{elsewhere}分公司" if dice.chance(50) else brackets
    mark = "".join(m[2] for m in marks).capitalize()
    latin = f"{city[2]} {mark} {trade[2]} {_FORMS[form]}"
    return Native(spelled(own, city[own]), spelled(foreign, city[foreign]), branch, latin, ("".join(m[own] for m in marks), mark))


def japanese(dice: Dice, form: str) -> Native:
    """A Japanese firm; the legal form stands in front or behind."""
    signs, trade = [dice.one(_KANJI) for _ in range(2 + dice.chance(20))], dice.one(_JAPANESE_TRADES)
    mark, sound = "".join(s[0] for s in signs), "".join(s[1] for s in signs).capitalize()
    front = dice.chance(50)
    body = f"{mark}{trade[0]}"
    name, other = (f"{form}{body}", f"{body}{form}") if front else (f"{body}{form}", f"{form}{body}")
    return Native(name, other, f"{body}㈱", f"{sound} {trade[1]} Co., Ltd.", (mark, sound))


def russian(dice: Dice, form: str, city: str) -> Native:
    """A firm with a Russian name; quotation marks come and go."""
    mark = dice.one(_STEMS) + (dice.one(_STEMS).lower() if dice.chance(40) else "") + dice.one(_ENDINGS)
    if dice.chance(60):
        mark += f" {city}"
    name = f"{form} «{mark}»"
    return Native(
        name, f'{form} "{mark}"', f"{mark} {form}", f"{latin_letters(form).upper()} {latin_letters(mark)}", (mark, latin_letters(mark))
    )


def latin_letters(text: str) -> str:
    """Russian text in Latin letters, as passports and banks write it."""
    found = []
    for sign in text:
        latin = _LETTERS.get(sign.lower(), sign).replace("_", "")
        found.append(latin.capitalize() if sign.isupper() else latin)
    return "".join(found)
