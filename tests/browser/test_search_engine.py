"""The search engine in a real browser, over an index that this file writes itself from `docs/search-format.md`.

The writer below shares the rules for words with the product, and nothing else: it is a second reading of the format.
"""

from __future__ import annotations

import json
import random
import re
import shutil
import zlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

import pytest

from sitegen.search.pinyin import initial_triples, syllable_pairs
from sitegen.search.questions import questions
from sitegen.search.variants import variants_file
from sitegen.search.words import atoms, number_terms, squashed, terms_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

ROOT = Path(__file__).parents[2]
ASSETS = ROOT / "themes/standard/assets"
VECTORS = json.loads((ROOT / "tests/fixtures/search/words.json").read_text(encoding="utf-8"))
PREFIX = "/kjj/zfxxgk/"


# ---------------------------------------------------------------- documents of our own words


@dataclass(frozen=True)
class Paper:
    """One document, in units of passages (anchor, heading, text)."""

    title: str
    units: tuple[tuple[tuple[str, str, str], ...], ...]
    date: str = "2022-03-01"
    doc_no: str = ""
    index_no: str = ""
    names: str = ""
    validity: str = "现行有效"


NUMERALS = "零一二三四五六七八九"


def chinese(number: int) -> str:
    """Below 1000, as laws count.

    >>> chinese(12), chinese(105), chinese(120)
    ('十二', '一百零五', '一百二十')
    """
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    head = f"{NUMERALS[hundreds]}百" + ("零" if rest and not tens else "") if hundreds else ""
    ten = (NUMERALS[tens] if tens > 1 or hundreds else "") + "十" if tens else ""
    return head + ten + (NUMERALS[ones] if ones else "")


SUBJECTS = ("路灯", "河道", "菜场", "食堂", "校车", "电梯", "公园", "渡口", "雨棚", "花坛", "公厕", "集市")
DUTIES = (
    "应当每季度检修一次",
    "由街道负责清扫",
    "不得占用人行通道",
    "应当向社会公示收费",
    "由使用人登记造册",
    "应当留出无障碍坡道",
)


def law() -> Paper:
    passages = []
    for number in range(1, 141):
        subject, duty = SUBJECTS[number % 12], DUTIES[number % 6]
        heading = f"第{chinese(number)}条"
        passages.append((heading, heading, f"{heading}　{subject}的管理单位{duty}，记录保存{number + 3}个月。"))
        if number == 33:
            more = "第三十三条之一"
            passages.append((more, more, f"{more}　借用{subject}的，应当在七日内归还。"))
    units = tuple(tuple(passages[at : at + 30]) for at in range(0, len(passages), 30))
    return Paper("云溪市公共设施管理条例", units, "2021-06-03", names="2021年6月3日\n云溪市人民代表大会常务委员会")


def one(title: str, *lines: str, **facts: Any) -> Paper:
    passages = tuple(
        ("" if not at else f"t{at}", "" if not at else f"{at}、说明", line) for at, line in enumerate(lines)
    )
    return Paper(title, (passages,), **facts)


