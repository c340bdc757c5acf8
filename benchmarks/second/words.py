"""Words that names are made of, by country."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What names of a country are made of.

    Attributes:
        language: of its texts.
        families, given: names of people.
        stems: invented words and things that firms are named after.
        trades: what firms do, as it stands in a name.
        forms: legal forms.
        places: towns, with a postcode.
        streets: where firms are.
        public: offices, clubs and schools.
    """

    language: str
    families: tuple[str, ...]
    given: tuple[str, ...]
    stems: tuple[str, ...]
    trades: tuple[str, ...]
    forms: tuple[str, ...]
    places: tuple[str, ...]
    streets: tuple[str, ...]
    public: tuple[str, ...]


def _words(language: str, *lists: str) -> Words:
    families, given, stems, trades, forms, places, streets, public = (tuple(part.strip() for part in text.split(";")) for text in lists)
    return Words(language, families, given, stems, trades, forms, places, streets, public)


_GERMAN = _words(
    "de",
    "Müller;Schäfer;Köhler;Weiß;Jäger;Brügge;Hölscher;Lindemann;Oßwald;Petersen;Grünwald;Rademacher;Töpfer;Vogt;Wöhrle;Zimmermann;Bäumler;"
    "Kranz;Leitner;Niemeyer;Quandt;Strobel;Thoma;Ullrich;Eßer;Fürst;Hagedorn;Knöll",
    "Anna;Jörg;Käthe;Lukas;Sabine;Thomas;Ute;Wolfgang;Birgit;Henning;Mareike;Dieter",
    "Nordlicht;Elbtal;Rhenus;Solaris;Alpina;Terra;Kronos;Falke;Linde;Ostwind;Merkur;Hanse;Adler;Fortuna;Bavaria;Vulkan;Saturn;Arkona;"
    "Delta;Omega;Primus;Novum;Sirius;Weser;Isar;Zollern;Eiche;Quelle",
    "Bau;Logistik;Maschinenbau;Metallbau;Elektrotechnik;Gartenbau;Möbel;Druckerei;Spedition;Hausverwaltung;Apotheke;Bäckerei;Autohaus;"
    "Kältetechnik;Consulting;Immobilien;Gebäudereinigung;Zahntechnik;Werkzeuge;Süßwaren;Getränke;Textil;Medien;Energie;Pflegedienst",
    "GmbH;GmbH & Co. KG;AG;KG;OHG;e.K.;eG;UG (haftungsbeschränkt);GbR;SE & Co. KGaA;mbH",
    "20457 Hamburg;80331 München;50667 Köln;04109 Leipzig;70173 Stuttgart;90402 Nürnberg;33602 Bielefeld;24103 Kiel;97070 Würzburg;"
    "66111 Saarbrücken;99084 Erfurt;40213 Düsseldorf",
    "Hauptstr.;Industriestraße;Am Hafen;Lindenweg;Bahnhofstr.;Gewerbering",
    "Stadt Würzburg;Gemeinde Oberau;Landkreis Harz;TSV Grünwald 1898 e.V.;Förderverein Grundschule Süd e.V.;Kath. Kirchengemeinde St. Anna;"
    "Universität Münster;Stadtwerke Eiche",
)
_FRENCH = _words(
    "fr",
    "Dupré;Lefèvre;Moreau;Garnier;Chevalier;Fournier;Rousset;Béranger;Marchand;Pélissier;Tessier;Vasseur;Gauthier;Leclercq;Noël;Barbier",
    "Camille;Benoît;Élodie;Hugo;Inès;Marc;Solène;Théo",
    "Horizon;Azur;Hexagone;Lumière;Mistral;Grand Large;Atlas;Équinoxe;Val de Loire;Armor;Occitane;Belle Étoile;Cap Ouest;Aurore;Phénix",
    "Bâtiment;Transports;Distribution;Électricité;Conseil;Menuiserie;Boulangerie;Pharmacie;Imprimerie;Traiteur;Plomberie;Services;Négoce;"
    "Ingénierie;Immobilier;Paysages",
    "SARL;SAS;SA;SASU;EURL;SCI;SNC",
    "75011 Paris;69003 Lyon;33000 Bordeaux;59800 Lille;44000 Nantes;31000 Toulouse;67000 Strasbourg;35000 Rennes",
    "rue de la Gare;avenue Foch;quai du Port;ZI Nord;rue des Lilas",
    "Mairie de Saint-Rémy;Lycée Pasteur;Communauté de communes du Val;Association Les Amis du Parc;CHU Hôpital Sud",
)
_DUTCH = _words(
    "nl",
    "de Vries;Jansen;van den Berg;Bakker;Visser;Smit;Meijer;de Boer;Mulder;Bos;Vos;Peters;Hendriks;van Dijk;Kuipers;Claes;Wouters;Maes",
    "Jan;Pieter;Sanne;Lotte;Koen;Femke;Bram;Els",
    "Zuiderzee;Oranje;Noorderlicht;Waterland;Schelde;Maasland;Polder;Klaver;Delta;Reiger;Molen;Duin;Zilver;Helder;Nova",
    "Bouw;Transport;Groothandel;Techniek;Installaties;Advies;Bloemen;Vastgoed;Verhuur;Schoonmaak;Logistiek;Drukkerij;Zuivel;Horeca;"
    "Interieur",
    "B.V.;BV;N.V.;V.O.F.;Holding B.V.",
    "1012 AB Amsterdam;3011 CD Rotterdam;5611 EM Eindhoven;9712 HG Groningen;2000 Antwerpen;9000 Gent;3500 Hasselt;8000 Brugge",
    "Dorpsstraat;Industrieweg;Kerkplein;Havenkade;Stationslaan",
    "Gemeente Zwolle;Stichting De Brug;ROC Midden;Waterschap Vallei;Vereniging van Eigenaars Duinzicht",
)
_ENGLISH = _words(
    "en",
    "Smith;Parker;O'Connor;Whitfield;Hughes;Bradley;MacLeod;Turner;Ashworth;Bennett;Fletcher;Greene;Hartley;Nash;Pemberton;Sawyer;Wallace",
    "Alice;James;Priya;Daniel;Grace;Oliver;Tom;Zoe",
    "Summit;Riverside;Evergreen;Redwood;Pioneer;Northgate;Blue Harbor;Silverline;Kingfisher;Cornerstone;Beacon;Ironbridge;Maple;Liberty;"
    "Sterling;Harvest;Crescent;Keystone",
    "Logistics;Builders;Dental Care;Foods;Engineering;Supplies;Property Management;Catering;Electrical;Plumbing;Media;Consulting;Motors;"
    "Packaging;Roofing;Textiles;Farms;Systems;Hardware",
    "Ltd;Limited;LLP;plc;Inc.;LLC;Corp;Co.;& Sons Ltd;Group Ltd",
    "LS1 4AP Leeds;M2 3WQ Manchester;EH1 1YZ Edinburgh;BS1 5TR Bristol;60601 Chicago IL;97201 Portland OR;78701 Austin TX;02110 Boston MA",
    "High Street;Station Road;Main St;5th Avenue;Mill Lane",
    "City of Springfield;Oakwood Parish Council;St Mary's Primary School;Riverside Housing Association;University of Ashford",
)
_SWEDISH = _words(
    "sv",
    "Andersson;Lindström;Bergqvist;Åkesson;Nyström;Sjöberg;Öberg;Hägglund;Ekman;Wallin",
    "Astrid;Björn;Elin;Gustav;Karin;Nils",
    "Norrsken;Björken;Mälaren;Fjäll;Havsörn;Svea;Granit;Kronan;Älgen;Vasa",
    "Bygg;Transport;Elteknik;Fastigheter;Livsmedel;Verkstad;Konsult;Tryckeri;Trädgård;Måleri",
    "AB;HB;KB;Aktiebolag;Ek. för.",
    "111 22 Stockholm;411 06 Göteborg;211 34 Malmö;903 26 Umeå;752 20 Uppsala",
    "Storgatan;Kungsgatan;Industrivägen",
    "Umeå kommun;Brf Solgläntan;Region Norr;IFK Älvdal",
)
_NORWEGIAN = _words(
    "no",
    "Hansen;Bråten;Østby;Nygård;Solberg;Lie;Haugen;Kjærstad;Moen;Årdal",
    "Ingrid;Ola;Sigrid;Terje;Åse;Even",
    "Fjordkraft;Nordlys;Viking;Havbris;Trollfjell;Lofoten;Bjørka;Sæter;Kyst;Polar",
    "Bygg;Fisk;Rør;Elektro;Transport;Eiendom;Maskin;Mat;Sveis;Regnskap",
    "AS;ANS;ASA;DA;ENK",
    "0150 Oslo;5003 Bergen;7011 Trondheim;9008 Tromsø;4006 Stavanger",
    "Storgata;Havnegata;Kirkeveien",
    "Bodø kommune;Borettslaget Solsiden;Ålesund videregående skole",
)
_DANISH = _words(
    "da",
    "Jensen;Sørensen;Kjær;Østergaard;Møller;Nørgaard;Bach;Holm;Skov;Thomsen",
    "Mette;Søren;Anders;Kirsten;Rasmus;Bodil",
    "Havn;Skagen;Lillebælt;Kronjyden;Bøgen;Vestkyst;Nordsø;Æbleø;Fyn;Hjorten",
    "Byg;Transport;VVS;El;Maskinfabrik;Ejendomme;Fødevarer;Vognmand;Tømrer;Rengøring",
    "A/S;ApS;I/S;K/S",
    "1050 København K;8000 Aarhus C;5000 Odense C;9000 Aalborg;6700 Esbjerg",
    "Nygade;Havnevej;Vestergade",
    "Aalborg Kommune;Andelsboligforeningen Solhøj;Ringe Efterskole",
)
_FINNISH = _words(
    "fi",
    "Virtanen;Mäkinen;Järvinen;Hämäläinen;Koskela;Salminen;Töyry;Rantala;Lehtonen;Pöysti",
    "Aino;Eero;Päivi;Matti;Sanna;Väinö",
    "Pohjola;Revontuli;Karhu;Järvi;Saimaa;Tähti;Kaski;Hopea;Meri;Honka",
    "Rakennus;Kuljetus;Sähkö;Konepaja;Kiinteistöt;Elintarvike;Huolto;Paino;Metsä;Tekniikka",
    "Oy;Oyj;Ky;Tmi;Ay",
    "00100 Helsinki;33100 Tampere;20100 Turku;90100 Oulu;40100 Jyväskylä",
    "Kauppakatu;Satamatie;Teollisuustie",
    "Oulun kaupunki;As Oy Rantapuisto;Töölön koulu",
)
_ITALIAN = _words(
    "it",
    "Rossi;Bianchi;Ferrari;Colombo;Ricci;Marino;Conti;De Luca;Gallo;Fontana",
    "Giulia;Marco;Paola;Luca",
    "Adriatica;Etruria;Stella;Vesuvio;Dolomiti;Aurora;San Marco;Lario;Emilia;Tirreno",
    "Costruzioni;Trasporti;Alimentari;Impianti;Meccanica;Arredamenti;Ceramiche;Servizi;Tessuti;Vini",
    "S.r.l.;S.p.A.;S.n.c.;S.a.s.",
    "20121 Milano;10121 Torino;40121 Bologna;80121 Napoli",
    "Via Roma;Corso Italia;Viale Europa",
    "Comune di Lecco;Istituto Galilei",
)
_SPANISH = _words(
    "es",
    "García;Fernández;López;Muñoz;Ibáñez;Castro;Núñez;Peña;Soler;Vidal",
    "Lucía;Pablo;Carmen;Iñigo",
    "Levante;Cantábrico;Sol;Meseta;Alhambra;Ebro;Olivar;Iberia;Mirador;Teide",
    "Construcciones;Transportes;Alimentación;Instalaciones;Suministros;Maquinaria;Cerámicas;Servicios;Muebles;Logística",
    "S.L.;S.A.;S.L.U.;S. Coop.",
    "28001 Madrid;08001 Barcelona;46001 Valencia;41001 Sevilla",
    "Calle Mayor;Avenida del Puerto;Polígono Sur",
    "Ayuntamiento de Teruel;Colegio San José",
)
_POLISH = _words(
    "pl",
    "Kowalski;Wiśniewski;Wójcik;Zieliński;Szymański;Dąbrowski;Kozłowski;Łukasik;Żak;Nowak",
    "Agnieszka;Michał;Zofia;Łukasz",
    "Bałtyk;Wisła;Tatry;Orzeł;Sokół;Mazury;Żubr;Kujawy;Odra;Polonia",
    "Budownictwo;Transport;Hurtownia;Elektronika;Meble;Usługi;Produkcja;Spożywcze;Metal;Opakowania",
    "Sp. z o.o.;S.A.;Sp. j.;Sp. k.",
    "00-001 Warszawa;30-001 Kraków;80-001 Gdańsk;50-001 Wrocław",
    "ul. Długa;ul. Polna;al. Jana Pawła",
    "Urząd Miasta Gdynia;Szkoła nr 12",
)
_CHINESE = _words(
    "zh",
    "王;李;张;刘;陈;杨;赵;黄;周;吴",
    "伟;芳;娜;敏;静;强",
    "华信=Huaxin;恒达=Hengda;金源=Jinyuan;鸿泰=Hongtai;瑞丰=Ruifeng;东方=Dongfang;新宇=Xinyu;天成=Tiancheng;永兴=Yongxing;博远=Boyuan;"
    "嘉禾=Jiahe;盛世=Shengshi;凯旋=Kaixuan;明辉=Minghui;广源=Guangyuan;中恒=Zhongheng;立新=Lixin;海天=Haitian",
    "贸易=Trading;电子=Electronics;机械=Machinery;物流=Logistics;科技=Technology;建材=Building Materials;食品=Food;化工=Chemical;"
    "服装=Garments;"
    "五金=Hardware;包装=Packaging",
    "有限公司=Co., Ltd.;有限责任公司=Co., Ltd.;股份有限公司=Co., Ltd.",
    "上海=Shanghai;苏州=Suzhou;深圳=Shenzhen;宁波=Ningbo;广州=Guangzhou;青岛=Qingdao;杭州=Hangzhou;无锡=Wuxi",
    "人民路;中山路;工业园区",
    "市财政局;第一中学",
)
COUNTRIES: dict[str, Words] = {
    "DE": _GERMAN, "AT": _GERMAN, "CH": _GERMAN, "FR": _FRENCH, "BE": _DUTCH, "NL": _DUTCH, "GB": _ENGLISH, "US": _ENGLISH, "CN": _CHINESE,
    "SE": _SWEDISH, "NO": _NORWEGIAN, "DK": _DANISH, "FI": _FINNISH, "IT": _ITALIAN, "ES": _SPANISH, "PL": _POLISH,
}  # fmt: skip
