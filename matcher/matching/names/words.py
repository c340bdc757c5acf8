"""Words that names of firms are made of, by what they say: legal forms, branches, places, lines of business, given names.

Words are written as `forms.fold` leaves them. The tables are short on purpose: a word that is missing is taken for a
distinguishing one, and its rarity among the customers then decides how much it says.
"""

from collections.abc import Mapping


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> Mapping[str, str]:
    return dict(pair.split(":", 1) for pair in text.split())


SMALL_WORDS = _words(
    "and da de der des di do dr du e en et fa firma frau herr i la le les messrs mme mr mrs ms och of og the und van von y za"
)
"""Words that come and go without changing a name."""

LEGAL_FORMS: Mapping[str, str] = {
    # one word, or initials run together, to the form that is compared
    **{form: form for form in (
        "gmbh ag kg kgaa ohg gbr ug ev eg ek se ltd llc llp lp inc corp plc pty pvt pte dac sa sas sarl sasu eurl snc sci scs srl srls "
        "sl slu slne spa sapa scarl bv nv cv vof bvba sprl ab hb as asa ans aps is oy oyj ky uab sia doo jdoo dd sro spol spk spj sk zoo "
        "zrt kft bt nyrt ltda lda eireli sab gie og ks ou ooo oao zao pao ao too ip tdv zat tzov ооо оао зао пао ао тоо ип чп тов пат "
        "сп jsc pjsc ojsc cjsc sdn bhd tbk fzco fze fzllc kk yk gk vzw asbl stiftung ood eood ad ead ehf hf sti"
    ).split()},
    "mbh": "gmbh", "limited": "ltd", "aktiengesellschaft": "ag", "kommanditgesellschaft": "kg", "incorporated": "inc",
    "corporation": "corp", "aktiebolag": "ab", "aktiebolaget": "ab", "handelsbolag": "hb", "osakeyhtio": "oy", "private": "pvt",
    "aktieselskab": "as", "anpartsselskab": "aps", "aksjeselskap": "as", "sp": "zoo", "haftungsbeschrankt": "ug", "company": "co",
    "co": "co", "cie": "co", "compagnie": "co", "kabushiki": "kk", "kaisha": "kk", "kabushikigaisha": "kk", "limitada": "ltda",
    "naamloze": "nv", "besloten": "bv", "vennootschap": "", "anonim": "as", "sirketi": "as", "gesmbh": "gmbh", "chusik": "", "hoesa": "",
    "jusighoesa": "co", "jusikhoesa": "co", "yuhanhoesa": "ltd",
    "주식회사": "co", "유한회사": "ltd", "주": "co",
}  # fmt: skip
"""Words that state a legal form, each with the form that is compared; two words may state one (Sp. z o.o.)."""

LEGAL_PHRASES: Mapping[str, str] = {
    "gesellschaft mit beschrankter haftung": "gmbh", "offene handelsgesellschaft": "ohg", "eingetragener kaufmann": "ek",
    "gesellschaft burgerlichen rechts": "gbr", "eingetragene genossenschaft": "eg", "public limited company": "plc",
    "limited liability company": "llc", "limited liability partnership": "llp", "societe anonyme": "sa",
    "societe par actions simplifiee": "sas", "societe a responsabilite limitee": "sarl", "sociedad anonima": "sa",
    "sociedad limitada": "sl", "sociedad de responsabilidad limitada": "sl", "sociedade anonima": "sa", "societa per azioni": "spa",
    "societa a responsabilita limitata": "srl", "besloten vennootschap": "bv", "naamloze vennootschap": "nv",
    "spolka z ograniczona odpowiedzialnoscia": "zoo", "spolka akcyjna": "sa", "spolka komandytowa": "spk",
    "spolecnost s rucenim omezenym": "sro", "akciova spolecnost": "as", "druzba z omejeno odgovornostjo": "doo",
    "drustvo s ogranicenom odgovornoscu": "doo", "delniska druzba": "dd", "dionicko drustvo": "dd", "anonim sirketi": "as",
    "limited sirketi": "ltd", "gufen youxian gongsi": "ltd", "youxian zeren gongsi": "ltd", "youxian gongsi": "ltd",
    "kabushiki kaisha": "kk", "sendirian berhad": "sdnbhd",
    "общество с ограниченнои ответственностью": "ооо", "публичное акционерное общество": "пао",
    "открытое акционерное общество": "оао", "закрытое акционерное общество": "зао", "акционерное общество": "ао",
    "товарищество с ограниченнои ответственностью": "тоо", "индивидуальныи предприниматель": "ип",
}  # fmt: skip
"""Legal forms written out, longest first where one holds another."""