PAPERS = sorted(
    [
        law(),
        one("云溪市公共设施管理条例", "旧的条例：路灯由电力公司管理。", date="2009-05-04", validity="废止"),
        one(
            "云溪市人民政府关于印发犬只管理规定的通知",
            "各街道：现将规定印发给你们。",
            "养犬人应当为犬只植入芯片，见云溪政发（2024）第3号。",
            date="2024-01-15",
            doc_no="云溪政发〔2024〕3号",
            index_no="11330000/2024-00070",
            names="2024年1月15日\n云溪市人民政府",
        ),
        one("关于表彰先进的决定", "表彰先进。", date="2024-02-02", doc_no="云溪教发〔2024〕3号"),
        one("云溪市鸟类保护办法", "不得捕捉候鸟。", date="2019-09-01", doc_no="云溪市人民政府令第12号"),
        one("最低生活保障审核办法", "申请最低生活保障的家庭，向街道提出申请。", "保障金按月发放。", date="2020-05-06"),
        one(
            "关于做好夏季防汛值班的通知",
            "各单位应当安排专人值班，遇有险情及时上报；二〇二〇年七月一日起执行。",
            date="2020-06-20",
        ),
        one("關於古樹名木保護的通告", "古樹名木由園林部門掛牌保護，任何人不得攀折。", date="2018-04-05"),
        one(
            "雨水花园建设导则",
            "雨水先入花园，再入河道；面积按1,500平方米计。",
            "种植池深度不小于６０厘米，使用LoRa终端监测。",
            date="2023-08-08",
        ),
        one(
            "图书馆延长开放时间的公告",
            "周末开放到晚上九点。自习座位先到先得。",
            date="2021-06-30",
            names="2021年6月30日",
        ),
        one("云溪市2023年度部门预算", "收入和支出总体情况表。", date="2023-02-10"),
        *(
            one(
                f"云溪市{subject}{kind}",
                f"为了做好{subject}方面的各项工作，{DUTIES[at % 6]}。",
                date=f"20{10 + at % 9}-0{1 + at % 8}-11",
            )
            for at, (subject, kind) in enumerate((s, k) for k in ("工作要点", "情况通报", "考核结果") for s in SUBJECTS)
        ),
    ],
    key=lambda paper: paper.date,
)
EVERYDAY = {"低保": ["最低生活保障"], "水": ["雨水"], "IoT": ["LoRa终端"]}


# ---------------------------------------------------------------- a writer of the format


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out, value = out + bytes([value & 127 | 128]), value >> 7
    return out + bytes([value])


def column(values: Sequence[int]) -> str:
    return "".join(chr(48 + value) for value in values)


def pack(value: object) -> bytes:
    data = value if isinstance(value, bytes) else json.dumps(value, ensure_ascii=False).encode()
    return zlib.compress(data)


def write_index(folder: Path, shards: int = 16) -> None:
    names: defaultdict[str, dict[int, int]] = defaultdict(dict)
    body: defaultdict[str, dict[int, tuple[int, int]]] = defaultdict(dict)
    for number, paper in enumerate(PAPERS):
        other = f"{paper.doc_no}\n{paper.index_no}\n{paper.names}"
        for term in (*terms_in(other), *number_terms(paper.doc_no, paper.index_no)):
            names[term][number] = 1
        for term in (*terms_in(paper.title), *syllable_pairs(paper.title), *initial_triples(paper.title)):
            names[term][number] = 0
        counts: Counter[str] = Counter()
        units: defaultdict[str, int] = defaultdict(int)
        headings = {term for unit in paper.units for _, heading, _ in unit for term in terms_in(heading)}
        for at, unit in enumerate(paper.units):
            lines = [text if text.startswith(heading) else f"{heading}\n{text}" for _, heading, text in unit]
            found = terms_in("\n".join(lines))
            counts.update(found)
            for term in found:
                units[term] |= 1 << at
            card = {"url": url(number), "title": paper.title, "doc_no": paper.doc_no, "index_no": paper.index_no}
            more = {} if at else {"names": paper.names}
            put(folder, f"text/0/{number}-{at}.bin", {**card, **more, "date": paper.date, "passages": unit})
        for term, count in counts.items():
            weight = 3 if term in headings else 0 if count == 1 else 1 if count < 4 else 2
            body[term][number] = weight, units[term]
    entries: defaultdict[int, list[bytes]] = defaultdict(list)
    for term in sorted(names.keys() | body.keys(), key=str.encode):
        word = term.encode()
        in_names = b"".join(
            varint((a - b) * 2 + o) for (a, o), b in zip(names[term].items(), [-1, *names[term]], strict=False)
        )
        in_body, is_bitmap = encode_body(body[term])
        lists = varint(len(in_names)) + varint(len(in_body) * 2 + is_bitmap) + in_names + in_body
        entries[zlib.crc32(word) % shards].append(varint(len(word)) + word + lists)
    words: defaultdict[int, dict[str, list[str]]] = defaultdict(dict)
    for everyday_word, official in EVERYDAY.items():
        first = "".join(atoms(everyday_word)[:2]).encode()
        words[zlib.crc32(first) % shards][everyday_word] = official
    for shard in range(shards):
        everyday = json.dumps(words[shard]).encode() if words[shard] else b""
        put(folder, f"shards/00/{shard:04x}.bin", varint(len(everyday)) + everyday + b"".join(entries[shard]))
    for start in range(0, len(PAPERS), 16):
        rows = [[paper.title, paper.doc_no, url(start + at)] for at, paper in enumerate(PAPERS[start : start + 16])]
        put(folder, f"names/{start // 16}.bin", rows)
    months: dict[str, int] = {}
    for number, paper in enumerate(PAPERS):
        months.setdefault(paper.date[:7], number)
    phrases, edges = questions()
    table = {"format": 1, "backend": "pairs", "docs": len(PAPERS), "shards": shards, "names": 16}
    table |= {"months": list(months.items()), "titles": column([len(atoms(paper.title)) for paper in PAPERS])}
    table |= {"units": column([len(paper.units) for paper in PAPERS])}
    table |= {
        "words": {"questions": phrases, "edges": edges},
        "facets": {
            "year": facet([paper.date[:4] for paper in PAPERS]),
            "validity": facet([paper.validity for paper in PAPERS]),
        },
    }
    put(folder, "index.bin", table)
    put(folder, "variants.bin", variants_file())