BRANCH_WORDS = _words(
    "bijkantoor branch filial filiale niederlassung oddzial pobocka poboka podruznica sivuliike succursale sucursal sucursala "
    "zweigniederlassung zweigstelle филиал"
)
"""Words that say: this is a branch of the firm, and not the firm."""

HAN_FORMS: tuple[str, ...] = (
    "股份有限责任公司", "股份有限公司", "有限责任公司", "有限公司", "股份公司", "集团公司", "株式会社", "株式會社", "有限会社", "有限會社",
    "合同会社", "合資会社", "合名会社", "合资会社", "总公司", "公司", "(株)", "(有)", "(同)", "集团",
)  # fmt: skip
"""Legal forms of Chinese and Japanese firms, in simplified or Japanese signs; the longest of several comes first."""

HAN_BRANCHES: tuple[str, ...] = (
    "分公司",
    "支公司",
    "子公司",
    "分行",
    "支行",
    "分店",
    "分厂",
    "办事处",
    "营业部",
    "支店",
    "営業所",
    "出張所",
)
"""Endings of Chinese and Japanese names that say: a branch."""

HAN_PLACES: Mapping[str, str] = _pairs(
    "北京:beijing 上海:shanghai 天津:tianjin 重庆:chongqing 广东:guangdong 江苏:jiangsu 浙江:zhejiang 山东:shandong 福建:fujian "
    "河北:hebei 河南:henan 湖北:hubei 湖南:hunan 四川:sichuan 安徽:anhui 江西:jiangxi 辽宁:liaoning 吉林:jilin 黑龙江:heilongjiang "
    "陕西:shaanxi 山西:shanxi 云南:yunnan 贵州:guizhou 甘肃:gansu 海南:hainan 青海:qinghai 台湾:taiwan 广西:guangxi "
    "内蒙古:innermongolia 宁夏:ningxia 新疆:xinjiang 西藏:tibet 香港:hongkong 澳门:macau 深圳:shenzhen 广州:guangzhou 苏州:suzhou "
    "宁波:ningbo 青岛:qingdao 东莞:dongguan 厦门:xiamen 台北:taipei 台中:taichung 台南:tainan 高雄:kaohsiung 新竹:hsinchu "
    "桃园:taoyuan 新北:newtaipei 杭州:hangzhou 南京:nanjing 武汉:wuhan 成都:chengdu 西安:xian 大连:dalian 沈阳:shenyang 长沙:changsha "
    "郑州:zhengzhou 济南:jinan 福州:fuzhou 合肥:hefei 昆明:kunming 哈尔滨:harbin 长春:changchun 石家庄:shijiazhuang 太原:taiyuan "
    "南昌:nanchang 南宁:nanning 贵阳:guiyang 兰州:lanzhou 海口:haikou 无锡:wuxi 常州:changzhou 南通:nantong 徐州:xuzhou 扬州:yangzhou "
    "镇江:zhenjiang 盐城:yancheng 泰州:taizhou 昆山:kunshan 温州:wenzhou 嘉兴:jiaxing 绍兴:shaoxing 金华:jinhua 义乌:yiwu "
    "台州:taizhou 湖州:huzhou 佛山:foshan 中山:zhongshan 珠海:zhuhai 惠州:huizhou 汕头:shantou 江门:jiangmen 湛江:zhanjiang "
    "泉州:quanzhou 漳州:zhangzhou 烟台:yantai 潍坊:weifang 威海:weihai 临沂:linyi 淄博:zibo 唐山:tangshan 保定:baoding 洛阳:luoyang "
    "宜昌:yichang 襄阳:xiangyang 株洲:zhuzhou 绵阳:mianyang 芜湖:wuhu 桂林:guilin 柳州:liuzhou 三亚:sanya 包头:baotou 乌鲁木齐:urumqi "
    "中国:china 东京:tokyo 東京:tokyo 大阪:osaka 京都:kyoto 横浜:yokohama 名古屋:nagoya 神戸:kobe 福岡:fukuoka 札幌:sapporo"
)
"""Chinese and Japanese places with their Latin names, which are not always what the signs would give (厦门 is Xiamen)."""

HAN_TRADES: Mapping[str, str] = _pairs(
    "进出口:import+export 国际贸易:international+trading 贸易:trading 商贸:trading 经贸:trading 外贸:trading 科技:technology "
    "技术:technology 网络:network 信息:information 软件:software 数据:data 通信:communication 通讯:communication 电子:electronics "
    "电器:electrical 电气:electric 电力:power 机械:machinery 机电:electromechanical 设备:equipment 仪器:instruments "
    "医疗器械:medical+devices 医疗:medical 医药:pharmaceutical 制药:pharmaceutical 药业:pharmaceutical 生物:bio 化工:chemical "
    "化学:chemical 材料:materials 新材料:new+materials 建材:building+materials 钢铁:steel 金属:metal 五金:hardware 模具:mould "
    "塑料:plastic 塑胶:plastic 橡胶:rubber 纺织:textile 服装:garment 服饰:garment 鞋业:shoes 皮革:leather 家具:furniture 家居:home "
    "玩具:toys 包装:packaging 印刷:printing 纸业:paper 食品:food 饮料:beverage 农业:agriculture 水产:seafood 粮油:grain+oil "
    "物流:logistics 运输:transport 货运:freight 供应链:supply+chain 航空:aviation 海运:shipping 船舶:shipbuilding 汽车:automobile "
    "汽配:auto+parts 能源:energy 新能源:new+energy 石油:petroleum 煤炭:coal 环保:environmental 光电:optoelectronics "
    "半导体:semiconductor 精密:precision 制造:manufacturing 工业:industrial 实业:industrial 产业:industry 工程:engineering "
    "建设:construction 建筑:construction 装饰:decoration 房地产:real+estate 置业:property 投资:investment 控股:holdings "
    "管理:management 咨询:consulting 服务:service 文化:culture 传媒:media 广告:advertising 教育:education 旅游:travel 酒店:hotel "
    "餐饮:catering 商业:commercial 发展:development 国际:international 自动化:automation 智能:intelligent 电商:ecommerce "
    "电子商务:ecommerce 融资租赁:leasing 租赁:leasing 保险:insurance 银行:bank 证券:securities 厂:factory 工厂:factory 中心:center "
    "超市:supermarket 商店:store"
)
"""Chinese lines of business as firms translate them; a plus parts two words."""

KANJI_TRADES: Mapping[str, str] = _pairs(
    "電機:denki 電気:denki 電子:denshi 電工:denko 電線:densen 商事:shoji 商会:shokai 商店:shoten 工業:kogyo 興業:kogyo 鉱業:kogyo "
    "工務店:komuten 製作所:seisakusho 製造:seizo 製鋼:seiko 製鉄:seitetsu 製薬:seiyaku 製紙:seishi 製菓:seika 製粉:seifun 物産:bussan "
    "物流:butsuryu 化学:kagaku 化成:kasei 化工:kako 運輸:unyu 運送:unso 海運:kaiun 倉庫:soko 汽船:kisen 機械:kikai 機工:kiko "
    "精機:seiki 精密:seimitsu 精工:seiko 重工:juko 重工業:jukogyo 自動車:jidosha 車両:sharyo 金属:kinzoku 鉄工:tekko 鉄鋼:tekko "
    "鋼業:kogyo 産業:sangyo 建設:kensetsu 建築:kenchiku 土木:doboku 不動産:fudosan 住宅:jutaku 食品:shokuhin 水産:suisan 酒造:shuzo "
    "飲料:inryo 農園:noen 繊維:seni 紡績:boseki 染色:senshoku 印刷:insatsu 紙業:shigyo 出版:shuppan 貿易:boeki 通商:tsusho "
    "通信:tsushin 情報:joho 技研:giken 技術:gijutsu 研究所:kenkyusho 開発:kaihatsu 薬品:yakuhin 石油:sekiyu 瓦斯:gasu 電力:denryoku "
    "銀行:ginko 証券:shoken 保険:hoken 交通:kotsu 鉄道:tetsudo 観光:kanko 木材:mokuzai 林業:ringyo 硝子:garasu 窯業:yogyo 光学:kogaku "
    "計器:keiki 機器:kiki 工具:kogu 部品:buhin"
)
"""Japanese lines of business as firms write them in Latin letters (Hepburn, without marks for length)."""