def encode_body(places: dict[int, tuple[int, int]]) -> tuple[bytes, bool]:
    if len(places) > len(PAPERS) // 2:
        flags = bytearray(max(places) // 8 + 1)
        for number in places:
            flags[number >> 3] |= 1 << (number & 7)
        return bytes(flags), True
    out, before = b"", -1
    for number, (weight, units) in places.items():
        mask = units.to_bytes((units.bit_length() + 7) // 8, "little")
        out += varint((number - before) * 8 + weight * 2 + (units != 1)) + (
            varint(len(mask)) + mask if units != 1 else b""
        )
        before = number
    return out, False


def facet(values: Sequence[str]) -> dict[str, object]:
    order = sorted(set(values), reverse=True)
    return {
        "values": order,
        "combos": [[at] for at in range(len(order))],
        "docs": column([order.index(v) for v in values]),
    }


def url(number: int) -> str:
    return f"doc/{number}/index.html"


def put(folder: Path, path: str, value: object) -> None:
    file = folder / "search/data" / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pack(value))


# ---------------------------------------------------------------- in the browser


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, serve_folder: Callable[..., str]) -> str:
    """The address of a folder with the index, the scripts and an empty page."""
    folder = tmp_path_factory.mktemp("engine")
    write_index(folder)
    for name in ("search-engine.js", "search-inflate.js"):
        shutil.copyfile(ASSETS / name, folder / name)
    (folder / "index.html").write_text('<!DOCTYPE html><html lang="zh-CN"><title>检索</title>', encoding="utf-8")
    return serve_folder(folder, prefix=PREFIX)