KANJI_SOUNDS: Mapping[str, str] = _pairs(
    "東:to 西:sai 南:nan 北:hoku 中:chu 大:dai 小:sho 高:ko 新:shin 古:ko 上:jo 下:ka 内:nai 外:gai 左:sa 右:u 前:zen 後:go 日:nichi "
    "月:getsu 火:ka 水:sui 木:moku 金:kin 土:do 山:san 川:sen 海:kai 洋:yo 陽:yo 光:ko 明:mei 星:sei 空:ku 天:ten 地:chi 石:seki "
    "岩:gan 田:den 林:rin 森:shin 松:sho 竹:chiku 梅:bai 桜:o 花:ka 華:ka 青:sei 赤:seki 白:haku 黒:koku 緑:ryoku 紅:ko 一:ichi 二:ni "
    "三:san 四:shi 五:go 六:roku 七:shichi 八:hachi 九:kyu 十:ju 百:hyaku 千:sen 万:man 億:oku 和:wa 平:hei 正:sei 信:shin 義:gi "
    "仁:jin 礼:rei 徳:toku 忠:chu 孝:ko 誠:sei 愛:ai 心:shin 友:yu 共:kyo 協:kyo 同:do 合:go 連:ren 栄:ei 英:ei 永:ei 泰:tai 安:an "
    "康:ko 福:fuku 富:fu 豊:ho 宝:ho 財:zai 利:ri 益:eki 昭:sho 成:sei 長:cho 久:kyu 吉:kichi 寿:ju 喜:ki 楽:raku 幸:ko 龍:ryu 竜:ryu "
    "虎:ko 馬:ba 鳥:cho 鶴:kaku 亀:ki 王:o 国:koku 本:hon 京:kyo 都:to 城:jo 宮:kyu 門:mon 原:gen 野:ya 島:to 湖:ko 港:ko 浜:hin "
    "橋:kyo 春:shun 夏:ka 秋:shu 冬:to 朝:cho 風:fu 雲:un 雪:setsu 雷:rai 電:den 力:ryoku 技:gi 工:ko 産:san 業:gyo 商:sho 事:ji "
    "物:butsu 化:ka 学:gaku 科:ka 研:ken 精:sei 機:ki 器:ki 車:sha 船:sen 航:ko 鉄:tetsu 鋼:ko 銀:gin 銅:do 油:yu 米:bei 酒:shu "
    "茶:cha 食:shoku 薬:yaku 医:i 建:ken 設:setsu 住:ju 家:ka 進:shin 興:ko 発:hatsu 展:ten 開:kai 創:so 造:zo 生:sei 活:katsu 動:do "
    "通:tsu 運:un 輸:yu 送:so 交:ko 易:eki 丸:maru 角:kaku 世:se 界:kai 太:tai 有:yu 文:bun"
)
"""Sino-Japanese readings of signs that are frequent in names of firms. Names that are read in the native way are not met by these."""

ROMAN_WORDS: Mapping[str, str] = {
    "maoyi": "trading", "shangmao": "trading", "trade": "trading", "keji": "technology", "technologies": "technology", "tech": "technology",
    "dianzi": "electronics", "electronic": "electronics", "jixie": "machinery", "machine": "machinery", "machines": "machinery",
    "fangzhi": "textile", "textiles": "textile", "huagong": "chemical", "chemicals": "chemical", "wuliu": "logistics",
    "logistic": "logistics", "jinchukou": "import export", "impexp": "import export", "impex": "import export", "imp": "import",
    "exp": "export", "guoji": "international", "intl": "international", "int": "international", "shiye": "industrial",
    "industry": "industrial", "industries": "industrial", "gongye": "industrial", "zhizao": "manufacturing", "mfg": "manufacturing",
    "jingmi": "precision", "yiliao": "medical", "qixie": "devices", "device": "devices", "shipin": "food", "foods": "food",
    "baozhuang": "packaging", "packing": "packaging", "jinshu": "metal", "metals": "metal", "cailiao": "materials", "material": "materials",
    "jiancai": "building materials", "qiche": "automobile", "auto": "automobile", "automotive": "automobile", "nengyuan": "energy",
    "yiyao": "pharmaceutical", "pharmaceuticals": "pharmaceutical", "pharma": "pharmaceutical", "fuzhuang": "garment",
    "garments": "garment", "clothing": "garment", "jiaju": "furniture", "touzi": "investment", "gongcheng": "engineering",
    "jianshe": "construction", "shebei": "equipment", "dianqi": "electric", "suliao": "plastic", "plastics": "plastic",
    "yinshua": "printing", "holding": "holdings", "services": "service",
}  # fmt: skip
"""Words of Latin forms that are written in several ways (pinyin, translated, singular and plural), each with one of them."""

HAN_SURNAMES = frozenset(
    "王李张刘陈杨黄赵周吴徐孙马朱胡郭何高林郑谢罗梁宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
    "石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
"""Frequent Chinese surnames in simplified signs: two or three signs that begin with one are a person's name."""

GIVEN_NAMES = _words(
    "adam adrian agnieszka alain alan albert alessandro alex alexander alexandra alexandre alfred alice alicia alina amelie ana "
    "anders andrea andreas andrei andrew andrzej angela anita anja ann anna anne annika anton antonia antonio arne arthur astrid "
    "barbara beate beatrice ben benjamin bernard bernd bernhard birgit bjorn boris brian brigitte carl carla carlo carlos carmen "
    "carolina caroline catherine cecilia charles charlotte chiara chris christian christina christine christoph christophe "
    "christopher clara claude claudia claudio clemens cristina dan daniel daniela david denis diana diego dieter dirk dmitri dominik "
    "dora eduard edward elena eleonora elisa elisabeth elizabeth ella ellen emil emilia emily emma enrico eric erik erika ernst "
    "esther eva fabian fabio federico felix fernando filip flora florian francesca francesco francis francisco francois frank franz "
    "franziska frederic fredrik friedrich gabriel gabriela gabriele georg george gerard gerhard gianni giorgio giovanni giulia "
    "giuseppe gregor greta guido guillaume gunter gustav hanna hannah hannes hans harald harry heike heinrich helen helena helga "
    "helmut henri henrik henry herbert hermann hugo ian ida igor ilse ines inga ingrid irena irene irina isabel isabella isabelle "
    "ivan jack jacob jacques jakob jakub james jan jana jane janez jean jennifer jens jerzy jessica jesus joachim joan joanna joao "
    "joe johan johann johanna johannes john jonas jordi jorg jorge jose josef joseph juan julia julian julie jurgen justyna kai karen "
    "karin karl karolina katarina katarzyna katharina katja kevin kim klara klaus konrad kristian kristina kurt lars laura lea lena "
    "leo leon lilian lina linda lisa lorenzo louis louise luc luca lucas lucia lucie luis luisa lukas magda magdalena magnus maja "
    "manfred manuel marc marcel marcin marco marek margaret maria marie marija marina mario marion mark marko markus marta martha "
    "martin martina mateusz mathias mats matteo matthias max maximilian melanie michael michal michel michele miguel mikael mikhail "
    "milan mohamed mohammed monica monika nadia natalia natalie nathalie nicola nicolas nicole niels nikola nikolai nils nina nora "
    "norbert oksana olaf ole oleg olga oliver olivia olivier oscar oskar otto pablo paola paolo pascal patricia patrick paul paula "
    "pavel pawel pedro per peter petr petra philip philipp philippe pierre piotr rachel rafael rainer ralf ralph raul rebecca regina "
    "renate rene ricardo richard rita robert roberto roger roland roman rosa rudolf ruth sabine sam samuel sandra sara sarah "
    "sebastian sergei sergio silke silvia simon simone sofia sofie sonja sophie stefan stefania stefano stephan stephanie stephen "
    "steve steven susan susanne sven svetlana tamara tania tanja tatiana teresa theo theresa thierry thomas tim tina tobias tom tomas "
    "tomasz toni torsten ulrich ulrike ursula uwe valentina vera veronica victor viktor viktoria vincent vladimir volker walter "
    "werner wilhelm william wojciech wolfgang xavier yves yvonne zoe"
)
"""Frequent given names: two or three words without a legal form that begin or end with one are a person's name."""

BUSINESS_ENDINGS = (
    "bau technik handel logistik logistics transport transporte transports trasporti service services systems system solutions group "
    "gruppe holding holdings trading foods consulting engineering design media software energie energy electric electronics elektro "
    "metall metal metals steel druckerei werke works industrie industries international import export shop store market markt center "
    "hotel restaurant bakery motors reisen travel immobilien properties capital investment insurance pharma clinic partner partners "
    "associates brothers sohne sons fashion textil textile mobel meubles design studio bygg verkstad packaging verpackungen"
).split()
"""Ends of words that say what a firm does: two words with such an end are no person's name, whatever the first one is."""