class Engine:
    """The engine in a page."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        page.goto(f"{address}index.html")
        page.evaluate(
            "async (root) => { window.E = await import(root + 'search-engine.js'); engine = await E.open(root); }",
            address,
        )

    def search(self, q: str, **more: Any) -> dict[str, Any]:
        asked = {"q": q, "full": {"size": 60}, "partial": {"size": 10}, **more}
        found: dict[str, Any] = self.page.evaluate("(asked) => engine.search(asked)", asked)
        return found

    def full(self, q: str, **more: Any) -> list[str]:
        """The titles in 完全匹配."""
        return [hit["title"] for hit in self.search(q, **more)["full"]["hits"]]


@pytest.fixture(scope="module")
def engine(site: str, chromium: Any) -> Iterator[Engine]:
    context = chromium.new_context()
    yield Engine(context.new_page(), site)
    context.close()


NOTICE = "云溪市人民政府关于印发犬只管理规定的通知"
LAW = "云溪市公共设施管理条例"


# ---------------------------------------------------------------- words


@pytest.mark.parametrize("name", ["normalize", "atoms", "terms"])
def test_words_are_those_of_the_index(engine: Engine, name: str) -> None:
    engine.search("樹")  # the table of variants is read with the first character that needs it
    found = engine.page.evaluate(
        "([name, texts]) => texts.map((text) => E[name](text))", [name, [a for a, _ in VECTORS[name]]]
    )
    wanted = [expected for _, expected in VECTORS[name]]
    assert found == wanted


# ---------------------------------------------------------------- numbers, articles, dates

FORMS = (
    "云溪政发〔2024〕3号",
    "云溪政发[2024]3号",
    "云溪政发（2024）3号",
    "云溪政发【2024】3号",
    "云溪政发《2024》3号",
    "云溪政发〔2024）3号",
    "云溪政发2024年3号",
    "云溪政发2024年第3号",
    "云溪政发〔2024〕第3号",
    "云溪政发 2024 3 号",
    "云溪政发〔２０２４〕３号",
    "云溪政发〔2024〕03号",
    "云溪政发〔2024〕3",
    "云溪政发2024-3",
    "云溪政发20243号",
    "云溪政发〔二〇二四〕三号",
    "云溪政发二〇二四年三号",
    "文号：云溪政发〔2024〕3号",
    "云溪政发〔2024〕3号文件",
    "溪政发〔2024〕3号",
    "云 溪 政 发 〔 2024 〕 3 号",
)


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_a_number_is_the_same_question(engine: Engine, form: str) -> None:
    found = engine.search(form)
    assert found["kind"] == "doc_no"
    assert [hit["title"] for hit in found["full"]["hits"]] == [NOTICE]
    assert found["note"] == ""


@pytest.mark.parametrize("form", ["〔2024〕3号", "2024年3号", "[2024]第3号"])
def test_number_without_its_body_finds_all_bodies(engine: Engine, form: str) -> None:
    assert set(engine.full(form)) == {NOTICE, "关于表彰先进的决定"}


@pytest.mark.parametrize(
    "form",
    ["云溪市人民政府令第12号", "云溪市人民政府令12号", "市人民政府第12号令", "12号令", "云溪市人民政府令第十二号"],
)
def test_orders(engine: Engine, form: str) -> None:
    assert engine.full(form)[0] == "云溪市鸟类保护办法"


@pytest.mark.parametrize("form", ["云溪政发〔2024〕99号", "云溪卫发〔2024〕3号", "云溪市人民政府令第13号"])
def test_wrong_number_is_said_and_nothing_like_it_is_shown(engine: Engine, form: str) -> None:
    found = engine.search(form)
    assert found["note"] == f"本站没有文号为“{form}”的文件。"
    assert found["full"]["count"] == found["partial"]["count"] == 0


@pytest.mark.parametrize(
    "form",
    [
        "11330000/2024-00070",
        "11330000 2024 00070",
        "１１３３００００／２０２４－０００７０",
        "索引号：11330000/2024-00070",
    ],
)
def test_index_numbers(engine: Engine, form: str) -> None:
    found = engine.search(form)
    assert (found["kind"], found["full"]["hits"][0]["title"]) == ("index_no", NOTICE)


@pytest.mark.parametrize(
    ("form", "anchor"),
    [
        ("公共设施管理条例第一百二十条", "第一百二十条"),
        ("公共设施管理条例120条", "第一百二十条"),
        ("《公共设施管理条例》 第120条", "第一百二十条"),
        ("公共设施管理条例一百二十条", "第一百二十条"),
        ("云溪市公共设施管理条例第120条第二款", "第一百二十条"),
        ("公共设施管理条例第3条的规定", "第三条"),
        ("公共设施管理条例第三十三条之一", "第三十三条之一"),
        ("公共设施管理条例第33条", "第三十三条"),
    ],
)
def test_articles_lead_to_their_place(engine: Engine, form: str, anchor: str) -> None:
    found = engine.search(form)
    hit = found["full"]["hits"][0]
    assert (found["kind"], hit["title"], hit["heading"]) == ("article", LAW, anchor)
    assert unquote(hit["url"]).endswith(f"#{anchor}")


@pytest.mark.parametrize(
    ("form", "first"),
    [
        ("2021年6月", "图书馆延长开放时间的公告"),
        ("2021-06", "图书馆延长开放时间的公告"),
        ("2021.6.3", LAW),
        ("2021年06月03日", LAW),
        ("二〇二一年六月三日", LAW),
    ],
)
def test_dates(engine: Engine, form: str, first: str) -> None:
    found = engine.search(form)
    assert (found["kind"], found["full"]["hits"][0]["title"]) == ("date", first)


# ---------------------------------------------------------------- words of texts


def samples(count: int = 80) -> list[tuple[str, str]]:
    """Parts of passages, two atoms or more in a row, and the title they must be found under."""
    chance = random.Random(6)
    found: list[tuple[str, str]] = []
    while len(found) < count:
        paper = chance.choice(PAPERS[:9] + [p for p in PAPERS if p.title == LAW] * 3 + PAPERS[-20:])
        text = chance.choice([text for unit in paper.units for _, _, text in unit])
        start = chance.randrange(len(text))
        part = text[start : start + chance.randint(2, 40)]
        clauses = [
            clause for clause in re.split(r"[，；：。、\s]", part) if len(re.findall(r"[\u4e00-\u9fff]", clause)) > 1
        ]
        if clauses and not re.search(r"^\d|\d$|^[一二三四五六七八九十百零]|[第一二三四五六七八九十百零]$", clauses[0]):
            found.append((clauses[0], paper.title))
    return found


def test_any_part_of_a_passage_finds_its_document(engine: Engine) -> None:
    missing = [(part, title) for part, title in samples() if title not in engine.full(part, plain=True)]
    assert missing == []


def test_marks_lie_in_the_text_and_cover_what_was_asked(engine: Engine) -> None:
    for part, _ in samples(40):
        for hit in engine.search(part, plain=True, full={"size": 3})["full"]["hits"]:
            covered = []
            for name in ("title", "heading", "excerpt"):
                text = hit[name].encode("utf-16-le")
                marks = hit["marks" if name == "excerpt" else f"{name}Marks"]
                ends = [place for mark in marks for place in mark]
                assert ends == sorted(ends)
                for start, end in marks:
                    assert 0 <= start < end <= len(text) // 2
                    covered.append(squashed(text[2 * start : 2 * end].decode("utf-16-le")))
            asked = squashed(part).strip(questions()[1])  # what stands at the edges of words is not looked for
            assert any(asked in word for word in covered), (part, hit)


@pytest.mark.parametrize(
    ("q", "marked"),
    [
        ("第33条之一", "第三十三条之一"),
        ("2020年7月1日", "二〇二〇年七月一日"),
        ("云溪政发〔2024〕3号", "云溪政发（2024）第3号"),
        ("60厘米", "６０厘米"),
        ("古树名木由园林部门", "古樹名木由園林部門"),
        ("1500平方米", "1,500平方米"),
    ],
)
def test_marks_are_in_the_text_as_it_is_written(engine: Engine, q: str, marked: str) -> None:
    hit = engine.search(q)["full"]["hits"][0]
    words = [hit["excerpt"][a:z] for a, z in hit["marks"]] + [hit["heading"][a:z] for a, z in hit["headingMarks"]]
    assert marked in words


def test_hits_of_a_passage_lead_there(engine: Engine) -> None:
    assert engine.search("保障金按月发放")["full"]["hits"][0]["url"].endswith("#t1")


@pytest.mark.parametrize("q", ["公共设施管理条例", "公共设施", LAW])
def test_current_rules_come_before_repealed_ones(engine: Engine, q: str) -> None:
    states = [hit["validity"] for hit in engine.search(q)["full"]["hits"] if hit["title"] == LAW]
    assert states == ["现行有效", "废止"]


def test_words_with_blanks_may_stand_apart_and_words_without_too(engine: Engine) -> None:
    assert engine.full("芯片 街道") == engine.full("街道　芯片") == [NOTICE]
    assert engine.full("养犬人芯片") == [NOTICE]


@pytest.mark.parametrize(
    ("q", "title"),
    [
        ("最低生括保障审核办法", "最低生活保障审核办法"),
        ("夏季防讯值班", "关于做好夏季防汛值班的通知"),
        ("雨水花圆建设导则", "雨水花园建设导则"),
        ("图书馆延常开放时间", "图书馆延长开放时间的公告"),
    ],
)
def test_misspelt_titles(engine: Engine, q: str, title: str) -> None:
    found = engine.search(q)
    assert found["full"]["hits"][0]["title"] == title
    assert found["meant"]
    assert found["meant"] in title
    as_typed = engine.search(q, plain=True)
    assert (as_typed["full"]["count"], as_typed["meant"]) == (0, "")


@pytest.mark.parametrize(
    ("q", "meant"),
    [
        ("安排专人职班", "安排专人值班"),  # another character
        ("每季检修一次", "每季度检修一次"),  # one is missing
        ("留出无障碍的坡道", "留出无障碍坡道"),  # one too many
        ("占用人通行道", "占用人行通道"),  # two in the wrong order
        ("表彰行先进的决定", "表彰先进的决定"),
        ("种植池深不度小于60厘米", "种植池深度不小于60厘米"),
        ("低生活保障审核办发", "低生活保障审核办法"),  # the last one of a title
    ],
)
def test_misspelt_words_lead_to_what_was_meant(engine: Engine, q: str, meant: str) -> None:
    found = engine.search(q)
    assert found["meant"] == meant
    assert [hit["title"] for hit in found["full"]["hits"]] == engine.full(meant) != []


@pytest.mark.parametrize(
    "q",
    [
        "云溪市2024年度部门预算",  # another year is another document
        "溪市2031年度部门",
        "种植池深度不小于90厘米",
        "李溪市鸟类保护办法",  # nor is anything guessed at the beginning
        "云西市鸟类保护办法",  # nor in the name of a place
        "云市鸟类保护办法",
        "种植池深度不小一于60厘米",  # nor is a numeral taken out
        "遇有险情及时上告",  # nor at the end of what is no title
        "养犬人芯片",  # two words without a blank
        "云溪市𠮷野家办法",  # a character beyond the first 65,536
        "怎么申请最低生活保障",
    ],
)
def test_nothing_else_was_meant(engine: Engine, q: str) -> None:
    assert engine.search(q)["meant"] == ""


@pytest.mark.parametrize("q", ["年度部门预算", "3年度部门预算", "云溪市202", "023年度部门预算"])
def test_title_cut_anywhere(engine: Engine, q: str) -> None:
    found = engine.search(q)
    assert "云溪市2023年度部门预算" in [hit["title"] for hit in (found["full"]["hits"] or found["partial"]["hits"])]


def test_of_titles_alike_the_newest_is_first(engine: Engine) -> None:
    hits = engine.search("情况通报")["full"]["hits"]
    days = [hit["date"] for hit in hits]
    assert len(days) == len(SUBJECTS)
    assert days == sorted(days, reverse=True)


@pytest.mark.parametrize("q", ["gps 芯片", "芯片 gps", "值班 5555"])
def test_a_word_apart_is_not_cut_off(engine: Engine, q: str) -> None:
    assert engine.full(q) == []


@pytest.mark.parametrize("q", ["yushuihuayuan", "yu shui hua yuan", "YUSHUIHUAYUAN", "yushuihy", "yshy"])
def test_pinyin(engine: Engine, q: str) -> None:
    if q == "yushuihy":
        assert engine.search(q)["full"]["count"] == 0  # neither syllables nor initials
    else:
        assert engine.full(q)[0] == "雨水花园建设导则"


@pytest.mark.parametrize("q", ["古樹名木", "古树名木", "園林部門掛牌", "园林部门挂牌"])
def test_traditional_and_simplified(engine: Engine, q: str) -> None:
    assert engine.full(q) == ["關於古樹名木保護的通告"]


def test_everyday_words_are_included_and_said(engine: Engine) -> None:
    for q in ("低保", "低保怎么办理", "请问低保需要什么材料"):
        found = engine.search(q)
        assert found["included"] == [{"word": "低保", "words": ["最低生活保障"]}]
        assert found["full"]["hits"][0]["title"] == "最低生活保障审核办法"
    assert engine.search("低保", plain=True)["full"]["count"] == 0
    assert engine.full("iot") == ["雨水花园建设导则"]


def test_nothing_asked_is_everything(engine: Engine) -> None:
    found = engine.search("　")
    assert (found["kind"], found["full"]["count"]) == ("all", len(PAPERS))
    assert found["full"]["hits"][0]["date"] == max(paper.date for paper in PAPERS)


@pytest.mark.parametrize(
    "q",
    [
        "<img src=x>",
        "((((",
        "\\d+",
        "a" * 3000,
        "云" * 500,
        "\u0000",
        "😀",
        "𠮷",
        "第条",
        "〔〕号",
        "。" * 90,
        "1" * 60,
    ],
)
def test_anything_may_be_asked(engine: Engine, q: str) -> None:
    assert engine.search(q)["full"]["count"] >= 0
    assert isinstance(engine.page.evaluate("(q) => engine.suggest(q)", q), list)


# ---------------------------------------------------------------- filters, order, pages


def test_filters_shrink_the_counts_of_the_others(engine: Engine) -> None:
    whole = engine.search("管理条例")
    some = engine.search("管理条例", filters={"year": ["2009"]})
    assert [hit["date"] for hit in some["full"]["hits"]] == ["2009-05-04"]
    assert dict(map(tuple, some["facets"]["validity"])) == {"现行有效": 0, "废止": 1}
    assert some["facets"]["year"] == whole["facets"]["year"]
    assert engine.search("管理条例", filters={"year": ["1999"]})["full"]["count"] == 0


def test_order_by_date_and_pages(engine: Engine) -> None:
    dates = [hit["date"] for hit in engine.search("云溪市", sort="date")["full"]["hits"]]
    assert dates == sorted(dates, reverse=True)
    assert len(dates) > 30
    pages = [engine.search("云溪市", full={"from": at, "size": 10})["full"]["hits"] for at in (0, 10)]
    assert [hit["url"] for page in pages for hit in page] == [
        h["url"] for h in engine.search("云溪市", full={"size": 20})["full"]["hits"]
    ]


def test_count_says_whether_texts_may_still_take_from_it(engine: Engine) -> None:
    words = "方面的各项工作"
    first = engine.search(words, full={"size": 5})["full"]
    whole = engine.search(words)["full"]
    assert (first["count"], first["isExact"], whole["count"], whole["isExact"]) == (36, False, 36, True)
    assert engine.search("云溪", full={"size": 5})["full"]["isExact"]  # one pair: nothing is left to be seen


def test_partial_hits_are_folded_until_they_are_opened(engine: Engine) -> None:
    found = engine.search("最低生活保障")
    assert found["partial"]["isFolded"] or not found["partial"]["count"]
    assert found["partial"]["hits"] == []


# ---------------------------------------------------------------- suggestions, cancelling, the worker


@pytest.mark.parametrize(
    ("q", "title"),
    [("犬只", NOTICE), ("云溪政发", NOTICE), ("云溪政发〔2024〕", NOTICE), ("yushui", "雨水花园建设导则")],
)
def test_suggestions(engine: Engine, q: str, title: str) -> None:
    found = engine.page.evaluate("(q) => engine.suggest(q)", q)
    assert title in [row["title"] for row in found]
    assert len(found) <= 8


def test_newer_question_ends_an_older_one(engine: Engine) -> None:
    script = "() => Promise.all(['路灯河道', '犬只管理'].map((q) => engine.search({q, full: {size: 3}})))"
    older, newer = engine.page.evaluate(script)
    assert older is None
    assert newer["full"]["hits"][0]["title"] == NOTICE


def test_worker_answers_as_the_page_does(engine: Engine, site: str) -> None:
    script = """async (root) => {
      const worker = new Worker(root + 'search-engine.js', {type: 'module'});
      const answers = [];
      const ask = (id, method, ...args) => new Promise((resolve) => {
        worker.addEventListener('message', ({data}) => { if (data.id === id) resolve(data); });
        worker.postMessage({id, method, args});
      });
      const asked = {q: '犬只管理', full: {size: 3}, partial: {size: 3}};
      const opened = await ask(1, 'open', root);
      const found = await ask(2, 'search', asked);
      return [opened, found, await ask(3, 'suggest', '犬只'), await ask(4, 'none'), await engine.search(asked)];
    }"""
    opened, found, suggested, wrong, here = engine.page.evaluate(script, site)
    assert opened["result"]["count"] == len(PAPERS)
    assert found["result"] == here
    assert suggested["result"][0]["title"] == NOTICE
    assert wrong["error"]


# ---------------------------------------------------------------- inflate

PACKED = [
    zlib.compressobj(level, zlib.DEFLATED, 15, 8, strategy)
    for level in (0, 1, 6, 9)
    for strategy in (zlib.Z_DEFAULT_STRATEGY, zlib.Z_FIXED, zlib.Z_HUFFMAN_ONLY, zlib.Z_RLE)
]


def test_inflate_unpacks_what_zlib_packed(engine: Engine, site: str) -> None:
    chance = random.Random(1)
    texts = [
        "",
        "一",
        "公共设施" * 9000,
        "".join(chance.choices("公共设施管理条例0123", k=20_000)),
        json.dumps([p.title for p in PAPERS]),
    ]
    cases = []
    for packer in PACKED:
        for text in texts:
            one_packer = packer.copy()
            cases.append((list(one_packer.compress(text.encode()) + one_packer.flush()), text))
    script = """async ([url, cases]) => {
      const {inflate} = await import(url);
      const unpack = (bytes) => {
        try { return new TextDecoder().decode(inflate(Uint8Array.from(bytes))); } catch { return null; }
      };
      const spoilt = (bytes) => [...bytes.slice(0, -1), bytes[bytes.length - 1] ^ 1];
      return cases.map((bytes) => [bytes, bytes.slice(0, -1), spoilt(bytes)].map(unpack));
    }"""
    found = engine.page.evaluate(script, [f"{site}search-inflate.js", [packed for packed, _ in cases]])
    assert found == [[text, None, None] for _, text in cases]


def test_browser_without_decompression(site: str, new_page: Callable[..., Page]) -> None:
    page = new_page()
    page.add_init_script("delete window.DecompressionStream")
    assert Engine(page, site).full("犬只管理")[0] == NOTICE
